//! Log lines that the core writes while it is at work. The node task hands them to the serial line afterwards, where they keep out of packets.

use core::fmt::{self, Write as _};

use embassy_time::Instant;
use heapless::{Deque, String};
use leitstand_core::io::LogLevel;

/// The serial line cuts at about the same length.
const MAX_TEXT_BYTES: usize = 224;
/// More than one turn of the node writes; later lines of the same turn are lost and counted.
const MAX_LINES: usize = 10;

pub struct LogLine {
    pub level: LogLevel,
    pub at_ms: u64,
    pub text: String<MAX_TEXT_BYTES>,
}

pub struct LogLines {
    lines: Deque<LogLine, MAX_LINES>,
    lost: u32,
}

impl LogLines {
    pub const fn new() -> Self {
        LogLines { lines: Deque::new(), lost: 0 }
    }

    pub fn push(&mut self, level: LogLevel, text: fmt::Arguments<'_>) {
        if self.lines.is_full() {
            self.lost = self.lost.saturating_add(1);
            return;
        }
        let mut line = Cut(String::new());
        // Never fails: what is too long is cut.
        let _ = line.write_fmt(text);
        let at_ms = Instant::now().as_millis();
        let _ = self.lines.push_back(LogLine { level, at_ms, text: line.0 });
    }

    pub fn pop(&mut self) -> Option<LogLine> {
        if let Some(line) = self.lines.pop_front() {
            return Some(line);
        }
        let lost = core::mem::take(&mut self.lost);
        if lost > 0 {
            self.push(LogLevel::Warning, format_args!("{lost} log lines were lost"));
        }
        self.lines.pop_front()
    }
}

struct Cut(String<MAX_TEXT_BYTES>);

impl fmt::Write for Cut {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if self.0.push(character).is_err() {
                break;
            }
        }
        Ok(())
    }
}
