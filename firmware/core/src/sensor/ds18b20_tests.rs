use std::vec;

use super::one_wire::crc8;
use super::test_rig::Rig;
use super::{Number, Progress, Quality, fault};

const SKIP_ROM_ONES: usize = 0xCC_u8.count_ones() as usize;

impl Rig {
    /// Lets the bus answer one reading of a scratchpad.
    pub fn scratchpad(&mut self, raw: i16) {
        let [low, high] = raw.to_le_bytes();
        let mut bytes = vec![low, high, 0x4B, 0x46, 0x7F, 0xFF, 0x0C, 0x10];
        bytes.push(crc8(&bytes));
        self.answer(&bytes);
    }

    pub fn conversion(&mut self) {
        let ones = SKIP_ROM_ONES + 0x44_u8.count_ones() as usize;
        self.io.answer_bytes(ones, &[]);
    }

    fn answer(&mut self, bytes: &[u8]) {
        let ones = SKIP_ROM_ONES + 0xBE_u8.count_ones() as usize;
        self.io.answer_bytes(ones, bytes);
    }
}

#[test]
fn a_ds18b20_is_read_after_its_conversion() {
    let mut rig = Rig::new("ds18b20", 4);
    rig.conversion();
    rig.scratchpad(358);
    let readings = rig.readings();
    assert_eq!(rig.now_ms, 750);
    assert_eq!(readings[0].raw, Number::integer(358));
    assert_eq!(readings[0].value, 22.375);
    assert_eq!((readings[0].rom, readings[0].error_code), (None, None));
}

#[test]
fn unused_bits_of_a_ds18b20_with_fewer_bits_are_dropped() {
    let mut rig = Rig::new("ds18b20", 4);
    rig.conversion();
    let mut bytes = vec![0x67, 0x01, 0x4B, 0x46, 0x1F, 0xFF, 0x0C, 0x10];
    bytes.push(crc8(&bytes));
    rig.answer(&bytes);
    assert_eq!(rig.readings()[0].raw, Number::integer(0x160));
}

#[test]
fn the_power_on_value_is_read_again_once() {
    let mut rig = Rig::new("ds18b20", 4);
    rig.conversion();
    rig.scratchpad(1360);
    rig.conversion();
    rig.scratchpad(400);
    let readings = rig.readings();
    assert_eq!(rig.now_ms, 1500);
    assert_eq!(readings[0].raw, Number::integer(400));
    assert_eq!(readings[0].quality, Quality::Good);
    assert_eq!(readings[0].error_code, Some(1061));
}

#[test]
fn eighty_five_degrees_are_believed_only_near_to_another_value() {
    let mut rig = Rig::new("ds18b20", 4);
    for _ in 0..2 {
        rig.conversion();
        rig.scratchpad(1360);
    }
    let readings = rig.readings();
    assert_eq!(readings[0].quality, Quality::Suspect);
    assert_eq!(readings[0].error_code, Some(1061));
    rig.conversion();
    rig.scratchpad(1350);
    assert_eq!(rig.readings()[0].quality, Quality::Good);
    rig.conversion();
    rig.scratchpad(1360);
    let readings = rig.readings();
    assert_eq!(readings[0].quality, Quality::Good);
    assert_eq!(readings[0].error_code, None);
}

#[test]
fn temperatures_that_a_ds18b20_cannot_measure_are_suspect() {
    let cases = [(-880, None), (-881, Some(1062)), (2000, None), (2001, Some(1062))];
    for (raw, error_code) in cases {
        let mut rig = Rig::new("ds18b20", 4);
        rig.conversion();
        rig.scratchpad(raw);
        let readings = rig.readings();
        assert_eq!(readings[0].error_code, error_code, "{raw}");
        let is_suspect = readings[0].quality == Quality::Suspect;
        assert_eq!(is_suspect, error_code.is_some(), "{raw}");
    }
}

#[test]
fn the_marker_of_a_missing_ds18b20_is_no_value() {
    let mut rig = Rig::new("ds18b20", 4);
    rig.conversion();
    rig.scratchpad(-2032);
    assert_eq!(rig.measure(), Progress::Failed(fault::DS18B20_MISSING));
}

#[test]
fn an_empty_bus_fails_after_three_tries() {
    let mut rig = Rig::new("ds18b20", 4);
    rig.io.is_present = false;
    assert_eq!(rig.measure(), Progress::Failed(fault::DS18B20_MISSING));
    assert_eq!(rig.now_ms, 20);
}

#[test]
fn a_spoilt_scratchpad_is_read_again_and_a_shorted_bus_is_not_zero_degrees() {
    let mut rig = Rig::new("ds18b20", 4);
    rig.conversion();
    rig.answer(&[1, 2, 3, 4, 5, 6, 7, 8, 9]);
    rig.scratchpad(400);
    assert_eq!(rig.readings()[0].raw, Number::integer(400));
    assert_eq!(rig.now_ms, 760);
    rig.conversion();
    for _ in 0..3 {
        rig.answer(&[0; 9]);
    }
    assert_eq!(rig.measure(), Progress::Failed(fault::ONE_WIRE_SHORT));
}

#[test]
fn a_configured_rom_that_nobody_has_is_a_missing_sensor() {
    let mut rig = Rig::new("ds18b20", 4);
    rig.config.rom = [0x28, 1, 2, 3, 4, 5, 6, 7];
    assert_eq!(rig.measure(), Progress::Failed(fault::DS18B20_MISSING));
}

#[test]
fn a_sensor_that_never_converts_does_not_make_its_own_value_believable() {
    let mut rig = Rig::new("ds18b20", 4);
    for _ in 0..3 {
        for _ in 0..2 {
            rig.conversion();
            rig.scratchpad(1360);
        }
        assert_eq!(rig.readings()[0].quality, Quality::Suspect);
    }
}
