//! Who is in charge of the outputs: the console, or this device alone (wire contract 3.9, with 1.1, 1.6, 2.4 and 2.6).
//!
//! ```text
//! Online --lost--> Disconnected --30 s--> OfflineActive --back--> Reconnecting (epoch + 1) --ACK--> Adopting --2 s--> Online
//! Disconnected --back, or ACK--> Online        OfflineActive --ACK--> Adopting
//! Reconnecting --lost--> OfflineActive         Adopting --lost--> Disconnected         (both count an abort)
//! any --emergency stop--> Online, epochs 0
//! ```
//!
//! The node passes every event in, calls [`Event::TimePassed`] at [`OfflineMode::next_due`], and acts on the [`Change`]s.

use super::ack::{AckMembers, AckReject, EpochMember};

/// 3.9, 7.1: how long outputs hold what the console wanted before the rules take over.
pub const GRACE_MS: u64 = 30_000;
/// 3.9, 7.1: how long the console has after a handover to send what it wants to be different.
pub const SETTLE_MS: u64 = 2_000;
/// 2.6: a console that has not acknowledged for so long while the broker is there counts as gone. Two heartbeats.
pub const ACK_TIMEOUT_MS: u64 = 120_000;
/// 1.6: for so long after a reconnect a retained last will of the console may be older than its own reconnect.
pub const STALE_STATUS_MS: u64 = 15_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The console is in charge.
    Online,
    /// It is gone, for less than [`GRACE_MS`].
    Disconnected,
    /// The rules are in charge.
    OfflineActive,
    /// The console is back but has not acknowledged yet; the rules go on.
    Reconnecting,
    /// It has acknowledged; nobody switches anything but the console.
    Adopting,
}

impl Mode {
    /// Rules are evaluated in this mode (3.9).
    pub fn runs_rules(self) -> bool {
        matches!(self, Mode::OfflineActive | Mode::Reconnecting)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    MqttConnected,
    MqttLost,
    /// `server/status` online.
    ServerOnline,
    /// `server/status` offline; with the reason `unexpected_disconnect` it may be the last will of an earlier session.
    ServerOffline {
        is_unexpected: bool,
    },
    /// The console has commanded an actuator.
    Commanded,
    /// A stop has been executed.
    EmergencyStop,
    TimePassed,
}

/// The mode before and after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub from: Mode,
    pub to: Mode,
}

/// For the heartbeat (1.2). `offline_enter` counts the ends of the grace period, not the returns from an aborted handover, which have a counter
/// of their own. An adoption that runs to its end is a delta when the console commanded an actuator between its return and that end, else a
/// no-op.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    pub offline_enter: u32,
    pub adopting_enter: u32,
    pub adoption_noop: u32,
    pub adoption_delta: u32,
    pub handover_abort: u32,
    pub contract_reject: u32,
    pub last_reject: Option<AckReject>,
}

impl Counters {
    /// `handover_contract_last_reject`.
    pub fn last_reject_code(&self) -> &'static str {
        self.last_reject.map_or("NONE", AckReject::code)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfflineMode {
    mode: Mode,
    /// When the mode was entered.
    since_ms: u64,
    is_connected: bool,
    connections: u32,
    connected_at_ms: u64,
    /// An acknowledgement has been accepted since the last connect.
    is_acknowledged: bool,
    /// Start of the 120 s: the last sign that the console is there.
    heard_at_ms: u64,
    active_epoch: u32,
    completed_epoch: u32,
    announced_epoch: u32,
    has_delta: bool,
    counters: Counters,
}

impl OfflineMode {
    /// At boot (time 0) nobody has heard of a console yet: without one the rules start after [`GRACE_MS`].
    pub const fn new() -> OfflineMode {
        OfflineMode {
            mode: Mode::Disconnected,
            since_ms: 0,
            is_connected: false,
            connections: 0,
            connected_at_ms: 0,
            is_acknowledged: false,
            heard_at_ms: 0,
            active_epoch: 0,
            completed_epoch: 0,
            announced_epoch: 1,
            has_delta: false,
            counters: Counters {
                offline_enter: 0,
                adopting_enter: 0,
                adoption_noop: 0,
                adoption_delta: 0,
                handover_abort: 0,
                contract_reject: 0,
                last_reject: None,
            },
        }
    }

    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// 1.2: `active_handover_epoch`; 0 = none.
    pub fn active_epoch(&self) -> u32 {
        self.active_epoch
    }

