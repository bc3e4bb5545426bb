//! Messages that wait to be sent or to be acknowledged: an entry each in a table, their bytes behind one another in an arena, both in the order of publishing.
//! Removing a message moves what lies behind it forward (16 kB at most), so that there are no holes and no fragmentation. Owned by the session.
//!
//! Normal messages give way: they are shed when too many wait, evicted for critical ones, and gone with the connection. Critical ones (wire contract 7.1: answers,
//! alerts, outcomes, errors) stay until they are acknowledged, over connections, as long as the arena has room.

use heapless::Vec;

use super::copying::{move_forward, put};
use super::packet::ProtocolError;
use super::{
    ARENA_BYTES, MAX_IN_FLIGHT, MAX_MESSAGES, MAX_PUBLISH_BYTES, MAX_SENT_TOPIC_BYTES, QUEUE_SLOTS, SHED_LEVEL,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    Normal,
    Critical,
}

/// How a message is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publish {
    /// 0 to 2.
    pub qos: u8,
    pub retain: bool,
    pub priority: Priority,
    /// Waits while the registration gate is closed (wire contract 2.1).
    pub gated: bool,
    /// A JSON object that gets the number of the message within this boot as its last member, `seq` (wire contract 0.4), when it leaves: numbers
    /// rise in the order of sending, whatever waited for what.
    pub numbered: bool,
}

/// Why a message was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Topic, payload or CONNECT exceed their bounds.
    TooLong,
    /// Empty topic, a wildcard or NUL in it, or a QoS above 2.
    Invalid,
    /// A normal message without a connection (wire contract 7.1: "publishes while disconnected are dropped").
    Offline,
    /// Too many normal messages are waiting.
    Shed,
    /// No room, and for a critical message: nothing left that it may evict.
    Full,
}

/// For heartbeat_metrics and queue_pressure (wire contract 1.3, 1.9). All but `fill` count from boot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Messages waiting now.
    pub fill: usize,
    pub high_watermark: usize,
    /// Normal messages not taken because too many were waiting.
    pub shed: u32,
    /// Normal messages lost otherwise: without a connection or with it, evicted, or no room.
    pub dropped: u32,
    /// Critical messages not taken because there was no room.
    pub critical_dropped: u32,
}

/// An outcome with its topic, the longest message of everyday (wire contract 1.10).
const ORDINARY_BYTES: usize = 544;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    /// QoS 0, encoded: gone when all bytes up to this position have left.
    Leaving {
        end: u64,
    },
    /// QoS 1 or 2, encoded: waits for PUBACK or PUBREC.
    Sent {
        id: u16,
        since_ms: u64,
    },
    /// QoS 2: the broker has it (PUBREC); waits for PUBCOMP.
    Released {
        id: u16,
        since_ms: u64,
    },
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    topic_bytes: usize,
    payload_bytes: usize,
    how: Publish,
    state: State,
}

impl Entry {
    fn size_bytes(&self) -> usize {
        self.topic_bytes.saturating_add(self.payload_bytes)
    }

    fn is_normal(&self) -> bool {
        self.how.priority == Priority::Normal
    }

    fn is_waiting(&self) -> bool {
        self.state == State::Waiting
    }

    fn flight(&self) -> Option<(u16, u64)> {
        match self.state {
            State::Sent { id, since_ms } | State::Released { id, since_ms } => Some((id, since_ms)),
            State::Waiting | State::Leaving { .. } => None,
        }
    }
}

/// A message to be encoded.
pub(super) struct Message<'a> {
    pub topic: &'a [u8],
    pub payload: &'a [u8],
    pub how: Publish,
}

pub(super) struct Outbox {
    arena: [u8; ARENA_BYTES],
    used_bytes: usize,
    entries: Vec<Entry, MAX_MESSAGES>,
    counters: Counters,
}

impl Outbox {
    pub const fn new() -> Outbox {
        Outbox {
            arena: [0; ARENA_BYTES],
            used_bytes: 0,
            entries: Vec::new(),
            counters: Counters { fill: 0, high_watermark: 0, shed: 0, dropped: 0, critical_dropped: 0 },
        }
    }

    pub fn counters(&self) -> Counters {
        Counters { fill: self.count(Entry::is_waiting), ..self.counters }
    }

