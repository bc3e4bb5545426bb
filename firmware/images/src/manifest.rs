//! resources/firmware/manifest.json: what the console reads to flash a device. Field names are the console's.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use esp_idf_part::Partition;
use espflash::target::Chip;
use md5::{Digest as _, Md5};
use serde::Serialize;
use sha2::Sha256;

use crate::Failure;
use crate::image::{Built, FLASH_MODE_NAME, FLASH_SIZE, Part};

/// Of the device contract that this firmware speaks (`contract_version` of its intent outcomes).
const CONTRACT_VERSION: u32 = 2;
/// Of this file: a reader refuses another one.
const FORMAT: u32 = 1;

/// Program to version; ordered, so that the file does not change by itself.
pub type Tools = BTreeMap<String, String>;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    format: u32,
    version: String,
    contract_version: u32,
    tools: Tools,
    chips: Vec<ChipEntry>,
    twin: Option<FileEntry>,
}

impl Manifest {
    pub fn new(version: String, tools: Tools, chips: Vec<ChipEntry>, twin: Option<FileEntry>) -> Self {
        Manifest { format: FORMAT, version, contract_version: CONTRACT_VERSION, tools, chips, twin }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChipEntry {
    /// `hardware_type` of the heartbeat.
    id: String,
    /// As in image headers and in the ROM's answer to GET_SECURITY_INFO.
    chip_id: u16,
    /// `major.minor`; the bootloader refuses older chips.
    minimum_revision: String,
    flash_mode: String,
    flash_size_bytes: u32,
    /// To be written one by one: what lies between them (settings) stays.
    parts: Vec<PlacedFile>,
    /// The same parts in one file: overwrites everything up to its end.
    merged: PlacedFile,
    partitions: Vec<PartitionEntry>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlacedFile {
    name: &'static str,
    address: u32,
    #[serde(flatten)]
    entry: FileEntry,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileEntry {
    /// Relative to the manifest.
    file: String,
    pub size_bytes: usize,
    sha256: String,
    /// What the flasher's stub answers for a region.
    md5: String,
}

impl FileEntry {
    /// Writes the file below `out` and describes it.
    pub fn write(out: &Path, file: &str, data: &[u8]) -> Result<Self, Failure> {
        let path = out.join(file);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, data)?;
        Ok(FileEntry {
            file: file.to_owned(),
            size_bytes: data.len(),
            sha256: hex(&Sha256::digest(data)),
            md5: hex(&Md5::digest(data)),
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PartitionEntry {
    name: String,
    r#type: String,
    subtype: String,
    address: u32,
    size_bytes: u32,
}

impl PartitionEntry {
    fn of(partition: &Partition) -> Self {
        PartitionEntry {
            name: partition.name(),
            r#type: partition.ty().to_string(),
            subtype: partition.subtype().to_string(),
            address: partition.offset(),
            size_bytes: partition.size(),
        }
    }
}

/// Writes the files of a chip below `out`/CHIP.
pub fn write_chip(out: &Path, chip: Chip, built: &Built) -> Result<ChipEntry, Failure> {
    let place = |name: &'static str, part: &Part| -> Result<PlacedFile, Failure> {
        let entry = FileEntry::write(out, &format!("{chip}/{name}.bin"), &part.data)?;
        Ok(PlacedFile { name, address: part.address, entry })
    };
    Ok(ChipEntry {
        id: chip.to_string(),
        chip_id: chip.id(),
        minimum_revision: format!("{}.{}", built.minimum_revision / 100, built.minimum_revision % 100),
        flash_mode: FLASH_MODE_NAME.to_owned(),
        flash_size_bytes: FLASH_SIZE.size(),
        parts: vec![
            place("bootloader", &built.bootloader)?,
            place("partition-table", &built.partition_table)?,
            place("application", &built.application)?,
        ],
        merged: place("merged", &built.merged)?,
        partitions: built.partitions.partitions().iter().map(PartitionEntry::of).collect(),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_described_by_its_size_and_digests() {
        let folder = std::env::temp_dir().join(format!("leitstand-images-{}", std::process::id()));
        let entry = FileEntry::write(&folder, "chip/abc.bin", b"abc").unwrap();
        assert_eq!(fs::read(folder.join("chip/abc.bin")).unwrap(), b"abc");
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(
            serde_json::to_value(&entry).unwrap(),
            serde_json::json!({
                "file": "chip/abc.bin",
                "sizeBytes": 3,
                "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "md5": "900150983cd24fb0d6963f7d28e17f72",
            })
        );
    }
}
