//! SUBSCRIBEs that wait to be sent or to be answered, in order. They end with the connection.

use heapless::{String, Vec};

use super::{MAX_SENT_TOPIC_BYTES, MAX_SUBSCRIPTIONS};

pub(super) struct Subscription {
    pub id: u16,
    pub qos: u8,
    pub filter: String<MAX_SENT_TOPIC_BYTES>,
    /// When it was encoded.
    sent_ms: Option<u64>,
}

pub(super) struct Subscriptions {
    pending: Vec<Subscription, MAX_SUBSCRIPTIONS>,
}

impl Subscriptions {
    pub const fn new() -> Subscriptions {
        Subscriptions { pending: Vec::new() }
    }

    pub fn clear(&mut self) {
        self.pending.clear();
    }

    /// `None` for a filter that is empty, too long or has a NUL, for a QoS above 2, or when too many are pending.
    pub fn push(&mut self, id: u16, filter: &str, qos: u8) -> Option<()> {
        if filter.is_empty() || filter.contains('\0') || qos > 2 {
            return None;
        }
        let subscription = Subscription { id, qos, filter: String::try_from(filter).ok()?, sent_ms: None };
        self.pending.push(subscription).ok()
    }

    /// The oldest one that has not been sent.
    pub fn next(&self) -> Option<&Subscription> {
        self.pending.iter().find(|entry| entry.sent_ms.is_none())
    }

    pub fn mark_sent(&mut self, id: u16, now_ms: u64) {
        if let Some(entry) = self.pending.iter_mut().find(|entry| entry.id == id) {
            entry.sent_ms = Some(now_ms);
        }
    }

    /// SUBACK: true when this id was waiting for it.
    pub fn answered(&mut self, id: u16) -> bool {
        let is_it = |entry: &Subscription| entry.id == id && entry.sent_ms.is_some();
        let was_pending = self.pending.iter().any(is_it);
        self.pending.retain(|entry| !is_it(entry));
        was_pending
    }

    pub fn uses(&self, id: u16) -> bool {
        self.pending.iter().any(|entry| entry.id == id)
    }

    /// Since when the longest unanswered one has waited, in ms.
    pub fn oldest_since_ms(&self) -> Option<u64> {
        self.pending.iter().filter_map(|entry| entry.sent_ms).min()
    }
}
