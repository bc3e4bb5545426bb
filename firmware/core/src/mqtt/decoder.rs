//! Bytes from the broker to packets, in any pieces. Payloads and topics beyond their bounds pass through without being kept, so that a message of any size costs
//! no memory and is still acknowledged and answered.

use super::copying::put;
use super::packet::{Packet, Payload, ProtocolError};
use super::{MAX_GRANTED, MAX_PAYLOAD_BYTES, MAX_TOPIC_BYTES};

/// Packet types (section 2.2.1).
const CONNACK: u8 = 2;
const PUBLISH: u8 = 3;
const PUBACK: u8 = 4;
const PUBREC: u8 = 5;
const PUBREL: u8 = 6;
const PUBCOMP: u8 = 7;
const SUBACK: u8 = 9;
const UNSUBACK: u8 = 11;
const PINGRESP: u8 = 13;

/// Shift of the fourth and last byte of a remaining length (section 2.2.3: 7 bits each).
const LAST_LENGTH_SHIFT: u32 = 21;
/// Bytes of a string's length and of a packet identifier.
const WORD_BYTES: usize = 2;
/// The refusal among the codes of a SUBACK (section 3.9.3).
const SUBSCRIPTION_REFUSED: u8 = 0x80;
const HIGHEST_QOS: u8 = 2;

/// The part of a packet that the next byte belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Type,
    Length,
    /// Anything but a PUBLISH, collected in `payload`.
    Body,
    TopicLength,
    Topic,
    Id,
    Payload,
    Failed(ProtocolError),
}

enum Step {
    /// The input is used up.
    Starved,
    Advanced,
    Complete,
}

/// The receiving half. See the module.
pub struct Decoder {
    stage: Stage,
    /// First byte: type and flags.
    first: u8,
    length_shift: u32,
    /// Bytes of the packet that have not been read.
    remaining: usize,
    /// Bytes of the present part that have been read.
    filled: usize,
    topic_bytes: usize,
    id: u16,
    payload_bytes: usize,
    topic: [u8; MAX_TOPIC_BYTES],
    payload: [u8; MAX_PAYLOAD_BYTES],
}

impl Decoder {
    pub const fn new() -> Decoder {
        Decoder {
            stage: Stage::Type,
            first: 0,
            length_shift: 0,
            remaining: 0,
            filled: 0,
            topic_bytes: 0,
            id: 0,
            payload_bytes: 0,
            topic: [0; MAX_TOPIC_BYTES],
            payload: [0; MAX_PAYLOAD_BYTES],
        }
    }

    /// Forgets the connection's bytes and its error. To be called when a socket is open.
    pub fn reset(&mut self) {
        self.stage = Stage::Type;
    }

