//! Settings in flash that survive power loss at any byte. Owned by the node; nothing else touches the settings partition.
//!
//! Each record has two slots of whole sectors. A new value goes where the newest one is not: data first and read back, then its header, the
//! commit mark last. Until then the old value is the newest complete one, so a cut leaves the old or the new value, never neither (`entry.rs`
//! has the layout, `scan.rs` the rule which entry counts).
//!
//! Nothing about the flash is remembered between calls: every load and save looks at what is really there. A scan reads the headers and the data
//! of two slots, some milliseconds; settings change by operator actions, not by measurements.
//!
//! **Wear.** A sector stands 100,000 erases (datasheets of the usual SPI NOR chips). Provisioning, membership, certificate and configuration
//! erase one sector a save, taking turns: 200,000 saves each, at 50 configurations a day eleven years. The runtime record is saved at every boot
//! and whenever a rule switches; its entries are 128 bytes, so a sector takes 32 before the other one is erased: 2 × 32 × 100,000 = 6,400,000
//! saves, at one a minute twelve years.

mod entry;
mod record;
mod scan;

pub use record::{CERTIFICATE_BYTES, Certificate, RULE_STATES_BYTES, Record, Runtime, Stored};

use crate::io::{FLASH_WORD_BYTES, FlashError, Io, SECTOR_BYTES};
use entry::{HEADER_BYTES, Header, MARK_BYTES};
use record::Area;
use scan::{Found, Scan, scan};

/// Size of the settings partition: ten sectors, two for each of the five records.
pub const PARTITION_BYTES: u32 = record::SECTORS * SECTOR_BYTES;

// What the partition tables may have to set aside for it.
const _: () = assert!(PARTITION_BYTES <= 64 * 1024);

/// Enough scratch for every record: one sector less the header of its entry. A test proves that the largest value of each record fits.
pub const SCRATCH_BYTES: usize = SECTOR_BYTES as usize - HEADER_BYTES;

/// What [`Store::load`] found.
#[derive(Clone, Debug, PartialEq)]
pub enum Loaded<T> {
    /// The newest value that is whole. [`Store::degraded`] tells when a newer one was lost.
    Found(T),
    /// Never saved, or erased.
    Empty,
    /// There was a value and it cannot be read: its check fails, or a newer firmware wrote it. It stays where it is until a save.
    Damaged,
}

/// A save that did what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    Written,
    /// The newest entry holds the same bytes: no wear.
    Unchanged,
}

/// Why a value is not known to be stored. After any of these the old or the new value is loaded, never another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// The flash cannot be read.
    Open,
    /// An erase or a write failed, or what was read back is not what was written.
    Commit,
    /// The value does not fit the scratch buffer or the record: a programming error.
    TooLarge,
}

/// Why the settings are not what they should be (wire contract 1.3, `persistence_degraded_reason`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Degraded {
    OpenFailed,
    CommitFailed,
    /// A stored value was lost and an older one is in use, or none.
    Drift,
}

impl Degraded {
    /// The name on the wire.
    pub const fn reason(self) -> &'static str {
        match self {
            Degraded::OpenFailed => "NVS_OPEN_FAILED",
            Degraded::CommitFailed => "NVS_COMMIT_FAILED",
            Degraded::Drift => "PERSISTENCE_DRIFT",
        }
    }
}

/// The settings partition. Holds no settings, only what went wrong with them; a bit set per record (see [`Record::bit`]).
#[derive(Debug, Default)]
pub struct Store {
    unread: u8,
    uncommitted: u8,
    drifted: u8,
    drift_count: u32,
}

impl Store {
    pub const fn new() -> Store {
        Store { unread: 0, uncommitted: 0, drifted: 0, drift_count: 0 }
    }

    /// Looks at every record, so that [`Store::degraded`] is true to the flash before the first load.
    pub fn open(&mut self, io: &mut dyn Io) {
        for record in Record::ALL {
            let _ = self.look(io, record);
        }
    }

    /// The worst of what is wrong now; a later good save of the same record mends it.
    pub fn degraded(&self) -> Option<Degraded> {
        if self.unread != 0 {
            Some(Degraded::OpenFailed)
        } else if self.uncommitted != 0 {
            Some(Degraded::CommitFailed)
        } else if self.drifted != 0 {
            Some(Degraded::Drift)
        } else {
            None
        }
    }

