//! What offline rules order: hysteresis, first samples, stale values, several rules. Time filters are in `windows.rs`, what is remembered
//! in `rule_states.rs`.

use crate::bench::{Bench, FAN, HEATER, cooling, heating};
use leitstand_core::config::OfflineRule;
use leitstand_core::offline::{FIRST_DECISION_SAMPLES, Order, RULE_INTERVAL_MS, VALUE_MAX_AGE_MS};

#[test]
fn the_first_decision_comes_with_the_third_sample() {
    let mut bench = Bench::new(&[heating(HEATER)]);
    bench.measure(4, "ds18b20", 15.0);
    for _ in 1..FIRST_DECISION_SAMPLES {
        assert_eq!(bench.order(HEATER), None);
    }
    assert_eq!(bench.order(HEATER), Some(Order::On));
}

#[test]
fn samples_are_counted_in_a_row() {
    let mut bench = Bench::new(&[heating(HEATER)]);
    assert_eq!(bench.at(15.0), None);
    assert_eq!(bench.at(15.0), None);
    assert_eq!(bench.at(f32::NAN), None);
    assert_eq!(bench.at(15.0), None);
    assert_eq!(bench.at(15.0), None);
    assert_eq!(bench.at(15.0), Some(Order::On));
}

#[test]
fn heating_goes_on_below_and_off_above_and_stays_as_it_is_in_between() {
    let mut bench = Bench::new(&[heating(HEATER)]);
    bench.settle(17.9);
    let steps = [
        (17.9, Order::On),
        (18.0, Order::On),
        (19.0, Order::On),
        (20.0, Order::On),
        (20.1, Order::Off),
        (20.0, Order::Off),
        (18.0, Order::Off),
        (17.9, Order::On),
    ];
    for (celsius, order) in steps {
        assert_eq!(bench.at(celsius), Some(order), "{celsius}");
    }
}

#[test]
fn cooling_goes_on_above_and_off_below_and_stays_as_it_is_in_between() {
    let mut bench = Bench::new(&[cooling(FAN)]);
    let mut at = |celsius: f32| {
        bench.measure(0, "sht31_temp", celsius);
        bench.order(FAN)
    };
    at(30.0);
    at(30.0);
    let steps = [
        (28.1, Order::On),
        (28.0, Order::On),
        (26.0, Order::On),
        (25.9, Order::Off),
        (26.0, Order::Off),
        (28.0, Order::Off),
        (28.1, Order::On),
    ];
    for (celsius, order) in steps {
        assert_eq!(at(celsius), Some(order), "{celsius}");
    }
}

#[test]
fn a_value_inside_the_band_leaves_the_output_as_the_console_left_it() {
    let mut bench = Bench::new(&[heating(HEATER)]);
    assert_eq!(bench.settle(19.0), None);
    assert_eq!(bench.at(19.5), None);
    // Once above the band it is known to be off.
    assert_eq!(bench.at(20.5), Some(Order::Off));
    assert_eq!(bench.at(19.0), Some(Order::Off));
}

#[test]
fn limits_on_both_sides_mean_on_outside_and_off_well_inside() {
    let both = OfflineRule { activate_above: 28.0, deactivate_below: 26.0, ..heating(HEATER) };
    let mut bench = Bench::new(&[both]);
    bench.settle(15.0);
    let steps = [
        (15.0, Order::On),
        (19.0, Order::On),
        (20.5, Order::Off),
        (27.0, Order::Off),
        (28.5, Order::On),
        (27.0, Order::On),
        (25.5, Order::Off),
    ];
    for (celsius, order) in steps {
        assert_eq!(bench.at(celsius), Some(order), "{celsius}");
    }
}

#[test]
fn a_limit_of_zero_is_none() {
    let none = OfflineRule { activate_below: 0.0, deactivate_above: -0.0, ..heating(HEATER) };
    // Without any limit a rule is never active, not even below zero.
    for celsius in [-5.0, 0.0, 5.0] {
        assert_eq!(Bench::new(std::slice::from_ref(&none)).settle(celsius), Some(Order::Off));
    }
    // Without an inner limit the band has no width.
    let no_inner = OfflineRule { deactivate_above: 0.0, ..heating(HEATER) };
    let mut bench = Bench::new(&[no_inner]);
    assert_eq!(bench.settle(17.9), Some(Order::On));
    assert_eq!(bench.at(18.0), Some(Order::Off));
    // Without an outer limit a rule can only end.
    let no_outer = OfflineRule { activate_below: 0.0, ..heating(HEATER) };
    let mut bench = Bench::new(&[no_outer]);
    assert_eq!(bench.settle(-10.0), None);
    assert_eq!(bench.at(21.0), Some(Order::Off));
    // What is no number is no limit either.
    let broken = OfflineRule { activate_below: f32::NAN, deactivate_above: f32::INFINITY, ..heating(HEATER) };
    assert_eq!(Bench::new(&[broken]).settle(-10.0), Some(Order::Off));
}

#[test]
fn a_value_counts_for_five_minutes_and_then_the_output_goes_to_its_safe_state() {
    let mut bench = Bench::new(&[heating(HEATER)]);
    bench.settle(15.0);
    let measured_ms = bench.now_ms;
    bench.measure(4, "ds18b20", 15.0);
    while bench.now_ms + RULE_INTERVAL_MS <= measured_ms + VALUE_MAX_AGE_MS {
        assert_eq!(bench.order(HEATER), Some(Order::On));
    }
    assert_eq!(bench.now_ms, measured_ms + VALUE_MAX_AGE_MS);
    assert_eq!(bench.order(HEATER), Some(Order::Safe));
    assert_eq!(bench.order(HEATER), Some(Order::Safe));
    // The sensor is back, in the band: no order, the output stays in its safe state until a limit is crossed.
    assert_eq!(bench.settle(19.0), None);
    assert_eq!(bench.at(17.0), Some(Order::On));
}

