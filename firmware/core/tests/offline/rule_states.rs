//! What offline rules remember: through handovers, commands of the console, restarts and new rules.

use crate::bench::{Bench, FAN, HEATER, cooling, heating};
use leitstand_core::config::{MAX_RULES, OfflineRule};
use leitstand_core::offline::{Change, Mode, Order, RuleOrder, RuleStates};

#[test]
fn a_commanded_output_is_left_to_the_console_until_the_device_is_alone_again() {
    let mut bench = Bench::new(&[heating(HEATER), cooling(FAN), heating(HEATER)]);
    bench.measure(0, "sht31_temp", 20.0);
    assert_eq!(bench.settle(15.0), Some(Order::On));
    let rules = bench.rules.clone();
    bench.states.override_actuator(&rules, HEATER);
    assert_eq!(bench.at(15.0), None);
    assert_eq!(bench.order(FAN), Some(Order::Off));
    assert_eq!(bench.at(15.0), None);
    // The handover fails: the rules go on at once, those of the heater from what the console made of it.
    bench.left_alone(Mode::Reconnecting, true);
    assert_eq!(bench.at(19.0), None);
    assert_eq!(bench.at(15.0), Some(Order::On));
}

#[test]
fn a_command_is_respected_before_the_rules_were_ever_evaluated() {
    let mut bench = Bench::new(&[heating(HEATER), heating(FAN)]);
    bench.states = RuleStates::default();
    let rules = bench.rules.clone();
    bench.states.override_actuator(&rules, FAN);
    assert_eq!(bench.settle(15.0), Some(Order::On));
    assert_eq!(bench.order(FAN), None);
}

#[test]
fn a_failed_handover_does_not_start_the_rules_anew() {
    let mut bench = Bench::new(&[heating(HEATER)]);
    bench.settle(15.0);
    bench.left_alone(Mode::Reconnecting, true);
    assert_eq!(bench.at(19.0), Some(Order::On));
}

#[test]
fn left_alone_by_a_console_the_rules_start_from_what_the_outputs_are() {
    let mut bench = Bench::new(&[heating(HEATER)]);
    bench.settle(15.0);
    bench.left_alone(Mode::Disconnected, true);
    assert_eq!(bench.states.decisions(), [None]);
    assert_eq!(bench.settle(19.0), None);
    // And with new samples.
    bench.left_alone(Mode::Disconnected, true);
    assert_eq!((bench.at(15.0), bench.at(15.0)), (None, None));
    assert_eq!(bench.at(15.0), Some(Order::On));
}

#[test]
fn other_changes_of_the_mode_mean_nothing_to_the_rules() {
    let mut bench = Bench::new(&[heating(HEATER)]);
    bench.settle(15.0);
    let before = bench.states.clone();
    for to in [Mode::Online, Mode::Disconnected, Mode::Reconnecting, Mode::Adopting] {
        let change = Change { from: Mode::OfflineActive, to };
        bench.states.follow(change, true);
        assert_eq!(bench.states, before);
    }
}

#[test]
fn after_a_restart_without_a_console_the_stored_states_go_on() {
    let mut bench = Bench::new(&[heating(HEATER), cooling(FAN)]);
    bench.settle(15.0);
    assert_eq!(bench.states.decisions(), [Some(true), None]);
    let mut buffer = [0; 64];
    let stored = postcard::to_slice(&bench.states, &mut buffer).unwrap().to_vec();

    let mut restarted = Bench::new(&[heating(HEATER), cooling(FAN)]);
    restarted.states = postcard::from_bytes(&stored).unwrap();
    assert_eq!(restarted.states.decisions(), [Some(true), None]);
    restarted.left_alone(Mode::Disconnected, false);
    // The first measurement takes a while; that does not wipe the state out.
    assert_eq!(restarted.order(HEATER), Some(Order::Safe));
    // Nor is it believed before there are samples.
    restarted.measure(4, "ds18b20", 19.0);
    assert_eq!(restarted.order(HEATER), None);
    assert_eq!(restarted.order(HEATER), None);
    assert_eq!(restarted.order(HEATER), Some(Order::On));
}

#[test]
fn the_console_says_which_new_rules_are_active() {
    let active = OfflineRule { current_state_active: true, ..heating(HEATER) };
    let states = RuleStates::of(&[active, cooling(FAN)]);
    assert_eq!(states.decisions(), [Some(true), None]);
    assert_eq!(RuleStates::of(&[]), RuleStates::default());
}

#[test]
fn an_order_is_new_when_the_one_before_was_another() {
    let mut bench = Bench::new(&[heating(HEATER)]);
    let mut at = |celsius: f32| {
        bench.measure(4, "ds18b20", celsius);
        bench.evaluate()
    };
    at(15.0);
    at(15.0);
    let order = |order, is_new| vec![RuleOrder { actuator_gpio: HEATER, order, is_new }];
    assert_eq!(at(15.0), order(Order::On, true));
    assert_eq!(at(15.0), order(Order::On, false));
    assert_eq!(at(21.0), order(Order::Off, true));
    assert_eq!(at(21.0), order(Order::Off, false));
    assert_eq!(at(15.0), order(Order::On, true));
    // Left alone again, every first order is new.
    bench.left_alone(Mode::Reconnecting, true);
    bench.measure(4, "ds18b20", 15.0);
    assert_eq!(bench.evaluate(), order(Order::On, true));
}

#[test]
fn eight_rules_give_eight_orders_and_stored_states_of_other_rules_do_no_harm() {
    let rules: Vec<OfflineRule> = (10..18).map(heating).collect();
    let mut bench = Bench::new(&rules);
    bench.settle(15.0);
    assert_eq!(bench.evaluate().len(), MAX_RULES);
    // One more than a device takes is not looked at.
    bench.rules.push(heating(HEATER));
    assert_eq!(bench.order(HEATER), None);
    bench.rules.truncate(2);
    assert_eq!((bench.evaluate().len(), bench.states.decisions().len()), (2, 2));
    bench.rules.clear();
    assert_eq!((bench.evaluate().len(), bench.states.decisions().len()), (0, 0));
}
