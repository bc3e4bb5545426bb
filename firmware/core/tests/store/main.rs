//! The settings store against flash that obeys its physics and fails on demand.

mod bench;
mod damage;
mod power_loss;

use bench::{Bench, Numbered};
use leitstand_core::config::{Configuration, Membership, Provisioning};
use leitstand_core::store::{
    Certificate, Loaded, PARTITION_BYTES, Record, Runtime, SCRATCH_BYTES, Saved, Store, StoreError, Stored,
};

fn assert_largest_fits<T: Numbered>() {
    let mut bench = Bench::new();
    let largest = T::largest();
    let size_bytes = postcard::to_slice(&largest, &mut [0; 8192]).unwrap().len();
    assert!(size_bytes <= T::RECORD.capacity_bytes(), "{:?}: {size_bytes} bytes", T::RECORD);
    assert_eq!(bench.save(&largest), Ok(Saved::Written));
    bench.reboot();
    assert_eq!(bench.load::<T>(), Loaded::Found(largest));
}

#[test]
fn the_largest_value_of_every_record_fits_its_slot() {
    assert_largest_fits::<Provisioning>();
    assert_largest_fits::<Membership>();
    assert_largest_fits::<Configuration>();
    assert_largest_fits::<Runtime>();
    assert_largest_fits::<Certificate>();
}

#[test]
fn erased_flash_holds_nothing_and_is_in_order() {
    let mut bench = Bench::new();
    bench.store.open(&mut bench.machine);
    assert_eq!(bench.load::<Provisioning>(), Loaded::Empty);
    assert_eq!(bench.load::<Runtime>(), Loaded::Empty);
    assert_eq!(bench.store.degraded(), None);
}

#[test]
fn records_do_not_touch_each_other() {
    let mut bench = Bench::new();
    for number in 0..40 {
        bench.save(&Runtime::numbered(number)).unwrap();
        bench.save(&Provisioning::numbered(number)).unwrap();
        bench.save(&Membership::numbered(number)).unwrap();
        bench.save(&Configuration::numbered(number)).unwrap();
        bench.save(&Certificate::numbered(number)).unwrap();
    }
    bench.reboot();
    assert_eq!(bench.load(), Loaded::Found(Runtime::numbered(39)));
    assert_eq!(bench.load(), Loaded::Found(Provisioning::numbered(39)));
    assert_eq!(bench.load(), Loaded::Found(Membership::numbered(39)));
    assert_eq!(bench.load(), Loaded::Found(Configuration::numbered(39)));
    assert_eq!(bench.load(), Loaded::Found(Certificate::numbered(39)));
    assert_eq!(bench.machine.flash.misuses(), 0);
    assert_eq!(bench.store.degraded(), None);
}

#[test]
fn an_equal_value_costs_no_write() {
    let mut bench = Bench::new();
    bench.save(&Configuration::largest()).unwrap();
    let steps = bench.machine.flash.steps();
    assert_eq!(bench.save(&Configuration::largest()), Ok(Saved::Unchanged));
    assert_eq!(bench.machine.flash.steps(), steps);
}

#[test]
fn a_boot_counter_erases_one_sector_in_32_saves() {
    let mut bench = Bench::new();
    for boot in 0..640 {
        bench.save(&Runtime::numbered(boot)).unwrap();
        bench.reboot();
        assert_eq!(bench.load(), Loaded::Found(Runtime::numbered(boot)));
    }
    assert_eq!(bench.erases(), 640 / 32);
    assert_eq!(bench.machine.flash.misuses(), 0);
}

#[test]
fn the_other_records_wear_both_sectors_alike() {
    let mut bench = Bench::new();
    for number in 0..100 {
        bench.save(&Provisioning::numbered(number)).unwrap();
    }
    assert_eq!(bench.machine.flash.erase_counts(), [50, 50, 0, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn a_value_that_does_not_fit_the_scratch_is_refused_and_nothing_is_written() {
    let mut bench = Bench::new();
    let refused = bench.store.save(&mut bench.machine, &Certificate::largest(), &mut [0; 100]);
    assert_eq!(refused, Err(StoreError::TooLarge));
    assert_eq!(bench.machine.flash.steps(), 0);
}

/// Pretends to be a newer firmware whose provisioning does not end.
#[derive(serde::Serialize, serde::Deserialize)]
struct Oversize(Vec<u8>);

impl Stored for Oversize {
    const RECORD: Record = Record::Provisioning;
}

#[test]
fn a_value_beyond_the_record_is_refused_even_with_room_in_the_scratch() {
    let mut bench = Bench::new();
    bench.scratch.resize(2 * SCRATCH_BYTES, 0);
    let oversize = Oversize(vec![7; SCRATCH_BYTES - 1]);
    assert_eq!(bench.save(&oversize), Err(StoreError::TooLarge));
    let largest = Oversize(vec![7; SCRATCH_BYTES - 2]);
    assert_eq!(bench.save(&largest), Ok(Saved::Written));
}

#[test]
fn a_factory_reset_leaves_erased_flash() {
    let mut bench = Bench::new();
    for number in 0..3 {
        bench.save(&Provisioning::numbered(number)).unwrap();
        bench.save(&Runtime::numbered(number)).unwrap();
    }
    assert_eq!(bench.store.erase_all(&mut bench.machine), Ok(()));
    let blank = vec![0xFF; PARTITION_BYTES as usize];
    assert!(bench.machine.flash.image() == blank);
    assert_eq!(bench.load::<Provisioning>(), Loaded::Empty);
}

#[test]
fn erasing_one_record_keeps_the_others() {
    let mut bench = Bench::new();
    bench.save(&Provisioning::numbered(1)).unwrap();
    bench.save(&Runtime::numbered(1)).unwrap();
    let Bench { store, machine, .. } = &mut bench;
    assert_eq!(store.erase(machine, Record::Provisioning), Ok(()));
    assert_eq!(bench.load::<Provisioning>(), Loaded::Empty);
    assert_eq!(bench.load(), Loaded::Found(Runtime::numbered(1)));
}

#[test]
fn a_default_runtime_logs_from_info_on_and_has_never_booted() {
    let runtime = Runtime::default();
    assert_eq!(runtime.boot_count, 0);
    assert_eq!(runtime.log_level, leitstand_core::io::LogLevel::Info);
    assert!(Store::default().degraded().is_none());
}
