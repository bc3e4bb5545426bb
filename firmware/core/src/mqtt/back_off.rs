//! When to try the broker again (wire contract 7.1): exponential with jitter, and a circuit breaker after repeated failure.

/// Wait after the first failure.
const BASE_MS: u64 = 1_500;
/// The wait doubles up to this.
const MAX_MS: u64 = 12_000;
/// Up to 649 ms more, so that devices which lost their broker together do not come back together.
const JITTER_MS: u32 = 650;
/// Failures in a row that open the breaker.
const BREAKER_FAILURES: u32 = 5;
/// Wait while it is open; then one attempt, whose failure opens it again. That attempt's 10 s are [`super::CONNACK_TIMEOUT_MS`].
const BREAKER_OPEN_MS: u64 = 30_000;

/// Counts failures and says when the next attempt is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackOff {
    failures: u32,
}

impl BackOff {
    pub const fn new() -> BackOff {
        BackOff { failures: 0 }
    }

    /// An attempt has failed, or a connection was lost. Returns the time of the next attempt in ms of `now_ms`'s clock; `random` is any number.
    pub fn failed(&mut self, now_ms: u64, random: u32) -> u64 {
        self.failures = self.failures.saturating_add(1);
        let wait_ms = if self.is_open() {
            BREAKER_OPEN_MS
        } else {
            // Failures are 1 to 4 here.
            (BASE_MS << (self.failures - 1)).min(MAX_MS)
        };
        now_ms.saturating_add(wait_ms).saturating_add(u64::from(random % JITTER_MS))
    }

    /// The broker has accepted the connection.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Failures since the last success.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// The breaker is open (`mqtt_circuit_breaker_open` of the heartbeat).
    pub fn is_open(&self) -> bool {
        self.failures >= BREAKER_FAILURES
    }
}

impl Default for BackOff {
    fn default() -> Self {
        BackOff::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_limit_and_then_the_breaker_opens() {
        let mut back_off = BackOff::default();
        let waits: Vec<(u64, bool)> = (0..7).map(|_| (back_off.failed(1_000, 0) - 1_000, back_off.is_open())).collect();
        assert_eq!(
            waits,
            [
                (1_500, false),
                (3_000, false),
                (6_000, false),
                (12_000, false),
                (30_000, true),
                (30_000, true),
                (30_000, true)
            ]
        );
        assert_eq!(back_off.failures(), 7);
    }

    #[test]
    fn jitter_is_added_and_stays_below_650_ms() {
        assert_eq!(BackOff::new().failed(0, 649), 1_500 + 649);
        assert_eq!(BackOff::new().failed(0, 650), 1_500);
        assert_eq!(BackOff::new().failed(0, u32::MAX), 1_500 + u64::from(u32::MAX % 650));
    }

    #[test]
    fn a_success_closes_the_breaker_and_starts_over() {
        let mut back_off = BackOff::new();
        for _ in 0..5 {
            back_off.failed(0, 0);
        }
        back_off.succeeded();
        assert!(!back_off.is_open());
        assert_eq!(back_off.failures(), 0);
        assert_eq!(back_off.failed(0, 0), 1_500);
    }

    #[test]
    fn the_count_and_the_time_saturate() {
        let mut back_off = BackOff { failures: u32::MAX };
        assert_eq!(back_off.failed(u64::MAX, 7), u64::MAX);
        assert_eq!(back_off.failures(), u32::MAX);
    }
}
