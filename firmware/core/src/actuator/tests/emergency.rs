use super::*;
use crate::actuator::{Emergency, Scope};
use crate::config::MAX_ACTUATORS;
use ActuatorKind::{Pump, Pwm, Relay, Valve};

const REFUSAL: &str = "Actuator in emergency stop state. Clear emergency first.";

/// One of each kind, inverted, all of them on: pins 16, 17, 18, and 25 with 26.
fn running() -> Bench {
    let mut bench = Bench::new();
    for (gpio, kind) in [(16, Pump), (17, Relay), (18, Pwm), (25, Valve)] {
        let inverted = true;
        bench.configure(ActuatorConfig { inverted, ..config(gpio, kind) }).unwrap();
        assert!(bench.send(gpio, "ON").success);
    }
    bench.io.take();
    bench
}

#[test]
fn f1_a_stop_puts_every_output_to_its_off_level_in_one_pass() {
    let mut bench = running();
    assert_eq!(bench.stop(), 4);
    let off = [(16, Drive::High), (17, Drive::High), (18, Drive::Duty(255)), (26, Drive::High), (25, Drive::Low)];
    assert_eq!(bench.io.take(), off);
    for gpio in [16, 17, 18] {
        assert_eq!(bench.shows(gpio), (false, 0, "firmware:emergency"));
    }
    let texts: Vec<_> = bench.bank.iter(bench.now_ms).map(|it| it.emergency).collect();
    assert_eq!(texts, ["active"; 4]);
}

#[test]
fn a_stop_of_a_full_bank_takes_far_less_than_ten_milliseconds() {
    let mut bench = Bench::new();
    let free = |gpio: &&u8| !ESP32.is_input_only(**gpio) && !ESP32.is_i2c(**gpio);
    let pins = ESP32.usable.iter().filter(free).filter(|&&gpio| gpio != SENSOR_PIN);
    for &gpio in pins.take(MAX_ACTUATORS) {
        bench.configure(config(gpio, Pump)).unwrap();
        bench.send(gpio, "ON");
    }
    assert_eq!(bench.bank.len(), MAX_ACTUATORS);
    let start = std::time::Instant::now();
    assert_eq!(bench.stop(), MAX_ACTUATORS);
    let took = start.elapsed();
    assert!(took.as_millis() < 10, "{took:?}");
}

#[test]
fn f2_while_stopped_every_command_is_refused_also_off() {
    let mut bench = running();
    bench.stop();
    bench.io.take();
    for command in ["ON", "OFF", "TOGGLE", "PWM", "STOP"] {
        let outcome = bench.send(17, command);
        let expected = Outcome {
            success: false,
            message: REFUSAL.try_into().unwrap(),
            error_code: None,
            changed: false,
            is_latched: true,
        };
        assert_eq!(outcome, expected, "{command}");
    }
    assert_eq!(bench.io.take(), []);
}

#[test]
fn while_stopped_neither_defaults_nor_rules_nor_clocks_move_anything() {
    let mut bench = running();
    let default_state = true;
    let on = ActuatorConfig { default_state, ..relay(17) };
    bench.configure(on).unwrap();
    bench.stop();
    bench.io.take();
    let all = Scope::AllBut(&[]);
    let changed = bench.bank.go_default(all, "x", bench.now_ms, &mut bench.io);
    assert!(changed.is_empty());
    assert!(bench.rule(17, true).is_latched);
    assert!(bench.rule(17, false).is_latched);
    assert_eq!(bench.bank.next_due(), u64::MAX);
    bench.now_ms += 86_400_000;
    assert_eq!(bench.poll(), []);
    assert_eq!(bench.io.take(), []);
}

#[test]
fn an_output_configured_while_stopped_is_stopped_too() {
    let mut bench = running();
    bench.stop();
    bench.io.take();
    let default_state = true;
    bench.configure(ActuatorConfig { default_state, ..relay(19) }).unwrap();
    assert_eq!(bench.io.take(), [(19, Drive::Low)]);
    assert_eq!(bench.shows(19), (false, 0, "firmware:emergency"));
    assert!(bench.send(19, "ON").is_latched);
    bench.configure(config(27, Valve)).unwrap_err();
    bench.configure(config(4, Valve)).unwrap();
    assert_eq!(bench.io.take(), [(5, Drive::Low), (4, Drive::Low)]);
}

