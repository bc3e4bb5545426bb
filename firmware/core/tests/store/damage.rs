//! Flash that fails without a loss of power: bad bits, worn out sectors, errors of the driver, other firmware.

use crate::bench::{Bench, Chance, Numbered};
use leitstand_core::config::{Configuration, Membership, Provisioning};
use leitstand_core::io::SECTOR_BYTES;
use leitstand_core::store::{Certificate, Degraded, Loaded, PARTITION_BYTES, Runtime, StoreError};
use leitstand_world::flash::Flash;

const SECTOR: usize = SECTOR_BYTES as usize;
const HEADER_BYTES: usize = 20;

/// Two provisionings, the newer one in sector 1.
fn two_saves() -> Vec<u8> {
    let mut bench = Bench::new();
    bench.save(&Provisioning::numbered(1)).unwrap();
    bench.save(&Provisioning::numbered(2)).unwrap();
    bench.machine.flash.image().to_vec()
}

fn booted(image: Vec<u8>) -> Bench {
    let mut bench = Bench::on(Flash::from_image(image));
    bench.store.open(&mut bench.machine);
    bench
}

#[test]
fn a_bad_bit_anywhere_in_the_newest_value_brings_back_the_older_one_and_is_reported() {
    let image = two_saves();
    let value = Provisioning::numbered(2);
    let data_bytes = postcard::to_slice(&value, &mut [0; 1024]).unwrap().len();
    // Behind the commit mark, which is not needed to read a value.
    for bit in 4 * 8..(HEADER_BYTES + data_bytes) * 8 {
        let mut bench = booted(image.clone());
        bench.machine.flash.flip_bit(SECTOR * 8 + bit);
        bench.reboot();
        assert_eq!(bench.store.degraded(), Some(Degraded::Drift), "bit {bit} before the load");
        assert_eq!(bench.load(), Loaded::Found(Provisioning::numbered(1)), "bit {bit}");
        assert_eq!(bench.store.drift_count(), 1);
    }
}

#[test]
fn a_bad_bit_in_the_commit_mark_loses_nothing() {
    for bit in 0..32 {
        let mut bench = booted(two_saves());
        bench.machine.flash.flip_bit(SECTOR * 8 + bit);
        bench.reboot();
        assert_eq!(bench.load(), Loaded::Found(Provisioning::numbered(2)));
        assert_eq!(bench.store.degraded(), None);
    }
}

#[test]
fn a_bad_bit_in_the_older_value_is_of_no_account() {
    let mut bench = booted(two_saves());
    for bit in [4 * 8, HEADER_BYTES * 8] {
        bench.machine.flash.flip_bit(bit + 3);
    }
    bench.reboot();
    assert_eq!(bench.load(), Loaded::Found(Provisioning::numbered(2)));
}

#[test]
fn bad_data_of_the_older_value_is_no_loss() {
    let mut bench = booted(two_saves());
    bench.machine.flash.flip_bit(HEADER_BYTES * 8);
    bench.reboot();
    assert_eq!(bench.load(), Loaded::Found(Provisioning::numbered(2)));
    assert_eq!(bench.store.degraded(), None);
}

#[test]
fn a_save_mends_a_loss_even_when_the_value_is_the_one_in_use() {
    let mut bench = booted(two_saves());
    bench.machine.flash.flip_bit((SECTOR + HEADER_BYTES + 1) * 8);
    bench.reboot();
    assert_eq!(bench.load(), Loaded::Found(Provisioning::numbered(1)));
    bench.save(&Provisioning::numbered(1)).unwrap();
    assert_eq!(bench.store.degraded(), None);
    bench.reboot();
    assert_eq!(bench.load(), Loaded::Found(Provisioning::numbered(1)));
    assert_eq!(bench.store.degraded(), None);
}

#[test]
fn a_lone_value_that_went_bad_is_damaged_not_empty() {
    let mut bench = Bench::new();
    bench.save(&Membership::numbered(5)).unwrap();
    let image = bench.machine.flash.image().to_vec();
    // In the sequence of its header, and in its data.
    for byte in [8, HEADER_BYTES] {
        let mut bench = booted(image.clone());
        bench.machine.flash.flip_bit((2 * SECTOR + byte) * 8);
        bench.reboot();
        assert_eq!(bench.load::<Membership>(), Loaded::Damaged);
        assert_eq!(bench.store.degraded().map(Degraded::reason), Some("PERSISTENCE_DRIFT"));
    }
}

#[test]
fn a_bad_newest_runtime_entry_falls_back_to_the_one_before_and_the_next_save_mends_it() {
    let mut bench = Bench::new();
    for number in 0..10 {
        bench.save(&Runtime::numbered(number)).unwrap();
    }
    // Entry 9 of the first runtime sector, its sequence.
    bench.machine.flash.flip_bit((6 * SECTOR + 9 * 128 + 8) * 8);
    bench.reboot();
    assert_eq!(bench.load(), Loaded::Found(Runtime::numbered(8)));
    assert_eq!(bench.store.degraded(), Some(Degraded::Drift));
    bench.save(&Runtime::numbered(11)).unwrap();
    bench.reboot();
    assert_eq!(bench.load(), Loaded::Found(Runtime::numbered(11)));
    assert_eq!(bench.store.degraded(), None);
}