    /// Appends a message, or says why not. A refusal for a bad message is not counted: nothing of the kind could ever be sent.
    pub fn push(&mut self, topic: &str, payload: &[u8], how: Publish, online: bool) -> Result<(), Refusal> {
        check(topic, payload, how)?;
        let needed = topic.len().saturating_add(payload.len());
        match how.priority {
            Priority::Normal => self.admit_normal(how, needed, online)?,
            Priority::Critical => self.admit_critical(needed)?,
        }
        self.copy_in(topic.as_bytes());
        self.copy_in(payload);
        let entry = Entry { topic_bytes: topic.len(), payload_bytes: payload.len(), how, state: State::Waiting };
        self.entries.push(entry).map_err(|_| Refusal::Full)?;
        self.note_level();
        Ok(())
    }

    fn admit_normal(&mut self, how: Publish, needed: usize, online: bool) -> Result<(), Refusal> {
        if !online {
            self.count_drops(1);
            return Err(Refusal::Offline);
        }
        let limit = if how.gated { SHED_LEVEL } else { QUEUE_SLOTS };
        if self.count(|entry| entry.is_normal() && entry.is_waiting()) >= limit {
            self.counters.shed = self.counters.shed.saturating_add(1);
            return Err(Refusal::Shed);
        }
        if !self.has_room(needed) {
            self.count_drops(1);
            return Err(Refusal::Full);
        }
        Ok(())
    }

    fn admit_critical(&mut self, needed: usize) -> Result<(), Refusal> {
        while !self.has_room(needed) {
            let oldest_normal = |entry: &Entry| entry.is_normal() && entry.is_waiting();
            let Some(index) = self.entries.iter().position(oldest_normal) else {
                self.counters.critical_dropped = self.counters.critical_dropped.saturating_add(1);
                return Err(Refusal::Full);
            };
            self.remove(index);
            self.count_drops(1);
        }
        Ok(())
    }

    /// How many more messages of ordinary size fit.
    pub fn room(&self) -> usize {
        let places = MAX_MESSAGES.saturating_sub(self.entries.len());
        places.min(ARENA_BYTES.saturating_sub(self.used_bytes) / ORDINARY_BYTES)
    }

    fn has_room(&self, needed: usize) -> bool {
        !self.entries.is_full() && self.used_bytes.saturating_add(needed) <= ARENA_BYTES
    }

    /// The oldest message that may be sent now. Messages keep their order, except that gated ones let the others pass while the gate is closed: what waits
    /// for the window of unacknowledged messages holds up everything behind it.
    pub fn next(&self, gate_open: bool) -> Option<usize> {
        let may_pass = |entry: &Entry| entry.is_waiting() && (gate_open || !entry.how.gated);
        let index = self.entries.iter().position(may_pass)?;
        let needs_window = self.entries.get(index)?.how.qos > 0;
        let in_flight = self.count(|entry| entry.flight().is_some());
        (!needs_window || in_flight < MAX_IN_FLIGHT).then_some(index)
    }