#[test]
fn a_sensor_that_fails_for_a_moment_changes_nothing() {
    for broken in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut bench = Bench::new(&[heating(HEATER)]);
        bench.settle(15.0);
        assert_eq!(bench.at(broken), Some(Order::On), "{broken}");
        bench.forget(4, "ds18b20");
        assert_eq!(bench.order(HEATER), Some(Order::On));
        // A new decision again takes three samples.
        assert_eq!(bench.at(25.0), Some(Order::On));
        assert_eq!(bench.at(25.0), Some(Order::On));
        assert_eq!(bench.at(25.0), Some(Order::Off));
    }
}

#[test]
fn a_sensor_that_gives_no_number_for_five_minutes_leads_to_the_safe_state() {
    let mut bench = Bench::new(&[heating(HEATER)]);
    bench.settle(15.0);
    let last_ms = bench.now_ms - 2 * RULE_INTERVAL_MS - RULE_INTERVAL_MS;
    while bench.now_ms + RULE_INTERVAL_MS <= last_ms + VALUE_MAX_AGE_MS {
        assert_eq!(bench.at(f32::NAN), Some(Order::On));
    }
    assert_eq!(bench.at(f32::NAN), Some(Order::Safe));
}

#[test]
fn a_sensor_that_is_back_gets_its_first_samples_again_before_others_switch_off() {
    let mut bench = Bench::new(&[heating(FAN), cooling(FAN)]);
    let mut at = |celsius: Option<f32>, wait_ms: u64| {
        bench.now_ms += wait_ms;
        bench.measure(0, "sht31_temp", 20.0);
        match celsius {
            Some(celsius) => bench.measure(4, "ds18b20", celsius),
            None => bench.forget(4, "ds18b20"),
        }
        bench.order(FAN)
    };
    at(Some(15.0), 0);
    at(Some(15.0), 0);
    assert_eq!(at(Some(15.0), 0), Some(Order::On));
    assert_eq!(at(None, VALUE_MAX_AGE_MS), Some(Order::Safe));
    assert_eq!(at(Some(15.0), 0), None);
    assert_eq!(at(Some(15.0), 0), None);
    assert_eq!(at(Some(15.0), 0), Some(Order::On));
}

#[test]
fn a_sensor_that_has_never_given_a_value_leads_to_the_safe_state_at_once() {
    let mut bench = Bench::new(&[heating(HEATER)]);
    assert_eq!(bench.order(HEATER), Some(Order::Safe));
    bench.measure(4, "ds18b20_other", 15.0);
    bench.measure(5, "ds18b20", 15.0);
    assert_eq!(bench.order(HEATER), Some(Order::Safe));
    assert_eq!(bench.settle(15.0), Some(Order::On));
}

#[test]
fn rules_on_sensors_that_need_calibration_switch_off() {
    let kinds = ["ph", "ec", "moisture", "soil_moisture", "soil", "ph_sensor", "ec_sensor", "PH", "Soil_Temp"];
    for kind in kinds {
        let rule = OfflineRule { sensor_kind: kind.try_into().unwrap(), ..heating(HEATER) };
        let mut bench = Bench::new(&[rule]);
        for _ in 0..4 {
            bench.measure(4, kind, 5.0);
            assert_eq!(bench.order(HEATER), Some(Order::Off), "{kind}");
        }
    }
    for kind in ["phase", "echo", "co2", "so", "öäü", ""] {
        let rule = OfflineRule { sensor_kind: kind.try_into().unwrap(), ..heating(HEATER) };
        let mut bench = Bench::new(&[rule]);
        bench.measure(4, kind, 5.0);
        bench.evaluate();
        bench.evaluate();
        assert_eq!(bench.order(HEATER), Some(Order::On), "{kind}");
    }
}

#[test]
fn of_several_rules_on_one_actuator_any_active_one_switches_it_on() {
    let mut bench = Bench::new(&[heating(FAN), cooling(FAN), heating(HEATER)]);
    let mut at = |ds18b20: f32, sht31: f32| {
        bench.measure(4, "ds18b20", ds18b20);
        bench.measure(0, "sht31_temp", sht31);
        (bench.order(FAN), bench.order(HEATER))
    };
    at(15.0, 25.0);
    at(15.0, 25.0);
    assert_eq!(at(15.0, 25.0), (Some(Order::On), Some(Order::On)));
    assert_eq!(at(21.0, 30.0), (Some(Order::On), Some(Order::Off)));
    assert_eq!(at(21.0, 25.0), (Some(Order::Off), Some(Order::Off)));
    assert_eq!(at(19.0, 27.0), (Some(Order::Off), Some(Order::Off)));
}

#[test]
fn a_rule_that_cannot_judge_keeps_the_output_safe_unless_another_one_is_active() {
    let ph = OfflineRule { sensor_kind: "ph".try_into().unwrap(), ..heating(FAN) };
    let mut bench = Bench::new(&[ph, heating(FAN), cooling(FAN)]);
    bench.measure(4, "ds18b20", 25.0);
    // The heating rule collects its first samples; meanwhile nothing is switched.
    assert_eq!(bench.order(FAN), None);
    assert_eq!(bench.order(FAN), None);
    // Then it says off, the SHT31 has never given a value, and pH switches off.
    assert_eq!(bench.order(FAN), Some(Order::Safe));
    bench.measure(4, "ds18b20", 15.0);
    assert_eq!(bench.order(FAN), Some(Order::On));
}
