//! A session with its decoder and a clock, as an owner holds them; and seeded chance.

use leitstand_core::mqtt::{Connect, Decoder, Event, Lost, Priority, ProtocolError, Publish, Session};

use crate::broker::{self, Sent};

pub const NORMAL: Publish =
    Publish { qos: 1, retain: false, priority: Priority::Normal, gated: false, numbered: false };
pub const CRITICAL: Publish = Publish { priority: Priority::Critical, ..NORMAL };
pub const CONNECT: Connect<'static> = Connect { client_id: "ESP_0A1B2C", login: None, will: None };

pub struct Link {
    pub session: Box<Session>,
    pub decoder: Box<Decoder>,
    pub now_ms: u64,
    /// Bytes of an incomplete packet that has been written so far.
    pub wire: Vec<u8>,
}

impl Link {
    pub fn new() -> Link {
        Link { session: Box::new(Session::new()), decoder: Box::new(Decoder::new()), now_ms: 1_000, wire: Vec::new() }
    }

    /// A connection that the broker has accepted.
    pub fn connected() -> Link {
        let mut link = Link::new();
        link.connect();
        link
    }

    pub fn connect(&mut self) {
        self.open();
        assert!(matches!(self.take()[..], [Sent::Connect { .. }]));
        assert_eq!(self.receive(&broker::connack(false, 0)), [Ok(Event::Accepted { session_present: false })]);
    }

    pub fn open(&mut self) {
        self.wire.clear();
        self.decoder.reset();
        self.session.open(&CONNECT, self.now_ms).unwrap();
    }

    /// Everything that the session wants to write now.
    pub fn take(&mut self) -> Vec<Sent> {
        while self.write(usize::MAX) > 0 {}
        let packets = broker::read_all(&mut self.wire);
        assert!(self.wire.is_empty(), "an incomplete packet was written");
        packets
    }

    /// The socket takes up to `most` bytes; returns how many.
    pub fn write(&mut self, most: usize) -> usize {
        let bytes = self.session.transmit(self.now_ms);
        let count = bytes.len().min(most);
        self.wire.extend_from_slice(&bytes[..count]);
        self.session.sent(count, self.now_ms);
        count
    }

    pub fn receive(&mut self, mut bytes: &[u8]) -> Vec<Result<Event, ProtocolError>> {
        let mut events = Vec::new();
        loop {
            match self.decoder.next(&mut bytes) {
                Ok(Some(packet)) => events.push(self.session.handle(&packet, self.now_ms)),
                Ok(None) => return events,
                Err(error) => {
                    events.push(Err(error));
                    return events;
                }
            }
        }
    }

    pub fn poll_after(&mut self, ms: u64) -> Option<Lost> {
        self.now_ms += ms;
        self.session.poll(self.now_ms)
    }

    pub fn publish(&mut self, payload: &[u8], how: Publish) {
        self.session.publish("t", payload, how).unwrap();
    }
}

/// Payloads of the messages among what was sent.
pub fn payloads(sent: &[Sent]) -> Vec<String> {
    sent.iter()
        .filter_map(|packet| match packet {
            Sent::Publish { payload, .. } => Some(String::from_utf8_lossy(payload).into_owned()),
            _ => None,
        })
        .collect()
}

/// Packet identifiers of the messages among what was sent.
pub fn ids(sent: &[Sent]) -> Vec<u16> {
    sent.iter()
        .filter_map(|packet| match packet {
            Sent::Publish { id, .. } => Some(*id),
            _ => None,
        })
        .collect()
}

/// splitmix64 (Steele, Lea, Flood 2014).
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 to `bound` - 1.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub fn one_in(&mut self, odds: usize) -> bool {
        self.below(odds) == 0
    }
}
