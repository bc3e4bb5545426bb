//! Offline rules with a time filter.

use crate::bench::{Bench, HEATER, heating};
use leitstand_core::config::{OfflineRule, TimeFilter, Timezone};
use leitstand_core::offline::Order;

const EVERY_DAY: u8 = 0b111_1111;
const SUNDAY: u8 = 0b000_0001;
const SATURDAY: u8 = 0b100_0000;
/// Saturday 2026-07-04, 00:00 UTC; Berlin is two hours ahead.
const SATURDAY_S: u64 = 1_783_123_200;
const HOUR_S: u64 = 3600;

/// Every day in UTC.
fn window(start: (u16, u16), end: (u16, u16)) -> TimeFilter {
    TimeFilter {
        start_minute: start.0 * 60 + start.1,
        end_minute: end.0 * 60 + end.1,
        days: EVERY_DAY,
        timezone: Timezone::Utc,
    }
}

fn by_time_alone(marker: &str, time: Option<TimeFilter>) -> OfflineRule {
    // The limits stay as a console may leave them; they mean nothing here.
    OfflineRule { sensor_gpio: 255, sensor_kind: marker.try_into().unwrap(), time, ..heating(HEATER) }
}

/// What a rule by time alone orders that many seconds after the midnight before Saturday.
fn order_at(rule: &OfflineRule, after_s: u64) -> Option<Order> {
    let mut bench = Bench::new(std::slice::from_ref(rule));
    bench.unix_s = Some(SATURDAY_S + after_s);
    bench.order(HEATER)
}

#[test]
fn a_window_rule_is_on_in_its_window_and_off_outside_and_waits_for_no_samples() {
    let rule = by_time_alone("__twindow_on", Some(window((6, 30), (22, 0))));
    let cases = [
        (0, Order::Off),
        (6 * HOUR_S + 1799, Order::Off),
        (6 * HOUR_S + 1800, Order::On),
        (12 * HOUR_S, Order::On),
        (22 * HOUR_S - 1, Order::On),
        (22 * HOUR_S, Order::Off),
        (24 * HOUR_S - 1, Order::Off),
    ];
    for (after_s, order) in cases {
        assert_eq!(order_at(&rule, after_s), Some(order), "{after_s}");
    }
}

#[test]
fn an_off_window_is_off_inside_and_the_default_outside() {
    let rule = by_time_alone("__twindow_off", Some(window((6, 30), (22, 0))));
    assert_eq!(order_at(&rule, 12 * HOUR_S), Some(Order::Off));
    assert_eq!(order_at(&rule, 23 * HOUR_S), Some(Order::Safe));
}

#[test]
fn a_window_that_ends_before_it_starts_passes_midnight() {
    let rule = by_time_alone("__twindow_on", Some(window((22, 0), (6, 0))));
    let cases = [
        (0, Order::On),
        (6 * HOUR_S - 1, Order::On),
        (6 * HOUR_S, Order::Off),
        (22 * HOUR_S - 1, Order::Off),
        (22 * HOUR_S, Order::On),
    ];
    for (after_s, order) in cases {
        assert_eq!(order_at(&rule, after_s), Some(order), "{after_s}");
    }
}

#[test]
fn a_window_that_ends_when_it_starts_is_empty() {
    let rule = by_time_alone("__twindow_on", Some(window((12, 0), (12, 0))));
    assert_eq!(order_at(&rule, 12 * HOUR_S), Some(Order::Off));
    assert_eq!(order_at(&rule, 0), Some(Order::Off));
}

