use leitstand_core::mqtt::{
    ANSWER_TIMEOUT_MS, CONNACK_TIMEOUT_MS, Lost, PINGRESP_TIMEOUT_MS, Publish, RECEIVE_SILENCE_MS, SEND_SILENCE_MS,
    WRITE_TIMEOUT_MS,
};

use crate::broker::{Sent, answer, pingresp, publish, suback};
use crate::link::{CRITICAL, Link, NORMAL};

/// Nothing happens before `next_due`, and something does at it.
fn comes_due(link: &mut Link, after_ms: u64) -> Option<Lost> {
    let due_ms = link.session.next_due();
    assert_eq!(due_ms - link.now_ms, after_ms);
    assert_eq!(link.poll_after(after_ms - 1), None);
    let was_idle = link.session.is_idle();
    let lost = link.poll_after(1);
    assert!(lost.is_some() || was_idle && !link.session.is_idle());
    lost
}

#[test]
fn without_a_connection_nothing_is_due() {
    let mut link = Link::new();
    assert_eq!(link.session.next_due(), u64::MAX);
    assert_eq!(link.poll_after(1 << 40), None);
    assert_eq!(link.take(), []);
    assert!(!link.session.awaits_answer());
}

#[test]
fn connack_is_due_within_10_s() {
    let mut link = Link::new();
    link.open();
    link.take();
    assert_eq!(comes_due(&mut link, CONNACK_TIMEOUT_MS), Some(Lost::NoConnack));
}

#[test]
fn a_ping_is_sent_after_45_s_of_sending_silence_and_answered_within_10_s() {
    let mut link = Link::connected();
    assert_eq!(comes_due(&mut link, SEND_SILENCE_MS), None);
    assert_eq!(link.take(), [Sent::Pingreq]);
    assert!(link.session.awaits_answer());
    link.now_ms += 9_999;
    link.receive(&pingresp());
    assert!(!link.session.awaits_answer());
    // 45 s after PINGREQ.
    assert_eq!(comes_due(&mut link, SEND_SILENCE_MS - 9_999), None);
    assert_eq!(link.take(), [Sent::Pingreq]);
    assert_eq!(comes_due(&mut link, PINGRESP_TIMEOUT_MS), Some(Lost::NoPingresp));
}

#[test]
fn a_device_that_talks_into_silence_pings_after_60_s() {
    let mut link = Link::connected();
    for _ in 0..5 {
        assert_eq!(link.poll_after(10_000), None);
        link.publish(b"beat", Publish { qos: 0, ..NORMAL });
        assert_eq!(link.take().len(), 1);
    }
    assert_eq!(comes_due(&mut link, RECEIVE_SILENCE_MS - 50_000), None);
    assert_eq!(link.take(), [Sent::Pingreq]);
    assert_eq!(comes_due(&mut link, PINGRESP_TIMEOUT_MS), Some(Lost::NoPingresp));
}

#[test]
fn received_messages_do_not_replace_the_keep_alive() {
    let mut link = Link::connected();
    for _ in 0..4 {
        assert_eq!(link.poll_after(11_000), None);
        link.receive(&publish(0, b"t", 0, b"x"));
    }
    assert_eq!(comes_due(&mut link, SEND_SILENCE_MS - 44_000), None);
    assert_eq!(link.take(), [Sent::Pingreq]);
}

#[test]
fn a_long_message_that_trickles_in_delays_the_pingresp_but_not_the_next_ping() {
    let mut link = Link::connected();
    link.poll_after(SEND_SILENCE_MS);
    assert_eq!(link.take(), [Sent::Pingreq]);
    for _ in 0..5 {
        assert_eq!(link.poll_after(8_999), None);
        link.session.heard(link.now_ms);
    }
    assert_eq!(link.session.next_due(), link.now_ms + 5);
    assert_eq!(link.poll_after(5), None);
    assert_eq!(link.take(), [Sent::Pingreq]);
    assert_eq!(comes_due(&mut link, PINGRESP_TIMEOUT_MS), Some(Lost::NoPingresp));
}

#[test]
fn the_time_a_ping_waits_to_be_written_is_not_the_brokers() {
    let mut link = Link::connected();
    link.poll_after(SEND_SILENCE_MS);
    link.session.transmit(link.now_ms);
    assert!(link.session.awaits_answer());
    assert_eq!(link.poll_after(9_000), None);
    assert_eq!(link.write(1), 1);
    assert_eq!(link.poll_after(9_000), None);
    assert_eq!(link.take(), [Sent::Pingreq]);
    assert_eq!(comes_due(&mut link, PINGRESP_TIMEOUT_MS), Some(Lost::NoPingresp));
}

#[test]
fn a_message_is_acknowledged_within_20_s() {
    let mut link = Link::connected();
    link.publish(b"1", NORMAL);
    link.take();
    link.now_ms += 5_000;
    link.publish(b"2", CRITICAL);
    link.take();
    link.receive(&answer(0x40, 1));
    assert_eq!(comes_due(&mut link, ANSWER_TIMEOUT_MS), Some(Lost::NoPuback));
}

#[test]
fn each_half_of_qos_2_has_20_s() {
    let mut link = Link::connected();
    link.publish(b"x", Publish { qos: 2, ..NORMAL });
    link.take();
    assert_eq!(link.poll_after(19_999), None);
    link.receive(&answer(0x50, 1));
    link.take();
    assert_eq!(comes_due(&mut link, ANSWER_TIMEOUT_MS), Some(Lost::NoPuback));
}

#[test]
fn a_subscription_is_answered_within_20_s() {
    let mut link = Link::connected();
    let first = link.session.subscribe("a", 1).unwrap();
    link.take();
    assert!(link.session.awaits_answer());
    link.now_ms += 1_000;
    link.session.subscribe("b", 1).unwrap();
    link.take();
    link.receive(&suback(first, &[1]));
    assert_eq!(comes_due(&mut link, ANSWER_TIMEOUT_MS), Some(Lost::NoSuback));
}

#[test]
fn a_socket_that_takes_nothing_for_10_s_is_given_up() {
    let mut link = Link::new();
    link.open();
    assert_eq!(link.write(5), 5);
    link.now_ms += 9_999;
    assert_eq!(link.poll_after(0), None);
    link.take();
    link.receive(&crate::broker::connack(false, 0));
    link.now_ms += 30_000;
    link.receive(&publish(2, b"t", 1, b"x"));
    link.session.transmit(link.now_ms);
    link.session.sent(0, link.now_ms);
    assert_eq!(comes_due(&mut link, WRITE_TIMEOUT_MS), Some(Lost::WriteStalled));
}

#[test]
fn a_disconnect_that_cannot_be_written_is_given_up() {
    let mut link = Link::connected();
    link.session.disconnect();
    link.session.transmit(link.now_ms);
    assert_eq!(comes_due(&mut link, WRITE_TIMEOUT_MS), Some(Lost::WriteStalled));
}
