//! What time it is: a wall clock over the monotonic one (wire contract 9.4), and local time for the time filters of offline rules (5.4).

use crate::config::Timezone;

/// 9.4: what lies outside is a clock that nobody has set, or a broken message.
pub const OLDEST_VALID_UNIX_S: u64 = 1_700_000_000;
pub const NEWEST_VALID_UNIX_S: u64 = 2_500_000_000;

const MS_PER_S: u64 = 1000;
const S_PER_MINUTE: u64 = 60;
const S_PER_HOUR: u64 = 3600;
const S_PER_DAY: u64 = 86_400;

/// Who says what time it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeSource {
    /// A time server.
    Ntp,
    /// `server_time` of an acknowledgement: whole seconds, late by the way through the broker. Good enough until NTP answers.
    Server,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reference {
    unix_ms: u64,
    /// The monotonic time at which it was that time.
    at_ms: u64,
    source: TimeSource,
}

/// The wall clock. Until it is set it gives no time, and payloads carry `ts` 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    reference: Option<Reference>,
}

impl Clock {
    pub const fn new() -> Clock {
        Clock { reference: None }
    }

    /// Sets the clock to `unix_s` (Unix seconds) at `now_ms` (since boot). False, and nothing changes, when the time is outside the valid
    /// range, and for a `Server` time once NTP has answered.
    pub fn set(&mut self, unix_s: u64, source: TimeSource, now_ms: u64) -> bool {
        let is_valid = (OLDEST_VALID_UNIX_S..=NEWEST_VALID_UNIX_S).contains(&unix_s);
        if !is_valid || (source == TimeSource::Server && self.source() == Some(TimeSource::Ntp)) {
            return false;
        }
        self.reference = Some(Reference {
            // In the valid range there is no overflow.
            unix_ms: unix_s.saturating_mul(MS_PER_S),
            at_ms: now_ms,
            source,
        });
        true
    }

    /// Who set the clock last; `None` while it is not set.
    pub fn source(&self) -> Option<TimeSource> {
        self.reference.map(|reference| reference.source)
    }

    /// Unix time in milliseconds; `None` while the clock is not set.
    pub fn unix_ms(&self, now_ms: u64) -> Option<u64> {
        let reference = self.reference?;
        Some(reference.unix_ms.saturating_add(now_ms.saturating_sub(reference.at_ms)))
    }

    /// Unix time in seconds; `None` while the clock is not set.
    pub fn unix_s(&self, now_ms: u64) -> Option<u64> {
        self.unix_ms(now_ms).map(|unix_ms| unix_ms / MS_PER_S)
    }
}

/// A time of the week on the wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    /// 0 to 1439.
    pub minute_of_day: u16,
    /// 0 = Sunday, as in the bits of a time filter.
    pub weekday: u8,
}

/// The local time at `unix_s` (Unix seconds). Central Europe is an hour ahead of UTC, two from 01:00 UTC of the last Sunday of March to 01:00
/// UTC of the last Sunday of October (Directive 2000/84/EC, in force since 2002).
pub fn local_time(unix_s: u64, timezone: Timezone) -> LocalTime {
    let offset_s = match timezone {
        Timezone::Utc => 0,
        Timezone::CentralEurope if is_summer(unix_s) => 2 * S_PER_HOUR,
        Timezone::CentralEurope => S_PER_HOUR,
    };
    let local_s = unix_s.saturating_add(offset_s);
    LocalTime { minute_of_day: (local_s % S_PER_DAY / S_PER_MINUTE) as u16, weekday: weekday(local_s / S_PER_DAY) }
}

/// Of a day counted from 1970-01-01, which was a Thursday (4).
fn weekday(day: u64) -> u8 {
    (day.saturating_add(4) % 7) as u8
}

fn is_summer(unix_s: u64) -> bool {
    // Days from a 1 March, so that the leap day is the last of its year (Howard Hinnant, "chrono-compatible low-level date algorithms",
    // civil_from_days): 719,468 days lie between 0000-03-01 and 1970-01-01, 146,097 days make 400 years.
    let day = unix_s / S_PER_DAY;
    let day_of_era = day.saturating_add(719_468) % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let first_of_year = 365 * year_of_era + year_of_era / 4 - year_of_era / 100;
    let day_of_year = day_of_era - first_of_year;
    // In such a year 31 March is day 30 and 31 October day 244; January and February come at its end.
    let first = day.saturating_sub(day_of_year);
    let start_s = summer_time_change_s(first.saturating_add(30));
    let end_s = summer_time_change_s(first.saturating_add(244));
    (start_s..end_s).contains(&unix_s)
}

/// 01:00 UTC of the last Sunday of the month whose last day that is, in Unix seconds.
fn summer_time_change_s(last_day: u64) -> u64 {
    let sunday = last_day.saturating_sub(u64::from(weekday(last_day)));
    sunday.saturating_mul(S_PER_DAY).saturating_add(S_PER_HOUR)
}
