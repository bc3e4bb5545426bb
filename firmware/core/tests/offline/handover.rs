//! The way back from the offline mode: epochs, acknowledgements, counters.

use crate::device::{GRACEFUL, LAST_WILL, MODES, ack, device_in};
use crate::seeded::Seeded;
use leitstand_core::json::Json;
use leitstand_core::offline::{
    ACK_TIMEOUT_MS, AckMembers, AckReject, Change, Counters, Event, GRACE_MS, Mode, OfflineMode, SETTLE_MS,
};

#[test]
fn the_first_session_announces_1_and_a_short_interruption_the_same_again() {
    let mut device = OfflineMode::new();
    assert_eq!((device.active_epoch(), device.completed_epoch()), (0, 0));
    device.next(Event::MqttConnected, 2000);
    assert_eq!((device.announced_epoch(), device.active_epoch(), device.completed_epoch()), (1, 1, 0));
    device.acknowledge(ack(1), 2100).unwrap();
    device.next(Event::MqttLost, 50_000);
    device.next(Event::MqttConnected, 79_999);
    assert_eq!((device.announced_epoch(), device.active_epoch(), device.completed_epoch()), (1, 1, 0));
    assert_eq!(device.mode(), Mode::Online);
    assert_eq!(device.counters(), &Counters::default());
}

/// I5.
#[test]
fn after_a_broker_outage_of_60_s_the_next_epoch_is_announced_and_its_acknowledgement_ends_the_handover() {
    let (mut device, _) = device_in(Mode::Online);
    for epoch in 2..6 {
        let lost_ms = 1_000_000 * u64::from(epoch);
        device.acknowledge(ack(epoch - 1), lost_ms).unwrap();
        device.next(Event::MqttLost, lost_ms);
        device.next(Event::TimePassed, lost_ms + 30_000);
        assert_eq!(device.active_epoch(), epoch - 1);
        device.next(Event::MqttConnected, lost_ms + 60_000);
        assert_eq!((device.mode(), device.announced_epoch()), (Mode::Reconnecting, epoch));
        assert_eq!((device.active_epoch(), device.completed_epoch()), (epoch, if epoch == 2 { 0 } else { epoch - 1 }));
        device.acknowledge(ack(epoch), lost_ms + 61_000).unwrap();
        assert_eq!((device.mode(), device.completed_epoch()), (Mode::Adopting, epoch));
        device.next(Event::TimePassed, lost_ms + 63_000);
        assert_eq!((device.mode(), device.active_epoch()), (Mode::Online, epoch));
    }
    let expected = Counters { offline_enter: 4, adopting_enter: 4, adoption_noop: 4, ..Counters::default() };
    assert_eq!(device.counters(), &expected);
}

#[test]
fn a_handover_that_is_lost_before_the_acknowledgement_goes_back_to_the_rules_and_takes_the_next_epoch() {
    let (mut device, now_ms) = device_in(Mode::Reconnecting);
    assert_eq!(device.announced_epoch(), 2);
    device.next(Event::MqttLost, now_ms + 10);
    assert_eq!(device.mode(), Mode::OfflineActive);
    device.next(Event::MqttConnected, now_ms + 20);
    assert_eq!((device.mode(), device.announced_epoch(), device.completed_epoch()), (Mode::Reconnecting, 3, 0));
    assert_eq!(device.acknowledge(ack(2), now_ms + 30), Err(AckReject::EpochMismatch));
    assert_eq!(device.acknowledge(ack(3), now_ms + 40).unwrap().unwrap().to, Mode::Adopting);
    let expected = Counters {
        offline_enter: 1,
        adopting_enter: 1,
        handover_abort: 1,
        contract_reject: 1,
        last_reject: Some(AckReject::EpochMismatch),
        ..Counters::default()
    };
    assert_eq!(device.counters(), &expected);
}

#[test]
fn an_adoption_that_is_interrupted_gets_the_whole_grace_period_again() {
    let (mut device, now_ms) = device_in(Mode::Adopting);
    device.next(Event::MqttLost, now_ms + 1999);
    assert_eq!(device.mode(), Mode::Disconnected);
    assert_eq!(device.next(Event::TimePassed, now_ms + 1999 + GRACE_MS - 1), None);
    device.next(Event::TimePassed, now_ms + 1999 + GRACE_MS);
    assert_eq!(device.mode(), Mode::OfflineActive);
    let expected = Counters { offline_enter: 2, adopting_enter: 1, handover_abort: 1, ..Counters::default() };
    assert_eq!(device.counters(), &expected);
}

