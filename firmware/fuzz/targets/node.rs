//! Any orders to a registered device: nothing panics, and a stop that comes after them switches everything off.
//!
//! The input is a row of orders: one byte for the topic, two for the length, then the payload; the time moves on after each.
#![no_main]

use leitstand_core::board::ESP32;
use leitstand_core::node::{BootInfo, Chip, Network, Node, ResetReason};
use leitstand_core::store::PARTITION_BYTES;
use leitstand_world::World;
use leitstand_world::flash::Flash;
use libfuzzer_sys::fuzz_target;

const OWN: [&str; 12] = [
    "system/heartbeat/ack",
    "config",
    "system/command",
    "actuator/18/command",
    "actuator/25/command",
    "actuator/emergency",
    "zone/assign",
    "subzone/assign",
    "subzone/remove",
    "subzone/safe",
    "sensor/34/command",
    "nowhere",
];
/// Between two orders, ms: some of what they start becomes due.
const PAUSE_MS: u64 = 700;

struct Bench {
    node: Box<Node>,
    world: World<Flash>,
    now_ms: u64,
}

impl Bench {
    fn new() -> Bench {
        let world = World::new(&ESP32, 1, Flash::new(PARTITION_BYTES as usize));
        let mut bench = Bench { node: Box::new(Node::new()), world, now_ms: 0 };
        let Bench { node, world, .. } = &mut bench;
        let info =
            BootInfo { board: &ESP32, mac: [2; 6], reset: ResetReason::PowerOn, version: "0", chip: Chip::PLAIN };
        node.boot(&info, world);
        let mut provisioning = node.provisioning().clone();
        provisioning.id = "ESP_0A1B2C".try_into().unwrap();
        provisioning.broker_host = "b".try_into().unwrap();
        node.provision(&provisioning, 0, world);
        node.network(Network::Up { ip: [1; 4], rssi: -50 }, 0, world);
        node.poll(0, world);
        node.socket_opening(0);
        node.socket_opened(0, world);
        bench.drain();
        bench.rx(&[0x20, 2, 0, 0]);
        for id in 1..=12 {
            bench.drain();
            bench.rx(&[0x90, 3, 0, id, 1]);
        }
        bench.say("kaiser/god/esp/ESP_0A1B2C/system/heartbeat/ack", br#"{"status":"online","handover_epoch":1}"#);
        let config = br#"{"actuators":[{"gpio":18,"actuator_type":"relay","actuator_name":"r"},{"gpio":25,"actuator_type":"pwm","actuator_name":"p"}],"sensors":[{"gpio":34,"sensor_type":"moisture","sensor_name":"m"}],"correlation_id":"c"}"#;
        bench.say("kaiser/god/esp/ESP_0A1B2C/config", config);
        bench
    }

    fn rx(&mut self, bytes: &[u8]) {
        self.world.set_now(self.now_ms);
        self.node.rx(bytes, self.now_ms, &mut self.world);
    }

    fn drain(&mut self) {
        loop {
            let count = self.node.tx(self.now_ms).len();
            if count == 0 {
                return;
            }
            self.node.sent(count, self.now_ms);
        }
    }

    /// A message with QoS 0.
    fn say(&mut self, topic: &str, payload: &[u8]) {
        let length = topic.len() + 2 + payload.len();
        let mut packet = vec![0x30];
        let mut rest = length;
        loop {
            packet.push((rest % 128) as u8 | if rest > 127 { 128 } else { 0 });
            rest /= 128;
            if rest == 0 {
                break;
            }
        }
        packet.extend((topic.len() as u16).to_be_bytes());
        packet.extend(topic.as_bytes());
        packet.extend(payload);
        self.rx(&packet);
        self.node.poll(self.now_ms, &mut self.world);
        self.drain();
        let _ = self.world.take_events();
    }
}

fuzz_target!(|data: &[u8]| {
    let mut bench = Bench::new();
    let mut rest = data;
    while let [topic, high, low, tail @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(tail.len());
        let (payload, next) = tail.split_at(length);
        let topic = match OWN.get(usize::from(*topic)) {
            Some(path) => format!("kaiser/god/esp/ESP_0A1B2C/{path}"),
            None if topic % 2 == 0 => "kaiser/broadcast/emergency".into(),
            None => "kaiser/god/server/status".into(),
        };
        bench.say(&topic, payload);
        bench.now_ms += PAUSE_MS;
        rest = next;
    }
    // No order can set a token without saying set_emergency_token; whoever found that word has to bring the token.
    if !data.windows(9).any(|window| window == b"emergency" || window == b"EMERGENCY") {
        bench.say("kaiser/broadcast/emergency", br#"{"command":"stop_all"}"#);
        for pin in 0..40 {
            assert!(
                pin == 2 || bench.world.output(pin).is_none_or(|duty| duty == 0),
                "pin {pin} is driven after a stop"
            );
        }
    }
});
