//! Replies and log lines on their way out. One ring keeps their order; replies go before logs in that logs may fill only a part of it.

use core::fmt::{self, Write};

use heapless::{Deque, String, Vec};

use super::{
    ErrorState, MAX_DATA_BYTES, MAX_PACKET_BYTES, PREFIX, Rpc, State, TYPE_ERROR, TYPE_RESULT, TYPE_STATE, checksum,
};
use crate::io::LogLevel;

/// 178 ms of a line of 115,200 baud.
const RING_BYTES: usize = 2048;
/// What logs may fill. The rest holds the longest answer, a scan: 16 networks of at most 56 bytes, its end and its error packet, 922 bytes.
const LOG_SHARE_BYTES: usize = 1024;
/// Longest log line with its line feed; what is longer is cut and ends with `...`.
const LOG_LINE_BYTES: usize = 240;
const ELLIPSIS: &str = "...";
/// Networks that a scan answers with.
pub const MAX_SCAN_RESULTS: usize = 16;
/// A packet with its two line feeds.
const MAX_FRAMED_BYTES: usize = MAX_PACKET_BYTES + 2;

/// Why a reply was not queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputError {
    /// The other side does not read. Counted in [`Output::dropped_replies`].
    Full,
    /// The strings do not fit one packet: a programming error.
    TooLong,
}

/// Bytes for the line.
#[derive(Debug, Default)]
pub struct Output {
    ring: Deque<u8, RING_BYTES>,
    dropped_replies: u32,
    dropped_logs: u32,
    /// Dropped lines that no line has told of yet.
    untold_logs: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    Pending,
    Approved,
    Rejected,
}

/// What [`Rpc::Status`] answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status<'a> {
    pub id: &'a str,
    pub firmware: &'a str,
    pub board: &'a str,
    /// Address while Wi-Fi is joined.
    pub ip: Option<[u8; 4]>,
    pub is_broker_connected: bool,
    pub is_registered: bool,
    pub approval: Approval,
    /// Empty: none.
    pub zone: &'a str,
    pub boot_count: u32,
    pub is_safe_mode: bool,
}

impl Output {
    pub const fn new() -> Output {
        Output { ring: Deque::new(), dropped_replies: 0, dropped_logs: 0, untold_logs: 0 }
    }

    /// The next bytes to send, in one piece; empty when there are none. Then [`Output::sent`].
    pub fn pending(&self) -> &[u8] {
        self.ring.as_slices().0
    }

    pub fn sent(&mut self, count: usize) {
        for _ in 0..count {
            if self.ring.pop_front().is_none() {
                break;
            }
        }
    }

    pub fn dropped_replies(&self) -> u32 {
        self.dropped_replies
    }

    pub fn dropped_logs(&self) -> u32 {
        self.dropped_logs
    }

    /// An error packet. [`ErrorState::None`] goes first on every command that is understood.
    pub fn error(&mut self, error: ErrorState) -> Result<(), OutputError> {
        self.packet(TYPE_ERROR, &[error as u8])
    }

    pub fn state(&mut self, state: State) -> Result<(), OutputError> {
        self.packet(TYPE_STATE, &[state as u8])
    }

    /// A result packet; at most 253 bytes of strings and a length byte for each.
    pub fn result(&mut self, rpc: Rpc, strings: &[&str]) -> Result<(), OutputError> {
        let mut data = Vec::<u8, MAX_DATA_BYTES>::new();
        let length = strings.iter().map(|string| string.len() + 1).sum::<usize>();
        let length = u8::try_from(length).map_err(|_| OutputError::TooLong)?;
        let mut put = |bytes: &[u8]| data.extend_from_slice(bytes).map_err(|_| OutputError::TooLong);
        put(&[rpc as u8, length])?;
        for string in strings {
            // Each is shorter than all of them.
            put(&[string.len() as u8])?;
            put(string.as_bytes())?;
        }
        self.packet(TYPE_RESULT, &data)
    }

    /// The answer to a chunk: bytes so far.
    pub fn progress(&mut self, rpc: Rpc, received_bytes: u16) -> Result<(), OutputError> {
        self.result(rpc, &[&number(received_bytes)])
    }

    /// One network of a scan; the end of a scan is a result without strings. Send at most [`MAX_SCAN_RESULTS`].
    pub fn network(&mut self, ssid: &str, rssi_dbm: i8, secured: bool) -> Result<(), OutputError> {
        let secured = if secured { "YES" } else { "NO" };
        self.result(Rpc::ScanWifi, &[ssid, &number(rssi_dbm), secured])
    }

