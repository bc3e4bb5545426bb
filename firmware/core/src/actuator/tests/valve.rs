//! Direction on pin 18 (high = open), enable on pin 19.
use super::*;
use crate::actuator::{FULL_TRAVEL_MS, HALF_TRAVEL_MS};
use ActuatorKind::Valve;
use BankEvent::Arrived;

const AT_REST: [(u8, Drive); 2] = [(19, Drive::Low), (18, Drive::Low)];
const OPENING: [(u8, Drive); 3] = [(19, Drive::Low), (18, Drive::High), (19, Drive::High)];
const CLOSING: [(u8, Drive); 3] = [(19, Drive::Low), (18, Drive::Low), (19, Drive::High)];

fn powered_up() -> Bench {
    let mut bench = Bench::new();
    bench.configure(config(18, Valve)).unwrap();
    bench
}

/// A valve that is known to be closed.
fn closed() -> Bench {
    let mut bench = powered_up();
    assert_eq!(bench.advance(FULL_TRAVEL_MS), [Arrived { gpio: 18 }]);
    bench.io.take();
    bench
}

#[test]
fn at_power_up_it_closes_for_the_full_travel_because_nobody_knows_where_it_is() {
    let mut bench = powered_up();
    assert_eq!(bench.io.take(), [AT_REST.as_slice(), CLOSING.as_slice()].concat());
    assert_eq!(bench.shows(18), (true, 127, "firmware:default"));
    assert_eq!(bench.advance(4_999), []);
    assert_eq!(bench.pwm_of(18), 127);
    assert_eq!(bench.advance(1), [Arrived { gpio: 18 }]);
    assert_eq!(bench.io.take(), AT_REST);
    assert_eq!(bench.shows(18), (false, 0, "firmware:default"));
    assert_eq!(bench.runtime_ms(18), 0);
}

#[test]
fn with_a_default_of_open_it_opens_for_the_full_travel() {
    let mut bench = Bench::new();
    let default_state = true;
    let config = ActuatorConfig { default_state, ..config(18, Valve) };
    bench.configure(config).unwrap();
    assert_eq!(bench.io.take(), [AT_REST.as_slice(), OPENING.as_slice()].concat());
    assert_eq!(bench.advance(FULL_TRAVEL_MS), [Arrived { gpio: 18 }]);
    assert_eq!(bench.pwm_of(18), 254);
}

#[test]
fn opening_takes_five_seconds_and_half_of_it_half_of_them() {
    let mut bench = closed();
    let moves = [
        (1.0, OPENING, FULL_TRAVEL_MS, 254),
        (0.5, CLOSING, HALF_TRAVEL_MS, 127),
        (1.0, OPENING, HALF_TRAVEL_MS, 254),
        (0.0, CLOSING, FULL_TRAVEL_MS, 0),
        (0.5, OPENING, HALF_TRAVEL_MS, 127),
        (0.0, CLOSING, HALF_TRAVEL_MS, 0),
    ];
    for (value, drives, travel_ms, level) in moves {
        assert!(bench.pwm(18, value).changed);
        assert_eq!(bench.io.take(), drives, "to {value}");
        assert_eq!(bench.advance(travel_ms - 1), [], "to {value}");
        assert_eq!(bench.pwm_of(18), 127, "on the way to {value}");
        assert_eq!(bench.advance(1), [Arrived { gpio: 18 }], "to {value}");
        assert_eq!(bench.io.take(), AT_REST, "to {value}");
        assert_eq!(bench.pwm_of(18), level);
    }
}

#[test]
fn turning_round_on_the_way_to_an_end_runs_the_full_travel_and_is_certain_again() {
    let mut bench = closed();
    bench.send(18, "ON");
    bench.advance(1_000);
    bench.io.take();
    assert!(bench.send(18, "OFF").changed);
    assert_eq!(bench.io.take(), CLOSING);
    assert_eq!(bench.advance(FULL_TRAVEL_MS - 1), []);
    assert_eq!(bench.pwm_of(18), 127);
    bench.advance(1);
    assert_eq!(bench.shows(18), (false, 0, "user:mira"));
    // Known again, so half the way is half the time.
    bench.pwm(18, 0.5);
    assert_eq!(bench.advance(HALF_TRAVEL_MS), [Arrived { gpio: 18 }]);
}