#[test]
fn an_adoption_counts_as_a_delta_only_when_the_console_commanded_something_during_it() {
    // Events before the return of the console, between return and ACK, and after the ACK.
    let cases = [
        ([false, false, false], (1, 0)),
        ([true, false, false], (1, 0)),
        ([false, true, false], (0, 1)),
        ([false, false, true], (0, 1)),
    ];
    for ([before, between, after], expected) in cases {
        let (mut device, now_ms) = device_in(Mode::OfflineActive);
        let command = |device: &mut OfflineMode, is_sent: bool| {
            if is_sent {
                assert_eq!(device.next(Event::Commanded, now_ms), None);
            }
        };
        command(&mut device, before);
        device.next(Event::MqttConnected, now_ms);
        command(&mut device, between);
        device.acknowledge(ack(2), now_ms).unwrap();
        command(&mut device, after);
        device.next(Event::TimePassed, now_ms + SETTLE_MS);
        assert_eq!((device.counters().adoption_noop, device.counters().adoption_delta), expected);
    }
}

#[test]
fn a_command_during_a_handover_that_failed_is_no_delta_of_the_next_one() {
    let (mut device, now_ms) = device_in(Mode::Reconnecting);
    device.next(Event::Commanded, now_ms);
    device.next(Event::TimePassed, now_ms + ACK_TIMEOUT_MS);
    assert_eq!(device.mode(), Mode::OfflineActive);
    device.acknowledge(ack(2), now_ms + ACK_TIMEOUT_MS).unwrap();
    device.next(Event::TimePassed, now_ms + ACK_TIMEOUT_MS + SETTLE_MS);
    let counters = device.counters();
    assert_eq!((counters.adoption_noop, counters.adoption_delta), (1, 0));
}

/// 2.4, "known trap".
#[test]
fn a_console_that_hung_is_taken_back_by_its_acknowledgement_while_the_connection_stays_up() {
    // Also after a stop, which has set the epochs to 0.
    for is_stopped in [false, true] {
        let (mut device, now_ms) = device_in(Mode::Online);
        if is_stopped {
            device.next(Event::EmergencyStop, now_ms);
            assert_eq!(device.active_epoch(), 0);
        }
        device.next(Event::TimePassed, now_ms + ACK_TIMEOUT_MS);
        assert_eq!(device.mode(), Mode::Disconnected);
        let alone_ms = now_ms + ACK_TIMEOUT_MS + GRACE_MS;
        device.next(Event::TimePassed, alone_ms);
        assert_eq!(device.mode(), Mode::OfflineActive);
        // What the heartbeat reports and the console echoes (B8).
        let reported = device.active_epoch();
        assert_eq!(reported, 1);
        device.acknowledge(ack(reported), alone_ms + 100_000).unwrap();
        device.next(Event::TimePassed, alone_ms + 102_000);
        assert_eq!((device.mode(), device.completed_epoch()), (Mode::Online, 1));
        assert_eq!(device.next_due(), Some(alone_ms + 100_000 + ACK_TIMEOUT_MS));
        // And a second time with the same epoch, which has been completed before.
        device.next(Event::TimePassed, alone_ms + 100_000 + ACK_TIMEOUT_MS);
        device.next(Event::TimePassed, alone_ms + 100_000 + ACK_TIMEOUT_MS + GRACE_MS);
        assert_eq!(device.mode(), Mode::OfflineActive);
        device.acknowledge(ack(device.active_epoch()), alone_ms + 500_000).unwrap();
        assert_eq!(device.mode(), Mode::Adopting);
    }
}