    /// Lost values since boot (`persistence_drift_count` of the heartbeat metrics).
    pub fn drift_count(&self) -> u32 {
        self.drift_count
    }

    /// The newest whole value. `scratch` holds [`SCRATCH_BYTES`].
    pub fn load<T: Stored>(&mut self, io: &mut dyn Io, scratch: &mut [u8]) -> Loaded<T> {
        let Ok(scan) = self.look(io, T::RECORD) else {
            return Loaded::Damaged;
        };
        let Some(newest) = scan.newest else {
            return if scan.is_damaged { Loaded::Damaged } else { Loaded::Empty };
        };
        match decode(io, T::RECORD.area(), &newest, scratch) {
            Some(value) => Loaded::Found(value),
            None => {
                self.note_drift(T::RECORD);
                Loaded::Damaged
            }
        }
    }

    /// Stores `value` and reads it back. Takes up to one erase (some 50 ms on a chip). `scratch` holds [`SCRATCH_BYTES`].
    pub fn save<T: Stored>(&mut self, io: &mut dyn Io, value: &T, scratch: &mut [u8]) -> Result<Saved, StoreError> {
        let data = postcard::to_slice(value, scratch).map_err(|_| StoreError::TooLarge)?;
        let record = T::RECORD;
        if data.len() > record.area().capacity_bytes() {
            return Err(StoreError::TooLarge);
        }
        let scan = self.look(io, record).map_err(|_| StoreError::Open)?;
        let outcome = put(io, record, &scan, data);
        self.note_commit(record, outcome.is_ok());
        outcome.map_err(|_| StoreError::Commit)
    }

    /// Erases one record. Its older slot goes first, so that a cut leaves the present value or none, not the one before it.
    pub fn erase(&mut self, io: &mut dyn Io, record: Record) -> Result<(), StoreError> {
        let newest_slot = match self.look(io, record) {
            Ok(Scan { newest: Some(newest), .. }) => newest.slot,
            _ => 1,
        };
        let outcome =
            [1 - newest_slot, newest_slot].into_iter().try_for_each(|slot| erase_slot(io, record.area(), slot));
        self.note_commit(record, outcome.is_ok());
        outcome.map_err(|_| StoreError::Commit)
    }

    /// Erases everything, as a factory reset does. Goes on after an error and reports it at the end.
    pub fn erase_all(&mut self, io: &mut dyn Io) -> Result<(), StoreError> {
        let mut outcome = Ok(());
        for record in Record::ALL {
            let erased = self.erase(io, record);
            outcome = outcome.and(erased);
        }
        outcome
    }

    /// Scans a record and takes down what is wrong with it.
    fn look(&mut self, io: &mut dyn Io, record: Record) -> Result<Scan, FlashError> {
        let scan = scan(io, record);
        match &scan {
            Err(FlashError) => self.unread |= record.bit(),
            Ok(scan) => {
                self.unread &= !record.bit();
                if scan.is_damaged {
                    self.note_drift(record);
                }
            }
        }
        scan
    }

    /// Counts a loss once, until the record is mended.
    fn note_drift(&mut self, record: Record) {
        if self.drifted & record.bit() == 0 {
            self.drift_count = self.drift_count.saturating_add(1);
        }
        self.drifted |= record.bit();
    }

    fn note_commit(&mut self, record: Record, is_good: bool) {
        if is_good {
            self.uncommitted &= !record.bit();
            self.drifted &= !record.bit();
        } else {
            self.uncommitted |= record.bit();
        }
    }
}

/// The value of an entry, or `None` when it changed since the scan or is not of this type.
fn decode<T: Stored>(io: &mut dyn Io, area: Area, found: &Found, scratch: &mut [u8]) -> Option<T> {
    let data = scratch.get_mut(..usize::from(found.header.length))?;
    io.flash_read(area.data_offset(found.slot, found.index), data).ok()?;
    if crc32fast::hash(data) != found.header.data_crc {
        return None;
    }
    postcard::from_bytes(data).ok()
}

