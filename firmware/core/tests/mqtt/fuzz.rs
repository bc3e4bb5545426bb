//! Seeded random input. The same public calls serve a libFuzzer target: bytes and cut points for the decoder, operations for the session.

use std::collections::{BTreeMap, BTreeSet};

use leitstand_core::mqtt::{
    Decoder, MAX_IN_FLIGHT, MAX_MESSAGES, MAX_PAYLOAD_BYTES, MAX_TOPIC_BYTES, Packet, Payload, Priority, ProtocolError,
    Publish, Refusal,
};

use crate::broker::{self, Sent};
use crate::link::{Chance, Link};

const DECODER_CASES: u64 = 200_000;
const SESSION_CASES: u64 = 12_000;
const SESSION_STEPS: usize = 60;

/// What a decoder said, without borrowing it.
#[derive(Debug, PartialEq)]
enum Said {
    Message(String, Result<Vec<u8>, usize>, [u8; 4], u16),
    Other(String),
    Error(ProtocolError),
}

fn said(packet: &Packet<'_>) -> Said {
    match *packet {
        Packet::Publish { topic, payload, qos, retain, dup, id } => {
            let payload = match payload {
                Payload::Whole(bytes) => Ok(bytes.to_vec()),
                Payload::Oversize { size_bytes } => Err(size_bytes),
            };
            let flags = [qos, u8::from(retain), u8::from(dup), u8::from(qos > 0)];
            Said::Message(topic.into(), payload, flags, id)
        }
        ref other => Said::Other(format!("{other:?}")),
    }
}

/// Feeds the stream in pieces of the sizes that `piece` names, until it ends or fails.
fn decode(decoder: &mut Decoder, stream: &[u8], mut piece: impl FnMut() -> usize) -> Vec<Said> {
    decoder.reset();
    let mut result = Vec::new();
    let mut rest = stream;
    while !rest.is_empty() {
        let (mut input, later) = rest.split_at(piece().clamp(1, rest.len()));
        rest = later;
        loop {
            let before = input.len();
            match decoder.next(&mut input) {
                Ok(Some(packet)) => result.push(said(&packet)),
                Ok(None) => break,
                Err(error) => {
                    result.push(Said::Error(error));
                    return result;
                }
            }
            assert!(input.len() < before, "a packet without bytes");
        }
        assert!(input.is_empty(), "input left over without an error");
    }
    result
}

fn text(chance: &mut Chance, longest: usize) -> Vec<u8> {
    (0..=chance.below(longest)).map(|_| b'a' + chance.below(26) as u8).collect()
}

fn valid_packet(chance: &mut Chance) -> Vec<u8> {
    let id = chance.next() as u16 | 1;
    match chance.below(12) {
        0 => broker::connack(chance.one_in(2), 0),
        1 => broker::suback(id, &[[0, 1, 2, 0x80][chance.below(4)]]),
        2 => broker::pingresp(),
        3..=6 => broker::answer([0x40, 0x50, 0x62, 0x70][chance.below(4)], id),
        7 => broker::answer(0xB0, id),
        _ => {
            let flags = [0, 1, 2, 3, 10, 11, 4, 5, 12, 13][chance.below(10)];
            let longest_topic = [8, 40, MAX_TOPIC_BYTES + 20][chance.below(3)];
            let topic = text(chance, longest_topic);
            let longest = match chance.below(200) {
                0 => MAX_PAYLOAD_BYTES + 300,
                _ => 60,
            };
            let payload = text(chance, longest);
            broker::publish(flags, &topic, id, &payload)
        }
    }
}

/// Valid packets, noise, or valid packets with some bytes changed, cut out or put in.
fn stream(chance: &mut Chance) -> Vec<u8> {
    let mut bytes = Vec::new();
    match chance.below(4) {
        0 => bytes.extend((0..chance.below(60)).map(|_| chance.next() as u8)),
        _ => (0..=chance.below(4)).for_each(|_| bytes.extend(valid_packet(chance))),
    }
    if chance.one_in(2) {
        for _ in 0..chance.below(4) {
            let at = chance.below(bytes.len() + 1);
            match chance.below(3) {
                0 => bytes.insert(at, chance.next() as u8),
                1 if at < bytes.len() => drop(bytes.remove(at)),
                _ if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
                _ => {}
            }
        }
    }
    bytes
}

