//! The offline mode: every pair of mode and event, and the times.

use crate::device::{GRACEFUL, LAST_WILL, MODES, ack, device_in};
use leitstand_core::offline::{ACK_TIMEOUT_MS, Change, Event, GRACE_MS, Mode, OfflineMode, SETTLE_MS, STALE_STATUS_MS};

#[derive(Clone, Copy, Debug)]
enum Input {
    Event(Event),
    /// With the epoch that the device reports, or another one.
    Ack {
        is_right: bool,
    },
    /// Then [`Event::TimePassed`].
    Wait(u64),
}

#[test]
fn every_mode_answers_every_event_as_the_table_says() {
    use Mode::{Adopting, Disconnected, OfflineActive, Online, Reconnecting};
    let right = Input::Ack { is_right: true };
    let wrong = Input::Ack { is_right: false };
    //                       from:             Online        Disconnected   OfflineActive  Reconnecting   Adopting
    let table: [(Input, [Mode; 5]); 15] = [
        (Input::Event(Event::MqttConnected), [Online, Online, Reconnecting, Reconnecting, Adopting]),
        (Input::Event(Event::MqttLost), [Disconnected, Disconnected, OfflineActive, OfflineActive, Disconnected]),
        (Input::Event(Event::ServerOnline), [Online, Online, Reconnecting, Reconnecting, Adopting]),
        (Input::Event(GRACEFUL), [Disconnected, Disconnected, OfflineActive, OfflineActive, Disconnected]),
        // On a reconnect and before its ACK the last will is stale; the others have been acknowledged, or are not connected at all.
        (Input::Event(LAST_WILL), [Disconnected, Disconnected, OfflineActive, Reconnecting, Disconnected]),
        (Input::Event(Event::Commanded), MODES),
        (Input::Event(Event::EmergencyStop), [Online; 5]),
        (right, [Online, Online, Adopting, Adopting, Adopting]),
        (wrong, [Online, Online, OfflineActive, Reconnecting, Adopting]),
        (Input::Wait(0), MODES),
        (Input::Wait(SETTLE_MS - 1), MODES),
        (Input::Wait(SETTLE_MS), [Online, Disconnected, OfflineActive, Reconnecting, Online]),
        (Input::Wait(GRACE_MS - 1), [Online, Disconnected, OfflineActive, Reconnecting, Online]),
        (Input::Wait(GRACE_MS), [Online, OfflineActive, OfflineActive, Reconnecting, Online]),
        (Input::Wait(ACK_TIMEOUT_MS), [Disconnected, OfflineActive, OfflineActive, OfflineActive, Online]),
    ];
    for (input, expected) in table {
        for (from, to) in MODES.into_iter().zip(expected) {
            let (mut device, now_ms) = device_in(from);
            let change = match input {
                Input::Event(event) => device.next(event, now_ms),
                Input::Wait(wait_ms) => device.next(Event::TimePassed, now_ms + wait_ms),
                Input::Ack { is_right } => {
                    let epoch = device.active_epoch() + u32::from(!is_right);
                    device.acknowledge(ack(epoch), now_ms).unwrap_or(None)
                }
            };
            assert_eq!(device.mode(), to, "{from:?} and {input:?}");
            let expected = (from != to).then_some(Change { from, to });
            assert_eq!(change, expected, "{from:?} and {input:?}");
        }
    }
}

#[test]
fn only_two_modes_run_the_rules() {
    let running = MODES.map(Mode::runs_rules);
    assert_eq!(running, [false, false, true, true, false]);
}

#[test]
fn every_mode_says_when_time_alone_changes_it() {
    let cases = [
        (Mode::Online, Some(ACK_TIMEOUT_MS)),
        (Mode::Disconnected, Some(GRACE_MS)),
        (Mode::OfflineActive, None),
        (Mode::Reconnecting, Some(ACK_TIMEOUT_MS)),
        (Mode::Adopting, Some(SETTLE_MS)),
    ];
    for (mode, wait_ms) in cases {
        let (mut device, now_ms) = device_in(mode);
        assert_eq!(device.next_due(), wait_ms.map(|wait_ms| now_ms + wait_ms), "{mode:?}");
        if let Some(due_ms) = device.next_due() {
            assert_eq!(device.next(Event::TimePassed, due_ms - 1), None, "{mode:?}");
            assert!(device.next(Event::TimePassed, due_ms).is_some(), "{mode:?}");
        }
    }
}

