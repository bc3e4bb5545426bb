use super::*;
use crate::actuator::{ACTUATOR_NOT_FOUND, COMMAND_INVALID};
use ActuatorKind::{Pump, Pwm, Relay, Valve};

/// Each row: the value of a PWM command and the level it leads to; `None` = refused with 4020.
fn check_values(kind: ActuatorKind, rows: &[(f64, Option<u8>)]) {
    for &(value, expected) in rows {
        let mut bench = Bench::with(config(18, kind));
        bench.advance(5_000);
        let outcome = bench.pwm(18, value);
        bench.advance(5_000);
        let level = outcome.success.then(|| bench.pwm_of(18));
        assert_eq!(level, expected, "{kind:?} {value}: {outcome:?}");
        let code = expected.is_none().then_some(COMMAND_INVALID);
        assert_eq!(outcome.error_code, code);
    }
}

#[test]
fn e11_every_command_of_the_contract_works_on_a_pwm_output_in_any_case() {
    let mut bench = Bench::with(config(18, Pwm));
    let mut levels = Vec::new();
    for command in ["ON", "OFF", "TOGGLE", "toggle", "on", "Off"] {
        assert!(bench.send(18, command).success, "{command}");
        levels.push((bench.pwm_of(18), bench.io.pin(18)));
    }
    let full = (255, Drive::Duty(255));
    let off = (0, Drive::Duty(0));
    assert_eq!(levels, [full, off, full, off, full, off]);
}

#[test]
fn e11_a_command_that_does_not_exist_is_refused_by_its_name() {
    let mut bench = Bench::with(config(18, Pwm));
    for command in ["STOP", "SET", "", "ON "] {
        let outcome = bench.send(18, command);
        let expected = Outcome {
            success: false,
            message: format!("Unknown command: {command}").parse().unwrap(),
            error_code: Some(COMMAND_INVALID),
            changed: false,
            is_latched: false,
        };
        assert_eq!(outcome, expected);
    }
    assert_eq!(bench.io.take(), []);
}

#[test]
fn the_name_of_an_unknown_command_is_cut_between_characters() {
    let mut bench = Bench::with(relay(18));
    let outcome = bench.send(18, &"ö".repeat(300));
    assert_eq!(outcome.message, format!("Unknown command: {}", "ö".repeat(32)).as_str());
}

#[test]
fn e13_a_command_for_an_unconfigured_pin_is_refused_with_1052() {
    let mut bench = Bench::with(relay(18));
    let outcome = bench.send(19, "ON");
    assert!(!outcome.success);
    assert_eq!(outcome.error_code, Some(ACTUATOR_NOT_FOUND));
    assert_eq!(bench.io.take(), []);
}

#[test]
fn the_value_of_a_pwm_output_is_clamped_and_rounded_to_255_steps() {
    let rows = [
        (0.0, Some(0)),
        (-3.0, Some(0)),
        (0.35, Some(89)),
        (0.5, Some(128)),
        (1.0, Some(255)),
        (1.7, Some(255)),
        (f64::MAX, Some(255)),
        (f64::NAN, None),
        (f64::INFINITY, None),
        (f64::NEG_INFINITY, None),
    ];
    check_values(Pwm, &rows);
}

#[test]
fn the_value_of_a_pump_or_relay_lies_in_0_to_1_and_switches_at_one_half() {
    let rows = [
        (0.0, Some(0)),
        (-0.0, Some(0)),
        (0.499_999, Some(0)),
        (0.5, Some(255)),
        (1.0, Some(255)),
        (1.000_001, None),
        (-0.000_001, None),
        (f64::NAN, None),
        (f64::INFINITY, None),
    ];
    check_values(Relay, &rows);
    check_values(Pump, &rows);
}

#[test]
fn the_value_of_a_valve_chooses_one_of_three_positions_and_is_clamped() {
    let rows = [
        (-9.0, Some(0)),
        (0.329, Some(0)),
        (0.33, Some(127)),
        (0.659, Some(127)),
        (0.66, Some(254)),
        (9.0, Some(254)),
        (f64::NAN, None),
    ];
    check_values(Valve, &rows);
}