    /// Online or not, and where to point a browser (may be empty).
    pub fn network_state(&mut self, is_online: bool, url: &str) -> Result<(), OutputError> {
        if is_online { self.result(Rpc::NetworkState, &["3", url]) } else { self.result(Rpc::NetworkState, &["2"]) }
    }

    pub fn status(&mut self, status: &Status<'_>) -> Result<(), OutputError> {
        let mut ip = String::<15>::new();
        if let Some([a, b, c, d]) = status.ip {
            // "255.255.255.255" has 15 characters.
            let _ = write!(ip, "{a}.{b}.{c}.{d}");
        }
        let approval = match status.approval {
            Approval::Pending => "pending",
            Approval::Approved => "approved",
            Approval::Rejected => "rejected",
        };
        self.result(
            Rpc::Status,
            &[
                status.id,
                status.firmware,
                status.board,
                flag(status.ip.is_some()),
                &ip,
                flag(status.is_broker_connected),
                flag(status.is_registered),
                approval,
                status.zone,
                &number(status.boot_count),
                flag(status.is_safe_mode),
            ],
        )
    }

    /// A log line; control characters become spaces, so that it stays one line and cannot pass for a packet.
    pub fn log(&mut self, level: LogLevel, uptime_ms: u64, text: fmt::Arguments<'_>) {
        if self.untold_logs > 0 {
            let untold = self.untold_logs;
            if !self.put_line(LogLevel::Warning, uptime_ms, format_args!("{untold} log lines dropped")) {
                self.count_dropped_log();
                return;
            }
            self.untold_logs = 0;
        }
        if !self.put_line(level, uptime_ms, text) {
            self.count_dropped_log();
        }
    }

    fn count_dropped_log(&mut self) {
        self.dropped_logs = self.dropped_logs.saturating_add(1);
        self.untold_logs = self.untold_logs.saturating_add(1);
    }

    /// Queues a line whole or not at all.
    fn put_line(&mut self, level: LogLevel, uptime_ms: u64, text: fmt::Arguments<'_>) -> bool {
        let mut line = LogLine::default();
        // Fails when the line is cut, which is what it is for.
        let _ = write!(line, "{} ({uptime_ms}) ", letter(level)).and_then(|()| line.write_fmt(text));
        let line = line.finish();
        if self.ring.len() + line.len() > LOG_SHARE_BYTES {
            return false;
        }
        self.put(line.as_bytes());
        true
    }

    fn packet(&mut self, kind: u8, data: &[u8]) -> Result<(), OutputError> {
        let mut frame = Vec::<u8, MAX_FRAMED_BYTES>::new();
        let length = u8::try_from(data.len()).map_err(|_| OutputError::TooLong)?;
        let mut put = |bytes: &[u8]| frame.extend_from_slice(bytes).map_err(|_| OutputError::TooLong);
        put(&PREFIX)?;
        put(&[kind, length])?;
        put(data)?;
        let sum = checksum(&frame);
        if self.ring.len() + frame.len() + 3 > RING_BYTES {
            self.dropped_replies = self.dropped_replies.saturating_add(1);
            return Err(OutputError::Full);
        }
        self.put(b"\n");
        self.put(&frame);
        self.put(&[sum, b'\n']);
        Ok(())
    }

    /// The callers have made sure that it fits.
    fn put(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let _ = self.ring.push_back(*byte);
        }
    }
}

/// One log line while it is written.
#[derive(Default)]
struct LogLine {
    text: String<LOG_LINE_BYTES>,
    is_cut: bool,
}

impl LogLine {
    fn finish(mut self) -> String<LOG_LINE_BYTES> {
        // Room for both was kept back.
        if self.is_cut {
            let _ = self.text.push_str(ELLIPSIS);
        }
        let _ = self.text.push('\n');
        self.text
    }
}

impl Write for LogLine {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for letter in text.chars() {
            let letter = if letter.is_control() { ' ' } else { letter };
            if self.text.len() + letter.len_utf8() + ELLIPSIS.len() + 1 > LOG_LINE_BYTES {
                self.is_cut = true;
                return Err(fmt::Error);
            }
            self.text.push(letter).map_err(|_| fmt::Error)?;
        }
        Ok(())
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

fn flag(is_set: bool) -> &'static str {
    if is_set { "1" } else { "0" }
}

/// Decimal; the longest, -2147483648, has 11 characters.
fn number(value: impl Into<i64>) -> String<11> {
    let mut text = String::new();
    let _ = write!(text, "{}", value.into());
    text
}