#[test]
fn a_device_that_never_finds_a_broker_is_alone_30_s_after_boot() {
    let mut device = OfflineMode::new();
    assert_eq!((device.mode(), device.next_due()), (Mode::Disconnected, Some(30_000)));
    assert_eq!(device.next(Event::TimePassed, 29_999), None);
    device.next(Event::TimePassed, 30_000);
    assert_eq!((device.mode(), device.has_connected()), (Mode::OfflineActive, false));
    // Its first session is the first, however late.
    device.next(Event::MqttConnected, 90_000);
    assert_eq!((device.announced_epoch(), device.active_epoch(), device.has_connected()), (1, 1, true));
    device.acknowledge(ack(1), 90_100).unwrap();
    assert_eq!(device.mode(), Mode::Adopting);
}

#[test]
fn a_console_that_says_that_it_is_online_again_gets_120_s_for_its_acknowledgement() {
    for (grace, epoch) in [(0, 1), (GRACE_MS, 2)] {
        let (mut device, now_ms) = device_in(Mode::Online);
        device.next(GRACEFUL, now_ms);
        device.next(Event::TimePassed, now_ms + grace);
        let later_ms = now_ms + 10 * ACK_TIMEOUT_MS;
        device.next(Event::ServerOnline, later_ms);
        assert_eq!((device.active_epoch(), device.announced_epoch()), (epoch, 1));
        assert_eq!(device.next(Event::TimePassed, later_ms + ACK_TIMEOUT_MS - 1), None);
        assert!(device.next(Event::TimePassed, later_ms + ACK_TIMEOUT_MS).is_some());
    }
}

#[test]
fn every_valid_acknowledgement_starts_the_120_s_again_and_an_invalid_one_does_not() {
    let (mut device, now_ms) = device_in(Mode::Online);
    device.acknowledge(ack(7), now_ms + 60_000).unwrap();
    assert_eq!(device.next_due(), Some(now_ms + 180_000));
    assert!(device.acknowledge(ack(0), now_ms + 120_000).is_err());
    assert_eq!(device.next_due(), Some(now_ms + 180_000));
}

#[test]
fn a_last_will_is_stale_only_on_a_reconnect_in_its_first_15_s_and_before_its_acknowledgement() {
    let reconnected = || {
        let (mut device, now_ms) = device_in(Mode::Disconnected);
        device.next(Event::MqttConnected, now_ms);
        (device, now_ms)
    };
    let (mut device, now_ms) = reconnected();
    assert_eq!(device.next(LAST_WILL, now_ms + STALE_STATUS_MS - 1), None);
    assert!(device.next(LAST_WILL, now_ms + STALE_STATUS_MS).is_some());

    let (mut device, now_ms) = reconnected();
    assert!(device.next(GRACEFUL, now_ms + 1).is_some());

    let (mut device, now_ms) = reconnected();
    device.acknowledge(ack(1), now_ms + 1).unwrap();
    assert!(device.next(LAST_WILL, now_ms + 2).is_some());

    let mut device = OfflineMode::new();
    device.next(Event::MqttConnected, 1000);
    assert!(device.next(LAST_WILL, 1001).is_some());
}

#[test]
fn an_emergency_stop_clears_the_epochs_and_any_epoch_is_valid_after_it() {
    for mode in MODES {
        let (mut device, now_ms) = device_in(mode);
        device.next(Event::EmergencyStop, now_ms);
        assert_eq!((device.mode(), device.active_epoch(), device.completed_epoch()), (Mode::Online, 0, 0));
        assert_eq!(device.acknowledge(ack(9), now_ms), Ok(None));
    }
}

#[test]
fn a_stop_is_a_sign_of_life() {
    let (mut device, now_ms) = device_in(Mode::Online);
    device.next(Event::TimePassed, now_ms + ACK_TIMEOUT_MS);
    assert_eq!(device.mode(), Mode::Disconnected);
    let stop_ms = now_ms + ACK_TIMEOUT_MS + 1;
    device.next(Event::EmergencyStop, stop_ms);
    assert_eq!((device.mode(), device.next_due()), (Mode::Online, Some(stop_ms + ACK_TIMEOUT_MS)));
}

#[test]
fn a_stop_while_there_is_no_connection_does_not_hide_that_the_console_is_away() {
    let (mut device, now_ms) = device_in(Mode::OfflineActive);
    device.next(Event::EmergencyStop, now_ms);
    assert_eq!(device.next_due(), Some(now_ms));
    device.next(Event::TimePassed, now_ms);
    assert_eq!((device.mode(), device.next_due()), (Mode::Disconnected, Some(now_ms + GRACE_MS)));
}
