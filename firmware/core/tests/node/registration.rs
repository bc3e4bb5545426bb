//! Gate, approval, heartbeat (wire contract 1.2, 2).

use leitstand_core::board::ESP32;

use crate::bench::{Bench, ID, on};
use crate::broker::Sent;

#[test]
fn twelve_topics_are_subscribed_in_the_order_of_the_contract_before_the_first_heartbeat() {
    let mut bench = Bench::new(&ESP32);
    bench.run(10);
    let own = |path: &str, qos: u8| (format!("kaiser/god/esp/{ID}/{path}"), qos);
    let expected = [
        own("system/heartbeat/ack", 1),
        own("config", 2),
        own("system/command", 2),
        ("kaiser/broadcast/emergency".into(), 2),
        own("actuator/+/command", 2),
        own("actuator/emergency", 1),
        own("zone/assign", 1),
        own("subzone/assign", 1),
        own("subzone/remove", 1),
        own("subzone/safe", 1),
        own("sensor/+/command", 2),
        ("kaiser/god/server/status".into(), 1),
    ];
    assert_eq!(bench.filters, expected);
    let order: Vec<&str> = bench.said.iter().map(|said| said.path.as_str()).collect();
    assert_eq!(order, ["session/announce", "system/heartbeat"]);
    let Sent::Connect { client_id, will: Some((topic, payload)), .. } = &bench.connects[0] else { panic!() };
    assert_eq!((client_id.as_str(), topic.as_str()), (ID, "kaiser/god/esp/ESP_0A1B2C/system/will"));
    let will: serde_json::Value = serde_json::from_slice(payload).unwrap();
    assert_eq!(will["reason"], "unexpected_disconnect");
}

#[test]
fn a_heartbeat_of_a_full_device_stays_below_seven_hundred_bytes() {
    let mut bench = Bench::online();
    bench.configure_relays(&[18, 19]);
    bench.order(
        "zone/assign",
        r#"{"zone_id":"tent_1","master_zone_id":"","zone_name":"Tent 1","kaiser_id":"god","correlation_id":"z"}"#,
    );
    bench.run(10);
    let beat = on(&bench.said, "system/heartbeat").pop().unwrap().body.to_string();
    assert!(beat.len() < 700, "{} bytes: {beat}", beat.len());
}

#[test]
fn only_the_contracts_white_list_leaves_while_the_gate_is_closed() {
    let mut bench = Bench::online();
    bench.world.apply(r#"{"analog":{"34":2000}}"#).unwrap();
    let sensor = r#"{"sensors":[{"gpio":34,"sensor_type":"moisture","sensor_name":"m","measurement_interval_seconds":1}],"correlation_id":"c"}"#;
    bench.order("config", sensor);
    bench.configure_relays(&[18]);
    bench.ack = None;
    bench.power_cycle();
    bench.said.clear();
    for text in [r#"{"command":"ON","correlation_id":"a"}"#, "x"] {
        bench.order("actuator/18/command", text);
        bench.order("sensor/34/command", r#"{"command":"measure","request_id":"r","correlation_id":"m"}"#);
    }
    bench.said.clear();
    bench.run(30_000);
    let passes = [
        "system/heartbeat",
        "session/announce",
        "config_response",
        "zone/ack",
        "subzone/ack",
        "system/command/response",
    ];
    for said in &bench.said {
        let path = said.path.as_str();
        let is_listed = passes.contains(&path) || path.contains("/response") || path.contains("/error");
        assert!(is_listed, "{path} left through a closed gate");
    }
    assert_eq!(on(&bench.said, "system/heartbeat").len(), 6, "every 5 s");
}

#[test]
fn heartbeats_come_every_minute_once_registered() {
    let mut bench = Bench::online();
    bench.said.clear();
    bench.run(180_000);
    assert_eq!(on(&bench.said, "system/heartbeat").len(), 3);
    assert!(bench.said.iter().all(|said| said.qos == 0 || said.path != "system/heartbeat"));
}

#[test]
fn sequence_numbers_rise_over_all_topics_and_a_reconnect_and_begin_again_with_a_boot() {
    let mut bench = Bench::online();
    bench.configure_relays(&[18]);
    bench.said.clear();
    bench.run(65_000);
    bench.is_broker_there = false;
    bench.run(2_000);
    bench.is_broker_there = true;
    bench.run(20_000);
    let numbers: Vec<u64> = bench.said.iter().filter_map(|said| said.body["seq"].as_u64()).collect();
    assert!(numbers.len() > 5 && numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    bench.power_cycle();
    bench.said.clear();
    bench.run(10);
    assert_eq!(bench.said[0].body["seq"], 1);
}

#[test]
fn a_rejected_device_says_so_once_and_recovers_with_the_next_approval() {
    let mut bench = Bench::online();
    bench.configure_relays(&[18]);
    bench.ack = Some("rejected");
    bench.said.clear();
    bench.run(130_000);
    assert_eq!(on(&bench.said, "system/error").iter().filter(|said| said.body["error_code"] == 4200).count(), 1);
    let said = bench.order("actuator/18/command", r#"{"command":"ON","correlation_id":"a"}"#);
    assert_eq!(on(&said, "actuator/18/response")[0].body["success"], false);
    bench.ack = Some("approved");
    bench.run(61_000);
    bench.switch_on(18);
}

#[test]
fn a_boot_loop_ends_in_safe_mode_with_released_outputs_that_the_console_can_end() {
    let mut bench = Bench::online();
    bench.configure_relays(&[18]);
    for _ in 0..4 {
        bench.power_cycle();
    }
    bench.run(20);
    bench.switch_on(18);
    bench.power_cycle();
    bench.run(20);
    assert_eq!(bench.world.output(18), None, "six boots: released");
    let said = bench.order("actuator/18/command", r#"{"command":"ON","correlation_id":"a"}"#);
    assert_eq!(said.iter().find(|said| said.path.ends_with("outcome")).unwrap().body["code"], "SAFETY_LOCKED");
    bench.order("system/command", r#"{"command":"exit_safe_mode"}"#);
    bench.switch_on(18);
}

#[test]
fn a_minute_of_quiet_forgets_the_boots_before() {
    let mut bench = Bench::online();
    bench.configure_relays(&[18]);
    for _ in 0..8 {
        bench.power_cycle();
        bench.run(60_100);
    }
    bench.switch_on(18);
}
