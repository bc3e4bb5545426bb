use super::*;
use crate::actuator::{MAX_STARTS_PER_HOUR, MIN_REST_MS, Scope};
use ActuatorKind::{Pump, Relay};

const HOUR_MS: u64 = 3_600_000;

fn pump() -> Bench {
    Bench::with(config(18, Pump))
}

#[test]
fn the_first_start_after_boot_needs_no_rest() {
    let mut bench = pump();
    bench.now_ms = 1;
    assert!(bench.send(18, "ON").success);
}

#[test]
fn a_pump_rests_30_s_and_a_refusal_says_how_long_to_wait() {
    let mut bench = pump();
    bench.send(18, "ON");
    bench.now_ms += 10_000;
    bench.send(18, "OFF");
    bench.now_ms += 6_500;
    bench.io.take();
    let refused = bench.send(18, "ON");
    assert_eq!(
        (refused.success, refused.message.as_str(), refused.error_code),
        (false, "Pump protection: wait 24 s", None)
    );
    assert_eq!(bench.io.take(), []);
    bench.now_ms += MIN_REST_MS - 6_501;
    assert!(!bench.send(18, "TOGGLE").success);
    assert!(!bench.pwm(18, 1.0).success);
    bench.now_ms += 1;
    assert!(bench.send(18, "TOGGLE").success);
    assert_eq!(bench.io.pin(18), Drive::High);
}

#[test]
fn a_refused_start_leaves_source_and_clocks_as_they_were() {
    let mut bench = pump();
    bench.send(18, "ON");
    bench.send(18, "OFF");
    let issued_by = "user:other";
    assert!(!bench.order(18, Order { issued_by, ..order("ON") }).success);
    assert_eq!(bench.shows(18), (false, 0, "user:mira"));
    assert_eq!(bench.bank.next_due(), u64::MAX);
}

#[test]
fn switching_off_and_sending_on_again_to_a_running_pump_are_never_refused() {
    let mut bench = pump();
    for _ in 0..200 {
        assert!(bench.send(18, "ON").success);
    }
    assert!(bench.send(18, "OFF").success);
    assert!(bench.send(18, "OFF").success);
}

#[test]
fn an_off_to_a_pump_that_is_off_does_not_lengthen_its_rest() {
    let mut bench = pump();
    bench.send(18, "ON");
    bench.send(18, "OFF");
    bench.now_ms += MIN_REST_MS - 1;
    bench.send(18, "OFF");
    bench.now_ms += 1;
    assert!(bench.send(18, "ON").success);
}

#[test]
fn a_pump_starts_at_most_60_times_in_any_hour() {
    let mut bench = pump();
    let first_ms = bench.now_ms;
    for _ in 0..MAX_STARTS_PER_HOUR {
        assert!(bench.send(18, "ON").success);
        bench.send(18, "OFF");
        bench.now_ms += MIN_REST_MS;
    }
    let passed_ms = bench.now_ms - first_ms;
    let refused = bench.send(18, "ON");
    let wait_s = (HOUR_MS - passed_ms) / 1000;
    assert_eq!(refused.message, format!("Pump protection: wait {wait_s} s").as_str());
    bench.now_ms = first_ms + HOUR_MS - 1;
    assert!(!bench.send(18, "ON").success);
    bench.now_ms += 1;
    assert!(bench.send(18, "ON").success);
    bench.send(18, "OFF");
    // The second start of the first hour is next to grow old.
    bench.now_ms = first_ms + HOUR_MS + MIN_REST_MS - 1;
    assert!(!bench.send(18, "ON").success);
    bench.now_ms += 1;
    assert!(bench.send(18, "ON").success);
}

#[test]
fn an_emergency_stop_and_the_end_of_a_run_count_as_off() {
    let mut bench = pump();
    bench.send(18, "ON");
    bench.stop();
    bench.bank.clear_all();
    bench.now_ms += MIN_REST_MS - 1;
    assert!(!bench.send(18, "ON").success);
    bench.now_ms += 1;
    let duration_s = 3;
    assert!(bench.order(18, Order { duration_s, ..order("ON") }).success);
    bench.advance(3_000);
    assert!(!bench.send(18, "ON").success);
}

#[test]
fn relays_have_no_pump_protection() {
    let mut bench = Bench::with(config(18, Relay));
    for _ in 0..200 {
        assert!(bench.send(18, "TOGGLE").success);
    }
}

