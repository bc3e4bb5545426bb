//! Which of the entries of a record counts, and whether a newer one was lost.

use super::entry::{Header, Reading, crc_of, is_newer, read_header};
use super::record::Record;
use crate::io::{FlashError, Io};

/// An entry that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub slot: u32,
    pub index: u32,
    pub header: Header,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scan {
    pub newest: Option<Found>,
    /// Later than everything that is there, usable or not.
    pub next_sequence: u32,
    /// A value that was stored later than `newest` cannot be used any more, or one of which the age is unknown.
    pub is_damaged: bool,
}

/// One slot. Its entries are written in rising order and erased together.
#[derive(Default)]
struct Slot {
    newest: Option<Found>,
    /// Highest sequence of a readable header.
    highest: Option<u32>,
    /// Highest sequence of an entry with readable header that cannot be used.
    bad: Option<u32>,
    /// The last committed entry has an unreadable header.
    ends_unreadable: bool,
}

/// Reads all entries of a record.
pub(super) fn scan(io: &mut dyn Io, record: Record) -> Result<Scan, FlashError> {
    let slots = [scan_slot(io, record, 0)?, scan_slot(io, record, 1)?];
    let mut newest: Option<Found> = None;
    let mut highest = None;
    for slot in &slots {
        highest = later(highest, slot.highest);
        if let Some(found) = slot.newest
            && newest.is_none_or(|other| is_newer(found.header.sequence, other.header.sequence))
        {
            newest = Some(found);
        }
    }
    let is_damaged = slots.iter().any(|slot| is_loss(slot, newest));
    Ok(Scan { newest, next_sequence: highest.map_or(1, |sequence: u32| sequence.wrapping_add(1)), is_damaged })
}

/// True when this slot held something later than `newest`.
fn is_loss(slot: &Slot, newest: Option<Found>) -> bool {
    let Some(newest) = newest else {
        return slot.bad.is_some() || slot.ends_unreadable;
    };
    let sequence = newest.header.sequence;
    if slot.bad.is_some_and(|bad| is_newer(bad, sequence)) {
        return true;
    }
    // All entries of the older slot are older, so an unreadable one there is none, unless nothing tells which slot is the older.
    slot.ends_unreadable && slot.highest.is_none_or(|highest| !is_newer(sequence, highest))
}

fn scan_slot(io: &mut dyn Io, record: Record, slot: u32) -> Result<Slot, FlashError> {
    let area = record.area();
    let mut state = Slot::default();
    for index in 0..area.entries_per_slot() {
        let header = match read_header(io, area.entry_offset(slot, index))? {
            Reading::Nothing => continue,
            Reading::Unreadable => {
                state.ends_unreadable = true;
                continue;
            }
            // Left over from another layout of the partition.
            Reading::Header(header) if header.record != record as u8 => continue,
            Reading::Header(header) => header,
        };
        state.ends_unreadable = false;
        state.highest = later(state.highest, Some(header.sequence));
        if is_usable(io, record, (slot, index), &header)? {
            state.newest = Some(Found { slot, index, header });
        } else {
            state.bad = later(state.bad, Some(header.sequence));
        }
    }
    Ok(state)
}

/// Length, version and data are as this firmware knows them.
fn is_usable(io: &mut dyn Io, record: Record, (slot, index): (u32, u32), header: &Header) -> Result<bool, FlashError> {
    let area = record.area();
    if header.version != record.format_version() || usize::from(header.length) > area.capacity_bytes() {
        return Ok(false);
    }
    let crc = crc_of(io, area.data_offset(slot, index), header.length)?;
    Ok(crc == header.data_crc)
}

fn later(one: Option<u32>, other: Option<u32>) -> Option<u32> {
    match (one, other) {
        (Some(a), Some(b)) => Some(if is_newer(b, a) { b } else { a }),
        (a, b) => a.or(b),
    }
}
