//! Finds commands in whatever comes over the line: log echoes, noise of a chip that boots, half packets.
//!
//! The buffer holds the bytes from the first one that could begin a packet. A beginning that turns out to be none (wrong byte, bad checksum) costs
//! its first byte only: the rest is looked at again, so that noise never takes a good packet with it.

use heapless::Vec;

use super::request::{Request, parse};
use super::{ErrorState, HEADER_BYTES, MAX_PACKET_BYTES, PREFIX, TYPE_COMMAND, TYPE_RESULT, checksum};

/// After this much silence call [`Line::expire`]. A whole packet takes 23 ms at 115,200 baud, and USB and operating systems pause for tens of ms.
pub const LINE_SILENCE_MS: u64 = 500;

/// A command, or the error to answer it with.
pub type Received<'a> = Result<Request<'a>, ErrorState>;

/// The receiving side of the line.
#[derive(Debug, Default)]
pub struct Line {
    buffer: Vec<u8, MAX_PACKET_BYTES>,
    /// Bytes of the packet that was handed out last; dropped before the next byte is looked at.
    taken: usize,
}

/// What the buffer begins with.
enum Start {
    /// Perhaps a packet; more bytes will tell.
    Open,
    Nothing,
    /// A packet with a right checksum, of that type and size.
    Packet(u8, usize),
}

impl Line {
    pub const fn new() -> Line {
        Line { buffer: Vec::new(), taken: 0 }
    }

    /// Takes one byte. The request borrows from the line until the next call.
    pub fn rx(&mut self, byte: u8) -> Option<Received<'_>> {
        self.discard(self.taken);
        if self.buffer.push(byte).is_err() {
            // Cannot be: a full buffer holds a whole packet, and that has been taken or given up. Losing it is better than stopping.
            self.buffer.clear();
        }
        self.find();
        self.request()
    }

    /// The line has been silent for [`LINE_SILENCE_MS`]: gives up a packet that does not go on. Call it until it returns `None`.
    pub fn expire(&mut self) -> Option<Received<'_>> {
        self.discard(self.taken);
        while !self.buffer.is_empty() && !self.find() {
            self.discard(1);
        }
        self.request()
    }

    /// Drops what cannot be a command; true when the buffer begins with one, which is then `taken`.
    fn find(&mut self) -> bool {
        loop {
            match start_of(&self.buffer) {
                Start::Open => return false,
                Start::Packet(TYPE_COMMAND, size) => {
                    self.taken = size;
                    return true;
                }
                // A packet of our own that came back.
                Start::Packet(_, size) => self.discard(size),
                Start::Nothing => {
                    let next = self.buffer.iter().skip(1).position(|byte| *byte == PREFIX[0]);
                    self.discard(next.map_or(self.buffer.len(), |position| position + 1));
                }
            }
        }
    }

    fn request(&self) -> Option<Received<'_>> {
        let end = self.taken.checked_sub(1)?;
        self.buffer.get(HEADER_BYTES..end).map(parse)
    }

    fn discard(&mut self, count: usize) {
        self.taken = 0;
        let count = count.min(self.buffer.len());
        self.buffer.rotate_left(count);
        self.buffer.truncate(self.buffer.len() - count);
    }
}

fn start_of(bytes: &[u8]) -> Start {
    if bytes.iter().zip(PREFIX).any(|(byte, wanted)| *byte != wanted) {
        return Start::Nothing;
    }
    match bytes.get(PREFIX.len()) {
        Some(kind) if !(1..=TYPE_RESULT).contains(kind) => return Start::Nothing,
        _ => {}
    }
    let (Some(kind), Some(length)) = (bytes.get(PREFIX.len()), bytes.get(PREFIX.len() + 1)) else {
        return Start::Open;
    };
    let end = HEADER_BYTES + usize::from(*length);
    let (Some(summed), Some(sum)) = (bytes.get(..end), bytes.get(end)) else {
        return Start::Open;
    };
    if checksum(summed) == *sum { Start::Packet(*kind, end + 1) } else { Start::Nothing }
}
