//! A device on a bench: the core with its simulated world, and a console that answers like a broker and a controller do. Time is the test's.

use leitstand_core::board::{Board, ESP32};
use leitstand_core::config::Provisioning;
use leitstand_core::node::{BootInfo, Network, Node, ResetReason};
use leitstand_core::store::PARTITION_BYTES;
use leitstand_world::flash::Flash;
use leitstand_world::{Event, Power, World};
use serde_json::Value;

use crate::broker::{self, Sent};

pub const ID: &str = "ESP_0A1B2C";
const PREFIX: &str = "kaiser/god/esp/ESP_0A1B2C/";
pub const START_UNIX_S: u64 = 1_790_000_000;
/// Longest the bench lets the core sleep, ms.
const STEP_MS: u64 = 1_000;

/// One message of the device.
#[derive(Clone, Debug)]
pub struct Said {
    pub path: String,
    pub qos: u8,
    pub body: Value,
}

pub struct Bench {
    pub node: Box<Node>,
    pub world: World<Flash>,
    pub now_ms: u64,
    pub said: Vec<Said>,
    pub filters: Vec<(String, u8)>,
    pub events: Vec<Event>,
    /// What the controller answers to a heartbeat; `None` = nothing.
    pub ack: Option<&'static str>,
    pub connects: Vec<Sent>,
    /// The broker takes what the device sends, and answers.
    pub is_broker_there: bool,
    board: &'static Board,
    incoming: Vec<u8>,
    is_open: bool,
    next_id: u16,
}

impl Bench {
    /// A device that is connected and registered.
    pub fn online() -> Bench {
        let mut bench = Bench::new(&ESP32);
        bench.ack = Some("online");
        bench.run(10);
        bench
    }

    /// A device before its first poll.
    pub fn new(board: &'static Board) -> Bench {
        let world = World::new(board, 7, Flash::new(PARTITION_BYTES as usize));
        let mut bench = Bench {
            node: Box::new(Node::new()),
            world,
            now_ms: 0,
            said: Vec::new(),
            filters: Vec::new(),
            events: Vec::new(),
            ack: None,
            connects: Vec::new(),
            is_broker_there: true,
            board,
            incoming: Vec::new(),
            is_open: false,
            next_id: 0,
        };
        bench.boot(ResetReason::PowerOn);
        bench
    }

    pub fn boot(&mut self, reset: ResetReason) {
        self.now_ms = 0;
        self.is_open = false;
        self.incoming.clear();
        *self.node = Node::new();
        self.world.set_now(0);
        let info = BootInfo {
            board: self.board,
            mac: [2, 0, 0, 0x0A, 0x1B, 0x2C],
            reset,
            version: "1.2.3",
            chip: leitstand_core::node::Chip::PLAIN,
        };
        self.node.boot(&info, &mut self.world);
        let mut provisioning: Provisioning = self.node.provisioning().clone();
        provisioning.broker_host = "broker".try_into().unwrap();
        provisioning.broker_port = 1883;
        self.node.provision(&provisioning, 0, &mut self.world);
        self.node.set_time(START_UNIX_S, 0);
        self.node.network(Network::Up { ip: [10, 0, 0, 2], rssi: -50 }, 0, &mut self.world);
    }

    /// The supply was gone.
    pub fn power_cycle(&mut self) {
        self.world.restart(Power::Cycle);
        self.boot(ResetReason::PowerOn);
    }

    /// Lets so much time pass.
    pub fn run(&mut self, ms: u64) {
        let end_ms = self.now_ms + ms;
        loop {
            self.exchange();
            if self.now_ms >= end_ms {
                return;
            }
            let due_ms = self.node.next_due().clamp(self.now_ms + 1, self.now_ms + STEP_MS);
            self.now_ms = due_ms.min(end_ms);
        }
    }

    /// Everything that is due now, and the answers to it.
    pub fn exchange(&mut self) {
        for _ in 0..50 {
            self.world.set_now(self.now_ms);
            self.node.poll(self.now_ms, &mut self.world);
            self.move_socket();
            let is_quiet = !self.take_bytes();
            self.events.extend(self.world.take_events());
            if is_quiet {
                return;
            }
        }
    }

    fn move_socket(&mut self) {
        if self.node.wants_close() || (!self.is_broker_there && self.is_open) {
            self.is_open = false;
            self.incoming.clear();
            self.node.socket_closed(self.now_ms, &mut self.world);
        }
        if self.node.wants_socket(self.now_ms).is_some() {
            self.node.socket_opening(self.now_ms);
            if self.is_broker_there {
                self.is_open = true;
                self.node.socket_opened(self.now_ms, &mut self.world);
            } else {
                self.node.socket_closed(self.now_ms, &mut self.world);
            }
        }
    }

