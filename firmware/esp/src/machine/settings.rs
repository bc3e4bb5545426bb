//! The settings partition: found by its name in the partition table, addressed from 0.

use core::ops::Range;

use esp_bootloader_esp_idf::partitions::{PARTITION_TABLE_MAX_LEN, read_partition_table};
use esp_hal::peripherals::FLASH;
use esp_storage::FlashStorage;
use leitstand_core::io::{FlashError, SECTOR_BYTES};
use leitstand_core::store::PARTITION_BYTES;

/// Name in partitions.csv.
const PARTITION: &str = "cfg";

pub struct Settings {
    flash: FlashStorage<'static>,
    range: Option<Range<u32>>,
}

impl Settings {
    pub fn open(flash: FLASH<'static>) -> Self {
        let mut flash = FlashStorage::new(flash);
        let range = find(&mut flash);
        Settings { flash, range }
    }

    /// Size of the whole flash, as its header says.
    pub fn flash_bytes(&self) -> u32 {
        u32::try_from(self.flash.capacity()).unwrap_or(u32::MAX)
    }

    /// False where the table has no usable partition: then every access fails and the device forgets with each restart.
    pub fn is_there(&self) -> bool {
        self.range.is_some()
    }

    pub fn read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        let address = self.address(offset, into.len())?;
        self.flash.read(address, into).map_err(|_| FlashError)
    }

    pub fn erase(&mut self, offset: u32) -> Result<(), FlashError> {
        let address = self.address(offset, SECTOR_BYTES as usize)?;
        self.flash.erase(address, address + SECTOR_BYTES).map_err(|_| FlashError)
    }

    pub fn write(&mut self, offset: u32, data: &[u8]) -> Result<(), FlashError> {
        let address = self.address(offset, data.len())?;
        self.flash.write_nor(address, data).map_err(|_| FlashError)
    }

    /// Place in flash of `length` bytes from `offset`, if they lie within the partition.
    fn address(&self, offset: u32, length: usize) -> Result<u32, FlashError> {
        let range = self.range.as_ref().ok_or(FlashError)?;
        let start = range.start.checked_add(offset).ok_or(FlashError)?;
        let end = u32::try_from(length).ok().and_then(|length| start.checked_add(length));
        if end.is_some_and(|end| end <= range.end) { Ok(start) } else { Err(FlashError) }
    }
}

fn find(flash: &mut FlashStorage<'static>) -> Option<Range<u32>> {
    let mut buffer = [0; PARTITION_TABLE_MAX_LEN];
    let table = read_partition_table(flash, &mut buffer).ok()?;
    let partition = table.iter().find(|entry| entry.label_as_str() == PARTITION)?;
    let end = partition.offset().checked_add(partition.len())?;
    // A table that was flashed with an older firmware may be smaller than this one's records.
    (partition.len() >= PARTITION_BYTES).then_some(partition.offset()..end)
}
