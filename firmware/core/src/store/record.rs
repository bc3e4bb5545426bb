//! The records and where they lie.
//!
//! To add one: a variant with the next number, its line in [`Record::ALL`], [`Record::area`] and [`Record::format_version`], its [`Stored`] type,
//! and [`SECTORS`]. To change the type of one: raise its format version, or old bytes would be read as the new type.

use heapless::Vec;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::entry::HEADER_BYTES;
use crate::config::{Configuration, Membership, Provisioning};
use crate::io::{LogLevel, SECTOR_BYTES};

/// The numbers are stored in flash: they never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Record {
    Provisioning = 1,
    Membership = 2,
    Configuration = 3,
    Runtime = 4,
    Certificate = 5,
}

/// All records end here.
pub(super) const SECTORS: u32 = 10;

/// Bytes of one runtime entry: its largest value and header, rounded up to a power of two, so that a sector holds 32.
const RUNTIME_ENTRY_BYTES: u32 = 128;

/// Where a record lies. Each slot is one sector.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    first_sector: u32,
    entry_bytes: u32,
}

impl Record {
    pub const ALL: [Record; 5] =
        [Record::Provisioning, Record::Membership, Record::Configuration, Record::Runtime, Record::Certificate];

    /// Version of the postcard bytes that this firmware writes, and the only one that it reads.
    pub(super) const fn format_version(self) -> u8 {
        match self {
            Record::Provisioning => 1,
            Record::Membership => 1,
            Record::Configuration => 1,
            Record::Runtime => 1,
            Record::Certificate => 1,
        }
    }

    pub(super) const fn area(self) -> Area {
        let (first_sector, entry_bytes) = match self {
            Record::Provisioning => (0, SECTOR_BYTES),
            Record::Membership => (2, SECTOR_BYTES),
            Record::Configuration => (4, SECTOR_BYTES),
            Record::Runtime => (6, RUNTIME_ENTRY_BYTES),
            Record::Certificate => (8, SECTOR_BYTES),
        };
        Area { first_sector, entry_bytes }
    }

    /// Its bit in a set of records.
    pub(super) const fn bit(self) -> u8 {
        1 << (self as u8 - 1)
    }

    /// Bytes that the serialized value of this record may have.
    pub const fn capacity_bytes(self) -> usize {
        self.area().capacity_bytes()
    }
}

impl Area {
    pub const fn entry_bytes(self) -> u32 {
        self.entry_bytes
    }

    pub const fn entries_per_slot(self) -> u32 {
        SECTOR_BYTES / self.entry_bytes
    }

    pub const fn capacity_bytes(self) -> usize {
        self.entry_bytes as usize - HEADER_BYTES
    }

    /// Offset in the partition of an entry; `slot` is 0 or 1.
    pub const fn entry_offset(self, slot: u32, index: u32) -> u32 {
        (self.first_sector + slot) * SECTOR_BYTES + index * self.entry_bytes
    }

    pub const fn data_offset(self, slot: u32, index: u32) -> u32 {
        self.entry_offset(slot, index) + HEADER_BYTES as u32
    }
}

/// A type that is kept in a record of its own.
pub trait Stored: Serialize + DeserializeOwned {
    const RECORD: Record;
}

impl Stored for Provisioning {
    const RECORD: Record = Record::Provisioning;
}

impl Stored for Membership {
    const RECORD: Record = Record::Membership;
}

impl Stored for Configuration {
    const RECORD: Record = Record::Configuration;
}

impl Stored for Runtime {
    const RECORD: Record = Record::Runtime;
}

impl Stored for Certificate {
    const RECORD: Record = Record::Certificate;
}

/// What the device keeps of its own running.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runtime {
    /// Boots since the last factory reset.
    pub boot_count: u32,
    /// Boots in a row that did not stay up for 60 s (wire contract 3.10).
    pub unstable_boots: u8,
    /// `set_log_level` (1.12).
    pub log_level: LogLevel,
    /// A stop is latched: it outlives a restart, or a brown-out would switch on what starts by default.
    pub is_stopped: bool,
    /// States of the offline rules (3.9), as their module packs them.
    pub rule_states: Vec<u8, RULE_STATES_BYTES>,
}

/// Eight rules (5.1) of eight bytes.
pub const RULE_STATES_BYTES: usize = 64;

impl Runtime {
    pub const fn new() -> Runtime {
        Runtime {
            boot_count: 0,
            unstable_boots: 0,
            log_level: LogLevel::Info,
            is_stopped: false,
            rule_states: Vec::new(),
        }
    }
}

impl Default for Runtime {
    fn default() -> Self {
        Runtime::new()
    }
}

/// Authority that the broker's certificate must come from, as it was handed in (PEM or DER); empty = none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    pub authority: Vec<u8, CERTIFICATE_BYTES>,
}

/// A PEM of an RSA-4096 root has about 2,000 bytes. 4,000 and the length fit one sector with its header.
pub const CERTIFICATE_BYTES: usize = 4000;
