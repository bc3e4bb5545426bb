//! Error events (wire contract 1.8): at most one per code and minute. Stock firmware throttles by `code % 32`, so that one code masks another;
//! we keep the newest sixteen codes.

use heapless::Deque;

use super::device::{Cx, Device};
use super::outgoing::ANSWER;
use crate::io::LogLevel;

/// The same code is reported once in this time, ms (1.8).
const THROTTLE_MS: u64 = 60_000;
/// Codes remembered; a device with more different faults at once says some of them twice.
const REMEMBERED: usize = 16;

pub struct ErrorThrottle {
    seen: Deque<(u16, u64), REMEMBERED>,
}

impl ErrorThrottle {
    pub const fn new() -> ErrorThrottle {
        ErrorThrottle { seen: Deque::new() }
    }

    /// May this code be said now? Remembers it.
    fn passes(&mut self, code: u16, now_ms: u64) -> bool {
        let last = self.seen.iter_mut().find(|(seen, _)| *seen == code);
        if let Some((_, at_ms)) = last {
            let is_due = now_ms >= at_ms.saturating_add(THROTTLE_MS);
            if is_due {
                *at_ms = now_ms;
            }
            return is_due;
        }
        if self.seen.is_full() {
            self.seen.pop_front();
        }
        let _ = self.seen.push_back((code, now_ms));
        true
    }
}

/// Category of a code by its thousands (6.1).
fn category(code: u16) -> &'static str {
    match code {
        1000..2000 => "HARDWARE",
        2000..3000 => "SERVICE",
        3000..4000 => "COMMUNICATION",
        _ => "APPLICATION",
    }
}

impl Device {
    /// Reports an error by its number; `severity` 1 warning, 2 error, 3 critical.
    pub fn report_error(&mut self, cx: &mut Cx<'_>, code: u16, severity: u8, message: &str) {
        self.counters.errors = self.counters.errors.saturating_add(1);
        cx.log(LogLevel::Warning, format_args!("error {code}: {message}"));
        let now_ms = cx.now_ms;
        if !self.errors.passes(code, now_ms) {
            return;
        }
        self.publish(cx, format_args!("system/error"), ANSWER, &|device, out| {
            out.uint("error_code", u64::from(code));
            out.uint("severity", u64::from(severity));
            out.str("category", category(code));
            out.str("message", message);
            out.object("context", |context| {
                context.str("esp_id", &device.id);
                context.uint("uptime_ms", now_ms);
            });
            out.int("ts", device.timestamp(now_ms));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_said_once_a_minute_and_masks_no_other() {
        let mut throttle = ErrorThrottle::new();
        assert!(throttle.passes(1052, 0));
        assert!(!throttle.passes(1052, 59_999));
        assert!(throttle.passes(1020, 1_000));
        assert!(throttle.passes(1052, 60_000));
    }

    #[test]
    fn more_codes_than_are_remembered_are_still_said() {
        let mut throttle = ErrorThrottle::new();
        for code in 0..40 {
            assert!(throttle.passes(code, 0));
        }
    }
}
