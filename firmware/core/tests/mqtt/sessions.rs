use leitstand_core::mqtt::{
    Connect, Event, Login, Lost, MAX_INBOUND, MAX_REPLIES, ProtocolError, Publish, Refusal, Session, Will,
};

use crate::broker::{Sent, answer, connack, pingresp, publish, suback};
use crate::link::{CRITICAL, Link, NORMAL, ids};

#[test]
fn a_connection_begins_with_connect_alone() {
    let mut link = Link::new();
    link.session.publish("early", b"x", CRITICAL).unwrap();
    let will = Will { topic: "w", payload: b"{}" };
    let login = Login { user: "u", password: "p" };
    let connect = Connect { client_id: "ESP_0A1B2C", login: Some(login), will: Some(will) };
    link.session.open(&connect, link.now_ms).unwrap();
    assert!(!link.session.is_idle());
    assert!(link.session.awaits_answer());
    assert_eq!(
        link.take(),
        [Sent::Connect {
            client_id: "ESP_0A1B2C".into(),
            login: Some(("u".into(), "p".into())),
            will: Some(("w".into(), b"{}".to_vec())),
        }]
    );
    assert!(link.session.is_idle());
    assert!(!link.session.is_connected());
    let accepted = Event::Accepted { session_present: false };
    assert_eq!(link.receive(&connack(false, 0)), [Ok(accepted)]);
    assert!(link.session.is_connected());
    assert_eq!(link.take().len(), 1);
}

#[test]
fn a_connect_beyond_the_buffer_is_refused() {
    let mut session = Box::new(Session::default());
    let payload = [b'x'; 2_300];
    let connect = Connect { client_id: "ESP_0A1B2C", login: None, will: Some(Will { topic: "w", payload: &payload }) };
    assert_eq!(session.open(&connect, 0), Err(Refusal::TooLong));
    assert!(session.is_idle());
    assert_eq!(session.next_due(), u64::MAX);
}

#[test]
fn a_refused_connection_names_the_code_and_asks_to_close() {
    let mut link = Link::new();
    link.open();
    link.take();
    assert_eq!(link.receive(&connack(false, 5)), [Ok(Event::Refused(5))]);
    assert!(!link.session.is_connected());
    assert_eq!(link.session.next_due(), 0);
    assert_eq!(link.poll_after(0), Some(Lost::Disconnected));
}

#[test]
fn nothing_but_connack_may_come_first_and_connack_only_once() {
    let mut link = Link::new();
    let before = [Err(ProtocolError::BeforeConnack)];
    assert_eq!(link.receive(&pingresp()), before);
    assert_eq!(link.receive(&connack(false, 0)), before);
    link.open();
    assert_eq!(link.receive(&publish(0, b"t", 0, b"x")), before);
    let mut link = Link::connected();
    assert_eq!(link.receive(&connack(true, 0)), [Err(ProtocolError::SecondConnack)]);
}

#[test]
fn qos_0_is_delivered_without_an_answer() {
    let mut link = Link::connected();
    assert_eq!(link.receive(&publish(1, b"t", 0, b"x")), [Ok(Event::Deliver)]);
    assert!(link.session.is_idle());
}

#[test]
fn qos_1_is_delivered_and_acknowledged_each_time() {
    let mut link = Link::connected();
    for flags in [0b0010, 0b1010] {
        let deliver = [Ok(Event::Deliver)];
        assert_eq!(link.receive(&publish(flags, b"t", 7, b"x")), deliver);
        assert_eq!(link.take(), [Sent::Puback(7)]);
    }
}