#[test]
fn the_contract_check_names_what_is_wrong_in_the_order_of_the_contract() {
    let cases = [
        (r#"{"status":"online","handover_epoch":2}"#, None),
        (r#"{"status":"never heard of","handover_epoch":2,"server_time":1}"#, None),
        (r#"{"handover_epoch":2}"#, Some("MISSING_ACK_STATUS")),
        (r#"{"status":"","handover_epoch":2}"#, Some("MISSING_ACK_STATUS")),
        (r#"{"status":7,"handover_epoch":2}"#, Some("MISSING_ACK_STATUS")),
        (r#"{"status":null}"#, Some("MISSING_ACK_STATUS")),
        (r#"[]"#, Some("MISSING_ACK_STATUS")),
        (r#"{"status":"online"}"#, Some("MISSING_HANDOVER_EPOCH")),
        (r#"{"status":"online","handover_epoch":"2"}"#, Some("INVALID_HANDOVER_EPOCH_TYPE")),
        (r#"{"status":"online","handover_epoch":2.0}"#, Some("INVALID_HANDOVER_EPOCH_TYPE")),
        (r#"{"status":"online","handover_epoch":2e0}"#, Some("INVALID_HANDOVER_EPOCH_TYPE")),
        (r#"{"status":"online","handover_epoch":null}"#, Some("INVALID_HANDOVER_EPOCH_TYPE")),
        (r#"{"status":"online","handover_epoch":true}"#, Some("INVALID_HANDOVER_EPOCH_TYPE")),
        (r#"{"status":"online","handover_epoch":-1}"#, Some("INVALID_HANDOVER_EPOCH_TYPE")),
        (r#"{"status":"online","handover_epoch":4294967296}"#, Some("INVALID_HANDOVER_EPOCH_TYPE")),
        (r#"{"status":"online","handover_epoch":0}"#, Some("INVALID_HANDOVER_EPOCH")),
        (r#"{"status":"online","handover_epoch":1}"#, Some("HANDOVER_EPOCH_MISMATCH")),
        (r#"{"status":"online","handover_epoch":4294967295}"#, Some("HANDOVER_EPOCH_MISMATCH")),
    ];
    for (text, code) in cases {
        let (mut device, now_ms) = device_in(Mode::Reconnecting);
        let members = AckMembers::read(&Json::parse(text.as_bytes()).unwrap());
        let result = device.acknowledge(members, now_ms);
        assert_eq!(result.err().map(AckReject::code), code, "{text}");
        assert_eq!(device.counters().contract_reject, u32::from(code.is_some()), "{text}");
        assert_eq!(device.counters().last_reject_code(), code.unwrap_or("NONE"), "{text}");
    }
}

#[test]
fn each_mode_accepts_the_epochs_of_the_table() {
    for mode in MODES {
        let (device, now_ms) = device_in(mode);
        let any = matches!(mode, Mode::Online | Mode::Disconnected);
        for epoch in [1, 2, 3, u32::MAX] {
            let expected = if any || epoch == device.active_epoch() { Ok(()) } else { Err(AckReject::EpochMismatch) };
            let result = device.clone().acknowledge(ack(epoch), now_ms).map(|_| ());
            assert_eq!(result, expected, "{mode:?} {epoch}");
        }
    }
    // Without a connection since boot, and so without an epoch.
    let mut device = OfflineMode::new();
    device.next(Event::TimePassed, GRACE_MS);
    assert_eq!(device.acknowledge(ack(1), GRACE_MS), Err(AckReject::MissingActiveEpoch));
    assert_eq!(device.counters().last_reject_code(), "MISSING_ACTIVE_SESSION_EPOCH");
}

#[test]
fn whatever_happens_a_connected_device_can_be_taken_back_by_echoing_what_it_reports() {
    const WAITS_MS: [u64; 7] = [0, 1, 100, 2000, 16_000, 30_000, 121_000];
    const HEARD: [Event; 8] = [
        Event::MqttLost,
        Event::ServerOnline,
        GRACEFUL,
        LAST_WILL,
        Event::Commanded,
        Event::EmergencyStop,
        Event::TimePassed,
        Event::TimePassed,
    ];
    const NOT_CONNECTED: [Event; 3] = [Event::MqttConnected, Event::EmergencyStop, Event::TimePassed];
    let mut chance = Seeded(31);
    for _ in 0..2000 {
        let (mut device, mut now_ms, mut is_connected) = (OfflineMode::new(), 0, false);
        for _ in 0..60 {
            now_ms += chance.pick(&WAITS_MS);
            let event = if is_connected { chance.pick(&HEARD) } else { chance.pick(&NOT_CONNECTED) };
            is_connected = event == Event::MqttConnected || is_connected && event != Event::MqttLost;
            let from = device.mode();
            let change = device.next(event, now_ms);
            let to = device.mode();
            assert_eq!(change, (from != to).then_some(Change { from, to }));
            assert!(device.announced_epoch() >= 1 && device.completed_epoch() <= device.active_epoch());
            if is_connected {
                // The simplest conforming console (2.4).
                let reported = device.active_epoch();
                let echoed = if reported > 0 { reported } else { device.announced_epoch() };
                let mut taken_back = device.clone();
                assert!(taken_back.acknowledge(ack(echoed), now_ms).is_ok(), "{device:?}");
                taken_back.next(Event::TimePassed, now_ms + SETTLE_MS);
                assert_eq!(taken_back.mode(), Mode::Online, "{device:?}");
                if chance.below(3) == 0 {
                    assert!(device.acknowledge(ack(echoed), now_ms).is_ok());
                }
            }
        }
    }
}
