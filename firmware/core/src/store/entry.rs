//! One stored value in flash: 20 bytes of header, then the data. All numbers are little-endian.
//!
//! | offset | bytes | content |
//! |---|---|---|
//! | 0 | 4 | commit mark `LTS1`, written last |
//! | 4 | 1 | record id |
//! | 5 | 1 | format version of the data |
//! | 6 | 2 | length of the data, bytes |
//! | 8 | 4 | sequence: the higher one is the newer value (it wraps, so compare differences) |
//! | 12 | 4 | CRC-32 (ISO-HDLC, as zlib) of the data |
//! | 16 | 4 | CRC-32 of the 16 bytes before it, the mark taken as right |
//!
//! An entry counts when both checks hold, with or without the mark. The mark tells apart what else may be there: without it a write or an erase
//! was cut, which is no loss, since nobody was told that the value is stored; with it a stored value has gone bad.

use crate::io::{FlashError, Io};

pub(super) const HEADER_BYTES: usize = 20;
pub(super) const MARK_BYTES: usize = 4;
const MARK: [u8; MARK_BYTES] = *b"LTS1";

/// Flash is read, compared and summed up in pieces of this size; entries and sectors are multiples of it.
pub(super) const CHUNK_BYTES: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub record: u8,
    pub version: u8,
    pub length: u16,
    pub sequence: u32,
    pub data_crc: u32,
}

/// What the first bytes of an entry say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Nothing, or the debris of a cut write or erase.
    Nothing,
    /// Once committed, and its header is bad now: how old it was cannot be said.
    Unreadable,
    /// The header is right; the data has not been looked at.
    Header(Header),
}

impl Header {
    pub fn encode(&self) -> [u8; HEADER_BYTES] {
        let checked = self.checked_part();
        let check = crc32fast::hash(&checked).to_le_bytes();
        joined(checked.into_iter().chain(check))
    }

    pub fn decode(bytes: &[u8; HEADER_BYTES]) -> Reading {
        let [m0, m1, m2, m3, record, version, l0, l1, s0, s1, s2, s3, d0, d1, d2, d3, h0, h1, h2, h3] = *bytes;
        let header = Header {
            record,
            version,
            length: u16::from_le_bytes([l0, l1]),
            sequence: u32::from_le_bytes([s0, s1, s2, s3]),
            data_crc: u32::from_le_bytes([d0, d1, d2, d3]),
        };
        if crc32fast::hash(&header.checked_part()) == u32::from_le_bytes([h0, h1, h2, h3]) {
            Reading::Header(header)
        } else if [m0, m1, m2, m3] == MARK {
            Reading::Unreadable
        } else {
            Reading::Nothing
        }
    }

    fn checked_part(&self) -> [u8; HEADER_BYTES - 4] {
        joined(
            MARK.into_iter()
                .chain([self.record, self.version])
                .chain(self.length.to_le_bytes())
                .chain(self.sequence.to_le_bytes())
                .chain(self.data_crc.to_le_bytes()),
        )
    }
}

/// True when `sequence` is later than `other`, also across the wrap.
pub(super) fn is_newer(sequence: u32, other: u32) -> bool {
    (sequence.wrapping_sub(other) as i32) > 0
}

/// Reads the header of the entry at `offset`.
pub(super) fn read_header(io: &mut dyn Io, offset: u32) -> Result<Reading, FlashError> {
    let mut bytes = [0; HEADER_BYTES];
    io.flash_read(offset, &mut bytes)?;
    Ok(Header::decode(&bytes))
}

/// CRC-32 of `length` bytes of flash.
pub(super) fn crc_of(io: &mut dyn Io, offset: u32, length: u16) -> Result<u32, FlashError> {
    let mut hasher = crc32fast::Hasher::new();
    let mut buffer = [0; CHUNK_BYTES];
    let mut position = offset;
    let mut left = usize::from(length);
    while left > 0 {
        let count = left.min(CHUNK_BYTES);
        let Some(piece) = buffer.get_mut(..count) else {
            return Err(FlashError);
        };
        io.flash_read(position, piece)?;
        hasher.update(piece);
        position = position.saturating_add(count as u32);
        left -= count;
    }
    Ok(hasher.finalize())
}

fn joined<const N: usize>(bytes: impl Iterator<Item = u8>) -> [u8; N] {
    let mut all = [0; N];
    for (place, byte) in all.iter_mut().zip(bytes) {
        *place = byte;
    }
    all
}
