//! What anybody on the broker may send: nothing panics, nothing locks up, and a stop still stops.

use crate::bench::Bench;
use crate::seeded::Seeded;

const PATHS: [&str; 12] = [
    "system/heartbeat/ack",
    "config",
    "system/command",
    "actuator/18/command",
    "actuator/999/command",
    "actuator//command",
    "actuator/emergency",
    "zone/assign",
    "subzone/assign",
    "subzone/remove",
    "subzone/safe",
    "sensor/34/command",
];
const ORDERS: usize = 20_000;

/// Legal payloads, to be damaged.
const SEEDS: [&str; 10] = [
    r#"{"status":"online","handover_epoch":1,"server_time":1777012401}"#,
    r#"{"command":"PWM","value":0.35,"duration":5,"correlation_id":"b0d2","intent_id":"b0d2","expires_at":1}"#,
    r#"{"command":"measure","request_id":"3f7c","timeout_ms":100,"correlation_id":"3f7c"}"#,
    r#"{"command":"emergency_stop","reason":"leak","correlation_id":"e51a"}"#,
    r#"{"command":"clear_emergency","auth_token":"x"}"#,
    r#"{"zone_id":"tent_1","master_zone_id":"","zone_name":"Tent 1","kaiser_id":"god","correlation_id":"77aa"}"#,
    r#"{"subzone_id":"bed_a","subzone_name":"A","parent_zone_id":"","assigned_gpios":[4,25],"safe_mode_active":true}"#,
    r#"{"command":"onewire/scan","params":{"pin":4}}"#,
    r#"{"sensors":[{"gpio":34,"sensor_type":"moisture","sensor_name":"m","measurement_interval_seconds":1},{"gpio":0,"sensor_type":"bme280","sensor_name":"b"}],"actuators":[{"gpio":18,"actuator_type":"valve","actuator_name":"v"}],"correlation_id":"c"}"#,
    r#"{"offline_rules":[{"actuator_gpio":18,"sensor_gpio":34,"sensor_value_type":"x","activate_above":1e38,"time_filter":{"start_hour":23,"end_hour":24}}],"correlation_id":"c","generation":9223372036854775807}"#,
];

fn damaged(chance: &mut Seeded) -> Vec<u8> {
    let mut bytes = SEEDS[chance.below(SEEDS.len())].as_bytes().to_vec();
    for _ in 0..chance.below(4) {
        if bytes.is_empty() {
            break;
        }
        let at = chance.below(bytes.len());
        match chance.below(5) {
            0 => bytes[at] = chance.next() as u8,
            1 => drop(bytes.remove(at)),
            2 => bytes.insert(at, b"{}[]\",:0-9e.\\u"[chance.below(14)]),
            3 => bytes.truncate(at),
            _ => {
                let piece = bytes[at..].to_vec();
                bytes.extend_from_slice(&piece);
            }
        }
    }
    bytes
}

#[test]
fn damaged_orders_on_every_topic_neither_stop_the_device_nor_keep_a_stop_from_it() {
    let mut chance = Seeded(0xE510_2026);
    let mut bench = Bench::online();
    for round in 0..ORDERS {
        let path = PATHS[chance.below(PATHS.len())];
        let payload = damaged(&mut chance);
        if chance.below(20) == 0 {
            bench.say_on("kaiser/broadcast/emergency", &payload);
        } else {
            bench.say_on(&format!("kaiser/god/esp/ESP_0A1B2C/{path}"), &payload);
        }
        bench.run(chance.below(200) as u64);
        if round % 500 == 0 {
            bench.said.clear();
            bench.events.clear();
            bench.filters.clear();
            bench.connects.clear();
            assert!(bench.node.is_ready() || !bench.node.id().is_empty());
        }
    }
    // Whatever they did to its settings, a good stop is obeyed: no damaged order can have set a token, the corpus has none.
    bench.run(10_000);
    bench.say_on("kaiser/broadcast/emergency", br#"{"command":"stop_all"}"#);
    bench.exchange();
    for pin in 0..40 {
        let is_led = pin == 2;
        assert!(is_led || bench.world.output(pin).is_none_or(|duty| duty == 0), "pin {pin} is still driven");
    }
}
