//! One device: what a shell drives. It opens no socket and waits for nothing; the shell asks what it wants and tells it what happened.
//!
//! All times are milliseconds since boot, from a clock that never goes back.

mod acknowledgement;
mod admission;
mod answered;
mod backlog;
mod boot;
mod command;
mod config_answers;
mod config_items;
mod config_push;
mod device;
mod emergency;
mod errors;
mod inbound;
mod intent;
mod keep;
mod link;
mod measure;
mod offline;
mod outgoing;
mod polling;
mod preset;
mod reports;
mod requests;
mod scan;
mod sensing;
mod session;
mod statuses;
mod subzone;
mod system;
mod zone;

use crate::board::Board;
use crate::clock::TimeSource;
use crate::config::Provisioning;
use crate::io::{Io, LogLevel};
use crate::mqtt::Decoder;
use device::{Cx, Device};
use link::Socket;
use requests::Port;

pub use reports::CAPABILITIES;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetReason {
    PowerOn,
    External,
    Software,
    Panic,
    Watchdog,
    Brownout,
    Unknown,
}

impl ResetReason {
    /// As the heartbeat says it (1.2).
    pub const fn name(self) -> &'static str {
        match self {
            ResetReason::PowerOn => "POWERON",
            ResetReason::External => "EXT",
            ResetReason::Software => "SW",
            ResetReason::Panic => "PANIC",
            ResetReason::Watchdog => "WDT",
            ResetReason::Brownout => "BROWNOUT",
            ResetReason::Unknown => "UNKNOWN",
        }
    }

    /// As `esp_reset_reason()` of ESP-IDF numbers it, for `boot_sequence_id` (1.2).
    pub const fn code(self) -> u8 {
        match self {
            ResetReason::Unknown => 0,
            ResetReason::PowerOn => 1,
            ResetReason::External => 2,
            ResetReason::Software => 3,
            ResetReason::Panic => 4,
            ResetReason::Watchdog => 7,
            ResetReason::Brownout => 9,
        }
    }
}

/// What the shell knows before the core runs.
pub struct BootInfo {
    pub board: &'static Board,
    pub mac: [u8; 6],
    pub reset: ResetReason,
    /// Semantic version of the firmware, for the heartbeat.
    pub version: &'static str,
    pub chip: Chip,
}

/// What the chip says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chip {
    /// Major times 100 and minor, as Espressif's tools show it: v0.4 is 4.
    pub revision: u16,
    pub flash_bytes: u32,
}

impl Chip {
    /// The smallest that our partition table fits.
    pub const PLAIN: Chip = Chip { revision: 0, flash_bytes: 4 * 1024 * 1024 };
}

/// Where the broker is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint<'a> {
    pub host: &'a str,
    pub port: u16,
    pub tls: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    Down,
    /// Address from DHCP and signal strength in dBm.
    Up {
        ip: [u8; 4],
        rssi: i8,
    },
}

/// A network that a scan found.
pub struct FoundNetwork<'a> {
    pub ssid: &'a str,
    pub rssi: i8,
    pub secured: bool,
}

/// The Wi-Fi to join. A new `version` means: leave the old one and join this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WifiWish<'a> {
    pub ssid: &'a str,
    pub password: &'a str,
    pub version: u32,
}

/// A restart waits this long for the answer to the command that asked for it, ms.
const ANSWER_LEAVES_MS: u64 = 1_000;

/// A device. All its memory; put it into a `static` or a box, then call [`Node::boot`] once.
pub struct Node {
    decoder: Decoder,
    port: Port,
    device: Device,
}

impl Node {
    pub const fn new() -> Node {
        Node { decoder: Decoder::new(), port: Port::new(), device: Device::new() }
    }

