//! What one offline rule says at one moment (wire contract 3.9, 5.4).

use super::rules::{Order, Surroundings};
use crate::clock::{LocalTime, local_time};
use crate::config::{OfflineRule, TimeFilter};

/// 3.9: "first decision after 3 samples". A sample is an evaluation that finds a usable value, as in stock firmware: three in a row, so the
/// first decision is 10 s after the first evaluation. (Three measured values would take up to 15 minutes at the longest interval.)
pub const FIRST_DECISION_SAMPLES: u8 = 3;
/// 3.9: a value older than this says nothing about now.
pub const VALUE_MAX_AGE_MS: u64 = 300_000;

/// 5.4: in place of a value type, for rules by time alone.
const TIME_ONLY_ON: &str = "__twindow_on";
const TIME_ONLY_OFF: &str = "__twindow_off";
/// 3.9: the device has raw counts of these; the calibration is with the console. The long names are aliases (8.1).
const NEED_CALIBRATION: [&str; 5] = ["ph", "ph_sensor", "ec", "ec_sensor", "moisture"];
/// 3.9: the same for all that begin so.
const NEED_CALIBRATION_PREFIX: &str = "soil";

/// What a rule has seen of its sensor since the device is alone.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Progress {
    /// Usable values in a row, up to [`FIRST_DECISION_SAMPLES`].
    samples: u8,
    /// When the last usable value was measured.
    usable_at_ms: Option<u64>,
    /// The samples were enough once, and nothing has been forgotten since.
    has_decided: bool,
    /// See [`super::RuleStates::override_actuator`].
    pub(super) is_overridden: bool,
}

impl Progress {
    /// The state of a rule that can't judge. What it decided is outdated; what the store remembers of before a restart is not.
    fn forget(&mut self, was_active: Option<bool>) -> Option<bool> {
        let is_stored = !self.has_decided;
        self.has_decided = false;
        was_active.filter(|_| is_stored)
    }
}

impl Progress {
    pub(super) const NEW: Progress =
        Progress { samples: 0, usable_at_ms: None, has_decided: false, is_overridden: false };
}

/// What a rule wants of its output; of several the last in this list prevails.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Vote {
    /// Leaves the output as it is.
    Abstain,
    Off,
    /// Can't judge.
    Safe,
    /// Will judge soon: nothing shall be switched off only to be switched on again.
    Wait,
    On,
}

impl Vote {
    /// Of a rule that is active, is not, or has not crossed a limit yet.
    fn of(decision: Option<bool>) -> Vote {
        match decision {
            Some(true) => Vote::On,
            Some(false) => Vote::Off,
            None => Vote::Abstain,
        }
    }

    pub(super) fn order(self) -> Option<Order> {
        match self {
            Vote::On => Some(Order::On),
            Vote::Off => Some(Order::Off),
            Vote::Safe => Some(Order::Safe),
            Vote::Abstain | Vote::Wait => None,
        }
    }
}

/// The vote of a rule, and its new state: whether it is active, `None` while that is not known and for rules without a band.
pub(super) fn judge(
    rule: &OfflineRule,
    was_active: Option<bool>,
    progress: &mut Progress,
    around: &Surroundings<'_>,
) -> (Option<bool>, Vote) {
    if needs_calibration(&rule.sensor_kind) {
        return (None, Vote::Off);
    }
    let time = time_of(rule, around);
    if rule.sensor_kind == TIME_ONLY_ON || rule.sensor_kind == TIME_ONLY_OFF {
        return (None, by_time(time, rule.sensor_kind == TIME_ONLY_ON));
    }
    // The sensor is looked at in any case: when the window opens, the samples are there.
    let reading = look(rule, progress, around);
    let is_active = match (time, reading) {
        (Time::Unknown, _) | (Time::Any | Time::Within, Reading::Stale) => {
            return (progress.forget(was_active), Vote::Safe);
        }
        (Time::Outside, _) => Some(false),
        (_, Reading::Usable(value)) => {
            progress.has_decided = true;
            by_band(rule, value, was_active)
        }
        (_, Reading::NotYet) if !progress.has_decided => return (was_active, Vote::Wait),
        (_, Reading::NotYet) => was_active,
    };
    (is_active, Vote::of(is_active))
}