#[test]
fn a_pwm_command_without_a_value_is_refused_for_every_kind() {
    for kind in [Pump, Relay, Valve, Pwm] {
        let mut bench = Bench::with(config(18, kind));
        let outcome = bench.send(18, "PWM");
        assert_eq!((outcome.success, outcome.error_code), (false, Some(COMMAND_INVALID)));
    }
}

#[test]
fn on_and_off_ignore_a_value_whatever_it_is() {
    let mut bench = Bench::with(relay(18));
    let value = Some(f64::NAN);
    assert!(bench.order(18, Order { value, ..order("ON") }).success);
    assert_eq!(bench.pwm_of(18), 255);
    assert!(bench.order(18, Order { value, ..order("OFF") }).success);
    assert_eq!(bench.pwm_of(18), 0);
}

#[test]
fn an_inverted_output_is_active_low() {
    let inverted = |kind| ActuatorConfig { inverted: true, ..config(18, kind) };
    let mut bench = Bench::with(inverted(Relay));
    bench.send(18, "ON");
    assert_eq!(bench.io.pin(18), Drive::Low);
    bench.send(18, "OFF");
    assert_eq!(bench.io.pin(18), Drive::High);

    let mut bench = Bench::with(inverted(Pwm));
    bench.pwm(18, 0.25);
    assert_eq!((bench.io.pin(18), bench.pwm_of(18)), (Drive::Duty(191), 64));
}

#[test]
fn sending_the_present_state_again_succeeds_without_touching_the_pin() {
    for kind in [Pump, Relay, Pwm, Valve] {
        let mut bench = Bench::with(config(18, kind));
        bench.advance(5_000);
        for command in ["OFF", "ON"] {
            bench.send(18, command);
            bench.io.take();
            let again = bench.send(18, command);
            assert_eq!((again.success, again.changed), (true, false), "{kind:?}");
            assert_eq!(bench.io.take(), [], "{kind:?} {command}");
        }
    }
}

#[test]
fn the_answer_to_an_executed_command_says_so_and_whether_anything_changed() {
    let mut bench = Bench::with(relay(18));
    let expected = Outcome {
        success: true,
        message: "Command executed".try_into().unwrap(),
        error_code: None,
        changed: true,
        is_latched: false,
    };
    assert_eq!(bench.send(18, "ON"), expected);
}

#[test]
fn the_source_is_who_issued_the_last_accepted_command_cut_to_its_room() {
    let mut bench = Bench::with(relay(18));
    assert_eq!(bench.shows(18), (false, 0, "firmware:default"));
    bench.send(18, "ON");
    assert_eq!(bench.shows(18), (true, 255, "user:mira"));
    bench.send(18, "STOP");
    assert_eq!(bench.shows(18), (true, 255, "user:mira"));
    let issued_by = "";
    bench.order(18, Order { issued_by, ..order("OFF") });
    assert_eq!(bench.shows(18), (false, 0, "system:unknown"));
    let long = format!("{}ö", "x".repeat(63));
    let issued_by = long.as_str();
    bench.order(18, Order { issued_by, ..order("OFF") });
    assert_eq!(bench.shows(18).2, "x".repeat(63));
}

#[test]
fn the_status_has_everything_that_goes_on_the_wire() {
    let subzone = "bed_a".try_into().unwrap();
    let mut bench = Bench::with(ActuatorConfig { subzone, ..config(18, Pwm) });
    bench.pwm(18, 0.35);
    bench.now_ms += 64_000;
    let expected = crate::actuator::StatusView {
        gpio: 18,
        kind: "pwm",
        on: true,
        pwm: 89,
        runtime_ms: 64_000,
        emergency: "normal",
        source: "user:mira",
        subzone: "bed_a",
    };
    assert_eq!(bench.bank.status(18, bench.now_ms), Some(expected));
    assert_eq!(bench.bank.status(19, bench.now_ms), None);
}

#[test]
fn run_time_adds_up_over_several_runs_and_changes_of_duty_do_not_end_one() {
    let mut bench = Bench::with(config(18, Pwm));
    bench.send(18, "ON");
    bench.now_ms += 1_000;
    bench.pwm(18, 0.5);
    bench.now_ms += 500;
    bench.send(18, "OFF");
    bench.now_ms += 9_000;
    assert_eq!(bench.runtime_ms(18), 1_500);
    bench.send(18, "ON");
    bench.now_ms += 250;
    assert_eq!(bench.runtime_ms(18), 1_750);
}
