//! A device in any of its modes.

use leitstand_core::offline::{AckMembers, EpochMember, Event, GRACE_MS, Mode, OfflineMode};

pub const MODES: [Mode; 5] =
    [Mode::Online, Mode::Disconnected, Mode::OfflineActive, Mode::Reconnecting, Mode::Adopting];
pub const GRACEFUL: Event = Event::ServerOffline { is_unexpected: false };
pub const LAST_WILL: Event = Event::ServerOffline { is_unexpected: true };

pub fn ack(epoch: u32) -> AckMembers {
    AckMembers { has_status: true, epoch: EpochMember::Integer(epoch) }
}

/// A device whose console went away by losing the broker and came back, until it is in that mode; and the time then.
pub fn device_in(mode: Mode) -> (OfflineMode, u64) {
    let mut device = OfflineMode::new();
    let mut now_ms = 1000;
    device.next(Event::MqttConnected, now_ms);
    device.acknowledge(ack(1), now_ms).unwrap();
    if mode != Mode::Online {
        device.next(Event::MqttLost, now_ms);
    }
    if !matches!(mode, Mode::Online | Mode::Disconnected) {
        now_ms += GRACE_MS;
        device.next(Event::TimePassed, now_ms);
    }
    if matches!(mode, Mode::Reconnecting | Mode::Adopting) {
        device.next(Event::MqttConnected, now_ms);
    }
    if mode == Mode::Adopting {
        device.acknowledge(ack(2), now_ms).unwrap();
    }
    assert_eq!(device.mode(), mode);
    (device, now_ms)
}
