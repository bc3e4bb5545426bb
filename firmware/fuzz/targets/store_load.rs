//! Any flash content at all: loading never panics, and saving over it works.
//!
//! The input is a row of pieces: byte 0 = sector (low four bits) and entry (the next three), bit 7 = raw; byte 1 = count; then that many bytes. A raw piece is
//! laid into the flash as it is. Any other one becomes an entry with right checks, which chance would never find, so that the bytes reach the
//! decoders behind them.
#![no_main]

use leitstand_core::config::{Configuration, Membership, Provisioning};
use leitstand_core::io::SECTOR_BYTES;
use leitstand_core::store::{Certificate, Loaded, PARTITION_BYTES, Runtime, SCRATCH_BYTES, Store};
use leitstand_fuzz::Machine;
use libfuzzer_sys::fuzz_target;

const SECTOR: usize = SECTOR_BYTES as usize;
/// Entries of the runtime record; the other records have theirs at the beginning of a sector.
const ENTRY_BYTES: usize = 128;
const RUNTIME_SECTORS: std::ops::Range<usize> = 6..8;

/// The bytes of an entry (layout: core/src/store/entry.rs), as long as they fit.
fn entry(sector: usize, sequence: u8, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"LTS1".to_vec();
    bytes.extend([sector as u8 / 2 + 1, 1]);
    bytes.extend((data.len() as u16).to_le_bytes());
    bytes.extend(u32::from(sequence).to_le_bytes());
    bytes.extend(crc32fast::hash(data).to_le_bytes());
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    bytes.extend(data);
    bytes
}

fn image_of(mut data: &[u8]) -> Vec<u8> {
    let mut image = vec![0xFF; PARTITION_BYTES as usize];
    while let [place, count, rest @ ..] = data {
        let (bytes, behind) = rest.split_at(usize::from(*count).min(rest.len()));
        data = behind;
        let sector = usize::from(*place & 15) % (image.len() / SECTOR);
        let index = usize::from(*place >> 4 & 7);
        let piece = if *place & 128 != 0 { bytes.to_vec() } else { entry(sector, *count, bytes) };
        let room = if RUNTIME_SECTORS.contains(&sector) { ENTRY_BYTES } else { SECTOR - 7 * ENTRY_BYTES };
        let is_lone_entry = *place & 128 == 0 && !RUNTIME_SECTORS.contains(&sector);
        let start = sector * SECTOR + if is_lone_entry { 0 } else { index * ENTRY_BYTES };
        let piece = &piece[..piece.len().min(room)];
        image[start..start + piece.len()].copy_from_slice(piece);
    }
    image
}

fuzz_target!(|data: &[u8]| {
    let mut machine = Machine::with_flash(image_of(data));
    let mut scratch = [0; SCRATCH_BYTES];
    let mut store = Store::new();
    store.open(&mut machine);
    let _ = store.load::<Provisioning>(&mut machine, &mut scratch);
    let _ = store.load::<Membership>(&mut machine, &mut scratch);
    let _ = store.load::<Configuration>(&mut machine, &mut scratch);
    let _ = store.load::<Certificate>(&mut machine, &mut scratch);
    let mut runtime = match store.load::<Runtime>(&mut machine, &mut scratch) {
        Loaded::Found(runtime) => runtime,
        Loaded::Empty | Loaded::Damaged => Runtime::default(),
    };
    runtime.boot_count = runtime.boot_count.wrapping_add(1);
    assert!(store.save(&mut machine, &runtime, &mut scratch).is_ok());
    let loaded = store.load(&mut machine, &mut scratch);
    assert_eq!(loaded, Loaded::Found(runtime));
    assert_eq!(machine.flash.misuses(), 0);
});
