//! Protection of pump motors (3.8, 8.4): how often they start, and how long they rest.
//!
//! Stock applies it to relays as well, only because both share a driver there. We do not: a lamp or a heater on a relay has no motor to
//! spare, and a rule that may not switch it for 30 s does harm.
//!
//! The record belongs to the pin and outlives the configuration, so that configuring a pump anew does not shorten its rest.

use heapless::{Deque, Vec};

use crate::config::MAX_ACTUATORS;

/// 3.8.
pub const MAX_STARTS_PER_HOUR: usize = 60;
/// 3.8: between off and on, ms.
pub const MIN_REST_MS: u64 = 30_000;
const HOUR_S: u64 = 3_600;

struct Log {
    gpio: u8,
    last_off_ms: Option<u64>,
    /// Seconds since boot, rounded up: half the memory of milliseconds, and never too early.
    starts_s: Deque<u32, MAX_STARTS_PER_HOUR>,
}

impl Log {
    fn wait_ms(&self, now_ms: u64) -> u64 {
        let rested_ms = self.last_off_ms.map_or(0, |off_ms| off_ms.saturating_add(MIN_REST_MS).saturating_sub(now_ms));
        let oldest_s = self.starts_s.front().filter(|_| self.starts_s.is_full());
        let spaced_ms = oldest_s.map_or(0, |&start_s| {
            let free_ms = u64::from(start_s).saturating_add(HOUR_S).saturating_mul(1000);
            free_ms.saturating_sub(now_ms)
        });
        rested_ms.max(spaced_ms)
    }

    /// Time of the last entry, ms; what is older than an hour protects nothing any more.
    fn last_ms(&self) -> u64 {
        let start_ms = self.starts_s.back().map_or(0, |&s| u64::from(s) * 1000);
        self.last_off_ms.unwrap_or(0).max(start_ms)
    }
}

/// One log per pin that ever drove a pump since boot, at most one per output.
pub struct Starts {
    logs: Vec<Log, MAX_ACTUATORS>,
}

impl Starts {
    pub const fn new() -> Starts {
        Starts { logs: Vec::new() }
    }

    /// How long a pump on `gpio` must not start yet, ms; 0 = it may. The first start after boot needs no rest.
    pub fn wait_ms(&self, gpio: u8, now_ms: u64) -> u64 {
        let log = self.logs.iter().find(|log| log.gpio == gpio);
        log.map_or(0, |log| log.wait_ms(now_ms))
    }

    pub fn note_start(&mut self, gpio: u8, now_ms: u64) {
        let Some(log) = self.log(gpio) else { return };
        if log.starts_s.is_full() {
            log.starts_s.pop_front();
        }
        let start_s = u32::try_from(now_ms.div_ceil(1000)).unwrap_or(u32::MAX);
        // Cannot fail: there is room for one.
        let _ = log.starts_s.push_back(start_s);
    }

    pub fn note_off(&mut self, gpio: u8, now_ms: u64) {
        if let Some(log) = self.log(gpio) {
            log.last_off_ms = Some(now_ms);
        }
    }

    /// The log of a pin, new if need be. When all are taken (by pins whose pumps were removed), the one that was quiet longest gives way.
    fn log(&mut self, gpio: u8) -> Option<&mut Log> {
        if !self.logs.iter().any(|log| log.gpio == gpio) {
            let log = Log { gpio, last_off_ms: None, starts_s: Deque::new() };
            if let Err(log) = self.logs.push(log) {
                let quietest = self.logs.iter_mut().min_by_key(|log| log.last_ms());
                *quietest? = log;
            }
        }
        self.logs.iter_mut().find(|log| log.gpio == gpio)
    }
}