#[test]
fn an_old_bad_runtime_entry_is_of_no_account() {
    let mut bench = Bench::new();
    for number in 0..40 {
        bench.save(&Runtime::numbered(number)).unwrap();
    }
    for entry in [3, 31] {
        bench.machine.flash.flip_bit((6 * SECTOR + entry * 128 + 8) * 8);
    }
    bench.machine.flash.flip_bit((7 * SECTOR + 2 * 128 + 8) * 8);
    bench.reboot();
    assert_eq!(bench.load(), Loaded::Found(Runtime::numbered(39)));
    assert_eq!(bench.store.degraded(), None);
}

/// Changes the header at `offset` and makes its check right again.
fn edit_header(image: &mut [u8], offset: usize, edit: impl Fn(&mut [u8])) {
    let header = &mut image[offset..offset + HEADER_BYTES];
    edit(header);
    let check = crc32fast::hash(&header[..16]).to_le_bytes();
    header[16..].copy_from_slice(&check);
}

/// Gives the newer of two provisionings a version that this firmware does not know.
fn with_newer_version() -> Vec<u8> {
    let mut image = two_saves();
    edit_header(&mut image, SECTOR, |header| header[5] = 2);
    image
}

#[test]
fn an_entry_longer_than_its_slot_is_never_used_even_with_right_checks() {
    for (offset, length) in [(SECTOR, 4077), (9 * SECTOR, u16::MAX)] {
        let mut image = two_saves();
        let data = offset + HEADER_BYTES;
        let end = (data + usize::from(length)).min(image.len());
        let crc = crc32fast::hash(&image[data..end]).to_le_bytes();
        edit_header(&mut image, offset, |header| {
            header[..4].copy_from_slice(b"LTS1");
            header[4] = (offset / SECTOR / 2) as u8 + 1;
            header[5] = 1;
            header[6..8].copy_from_slice(&length.to_le_bytes());
            header[8..12].copy_from_slice(&9u32.to_le_bytes());
            header[12..16].copy_from_slice(&crc);
        });
        let mut bench = booted(image);
        assert_eq!(bench.store.degraded(), Some(Degraded::Drift));
        let is_damaged = offset == SECTOR;
        let usable = Provisioning::numbered(if is_damaged { 1 } else { 2 });
        assert_eq!(bench.load(), Loaded::Found(usable));
    }
}

#[test]
fn a_bad_bit_in_any_one_read_never_gives_another_value() {
    for read in 0..40 {
        let mut bench = booted(two_saves());
        bench.machine.reads_to_bad_bit = Some(read);
        let found = bench.load::<Provisioning>();
        let allowed =
            [Loaded::Found(Provisioning::numbered(1)), Loaded::Found(Provisioning::numbered(2)), Loaded::Damaged];
        assert!(allowed.contains(&found), "read {read}: {found:?}");
    }
}

#[test]
fn a_value_with_the_same_length_and_check_is_still_another_value() {
    // The generator polynomial itself, first bit first: adding it leaves a CRC as it was.
    let polynomial = 0x1_04C1_1DB7_u64;
    let mut other = [0u8; 100];
    for bit in 0..33 {
        other[40 + bit / 8] |= ((polynomial >> (32 - bit) & 1) as u8) << (bit % 8);
    }
    let [one, other] =
        [[0; 100], other].map(|bytes| Certificate { authority: heapless::Vec::from_slice(&bytes).unwrap() });
    let crc = |value: &Certificate| crc32fast::hash(postcard::to_slice(value, &mut [0; 200]).unwrap());
    assert_eq!(crc(&one), crc(&other));
    let mut bench = Bench::new();
    bench.save(&one).unwrap();
    bench.save(&other).unwrap();
    assert_eq!(bench.load(), Loaded::Found(other));
}

#[test]
fn a_value_of_a_newer_firmware_is_left_alone_until_a_save() {
    let image = with_newer_version();
    let mut bench = booted(image.clone());
    assert_eq!(bench.load(), Loaded::Found(Provisioning::numbered(1)));
    assert_eq!(bench.store.degraded(), Some(Degraded::Drift));
    assert!(bench.machine.flash.image() == image);
    bench.save(&Provisioning::numbered(3)).unwrap();
    bench.reboot();
    assert_eq!(bench.load(), Loaded::Found(Provisioning::numbered(3)));
    assert_eq!(bench.store.degraded(), None);
}

#[test]
fn a_sequence_that_wraps_still_finds_the_newest() {
    let mut image = two_saves();
    for (sector, sequence) in [(0, u32::MAX - 1), (SECTOR, u32::MAX)] {
        edit_header(&mut image, sector, |header| {
            header[8..12].copy_from_slice(&sequence.to_le_bytes());
        });
    }
    let mut bench = booted(image);
    for number in 2..6 {
        assert_eq!(bench.load(), Loaded::Found(Provisioning::numbered(number)));
        bench.save(&Provisioning::numbered(number + 1)).unwrap();
        bench.reboot();
    }
}