#[test]
fn any_bytes_in_any_pieces_give_the_same_packets_and_never_a_panic() {
    let mut chance = Chance(0x4D51_5454);
    let mut decoder = Box::new(Decoder::new());
    let mut outcomes = [0u32; 3];
    for case in 0..DECODER_CASES {
        let bytes = stream(&mut chance);
        let whole = decode(&mut decoder, &bytes, || usize::MAX);
        let mut split = Chance(chance.next());
        let largest = [1, 3, 17, 400][split.below(4)];
        let pieces = decode(&mut decoder, &bytes, || 1 + split.below(largest));
        assert_eq!(whole, pieces, "case {case}: {bytes:02x?}");
        for said in &whole {
            outcomes[match said {
                Said::Message(..) => 0,
                Said::Other(_) => 1,
                Said::Error(_) => 2,
            }] += 1;
        }
    }
    assert!(
        outcomes.iter().all(|count| *count > DECODER_CASES as u32 / 10),
        "the cases reach everything: {outcomes:?}"
    );
}

/// The broker of a fuzzed session: remembers what it owes, checks what it gets.
struct Peer {
    chance: Chance,
    owed: Vec<Vec<u8>>,
    /// Unacknowledged messages of the device, by id: acknowledgement packets still to come.
    flights: BTreeMap<u16, u8>,
    /// Payloads seen.
    seen: BTreeSet<String>,
    /// The next packet is the connection's first.
    is_new: bool,
}

impl Peer {
    fn new(seed: u64) -> Peer {
        Peer { chance: Chance(seed), owed: Vec::new(), flights: BTreeMap::new(), seen: BTreeSet::new(), is_new: true }
    }

    fn disconnected(&mut self) {
        self.owed.clear();
        self.flights.clear();
        self.is_new = true;
    }

    fn receive(&mut self, packet: Sent) {
        let is_connect = matches!(packet, Sent::Connect { .. });
        assert_eq!(is_connect, std::mem::take(&mut self.is_new), "{packet:?}");
        match packet {
            Sent::Connect { .. } => self.owed.push(broker::connack(false, 0)),
            Sent::Publish { payload, qos, id, .. } => {
                self.seen.insert(String::from_utf8(payload).unwrap());
                if qos == 0 {
                    return;
                }
                assert_ne!(id, 0);
                assert_eq!(self.flights.insert(id, qos), None, "id {id} is in use");
                assert!(self.flights.len() <= MAX_IN_FLIGHT);
                let first = if qos == 1 { 0x40 } else { 0x50 };
                self.owed.push(broker::answer(first, id));
            }
            Sent::Pubrel(id) => self.owed.push(broker::answer(0x70, id)),
            Sent::Pubrec(id) => self.owed.push(broker::answer(0x62, id)),
            Sent::Subscribe { id, qos, .. } => self.owed.push(broker::suback(id, &[qos])),
            Sent::Pingreq => self.owed.push(broker::pingresp()),
            Sent::Puback(_) | Sent::Pubcomp(_) | Sent::Disconnect => {}
        }
    }

    /// One of the packets that are owed.
    fn answer(&mut self) -> Option<Vec<u8>> {
        if self.owed.is_empty() {
            return None;
        }
        let packet = self.owed.remove(self.chance.below(self.owed.len()));
        if matches!(packet[0], 0x40 | 0x70) {
            self.flights.remove(&u16::from_be_bytes([packet[2], packet[3]]));
        }
        Some(packet)
    }
}

/// A session and its peer, and what the session has promised.
struct Case {
    link: Link,
    peer: Peer,
    /// Payloads of accepted messages.
    critical: BTreeSet<String>,
    normal: BTreeSet<String>,
    /// Normal messages that were refused for the lack of a connection or of room: counted as dropped without having been accepted.
    refused: u32,
    serial: u32,
}

impl Case {
    fn new(seed: u64) -> Case {
        Case {
            link: Link::new(),
            peer: Peer::new(seed),
            critical: BTreeSet::new(),
            normal: BTreeSet::new(),
            refused: 0,
            serial: 0,
        }
    }

    fn write(&mut self, most: usize) -> usize {
        let count = self.link.write(most);
        for packet in broker::read_all(&mut self.link.wire) {
            self.peer.receive(packet);
        }
        count
    }

    fn close(&mut self) {
        self.link.session.closed();
        self.peer.disconnected();
    }

    fn receive(&mut self, bytes: &[u8]) {
        if self.link.receive(bytes).iter().any(Result::is_err) {
            self.close();
        }
    }

    fn publish(&mut self, chance: &mut Chance) {
        let how = Publish {
            qos: chance.below(3) as u8,
            retain: chance.one_in(2),
            priority: [Priority::Normal, Priority::Critical][chance.below(2)],
            gated: chance.one_in(3),
            numbered: false,
        };
        self.serial += 1;
        let width = [6, 60, 2_000][chance.below(3)];
        let payload = format!("{:0width$}", self.serial);
        let outcome = self.link.session.publish("t/x", payload.as_bytes(), how);
        match (outcome, how.priority) {
            (Ok(()), Priority::Critical) => drop(self.critical.insert(payload)),
            (Ok(()), Priority::Normal) => drop(self.normal.insert(payload)),
            (Err(Refusal::Offline | Refusal::Full), Priority::Normal) => self.refused += 1,
            _ => {}
        }
    }