/// Writes an entry behind the newest one of its slot or, where none is free or something is damaged, to the other slot.
fn put(io: &mut dyn Io, record: Record, scan: &Scan, data: &[u8]) -> Result<Saved, FlashError> {
    let area = record.area();
    let header = Header {
        record: record as u8,
        version: record.format_version(),
        // Bounded by the capacity of the record, which is below a sector.
        length: u16::try_from(data.len()).map_err(|_| FlashError)?,
        sequence: scan.next_sequence,
        data_crc: crc32fast::hash(data),
    };
    let Some(newest) = &scan.newest else {
        erase_slot(io, area, 0)?;
        return write_entry(io, area.entry_offset(0, 0), &header, data);
    };
    // A damaged slot is not written on: what is left of it must not look newer than this value.
    if !scan.is_damaged {
        let is_same = newest.header.length == header.length
            && newest.header.data_crc == header.data_crc
            && holds(io, area.data_offset(newest.slot, newest.index), data)?;
        if is_same {
            return Ok(Saved::Unchanged);
        }
        if let Some(index) = free_index(io, area, newest)? {
            let written = write_entry(io, area.entry_offset(newest.slot, index), &header, data);
            if written.is_ok() {
                return written;
            }
            // That entry may be complete all the same. Then two hold the same sequence and the same value, and either may be taken.
        }
    }
    let slot = 1 - newest.slot;
    erase_slot(io, area, slot)?;
    write_entry(io, area.entry_offset(slot, 0), &header, data)
}

/// The first entry behind the newest one that is still erased; torn ones are passed over.
fn free_index(io: &mut dyn Io, area: Area, newest: &Found) -> Result<Option<u32>, FlashError> {
    for index in newest.index.saturating_add(1)..area.entries_per_slot() {
        if is_blank(io, area.entry_offset(newest.slot, index), area.entry_bytes())? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// Data, header, commit mark, in this order, each read back before the next.
fn write_entry(io: &mut dyn Io, offset: u32, header: &Header, data: &[u8]) -> Result<Saved, FlashError> {
    let encoded = header.encode();
    let (mark, rest) = encoded.split_at(MARK_BYTES);
    write_verified(io, offset.saturating_add(HEADER_BYTES as u32), data)?;
    write_verified(io, offset.saturating_add(MARK_BYTES as u32), rest)?;
    write_verified(io, offset, mark)?;
    Ok(Saved::Written)
}

/// Writes `data`, the last word filled up with 0xFF, and compares what is there now.
fn write_verified(io: &mut dyn Io, offset: u32, data: &[u8]) -> Result<(), FlashError> {
    let whole = data.len() - data.len() % FLASH_WORD_BYTES;
    let (words, tail) = data.split_at(whole);
    if !words.is_empty() {
        io.flash_write(offset, words)?;
    }
    if !tail.is_empty() {
        let mut last = [0xFF; FLASH_WORD_BYTES];
        for (place, byte) in last.iter_mut().zip(tail) {
            *place = *byte;
        }
        io.flash_write(offset.saturating_add(whole as u32), &last)?;
    }
    if holds(io, offset, data)? { Ok(()) } else { Err(FlashError) }
}

/// Erases a slot and checks that it is erased: a worn out sector may not say so itself.
fn erase_slot(io: &mut dyn Io, area: Area, slot: u32) -> Result<(), FlashError> {
    let offset = area.entry_offset(slot, 0);
    // Erased whatever it looks like: after a cut erase a sector may read as blank and lose what is written to it.
    io.flash_erase(offset)?;
    if is_blank(io, offset, SECTOR_BYTES)? { Ok(()) } else { Err(FlashError) }
}

fn holds(io: &mut dyn Io, offset: u32, data: &[u8]) -> Result<bool, FlashError> {
    let mut position = offset;
    let mut buffer = [0; entry::CHUNK_BYTES];
    for expected in data.chunks(entry::CHUNK_BYTES) {
        let Some(read) = buffer.get_mut(..expected.len()) else {
            return Ok(false);
        };
        io.flash_read(position, read)?;
        if read != expected {
            return Ok(false);
        }
        position = position.saturating_add(expected.len() as u32);
    }
    Ok(true)
}

fn is_blank(io: &mut dyn Io, offset: u32, size_bytes: u32) -> Result<bool, FlashError> {
    let end = offset.saturating_add(size_bytes);
    let blank = [0xFF; entry::CHUNK_BYTES];
    for position in (offset..end).step_by(entry::CHUNK_BYTES) {
        if !holds(io, position, &blank)? {
            return Ok(false);
        }
    }
    Ok(true)
}
