use leitstand_core::mqtt::{Decoder, MAX_GRANTED, MAX_PAYLOAD_BYTES, MAX_TOPIC_BYTES, Packet, Payload, ProtocolError};

use crate::broker::{answer, connack, pingresp, publish, suback};

/// Decodes one packet and checks that it ended with the input.
fn with_packet(bytes: &[u8], check: impl Fn(Result<Option<Packet<'_>>, ProtocolError>)) {
    let mut decoder = Box::new(Decoder::default());
    let mut input = bytes;
    check(decoder.next(&mut input));
    decoder.reset();
    // The same again, byte by byte.
    for (index, byte) in bytes.iter().enumerate() {
        let mut input: &[u8] = &[*byte];
        let outcome = decoder.next(&mut input);
        if index + 1 == bytes.len() || outcome.is_err() {
            check(outcome);
            return;
        }
        assert_eq!(outcome, Ok(None));
    }
}

fn decodes_to(bytes: &[u8], expected: Packet<'_>) {
    with_packet(bytes, |outcome| assert_eq!(outcome, Ok(Some(expected))));
}

fn fails_with(bytes: &[u8], error: ProtocolError) {
    with_packet(bytes, |outcome| assert_eq!(outcome, Err(error), "{bytes:02x?}"));
}

#[test]
fn every_packet_of_a_broker_is_understood() {
    for (session_present, code) in [(false, 0), (true, 0), (false, 5), (false, 200)] {
        decodes_to(&connack(session_present, code), Packet::Connack { session_present, code });
    }
    decodes_to(&answer(0x40, 1), Packet::Puback(1));
    decodes_to(&answer(0x50, 0x1234), Packet::Pubrec(0x1234));
    decodes_to(&answer(0x62, 0xFFFF), Packet::Pubrel(0xFFFF));
    decodes_to(&answer(0x70, 256), Packet::Pubcomp(256));
    decodes_to(&answer(0xB0, 7), Packet::Unsuback(7));
    decodes_to(&pingresp(), Packet::Pingresp);
    let granted = &[0, 1, 2, 0x80];
    decodes_to(&suback(9, granted), Packet::Suback { id: 9, granted });
}

#[test]
fn a_message_has_its_flags_its_id_and_its_content() {
    for (flags, qos, retain, dup, id) in [
        (0b0000, 0, false, false, 0),
        (0b0001, 0, true, false, 0),
        (0b0010, 1, false, false, 77),
        (0b1011, 1, true, true, 77),
        (0b1100, 2, false, true, 0xFFFF),
    ] {
        decodes_to(
            &publish(flags, "kaiser/ü".as_bytes(), id, b"{}"),
            Packet::Publish { topic: "kaiser/ü", payload: Payload::Whole(b"{}"), qos, retain, dup, id },
        );
    }
}

#[test]
fn an_empty_payload_is_a_message() {
    for (flags, id) in [(0, 0), (2, 3)] {
        with_packet(&publish(flags, b"t", id, b""), |outcome| {
            assert!(matches!(outcome, Ok(Some(Packet::Publish { topic: "t", payload: Payload::Whole(b""), .. }))));
        });
    }
}

#[test]
fn a_payload_up_to_the_bound_is_whole_and_one_byte_more_is_only_counted() {
    let content = vec![b'a'; MAX_PAYLOAD_BYTES + 1];
    let message = |payload| Packet::Publish { topic: "P/config", payload, qos: 2, retain: false, dup: false, id: 5 };
    decodes_to(&publish(4, b"P/config", 5, &content[1..]), message(Payload::Whole(&content[1..])));
    decodes_to(&publish(4, b"P/config", 5, &content), message(Payload::Oversize { size_bytes: MAX_PAYLOAD_BYTES + 1 }));
}

#[test]
fn a_topic_up_to_the_bound_is_whole_and_one_byte_more_makes_the_message_nameless() {
    let topic = "t".repeat(MAX_TOPIC_BYTES + 1);
    let message = |topic, payload| Packet::Publish { topic, payload, qos: 1, retain: false, dup: false, id: 5 };
    decodes_to(&publish(2, &topic.as_bytes()[1..], 5, b"x"), message(&topic[1..], Payload::Whole(b"x")));
    decodes_to(&publish(2, topic.as_bytes(), 5, b"x"), message("", Payload::Oversize { size_bytes: 1 }));
    decodes_to(&publish(2, &[b't'; 65_535], 5, b""), message("", Payload::Oversize { size_bytes: 0 }));
}

#[test]
fn a_message_of_the_brokers_limit_passes_through_and_the_next_is_read() {
    let mut stream = publish(2, b"P/config", 1, &vec![b'a'; 262_144]);
    stream.extend(publish(0, b"t", 0, b"next"));
    let mut decoder = Box::new(Decoder::new());
    let mut seen = Vec::new();
    for piece in stream.chunks(1_460) {
        let mut input = piece;
        while let Some(packet) = decoder.next(&mut input).unwrap() {
            let Packet::Publish { topic, payload, .. } = packet else { panic!("{packet:?}") };
            seen.push(format!("{topic} {payload:?}"));
        }
        assert!(input.is_empty());
    }
    let whole = Payload::Whole(b"next");
    assert_eq!(seen, ["P/config Oversize { size_bytes: 262144 }".to_owned(), format!("t {whole:?}")]);
}

#[test]
fn the_longest_remaining_length_is_taken_and_a_fifth_byte_is_not() {
    let mut decoder = Box::new(Decoder::new());
    // 268,435,455 bytes are announced; the topic of 1 byte is inside.
    let mut input: &[u8] = &[0x30, 0xFF, 0xFF, 0xFF, 0x7F, 0, 1, b't', b'x'];
    assert_eq!(decoder.next(&mut input), Ok(None));
    fails_with(&[0x30, 0xFF, 0xFF, 0xFF, 0x80], ProtocolError::RemainingLength);
}

#[test]
fn types_that_only_a_client_sends_and_reserved_ones_are_refused() {
    for kind in [0, 1, 8, 10, 12, 14, 15] {
        fails_with(&[kind << 4, 0], ProtocolError::UnexpectedType(kind));
    }
}

#[test]
fn reserved_flags_are_refused() {
    for kind in [2, 4, 5, 6, 7, 9, 11, 13] {
        for flags in 0..16 {
            let allowed = if kind == 6 { 2 } else { 0 };
            if flags != allowed {
                fails_with(&[kind << 4 | flags, 2, 0, 1], ProtocolError::ReservedFlags);
            }
        }
    }
}

#[test]
fn qos_3_and_dup_without_qos_are_refused() {
    for flags in [0b0110, 0b0111, 0b1110, 0b1111] {
        fails_with(&[0x30 | flags], ProtocolError::Qos3);
    }
    for flags in [0b1000, 0b1001] {
        fails_with(&[0x30 | flags], ProtocolError::DupWithoutQos);
    }
}

#[test]
fn lengths_that_do_not_fit_the_type_are_refused() {
    let too_many = (MAX_GRANTED + 3) as u8;
    for header in [
        [0x20, 1],
        [0x20, 3],
        [0x40, 0],
        [0x50, 3],
        [0x62, 1],
        [0x70, 4],
        [0x90, 2],
        [0x90, too_many],
        [0xB0, 3],
        [0xD0, 1],
        [0x30, 0],
        [0x32, 1],
    ] {
        fails_with(&header, ProtocolError::WrongLength);
    }
    // The topic, or the identifier behind it, reaches beyond the packet.
    fails_with(&[0x30, 3, 0, 2], ProtocolError::WrongLength);
    fails_with(&[0x32, 4, 0, 1], ProtocolError::WrongLength);
    fails_with(&[0x30, 2, 0xFF, 0xFF], ProtocolError::WrongLength);
}

#[test]
fn the_most_codes_of_a_suback_are_read() {
    let granted = &[1; MAX_GRANTED];
    decodes_to(&suback(9, granted), Packet::Suback { id: 9, granted });
}

#[test]
fn topics_that_are_no_topic_names_are_refused() {
    fails_with(&publish(0, b"", 0, b"x"), ProtocolError::TopicEmpty);
    fails_with(&publish(0, b"a\0b", 0, b"x"), ProtocolError::TopicCharacter);
    fails_with(&publish(0, b"a/+", 0, b"x"), ProtocolError::TopicCharacter);
    fails_with(&publish(0, b"a/#", 0, b"x"), ProtocolError::TopicCharacter);
    for bad in [&b"\xFF"[..], b"\xC0\x80", b"\xED\xA0\x80", b"a\xE2\x82"] {
        fails_with(&publish(0, bad, 0, b"x"), ProtocolError::TopicEncoding);
    }
}

#[test]
fn identifier_0_is_refused() {
    fails_with(&publish(2, b"t", 0, b"x"), ProtocolError::ZeroId);
    fails_with(&publish(4, b"t", 0, b"x"), ProtocolError::ZeroId);
    for first in [0x40, 0x50, 0x62, 0x70, 0xB0] {
        fails_with(&answer(first, 0), ProtocolError::ZeroId);
    }
    fails_with(&suback(0, &[0]), ProtocolError::ZeroId);
}

#[test]
fn a_connack_with_reserved_bits_or_a_session_behind_a_refusal_is_refused() {
    fails_with(&[0x20, 2, 2, 0], ProtocolError::ConnackFlags);
    fails_with(&[0x20, 2, 0x80, 0], ProtocolError::ConnackFlags);
    fails_with(&[0x20, 2, 1, 5], ProtocolError::ConnackFlags);
}

#[test]
fn a_suback_with_a_code_that_means_nothing_is_refused() {
    for code in [3, 0x7F, 0x81, 0xFF] {
        fails_with(&suback(1, &[0, code]), ProtocolError::SubackCode);
    }
}

#[test]
fn after_an_error_nothing_is_read_until_the_next_connection() {
    let mut decoder = Box::new(Decoder::new());
    let mut bad: &[u8] = &[0xF0, 0];
    let error = Err(ProtocolError::UnexpectedType(15));
    assert_eq!(decoder.next(&mut bad), error);
    let ping = pingresp();
    let mut good: &[u8] = &ping;
    assert_eq!(decoder.next(&mut good), error);
    assert_eq!(good.len(), 2);
    decoder.reset();
    assert_eq!(decoder.next(&mut good), Ok(Some(Packet::Pingresp)));
    // An error that shows only at a packet's end holds as well.
    let bad = answer(0x40, 0);
    let mut bad: &[u8] = &bad;
    assert_eq!(decoder.next(&mut bad), Err(ProtocolError::ZeroId));
    let mut good: &[u8] = &ping;
    assert_eq!(decoder.next(&mut good), Err(ProtocolError::ZeroId));
}

#[test]
fn a_connection_that_broke_in_the_middle_of_a_packet_leaves_nothing_behind() {
    let mut decoder = Box::new(Decoder::new());
    let message = publish(2, b"topic", 3, b"content");
    for cut in 1..message.len() {
        let mut input = &message[..cut];
        assert_eq!(decoder.next(&mut input), Ok(None));
        decoder.reset();
        let acknowledgement = answer(0x40, 9);
        let mut input: &[u8] = &acknowledgement;
        assert_eq!(decoder.next(&mut input), Ok(Some(Packet::Puback(9))));
    }
}
