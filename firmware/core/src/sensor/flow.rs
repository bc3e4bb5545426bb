//! Flow meters that give pulses. Source: "YF-S201 Hall effect water flow meter": f = 7.5 · Q, f in Hz, Q in l/min.

use super::reading::{Number, Quality};
use super::sampler::{Measured, Step, Target};
use crate::config::OperatingMode;
use crate::io::Io;

/// Shortest window: one pulse in it is 0.27 l/min.
const MIN_WINDOW_MS: u64 = 500;
/// A window of its own, for the first measurement and for one that is asked for: 0.13 l/min.
const FRESH_WINDOW_MS: u64 = 1000;

/// Where the running window began. It is kept from one measurement to the next, so that no pulse is lost between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub pulses: u32,
    pub begun_ms: u64,
}

/// One measurement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flow {
    /// When the window is long enough; `None` before it is chosen.
    due_ms: Option<u64>,
}

impl Flow {
    pub const fn new() -> Flow {
        Flow { due_ms: None }
    }

    pub fn poll(&mut self, target: &Target<'_>, window: &mut Option<Window>, now_ms: u64, io: &mut dyn Io) -> Step {
        let pulses = io.pulses(target.config.gpio);
        let fresh = Window { pulses, begun_ms: now_ms };
        let Some(due_ms) = self.due_ms else {
            let until_ms = match window {
                Some(running) if is_usable(running, target, now_ms) => running.begun_ms.saturating_add(MIN_WINDOW_MS),
                _ => {
                    *window = Some(fresh);
                    now_ms.saturating_add(FRESH_WINDOW_MS)
                }
            };
            self.due_ms = Some(until_ms);
            return Step::Wait { until_ms };
        };
        if now_ms < due_ms {
            return Step::Wait { until_ms: due_ms };
        }
        let begun = window.replace(fresh).unwrap_or(fresh);
        Step::done(target, measured(&begun, &fresh))
    }
}

/// The window of a sensor that measures by itself is its interval; that of another one would reach back to whenever it was asked last.
fn is_usable(window: &Window, target: &Target<'_>, now_ms: u64) -> bool {
    let longest_ms = u64::from(target.config.interval_s) * 2000;
    target.config.mode == OperatingMode::Continuous && now_ms.saturating_sub(window.begun_ms) <= longest_ms
}

/// l/min with one decimal: Q · 10 = pulses / (elapsed / 1000) / 7.5 · 10 = 4000 · pulses / (3 · elapsed).
fn measured(begun: &Window, now: &Window) -> Measured {
    let pulses = u64::from(now.pulses.wrapping_sub(begun.pulses));
    let elapsed_ms = now.begun_ms.saturating_sub(begun.begun_ms);
    let thirds = elapsed_ms.max(1).saturating_mul(3);
    let tenths = (pulses * 4000).saturating_add(thirds / 2) / thirds;
    let raw = Number::new(i32::try_from(tenths).unwrap_or(i32::MAX), 1);
    Measured { raw, value: raw.as_f32(), quality: Quality::Good, error_code: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(pulses: u32, begun_ms: u64) -> Window {
        Window { pulses, begun_ms }
    }

    fn tenths(begun: Window, now: Window) -> i32 {
        measured(&begun, &now).raw.digits
    }

    #[test]
    fn seven_and_a_half_hertz_are_one_litre_per_minute() {
        assert_eq!(tenths(window(0, 0), window(75, 10_000)), 10);
        assert_eq!(tenths(window(0, 0), window(225, 1000)), 300);
        assert_eq!(tenths(window(5, 0), window(5, 1000)), 0);
    }

    #[test]
    fn the_counter_may_wrap_in_the_window() {
        assert_eq!(tenths(window(u32::MAX - 9, 0), window(65, 10_000)), 10);
    }

    #[test]
    fn no_window_and_no_count_overflow() {
        assert_eq!(tenths(window(0, 0), window(u32::MAX, 0)), i32::MAX);
        assert_eq!(tenths(window(0, 9), window(0, 0)), 0);
        assert_eq!(tenths(window(0, 0), window(u32::MAX, u64::MAX)), 0);
    }
}
