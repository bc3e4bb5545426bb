use leitstand_core::mqtt::encoder::{Acknowledgement, Outgoing, encode};
use leitstand_core::mqtt::{Connect, Login, Will};

use crate::broker::{Sent, read_all};

fn encoded(packet: &Outgoing<'_>) -> Vec<u8> {
    let mut into = vec![0xEE; 300_000];
    let length = encode(packet, &mut into).expect("fits");
    into.truncate(length);
    // It takes exactly the room it needs.
    assert_eq!(encode(packet, &mut vec![0; length]), Some(length));
    for room in (0..length).take(300) {
        assert_eq!(encode(packet, &mut vec![0; room]), None, "{room} bytes");
    }
    into
}

fn reads_back(packet: &Outgoing<'_>) -> Sent {
    let mut bytes = encoded(packet);
    let packets = read_all(&mut bytes);
    assert!(bytes.is_empty());
    assert_eq!(packets.len(), 1);
    packets.into_iter().next().unwrap()
}

#[test]
fn connect_has_the_bytes_of_the_standard() {
    let connect = Connect {
        client_id: "ESP_0A1B2C",
        login: Some(Login { user: "u", password: "pw" }),
        will: Some(Will { topic: "w", payload: b"{}" }),
    };
    let expected = b"\x10\x24\0\x04MQTT\x04\xEE\0\x3C\0\x0AESP_0A1B2C\0\x01w\0\x02{}\0\x01u\0\x02pw";
    assert_eq!(encoded(&Outgoing::Connect(&connect)), expected);
}

#[test]
fn connect_carries_will_and_login_only_where_given() {
    let will = Will { topic: "kaiser/god/esp/ESP_0A1B2C/system/will", payload: br#"{"status":"offline"}"# };
    let login = Login { user: "device", password: "" };
    for (login, will) in [(None, None), (Some(login), None), (None, Some(will)), (Some(login), Some(will))] {
        let client_id = "ESP_0A1B2C";
        let connect = Connect { client_id, login, will };
        assert_eq!(
            reads_back(&Outgoing::Connect(&connect)),
            Sent::Connect {
                client_id: client_id.into(),
                login: login.map(|login| (login.user.into(), login.password.into())),
                will: will.map(|will| (will.topic.into(), will.payload.into())),
            }
        );
    }
}

#[test]
fn messages_of_every_length_class_are_read_back() {
    // The remaining length grows a byte at 128 and 16,384 (section 2.2.3).
    for size in [0, 1, 122, 123, 124, 125, 16_378, 16_379, 16_380, 16_381, 200_000] {
        for (qos, retain) in [(0, true), (1, false), (2, true)] {
            let payload = vec![b'p'; size];
            let id = if qos > 0 { 0x0102 } else { 0 };
            assert_eq!(
                reads_back(&Outgoing::Publish { tail: b"", topic: b"t", payload: &payload, qos, retain, id }),
                Sent::Publish { topic: "t".into(), payload, qos, retain, id }
            );
        }
    }
}

#[test]
fn the_short_packets_have_the_bytes_of_the_standard() {
    for (kind, bytes) in [
        (Acknowledgement::Puback, [0x40, 2, 1, 2]),
        (Acknowledgement::Pubrec, [0x50, 2, 1, 2]),
        (Acknowledgement::Pubrel, [0x62, 2, 1, 2]),
        (Acknowledgement::Pubcomp, [0x70, 2, 1, 2]),
    ] {
        assert_eq!(encoded(&Outgoing::Acknowledge(kind, 0x0102)), bytes);
    }
    assert_eq!(encoded(&Outgoing::Pingreq), [0xC0, 0]);
    assert_eq!(encoded(&Outgoing::Disconnect), [0xE0, 0]);
    assert_eq!(encoded(&Outgoing::Subscribe { id: 10, filter: "a/b", qos: 2 }), b"\x82\x08\0\x0A\0\x03a/b\x02");
}

#[test]
fn what_mqtt_cannot_say_is_not_encoded() {
    let long = "x".repeat(65_536);
    let mut into = vec![0; 300_000];
    let message = |topic, payload| Outgoing::Publish { tail: b"", topic, payload, qos: 0, retain: false, id: 0 };
    assert_eq!(encode(&message(long.as_bytes(), b""), &mut into), None);
    // One byte above the longest remaining length.
    let huge = vec![0; 268_435_456 - 3];
    assert_eq!(encode(&message(b"t", &huge), &mut into), None);
}