#[test]
fn configuring_a_pump_anew_does_not_shorten_its_rest() {
    let mut bench = pump();
    bench.send(18, "ON");
    assert!(bench.bank.remove(18, bench.now_ms, &mut bench.io));
    bench.configure(config(18, Pump)).unwrap();
    assert!(!bench.send(18, "ON").success);
    bench.now_ms += MIN_REST_MS;
    assert!(bench.send(18, "ON").success);
}

#[test]
fn pumps_do_not_rest_for_each_other() {
    let mut bench = pump();
    bench.configure(config(19, Pump)).unwrap();
    bench.send(18, "ON");
    bench.send(18, "OFF");
    assert!(bench.send(19, "ON").success);
}

#[test]
fn pumps_on_ever_new_pins_are_protected_although_the_records_are_few() {
    let mut bench = Bench::new();
    for round in 0..3 {
        for &gpio in ESP32.usable.iter().filter(|&&gpio| gpio < 32 && gpio != 21 && gpio != 22) {
            bench.configure(config(gpio, Pump)).unwrap();
            assert!(bench.send(gpio, "ON").success, "round {round}, pin {gpio}");
            bench.send(gpio, "OFF");
            assert!(!bench.send(gpio, "ON").success, "round {round}, pin {gpio}");
            bench.bank.remove(gpio, bench.now_ms, &mut bench.io);
            bench.now_ms += MIN_REST_MS;
        }
    }
}

#[test]
fn a_default_state_of_on_waits_for_the_rest_and_is_taken_then() {
    let mut bench = Bench::with(ActuatorConfig { default_state: true, ..config(18, Pump) });
    assert_eq!(bench.shows(18), (true, 255, "firmware:default"));
    bench.send(18, "OFF");
    bench.now_ms += 10_000;
    let scope = Scope::One(18);
    let changed = bench.bank.go_default(scope, "firmware:offline", bench.now_ms, &mut bench.io);
    assert!(changed.is_empty());
    assert_eq!(bench.advance(19_999), []);
    let taken = BankEvent::DefaultTaken { gpio: 18 };
    assert_eq!(bench.advance(1), [taken]);
    assert_eq!(bench.shows(18), (true, 255, "firmware:offline"));
    let protected = BankEvent::RuntimeProtection { gpio: 18 };
    assert_eq!(bench.advance(HOUR_MS), [protected]);
}

#[test]
fn a_command_or_a_stop_cancels_a_default_state_that_waits() {
    let mut bench = Bench::with(ActuatorConfig { default_state: true, ..config(18, Pump) });
    bench.send(18, "OFF");
    let all = Scope::AllBut(&[]);
    bench.bank.go_default(all, "x", bench.now_ms, &mut bench.io);
    assert!(bench.send(18, "OFF").success);
    assert_eq!(bench.bank.next_due(), u64::MAX);
    bench.bank.go_default(all, "x", bench.now_ms, &mut bench.io);
    assert_eq!(bench.bank.next_due(), bench.now_ms + MIN_REST_MS);
    bench.stop();
    assert_eq!(bench.bank.next_due(), u64::MAX);
}

#[test]
fn an_hour_of_starts_is_never_counted_short_for_being_kept_in_seconds() {
    let mut bench = pump();
    bench.now_ms = 1_500;
    for _ in 0..MAX_STARTS_PER_HOUR {
        assert!(bench.send(18, "ON").success);
        bench.send(18, "OFF");
        bench.now_ms += MIN_REST_MS;
    }
    bench.now_ms = 1_500 + HOUR_MS - 1;
    assert!(!bench.send(18, "ON").success);
    bench.now_ms += 501;
    assert!(bench.send(18, "ON").success);
}

#[test]
fn the_record_that_gives_way_to_a_thirteenth_pump_is_the_one_that_was_quiet_longest() {
    let mut bench = Bench::new();
    let pins = [4, 5, 14, 15, 16, 17, 18, 19, 23, 25, 26, 27, 33];
    for &gpio in &pins[..12] {
        bench.configure(config(gpio, Pump)).unwrap();
        bench.send(gpio, "ON");
        bench.send(gpio, "OFF");
        bench.now_ms += 100;
    }
    bench.bank.remove(pins[0], bench.now_ms, &mut bench.io);
    bench.configure(config(pins[12], Pump)).unwrap();
    bench.send(pins[12], "ON");
    bench.send(pins[12], "OFF");
    for &gpio in &pins[1..] {
        assert!(!bench.send(gpio, "ON").success, "GPIO {gpio}");
    }
}