    /// 1.2: `handover_completed_epoch`; 0 = none.
    pub fn completed_epoch(&self) -> u32 {
        self.completed_epoch
    }

    /// 1.1: `handover_epoch` of the session announcement that belongs to the last [`Event::MqttConnected`]; at least 1.
    pub fn announced_epoch(&self) -> u32 {
        self.announced_epoch
    }

    /// The broker has been reached since boot: the console may have commanded outputs.
    pub fn has_connected(&self) -> bool {
        self.connections > 0
    }

    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// When [`Event::TimePassed`] changes something, in ms since boot; `None` while only other events can.
    pub fn next_due(&self) -> Option<u64> {
        match self.mode {
            Mode::Disconnected => Some(self.since_ms.saturating_add(GRACE_MS)),
            Mode::Adopting => Some(self.since_ms.saturating_add(SETTLE_MS)),
            Mode::Online if !self.is_connected => Some(self.since_ms),
            Mode::Online | Mode::Reconnecting => Some(self.heard_at_ms.saturating_add(ACK_TIMEOUT_MS)),
            Mode::OfflineActive => None,
        }
    }

    /// Takes an event in at `now_ms` (since boot); what it changed, or `None`. A stale `ServerOffline` changes nothing (1.6).
    pub fn next(&mut self, event: Event, now_ms: u64) -> Option<Change> {
        match event {
            Event::MqttConnected => {
                self.is_connected = true;
                self.connections = self.connections.saturating_add(1);
                self.connected_at_ms = now_ms;
                self.is_acknowledged = false;
                let change = self.back(now_ms);
                // The epoch stays through reconnects, and is 1 from the first session on.
                self.active_epoch = self.active_epoch.max(1);
                self.announced_epoch = self.active_epoch;
                change
            }
            Event::MqttLost => {
                self.is_connected = false;
                self.lost(now_ms)
            }
            Event::ServerOnline => self.back(now_ms),
            Event::ServerOffline { is_unexpected } if is_unexpected && self.is_settling(now_ms) => None,
            Event::ServerOffline { .. } => self.lost(now_ms),
            Event::Commanded => {
                self.has_delta |= matches!(self.mode, Mode::Reconnecting | Mode::Adopting);
                None
            }
            Event::EmergencyStop => {
                self.active_epoch = 0;
                self.completed_epoch = 0;
                self.heard_at_ms = now_ms;
                self.enter(Mode::Online, now_ms)
            }
            Event::TimePassed => self.time_passed(now_ms),
        }
    }

    /// Checks an acknowledgement against the contract (2.4) and takes it in when it is valid. Only a valid one may open the registration gate.
    pub fn acknowledge(&mut self, ack: AckMembers, now_ms: u64) -> Result<Option<Change>, AckReject> {
        let epoch = match self.check(ack) {
            Ok(epoch) => epoch,
            Err(reject) => {
                self.counters.contract_reject = self.counters.contract_reject.saturating_add(1);
                self.counters.last_reject = Some(reject);
                return Err(reject);
            }
        };
        self.heard_at_ms = now_ms;
        self.is_acknowledged = true;
        Ok(match self.mode {
            Mode::Online | Mode::Adopting => None,
            Mode::Disconnected => self.enter(Mode::Online, now_ms),
            Mode::OfflineActive | Mode::Reconnecting => {
                self.completed_epoch = epoch;
                self.counters.adopting_enter = self.counters.adopting_enter.saturating_add(1);
                self.enter(Mode::Adopting, now_ms)
            }
        })
    }

