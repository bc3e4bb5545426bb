use super::*;
use ActuatorKind::{Pump, Pwm, Relay, Valve};
use BankEvent::{Arrived, AutoOff, RuntimeProtection};

fn limited(kind: ActuatorKind, max_runtime_ms: u32) -> Bench {
    let mut bench = Bench::with(ActuatorConfig { max_runtime_ms, ..config(18, kind) });
    bench.advance(5_000);
    bench.io.take();
    bench
}

fn on_for(duration_s: u32) -> Order<'static> {
    Order { duration_s, ..order("ON") }
}

#[test]
fn e15_an_output_is_switched_off_when_its_longest_run_time_is_over() {
    for kind in [Pump, Relay, Pwm] {
        let mut bench = limited(kind, 5_000);
        bench.send(18, "ON");
        assert_eq!(bench.advance(4_999), []);
        assert!(bench.shows(18).0);
        assert_eq!(bench.advance(1), [RuntimeProtection { gpio: 18 }]);
        assert_eq!(bench.shows(18), (false, 0, "firmware:runtime_protection"));
        assert_eq!(bench.advance(3_600_000), []);
    }
}

#[test]
fn e15_another_on_starts_the_longest_run_time_anew_without_touching_the_pin() {
    let mut bench = limited(Relay, 5_000);
    bench.send(18, "ON");
    bench.advance(4_000);
    bench.io.take();
    assert!(bench.send(18, "ON").success);
    assert_eq!(bench.io.take(), []);
    assert_eq!(bench.advance(4_999), []);
    assert_eq!(bench.advance(1), [RuntimeProtection { gpio: 18 }]);
}

#[test]
fn e15_an_output_that_protection_switched_off_can_be_switched_on_again() {
    let mut bench = limited(Relay, 5_000);
    bench.send(18, "ON");
    bench.advance(5_000);
    assert!(bench.send(18, "ON").success);
    assert_eq!(bench.advance(4_999), []);
    assert_eq!(bench.advance(1), [RuntimeProtection { gpio: 18 }]);
}

#[test]
fn e15_a_longest_run_time_of_zero_is_none() {
    let mut bench = limited(Relay, 0);
    bench.send(18, "ON");
    assert_eq!(bench.bank.next_due(), u64::MAX);
    bench.now_ms += 365 * 86_400_000;
    assert_eq!(bench.poll(), []);
    assert!(bench.shows(18).0);
}

#[test]
fn the_longest_run_time_counts_from_the_command_even_when_the_same_configuration_comes_again() {
    let mut bench = limited(Relay, 5_000);
    bench.send(18, "ON");
    bench.advance(3_000);
    let same = ActuatorConfig { max_runtime_ms: 5_000, ..relay(18) };
    assert_eq!(bench.configure(same), Ok(false));
    assert_eq!(bench.advance(2_000), [RuntimeProtection { gpio: 18 }]);
}

#[test]
fn a_late_poll_still_switches_off() {
    let mut bench = limited(Relay, 5_000);
    bench.send(18, "ON");
    bench.now_ms += 60_000;
    assert_eq!(bench.poll(), [RuntimeProtection { gpio: 18 }]);
    assert_eq!(bench.io.pin(18), Drive::Low);
    assert_eq!(bench.poll(), []);
}

#[test]
fn a_duration_ends_with_a_source_of_its_own_and_no_alert() {
    let mut bench = limited(Pwm, 3_600_000);
    bench.order(18, on_for(7));
    assert_eq!(bench.advance(6_999), []);
    assert_eq!(bench.advance(1), [AutoOff { gpio: 18 }]);
    assert_eq!(bench.shows(18), (false, 0, "firmware:auto_duration"));
    assert_eq!(bench.bank.next_due(), u64::MAX);
}

#[test]
fn the_earlier_of_duration_and_longest_run_time_counts_and_the_duration_when_both_end_together() {
    let cases = [
        (4, AutoOff { gpio: 18 }, 4_000),
        (5, AutoOff { gpio: 18 }, 5_000),
        (6, RuntimeProtection { gpio: 18 }, 5_000),
    ];
    for (duration_s, event, after_ms) in cases {
        let mut bench = limited(Relay, 5_000);
        bench.order(18, on_for(duration_s));
        assert_eq!(bench.advance(after_ms - 1), [], "{duration_s}");
        assert_eq!(bench.advance(1), [event], "{duration_s}");
    }
}

#[test]
fn another_on_replaces_the_duration_of_the_one_before() {
    let mut bench = limited(Relay, 0);
    bench.order(18, on_for(5));
    bench.advance(3_000);
    bench.order(18, on_for(5));
    assert_eq!(bench.advance(4_999), []);
    assert_eq!(bench.advance(1), [AutoOff { gpio: 18 }]);
    bench.order(18, on_for(5));
    bench.send(18, "ON");
    assert_eq!(bench.advance(86_400_000), []);
}

#[test]
fn only_on_takes_a_duration() {
    for command in ["TOGGLE", "PWM"] {
        let mut bench = limited(Pwm, 0);
        let value = Some(1.0);
        let duration_s = 5;
        let sent = Order { value, duration_s, ..order(command) };
        assert!(bench.order(18, sent).success);
        assert_eq!(bench.advance(86_400_000), [], "{command}");
        assert!(bench.shows(18).0);
    }
}

#[test]
fn off_ends_every_clock() {
    let mut bench = limited(Relay, 5_000);
    bench.order(18, on_for(3));
    bench.send(18, "OFF");
    assert_eq!(bench.bank.next_due(), u64::MAX);
}

#[test]
fn the_longest_duration_and_a_clock_near_its_end_do_not_overflow() {
    let mut bench = limited(Relay, u32::MAX);
    bench.now_ms = u64::MAX - 10;
    assert!(bench.order(18, on_for(u32::MAX)).success);
    assert_eq!(bench.poll(), []);
    bench.now_ms = u64::MAX;
    assert_eq!(bench.poll(), [AutoOff { gpio: 18 }]);
}

#[test]
fn a_valve_that_is_open_for_too_long_is_closed() {
    let mut bench = limited(Valve, 60_000);
    bench.send(18, "ON");
    assert_eq!(bench.advance(59_999), [Arrived { gpio: 18 }]);
    assert_eq!(bench.advance(1), [RuntimeProtection { gpio: 18 }]);
    assert_eq!(bench.advance(5_000), [Arrived { gpio: 18 }]);
    assert_eq!(bench.shows(18), (false, 0, "firmware:runtime_protection"));
}

#[test]
fn the_bank_wants_to_be_polled_at_the_earliest_of_its_clocks() {
    let mut bench = limited(Relay, 5_000);
    let max_runtime_ms = 2_000;
    bench.configure(ActuatorConfig { max_runtime_ms, ..relay(19) }).unwrap();
    assert_eq!(bench.bank.next_due(), u64::MAX);
    bench.send(18, "ON");
    bench.send(19, "ON");
    assert_eq!(bench.bank.next_due(), bench.now_ms + 2_000);
}
