//! A broker's side of the wire: writes what a broker sends, reads what a client sent, strictly.

/// What a client sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    Connect { client_id: String, login: Option<(String, String)>, will: Option<(String, Vec<u8>)> },
    Publish { topic: String, payload: Vec<u8>, qos: u8, retain: bool, id: u16 },
    Puback(u16),
    Pubrec(u16),
    Pubrel(u16),
    Pubcomp(u16),
    Subscribe { id: u16, filter: String, qos: u8 },
    Pingreq,
    Disconnect,
}

fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    let mut rest = body.len();
    while rest > 127 {
        bytes.push((rest % 128) as u8 + 128);
        rest /= 128;
    }
    bytes.push(rest as u8);
    bytes.extend_from_slice(body);
    bytes
}

pub fn connack(session_present: bool, code: u8) -> Vec<u8> {
    packet(0x20, &[u8::from(session_present), code])
}

/// `id` is written with QoS 1 and 2 only; `flags` are the low four bits of the first byte.
pub fn publish(flags: u8, topic: &[u8], id: u16, payload: &[u8]) -> Vec<u8> {
    let mut body = (topic.len() as u16).to_be_bytes().to_vec();
    body.extend_from_slice(topic);
    if flags & 0b110 != 0 {
        body.extend_from_slice(&id.to_be_bytes());
    }
    body.extend_from_slice(payload);
    packet(0x30 | flags, &body)
}

/// PUBACK (0x40), PUBREC (0x50), PUBREL (0x62), PUBCOMP (0x70) or UNSUBACK (0xB0).
pub fn answer(first: u8, id: u16) -> Vec<u8> {
    packet(first, &id.to_be_bytes())
}

pub fn suback(id: u16, codes: &[u8]) -> Vec<u8> {
    let mut body = id.to_be_bytes().to_vec();
    body.extend_from_slice(codes);
    packet(0x90, &body)
}

pub fn pingresp() -> Vec<u8> {
    vec![0xD0, 0]
}

/// Reads whole packets off the front; what is left is the beginning of one.
pub fn read_all(bytes: &mut Vec<u8>) -> Vec<Sent> {
    let mut packets = Vec::new();
    while let Some((packet, length)) = read(bytes) {
        packets.push(packet);
        bytes.drain(..length);
    }
    packets
}

fn read(bytes: &[u8]) -> Option<(Sent, usize)> {
    let (mut remaining, mut at) = (0, 1);
    loop {
        let byte = *bytes.get(at)?;
        assert!(at <= 4, "remaining length of more than four bytes");
        remaining += usize::from(byte & 127) << (7 * (at - 1));
        at += 1;
        if byte < 128 {
            break;
        }
    }
    let body = bytes.get(at..at + remaining)?;
    let mut fields = Fields(body);
    let sent = match bytes[0] {
        0x10 => connect(&mut fields),
        0x30..=0x35 => {
            let topic = fields.text();
            let qos = (bytes[0] >> 1) & 3;
            Sent::Publish {
                topic,
                id: if qos > 0 { fields.word() } else { 0 },
                payload: std::mem::take(&mut fields.0).to_vec(),
                qos,
                retain: bytes[0] & 1 == 1,
            }
        }
        0x40 => Sent::Puback(fields.word()),
        0x50 => Sent::Pubrec(fields.word()),
        0x62 => Sent::Pubrel(fields.word()),
        0x70 => Sent::Pubcomp(fields.word()),
        0x82 => Sent::Subscribe { id: fields.word(), filter: fields.text(), qos: fields.byte() },
        0xC0 => Sent::Pingreq,
        0xE0 => Sent::Disconnect,
        other => panic!("a client must not send {other:#x}"),
    };
    assert!(fields.0.is_empty(), "bytes left over in {sent:?}");
    Some((sent, at + remaining))
}

fn connect(fields: &mut Fields) -> Sent {
    assert_eq!(fields.take(7), b"\0\x04MQTT\x04", "protocol and level");
    let flags = fields.byte();
    assert_eq!(fields.word(), 60, "keep-alive");
    assert_eq!(flags & 0b11, 0b10, "clean session, reserved bit");
    let client_id = fields.text();
    let will = (flags & 4 != 0).then(|| {
        assert_eq!(flags & 0b0011_1000, 0b0010_1000, "will: QoS 1, retained");
        (fields.text(), fields.field().to_vec())
    });
    let login = (flags & 0x80 != 0).then(|| {
        assert_eq!(flags & 0x40, 0x40, "user name with password");
        (fields.text(), fields.text())
    });
    Sent::Connect { client_id, login, will }
}

struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count);
        self.0 = rest;
        taken
    }

    fn byte(&mut self) -> u8 {
        self.take(1)[0]
    }

    fn word(&mut self) -> u16 {
        u16::from_be_bytes(self.take(2).try_into().unwrap())
    }

    fn field(&mut self) -> &'a [u8] {
        let length = self.word();
        self.take(length.into())
    }

    fn text(&mut self) -> String {
        String::from_utf8(self.field().to_vec()).expect("text is UTF-8")
    }
}
