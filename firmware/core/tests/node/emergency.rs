//! The software stop (wire contract 3.7).

use crate::bench::{Bench, on, outcomes};

fn running() -> Bench {
    let mut bench = Bench::online();
    bench.configure_relays(&[18, 19]);
    bench.switch_on(18);
    bench.switch_on(19);
    bench
}

fn are_off(bench: &Bench) -> bool {
    bench.world.output(18) == Some(0) && bench.world.output(19) == Some(0)
}

#[test]
fn every_row_of_the_broadcast_table_stops_or_not_as_it_says() {
    let rows: [(&str, bool, &str); 16] = [
        (r#"{"command":"emergency_stop"}"#, true, "applied/BROADCAST_EMERGENCY_STOP_TRIGGERED"),
        (
            r#"{"command":"stop_all","reason":"r","issued_by":"i","timestamp":"t"}"#,
            true,
            "applied/BROADCAST_EMERGENCY_STOP_TRIGGERED",
        ),
        (r#"{"action":"emergency_stop"}"#, true, "applied/BROADCAST_EMERGENCY_STOP_TRIGGERED"),
        (r#"{"command":7}"#, true, "failed/EMERGENCY_CONTRACT_MISMATCH"),
        (r#"{"command":"drill","auth_token":1}"#, true, "failed/EMERGENCY_CONTRACT_MISMATCH"),
        (r#"{"command":"stop_all","action":"emergency_stop"}"#, true, "failed/EMERGENCY_CONTRACT_MISMATCH"),
        (r#"{"command":"stop_all","action":1}"#, false, "failed/EMERGENCY_CONTRACT_MISMATCH"),
        (r#"{"command":"stop_all","reason":1}"#, false, "failed/EMERGENCY_CONTRACT_MISMATCH"),
        (r#"{"command":"stop_all","issued_by":{}}"#, false, "failed/EMERGENCY_CONTRACT_MISMATCH"),
        (r#"{"command":"stop_all","timestamp":1777013200}"#, false, "failed/EMERGENCY_CONTRACT_MISMATCH"),
        (r#"{"reason":"leak"}"#, false, "failed/EMERGENCY_CONTRACT_MISMATCH"),
        (r#"{"command":""}"#, false, "failed/EMERGENCY_CONTRACT_MISMATCH"),
        (r#"{"command":"clear_emergency"}"#, false, "failed/EMERGENCY_CONTRACT_MISMATCH"),
        (r#"{"command":"STOP_ALL"}"#, false, "failed/EMERGENCY_CONTRACT_MISMATCH"),
        ("not json", true, "failed/EMERGENCY_PARSE_ERROR"),
        ("[]", true, "failed/EMERGENCY_PARSE_ERROR"),
    ];
    for (text, is_stop, outcome) in rows {
        let mut bench = running();
        let said = bench.broadcast(text);
        assert_eq!(are_off(&bench), is_stop, "{text}");
        assert_eq!(outcomes(&said), [outcome], "{text}");
        assert!(on(&said, "actuator/emergency/ack").is_empty(), "a broadcast has no acknowledgement");
        assert_eq!(on(&said, "actuator/18/alert").len(), usize::from(is_stop), "{text}");
    }
}

#[test]
fn a_broadcast_that_is_too_large_to_keep_stops() {
    let mut bench = running();
    let said = bench.broadcast(&format!(r#"{{"command":"{}"}}"#, "x".repeat(300_000)));
    assert!(are_off(&bench));
    assert_eq!(outcomes(&said), ["failed/EMERGENCY_PARSE_ERROR"]);
}

#[test]
fn a_stop_outlives_a_restart_and_no_default_state_ends_it() {
    let mut bench = Bench::online();
    let config = r#"{"actuators":[{"gpio":18,"actuator_type":"relay","actuator_name":"r","default_state":true}],"correlation_id":"c"}"#;
    bench.order("config", config);
    assert_eq!(bench.world.output(18), Some(255));
    bench.order("actuator/emergency", r#"{"command":"emergency_stop","correlation_id":"s"}"#);
    assert_eq!(bench.world.output(18), Some(0));
    bench.power_cycle();
    bench.run(20);
    assert_eq!(bench.world.output(18), Some(0));
    let said = bench.order("actuator/18/command", r#"{"command":"ON","correlation_id":"a"}"#);
    assert_eq!(on(&said, "actuator/18/response")[0].body["success"], false);
    bench.run(5_000);
    bench.order("actuator/emergency", r#"{"command":"clear_emergency","correlation_id":"k"}"#);
    bench.run(2_000);
    assert_eq!(on(&bench.said, "actuator/recovery_confirm")[0].body["correlation_id"], "k");
    assert_eq!(bench.world.output(18), Some(0), "a clear starts nothing");
    bench.switch_on(18);
    assert_eq!(bench.world.output(18), Some(255));
}

#[test]
fn a_clear_waits_for_five_seconds_and_takes_two_more() {
    let mut bench = running();
    bench.order("actuator/emergency", r#"{"command":"emergency_stop","correlation_id":"s"}"#);
    bench.run(4_990);
    let said = bench.order("actuator/emergency", r#"{"command":"clear_emergency","correlation_id":"early"}"#);
    assert_eq!(outcomes(&said), ["failed/EMERGENCY_CLEAR_REJECTED"]);
    assert_eq!(on(&said, "actuator/255/alert")[0].body["alert_type"], "verification_failed");
    bench.run(20);
    let said = bench.order("actuator/emergency", r#"{"command":"clear_emergency","correlation_id":"late"}"#);
    assert_eq!(on(&said, "actuator/18/status")[0].body["emergency"], "clearing");
    assert!(outcomes(&said).is_empty());
    bench.said.clear();
    bench.run(1_990);
    assert!(on(&bench.said, "actuator/recovery_confirm").is_empty());
    bench.run(20);
    assert_eq!(outcomes(&bench.said), ["applied/EMERGENCY_CLEAR_APPLIED"]);
}

#[test]
fn a_stop_before_the_registration_acts_at_once_and_is_told_when_the_gate_opens() {
    let mut bench = running();
    bench.ack = None;
    bench.power_cycle();
    bench.run(20);
    bench.said.clear();
    bench.order("actuator/emergency", r#"{"command":"emergency_stop","correlation_id":"s"}"#);
    assert!(are_off(&bench));
    assert!(bench.said.iter().all(|said| said.path != "actuator/emergency/ack"), "{:?}", bench.said);
    bench.ack = Some("online");
    bench.run(5_000);
    assert_eq!(on(&bench.said, "actuator/emergency/ack")[0].body["correlation_id"], "s");
    assert_eq!(outcomes(&bench.said), ["applied/EMERGENCY_STOP_TRIGGERED"]);
}

#[test]
fn a_drill_takes_the_way_of_a_stop_and_changes_nothing() {
    let mut bench = running();
    let said = bench.order("actuator/emergency", r#"{"command":"drill","correlation_id":"d"}"#);
    assert_eq!(on(&said, "actuator/emergency/ack")[0].body["drill"], true);
    let said = bench.broadcast(r#"{"command":"drill","correlation_id":"e"}"#);
    assert_eq!(on(&said, "actuator/emergency/ack")[0].body["correlation_id"], "e");
    assert_eq!(bench.world.output(18), Some(255));
}

#[test]
fn a_token_that_was_set_is_asked_for_and_a_policy_can_ask_for_one() {
    let mut bench = running();
    bench.order("system/command", r#"{"command":"set_emergency_token","token":"geheim"}"#);
    let said =
        bench.order("actuator/emergency", r#"{"command":"emergency_stop","auth_token":"falsch","correlation_id":"w"}"#);
    assert_eq!(outcomes(&said), ["rejected/UNAUTHORIZED"]);
    assert_eq!(on(&said, "system/error")[0].body["error_code"], 3500);
    assert!(!are_off(&bench));
    bench.order("actuator/emergency", r#"{"command":"emergency_stop","auth_token":"geheim","correlation_id":"r"}"#);
    assert!(are_off(&bench));
}