#[test]
fn a_bank_that_was_stopped_empty_stops_what_comes_later() {
    let mut bench = Bench::new();
    assert_eq!(bench.stop(), 0);
    bench.configure(relay(18)).unwrap();
    assert!(bench.send(18, "ON").is_latched);
}

#[test]
fn a_changed_configuration_while_stopped_switches_nothing_on() {
    let mut bench = running();
    bench.stop();
    let default_state = true;
    bench.configure(ActuatorConfig { default_state, inverted: true, ..relay(17) }).unwrap();
    assert_eq!(bench.io.pin(17), Drive::High);
    bench.configure(ActuatorConfig { default_state, ..relay(17) }).unwrap();
    assert_eq!(bench.io.pin(17), Drive::Low);
    assert_eq!(bench.bank.next_due(), u64::MAX);
}

#[test]
fn after_a_clear_outputs_stay_off_until_they_are_switched_on_again() {
    let mut bench = running();
    bench.stop();
    bench.io.take();
    bench.bank.begin_clear();
    assert_eq!(bench.bank.emergency(), Emergency::Clearing);
    assert_eq!(bench.bank.status(17, 0).unwrap().emergency, "clearing");
    assert!(bench.send(17, "ON").is_latched);
    bench.bank.clear_all();
    assert_eq!(bench.bank.status(17, 0).unwrap().emergency, "normal");
    assert_eq!(bench.advance(3_600_000), []);
    assert_eq!(bench.io.take(), []);
    assert!(bench.send(17, "ON").success);
    assert_eq!(bench.io.take(), [(17, Drive::Low)]);
}

#[test]
fn f4_a_second_clear_and_a_clear_without_a_stop_are_harmless() {
    let mut bench = running();
    bench.bank.begin_clear();
    assert_eq!(bench.bank.emergency(), Emergency::Normal);
    bench.bank.clear_all();
    assert!(bench.shows(17).0);
    bench.stop();
    bench.io.take();
    bench.bank.clear_all();
    bench.bank.clear_all();
    bench.bank.begin_clear();
    assert_eq!(bench.bank.emergency(), Emergency::Normal);
    assert_eq!(bench.io.take(), []);
}

#[test]
fn a_second_stop_drives_the_pins_again_and_ends_a_clear_that_runs() {
    let mut bench = running();
    bench.stop();
    bench.bank.begin_clear();
    bench.io.take();
    assert_eq!(bench.stop(), 4);
    assert_eq!(bench.io.take().len(), 5);
    assert_eq!(bench.bank.emergency(), Emergency::Active);
}

#[test]
fn a_stop_ends_the_run_time_and_keeps_what_was_accumulated() {
    let mut bench = running();
    bench.now_ms += 4_000;
    bench.stop();
    bench.now_ms += 60_000;
    assert_eq!(bench.runtime_ms(17), 4_000);
    bench.stop();
    assert_eq!(bench.runtime_ms(17), 4_000);
}

#[test]
fn releasing_all_drives_every_output_off_first_and_keeps_the_latch() {
    let mut bench = running();
    bench.bank.release_all(bench.now_ms, &mut bench.io);
    let expected = [
        (26, Drive::High),
        (25, Drive::Low),
        (25, Drive::Release),
        (26, Drive::Release),
        (18, Drive::Duty(255)),
        (18, Drive::Release),
        (17, Drive::High),
        (17, Drive::Release),
        (16, Drive::High),
        (16, Drive::Release),
    ];
    assert_eq!(bench.io.take(), expected);
    assert!(bench.bank.is_empty());
    bench.stop();
    bench.bank.release_all(bench.now_ms, &mut bench.io);
    assert!(bench.bank.is_stopped());
}