#[test]
fn the_middle_ordered_on_the_way_is_reached_from_where_it_is() {
    let mut bench = closed();
    bench.send(18, "ON");
    bench.advance(1_000);
    bench.pwm(18, 0.5);
    assert_eq!(bench.advance(1_499), []);
    assert_eq!(bench.advance(1), [Arrived { gpio: 18 }]);

    let mut bench = closed();
    bench.send(18, "ON");
    bench.advance(4_000);
    bench.io.take();
    bench.pwm(18, 0.5);
    assert_eq!(bench.io.take(), CLOSING);
    assert_eq!(bench.advance(1_499), []);
    assert_eq!(bench.advance(1), [Arrived { gpio: 18 }]);
}

#[test]
fn the_middle_ordered_while_passing_it_stops_the_motor() {
    let mut bench = closed();
    bench.send(18, "ON");
    bench.advance(2_600);
    bench.io.take();
    assert!(bench.pwm(18, 0.5).changed);
    assert_eq!(bench.io.take(), AT_REST);
    // The books must agree with the pins: nothing moves, the rest of the clocks is the longest run time.
    assert_eq!(bench.advance(10_000), []);
}

#[test]
fn from_an_unknown_place_it_closes_before_it_goes_to_the_middle() {
    let mut bench = powered_up();
    bench.advance(2_000);
    bench.io.take();
    bench.pwm(18, 0.5);
    assert_eq!(bench.io.take(), CLOSING);
    assert_eq!(bench.advance(FULL_TRAVEL_MS), []);
    assert_eq!(bench.io.take(), OPENING);
    assert_eq!(bench.advance(HALF_TRAVEL_MS), [Arrived { gpio: 18 }]);
    assert_eq!(bench.io.take(), AT_REST);
    assert_eq!(bench.pwm_of(18), 127);
}

#[test]
fn the_same_order_on_the_way_changes_nothing() {
    let mut bench = closed();
    bench.send(18, "ON");
    bench.advance(1_000);
    bench.io.take();
    let again = bench.send(18, "ON");
    assert_eq!((again.success, again.changed), (true, false));
    assert_eq!(bench.io.take(), []);
    assert_eq!(bench.advance(4_000), [Arrived { gpio: 18 }]);
}

#[test]
fn toggle_inverts_what_was_ordered_also_on_the_way() {
    let mut bench = closed();
    bench.send(18, "TOGGLE");
    bench.advance(1_000);
    bench.send(18, "TOGGLE");
    bench.advance(1_000);
    bench.io.take();
    bench.send(18, "TOGGLE");
    assert_eq!(bench.io.take(), OPENING);
    bench.advance(FULL_TRAVEL_MS);
    assert_eq!(bench.pwm_of(18), 254);
    bench.send(18, "TOGGLE");
    bench.advance(FULL_TRAVEL_MS);
    assert_eq!(bench.pwm_of(18), 0);
}

#[test]
fn a_stop_halts_it_at_once_and_it_says_that_it_is_not_closed() {
    let mut bench = closed();
    bench.send(18, "ON");
    bench.advance(1_000);
    bench.io.take();
    bench.stop();
    assert_eq!(bench.io.take(), AT_REST);
    assert_eq!(bench.shows(18), (true, 127, "firmware:emergency"));
    assert_eq!(bench.advance(60_000), []);
    bench.bank.clear_all();
    assert_eq!(bench.advance(60_000), []);
    assert_eq!(bench.io.take(), []);
    // Half open, so TOGGLE closes.
    bench.send(18, "TOGGLE");
    assert_eq!(bench.io.take(), CLOSING);
}

#[test]
fn a_stop_that_comes_when_the_travel_is_over_finds_it_there() {
    let mut bench = closed();
    bench.send(18, "ON");
    bench.now_ms += FULL_TRAVEL_MS;
    bench.stop();
    assert_eq!(bench.pwm_of(18), 254);
    bench.bank.clear_all();
    assert!(!bench.send(18, "ON").changed);
}