#[test]
fn days_are_those_of_the_moment_with_bit_0_for_sunday() {
    let on_days = |days, start, end| {
        let time = TimeFilter { days, ..window(start, end) };
        by_time_alone("__twindow_on", Some(time))
    };
    for weekday in 0..7 {
        let rule = on_days(1 << weekday, (0, 0), (23, 59));
        for day in 0..14 {
            // Day 0 is a Saturday.
            let expected = if (day + 6) % 7 == weekday { Order::On } else { Order::Off };
            assert_eq!(order_at(&rule, day * 24 * HOUR_S), Some(expected), "{weekday} {day}");
        }
    }
    // Past midnight it is the next day.
    let overnight = on_days(SATURDAY, (22, 0), (6, 0));
    assert_eq!(order_at(&overnight, 23 * HOUR_S), Some(Order::On));
    assert_eq!(order_at(&overnight, 25 * HOUR_S), Some(Order::Off));
    // No day, and a bit that is no day.
    assert_eq!(order_at(&on_days(0, (0, 0), (23, 59)), 0), Some(Order::Off));
    assert_eq!(order_at(&on_days(0x80, (0, 0), (23, 59)), 0), Some(Order::Off));
}

#[test]
fn a_window_is_in_the_local_time_of_its_zone() {
    let time = TimeFilter { timezone: Timezone::CentralEurope, days: SUNDAY, ..window((0, 0), (1, 0)) };
    let rule = by_time_alone("__twindow_on", Some(time));
    // Sunday begins in Berlin at 22:00 UTC of Saturday.
    assert_eq!(order_at(&rule, 22 * HOUR_S - 1), Some(Order::Off));
    assert_eq!(order_at(&rule, 22 * HOUR_S), Some(Order::On));
    assert_eq!(order_at(&rule, 23 * HOUR_S), Some(Order::Off));
}

#[test]
fn without_a_clock_or_a_window_a_rule_by_time_keeps_the_safe_state() {
    for marker in ["__twindow_on", "__twindow_off"] {
        let with_window = by_time_alone(marker, Some(window((0, 0), (23, 59))));
        assert_eq!(Bench::new(&[with_window]).order(HEATER), Some(Order::Safe));
        assert_eq!(order_at(&by_time_alone(marker, None), 0), Some(Order::Safe));
    }
}

#[test]
fn a_rule_with_a_sensor_and_a_window_is_inactive_outside_of_it() {
    let rule = OfflineRule { time: Some(window((6, 0), (22, 0))), ..heating(HEATER) };
    let mut bench = Bench::new(&[rule]);
    bench.unix_s = Some(SATURDAY_S + 12 * HOUR_S);
    assert_eq!(bench.settle(15.0), Some(Order::On));
    bench.unix_s = Some(SATURDAY_S + 22 * HOUR_S);
    assert_eq!(bench.at(15.0), Some(Order::Off));
    // Without a value it is just as inactive.
    bench.forget(4, "ds18b20");
    assert_eq!(bench.order(HEATER), Some(Order::Off));
    // The sensor goes on being sampled, so the next window begins with a decision; in the band that is off.
    bench.at(19.0);
    bench.at(19.0);
    bench.at(19.0);
    bench.unix_s = Some(SATURDAY_S + 30 * HOUR_S);
    assert_eq!(bench.at(19.0), Some(Order::Off));
    assert_eq!(bench.at(17.0), Some(Order::On));
}

#[test]
fn a_rule_with_a_window_pauses_in_the_safe_state_while_the_clock_is_not_set() {
    let rule = OfflineRule { time: Some(window((0, 0), (23, 59))), ..heating(HEATER) };
    let mut bench = Bench::new(&[rule]);
    assert_eq!(bench.settle(15.0), Some(Order::Safe));
    bench.unix_s = Some(SATURDAY_S);
    assert_eq!(bench.at(15.0), Some(Order::On));
    // A clock is never lost; if it were, what was decided would not come back by itself.
    bench.unix_s = None;
    assert_eq!(bench.at(19.0), Some(Order::Safe));
    bench.unix_s = Some(SATURDAY_S);
    assert_eq!(bench.at(19.0), None);
}

#[test]
fn a_rule_without_a_window_needs_no_clock() {
    let mut bench = Bench::new(&[heating(HEATER)]);
    assert_eq!((bench.unix_s, bench.settle(15.0)), (None, Some(Order::On)));
}
