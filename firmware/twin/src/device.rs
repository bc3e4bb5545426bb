//! One twin: core, world, and what its host asks and tells.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use leitstand_core::node::{BootInfo, Chip, Network, Node, ResetReason};
use leitstand_core::store::PARTITION_BYTES;
use leitstand_world::flash::Flash;
use leitstand_world::{Command, Power, World};

use crate::options::Options;

/// What the network of a twin says of itself.
const ADDRESS: [u8; 4] = [10, 0, 4, 1];
/// Steady signal per device, dBm, from this one downwards.
const BEST_SIGNAL_DBM: i8 = -45;
const SIGNAL_SPREAD: u8 = 30;
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a host has to do with the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketWish {
    Nothing = 0,
    Open = 1,
    Close = 2,
}

pub struct Twin {
    node: Box<Node>,
    world: World<Flash>,
    options: Options,
    is_network_up: bool,
    /// Host time of the last boot, ms.
    booted_at_ms: f64,
    /// What the host said the time is, and when: a restart asks the time server anew.
    time: Option<(f64, f64)>,
    clock_offset_s: f64,
    lines: Vec<String>,
}

impl Twin {
    /// Starts a device; `now_ms` is the host's monotonic time. The error is a sentence.
    pub fn new(text: &str, now_ms: f64) -> Result<Twin, String> {
        let mut options = Options::parse(text)?;
        let flash = match options.flash.take() {
            Some(image) => Flash::from_image(image),
            None => Flash::new(PARTITION_BYTES as usize),
        };
        if flash.image().len() != PARTITION_BYTES as usize {
            return Err(format!("flash must have {PARTITION_BYTES} bytes"));
        }
        let world = World::new(options.board, options.seed, flash);
        let mut twin = Twin {
            node: Box::new(Node::new()),
            world,
            options,
            is_network_up: true,
            booted_at_ms: now_ms,
            time: None,
            clock_offset_s: 0.0,
            lines: Vec::new(),
        };
        twin.boot(ResetReason::PowerOn, now_ms);
        Ok(twin)
    }