    fn step(&mut self, chance: &mut Chance) {
        match chance.below(16) {
            0..=3 => self.publish(chance),
            4..=6 => drop(self.write(1 + chance.below(3_000))),
            7..=9 => {
                if let Some(bytes) = self.peer.answer() {
                    self.receive(&bytes);
                }
            }
            10 => self.receive(&valid_message(chance)),
            11 => drop(self.link.session.subscribe("a/#", chance.below(3) as u8)),
            12 => self.link.session.set_gate(chance.one_in(2)),
            13 => {
                self.link.now_ms += chance.next() % 12_000;
                if self.link.session.poll(self.link.now_ms).is_some() {
                    self.close();
                }
            }
            14 if chance.one_in(4) => self.receive(&stream(chance)),
            15 if chance.one_in(6) => {
                self.close();
                self.link.open();
            }
            15 if chance.one_in(20) => self.link.session.disconnect(),
            _ => {}
        }
        let counters = self.link.session.counters();
        assert!(counters.fill <= MAX_MESSAGES && counters.fill <= counters.high_watermark);
        assert!(self.link.session.next_due() > 0 || !self.link.session.awaits_answer());
    }

    /// A good connection, until everything has been sent and acknowledged.
    fn settle(&mut self) {
        self.close();
        self.link.open();
        self.link.session.set_gate(true);
        loop {
            let count = self.write(usize::MAX);
            match self.peer.answer() {
                Some(bytes) => self.receive(&bytes),
                None if count == 0 => return,
                None => {}
            }
        }
    }
}

fn valid_message(chance: &mut Chance) -> Vec<u8> {
    let qos = chance.below(3) as u8;
    broker::publish(qos << 1, b"t", chance.below(40) as u16 + 1, b"x")
}

#[test]
fn any_course_of_events_loses_no_critical_message_and_no_normal_one_uncounted() {
    let mut delivered = 0;
    for seed in 0..SESSION_CASES {
        let mut chance = Chance(seed);
        let mut case = Case::new(seed ^ 0xB20C);
        for _ in 0..SESSION_STEPS {
            case.step(&mut chance);
        }
        case.settle();
        assert!(
            case.critical.is_subset(&case.peer.seen),
            "seed {seed}: lost {:?}",
            case.critical.difference(&case.peer.seen)
        );
        let counters = case.link.session.counters();
        let unseen = case.normal.difference(&case.peer.seen).count();
        assert!(
            unseen <= (counters.dropped - case.refused) as usize,
            "seed {seed}: {unseen} unseen, {counters:?}, {} refused",
            case.refused
        );
        assert_eq!(counters.fill, 0, "seed {seed}");
        assert!(case.link.session.is_idle() && !case.link.session.awaits_answer());
        delivered += case.peer.seen.len();
    }
    assert!(delivered as u64 > SESSION_CASES * 3, "{delivered} delivered");
}

#[test]
fn many_messages_in_and_out_leave_nothing_behind() {
    let mut link = Link::connected();
    let command = broker::publish(2, b"P/actuator/4/command", 7, br#"{"command":"ON"}"#);
    let how = Publish { qos: 1, retain: false, priority: Priority::Critical, gated: false, numbered: false };
    let mut wire = [0; 256];
    for round in 0..200_000u32 {
        let mut input = &command[..];
        let packet = link.decoder.next(&mut input).unwrap().unwrap();
        link.session.handle(&packet, link.now_ms).unwrap();
        link.session.publish("P/r", b"{}", how).unwrap();
        let bytes = link.session.transmit(link.now_ms);
        let count = bytes.len();
        wire[..count].copy_from_slice(bytes);
        link.session.sent(count, link.now_ms);
        // PUBACK of 4 bytes, then the PUBLISH: 2 of header, 5 of topic, then its id.
        let id = u16::from_be_bytes([wire[11], wire[12]]);
        let answer = [0x40, 2, wire[11], wire[12]];
        let mut input = &answer[..];
        let packet = link.decoder.next(&mut input).unwrap().unwrap();
        assert_eq!(packet, Packet::Puback(id), "round {round}");
        link.session.handle(&packet, link.now_ms).unwrap();
    }
    assert!(link.session.is_idle() && !link.session.awaits_answer());
    assert_eq!(link.session.counters().high_watermark, 1);
}
