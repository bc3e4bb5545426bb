//! The sending half of the client and the state of its connection: what is to be written, what is owed to and by the broker, and when to give up.
//!
//! Owned by the node. What leaves, in this order: acknowledgements, PINGREQ, SUBSCRIBEs, messages; DISCONNECT when nothing else can go. Before CONNACK only CONNECT.

use core::fmt::Write as _;

use super::encoder::{Acknowledgement, Connect, Outgoing};
use super::inbound::Inbound;
use super::line::{Deadline, Line, Lost};
use super::outbox::{Counters, Outbox, Publish, Refusal};
use super::packet::{Packet, ProtocolError};
use super::subscriptions::Subscriptions;
use super::tx_buffer::TxBuffer;
use super::{ANSWER_TIMEOUT_MS, CONNACK_TIMEOUT_MS};

/// `,"seq":4294967295}`
const TAIL_BYTES: usize = 24;

/// What a received packet means for the owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// CONNACK: subscribe now.
    Accepted {
        session_present: bool,
    },
    /// CONNACK with this code; [`Session::poll`] asks to close.
    Refused(u8),
    /// The packet is a message to act on.
    Deliver,
    /// The packet is a message that has been delivered already (QoS 2).
    Duplicate,
    /// SUBACK: the granted QoS, or 0x80 for a refusal.
    Subscribed {
        id: u16,
        granted: u8,
    },
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Closed,
    /// CONNECT is encoded.
    Connecting {
        since_ms: u64,
    },
    Connected,
    /// Nothing is encoded any more.
    Leaving,
}

/// What may be encoded next.
enum Item {
    Reply(Acknowledgement, u16),
    Ping,
    Subscribe,
    Message(usize),
    Disconnect,
}

/// The sending half. See the module.
pub struct Session {
    phase: Phase,
    line: Line,
    tx: TxBuffer,
    inbound: Inbound,
    subscriptions: Subscriptions,
    outbox: Outbox,
    last_id: u16,
    /// Of the last numbered message; numbers begin at 1 with each boot and go on over connections (wire contract 0.4).
    last_number: u32,
    gate_open: bool,
    wants_disconnect: bool,
}

impl Session {
    pub const fn new() -> Session {
        Session {
            phase: Phase::Closed,
            line: Line::new(),
            tx: TxBuffer::new(),
            inbound: Inbound::new(),
            subscriptions: Subscriptions::new(),
            outbox: Outbox::new(),
            last_id: 0,
            last_number: 0,
            gate_open: false,
            wants_disconnect: false,
        }
    }

    /// A socket is open: introduces the device. `TooLong` when the packet exceeds [`super::TX_BYTES`]; the socket then has to be closed.
    pub fn open(&mut self, connect: &Connect<'_>, now_ms: u64) -> Result<(), Refusal> {
        self.closed();
        self.line.open(now_ms);
        self.tx.append(&Outgoing::Connect(connect)).ok_or(Refusal::TooLong)?;
        self.phase = Phase::Connecting { since_ms: now_ms };
        Ok(())
    }

    /// The socket is gone. Normal messages go with it and are counted as dropped; critical ones are sent anew in the next connection.
    pub fn closed(&mut self) {
        self.phase = Phase::Closed;
        self.tx.clear();
        self.inbound.clear();
        self.subscriptions.clear();
        self.outbox.connection_lost();
        self.wants_disconnect = false;
    }

    /// Bytes have arrived, even if no packet is complete: a sign of life.
    pub fn heard(&mut self, now_ms: u64) {
        self.line.heard(now_ms);
    }

    /// False when the acknowledgements of what has come fill their queue: an owner that can leave bytes in the socket should do so until
    /// [`Session::transmit`] has been served. One that cannot may go on; the queue's end is [`ProtocolError::ReplyOverflow`].
    pub fn has_reply_room(&self) -> bool {
        self.inbound.has_room()
    }

    /// Takes note of a packet, queues its acknowledgement, and says what it means. On an error the connection has to be closed.
    pub fn handle(&mut self, packet: &Packet<'_>, now_ms: u64) -> Result<Event, ProtocolError> {
        self.heard(now_ms);
        match (self.phase, packet) {
            (Phase::Connecting { .. }, Packet::Connack { session_present, code }) => {
                return Ok(self.connected(*session_present, *code));
            }
            // Sent before the broker saw DISCONNECT; a stop among it still counts.
            (Phase::Leaving, Packet::Publish { .. }) => return Ok(Event::Deliver),
            (Phase::Leaving, _) => return Ok(Event::Nothing),
            (Phase::Connected, Packet::Connack { .. }) => return Err(ProtocolError::SecondConnack),
            (Phase::Connected, _) => {}
            (Phase::Connecting { .. } | Phase::Closed, _) => {
                return Err(ProtocolError::BeforeConnack);
            }
        }
        match *packet {
            Packet::Publish { qos, id, .. } => return self.inbound.received(qos, id),
            Packet::Puback(id) => self.outbox.puback(id)?,
            Packet::Pubrec(id) => {
                self.outbox.pubrec(id, now_ms)?;
                // Also for an id that is not ours: the broker cannot let go of it otherwise (paho.mqtt.java issue 27).
                self.inbound.reply(Acknowledgement::Pubrel, id)?;
            }
            Packet::Pubrel(id) => self.inbound.released(id)?,
            Packet::Pubcomp(id) => self.outbox.pubcomp(id)?,
            Packet::Suback { id, granted } => return self.subscribed(id, granted),
            Packet::Pingresp => self.line.ping_answered(),
            // This client never unsubscribes, and a second CONNACK has been refused above.
            Packet::Unsuback(_) | Packet::Connack { .. } => {}
        }
        Ok(Event::Nothing)
    }

