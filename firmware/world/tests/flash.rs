//! The flash fake itself: if it were kinder than real flash, the tests of the store would prove nothing.

use leitstand_core::io::{FlashError, SECTOR_BYTES};
use leitstand_world::flash::Flash;

const SECTOR: usize = SECTOR_BYTES as usize;

fn read(flash: &mut Flash, offset: u32) -> [u8; 4] {
    let mut bytes = [0; 4];
    flash.read(offset, &mut bytes).unwrap();
    bytes
}

#[test]
fn programming_only_clears_bits_and_setting_one_is_counted_as_misuse() {
    let mut flash = Flash::new(SECTOR);
    flash.write(4, &[0xF0; 4]).unwrap();
    flash.write(4, &[0x30; 4]).unwrap();
    assert_eq!((read(&mut flash, 4), flash.misuses()), ([0x30; 4], 0));
    flash.write(4, &[0x0F; 4]).unwrap();
    assert_eq!((read(&mut flash, 4), flash.misuses()), ([0x00; 4], 4));
}

#[test]
fn an_erase_fills_one_sector_and_is_counted_there() {
    let mut flash = Flash::from_image(vec![0; 2 * SECTOR]);
    flash.erase(SECTOR_BYTES).unwrap();
    assert!(flash.image()[..SECTOR].iter().all(|byte| *byte == 0));
    assert!(flash.image()[SECTOR..].iter().all(|byte| *byte == 0xFF));
    assert_eq!(flash.erase_counts(), [0, 1]);
}

#[test]
fn what_is_misaligned_or_outside_is_refused() {
    let mut flash = Flash::new(SECTOR);
    assert_eq!(flash.write(2, &[0; 4]), Err(FlashError));
    assert_eq!(flash.write(0, &[0; 3]), Err(FlashError));
    assert_eq!(flash.write(SECTOR_BYTES - 4, &[0; 8]), Err(FlashError));
    assert_eq!(flash.erase(4), Err(FlashError));
    assert_eq!(flash.erase(SECTOR_BYTES), Err(FlashError));
    assert_eq!(flash.read(SECTOR_BYTES - 1, &mut [0; 2]), Err(FlashError));
    assert_eq!((flash.misuses(), flash.steps()), (6, 0));
}

#[test]
fn a_cut_write_stops_at_its_byte_and_nothing_answers_until_power_is_back() {
    let mut flash = Flash::new(SECTOR);
    flash.cut_power_after(2, 1);
    assert_eq!(flash.write(0, &[0; 8]), Err(FlashError));
    assert!(flash.is_dead());
    assert_eq!(flash.read(0, &mut [0; 4]), Err(FlashError));
    assert_eq!(flash.erase(0), Err(FlashError));
    flash.power_on();
    let [first, second, _, fourth] = read(&mut flash, 0);
    assert_eq!([first, second, fourth], [0, 0, 0xFF]);
}

#[test]
fn a_cut_erase_leaves_the_old_content_an_erased_sector_or_a_mixture() {
    let mut outcomes = [false; 3];
    for seed in 0..40 {
        let mut flash = Flash::from_image(vec![0x5A; SECTOR]);
        flash.cut_power_after(0, seed);
        assert_eq!(flash.erase(0), Err(FlashError));
        let is_all = |wanted: u8| flash.image().iter().all(|byte| *byte == wanted);
        let outcome = match (is_all(0x5A), is_all(0xFF)) {
            (true, _) => 0,
            (_, true) => 1,
            _ => 2,
        };
        outcomes[outcome] = true;
    }
    assert_eq!(outcomes, [true; 3]);
}

#[test]
fn an_error_comes_once_and_changes_nothing() {
    let mut flash = Flash::new(SECTOR);
    flash.fail_after(0);
    assert_eq!(flash.write(0, &[0; 4]), Err(FlashError));
    assert_eq!(read(&mut flash, 0), [0xFF; 4]);
    assert_eq!(flash.write(0, &[0; 4]), Ok(()));
}

#[test]
fn a_frozen_sector_swallows_writes_and_erases_without_a_word() {
    let mut flash = Flash::from_image(vec![0x5A; 2 * SECTOR]);
    flash.freeze_sector(0);
    assert_eq!(flash.write(0, &[0; 4]), Ok(()));
    assert_eq!(flash.erase(0), Ok(()));
    assert_eq!(read(&mut flash, 0), [0x5A; 4]);
    assert_eq!(flash.write(SECTOR_BYTES, &[0; 4]), Ok(()));
    assert_eq!(read(&mut flash, SECTOR_BYTES), [0; 4]);
}
