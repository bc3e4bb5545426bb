//! What is owed to the broker: acknowledgements of its messages, each once and in order, and the memory of QoS 2 messages until they are released.

use heapless::{Deque, Vec};

use super::encoder::Acknowledgement;
use super::packet::ProtocolError;
use super::session::Event;
use super::{MAX_INBOUND, MAX_REPLIES};

pub(super) struct Inbound {
    replies: Deque<(Acknowledgement, u16), MAX_REPLIES>,
    /// QoS 2 messages that were delivered and not released.
    held: Vec<u16, MAX_INBOUND>,
}

impl Inbound {
    pub const fn new() -> Inbound {
        Inbound { replies: Deque::new(), held: Vec::new() }
    }

    pub fn clear(&mut self) {
        self.replies.clear();
        self.held.clear();
    }

    pub fn has_room(&self) -> bool {
        !self.replies.is_full()
    }

    /// PUBLISH: whether to deliver it.
    pub fn received(&mut self, qos: u8, id: u16) -> Result<Event, ProtocolError> {
        match qos {
            0 => {}
            1 => self.reply(Acknowledgement::Puback, id)?,
            _ => {
                self.reply(Acknowledgement::Pubrec, id)?;
                // Section 4.3.3: by the id alone; DUP says nothing about whether it has been seen here.
                if self.held.contains(&id) {
                    return Ok(Event::Duplicate);
                }
                self.held.push(id).map_err(|_| ProtocolError::InboundOverflow)?;
            }
        }
        Ok(Event::Deliver)
    }

    /// PUBREL: answered also when the id is unknown (section 4.3.3), so that the broker can let go of it.
    pub fn released(&mut self, id: u16) -> Result<(), ProtocolError> {
        self.held.retain(|held| *held != id);
        self.reply(Acknowledgement::Pubcomp, id)
    }

    pub fn reply(&mut self, kind: Acknowledgement, id: u16) -> Result<(), ProtocolError> {
        self.replies.push_back((kind, id)).map_err(|_| ProtocolError::ReplyOverflow)
    }

    pub fn next_reply(&self) -> Option<(Acknowledgement, u16)> {
        self.replies.front().copied()
    }

    /// The next reply is among the bytes for the socket.
    pub fn reply_encoded(&mut self) {
        self.replies.pop_front();
    }
}
