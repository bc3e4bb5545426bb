//! Signs of life of one connection: when bytes went and came, and whether a PINGRESP is owed.

use super::{PINGRESP_TIMEOUT_MS, RECEIVE_SILENCE_MS, SEND_SILENCE_MS, WRITE_TIMEOUT_MS};

/// Why a connection has to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// No CONNACK within 10 s.
    NoConnack,
    /// No PINGRESP within 10 s.
    NoPingresp,
    /// No SUBACK within 20 s.
    NoSuback,
    /// A QoS 1 or 2 message without its answer for 20 s.
    NoPuback,
    /// The socket took no byte for 10 s.
    WriteStalled,
    /// As wished: DISCONNECT has been written, or the broker has refused the connection.
    Disconnected,
}

/// A time in ms and what happens then.
pub(super) type Deadline = (u64, Lost);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ping {
    Idle,
    /// To be encoded.
    Wanted,
    /// Encoded; its last byte has this position in all bytes ever sent.
    Leaving {
        end: u64,
    },
    /// Written at that time. The deadline must not run before: the time on the way out is not the broker's.
    Unanswered {
        since_ms: u64,
    },
}

pub(super) struct Line {
    last_sent_ms: u64,
    last_heard_ms: u64,
    /// Since when the socket could have taken bytes and did not.
    stalled_since_ms: u64,
    ping: Ping,
}

impl Line {
    pub const fn new() -> Line {
        Line { last_sent_ms: 0, last_heard_ms: 0, stalled_since_ms: 0, ping: Ping::Idle }
    }

    pub fn open(&mut self, now_ms: u64) {
        *self = Line { last_sent_ms: now_ms, last_heard_ms: now_ms, stalled_since_ms: now_ms, ping: Ping::Idle };
    }

    pub fn heard(&mut self, now_ms: u64) {
        self.last_heard_ms = now_ms;
    }

    /// Bytes wait for the socket from now on.
    pub fn begins_to_send(&mut self, now_ms: u64) {
        self.stalled_since_ms = now_ms;
    }

    /// The socket took bytes, up to this position.
    pub fn sent(&mut self, position: u64, now_ms: u64) {
        self.last_sent_ms = now_ms;
        self.stalled_since_ms = now_ms;
        if matches!(self.ping, Ping::Leaving { end } if end <= position) {
            self.ping = Ping::Unanswered { since_ms: now_ms };
        }
    }

    pub fn wants_ping(&self) -> bool {
        self.ping == Ping::Wanted
    }

    pub fn ping_encoded(&mut self, end: u64) {
        self.ping = Ping::Leaving { end };
    }

    /// PINGRESP. One that nobody asked for changes nothing.
    pub fn ping_answered(&mut self) {
        if matches!(self.ping, Ping::Unanswered { .. }) {
            self.ping = Ping::Idle;
        }
    }

    pub fn awaits_ping(&self) -> bool {
        matches!(self.ping, Ping::Leaving { .. } | Ping::Unanswered { .. })
    }

    /// When the next PINGREQ is due, in ms; `None` while one is on its way. An unanswered one does not hold up the next: behind a long message on a slow link
    /// the PINGRESP takes its time, and the broker must not miss us meanwhile.
    pub fn ping_due_ms(&self) -> Option<u64> {
        let sending = self.last_sent_ms.saturating_add(SEND_SILENCE_MS);
        let receiving = self.last_heard_ms.saturating_add(RECEIVE_SILENCE_MS);
        match self.ping {
            Ping::Idle => Some(sending.min(receiving)),
            Ping::Unanswered { .. } => Some(sending),
            Ping::Wanted | Ping::Leaving { .. } => None,
        }
    }

    pub fn poll(&mut self, now_ms: u64) {
        if self.ping_due_ms().is_some_and(|due_ms| due_ms <= now_ms) {
            self.ping = Ping::Wanted;
        }
    }

    /// PINGRESP is due 10 s after PINGREQ, or after the last byte that came: behind a long message on a slow link it has to queue.
    pub fn ping_deadline(&self) -> Option<Deadline> {
        let Ping::Unanswered { since_ms } = self.ping else {
            return None;
        };
        let from_ms = since_ms.max(self.last_heard_ms);
        Some((from_ms.saturating_add(PINGRESP_TIMEOUT_MS), Lost::NoPingresp))
    }

    /// To be asked while bytes are waiting.
    pub fn write_deadline(&self) -> Deadline {
        let due_ms = self.stalled_since_ms.saturating_add(WRITE_TIMEOUT_MS);
        (due_ms, Lost::WriteStalled)
    }
}
