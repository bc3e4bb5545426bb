//! Keeps a dead sensor from being asked again and again (wire contract 7.1: "10 failures → open, probe every 5 min").

/// 7.1.
pub const FAILURES_TO_OPEN: u8 = 10;
/// 7.1.
pub const PROBE_INTERVAL_MS: u64 = 5 * 60_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Breaker {
    /// In a row; saturates.
    failures: u8,
    probe_at_ms: u64,
}

impl Breaker {
    pub const fn new() -> Breaker {
        Breaker { failures: 0, probe_at_ms: 0 }
    }

    pub fn is_open(&self) -> bool {
        self.failures >= FAILURES_TO_OPEN
    }

    /// When the next probe is allowed; `None` while closed.
    pub fn probe_at_ms(&self) -> Option<u64> {
        self.is_open().then_some(self.probe_at_ms)
    }

    pub fn allows(&self, now_ms: u64) -> bool {
        !self.is_open() || now_ms >= self.probe_at_ms
    }

    pub fn succeeded(&mut self) {
        self.failures = 0;
    }

    pub fn failed(&mut self, now_ms: u64) {
        self.failures = self.failures.saturating_add(1);
        self.probe_at_ms = now_ms.saturating_add(PROBE_INTERVAL_MS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_failures_in_a_row_open_it_and_one_success_closes_it() {
        let mut breaker = Breaker::new();
        for _ in 0..9 {
            breaker.failed(1000);
        }
        assert!(breaker.allows(1000));
        breaker.succeeded();
        for _ in 0..9 {
            breaker.failed(1000);
        }
        assert!(!breaker.is_open());
        breaker.failed(1000);
        assert!(breaker.is_open());
        assert_eq!(breaker.probe_at_ms(), Some(301_000));
        breaker.succeeded();
        assert_eq!(breaker.probe_at_ms(), None);
    }

    #[test]
    fn a_failed_probe_waits_another_five_minutes() {
        let mut breaker = Breaker::new();
        for _ in 0..300 {
            breaker.failed(0);
        }
        assert!(!breaker.allows(PROBE_INTERVAL_MS - 1));
        assert!(breaker.allows(PROBE_INTERVAL_MS));
        breaker.failed(PROBE_INTERVAL_MS);
        assert!(!breaker.allows(2 * PROBE_INTERVAL_MS - 1));
        assert!(breaker.allows(2 * PROBE_INTERVAL_MS));
    }
}