#[test]
fn a_stopped_close_is_never_called_closed() {
    let mut bench = closed();
    bench.send(18, "ON");
    bench.advance(100);
    bench.send(18, "OFF");
    bench.advance(4_900);
    bench.stop();
    assert!(bench.shows(18).0);
    bench.bank.clear_all();
    assert!(bench.send(18, "OFF").changed);
    bench.advance(FULL_TRAVEL_MS);
    assert!(!bench.shows(18).0);
}

#[test]
fn inversion_concerns_the_enable_pin_only() {
    let mut bench = Bench::new();
    let inverted = true;
    bench.configure(ActuatorConfig { inverted, ..config(18, Valve) }).unwrap();
    let idle = [(19, Drive::High), (18, Drive::Low)];
    let closing = [(19, Drive::High), (18, Drive::Low), (19, Drive::Low)];
    assert_eq!(bench.io.take(), [idle.as_slice(), closing.as_slice()].concat());
    bench.advance(FULL_TRAVEL_MS);
    assert_eq!(bench.io.take(), idle);
    bench.send(18, "ON");
    let opening = [(19, Drive::High), (18, Drive::High), (19, Drive::Low)];
    assert_eq!(bench.io.take(), opening);
}

#[test]
fn a_poll_that_is_late_at_the_middle_still_finds_the_ends() {
    let mut bench = closed();
    bench.pwm(18, 0.5);
    bench.now_ms += HALF_TRAVEL_MS + 200;
    assert_eq!(bench.poll(), [Arrived { gpio: 18 }]);
    assert!(!bench.pwm(18, 0.5).changed);
    bench.send(18, "OFF");
    // It ran 200 ms too far, so it has as much more to go.
    assert_eq!(bench.advance(HALF_TRAVEL_MS + 199), []);
    assert_eq!(bench.advance(1), [Arrived { gpio: 18 }]);
}

#[test]
fn a_new_default_moves_it_there_and_a_new_name_does_not() {
    let mut bench = closed();
    let name = "Tank inlet".try_into().unwrap();
    assert_eq!(bench.configure(ActuatorConfig { name, ..config(18, Valve) }), Ok(false));
    assert_eq!(bench.io.take(), []);
    let default_state = true;
    let open = ActuatorConfig { default_state, ..config(18, Valve) };
    assert_eq!(bench.configure(open.clone()), Ok(true));
    assert_eq!(bench.io.take(), OPENING);
    bench.advance(FULL_TRAVEL_MS);
    bench.io.take();
    let max_runtime_ms = 9_000;
    let shorter = ActuatorConfig { max_runtime_ms, ..open };
    assert_eq!(bench.configure(shorter), Ok(true));
    assert_eq!(bench.io.take(), []);
    assert_eq!(bench.bank.next_due(), bench.now_ms + 9_000);
}

#[test]
fn removing_it_on_the_way_stops_the_motor_before_the_pins_are_released() {
    let mut bench = closed();
    bench.send(18, "ON");
    bench.io.take();
    assert!(bench.bank.remove(18, bench.now_ms, &mut bench.io));
    let released = [(18, Drive::Release), (19, Drive::Release)];
    assert_eq!(bench.io.take(), [AT_REST.as_slice(), released.as_slice()].concat());
}

#[test]
fn an_order_taken_back_in_the_same_millisecond_leaves_the_place_certain() {
    let mut bench = closed();
    bench.send(18, "ON");
    bench.io.take();
    assert!(bench.send(18, "OFF").changed);
    assert_eq!(bench.io.take(), AT_REST);
    assert_eq!(bench.shows(18), (false, 0, "user:mira"));
}

#[test]
fn an_estimate_never_lies_beyond_the_end() {
    let mut bench = closed();
    for (command, run_ms) in [("ON", 3_000), ("OFF", 500), ("ON", 4_000)] {
        bench.send(18, command);
        bench.advance(run_ms);
    }
    bench.pwm(18, 0.5);
    assert_eq!(bench.advance(HALF_TRAVEL_MS - 1), []);
    assert_eq!(bench.advance(1), [Arrived { gpio: 18 }]);
}
