//! What a broker may send (MQTT 3.1.1, section 3), and the names of what it must not.

/// A message's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload<'a> {
    Whole(&'a [u8]),
    /// Above [`super::MAX_PAYLOAD_BYTES`], or with an overlong topic: skipped while it came in, only its size is known.
    Oversize {
        size_bytes: usize,
    },
}

/// A received packet. It borrows the decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    Connack {
        session_present: bool,
        /// 0 = accepted; 1 to 5 by section 3.2.2.3, passed on as it is for the log.
        code: u8,
    },
    Publish {
        /// Empty for a topic above [`super::MAX_TOPIC_BYTES`]: its text is skipped unseen, the message still has to be acknowledged.
        topic: &'a str,
        payload: Payload<'a>,
        qos: u8,
        retain: bool,
        dup: bool,
        /// 0 with QoS 0.
        id: u16,
    },
    Puback(u16),
    Pubrec(u16),
    Pubrel(u16),
    Pubcomp(u16),
    Suback {
        id: u16,
        /// One code per filter: the granted QoS, or 0x80 for a refusal.
        granted: &'a [u8],
    },
    Unsuback(u16),
    Pingresp,
}

/// The broker broke the protocol, or exceeded what this client has room for. The connection has to be closed (section 4.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProtocolError {
    /// Reserved, or only a client may send it (section 2.2.1); with the type's number.
    UnexpectedType(u8),
    /// Flags of the fixed header (section 2.2.2).
    ReservedFlags,
    /// The remaining length goes on after its fourth byte (section 2.2.3).
    RemainingLength,
    /// The body is shorter or longer than its type allows.
    WrongLength,
    /// Not UTF-8 (section 1.5.3).
    TopicEncoding,
    /// NUL or a wildcard in a topic name (sections 1.5.3 and 3.3.2.1).
    TopicCharacter,
    /// A topic has at least one character (section 4.7.3).
    TopicEmpty,
    /// Both QoS bits are set (section 3.3.1.2).
    Qos3,
    /// DUP with QoS 0 (section 3.3.1.1).
    DupWithoutQos,
    /// Packet identifier 0 (section 2.3.1).
    ZeroId,
    /// Reserved bits, or session present with a refusal (section 3.2.2).
    ConnackFlags,
    /// Neither a QoS nor 0x80 (section 3.9.3).
    SubackCode,
    /// Something else than CONNACK came first (section 3.2), or something came without a connection.
    BeforeConnack,
    /// A second CONNACK.
    SecondConnack,
    /// The answer does not fit what it answers: PUBREC for QoS 1, PUBACK for QoS 2, two codes for one filter.
    WrongAnswer,
    /// More than [`super::MAX_INBOUND`] QoS 2 messages without PUBREL.
    InboundOverflow,
    /// More than [`super::MAX_REPLIES`] acknowledgements that the socket did not take.
    ReplyOverflow,
}
