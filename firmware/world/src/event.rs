//! What the device did, for whoever watches it.

use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use leitstand_core::io::LogLevel;

/// Events kept for a shell that does not take them; about an hour of a busy device. Beyond it the oldest are dropped, and a log line says how many.
const MAX_EVENTS: usize = 4096;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The electrical level of an output: 0 = low, 255 = high, between them a pulse width.
    Pin {
        gpio: u8,
        duty: u8,
        t_ms: u64,
    },
    Log {
        level: LogLevel,
        text: String,
    },
}

impl Event {
    /// One line for standard output, without its end.
    pub fn to_json(&self) -> String {
        match self {
            Event::Pin { gpio, duty, t_ms } => {
                format!(r#"{{"event":"pin","gpio":{gpio},"duty":{duty},"t_ms":{t_ms}}}"#)
            }
            Event::Log { level, text } => {
                let text = serde_json::Value::from(text.as_str()).to_string();
                format!(r#"{{"event":"log","level":"{}","text":{text}}}"#, word(*level))
            }
        }
    }
}

fn word(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warning => "warning",
        LogLevel::Error => "error",
        LogLevel::Critical => "critical",
    }
}

#[derive(Debug, Default)]
pub struct Events {
    waiting: VecDeque<Event>,
    dropped: u64,
}

impl Events {
    pub fn push(&mut self, event: Event) {
        if self.waiting.len() >= MAX_EVENTS {
            self.waiting.pop_front();
            self.dropped += 1;
        }
        self.waiting.push_back(event);
    }

    pub fn take(&mut self) -> Vec<Event> {
        let mut events = Vec::with_capacity(self.waiting.len() + 1);
        let dropped = core::mem::take(&mut self.dropped);
        if dropped > 0 {
            events.push(Event::Log {
                level: LogLevel::Warning,
                text: format!("{dropped} events were dropped because nobody took them"),
            });
        }
        events.extend(self.waiting.drain(..));
        events
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_single_lines_of_json() {
        let pin = Event::Pin { gpio: 18, duty: 255, t_ms: 1234 };
        assert_eq!(pin.to_json(), r#"{"event":"pin","gpio":18,"duty":255,"t_ms":1234}"#);
        let log = Event::Log { level: LogLevel::Critical, text: "a \"b\"\n\u{1}°C".to_string() };
        assert_eq!(log.to_json(), r#"{"event":"log","level":"critical","text":"a \"b\"\n\u0001°C"}"#);
    }

    #[test]
    fn events_that_nobody_takes_are_dropped_and_counted() {
        let mut events = Events::default();
        for t_ms in 0..MAX_EVENTS as u64 + 3 {
            let (gpio, duty) = (1, 0);
            events.push(Event::Pin { gpio, duty, t_ms });
        }
        let taken = events.take();
        assert_eq!(taken.len(), MAX_EVENTS + 1);
        let Event::Log { text, .. } = &taken[0] else { panic!("{:?}", taken[0]) };
        assert!(text.starts_with("3 events"));
        assert!(matches!(taken[1], Event::Pin { t_ms: 3, .. }));
        assert_eq!(events.take(), []);
    }
}