    fn cx<'a>(&self, now_ms: u64, io: &'a mut dyn Io) -> Cx<'a> {
        Cx { now_ms, io, least_level: self.device.keep.runtime.log_level }
    }

    /// Reads the settings, sets every output to its default state, and starts the state machine at time 0.
    pub fn boot(&mut self, info: &BootInfo, io: &mut dyn Io) {
        let mut cx = self.cx(0, io);
        self.device.boot(info, &mut cx);
    }

    /// Writes a new way to the broker or a new identity into the settings; connects anew if it differs from the old one.
    pub fn provision(&mut self, provisioning: &Provisioning, now_ms: u64, io: &mut dyn Io) {
        let mut cx = self.cx(now_ms, io);
        self.device.take_provisioning(&mut cx, provisioning);
        if !self.device.link.is_connected {
            self.device.take_identity();
        }
    }

    pub fn provisioning(&self) -> &Provisioning {
        &self.device.keep.provisioning
    }

    pub fn id(&self) -> &str {
        &self.device.id
    }

    /// Boots since the settings were made.
    pub fn boot_count(&self) -> u32 {
        self.device.keep.runtime.boot_count
    }

    /// Connected, and every subscription acknowledged.
    pub fn is_ready(&self) -> bool {
        self.device.link.is_connected && self.device.link.pending_subscriptions == 0
    }

    /// Leaves out announced capabilities, by bit of [`CAPABILITIES`]: to imitate firmware of before them.
    pub fn hide_capabilities(&mut self, bits: u8) {
        self.device.hidden_capabilities = bits;
    }

    /// The time from NTP (Unix seconds).
    pub fn set_time(&mut self, unix_s: u64, now_ms: u64) {
        self.device.clock.set(unix_s, TimeSource::Ntp, now_ms);
    }

    pub fn network(&mut self, network: Network, now_ms: u64, io: &mut dyn Io) {
        let mut cx = self.cx(now_ms, io);
        self.device.set_network(&mut cx, network);
    }

    /// The Wi-Fi that the shell shall join; `None` until provisioned.
    pub fn wifi(&self) -> Option<WifiWish<'_>> {
        let provisioning = &self.device.keep.provisioning;
        let wish = WifiWish {
            ssid: &provisioning.ssid,
            password: &provisioning.wifi_password,
            version: self.device.wifi_version,
        };
        Some(wish).filter(|wish| !wish.ssid.is_empty())
    }

    /// True once when a scan was asked for over the serial line.
    pub fn take_scan_request(&mut self) -> bool {
        core::mem::take(&mut self.device.is_scan_wanted)
    }

    /// Result of the scan, strongest first.
    pub fn scanned(&mut self, networks: &mut dyn Iterator<Item = FoundNetwork<'_>>) {
        self.port.networks(networks);
    }

    /// The join of the present wish has failed (wrong password, no such network, no address).
    pub fn wifi_failed(&mut self) {
        self.port.join_failed();
    }

    /// The broker to open a socket to now; `None` while one is open, or before the next attempt is due.
    pub fn wants_socket(&self, now_ms: u64) -> Option<Endpoint<'_>> {
        let provisioning = &self.device.keep.provisioning;
        let endpoint =
            Endpoint { host: &provisioning.broker_host, port: provisioning.broker_port, tls: provisioning.broker_tls };
        let is_due = self.device.link.wants_socket(now_ms) && !endpoint.host.is_empty();
        is_due.then_some(endpoint)
    }

    /// The shell has begun to open the socket; it says [`Node::socket_opened`] or [`Node::socket_closed`] in the end.
    pub fn socket_opening(&mut self, now_ms: u64) {
        self.device.link.socket = Socket::Opening { since_ms: now_ms };
    }

    pub fn socket_opened(&mut self, now_ms: u64, io: &mut dyn Io) {
        self.decoder.reset();
        let mut cx = self.cx(now_ms, io);
        self.device.socket_opened(&mut cx);
    }

    /// The socket is gone, or could not be opened.
    pub fn socket_closed(&mut self, now_ms: u64, io: &mut dyn Io) {
        let mut cx = self.cx(now_ms, io);
        self.device.socket_closed(&mut cx);
    }

    /// The shell shall close the socket (then call [`Node::socket_closed`]).
    pub fn wants_close(&self) -> bool {
        self.device.link.socket == Socket::Closing
    }

    /// Bytes from the broker, in order, in any pieces.
    pub fn rx(&mut self, bytes: &[u8], now_ms: u64, io: &mut dyn Io) {
        let mut cx = self.cx(now_ms, io);
        let mut input = bytes;
        self.device.session.heard(now_ms);
        while matches!(self.device.link.socket, Socket::Open { .. }) {
            match self.decoder.next(&mut input) {
                Ok(Some(packet)) => self.device.take_packet(&mut cx, &packet),
                Ok(None) => return,
                Err(error) => {
                    cx.log(LogLevel::Error, format_args!("broker breaks the protocol: {error:?}"));
                    self.device.link.socket = Socket::Closing;
                }
            }
        }
    }

    /// Bytes for the broker. Call [`Node::sent`] with what was taken.
    pub fn tx(&mut self, now_ms: u64) -> &[u8] {
        match self.device.link.socket {
            Socket::Open { .. } => self.device.session.transmit(now_ms),
            _ => &[],
        }
    }

    pub fn sent(&mut self, count: usize, now_ms: u64) {
        self.device.session.sent(count, now_ms);
    }

    /// Does everything that is due. Call it at [`Node::next_due`] at the latest, and after every input.
    pub fn poll(&mut self, now_ms: u64, io: &mut dyn Io) {
        let mut cx = self.cx(now_ms, io);
        self.device.poll(&mut cx);
        self.port.poll(&mut self.device, &mut cx);
    }

    /// When [`Node::poll`] has to be called next, ms since boot.
    pub fn next_due(&self) -> u64 {
        self.device.next_due().min(self.port.next_due())
    }

    /// An answer of the broker is outstanding (for shells with a manual clock).
    pub fn awaits_broker(&self) -> bool {
        self.device.session.awaits_answer() || matches!(self.device.link.socket, Socket::Opening { .. })
    }

    /// The controller has not answered the last heartbeat.
    pub fn awaits_controller(&self) -> bool {
        self.device.link.is_connected && !self.device.schedule.is_heartbeat_answered
    }

    /// Heartbeats since boot.
    pub fn heartbeat_count(&self) -> u32 {
        self.device.schedule.heartbeats
    }

    /// Bytes from UART or USB.
    pub fn serial_rx(&mut self, bytes: &[u8], now_ms: u64, io: &mut dyn Io) {
        let mut cx = self.cx(now_ms, io);
        self.port.take(&mut self.device, bytes, &mut cx);
    }

    pub fn serial_tx(&mut self) -> &[u8] {
        self.port.output.pending()
    }

    pub fn serial_sent(&mut self, count: usize) {
        self.port.output.sent(count);
    }

    /// A log line for the serial line, by the shell that gets it through [`Io::log`].
    pub fn serial_log(&mut self, now_ms: u64, level: LogLevel, text: core::fmt::Arguments<'_>) {
        self.port.output.log(level, now_ms, text);
    }

    /// The shell shall restart the chip now.
    pub fn wants_reboot(&self, now_ms: u64) -> bool {
        let Some(at_ms) = self.device.reboot_at_ms else { return false };
        let has_answered = self.device.session.is_idle() || now_ms >= at_ms.saturating_add(ANSWER_LEAVES_MS);
        now_ms >= at_ms && has_answered
    }

    /// Erases the settings if a reset to factory state was asked for; call it before the restart.
    pub fn prepare_reboot(&mut self, now_ms: u64, io: &mut dyn Io) {
        let mut cx = self.cx(now_ms, io);
        if core::mem::take(&mut self.device.is_reset_due) {
            self.device.keep.erase(&mut cx);
        }
    }

    /// Sets membership and configuration as if they had come from a controller: for twins that start configured.
    pub fn preset(&mut self, text: &[u8], now_ms: u64, io: &mut dyn Io) -> Result<(), &'static str> {
        let mut cx = self.cx(now_ms, io);
        self.device.preset(&mut cx, text)
    }
}

impl Default for Node {
    fn default() -> Self {
        Node::new()
    }
}
