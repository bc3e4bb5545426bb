use leitstand_core::mqtt::{Event, MAX_SENT_TOPIC_BYTES};

use crate::broker::{Sent, publish, suback};
use crate::link::{Link, NORMAL, ids};

#[test]
fn subscriptions_leave_in_order_before_messages_and_report_what_was_granted() {
    let mut link = Link::connected();
    link.publish(b"x", NORMAL);
    let first = link.session.subscribe("a/+/b", 2).unwrap();
    let second = link.session.subscribe("#", 1).unwrap();
    let sent = link.take();
    assert_eq!(
        sent[..2],
        [
            Sent::Subscribe { id: first, filter: "a/+/b".into(), qos: 2 },
            Sent::Subscribe { id: second, filter: "#".into(), qos: 1 },
        ]
    );
    assert!(!ids(&sent).contains(&first) && !ids(&sent).contains(&second));
    for (id, granted) in [(second, 0x80), (first, 2)] {
        assert_eq!(link.receive(&suback(id, &[granted])), [Ok(Event::Subscribed { id, granted })]);
    }
    assert_eq!(link.receive(&suback(first, &[2])), [Ok(Event::Nothing)], "once");
}

#[test]
fn a_suback_before_its_subscribe_was_written_is_no_answer() {
    let mut link = Link::connected();
    let id = link.session.subscribe("a", 1).unwrap();
    assert_eq!(link.receive(&suback(id, &[1])), [Ok(Event::Nothing)]);
    assert_eq!(link.take().len(), 1);
    assert_eq!(link.receive(&suback(id, &[1])), [Ok(Event::Subscribed { id, granted: 1 })]);
}

#[test]
fn filters_that_cannot_be_sent_are_not_taken() {
    let mut link = Link::new();
    assert_eq!(link.session.subscribe("a", 1), None, "no connection");
    link.connect();
    assert_eq!(link.session.subscribe("", 1), None);
    assert_eq!(link.session.subscribe("a\0", 1), None);
    assert_eq!(link.session.subscribe("a", 3), None);
    let longest = "a".repeat(MAX_SENT_TOPIC_BYTES);
    assert_eq!(link.session.subscribe(&format!("{longest}a"), 1), None);
    assert!(link.session.subscribe(&longest, 1).is_some());
    for _ in 1..16 {
        assert!(link.session.subscribe("a", 1).is_some());
    }
    assert_eq!(link.session.subscribe("a", 1), None, "16 are pending");
    link.session.closed();
    link.connect();
    assert!(link.session.is_idle(), "they end with the connection");
    assert!(link.session.subscribe("a", 1).is_some());
}

#[test]
fn subscriptions_wait_for_room_and_nothing_overtakes_them() {
    let mut link = Link::connected();
    for id in 1..=60 {
        link.receive(&publish(2, b"t", id, b"x"));
    }
    for _ in 0..16 {
        link.session.subscribe(&"a".repeat(128), 1).unwrap();
    }
    link.publish(b"x", NORMAL);
    // 60 PUBACKs of 4 B and 15 SUBSCRIBEs of 136 B fill 2280 of 2304 B; the message of 8 B would fit, and must not go before the last SUBSCRIBE.
    assert_eq!(link.session.transmit(link.now_ms).len(), 2_280);
    let sent = link.take();
    assert_eq!(sent.len(), 60 + 16 + 1);
    assert!(matches!(sent[75], Sent::Subscribe { .. }));
    assert!(matches!(sent[76], Sent::Publish { .. }));
}