    /// True when the device has sent something.
    fn take_bytes(&mut self) -> bool {
        let bytes = self.node.tx(self.now_ms).to_vec();
        self.node.sent(bytes.len(), self.now_ms);
        self.incoming.extend_from_slice(&bytes);
        let packets = broker::read_all(&mut self.incoming);
        for packet in packets {
            self.answer(packet);
        }
        !bytes.is_empty()
    }

    fn answer(&mut self, packet: Sent) {
        match packet {
            Sent::Connect { .. } => {
                self.connects.push(packet);
                self.rx(&broker::connack(false, 0));
            }
            Sent::Subscribe { id, filter, qos } => {
                self.filters.push((filter, qos));
                self.rx(&broker::suback(id, &[qos]));
            }
            Sent::Publish { topic, payload, qos, id, .. } => {
                if qos == 1 {
                    self.rx(&broker::answer(0x40, id));
                }
                let path = topic.strip_prefix(PREFIX).unwrap_or(&topic).to_string();
                let is_heartbeat = path == "system/heartbeat";
                let body = serde_json::from_slice(&payload).expect("a device sends JSON");
                self.said.push(Said { path, qos, body });
                if let (true, Some(status)) = (is_heartbeat, self.ack) {
                    self.acknowledge(status);
                }
            }
            Sent::Pubrec(id) => self.rx(&broker::answer(0x62, id)),
            Sent::Pingreq => self.rx(&broker::pingresp()),
            _ => {}
        }
    }

    /// Answers a heartbeat as the contract says: with the epoch that the device reports.
    pub fn acknowledge(&mut self, status: &str) {
        let beat = self.said.iter().rev().find(|said| said.path == "system/heartbeat");
        let epoch = beat.and_then(|beat| beat.body["active_handover_epoch"].as_u64()).unwrap_or(0).max(1);
        let text = format!(r#"{{"status":"{status}","handover_epoch":{epoch}}}"#);
        self.say("system/heartbeat/ack", &text);
    }

    pub fn rx(&mut self, bytes: &[u8]) {
        self.node.rx(bytes, self.now_ms, &mut self.world);
    }

    /// A message to the device, QoS 1.
    pub fn say(&mut self, path: &str, text: &str) {
        self.say_on(&format!("{PREFIX}{path}"), text.as_bytes());
    }

    pub fn say_on(&mut self, topic: &str, payload: &[u8]) {
        self.next_id = self.next_id % 60_000 + 1;
        let bytes = broker::publish(0b010, topic.as_bytes(), self.next_id, payload);
        self.rx(&bytes);
    }

    /// A message, and what follows from it at once.
    pub fn order(&mut self, path: &str, text: &str) -> Vec<Said> {
        self.said.clear();
        self.say(path, text);
        self.exchange();
        self.said.clone()
    }

    pub fn broadcast(&mut self, text: &str) -> Vec<Said> {
        self.said.clear();
        self.say_on("kaiser/broadcast/emergency", text.as_bytes());
        self.exchange();
        self.said.clone()
    }

    /// Outputs on these pins, relays.
    pub fn configure_relays(&mut self, pins: &[u8]) {
        let items: Vec<String> = pins
            .iter()
            .map(|pin| format!(r#"{{"gpio":{pin},"actuator_type":"relay","actuator_name":"r{pin}"}}"#))
            .collect();
        let said = self.order("config", &format!(r#"{{"actuators":[{}],"correlation_id":"setup"}}"#, items.join(",")));
        assert!(said.iter().any(|said| said.body["outcome"] == "persisted"), "{said:?}");
    }

    pub fn switch_on(&mut self, pin: u8) {
        let said = self.order(&format!("actuator/{pin}/command"), r#"{"command":"ON","issued_by":"test"}"#);
        assert!(said.iter().any(|said| said.body["success"] == true), "{said:?}");
    }
}

/// The messages on this path.
pub fn on<'a>(said: &'a [Said], path: &str) -> Vec<&'a Said> {
    said.iter().filter(|said| said.path == path).collect()
}

/// The outcomes as `outcome/code`.
pub fn outcomes(said: &[Said]) -> Vec<String> {
    let of =
        |said: &&Said| format!("{}/{}", said.body["outcome"].as_str().unwrap(), said.body["code"].as_str().unwrap());
    on(said, "system/intent_outcome").iter().map(of).collect()
}
