//! The state of one device. The other files of this folder are its subjects; each owns the fields that its name says.

use core::fmt;

use crate::actuator::Bank;
use crate::board::{Board, ESP32C3};
use crate::clock::Clock;
use crate::config::{CorrelationId, DeviceId, KaiserId};
use crate::io::{Io, LogLevel};
use crate::mqtt::Session;
use crate::offline::OfflineMode;

use super::answered::Answered;
use super::backlog::Backlog;
use super::emergency::Emergency;
use super::errors::ErrorThrottle;
use super::keep::Keep;
use super::link::Link;
use super::offline::Autonomy;
use super::reports::Schedule;
use super::scan::Scan;
use super::sensing::Sensing;
use super::{BootInfo, Chip, ResetReason};

/// What every step gets: the time since boot, and the machine.
pub struct Cx<'a> {
    pub now_ms: u64,
    pub io: &'a mut dyn Io,
    pub least_level: LogLevel,
}

impl Cx<'_> {
    pub fn log(&mut self, level: LogLevel, text: fmt::Arguments<'_>) {
        if level >= self.least_level {
            self.io.log(level, text);
        }
    }
}

/// State of the device (wire contract 9.5); the number is the wire value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemState {
    Boot = 0,
    ConfigPending = 8,
    Operational = 9,
    PendingApproval = 10,
    SafeMode = 12,
    Error = 14,
}

impl SystemState {
    pub fn name(self) -> &'static str {
        match self {
            SystemState::Boot => "BOOT",
            SystemState::ConfigPending => "CONFIG_PENDING_AFTER_RESET",
            SystemState::Operational => "OPERATIONAL",
            SystemState::PendingApproval => "PENDING_APPROVAL",
            SystemState::SafeMode => "SAFE_MODE",
            SystemState::Error => "ERROR",
        }
    }
}

/// Events since boot that nobody sees otherwise.
#[derive(Default)]
pub struct Counters {
    pub oversize_out: u32,
    pub unknown_topics: u32,
    /// Answers that found no room but that of the stop.
    pub crowded_out: u32,
    pub malformed_in: u32,
    pub errors: u32,
    pub emergency_without_token: u32,
    pub measure_queue_overflow: u32,
}

impl Counters {
    pub const fn new() -> Counters {
        Counters {
            oversize_out: 0,
            unknown_topics: 0,
            crowded_out: 0,
            malformed_in: 0,
            errors: 0,
            emergency_without_token: 0,
            measure_queue_overflow: 0,
        }
    }
}

pub struct Device {
    pub board: &'static Board,
    pub version: &'static str,
    pub mac: [u8; 6],
    pub reset: ResetReason,
    pub chip: Chip,
    pub id: DeviceId,
    pub kaiser: KaiserId,
    pub keep: Keep,
    pub clock: Clock,
    pub link: Link,
    pub session: Session,
    /// The registration gate (2.1).
    pub is_gate_open: bool,
    pub state: SystemState,
    pub mode: OfflineMode,
    pub autonomy: Autonomy,
    pub bank: Bank,
    pub sensing: Sensing,
    pub scan: Option<Scan>,
    pub emergency: Emergency,
    pub schedule: Schedule,
    pub answered: Answered,
    pub backlog: Backlog,
    pub errors: ErrorThrottle,
    pub counters: Counters,
    /// For ids that the sender did not give (1.10).
    pub invented_ids: u32,
    /// A restart that was asked for: when, and whether the settings are erased before.
    pub reboot_at_ms: Option<u64>,
    pub is_reset_due: bool,
    /// Identity or broker have changed: connect anew.
    pub is_reconnect_due: bool,
    pub identify_until_ms: u64,
    pub blink_at_ms: u64,
    pub is_led_on: bool,
    pub wifi_version: u32,
    pub is_scan_wanted: bool,
    /// Replaces the announced capabilities in tests of older firmware; empty = all.
    pub hidden_capabilities: u8,
}

impl Device {
    pub const fn new() -> Device {
        Device {
            board: &ESP32C3,
            version: "",
            mac: [0; 6],
            reset: ResetReason::Unknown,
            chip: Chip::PLAIN,
            id: DeviceId::new(),
            kaiser: KaiserId::new(),
            keep: Keep::new(),
            clock: Clock::new(),
            link: Link::new(),
            session: Session::new(),
            is_gate_open: false,
            state: SystemState::Boot,
            mode: OfflineMode::new(),
            autonomy: Autonomy::new(),
            bank: Bank::new(),
            sensing: Sensing::new(),
            scan: None,
            emergency: Emergency::new(),
            schedule: Schedule::new(),
            answered: Answered::new(),
            backlog: Backlog::new(),
            errors: ErrorThrottle::new(),
            counters: Counters::new(),
            invented_ids: 0,
            reboot_at_ms: None,
            is_reset_due: false,
            is_reconnect_due: false,
            identify_until_ms: 0,
            blink_at_ms: 0,
            is_led_on: false,
            wifi_version: 0,
            is_scan_wanted: false,
            hidden_capabilities: 0,
        }
    }

    /// Not fully able: commands are refused, the local safety goes on (1.2).
    pub fn is_degraded(&self) -> bool {
        matches!(self.state, SystemState::ConfigPending | SystemState::SafeMode | SystemState::Error)
    }

    /// An id in the sender's place (1.10: `"{prefix}_{millis}_{n}"`).
    pub fn invent_id(&mut self, prefix: &str, now_ms: u64) -> CorrelationId {
        use core::fmt::Write as _;
        self.invented_ids = self.invented_ids.wrapping_add(1);
        let mut id = CorrelationId::new();
        let _ = write!(id, "{prefix}_{now_ms}_{}", self.invented_ids);
        id
    }

    pub(super) fn learn(&mut self, info: &BootInfo) {
        self.board = info.board;
        self.mac = info.mac;
        self.reset = info.reset;
        self.version = info.version;
        self.chip = info.chip;
    }
}