    fn connected(&mut self, session_present: bool, code: u8) -> Event {
        if code == 0 {
            self.phase = Phase::Connected;
            return Event::Accepted { session_present };
        }
        self.phase = Phase::Leaving;
        Event::Refused(code)
    }

    fn subscribed(&mut self, id: u16, granted: &[u8]) -> Result<Event, ProtocolError> {
        let [granted] = *granted else {
            return Err(ProtocolError::WrongAnswer);
        };
        Ok(match self.subscriptions.answered(id) {
            true => Event::Subscribed { id, granted },
            false => Event::Nothing,
        })
    }

    /// Queues a message. A refused one is counted (see [`Session::counters`]) unless it could never be sent.
    pub fn publish(&mut self, topic: &str, payload: &[u8], how: Publish) -> Result<(), Refusal> {
        let online = self.phase != Phase::Closed;
        self.outbox.push(topic, payload, how, online)
    }

    /// Queues a SUBSCRIBE and returns its id, under which [`Event::Subscribed`] comes. `None` when the broker has not accepted the connection, too many are
    /// unanswered, or the filter is empty, has a NUL or more than [`super::MAX_SENT_TOPIC_BYTES`], or `qos` is above 2.
    pub fn subscribe(&mut self, filter: &str, qos: u8) -> Option<u16> {
        if self.phase != Phase::Connected {
            return None;
        }
        let id = self.free_id();
        self.subscriptions.push(id, filter, qos)?;
        self.last_id = id;
        Some(id)
    }

    /// Queues DISCONNECT behind all that can go now. [`Session::poll`] asks to close when it has been written. The broker then publishes no will.
    pub fn disconnect(&mut self) {
        self.wants_disconnect = true;
    }

    /// The registration gate (wire contract 2.1). It stays as it is over connections; closing it with each one is the owner's part.
    pub fn set_gate(&mut self, open: bool) {
        self.gate_open = open;
    }

    /// What is to be written now; may be all there is or a part. Call [`Session::sent`] with what the socket took.
    pub fn transmit(&mut self, now_ms: u64) -> &[u8] {
        let was_empty = self.tx.is_empty();
        while self.encode_next(now_ms) {}
        if was_empty && !self.tx.is_empty() {
            self.line.begins_to_send(now_ms);
        }
        self.tx.pending()
    }

    /// The socket has taken `count` bytes of what [`Session::transmit`] showed.
    pub fn sent(&mut self, count: usize, now_ms: u64) {
        if count == 0 {
            return;
        }
        let position = self.tx.sent(count);
        self.line.sent(position, now_ms);
        self.outbox.written(position);
    }

    /// The next thing to encode, whether or not there is room for it.
    fn next_item(&self) -> Option<Item> {
        let disconnect = self.wants_disconnect.then_some(Item::Disconnect);
        match self.phase {
            Phase::Closed | Phase::Leaving => return None,
            Phase::Connecting { .. } => return disconnect,
            Phase::Connected => {}
        }
        if let Some((kind, id)) = self.inbound.next_reply() {
            return Some(Item::Reply(kind, id));
        }
        if self.line.wants_ping() {
            return Some(Item::Ping);
        }
        if self.subscriptions.next().is_some() {
            return Some(Item::Subscribe);
        }
        let message = self.outbox.next(self.gate_open).map(Item::Message);
        message.or(disconnect)
    }

    /// Encodes one packet; false when there is none, or no room for it.
    fn encode_next(&mut self, now_ms: u64) -> bool {
        let encoded = match self.next_item() {
            None => None,
            Some(Item::Reply(kind, id)) => {
                self.tx.append(&Outgoing::Acknowledge(kind, id)).map(|_| self.inbound.reply_encoded())
            }
            Some(Item::Ping) => self.tx.append(&Outgoing::Pingreq).map(|end| self.line.ping_encoded(end)),
            Some(Item::Subscribe) => self.encode_subscribe(now_ms),
            Some(Item::Message(index)) => self.encode_message(index, now_ms),
            Some(Item::Disconnect) => self.tx.append(&Outgoing::Disconnect).map(|_| self.phase = Phase::Leaving),
        };
        encoded.is_some()
    }

