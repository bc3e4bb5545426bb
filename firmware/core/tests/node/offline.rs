//! The device alone (wire contract 3.9).

use crate::bench::{Bench, on};

const CONFIG: &str = r#"{"sensors":[{"gpio":4,"sensor_type":"ds18b20","sensor_name":"t","measurement_interval_seconds":5}],
    "actuators":[{"gpio":25,"actuator_type":"relay","actuator_name":"Heater","max_runtime_ms":0},
                 {"gpio":26,"actuator_type":"relay","actuator_name":"Fan"}],
    "offline_rules":[{"actuator_gpio":25,"sensor_gpio":4,"sensor_value_type":"ds18b20","activate_below":18.0,"deactivate_above":20.0,
                      "activate_above":0.0,"deactivate_below":0.0,"current_state_active":false}],"correlation_id":"c"}"#;

fn celsius(bench: &mut Bench, celsius: f64) {
    let line = format!(r#"{{"onewire":{{"4":[{{"rom":"28FF641E8D3C0C79","celsius":{celsius}}}]}}}}"#);
    bench.world.apply(&line).unwrap();
}

fn heated() -> Bench {
    let mut bench = Bench::online();
    celsius(&mut bench, 19.0);
    bench.order("config", CONFIG);
    bench.run(10_000);
    bench
}

#[test]
fn a_lost_broker_sends_the_uncovered_output_to_its_default_and_holds_the_covered_one() {
    let mut bench = heated();
    bench.switch_on(25);
    bench.switch_on(26);
    bench.is_broker_there = false;
    bench.run(100);
    assert_eq!((bench.world.output(25), bench.world.output(26)), (Some(255), Some(0)));
}

#[test]
fn the_rule_drives_the_relay_after_half_a_minute_and_keeps_its_state_inside_the_band() {
    let mut bench = heated();
    celsius(&mut bench, 15.0);
    bench.run(10_000);
    bench.is_broker_there = false;
    bench.run(29_000);
    assert_eq!(bench.world.output(25), Some(0), "not before 30 s");
    bench.run(20_000);
    assert_eq!(bench.world.output(25), Some(255), "15 °C: heats");
    celsius(&mut bench, 19.0);
    bench.run(60_000);
    assert_eq!(bench.world.output(25), Some(255), "19 °C: inside the band");
    celsius(&mut bench, 21.0);
    bench.run(20_000);
    assert_eq!(bench.world.output(25), Some(0), "21 °C: enough");
}

#[test]
fn a_rule_without_a_value_for_five_minutes_falls_back_to_the_default() {
    let mut bench = heated();
    celsius(&mut bench, 15.0);
    bench.run(10_000);
    bench.is_broker_there = false;
    bench.run(60_000);
    assert_eq!(bench.world.output(25), Some(255));
    bench.world.apply(r#"{"onewire":{"4":[]}}"#).unwrap();
    bench.run(290_000);
    assert_eq!(bench.world.output(25), Some(255));
    bench.run(30_000);
    assert_eq!(bench.world.output(25), Some(0), "nobody knows how warm it is");
}

#[test]
fn a_device_that_comes_back_announces_the_next_epoch_and_every_state_without_a_storm() {
    let mut bench = heated();
    bench.is_broker_there = false;
    bench.run(60_000);
    bench.is_broker_there = true;
    bench.said.clear();
    bench.filters.clear();
    bench.run(30_000);
    assert_eq!(bench.filters.len(), 12);
    assert_eq!(on(&bench.said, "session/announce")[0].body["handover_epoch"], 2);
    assert_eq!(on(&bench.said, "session/announce")[0].body["reason"], "reconnect");
    assert!(!on(&bench.said, "actuator/25/status").is_empty() && !on(&bench.said, "actuator/26/status").is_empty());
    let gate = bench.said.iter().position(|said| said.path == "actuator/25/status").unwrap();
    let readings = bench.said[..gate].iter().filter(|said| said.path == "sensor/4/data").count();
    assert!(readings <= 8, "{readings} readings were kept");
}

#[test]
fn a_controller_that_falls_silent_is_missed_after_two_minutes() {
    let mut bench = heated();
    bench.switch_on(26);
    bench.ack = None;
    bench.run(105_000);
    assert_eq!(bench.world.output(26), Some(255));
    bench.run(76_000);
    assert_eq!(bench.world.output(26), Some(0));
}

#[test]
fn a_controller_that_says_goodbye_is_gone_at_once_and_back_at_its_word() {
    let mut bench = heated();
    bench.switch_on(26);
    bench.say_on("kaiser/god/server/status", br#"{"status":"offline","reason":"graceful_shutdown"}"#);
    bench.run(10);
    assert_eq!(bench.world.output(26), Some(0));
    bench.say_on("kaiser/god/server/status", br#"{"status":"online"}"#);
    bench.run(10);
    bench.switch_on(26);
    bench.run(60_000);
    assert_eq!(bench.world.output(26), Some(255), "the console is in charge again");
}

#[test]
fn a_longest_run_time_ends_a_run_without_any_network() {
    let mut bench = Bench::online();
    let config = r#"{"actuators":[{"gpio":18,"actuator_type":"relay","actuator_name":"r","default_state":true,"max_runtime_ms":5000}],"correlation_id":"c"}"#;
    bench.order("config", config);
    bench.is_broker_there = false;
    bench.run(4_000);
    assert_eq!(bench.world.output(18), Some(255));
    bench.run(2_000);
    assert_eq!(bench.world.output(18), Some(0));
}
