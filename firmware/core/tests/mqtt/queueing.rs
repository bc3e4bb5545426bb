use leitstand_core::mqtt::{
    ARENA_BYTES, Counters, MAX_IN_FLIGHT, MAX_MESSAGES, MAX_PUBLISH_BYTES, MAX_SENT_TOPIC_BYTES, Publish, QUEUE_SLOTS,
    Refusal, SHED_LEVEL,
};

use crate::broker::{Sent, answer};
use crate::link::{CRITICAL, Link, NORMAL, ids, payloads};

const GATED: Publish = Publish { gated: true, numbered: false, ..NORMAL };
const FLEETING: Publish = Publish { qos: 0, ..NORMAL };

#[test]
fn messages_that_could_never_be_sent_are_refused_and_not_counted() {
    let mut link = Link::connected();
    let longest_of_the_contract =
        format!("kaiser/{}/esp/{}/system/intent_outcome/lifecycle", "k".repeat(63), "E".repeat(31));
    let longest = format!("{longest_of_the_contract:t<MAX_SENT_TOPIC_BYTES$}");
    assert_eq!((longest_of_the_contract.len(), longest.len()), (138, MAX_SENT_TOPIC_BYTES));
    let largest = [b'x'; MAX_PUBLISH_BYTES];
    for (topic, payload, qos, refusal) in [
        (&*"t".repeat(MAX_SENT_TOPIC_BYTES + 1), &b"x"[..], 1, Refusal::TooLong),
        ("t", &[b'x'; MAX_PUBLISH_BYTES + 1], 1, Refusal::TooLong),
        ("", b"x", 1, Refusal::Invalid),
        ("a/+", b"x", 1, Refusal::Invalid),
        ("a/#", b"x", 1, Refusal::Invalid),
        ("a\0", b"x", 1, Refusal::Invalid),
        ("t", b"x", 3, Refusal::Invalid),
    ] {
        let how = Publish { qos, ..CRITICAL };
        assert_eq!(link.session.publish(topic, payload, how), Err(refusal));
    }
    assert_eq!(link.session.counters(), Counters::default());
    link.session.publish(&longest, &largest, CRITICAL).unwrap();
    let sent = link.take();
    assert!(matches!(&sent[..], [Sent::Publish { topic, payload, .. }] if *topic == longest && *payload == largest));
}

#[test]
fn without_a_connection_normal_messages_are_dropped_and_critical_ones_wait() {
    let mut link = Link::new();
    assert_eq!(link.session.publish("t", b"x", NORMAL), Err(Refusal::Offline));
    link.publish(b"kept", CRITICAL);
    assert_eq!(link.session.counters(), Counters { fill: 1, high_watermark: 1, dropped: 1, ..Counters::default() });
    link.connect();
    assert_eq!(payloads(&link.take()), ["kept"]);
}

#[test]
fn gated_messages_wait_for_the_gate_and_the_others_pass_in_order() {
    let mut link = Link::connected();
    for (payload, how) in [(b"1 gated", GATED), (b"2 open ", NORMAL), (b"3 gated", GATED), (b"4 open ", FLEETING)] {
        link.publish(payload, how);
    }
    assert_eq!(payloads(&link.take()), ["2 open ", "4 open "]);
    assert!(link.session.is_idle());
    assert_eq!(link.session.counters().fill, 2);
    link.session.set_gate(true);
    assert!(!link.session.is_idle());
    assert_eq!(payloads(&link.take()), ["1 gated", "3 gated"]);
    link.session.set_gate(false);
    link.publish(b"later", GATED);
    assert_eq!(link.take(), []);
}

#[test]
fn readings_are_shed_at_level_6_and_leave_room_for_the_heartbeat_that_opens_the_gate() {
    let mut link = Link::connected();
    for _ in 0..SHED_LEVEL {
        link.publish(b"reading", GATED);
    }
    assert_eq!(link.session.publish("t", b"x", GATED), Err(Refusal::Shed));
    for _ in SHED_LEVEL..QUEUE_SLOTS {
        link.publish(b"heartbeat", FLEETING);
    }
    assert_eq!(link.session.publish("t", b"x", FLEETING), Err(Refusal::Shed));
    link.publish(b"answer", CRITICAL);
    assert_eq!(link.session.counters(), Counters { fill: 9, high_watermark: 9, shed: 2, ..Counters::default() });
    assert_eq!(payloads(&link.take()), ["heartbeat", "heartbeat", "answer"]);
    assert_eq!(link.session.counters().fill, SHED_LEVEL);
}