    fn boot(&mut self, reset: ResetReason, now_ms: f64) {
        *self.node = Node::new();
        self.booted_at_ms = now_ms;
        self.world.set_now(0);
        let info =
            BootInfo { board: self.options.board, mac: self.options.mac, reset, version: VERSION, chip: Chip::PLAIN };
        self.node.boot(&info, &mut self.world);
        let stored = self.node.provisioning().kaiser.clone();
        let mut provisioning = self.options.provisioning.clone();
        if !stored.is_empty() {
            provisioning.kaiser = stored; // a controller may have moved it
        }
        self.node.provision(&provisioning, 0, &mut self.world);
        self.node.hide_capabilities(self.options.hidden_capabilities);
        self.apply_time(now_ms);
        self.apply_network(now_ms);
        let (reason, count) = (reset.name(), self.node.boot_count());
        self.lines.push(format!(r#"{{"event":"boot","reason":"{reason}","count":{count}}}"#));
    }

    /// Milliseconds since this device's boot.
    fn since_boot(&self, now_ms: f64) -> u64 {
        (now_ms - self.booted_at_ms).max(0.0) as u64
    }

    fn apply_time(&mut self, now_ms: f64) {
        if let Some((unix_s, at_ms)) = self.time {
            let unix_s = unix_s + (now_ms - at_ms) / 1000.0 + self.clock_offset_s;
            let since_ms = self.since_boot(now_ms);
            self.node.set_time(unix_s.max(0.0) as u64, since_ms);
        }
    }

    fn apply_network(&mut self, now_ms: f64) {
        let rssi = BEST_SIGNAL_DBM.saturating_sub_unsigned(self.options.mac[5] % SIGNAL_SPREAD);
        let network = if self.is_network_up { Network::Up { ip: ADDRESS, rssi } } else { Network::Down };
        let since_ms = self.since_boot(now_ms);
        self.node.network(network, since_ms, &mut self.world);
    }

    /// The result of a time server: Unix seconds.
    pub fn set_time(&mut self, unix_s: f64, now_ms: f64) {
        self.time = Some((unix_s, now_ms));
        self.apply_time(now_ms);
    }

    pub fn set_network(&mut self, is_up: bool, now_ms: f64) {
        self.is_network_up = is_up;
        self.apply_network(now_ms);
    }

    /// Membership and configuration as if they had come from a controller before.
    pub fn provision(&mut self, text: &str, now_ms: f64) -> Result<(), String> {
        let since_ms = self.since_boot(now_ms);
        self.world.set_now(since_ms);
        self.node.preset(text.as_bytes(), since_ms, &mut self.world).map_err(Into::into)
    }

    /// Does everything that is due. The host's time at which it must be called again at the latest.
    pub fn tick(&mut self, now_ms: f64) -> f64 {
        let since_ms = self.since_boot(now_ms);
        self.world.set_now(since_ms);
        self.node.poll(since_ms, &mut self.world);
        if self.node.wants_reboot(since_ms) {
            self.node.prepare_reboot(since_ms, &mut self.world);
            self.restart(Power::Reset(ResetReason::Software), ResetReason::Software, now_ms);
        }
        self.booted_at_ms + self.node.next_due().min(1 << 52) as f64
    }

    fn restart(&mut self, power: Power, reset: ResetReason, now_ms: f64) {
        self.world.restart(power);
        self.boot(reset, now_ms);
        // The socket of before is gone with the restart; its host closes it when it is asked to.
    }

    pub fn rx(&mut self, bytes: &[u8], now_ms: f64) {
        let since_ms = self.since_boot(now_ms);
        self.world.set_now(since_ms);
        self.node.rx(bytes, since_ms, &mut self.world);
    }

    /// Takes what is to be sent.
    pub fn tx(&mut self, into: &mut Vec<u8>, now_ms: f64) {
        let since_ms = self.since_boot(now_ms);
        loop {
            let bytes = self.node.tx(since_ms);
            if bytes.is_empty() {
                return;
            }
            into.extend_from_slice(bytes);
            let count = bytes.len();
            self.node.sent(count, since_ms);
        }
    }

    pub fn socket_wish(&mut self, now_ms: f64) -> SocketWish {
        let since_ms = self.since_boot(now_ms);
        if self.node.wants_close() {
            SocketWish::Close
        } else if self.node.wants_socket(since_ms).is_some() {
            self.node.socket_opening(since_ms);
            SocketWish::Open
        } else {
            SocketWish::Nothing
        }
    }

    pub fn socket_event(&mut self, is_open: bool, now_ms: f64) {
        let since_ms = self.since_boot(now_ms);
        self.world.set_now(since_ms);
        if is_open {
            self.node.socket_opened(since_ms, &mut self.world);
        } else {
            self.node.socket_closed(since_ms, &mut self.world);
        }
    }

    /// One line of the world's protocol. The error is a sentence.
    pub fn apply(&mut self, line: &str, now_ms: f64) -> Result<(), String> {
        self.world.set_now(self.since_boot(now_ms));
        match self.world.apply(line)? {
            Command::None => {}
            Command::Network { is_up } => self.set_network(is_up, now_ms),
            Command::Power(power) => {
                let reset = if let Power::Reset(reset) = power { reset } else { ResetReason::PowerOn };
                self.restart(power, reset, now_ms);
            }
            Command::AdvanceMs(_) => {
                return Err("a twin has the time that its host gives it".into());
            }
            Command::ClockOffsetS(offset_s) => {
                self.clock_offset_s = offset_s as f64;
                self.apply_time(now_ms);
            }
        }
        Ok(())
    }

    /// Everything that happened since the last call, one JSON object a line.
    pub fn events(&mut self) -> String {
        let mut text = String::new();
        for line in self.lines.drain(..).chain(self.world.take_events().iter().map(|event| event.to_json())) {
            text.push_str(&line);
            text.push('\n');
        }
        text
    }

    /// What is outstanding, for hosts with a clock of their own: bit 0 = the broker, bit 1 = the controller.
    pub fn awaits(&self) -> u32 {
        u32::from(self.node.awaits_broker()) | u32::from(self.node.awaits_controller()) << 1
    }

    /// Connected, and every subscription acknowledged.
    pub fn is_ready(&self) -> bool {
        self.node.is_ready()
    }

    /// Heartbeats since boot.
    pub fn heartbeats(&self) -> u32 {
        self.node.heartbeat_count()
    }

    /// What the pin really has, 0 to 255.
    pub fn output(&self, gpio: u8) -> Option<u8> {
        self.world.output(gpio)
    }

    /// The settings, for the next run.
    pub fn flash(&self) -> &[u8] {
        self.world.flash().image()
    }

    pub fn serial_rx(&mut self, bytes: &[u8], now_ms: f64) {
        let since_ms = self.since_boot(now_ms);
        self.node.serial_rx(bytes, since_ms, &mut self.world);
    }

    pub fn serial_tx(&mut self, into: &mut Vec<u8>) {
        loop {
            let bytes = self.node.serial_tx();
            if bytes.is_empty() {
                return;
            }
            into.extend_from_slice(bytes);
            let count = bytes.len();
            self.node.serial_sent(count);
        }
    }
}