#[test]
fn qos_2_is_delivered_once_until_it_is_released() {
    let mut link = Link::connected();
    let message = publish(4, b"t", 7, b"x");
    assert_eq!(link.receive(&message), [Ok(Event::Deliver)]);
    assert_eq!(link.take(), [Sent::Pubrec(7)]);
    for repeated in [publish(0b1100, b"t", 7, b"x"), message.clone()] {
        assert_eq!(link.receive(&repeated), [Ok(Event::Duplicate)]);
        assert_eq!(link.take(), [Sent::Pubrec(7)]);
    }
    for _ in 0..2 {
        assert_eq!(link.receive(&answer(0x62, 7)), [Ok(Event::Nothing)]);
        assert_eq!(link.take(), [Sent::Pubcomp(7)]);
    }
    assert_eq!(link.receive(&message), [Ok(Event::Deliver)]);
}

#[test]
fn a_new_connection_forgets_unreleased_messages() {
    let mut link = Link::connected();
    let message = publish(4, b"t", 7, b"x");
    link.receive(&message);
    link.session.closed();
    link.connect();
    assert!(link.session.is_idle());
    assert_eq!(link.receive(&message), [Ok(Event::Deliver)]);
}

#[test]
fn oversize_messages_are_delivered_and_acknowledged() {
    let mut link = Link::connected();
    let content = vec![b'a'; 300_000];
    assert_eq!(link.receive(&publish(2, b"P/config", 1, &content)), [Ok(Event::Deliver)]);
    assert_eq!(link.receive(&publish(4, &[b't'; 500], 2, b"x")), [Ok(Event::Deliver)]);
    assert_eq!(link.take(), [Sent::Puback(1), Sent::Pubrec(2)]);
}

#[test]
fn more_unreleased_messages_than_there_is_room_for_end_the_connection() {
    let mut link = Link::connected();
    for id in 1..=MAX_INBOUND as u16 {
        assert_eq!(link.receive(&publish(4, b"t", id, b"x")), [Ok(Event::Deliver)]);
    }
    assert_eq!(link.receive(&publish(4, b"t", 999, b"x")), [Err(ProtocolError::InboundOverflow)]);
}

#[test]
fn more_acknowledgements_than_there_is_room_for_end_the_connection() {
    let mut link = Link::connected();
    for id in 1..=MAX_REPLIES as u16 {
        assert!(link.session.has_reply_room());
        assert_eq!(link.receive(&publish(2, b"t", id, b"x")), [Ok(Event::Deliver)]);
    }
    assert!(!link.session.has_reply_room());
    let overflow = [Err(ProtocolError::ReplyOverflow)];
    assert_eq!(link.receive(&publish(2, b"t", 999, b"x")), overflow);
    assert_eq!(link.receive(&publish(4, b"t", 999, b"x")), overflow);
    assert_eq!(link.receive(&answer(0x62, 9)), overflow);
    assert_eq!(link.receive(&answer(0x50, 9)), overflow);
    assert_eq!(link.take().len(), MAX_REPLIES);
    assert!(link.session.has_reply_room());
}

#[test]
fn our_qos_1_message_ends_with_puback() {
    let mut link = Link::connected();
    link.publish(b"x", NORMAL);
    assert_eq!(
        link.take(),
        [Sent::Publish { topic: "t".into(), payload: b"x".to_vec(), qos: 1, retain: false, id: 1 }]
    );
    assert!(link.session.awaits_answer());
    assert_eq!(link.receive(&answer(0x40, 1)), [Ok(Event::Nothing)]);
    assert!(!link.session.awaits_answer());
}

#[test]
fn our_qos_2_message_ends_with_pubcomp() {
    let mut link = Link::connected();
    link.publish(b"x", Publish { qos: 2, ..CRITICAL });
    assert_eq!(ids(&link.take()), [1]);
    for _ in 0..2 {
        assert_eq!(link.receive(&answer(0x50, 1)), [Ok(Event::Nothing)]);
        assert_eq!(link.take(), [Sent::Pubrel(1)]);
        assert!(link.session.awaits_answer());
    }
    assert_eq!(link.receive(&answer(0x70, 1)), [Ok(Event::Nothing)]);
    assert!(!link.session.awaits_answer());
}