    /// The next whole packet, taken off the front of `input`; `None` when `input` is used up without completing one. After an error nothing more is read:
    /// the same error comes back until [`Decoder::reset`], and the connection has to be closed.
    pub fn next<'a>(&'a mut self, input: &mut &[u8]) -> Result<Option<Packet<'a>>, ProtocolError> {
        loop {
            match self.step(input) {
                Ok(Step::Advanced) => {}
                Ok(Step::Starved) => return Ok(None),
                Ok(Step::Complete) => break,
                Err(error) => return Err(self.fail(error)),
            }
        }
        self.stage = Stage::Type;
        if let Err(error) = self.packet() {
            return Err(self.fail(error));
        }
        self.packet().map(Some)
    }

    fn fail(&mut self, error: ProtocolError) -> ProtocolError {
        self.stage = Stage::Failed(error);
        error
    }

    fn step(&mut self, input: &mut &[u8]) -> Result<Step, ProtocolError> {
        match self.stage {
            Stage::Type => self.read_type(input),
            Stage::Length => self.read_length(input),
            Stage::Body => Ok(self.read_rest(input)),
            Stage::TopicLength => self.read_topic_length(input),
            Stage::Topic => Ok(self.read_topic(input)),
            Stage::Id => self.read_id(input),
            Stage::Payload => Ok(self.read_rest(input)),
            Stage::Failed(error) => Err(error),
        }
    }

    fn read_type(&mut self, input: &mut &[u8]) -> Result<Step, ProtocolError> {
        let Some(first) = take_byte(input) else {
            return Ok(Step::Starved);
        };
        self.first = first;
        let flags = first & 0x0F;
        match self.kind() {
            PUBLISH => match (self.qos(), self.is_dup()) {
                (3, _) => return Err(ProtocolError::Qos3),
                (0, true) => return Err(ProtocolError::DupWithoutQos),
                _ => {}
            },
            // Section 3.6.1: PUBREL alone has a set flag.
            PUBREL if flags == 2 => {}
            CONNACK | PUBACK | PUBREC | PUBCOMP | SUBACK | UNSUBACK | PINGRESP if flags == 0 => {}
            CONNACK | PUBACK | PUBREC | PUBREL | PUBCOMP | SUBACK | UNSUBACK | PINGRESP => {
                return Err(ProtocolError::ReservedFlags);
            }
            other => return Err(ProtocolError::UnexpectedType(other)),
        }
        self.remaining = 0;
        self.length_shift = 0;
        self.stage = Stage::Length;
        Ok(Step::Advanced)
    }

    fn read_length(&mut self, input: &mut &[u8]) -> Result<Step, ProtocolError> {
        let Some(byte) = take_byte(input) else {
            return Ok(Step::Starved);
        };
        self.remaining |= usize::from(byte & 0x7F) << self.length_shift;
        if byte & 0x80 == 0 {
            return self.begin_body();
        }
        if self.length_shift == LAST_LENGTH_SHIFT {
            return Err(ProtocolError::RemainingLength);
        }
        self.length_shift += 7;
        Ok(Step::Advanced)
    }

    fn begin_body(&mut self) -> Result<Step, ProtocolError> {
        let fits = match self.kind() {
            PUBLISH => self.remaining >= WORD_BYTES,
            SUBACK => (WORD_BYTES + 1..=WORD_BYTES + MAX_GRANTED).contains(&self.remaining),
            PINGRESP => self.remaining == 0,
            _ => self.remaining == WORD_BYTES,
        };
        if !fits {
            return Err(ProtocolError::WrongLength);
        }
        self.filled = 0;
        self.topic_bytes = 0;
        self.id = 0;
        self.payload_bytes = self.remaining;
        self.stage = match self.kind() {
            PUBLISH => Stage::TopicLength,
            _ => Stage::Body,
        };
        Ok(Step::Advanced)
    }

    fn read_topic_length(&mut self, input: &mut &[u8]) -> Result<Step, ProtocolError> {
        let Some(byte) = take_byte(input) else {
            return Ok(Step::Starved);
        };
        self.topic_bytes = self.topic_bytes << 8 | usize::from(byte);
        self.consume(1);
        if self.filled < WORD_BYTES {
            return Ok(Step::Advanced);
        }
        if self.topic_bytes == 0 {
            return Err(ProtocolError::TopicEmpty);
        }
        if self.topic_bytes.saturating_add(self.id_bytes()) > self.remaining {
            return Err(ProtocolError::WrongLength);
        }
        self.begin(Stage::Topic);
        Ok(Step::Advanced)
    }

    fn read_topic(&mut self, input: &mut &[u8]) -> Step {
        let bytes = take(input, self.topic_bytes.saturating_sub(self.filled));
        if bytes.is_empty() {
            return Step::Starved;
        }
        // What reaches beyond the end belongs to something oversize, whose bytes nobody reads.
        put(&mut self.topic, self.filled, bytes);
        self.consume(bytes.len());
        if self.filled == self.topic_bytes {
            self.begin(match self.id_bytes() {
                0 => Stage::Payload,
                _ => Stage::Id,
            });
        }
        Step::Advanced
    }

    fn read_id(&mut self, input: &mut &[u8]) -> Result<Step, ProtocolError> {
        let Some(byte) = take_byte(input) else {
            return Ok(Step::Starved);
        };
        self.id = self.id << 8 | u16::from(byte);
        self.consume(1);
        if self.filled < WORD_BYTES {
            return Ok(Step::Advanced);
        }
        if self.id == 0 {
            return Err(ProtocolError::ZeroId);
        }
        self.begin(Stage::Payload);
        Ok(Step::Advanced)
    }

    /// A payload, or the body of a packet that is no PUBLISH.
    fn read_rest(&mut self, input: &mut &[u8]) -> Step {
        if self.remaining == 0 {
            return Step::Complete;
        }
        let bytes = take(input, self.remaining);
        if bytes.is_empty() {
            return Step::Starved;
        }
        // As with topics: no room means that nobody reads it.
        put(&mut self.payload, self.filled, bytes);
        self.consume(bytes.len());
        Step::Advanced
    }

    fn begin(&mut self, stage: Stage) {
        self.stage = stage;
        self.filled = 0;
        self.payload_bytes = self.remaining;
    }

    fn consume(&mut self, count: usize) {
        self.filled = self.filled.saturating_add(count);
        self.remaining = self.remaining.saturating_sub(count);
    }

    fn kind(&self) -> u8 {
        self.first >> 4
    }

    fn qos(&self) -> u8 {
        (self.first >> 1) & 3
    }

    fn is_dup(&self) -> bool {
        self.first & 8 != 0
    }

    fn id_bytes(&self) -> usize {
        match self.qos() {
            0 => 0,
            _ => WORD_BYTES,
        }
    }

    /// The packet whose bytes are all there.
    fn packet(&self) -> Result<Packet<'_>, ProtocolError> {
        if self.kind() == PUBLISH {
            return self.publish();
        }
        let body = self.payload.get(..self.payload_bytes).unwrap_or(&[]);
        let (word, rest) = body.split_at_checked(WORD_BYTES).unwrap_or((&[], &[]));
        let word = word.iter().fold(0, |word, byte| word << 8 | u16::from(*byte));
        match self.kind() {
            CONNACK => return connack(word),
            PINGRESP => return Ok(Packet::Pingresp),
            _ if word == 0 => return Err(ProtocolError::ZeroId),
            _ => {}
        }
        Ok(match self.kind() {
            PUBACK => Packet::Puback(word),
            PUBREC => Packet::Pubrec(word),
            PUBREL => Packet::Pubrel(word),
            PUBCOMP => Packet::Pubcomp(word),
            UNSUBACK => Packet::Unsuback(word),
            _ => return suback(word, rest),
        })
    }

    fn publish(&self) -> Result<Packet<'_>, ProtocolError> {
        let oversize = Payload::Oversize { size_bytes: self.payload_bytes };
        let (topic, payload) = match self.topic.get(..self.topic_bytes) {
            Some(topic) => (
                topic_name(topic)?,
                match self.payload.get(..self.payload_bytes) {
                    Some(payload) => Payload::Whole(payload),
                    None => oversize,
                },
            ),
            None => ("", oversize),
        };
        Ok(Packet::Publish {
            topic,
            payload,
            qos: self.qos(),
            retain: self.first & 1 != 0,
            dup: self.is_dup(),
            id: self.id,
        })
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Decoder::new()
    }
}