fn needs_calibration(kind: &str) -> bool {
    let is_named = NEED_CALIBRATION.iter().any(|name| kind.eq_ignore_ascii_case(name));
    let prefix = kind.get(..NEED_CALIBRATION_PREFIX.len());
    is_named || prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(NEED_CALIBRATION_PREFIX))
}

#[derive(Clone, Copy)]
enum Reading {
    Usable(f32),
    /// Too few samples yet, or the sensor fails for a moment.
    NotYet,
    /// No value for [`VALUE_MAX_AGE_MS`].
    Stale,
}

fn look(rule: &OfflineRule, progress: &mut Progress, around: &Surroundings<'_>) -> Reading {
    let is_recent = |at_ms: u64| around.now_ms.saturating_sub(at_ms) <= VALUE_MAX_AGE_MS;
    let sampled = (around.value_of)(rule.sensor_gpio, &rule.sensor_kind);
    match sampled.filter(|sampled| sampled.value.is_finite() && is_recent(sampled.at_ms)) {
        Some(sampled) => {
            progress.usable_at_ms = Some(sampled.at_ms);
            progress.samples = progress.samples.saturating_add(1).min(FIRST_DECISION_SAMPLES);
            if progress.samples < FIRST_DECISION_SAMPLES {
                return Reading::NotYet;
            }
            Reading::Usable(sampled.value)
        }
        None => {
            progress.samples = 0;
            if progress.usable_at_ms.is_some_and(is_recent) {
                return Reading::NotYet;
            }
            Reading::Stale
        }
    }
}

/// A limit of 0.0 is none (5.4); one that is no number can't be compared with.
fn limit(limit: f32) -> Option<f32> {
    Some(limit).filter(|limit| *limit != 0.0 && limit.is_finite())
}

/// Active beyond an outer limit, inactive again beyond the inner one of the same side, and as it was in between. Without an inner limit the band
/// has no width. With limits on both sides (below for heating, above for cooling) both have to be satisfied for the rule to end.
fn by_band(rule: &OfflineRule, value: f32, was_active: Option<bool>) -> Option<bool> {
    let too_low = limit(rule.activate_below);
    let too_high = limit(rule.activate_above);
    if too_low.is_some_and(|low| value < low) || too_high.is_some_and(|high| value > high) {
        return Some(true);
    }
    let is_warm = limit(rule.deactivate_above).is_none_or(|enough| value > enough);
    let is_cool = limit(rule.deactivate_below).is_none_or(|enough| value < enough);
    if is_warm && is_cool {
        return Some(false);
    }
    was_active
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Time {
    /// The rule has no time filter.
    Any,
    Within,
    Outside,
    /// It has one, and the clock is not set.
    Unknown,
}

fn time_of(rule: &OfflineRule, around: &Surroundings<'_>) -> Time {
    match (&rule.time, around.unix_s) {
        (None, _) => Time::Any,
        (Some(_), None) => Time::Unknown,
        (Some(filter), Some(unix_s)) => {
            if is_within(filter, local_time(unix_s, filter.timezone)) {
                Time::Within
            } else {
                Time::Outside
            }
        }
    }
}

/// The day is that of the moment, also after midnight in a window that passes it, as in stock firmware. A window that ends when it starts is
/// empty.
fn is_within(filter: &TimeFilter, local: LocalTime) -> bool {
    let TimeFilter { start_minute: start, end_minute: end, days, .. } = *filter;
    let minute = local.minute_of_day;
    let is_today = days.checked_shr(local.weekday.into()).unwrap_or(0) & 1 == 1;
    is_today && if start <= end { (start..end).contains(&minute) } else { minute >= start || minute < end }
}

/// On in its window and off outside; or off in its window, and outside as the actuator is by default. Without a window, or with a clock that is
/// not set, there is nothing to go by.
fn by_time(time: Time, switches_on: bool) -> Vote {
    match (time, switches_on) {
        (Time::Within, true) => Vote::On,
        (Time::Within, false) | (Time::Outside, true) => Vote::Off,
        (Time::Outside, false) | (Time::Any | Time::Unknown, _) => Vote::Safe,
    }
}
