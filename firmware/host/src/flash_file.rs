//! Flash in a file: each erase and each write is in the file before the call returns, so that a kill -9 at any moment leaves what a chip would.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use leitstand_core::io::{FLASH_WORD_BYTES, FlashError, SECTOR_BYTES};
use leitstand_core::store::PARTITION_BYTES;
use leitstand_world::FlashMemory;

pub struct FlashFile {
    file: File,
}

impl FlashFile {
    /// Opens the file, or makes one that holds erased flash.
    pub fn open(path: &Path) -> io::Result<FlashFile> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let size_bytes = file.metadata()?.len();
        let wanted_bytes = u64::from(PARTITION_BYTES);
        if size_bytes < wanted_bytes {
            let missing = usize::try_from(wanted_bytes - size_bytes).unwrap_or(0);
            file.write_all_at(&vec![0xFF; missing], size_bytes)?;
        }
        Ok(FlashFile { file })
    }
}

fn checked(offset: u32, length: usize) -> Result<u64, FlashError> {
    let end = u64::from(offset) + length as u64;
    if end > u64::from(PARTITION_BYTES) { Err(FlashError) } else { Ok(u64::from(offset)) }
}

impl FlashMemory for FlashFile {
    fn read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        let at = checked(offset, into.len())?;
        self.file.read_exact_at(into, at).map_err(|_| FlashError)
    }

    fn erase(&mut self, offset: u32) -> Result<(), FlashError> {
        if !offset.is_multiple_of(SECTOR_BYTES) {
            return Err(FlashError);
        }
        let blank = [0xFF; SECTOR_BYTES as usize];
        let at = checked(offset, blank.len())?;
        self.file.write_all_at(&blank, at).map_err(|_| FlashError)
    }

    /// NOR: bits can only be cleared.
    fn write(&mut self, offset: u32, data: &[u8]) -> Result<(), FlashError> {
        if !(offset as usize).is_multiple_of(FLASH_WORD_BYTES) || !data.len().is_multiple_of(FLASH_WORD_BYTES) {
            return Err(FlashError);
        }
        let at = checked(offset, data.len())?;
        let mut now = vec![0; data.len()];
        self.file.read_exact_at(&mut now, at).map_err(|_| FlashError)?;
        for (byte, new) in now.iter_mut().zip(data) {
            *byte &= new;
        }
        self.file.write_all_at(&now, at).map_err(|_| FlashError)
    }
}
