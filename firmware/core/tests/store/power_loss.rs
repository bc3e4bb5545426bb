//! Power loss at every written byte and at every erase.

use crate::bench::{Bench, Chance, Numbered};
use leitstand_core::config::{Configuration, Membership, Provisioning};
use leitstand_core::store::{Certificate, Loaded, PARTITION_BYTES, Record, Runtime, StoreError};
use leitstand_world::flash::Flash;

/// The steps that saving `value` on this flash takes.
fn steps_of_save<T: Numbered>(image: &[u8], value: &T) -> u64 {
    let mut bench = Bench::on(Flash::from_image(image.to_vec()));
    bench.save(value).unwrap();
    bench.machine.flash.steps()
}

fn loaded<T>(value: Option<T>) -> Loaded<T> {
    value.map_or(Loaded::Empty, Loaded::Found)
}

/// Cuts each of a row of saves at every step, and checks what the next boots find and can save.
fn assert_survives<T: Numbered>(saves: u32) {
    let mut image = vec![0xFF; PARTITION_BYTES as usize];
    for number in 0..saves {
        let old = || number.checked_sub(1).map(T::numbered);
        let new = T::numbered(number);
        for cut in 0..steps_of_save(&image, &new) {
            let mut bench = Bench::on(Flash::from_image(image.clone()));
            bench.machine.flash.cut_power_after(cut, number * 7919 + cut as u32);
            assert_eq!(bench.save(&new), Err(StoreError::Commit), "save {number} cut at {cut}");
            bench.reboot();
            let found = bench.load::<T>();
            let is_old = found == loaded(old());
            assert!(is_old || found == Loaded::Found(T::numbered(number)), "save {number} cut at {cut}: {found:?}");

            let later = T::numbered(number + 1000);
            bench.save(&later).unwrap();
            bench.reboot();
            assert_eq!(bench.load::<T>(), Loaded::Found(later));
            assert_eq!(bench.machine.flash.misuses(), 0);
        }
        let mut bench = Bench::on(Flash::from_image(image));
        bench.save(&new).unwrap();
        image = bench.machine.flash.image().to_vec();
    }
}

#[test]
fn provisioning_survives_a_cut_at_every_byte() {
    assert_survives::<Provisioning>(5);
}

#[test]
fn membership_survives_a_cut_at_every_byte() {
    assert_survives::<Membership>(5);
}

#[test]
fn a_configuration_survives_a_cut_at_every_byte() {
    assert_survives::<Configuration>(5);
}

#[test]
fn a_certificate_survives_a_cut_at_every_byte() {
    assert_survives::<Certificate>(4);
}

#[test]
fn the_runtime_record_survives_a_cut_at_every_byte_while_it_fills_both_sectors() {
    assert_survives::<Runtime>(70);
}

/// Many cuts in a row on the same flash: the debris of earlier ones is what the later ones start from.
fn assert_survives_series<T: Numbered>(seed: u32) {
    let mut chance = Chance(seed);
    let mut bench = Bench::new();
    let mut known: Option<u32> = None;
    for number in 0..400 {
        let value = T::numbered(number);
        let most = steps_of_save(bench.machine.flash.image(), &value) as usize;
        // One in eight goes through.
        let cut = chance.below(most + most / 8 + 1);
        bench.machine.flash.cut_power_after(cut as u64, chance.next());
        let is_stored = bench.save(&value).is_ok();
        bench.reboot();
        let found = bench.load::<T>();
        if found == Loaded::Found(value) {
            known = Some(number);
        } else {
            assert!(!is_stored, "save {number} was reported as stored");
            assert_eq!(found, loaded(known.map(T::numbered)), "save {number}");
        }
    }
    assert_eq!(bench.machine.flash.misuses(), 0);
}

#[test]
fn cut_after_cut_leaves_the_last_value_that_was_stored() {
    for seed in 1..=10 {
        assert_survives_series::<Provisioning>(seed);
        assert_survives_series::<Runtime>(seed);
    }
}

#[test]
fn a_cut_save_is_not_reported_as_a_loss() {
    let mut before = Bench::new();
    before.save(&Provisioning::numbered(1)).unwrap();
    before.save(&Provisioning::numbered(2)).unwrap();
    let image = before.machine.flash.image().to_vec();
    let value = Provisioning::numbered(3);
    // From the first written byte on: a cut erase may leave anything.
    for cut in 1..steps_of_save(&image, &value) {
        let mut bench = Bench::on(Flash::from_image(image.clone()));
        bench.machine.flash.cut_power_after(cut, 5);
        let _ = bench.save(&value);
        bench.reboot();
        assert_eq!(bench.store.degraded(), None, "cut at {cut}");
    }
}

#[test]
fn a_cut_factory_reset_leaves_the_present_value_or_none_never_an_older_one() {
    let mut before = Bench::new();
    for number in 0..4 {
        before.save(&Provisioning::numbered(number)).unwrap();
        before.save(&Membership::numbered(number)).unwrap();
    }
    let image = before.machine.flash.image().to_vec();
    for cut in 0..2 * Record::ALL.len() as u64 {
        for seed in 0..50 {
            let mut bench = Bench::on(Flash::from_image(image.clone()));
            bench.machine.flash.cut_power_after(cut, seed);
            let reset = bench.store.erase_all(&mut bench.machine);
            assert_eq!(reset, Err(StoreError::Commit));
            bench.reboot();
            let provisioning = bench.load::<Provisioning>();
            let present = Loaded::Found(Provisioning::numbered(3));
            assert!(
                [present, Loaded::Empty, Loaded::Damaged].contains(&provisioning),
                "cut at {cut}, seed {seed}: {provisioning:?}"
            );
            assert_eq!(bench.store.erase_all(&mut bench.machine), Ok(()));
            assert_eq!(bench.load::<Membership>(), Loaded::Empty);
        }
    }
}
