//! One simulated board: core, world and the way between them. Knows the time it is told.

use leitstand_core::config::Provisioning;
use leitstand_core::node::{BootInfo, Chip, Network, Node, ResetReason};
use leitstand_world::{Event, Power, World};

use crate::flash_file::FlashFile;
use crate::options::Options;

/// What the network says of itself.
const ADDRESS: [u8; 4] = [127, 0, 0, 1];
const SIGNAL_DBM: i8 = -55;
const VERSION: &str = env!("CARGO_PKG_VERSION");

pub struct Machine {
    pub node: Box<Node>,
    pub world: World<FlashFile>,
    pub is_network_up: bool,
    provisioning: Option<Provisioning>,
    board: &'static leitstand_core::board::Board,
    mac: [u8; 6],
    /// The first readiness after each boot has been told.
    is_told: bool,
}

/// A word that has to fit its field.
fn fitting<const N: usize>(text: &str, what: &str) -> Result<heapless::String<N>, String> {
    heapless::String::try_from(text).map_err(|_| format!("{what} is longer than {N} bytes"))
}

fn provisioning(options: &Options) -> Result<Option<Provisioning>, String> {
    if options.host.is_empty() {
        return Ok(None);
    }
    Ok(Some(Provisioning {
        id: fitting(&options.id, "The id")?,
        kaiser: fitting(&options.kaiser, "The kaiser id")?,
        ssid: fitting("host", "The network name")?,
        broker_host: fitting(&options.host, "The host")?,
        broker_port: options.port,
        broker_user: fitting(&options.user, "The user name")?,
        broker_password: fitting(&options.password, "The password")?,
        token_required: options.is_production,
        ..Provisioning::new()
    }))
}

/// Locally administered, with the id's digits where it has some.
fn mac_of(id: &str) -> [u8; 6] {
    let tail = id.rsplit('_').next().and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0);
    let [_, a, b, c] = tail.to_be_bytes();
    [0x02, 0x00, 0x00, a, b, c]
}

impl Machine {
    pub fn new(options: &Options) -> Result<Machine, String> {
        let flash = FlashFile::open(&options.flash).map_err(|error| format!("{}: {error}", options.flash.display()))?;
        Ok(Machine {
            node: Box::new(Node::new()),
            world: World::new(options.board, options.seed, flash),
            is_network_up: true,
            provisioning: provisioning(options)?,
            board: options.board,
            mac: mac_of(&options.id),
            is_told: false,
        })
    }

    /// Starts the core, at time 0; `unix_s` is what a time server would say. Tells the boot on standard output.
    pub fn boot(&mut self, reset: ResetReason, unix_s: u64) {
        *self.node = Node::new();
        self.is_told = false;
        self.world.set_now(0);
        let info = BootInfo { board: self.board, mac: self.mac, reset, version: VERSION, chip: Chip::PLAIN };
        self.node.boot(&info, &mut self.world);
        if let Some(wanted) = &self.provisioning {
            // What came over the serial line since stays, but for what the command line says.
            let mut merged = self.node.provisioning().clone();
            let Provisioning {
                id,
                kaiser,
                ssid,
                broker_host,
                broker_port,
                broker_user,
                broker_password,
                token_required,
                ..
            } = wanted.clone();
            // A controller may have moved the device to another kaiser id; only the first start takes it from the command line.
            if merged.kaiser.is_empty() {
                merged.kaiser = kaiser;
            }
            merged = Provisioning {
                id,
                ssid,
                broker_host,
                broker_port,
                broker_user,
                broker_password,
                token_required,
                ..merged
            };
            self.node.provision(&merged, 0, &mut self.world);
        }
        println!(r#"{{"event":"boot","reason":"{}","count":{}}}"#, reset.name(), self.node.boot_count());
        self.node.set_time(unix_s, 0);
        let network = self.network();
        self.node.network(network, 0, &mut self.world);
        self.tell(0);
    }

    pub fn network(&self) -> Network {
        let is_provisioned = self.node.wifi().is_some();
        if self.is_network_up && is_provisioned { Network::Up { ip: ADDRESS, rssi: SIGNAL_DBM } } else { Network::Down }
    }

    pub fn restart_world(&mut self, power: Power) {
        self.world.restart(power);
    }

    /// Puts what has happened on standard output, and the log on the serial line.
    pub fn tell(&mut self, now_ms: u64) {
        for event in self.world.take_events() {
            println!("{}", event.to_json());
            if let Event::Log { level, text } = event {
                self.node.serial_log(now_ms, level, format_args!("{text}"));
            }
        }
        if !self.is_told && self.node.is_ready() {
            self.is_told = true;
            println!(r#"{{"event":"ready"}}"#);
        }
    }

    pub fn complain(&self, line: &str, reason: &str) {
        let refused = serde_json::json!({ "event": "refused", "line": line, "reason": reason });
        println!("{refused}");
    }
}
