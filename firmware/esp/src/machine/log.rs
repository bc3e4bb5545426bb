//! Log lines on their way to the console. They go out between the core's own packets, never inside one.

use core::fmt::{self, Write as _};

use embassy_time::Instant;
use heapless::{Deque, String};
use leitstand_core::io::LogLevel;

/// A line is cut here; a longer one would hold up a packet for more than 20 ms at 115,200 baud.
const MAX_LINE_BYTES: usize = 200;
/// About 25 lines: what a boot writes before the console runs. Later ones are lost and counted.
const QUEUE_BYTES: usize = 2048;
/// What is less than this stays unwritten.
const LEAST: LogLevel = LogLevel::Info;

pub struct LogLines {
    queue: Deque<u8, QUEUE_BYTES>,
    lost: u32,
}

impl LogLines {
    pub const fn new() -> Self {
        LogLines {
            queue: Deque::new(),
            lost: 0,
        }
    }

    /// Queues `LEVEL seconds text`.
    pub fn push(&mut self, level: LogLevel, text: fmt::Arguments<'_>) {
        if level < LEAST {
            return;
        }
        if self.lost > 0 {
            let lost = self.lost;
            if self.queue_line(
                LogLevel::Warning,
                format_args!("{lost} log lines were lost"),
            ) {
                self.lost = 0;
            }
        }
        if !self.queue_line(level, text) {
            self.lost = self.lost.saturating_add(1);
        }
    }

    /// The next bytes for the console.
    pub fn pending(&self) -> &[u8] {
        self.queue.as_slices().0
    }

    /// `count` bytes of [`LogLines::pending`] are on their way.
    pub fn taken(&mut self, count: usize) {
        for _ in 0..count {
            self.queue.pop_front();
        }
    }

    /// False, and nothing queued, where the line does not fit as a whole.
    fn queue_line(&mut self, level: LogLevel, text: fmt::Arguments<'_>) -> bool {
        let mut line = Line(String::new());
        let now_ms = Instant::now().as_millis();
        let (seconds, thousandths) = (now_ms / 1000, now_ms % 1000);
        // Never fails: a `Line` cuts what is too long.
        let _ = write!(line, "{} {seconds}.{thousandths:03} {text}", letter(level));
        let end = b"\r\n";
        if self.queue.capacity() - self.queue.len() < line.0.len() + end.len() {
            return false;
        }
        for byte in line.0.bytes().chain(end.iter().copied()) {
            let _ = self.queue.push_back(byte);
        }
        true
    }
}

fn letter(level: LogLevel) -> char {
    match level {
        LogLevel::Debug => 'D',
        LogLevel::Info => 'I',
        LogLevel::Warning => 'W',
        LogLevel::Error => 'E',
        LogLevel::Critical => 'C',
    }
}

struct Line(String<MAX_LINE_BYTES>);

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            // A line break inside a text would end the line for its reader.
            let shown = if character.is_control() {
                ' '
            } else {
                character
            };
            if self.0.push(shown).is_err() {
                break;
            }
        }
        Ok(())
    }
}
