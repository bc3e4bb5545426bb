//! Puts a long value together from chunks. One at a time: there is one cable and one person at it.

use heapless::Vec;

use super::request::Chunk;
use super::{ErrorState, Rpc};
use crate::store::CERTIFICATE_BYTES;

/// Wire contract 5.1: a device refuses configurations of 4,352 bytes and more.
pub const CONFIGURATION_BYTES: usize = 4351;

/// How far a value has come.
#[derive(Debug, PartialEq, Eq)]
pub enum Progress<'a> {
    /// Bytes so far, the answer to the chunk.
    More(u16),
    /// The whole value. A repeated last chunk gives it again: what is done with it must bear that.
    Complete(&'a [u8]),
}

/// The value that is being received.
#[derive(Debug, Default)]
pub struct Assembly {
    /// What it is for and how long it will be; `None` between sequences.
    sequence: Option<(Rpc, u16)>,
    bytes: Vec<u8, CONFIGURATION_BYTES>,
}

impl Assembly {
    pub const fn new() -> Assembly {
        Assembly { sequence: None, bytes: Vec::new() }
    }

    /// Takes the next chunk of an `rpc` that has chunks. Any error ends the sequence; a chunk with offset 0 begins a new one.
    ///
    /// Errors: `TooLong` above the limit of the value, `InvalidRpc` for a chunk that is empty or passes its total, `OutOfSequence`.
    pub fn take(&mut self, rpc: Rpc, chunk: &Chunk<'_>) -> Result<Progress<'_>, ErrorState> {
        match self.append(rpc, chunk) {
            Ok(()) => Ok(self.progress(chunk.total)),
            Err(error) => {
                self.sequence = None;
                self.bytes.clear();
                Err(error)
            }
        }
    }

    fn append(&mut self, rpc: Rpc, chunk: &Chunk<'_>) -> Result<(), ErrorState> {
        let offset = usize::from(chunk.offset);
        let end = offset + chunk.bytes.len();
        check(rpc, chunk, end)?;
        if offset == 0 {
            self.sequence = Some((rpc, chunk.total));
            self.bytes.clear();
        }
        if self.sequence != Some((rpc, chunk.total)) {
            return Err(ErrorState::OutOfSequence);
        }
        if offset == self.bytes.len() {
            return self.bytes.extend_from_slice(chunk.bytes).map_err(|_| ErrorState::TooLong);
        }
        // The answer to this chunk was lost, and the console sent it again.
        match self.bytes.get(offset..end) {
            Some(known) if known == chunk.bytes => Ok(()),
            _ => Err(ErrorState::OutOfSequence),
        }
    }

    fn progress(&self, total: u16) -> Progress<'_> {
        match u16::try_from(self.bytes.len()) {
            Ok(received) if received < total => Progress::More(received),
            _ => Progress::Complete(&self.bytes),
        }
    }
}

/// The chunk by itself: is there such a value, is it of a bearable size, does the chunk lie within it.
fn check(rpc: Rpc, chunk: &Chunk<'_>, end: usize) -> Result<(), ErrorState> {
    let total = usize::from(chunk.total);
    let (limit, may_be_empty) = match rpc {
        Rpc::Certificate => (CERTIFICATE_BYTES, true),
        Rpc::Configuration => (CONFIGURATION_BYTES, false),
        _ => return Err(ErrorState::InvalidRpc),
    };
    if total > limit {
        return Err(ErrorState::TooLong);
    }
    let is_removal = may_be_empty && total == 0;
    if end > total || (chunk.bytes.is_empty() && !is_removal) {
        return Err(ErrorState::InvalidRpc);
    }
    Ok(())
}