    fn check(&self, ack: AckMembers) -> Result<u32, AckReject> {
        if !ack.has_status {
            return Err(AckReject::MissingStatus);
        }
        let epoch = match ack.epoch {
            EpochMember::Missing => return Err(AckReject::MissingEpoch),
            EpochMember::NotAnInteger => return Err(AckReject::EpochType),
            EpochMember::Integer(0) => return Err(AckReject::Epoch),
            EpochMember::Integer(epoch) => epoch,
        };
        match self.mode {
            Mode::Online | Mode::Disconnected => Ok(epoch),
            _ if self.active_epoch == 0 => Err(AckReject::MissingActiveEpoch),
            _ if self.active_epoch != epoch => Err(AckReject::EpochMismatch),
            _ => Ok(epoch),
        }
    }

    /// 1.6: a reconnect, a moment ago, without an acknowledgement since.
    fn is_settling(&self, now_ms: u64) -> bool {
        let connected_for_ms = now_ms.saturating_sub(self.connected_at_ms);
        self.connections > 1 && !self.is_acknowledged && connected_for_ms < STALE_STATUS_MS
    }

    fn back(&mut self, now_ms: u64) -> Option<Change> {
        match self.mode {
            Mode::Disconnected => {
                self.heard_at_ms = now_ms;
                self.enter(Mode::Online, now_ms)
            }
            Mode::OfflineActive => {
                self.heard_at_ms = now_ms;
                self.active_epoch = epoch_after(self.active_epoch);
                self.enter(Mode::Reconnecting, now_ms)
            }
            Mode::Online | Mode::Reconnecting | Mode::Adopting => None,
        }
    }

    fn lost(&mut self, now_ms: u64) -> Option<Change> {
        match self.mode {
            Mode::Online => self.enter(Mode::Disconnected, now_ms),
            Mode::Reconnecting => {
                self.abort();
                self.enter_offline(now_ms)
            }
            Mode::Adopting => {
                self.abort();
                self.enter(Mode::Disconnected, now_ms)
            }
            Mode::Disconnected | Mode::OfflineActive => None,
        }
    }

    fn time_passed(&mut self, now_ms: u64) -> Option<Change> {
        if self.next_due().is_none_or(|due_ms| now_ms < due_ms) {
            return None;
        }
        match self.mode {
            Mode::Disconnected => {
                self.counters.offline_enter = self.counters.offline_enter.saturating_add(1);
                self.enter_offline(now_ms)
            }
            Mode::Adopting => {
                let ended =
                    if self.has_delta { &mut self.counters.adoption_delta } else { &mut self.counters.adoption_noop };
                *ended = ended.saturating_add(1);
                self.enter(Mode::Online, now_ms)
            }
            // Also after a stop over the serial line while there is no connection: nobody else would notice that the console is away.
            Mode::Online | Mode::Reconnecting => self.lost(now_ms),
            Mode::OfflineActive => None,
        }
    }

    fn abort(&mut self) {
        self.counters.handover_abort = self.counters.handover_abort.saturating_add(1);
    }

    fn enter_offline(&mut self, now_ms: u64) -> Option<Change> {
        self.has_delta = false;
        // The trap of 2.4: with the connection up (the console went silent) and no epoch, every acknowledgement would be refused. From now on
        // the heartbeat names an epoch, the console echoes it, and that acknowledgement ends the offline mode.
        if self.is_connected {
            self.active_epoch = self.active_epoch.max(1);
        }
        self.enter(Mode::OfflineActive, now_ms)
    }

    fn enter(&mut self, to: Mode, now_ms: u64) -> Option<Change> {
        let from = self.mode;
        self.mode = to;
        self.since_ms = now_ms;
        (from != to).then_some(Change { from, to })
    }
}

/// After 2^32 - 1 it starts again; 0 means none.
fn epoch_after(epoch: u32) -> u32 {
    epoch.checked_add(1).unwrap_or(1)
}

impl Default for OfflineMode {
    fn default() -> Self {
        OfflineMode::new()
    }
}

#[cfg(test)]
mod tests {
    use super::epoch_after;

    #[test]
    fn the_epoch_after_the_largest_is_1() {
        let epochs = [0, 1, u32::MAX - 1, u32::MAX].map(epoch_after);
        assert_eq!(epochs, [1, 2, u32::MAX, 1]);
    }
}