    fn encode_subscribe(&mut self, now_ms: u64) -> Option<()> {
        let subscription = self.subscriptions.next()?;
        let id = subscription.id;
        self.tx.append(&Outgoing::Subscribe { id, filter: &subscription.filter, qos: subscription.qos })?;
        self.subscriptions.mark_sent(id, now_ms);
        Some(())
    }

    fn encode_message(&mut self, index: usize, now_ms: u64) -> Option<()> {
        let id = self.free_id();
        let message = self.outbox.message(index)?;
        let qos = message.how.qos;
        let number = self.last_number.wrapping_add(1);
        let mut tail: heapless::String<TAIL_BYTES> = heapless::String::new();
        let mut payload = message.payload;
        if let (true, Some(open)) = (message.how.numbered, payload.strip_suffix(b"}")) {
            payload = open;
            // The longest number fits.
            let _ = write!(tail, ",\"seq\":{number}}}");
        }
        let end = self.tx.append(&Outgoing::Publish {
            topic: message.topic,
            payload,
            tail: tail.as_bytes(),
            qos,
            retain: message.how.retain,
            id,
        })?;
        if !tail.is_empty() {
            self.last_number = number;
        }
        match qos {
            0 => self.outbox.mark_leaving(index, end),
            _ => {
                self.outbox.mark_sent(index, id, now_ms);
                self.last_id = id;
            }
        }
        Some(())
    }

    /// Does what is due and says whether the connection has to be closed.
    pub fn poll(&mut self, now_ms: u64) -> Option<Lost> {
        if self.phase == Phase::Connected {
            self.line.poll(now_ms);
        }
        let is_due = |deadline: &Deadline| deadline.0 <= now_ms;
        let due = self.deadlines().into_iter().flatten().find(is_due)?;
        Some(due.1)
    }

    /// When [`Session::poll`] has something to do, in ms; `u64::MAX` without a connection.
    pub fn next_due(&self) -> u64 {
        let ping_due_ms = match self.phase {
            Phase::Connected => self.line.ping_due_ms(),
            _ => None,
        };
        let deadlines = self.deadlines().into_iter().flatten();
        let due = deadlines.map(|(due_ms, _)| due_ms);
        due.chain(ping_due_ms).min().unwrap_or(u64::MAX)
    }

    fn deadlines(&self) -> [Option<Deadline>; 4] {
        let write = (!self.tx.is_empty()).then(|| self.line.write_deadline());
        let answer = |since_ms: u64, lost| (since_ms.saturating_add(ANSWER_TIMEOUT_MS), lost);
        match self.phase {
            Phase::Closed => [None; 4],
            Phase::Connecting { since_ms } => {
                let due_ms = since_ms.saturating_add(CONNACK_TIMEOUT_MS);
                [Some((due_ms, Lost::NoConnack)), write, None, None]
            }
            Phase::Connected => [
                self.line.ping_deadline(),
                self.subscriptions.oldest_since_ms().map(|since_ms| answer(since_ms, Lost::NoSuback)),
                self.outbox.oldest_since_ms().map(|since_ms| answer(since_ms, Lost::NoPuback)),
                write,
            ],
            // All is written: at once.
            Phase::Leaving => [write.or(Some((0, Lost::Disconnected))), None, None, None],
        }
    }

    /// An answer of the broker is outstanding: CONNACK, SUBACK, PINGRESP, or what acknowledges a message.
    pub fn awaits_answer(&self) -> bool {
        match self.phase {
            Phase::Closed | Phase::Leaving => false,
            Phase::Connecting { .. } => true,
            Phase::Connected => {
                self.line.awaits_ping()
                    || self.subscriptions.oldest_since_ms().is_some()
                    || self.outbox.oldest_since_ms().is_some()
            }
        }
    }

    /// There is nothing to send: [`Session::transmit`] would show nothing.
    pub fn is_idle(&self) -> bool {
        self.tx.is_empty() && self.next_item().is_none()
    }

    /// The broker has accepted the connection, and it has not been ended.
    pub fn is_connected(&self) -> bool {
        self.phase == Phase::Connected
    }

    /// How many more messages of ordinary size can wait.
    pub fn room(&self) -> usize {
        self.outbox.room()
    }

    pub fn counters(&self) -> Counters {
        self.outbox.counters()
    }

    /// The next packet identifier that nothing unanswered has. At most 24 are in use, so this ends soon.
    fn free_id(&self) -> u16 {
        let mut id = self.last_id;
        loop {
            id = id.wrapping_add(1);
            if id != 0 && !self.outbox.uses(id) && !self.subscriptions.uses(id) {
                return id;
            }
        }
    }
}

impl Default for Session {
    fn default() -> Self {
        Session::new()
    }
}
