use super::*;
use crate::actuator::Scope;
use ActuatorKind::{Pump, Pwm, Relay, Valve};
use BankEvent::RuntimeProtection;

#[test]
fn defaults_are_taken_by_all_outputs_but_the_listed_ones() {
    let mut bench = Bench::new();
    for gpio in [16, 17, 18, 19] {
        bench.configure(relay(gpio)).unwrap();
    }
    for gpio in [16, 17, 18] {
        bench.send(gpio, "ON");
    }
    let scope = Scope::AllBut(&[17]);
    let source = "firmware:offline";
    let changed = bench.bank.go_default(scope, source, bench.now_ms, &mut bench.io);
    assert_eq!(changed.as_slice(), [16, 18]);
    assert_eq!(bench.shows(16), (false, 0, "firmware:offline"));
    assert_eq!(bench.shows(17), (true, 255, "user:mira"));
    assert_eq!(bench.shows(19), (false, 0, "firmware:offline"));
    let scope = Scope::One(17);
    let changed = bench.bank.go_default(scope, source, bench.now_ms, &mut bench.io);
    assert_eq!(changed.as_slice(), [17]);
}

#[test]
fn each_kind_has_its_own_default_state() {
    let with = |kind, default_state, default_pwm| ActuatorConfig { default_state, default_pwm, ..config(18, kind) };
    let cases = [
        (with(Relay, false, 0), 0),
        (with(Relay, true, 0), 255),
        (with(Relay, false, 77), 0),
        (with(Pump, true, 77), 255),
        (with(Pwm, false, 0), 0),
        (with(Pwm, false, 77), 77),
        (with(Pwm, true, 77), 77),
        (with(Pwm, true, 0), 255),
        (with(Valve, false, 0), 0),
        (with(Valve, true, 0), 254),
    ];
    for (config, level) in cases {
        let text = format!("{config:?}");
        let mut bench = Bench::with(config);
        bench.advance(5_000);
        assert_eq!(bench.pwm_of(18), level, "{text}");
    }
}

#[test]
fn a_default_of_on_keeps_what_runs_without_its_duration_and_without_extending_it() {
    let mut bench = Bench::with(ActuatorConfig { default_state: true, max_runtime_ms: 60_000, ..relay(18) });
    let duration_s = 20;
    bench.order(18, Order { duration_s, ..order("ON") });
    bench.advance(10_000);
    bench.io.take();
    let all = Scope::AllBut(&[]);
    let changed = bench.bank.go_default(all, "x", bench.now_ms, &mut bench.io);
    assert!(changed.is_empty());
    assert_eq!(bench.io.take(), []);
    assert_eq!(bench.advance(49_999), []);
    assert_eq!(bench.advance(1), [RuntimeProtection { gpio: 18 }]);
    // Not again by itself.
    bench.bank.go_default(all, "x", bench.now_ms, &mut bench.io);
    assert_eq!(bench.io.pin(18), Drive::Low);
}

#[test]
fn a_rule_switches_fully_on_and_off_and_shows_as_source() {
    for (kind, full) in [(Relay, 255), (Pump, 255), (Pwm, 255), (Valve, 254)] {
        let mut bench = Bench::with(config(18, kind));
        bench.advance(5_000);
        let on = bench.rule(18, true);
        assert_eq!((on.success, on.changed), (true, true));
        bench.advance(5_000);
        assert_eq!(bench.shows(18), (true, full, "offline:rule_0"));
        assert!(!bench.rule(18, true).changed);
        assert!(bench.rule(18, false).changed);
        bench.advance(5_000);
        assert_eq!(bench.shows(18), (false, 0, "offline:rule_0"));
    }
}

#[test]
fn a_rule_that_stays_on_neither_extends_the_longest_run_time_nor_starts_again_after_it() {
    let mut bench = Bench::with(ActuatorConfig { max_runtime_ms: 60_000, ..relay(18) });
    for _ in 0..12 {
        assert!(bench.rule(18, true).success);
        bench.now_ms += 5_000;
    }
    assert_eq!(bench.poll(), [RuntimeProtection { gpio: 18 }]);
    for _ in 0..1_000 {
        bench.now_ms += 5_000;
        assert!(!bench.rule(18, true).success);
    }
    assert_eq!(bench.io.pin(18), Drive::Low);
    assert!(bench.rule(18, false).success);
    assert!(bench.rule(18, true).success);
    assert_eq!(bench.io.pin(18), Drive::High);
}

#[test]
fn an_operator_can_switch_on_what_runtime_protection_holds_and_frees_the_rule() {
    let mut bench = Bench::with(ActuatorConfig { max_runtime_ms: 5_000, ..relay(18) });
    bench.rule(18, true);
    bench.advance(5_000);
    assert!(bench.send(18, "ON").success);
    assert!(bench.rule(18, true).success);
}

#[test]
fn a_rule_for_a_pin_without_an_output_is_refused() {
    let mut bench = Bench::new();
    assert_eq!(bench.rule(18, true).error_code, Some(1052));
}

#[test]
fn a_rule_respects_the_rest_of_a_pump() {
    let mut bench = Bench::with(config(18, Pump));
    bench.rule(18, true);
    bench.rule(18, false);
    assert_eq!(bench.rule(18, true).message, "Pump protection: wait 30 s");
    bench.now_ms += 30_000;
    assert!(bench.rule(18, true).success);
}

#[test]
fn a_changed_configuration_frees_what_runtime_protection_holds() {
    let short = ActuatorConfig { max_runtime_ms: 5_000, ..relay(18) };
    let mut bench = Bench::with(short);
    bench.rule(18, true);
    assert_eq!(bench.advance(5_000), [RuntimeProtection { gpio: 18 }]);
    bench.configure(relay(18)).unwrap();
    assert!(bench.rule(18, true).success);
}
