//! Packets to bytes. A packet is written whole or not at all.

use super::KEEP_ALIVE_S;
use super::copying::put;

/// User name and password of CONNECT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Login<'a> {
    pub user: &'a str,
    pub password: &'a str,
}

/// What the broker publishes when the device is lost; always QoS 1 and retained (wire contract 1.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Will<'a> {
    pub topic: &'a str,
    pub payload: &'a [u8],
}

/// How to introduce the device. Clean session and a keep-alive of 60 s are fixed (wire contract 0.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connect<'a> {
    pub client_id: &'a str,
    pub login: Option<Login<'a>>,
    pub will: Option<Will<'a>>,
}

/// Acknowledgements, as the first byte of their packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Acknowledgement {
    Puback = 0x40,
    Pubrec = 0x50,
    /// With the flag that section 3.6.1 wants.
    Pubrel = 0x62,
    Pubcomp = 0x70,
}

/// What a client sends. DUP is never set: a session is clean, so nothing is delivered again under an old id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outgoing<'a> {
    Connect(&'a Connect<'a>),
    Publish {
        topic: &'a [u8],
        payload: &'a [u8],
        /// Follows the payload, as part of it.
        tail: &'a [u8],
        qos: u8,
        retain: bool,
        /// Not written with QoS 0.
        id: u16,
    },
    Acknowledge(Acknowledgement, u16),
    Subscribe {
        id: u16,
        filter: &'a str,
        qos: u8,
    },
    Pingreq,
    Disconnect,
}

const CONNECT: u8 = 0x10;
const PUBLISH: u8 = 0x30;
/// With the flag that section 3.8.1 wants.
const SUBSCRIBE: u8 = 0x82;
const PINGREQ: u8 = 0xC0;
const DISCONNECT: u8 = 0xE0;

/// Protocol name and level 4 (sections 3.1.2.1 and 3.1.2.2).
const PROTOCOL: &[u8] = b"\x00\x04MQTT\x04";
/// Connect flags (section 3.1.2.3).
const CLEAN_SESSION: u8 = 0x02;
/// Will, its QoS 1, its retain.
const WITH_WILL: u8 = 0x04 | 0x08 | 0x20;
/// User name and password.
const WITH_LOGIN: u8 = 0x80 | 0x40;

/// Most that 4 bytes of 7 bits can say (section 2.2.3).
const MAX_REMAINING: usize = 268_435_455;
/// Bytes before a string or a binary field, and of a packet identifier.
const WORD_BYTES: usize = 2;

/// Writes the packet to the start of `into` and returns its length in bytes; `None` when it does not fit, or when a field is longer than MQTT can say
/// (65,535 bytes). What `into` holds behind the returned length is undefined.
pub fn encode(packet: &Outgoing<'_>, into: &mut [u8]) -> Option<usize> {
    let mut writer = Writer { into, filled: 0 };
    match packet {
        Outgoing::Connect(connect) => writer.connect(connect),
        Outgoing::Publish { topic, payload, tail, qos, retain, id } => {
            let id = (*qos > 0).then_some(*id);
            let id_bytes = id.map_or(0, |_| WORD_BYTES);
            writer.header(
                PUBLISH | qos << 1 | u8::from(*retain),
                field_bytes(topic).saturating_add(id_bytes).saturating_add(payload.len()).saturating_add(tail.len()),
            )?;
            writer.field(topic)?;
            if let Some(id) = id {
                writer.bytes(&id.to_be_bytes())?;
            }
            writer.bytes(payload)?;
            writer.bytes(tail)
        }
        Outgoing::Acknowledge(kind, id) => {
            writer.header(*kind as u8, WORD_BYTES)?;
            writer.bytes(&id.to_be_bytes())
        }
        Outgoing::Subscribe { id, filter, qos } => {
            writer.header(SUBSCRIBE, field_bytes(filter.as_bytes()).saturating_add(WORD_BYTES + 1))?;
            writer.bytes(&id.to_be_bytes())?;
            writer.field(filter.as_bytes())?;
            writer.bytes(&[*qos])
        }
        Outgoing::Pingreq => writer.header(PINGREQ, 0),
        Outgoing::Disconnect => writer.header(DISCONNECT, 0),
    }?;
    Some(writer.filled)
}

/// Length of a field with the two bytes that say it.
fn field_bytes(field: &[u8]) -> usize {
    field.len().saturating_add(WORD_BYTES)
}

struct Writer<'a> {
    into: &'a mut [u8],
    filled: usize,
}

impl Writer<'_> {
    fn bytes(&mut self, bytes: &[u8]) -> Option<()> {
        self.filled = put(self.into, self.filled, bytes)?;
        Some(())
    }

    /// A string or binary data behind its length (section 1.5.3).
    fn field(&mut self, bytes: &[u8]) -> Option<()> {
        self.bytes(&u16::try_from(bytes.len()).ok()?.to_be_bytes())?;
        self.bytes(bytes)
    }

    /// First byte and remaining length (section 2.2).
    fn header(&mut self, first: u8, remaining: usize) -> Option<()> {
        if remaining > MAX_REMAINING {
            return None;
        }
        self.bytes(&[first])?;
        let mut rest = remaining;
        loop {
            let low = (rest & 0x7F) as u8;
            rest >>= 7;
            self.bytes(&[low | if rest > 0 { 0x80 } else { 0 }])?;
            if rest == 0 {
                return Some(());
            }
        }
    }

    /// Section 3.1: the order of the fields is that of the standard.
    fn connect(&mut self, connect: &Connect<'_>) -> Option<()> {
        let mut flags = CLEAN_SESSION;
        // Protocol, flags, keep-alive, client id.
        let mut remaining = PROTOCOL.len() + 1 + WORD_BYTES + field_bytes(connect.client_id.as_bytes());
        if let Some(will) = connect.will {
            flags |= WITH_WILL;
            remaining += field_bytes(will.topic.as_bytes()) + field_bytes(will.payload);
        }
        if let Some(login) = connect.login {
            flags |= WITH_LOGIN;
            remaining += field_bytes(login.user.as_bytes()) + field_bytes(login.password.as_bytes());
        }
        self.header(CONNECT, remaining)?;
        self.bytes(PROTOCOL)?;
        self.bytes(&[flags])?;
        self.bytes(&KEEP_ALIVE_S.to_be_bytes())?;
        self.field(connect.client_id.as_bytes())?;
        if let Some(will) = connect.will {
            self.field(will.topic.as_bytes())?;
            self.field(will.payload)?;
        }
        if let Some(login) = connect.login {
            self.field(login.user.as_bytes())?;
            self.field(login.password.as_bytes())?;
        }
        Some(())
    }
}
