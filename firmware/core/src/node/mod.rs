//! One device: what a shell drives. It opens no socket and waits for nothing; the shell asks what it wants and tells it what happened.
//!
//! All times are milliseconds since boot, from a clock that never goes back.

use crate::board::Board;
use crate::io::Io;

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

/// What the shell knows before the core runs.
pub struct BootInfo {
    pub board: &'static Board,
    pub mac: [u8; 6],
    pub reset: ResetReason,
    /// Semantic version of the firmware, for the heartbeat.
    pub version: &'static str,
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

/// A device. All its memory; put it into a `static` or a box, then call [`Node::boot`] once.
pub struct Node {}

impl Node {
    pub const fn new() -> Node {
        Node {}
    }

    /// Reads the settings, sets every output to its default state, and starts the state machine at time 0.
    pub fn boot(&mut self, _info: &BootInfo, _io: &mut dyn Io) {}

    /// The time from NTP (Unix seconds).
    pub fn set_time(&mut self, _unix_s: u64, _now_ms: u64) {}

    pub fn network(&mut self, _network: Network, _now_ms: u64, _io: &mut dyn Io) {}

    /// The Wi-Fi that the shell shall join; `None` until provisioned.
    pub fn wifi(&self) -> Option<WifiWish<'_>> {
        None
    }

    /// True once when a scan was asked for over the serial line.
    pub fn take_scan_request(&mut self) -> bool {
        false
    }

    /// Result of the scan, strongest first.
    pub fn scanned(&mut self, _networks: &mut dyn Iterator<Item = FoundNetwork<'_>>) {}

    /// The join of the present wish has failed (wrong password, no such network, no address).
    pub fn wifi_failed(&mut self) {}

    /// The broker to open a socket to now; `None` while one is open, or before the next attempt is due.
    pub fn wants_socket(&self, _now_ms: u64) -> Option<Endpoint<'_>> {
        None
    }

    pub fn socket_opened(&mut self, _now_ms: u64, _io: &mut dyn Io) {}

    /// The socket is gone, or could not be opened.
    pub fn socket_closed(&mut self, _now_ms: u64, _io: &mut dyn Io) {}

    /// The shell shall close the socket (then call [`Node::socket_closed`]).
    pub fn wants_close(&self) -> bool {
        false
    }

    /// Bytes from the broker, in order, in any pieces.
    pub fn rx(&mut self, _bytes: &[u8], _now_ms: u64, _io: &mut dyn Io) {}

    /// Bytes for the broker. Call [`Node::sent`] with what was taken.
    pub fn tx(&mut self) -> &[u8] {
        &[]
    }

    pub fn sent(&mut self, _count: usize) {}

    /// Does everything that is due. Call it at [`Node::next_due`] at the latest, and after every input.
    pub fn poll(&mut self, _now_ms: u64, _io: &mut dyn Io) {}

    /// When [`Node::poll`] has to be called next, ms since boot.
    pub fn next_due(&self) -> u64 {
        0
    }

    /// An answer of the broker or of the console is outstanding (for shells with a manual clock).
    pub fn awaits_answer(&self) -> bool {
        false
    }

    /// Bytes from UART or USB.
    pub fn serial_rx(&mut self, _bytes: &[u8], _now_ms: u64, _io: &mut dyn Io) {}

    pub fn serial_tx(&mut self) -> &[u8] {
        &[]
    }

    pub fn serial_sent(&mut self, _count: usize) {}

    /// The shell shall restart the chip now.
    pub fn wants_reboot(&self, _now_ms: u64) -> bool {
        false
    }
}

impl Default for Node {
    fn default() -> Self {
        Node::new()
    }
}
