//! From the linked program to what lies in flash, by espflash.

use std::ffi::CStr;
use std::path::Path;

use esp_idf_part::PartitionTable;
use espflash::flasher::{FlashData, FlashMode, FlashSettings, FlashSize};
use espflash::image_format::idf::IdfBootloaderFormat;
use espflash::target::Chip;

use crate::Failure;

/// Where the ROM and the bootloader look for the table (ESP-IDF's default).
const PARTITION_TABLE_ADDRESS: u32 = 0x8000;
/// Unwritten flash.
const ERASED: u8 = 0xff;
/// Of an image header, little endian: "minimal chip revision supported by image, in format: major * 100 + minor".
const MINIMUM_REVISION_AT: usize = 15;

/// The application descriptor (`esp_app_desc_t`) follows the headers of the image and of its first segment; the version is a C string in it.
const VERSION_AT: usize = 24 + 8 + 16;
const VERSION_BYTES: usize = 32;

/// Settings that work on every module; the bootloader reads the rest from the flash chip.
const FLASH_MODE: FlashMode = FlashMode::Dio;
pub const FLASH_MODE_NAME: &str = "dio";
pub const FLASH_SIZE: FlashSize = FlashSize::_4Mb;

pub struct Part {
    pub address: u32,
    pub data: Vec<u8>,
}

pub struct Built {
    pub bootloader: Part,
    pub partition_table: Part,
    pub application: Part,
    /// All three in one file that begins at address 0; gaps are as after an erase.
    pub merged: Part,
    pub partitions: PartitionTable,
    /// major * 100 + minor: what bootloader and application both run on.
    pub minimum_revision: u16,
    /// What the application says of itself.
    pub version: String,
}

pub fn build(chip: Chip, elf: &[u8], partitions: &Path) -> Result<Built, Failure> {
    let settings = FlashSettings::new(Some(FLASH_MODE), Some(FLASH_SIZE), None);
    let data = FlashData::new(settings, 0, None, chip, chip.default_xtal_frequency());
    let format = IdfBootloaderFormat::new(elf, &data, Some(partitions), None, Some(PARTITION_TABLE_ADDRESS), None)?;
    let partitions = format.partition_table();
    let parts: Vec<Part> =
        format.flash_segments().map(|segment| Part { address: segment.addr, data: segment.data().to_vec() }).collect();
    let Ok([bootloader, partition_table, application]) = <[Part; 3]>::try_from(parts) else {
        return Err("espflash made other parts than bootloader, table and application".into());
    };
    let merged = merge(&[&bootloader, &partition_table, &application])?;
    let minimum_revision = minimum_revision(&bootloader.data)?.max(minimum_revision(&application.data)?);
    let version = version(&application.data)?;
    Ok(Built { version, bootloader, partition_table, application, merged, partitions, minimum_revision })
}

fn merge(parts: &[&Part]) -> Result<Part, Failure> {
    let mut data = Vec::new();
    for part in parts {
        let start = part.address as usize;
        if start < data.len() {
            return Err(format!("a part ends after {start:#x}, where the next one begins").into());
        }
        data.resize(start, ERASED);
        data.extend_from_slice(&part.data);
    }
    Ok(Part { address: 0, data })
}

fn minimum_revision(image: &[u8]) -> Result<u16, Failure> {
    let bytes = image.get(MINIMUM_REVISION_AT..).and_then(|rest| rest.first_chunk::<2>());
    Ok(u16::from_le_bytes(*bytes.ok_or("an image is shorter than its header")?))
}

fn version(application: &[u8]) -> Result<String, Failure> {
    let field = application.get(VERSION_AT..VERSION_AT + VERSION_BYTES);
    let field = field.ok_or("the application is shorter than its descriptor")?;
    Ok(CStr::from_bytes_until_nul(field)?.to_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(address: u32, data: &[u8]) -> Part {
        Part { address, data: data.to_vec() }
    }

    #[test]
    fn a_merged_image_is_erased_flash_between_its_parts() {
        let merged = merge(&[&part(0, &[1, 2]), &part(4, &[3]), &part(5, &[4])]).unwrap();
        assert_eq!(merged.data, [1, 2, 0xff, 0xff, 3, 4]);
    }

    #[test]
    fn parts_that_overlap_are_refused() {
        assert!(merge(&[&part(0, &[1, 2, 3]), &part(2, &[4])]).is_err());
    }

    #[test]
    fn the_minimum_revision_is_read_from_the_header() {
        let mut header = [0; 24];
        header[MINIMUM_REVISION_AT] = 3;
        assert_eq!(minimum_revision(&header).unwrap(), 3);
        assert!(minimum_revision(&header[..16]).is_err());
    }

    #[test]
    fn the_version_is_read_from_the_application_descriptor() {
        let mut application = [0; 256];
        application[VERSION_AT..VERSION_AT + 5].copy_from_slice(b"1.4.0");
        assert_eq!(version(&application).unwrap(), "1.4.0");
        assert!(version(&application[..64]).is_err());
    }
}
