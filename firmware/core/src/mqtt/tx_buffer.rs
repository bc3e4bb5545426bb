//! Bytes that are ready for the socket: whole packets go in at the end, any number of bytes leaves at the front.

use super::TX_BYTES;
use super::copying::move_forward;
use super::encoder::{Outgoing, encode};

pub(super) struct TxBuffer {
    bytes: [u8; TX_BYTES],
    start: usize,
    end: usize,
    /// Bytes that have ever left.
    written: u64,
}

impl TxBuffer {
    pub const fn new() -> TxBuffer {
        TxBuffer { bytes: [0; TX_BYTES], start: 0, end: 0, written: 0 }
    }

    pub fn clear(&mut self) {
        self.start = 0;
        self.end = 0;
    }

    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// What is to be written now.
    pub fn pending(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or(&[])
    }

    /// Encodes a packet behind the others. Returns its end as a position in all bytes ever sent, or `None` when there is no room for it at present.
    pub fn append(&mut self, packet: &Outgoing<'_>) -> Option<u64> {
        if self.start > 0 {
            move_forward(self.bytes.get_mut(..self.end)?, self.start);
            self.end -= self.start;
            self.start = 0;
        }
        let space = self.bytes.get_mut(self.end..)?;
        self.end += encode(packet, space)?;
        Some(self.written.saturating_add(self.end as u64))
    }

    /// The socket has taken `count` bytes. Returns the position up to which all bytes have left.
    pub fn sent(&mut self, count: usize) -> u64 {
        let count = count.min(self.end - self.start);
        self.start += count;
        self.written = self.written.saturating_add(count as u64);
        self.written
    }
}