#[test]
fn at_most_8_messages_are_unacknowledged_and_later_ones_wait_in_order() {
    let mut link = Link::connected();
    for index in 0..10 {
        link.publish(format!("{index}").as_bytes(), CRITICAL);
    }
    link.publish(b"10", Publish { qos: 0, ..CRITICAL });
    let sent = link.take();
    assert_eq!(ids(&sent), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(sent.len(), MAX_IN_FLIGHT);
    assert!(link.session.is_idle(), "the window is full");
    link.receive(&answer(0x40, 3));
    assert_eq!(payloads(&link.take()), ["8"]);
    link.receive(&answer(0x40, 1));
    assert_eq!(payloads(&link.take()), ["9", "10"]);
}

#[test]
fn a_full_window_does_not_hold_up_qos_0() {
    let mut link = Link::connected();
    for _ in 0..MAX_IN_FLIGHT {
        link.publish(b"x", CRITICAL);
    }
    assert_eq!(link.take().len(), MAX_IN_FLIGHT);
    link.publish(b"beat", FLEETING);
    assert_eq!(payloads(&link.take()), ["beat"]);
}

#[test]
fn a_critical_message_evicts_the_oldest_normal_one_when_the_table_is_full() {
    let mut link = Link::connected();
    link.publish(b"old reading", GATED);
    link.publish(b"new reading", GATED);
    for _ in 2..MAX_MESSAGES {
        link.publish(b"outcome", CRITICAL);
    }
    assert_eq!(link.session.publish("t", b"x", GATED), Err(Refusal::Full));
    link.publish(b"stop", CRITICAL);
    link.publish(b"stop", CRITICAL);
    assert_eq!(link.session.publish("t", b"x", CRITICAL), Err(Refusal::Full));
    assert_eq!(
        link.session.counters(),
        Counters { fill: MAX_MESSAGES, high_watermark: MAX_MESSAGES, shed: 0, dropped: 3, critical_dropped: 1 }
    );
}

#[test]
fn a_critical_message_evicts_as_many_normal_ones_as_it_needs_bytes() {
    let mut link = Link::connected();
    let large = [b'x'; MAX_PUBLISH_BYTES];
    // 1 B of topic each: 6 × 2049 B, then 8186 B are left, for 3 × 2049 B and the rest.
    for _ in 0..SHED_LEVEL {
        link.session.publish("t", &large, GATED).unwrap();
    }
    let used = (SHED_LEVEL + 3) * (MAX_PUBLISH_BYTES + 1);
    let rest = vec![b'r'; ARENA_BYTES - used - 1];
    for _ in 0..3 {
        link.publish(&large, CRITICAL);
    }
    link.publish(&rest, CRITICAL);
    assert_eq!(link.session.counters().dropped, 0, "the arena is just full");
    link.publish(b"1", CRITICAL);
    assert_eq!(link.session.counters().dropped, 1);
    link.publish(&large[2..], CRITICAL);
    assert_eq!(link.session.counters().dropped, 1);
    link.publish(&large, CRITICAL);
    assert_eq!(link.session.counters().dropped, 2);
    assert_eq!(link.session.counters().fill, 11);
    // Nothing was mixed up on the way.
    let sent: Vec<usize> = payloads(&link.take()).iter().map(String::len).collect();
    assert_eq!(sent, [2048, 2048, 2048, rest.len(), 1, 2046, 2048]);
}

#[test]
fn what_is_unacknowledged_when_the_connection_breaks_is_sent_anew_if_critical() {
    let mut link = Link::connected();
    link.publish(b"1 answer", CRITICAL);
    link.publish(b"2 reading", NORMAL);
    link.publish(b"3 stored", Publish { qos: 2, ..CRITICAL });
    link.publish(b"4 half", Publish { qos: 2, ..CRITICAL });
    assert_eq!(ids(&link.take()), [1, 2, 3, 4]);
    link.receive(&answer(0x50, 3));
    link.publish(b"5 waiting", CRITICAL);
    link.publish(b"6 waiting", NORMAL);
    link.session.closed();
    assert_eq!(link.session.counters(), Counters { fill: 3, high_watermark: 4, dropped: 2, ..Counters::default() });
    link.connect();
    let sent = link.take();
    assert_eq!(payloads(&sent), ["1 answer", "4 half", "5 waiting"]);
    assert_eq!(ids(&sent), [5, 6, 7], "fresh messages");
}

#[test]
fn messages_that_will_not_be_sent_again_give_their_bytes_back_before_they_are_acknowledged() {
    let large = [b'x'; MAX_PUBLISH_BYTES];
    let fitting = ARENA_BYTES / (MAX_PUBLISH_BYTES + 1);
    for first in [NORMAL, Publish { qos: 2, ..CRITICAL }] {
        let mut link = Link::connected();
        for _ in 0..MAX_IN_FLIGHT {
            link.publish(&large, first);
            for id in ids(&link.take()) {
                if first.qos == 2 {
                    link.receive(&answer(0x50, id));
                }
            }
        }
        for _ in 0..fitting {
            link.publish(&large, CRITICAL);
        }
        assert_eq!(link.session.publish("t", &large, CRITICAL), Err(Refusal::Full));
        assert_eq!(link.session.counters().fill, fitting);
    }
}

#[test]
fn a_normal_message_that_was_sent_is_not_evicted() {
    let mut link = Link::connected();
    link.publish(b"reading", NORMAL);
    let sent = ids(&link.take());
    let held = Publish { gated: true, numbered: false, ..CRITICAL };
    for _ in 1..MAX_MESSAGES {
        link.publish(b"x", held);
    }
    assert_eq!(link.session.publish("t", b"x", held), Err(Refusal::Full));
    assert_eq!(link.session.counters().dropped, 0);
    link.receive(&answer(0x40, sent[0]));
    link.publish(b"x", held);
}

#[test]
fn a_critical_qos_0_message_is_kept_until_its_last_byte_was_written() {
    let error = Publish { qos: 0, ..CRITICAL };
    let mut link = Link::connected();
    link.publish(b"error", error);
    link.publish(b"beat", FLEETING);
    // 2 B of header, 3 B of topic, 5 B of payload.
    assert_eq!(link.write(9), 9);
    link.session.closed();
    assert_eq!(link.session.counters().dropped, 1);
    link.connect();
    assert_eq!(link.write(10), 10);
    link.session.closed();
    assert_eq!(link.session.counters().fill, 0);
    link.connect();
    assert_eq!(link.take(), []);
}

#[test]
fn acknowledged_messages_give_their_room_back() {
    let mut link = Link::connected();
    let payload = [b'x'; 1_000];
    for round in 0..1_000u32 {
        let how = Publish { qos: (round % 3) as u8, ..CRITICAL };
        link.publish(&payload, how);
        for id in ids(&link.take()) {
            match round % 3 {
                0 => assert_eq!(id, 0),
                1 => drop(link.receive(&answer(0x40, id))),
                _ => {
                    link.receive(&answer(0x50, id));
                    link.receive(&answer(0x70, id));
                }
            }
        }
        link.take();
    }
    assert_eq!(link.session.counters(), Counters { high_watermark: 1, ..Counters::default() });
    assert!(!link.session.awaits_answer());
}

#[test]
fn partial_writes_of_any_size_keep_every_byte() {
    for most in [1, 2, 3, 7, 100, 1_000] {
        let mut link = Link::connected();
        let mut expected = Vec::new();
        for index in 0..8 {
            let payload = format!("{index}").repeat(700);
            link.publish(payload.as_bytes(), CRITICAL);
            expected.push(payload);
        }
        while link.write(most) > 0 {}
        assert_eq!(payloads(&link.take()), expected);
    }
}