    pub fn message(&self, index: usize) -> Option<Message<'_>> {
        let entry = self.entries.get(index)?;
        let bytes = self.arena.get(self.offset(index)..)?;
        let (topic, rest) = bytes.split_at_checked(entry.topic_bytes)?;
        Some(Message { topic, payload: rest.get(..entry.payload_bytes)?, how: entry.how })
    }

    /// The message has been encoded with QoS 0; its last byte has the position `end`.
    pub fn mark_leaving(&mut self, index: usize, end: u64) {
        self.mark(index, State::Leaving { end });
    }

    /// The message has been encoded with this packet identifier.
    pub fn mark_sent(&mut self, index: usize, id: u16, now_ms: u64) {
        let since_ms = now_ms;
        self.mark(index, State::Sent { id, since_ms });
    }

    fn mark(&mut self, index: usize, state: State) {
        let Some(entry) = self.entries.get_mut(index) else {
            return;
        };
        entry.state = state;
        // Nothing is sent twice in one connection, and a normal message does not survive it: its bytes are done with.
        if entry.is_normal() {
            self.release_bytes(index);
        }
    }

    /// All bytes up to this position have left.
    pub fn written(&mut self, position: u64) {
        let has_left = |entry: &Entry| matches!(entry.state, State::Leaving { end } if end <= position);
        while let Some(index) = self.entries.iter().position(has_left) {
            self.remove(index);
        }
    }

    /// PUBACK. An unknown id is nothing to act on.
    pub fn puback(&mut self, id: u16) -> Result<(), ProtocolError> {
        let Some((index, entry)) = self.in_flight(id) else {
            return Ok(());
        };
        if entry.how.qos != 1 {
            return Err(ProtocolError::WrongAnswer);
        }
        self.remove(index);
        Ok(())
    }

    /// PUBREC: the broker has the message, its bytes are done with. It comes again when it was repeated.
    pub fn pubrec(&mut self, id: u16, now_ms: u64) -> Result<(), ProtocolError> {
        let Some((index, entry)) = self.in_flight(id) else {
            return Ok(());
        };
        if entry.how.qos != 2 {
            return Err(ProtocolError::WrongAnswer);
        }
        self.release_bytes(index);
        if let Some(entry) = self.entries.get_mut(index) {
            let since_ms = now_ms;
            entry.state = State::Released { id, since_ms };
        }
        Ok(())
    }

    /// PUBCOMP ends what PUBREC has begun.
    pub fn pubcomp(&mut self, id: u16) -> Result<(), ProtocolError> {
        match self.in_flight(id) {
            None => Ok(()),
            Some((index, entry)) if matches!(entry.state, State::Released { .. }) => {
                self.remove(index);
                Ok(())
            }
            Some(_) => Err(ProtocolError::WrongAnswer),
        }
    }

    /// The connection is gone: normal messages go with it, critical ones wait for the next, except those that the broker is known to have.
    pub fn connection_lost(&mut self) {
        let mut index = 0;
        while let Some(entry) = self.entries.get_mut(index) {
            if matches!(entry.state, State::Released { .. }) {
                self.remove(index);
            } else if entry.is_normal() {
                self.remove(index);
                self.count_drops(1);
            } else {
                entry.state = State::Waiting;
                index += 1;
            }
        }
        self.note_level();
    }

    /// The id belongs to a message that is not yet acknowledged.
    pub fn uses(&self, id: u16) -> bool {
        self.in_flight(id).is_some()
    }

    /// Since when the longest unacknowledged message has waited for its answer, in ms.
    pub fn oldest_since_ms(&self) -> Option<u64> {
        let since = |entry: &Entry| entry.flight().map(|(_, since_ms)| since_ms);
        self.entries.iter().filter_map(since).min()
    }

    fn in_flight(&self, id: u16) -> Option<(usize, Entry)> {
        let is_it = |entry: &Entry| entry.flight().is_some_and(|(used, _)| used == id);
        let index = self.entries.iter().position(is_it)?;
        Some((index, *self.entries.get(index)?))
    }

    fn count(&self, which: impl Fn(&Entry) -> bool) -> usize {
        self.entries.iter().filter(|entry| which(entry)).count()
    }

    fn count_drops(&mut self, count: u32) {
        self.counters.dropped = self.counters.dropped.saturating_add(count);
    }

    fn note_level(&mut self) {
        let level = self.count(Entry::is_waiting);
        self.counters.high_watermark = self.counters.high_watermark.max(level);
    }

    fn copy_in(&mut self, bytes: &[u8]) {
        // There is room: it was asked for before.
        let end = put(&mut self.arena, self.used_bytes, bytes);
        self.used_bytes = end.unwrap_or(self.used_bytes);
    }

    /// Where the message's bytes begin: behind those of all before it.
    fn offset(&self, index: usize) -> usize {
        self.entries.iter().take(index).map(Entry::size_bytes).sum()
    }

    fn release_bytes(&mut self, index: usize) {
        let start = self.offset(index);
        let Some(entry) = self.entries.get_mut(index) else {
            return;
        };
        let count = entry.size_bytes();
        entry.topic_bytes = 0;
        entry.payload_bytes = 0;
        if let Some(tail) = self.arena.get_mut(start..self.used_bytes) {
            move_forward(tail, count);
        }
        self.used_bytes = self.used_bytes.saturating_sub(count);
    }

    fn remove(&mut self, index: usize) {
        self.release_bytes(index);
        // `index` has just been found in the table; asked for the compiler's sake.
        if index < self.entries.len() {
            self.entries.remove(index);
        }
    }
}

fn check(topic: &str, payload: &[u8], how: Publish) -> Result<(), Refusal> {
    if topic.len() > MAX_SENT_TOPIC_BYTES || payload.len() > MAX_PUBLISH_BYTES {
        return Err(Refusal::TooLong);
    }
    if topic.is_empty() || topic.contains(['\0', '+', '#']) || how.qos > 2 {
        return Err(Refusal::Invalid);
    }
    Ok(())
}