#[test]
fn a_qos_0_message_with_retain_is_sent_and_forgotten() {
    let mut link = Link::connected();
    let how = Publish { qos: 0, retain: true, ..NORMAL };
    link.publish(b"x", how);
    assert_eq!(link.take(), [Sent::Publish { topic: "t".into(), payload: b"x".to_vec(), qos: 0, retain: true, id: 0 }]);
    assert!(!link.session.awaits_answer());
}

#[test]
fn answers_to_nothing_are_ignored_but_a_pubrec_is_released() {
    let mut link = Link::connected();
    for stray in [answer(0x40, 9), answer(0x70, 9), answer(0xB0, 9), suback(9, &[1]), pingresp()] {
        assert_eq!(link.receive(&stray), [Ok(Event::Nothing)]);
    }
    assert!(link.session.is_idle());
    assert_eq!(link.receive(&answer(0x50, 9)), [Ok(Event::Nothing)]);
    assert_eq!(link.take(), [Sent::Pubrel(9)]);
}

#[test]
fn an_answer_of_the_wrong_kind_ends_the_connection() {
    let wrong = [Err(ProtocolError::WrongAnswer)];
    for (qos, first) in [(1, 0x50), (1, 0x70), (2, 0x40), (2, 0x70)] {
        let mut link = Link::connected();
        link.publish(b"x", Publish { qos, ..NORMAL });
        link.take();
        assert_eq!(link.receive(&answer(first, 1)), wrong, "QoS {qos}, {first:#x}");
    }
    let mut link = Link::connected();
    let id = link.session.subscribe("a", 1).unwrap();
    link.take();
    assert_eq!(link.receive(&suback(id, &[1, 1])), wrong);
}

#[test]
fn disconnect_leaves_behind_everything_that_can_go() {
    let mut link = Link::connected();
    link.publish(b"last words", NORMAL);
    link.receive(&publish(2, b"t", 7, b"x"));
    link.session.disconnect();
    assert!(!link.session.is_idle());
    let sent = link.take();
    assert_eq!(sent.len(), 3);
    assert_eq!((&sent[0], &sent[2]), (&Sent::Puback(7), &Sent::Disconnect));
    assert!(link.session.is_idle());
    assert!(!link.session.awaits_answer());
    assert_eq!(link.session.next_due(), 0);
    assert_eq!(link.poll_after(0), Some(Lost::Disconnected));
    link.session.closed();
    assert_eq!(link.poll_after(0), None);
}

#[test]
fn after_disconnect_a_message_still_counts_but_nothing_is_sent() {
    let mut link = Link::connected();
    link.session.disconnect();
    link.take();
    link.publish(b"too late", CRITICAL);
    assert_eq!(link.receive(&publish(2, b"stop", 7, b"x")), [Ok(Event::Deliver)]);
    assert_eq!(link.receive(&pingresp()), [Ok(Event::Nothing)]);
    assert_eq!(link.take(), []);
}

#[test]
fn disconnect_before_connack_follows_connect() {
    let mut link = Link::new();
    link.session.disconnect();
    assert!(link.session.is_idle(), "no connection");
    link.open();
    assert_eq!(link.take().len(), 1, "the wish ended with open");
    link.session.disconnect();
    assert_eq!(link.take(), [Sent::Disconnect]);
    assert_eq!(link.poll_after(0), Some(Lost::Disconnected));
}

#[test]
fn identifiers_pass_over_0_and_over_those_in_use() {
    let mut link = Link::connected();
    link.publish(b"held", NORMAL);
    assert_eq!(ids(&link.take()), [1]);
    let filter = link.session.subscribe("a", 1).unwrap();
    link.take();
    for expected in 3..=u16::MAX {
        link.publish(b"x", NORMAL);
        assert_eq!(ids(&link.take()), [expected]);
        link.receive(&answer(0x40, expected));
    }
    link.publish(b"x", NORMAL);
    assert_eq!((filter, ids(&link.take())), (2, vec![3]));
}