#[test]
fn a_worn_out_sector_is_reported_and_the_old_value_stays() {
    let mut bench = booted(two_saves());
    bench.machine.flash.freeze_sector(0);
    assert_eq!(bench.save(&Provisioning::numbered(3)), Err(StoreError::Commit));
    assert_eq!(bench.store.degraded().map(Degraded::reason), Some("NVS_COMMIT_FAILED"));
    assert_eq!(bench.load(), Loaded::Found(Provisioning::numbered(2)));
}

#[test]
fn the_runtime_record_moves_to_its_other_sector_when_one_is_worn_out() {
    let mut bench = Bench::new();
    bench.save(&Runtime::numbered(1)).unwrap();
    bench.machine.flash.freeze_sector(6);
    bench.save(&Runtime::numbered(2)).unwrap();
    bench.save(&Runtime::numbered(3)).unwrap();
    bench.reboot();
    assert_eq!(bench.load(), Loaded::Found(Runtime::numbered(3)));
    assert_eq!(bench.store.degraded(), None);
}

#[test]
fn an_error_of_the_driver_at_any_step_leaves_old_or_new_and_the_next_save_works() {
    let steps = {
        let mut bench = booted(two_saves());
        bench.save(&Provisioning::numbered(3)).unwrap();
        bench.machine.flash.steps()
    };
    for step in 0..steps {
        let mut bench = booted(two_saves());
        bench.machine.flash.fail_after(step);
        assert_eq!(bench.save(&Provisioning::numbered(3)), Err(StoreError::Commit));
        let found = bench.load::<Provisioning>();
        let allowed = [2, 3].map(|number| Loaded::Found(Provisioning::numbered(number)));
        assert!(allowed.contains(&found), "step {step}: {found:?}");
        bench.save(&Provisioning::numbered(4)).unwrap();
        assert_eq!(bench.store.degraded(), None);
        assert_eq!(bench.load(), Loaded::Found(Provisioning::numbered(4)));
    }
}

#[test]
fn flash_that_cannot_be_read_is_reported_and_not_written() {
    let mut bench = booted(two_saves());
    bench.machine.is_mute = true;
    assert_eq!(bench.load::<Provisioning>(), Loaded::Damaged);
    assert_eq!(bench.store.degraded().map(Degraded::reason), Some("NVS_OPEN_FAILED"));
    assert_eq!(bench.save(&Provisioning::numbered(3)), Err(StoreError::Open));
    assert_eq!(bench.machine.flash.steps(), 0);
    bench.machine.is_mute = false;
    assert_eq!(bench.load(), Loaded::Found(Provisioning::numbered(2)));
    assert_eq!(bench.store.degraded(), None);
}

#[test]
fn a_factory_reset_goes_on_behind_a_sector_that_fails() {
    let mut bench = booted(two_saves());
    bench.save(&Runtime::numbered(1)).unwrap();
    bench.machine.flash.freeze_sector(1);
    let reset = bench.store.erase_all(&mut bench.machine);
    assert_eq!(reset, Err(StoreError::Commit));
    assert_eq!(bench.load::<Runtime>(), Loaded::Empty);
}

#[test]
fn another_partition_layout_reads_as_empty() {
    let mut image = two_saves();
    let (records, rest) = image.split_at_mut(2 * SECTOR);
    rest[..2 * SECTOR].copy_from_slice(records);
    let mut bench = booted(image);
    assert_eq!(bench.load::<Membership>(), Loaded::Empty);
    assert_eq!(bench.store.degraded(), None);
}

#[test]
fn random_bad_bits_and_random_content_never_panic_and_never_invent_a_value() {
    let mut chance = Chance(0x5EED);
    let mut before = Bench::new();
    for number in 0..40 {
        before.save(&Runtime::numbered(number)).unwrap();
        before.save(&Configuration::numbered(number)).unwrap();
        before.save(&Certificate::numbered(number)).unwrap();
    }
    let image = before.machine.flash.image().to_vec();
    for _ in 0..300 {
        let mut bench = booted(image.clone());
        for _ in 0..chance.below(2000) {
            let bit = chance.below(PARTITION_BYTES as usize * 8);
            bench.machine.flash.flip_bit(bit);
        }
        bench.reboot();
        if let Loaded::Found(found) = bench.load::<Configuration>() {
            assert!([38, 39].map(Configuration::numbered).contains(&found));
        }
        if let Loaded::Found(found) = bench.load::<Runtime>() {
            assert!((0..40).map(Runtime::numbered).any(|saved| saved == found));
        }
        bench.save(&Certificate::numbered(77)).unwrap();
        assert_eq!(bench.load(), Loaded::Found(Certificate::numbered(77)));
    }
    let noise = (0..PARTITION_BYTES).map(|_| chance.next() as u8).collect();
    let mut bench = booted(noise);
    assert_eq!(bench.load::<Configuration>(), Loaded::Empty);
    bench.save(&Configuration::numbered(1)).unwrap();
    assert_eq!(bench.load(), Loaded::Found(Configuration::numbered(1)));
}