/// Sections 3.2.2.1 and 3.2.2.2: bit 0 of the flags is session present, which a refusal must not have.
fn connack(word: u16) -> Result<Packet<'static>, ProtocolError> {
    let [flags, code] = word.to_be_bytes();
    match (flags, code) {
        (0, _) | (1, 0) => Ok(Packet::Connack { session_present: flags == 1, code }),
        _ => Err(ProtocolError::ConnackFlags),
    }
}

fn suback(id: u16, granted: &[u8]) -> Result<Packet<'_>, ProtocolError> {
    let is_code = |code: &u8| *code <= HIGHEST_QOS || *code == SUBSCRIPTION_REFUSED;
    match granted.iter().all(is_code) {
        true => Ok(Packet::Suback { id, granted }),
        false => Err(ProtocolError::SubackCode),
    }
}

fn topic_name(bytes: &[u8]) -> Result<&str, ProtocolError> {
    let topic = core::str::from_utf8(bytes).map_err(|_| ProtocolError::TopicEncoding)?;
    match topic.contains(['\0', '+', '#']) {
        true => Err(ProtocolError::TopicCharacter),
        false => Ok(topic),
    }
}

fn take_byte(input: &mut &[u8]) -> Option<u8> {
    let (byte, rest) = input.split_first()?;
    *input = rest;
    Some(*byte)
}

/// Up to `count` bytes off the front.
fn take<'i>(input: &mut &'i [u8], count: usize) -> &'i [u8] {
    let (bytes, rest) = input.split_at_checked(count).unwrap_or((input, &[]));
    *input = rest;
    bytes
}
