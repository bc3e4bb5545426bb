//! DS18B20 thermometer (wire contract 8.1 "DS18B20 specifics"). Source: Maxim "DS18B20", 19-7487 Rev 6.
//!
//! The device has to have its own supply: with parasite power the bus would have to be held high for the whole conversion.

use super::fault::{
    DS18B20_MISSING, DS18B20_OUT_OF_RANGE, DS18B20_POWER_ON_RESET, Fault, ONE_WIRE_READ, ONE_WIRE_SHORT,
};
use super::one_wire::{self, NO_ROM, crc8};
use super::reading::{Number, Quality};
use super::sampler::{Measured, Step, Target};
use crate::io::Io;

const CONVERT_T: u8 = 0x44;
const READ_SCRATCHPAD: u8 = 0xBE;
/// Longest conversion with 12 bits, table 2.
pub(super) const CONVERSION_MS: u64 = 750;
/// 8.1: "3 tries".
const MAX_TRIES: u8 = 3;
/// Lets a disturbance on the line pass.
const RETRY_MS: u64 = 10;
/// −127 °C, the marker of common drivers for "no sensor" (8.1).
const MISSING_RAW: i16 = -2032;
/// 85 °C, which the scratchpad holds until the first conversion after power-up (table 1).
const POWER_ON_RAW: i16 = 1360;
/// 85.0 °C is believed only this near to another value of the same sensor: 5 °C in sixteenths.
const NEAR_COUNTS: u16 = 5 * 16;
/// −55 and 125 °C in sixteenths.
const RANGE: core::ops::RangeInclusive<i16> = -880..=2000;

/// One measurement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ds18b20 {
    due_ms: u64,
    is_converting: bool,
    has_reread: bool,
    tries: u8,
}

impl Ds18b20 {
    pub const fn new() -> Ds18b20 {
        Ds18b20 { due_ms: 0, is_converting: false, has_reread: false, tries: 0 }
    }

    /// `last_raw` is the last value of this sensor that was not the power-on value.
    pub fn poll(&mut self, target: &Target<'_>, last_raw: &mut Option<i16>, now_ms: u64, io: &mut dyn Io) -> Step {
        if now_ms < self.due_ms {
            return Step::Wait { until_ms: self.due_ms };
        }
        if !self.is_converting {
            return match convert(target, io) {
                Ok(()) => self.wait(now_ms, CONVERSION_MS, true),
                Err(fault) => self.retry(fault, now_ms),
            };
        }
        match read_raw(target, io) {
            Ok(MISSING_RAW) => Step::Failed(DS18B20_MISSING),
            Ok(POWER_ON_RAW) if !is_near(*last_raw) && !self.has_reread => {
                self.has_reread = true;
                self.wait(now_ms, 0, false)
            }
            Ok(raw) => Step::done(target, self.judge(raw, last_raw)),
            Err(fault) => self.retry(fault, now_ms),
        }
    }

    fn wait(&mut self, now_ms: u64, delay_ms: u64, is_converting: bool) -> Step {
        self.is_converting = is_converting;
        self.due_ms = now_ms.saturating_add(delay_ms);
        Step::Wait { until_ms: self.due_ms }
    }

    fn retry(&mut self, fault: Fault, now_ms: u64) -> Step {
        self.tries = self.tries.saturating_add(1);
        if self.tries >= MAX_TRIES {
            return Step::Failed(fault);
        }
        self.wait(now_ms, RETRY_MS, self.is_converting)
    }

    fn judge(&self, raw: i16, last_raw: &mut Option<i16>) -> Measured {
        let is_doubtful = raw == POWER_ON_RAW && !is_near(*last_raw);
        if raw != POWER_ON_RAW {
            *last_raw = Some(raw);
        }
        let (quality, error_code) = if !RANGE.contains(&raw) {
            (Quality::Suspect, Some(DS18B20_OUT_OF_RANGE))
        } else if is_doubtful {
            (Quality::Suspect, Some(DS18B20_POWER_ON_RESET))
        } else {
            let was_reset = self.has_reread.then_some(DS18B20_POWER_ON_RESET);
            (Quality::Good, was_reset)
        };
        Measured { raw: Number::integer(i32::from(raw)), value: f32::from(raw) * 0.0625, quality, error_code }
    }
}

fn is_near(last_raw: Option<i16>) -> bool {
    last_raw.is_some_and(|raw| raw.abs_diff(POWER_ON_RAW) <= NEAR_COUNTS)
}

fn convert(target: &Target<'_>, io: &mut dyn Io) -> Result<(), Fault> {
    let gpio = target.config.gpio;
    if !one_wire::select(gpio, &target.config.rom, io) {
        return Err(DS18B20_MISSING);
    }
    one_wire::write_byte(gpio, CONVERT_T, io);
    Ok(())
}

/// Signed sixteenths of a degree.
fn read_raw(target: &Target<'_>, io: &mut dyn Io) -> Result<i16, Fault> {
    let gpio = target.config.gpio;
    if !one_wire::select(gpio, &target.config.rom, io) {
        return Err(DS18B20_MISSING);
    }
    one_wire::write_byte(gpio, READ_SCRATCHPAD, io);
    let scratchpad: [u8; 9] = core::array::from_fn(|_| one_wire::read_byte(gpio, io));
    // Others answered the reset, but nobody has this ROM.
    if target.config.rom != NO_ROM && scratchpad == [0xFF; 9] {
        return Err(DS18B20_MISSING);
    }
    // Nine zero bytes have a correct checksum, and would be 0 °C.
    if scratchpad == [0; 9] {
        return Err(ONE_WIRE_SHORT);
    }
    if crc8(&scratchpad) != 0 {
        return Err(ONE_WIRE_READ);
    }
    let [low, high, _, _, configuration, ..] = scratchpad;
    // With less than 12 bits the lowest ones are undefined (figure 4, table 2).
    let unused_bits = 3 - (configuration >> 5 & 3);
    Ok(i16::from_le_bytes([low, high]) >> unused_bits << unused_bits)
}
