//! BMP280 and BME280 (wire contract 8.1), one shot at a time in forced mode. Sources: Bosch "BMP280 Data sheet" (BST-BMP280-DS001) and
//! "BME280 Data sheet" (BST-BME280-DS002).
//!
//! Stock firmware sends uncompensated counts here. Ours sends what the chip measured, since the console passes `raw` through: hPa, °C and %RH
//! with two decimals. The coefficients are read with each measurement (3 ms at 100 kHz): nothing is left over when a chip is exchanged.

use super::compensation::{Calibration, Counts, Result as Compensated};
use super::fault::{Fault, I2C_READ, WRONG_CHIP};
use super::kind::{Chip, Quantity};
use super::reading::{Number, Quality};
use super::sampler::{Measured, Step, Target};
use crate::io::Io;

const REGISTER_CALIBRATION: u8 = 0x88;
const REGISTER_ID: u8 = 0xD0;
const REGISTER_HUMIDITY_CALIBRATION: u8 = 0xE1;
const REGISTER_HUMIDITY_CONTROL: u8 = 0xF2;
const REGISTER_STATUS: u8 = 0xF3;
const REGISTER_CONTROL: u8 = 0xF4;
const REGISTER_CONFIG: u8 = 0xF5;
const REGISTER_DATA: u8 = 0xF7;

const ID_BME280: u8 = 0x60;
/// 0x58 in production, 0x56 and 0x57 samples.
const IDS_BMP280: [u8; 3] = [0x58, 0x56, 0x57];
/// Humidity 1×.
const HUMIDITY_CONTROL: u8 = 0b001;
/// No filter: it would remember the measurement of a whole interval ago.
const CONFIG: u8 = 0;
/// Temperature 1×, pressure 4×, forced mode. 4× is 0.66 Pa of resolution.
const CONTROL: u8 = 1 << 5 | 3 << 2 | 1;
/// BME280 9.1, longest: 1.25 + 2.3·1 + (2.3·4 + 0.575) + (2.3·1 + 0.575) = 16.2 ms.
const MEASURE_MS: u64 = 17;
/// The chip is late: asked again.
const STATUS_MS: u64 = 2;
/// Times that it may be late, 20 ms in all.
const MAX_STATUS_READS: u8 = 10;
const STATUS_MEASURING: u8 = 0b1000;

/// Centidegrees, pascal and hundredths of a percent that the chips are made for (BMP280 table 2, BME280 tables 1 to 3).
const CELSIUS_RANGE: core::ops::RangeInclusive<i32> = -4000..=8500;
const PASCAL_RANGE: core::ops::RangeInclusive<i32> = 30_000..=110_000;
const HUMIDITY_RANGE: core::ops::RangeInclusive<i32> = 0..=10_000;

/// One measurement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bosch {
    /// When the result should be there; `None` before it is started.
    due_ms: Option<u64>,
    status_reads: u8,
}

impl Bosch {
    pub const fn new() -> Bosch {
        Bosch { due_ms: None, status_reads: 0 }
    }

    pub fn poll(&mut self, target: &Target<'_>, now_ms: u64, io: &mut dyn Io) -> Step {
        self.advance(target, now_ms, io).unwrap_or_else(Step::Failed)
    }

    fn advance(&mut self, target: &Target<'_>, now_ms: u64, io: &mut dyn Io) -> Result<Step, Fault> {
        let Some(until_ms) = self.due_ms else {
            begin(target, io)?;
            return Ok(self.wait(now_ms, MEASURE_MS));
        };
        if now_ms < until_ms {
            return Ok(Step::Wait { until_ms });
        }
        let [status] = read(target.address, REGISTER_STATUS, io)?;
        if status & STATUS_MEASURING != 0 {
            self.status_reads = self.status_reads.saturating_add(1);
            if self.status_reads >= MAX_STATUS_READS {
                return Err(I2C_READ);
            }
            return Ok(self.wait(now_ms, STATUS_MS));
        }
        let result = finish(target, io)?;
        Ok(Step::all(target, |quantity| measured(quantity, &result)))
    }

    fn wait(&mut self, now_ms: u64, delay_ms: u64) -> Step {
        let until_ms = now_ms.saturating_add(delay_ms);
        self.due_ms = Some(until_ms);
        Step::Wait { until_ms }
    }
}

fn read<const LENGTH: usize>(address: u8, register: u8, io: &mut dyn Io) -> Result<[u8; LENGTH], Fault> {
    let mut data = [0; LENGTH];
    io.i2c(address, &[register], &mut data)?;
    Ok(data)
}

fn is_humid(target: &Target<'_>) -> bool {
    target.entry.chip == Chip::Bme280
}

/// Starts a measurement. A BME280 that is configured as BMP280 is fine: it has the same registers and humidity on top.
fn begin(target: &Target<'_>, io: &mut dyn Io) -> Result<(), Fault> {
    let address = target.address;
    let [id] = read(address, REGISTER_ID, io)?;
    if id != ID_BME280 && (is_humid(target) || !IDS_BMP280.contains(&id)) {
        return Err(WRONG_CHIP);
    }
    if is_humid(target) {
        // Takes effect with the write to the control register that follows (BME280 5.4.3).
        io.i2c(address, &[REGISTER_HUMIDITY_CONTROL, HUMIDITY_CONTROL], &mut [])?;
    }
    io.i2c(address, &[REGISTER_CONFIG, CONFIG], &mut [])?;
    io.i2c(address, &[REGISTER_CONTROL, CONTROL], &mut [])?;
    Ok(())
}

fn finish(target: &Target<'_>, io: &mut dyn Io) -> Result<Compensated, Fault> {
    let address = target.address;
    let low = read(address, REGISTER_CALIBRATION, io)?;
    let result = if is_humid(target) {
        let high = read(address, REGISTER_HUMIDITY_CALIBRATION, io)?;
        let data: [u8; 8] = read(address, REGISTER_DATA, io)?;
        let [pressure @ .., h_high, h_low] = data;
        let humidity = Some(u16::from_be_bytes([h_high, h_low]));
        let counts = Counts::new(pressure, humidity).ok_or(I2C_READ)?;
        Calibration::new(&low, Some(&high)).compensate(&counts)
    } else {
        let data: [u8; 6] = read(address, REGISTER_DATA, io)?;
        let counts = Counts::new(data, None).ok_or(I2C_READ)?;
        Calibration::new(&low, None).compensate(&counts)
    };
    result.ok_or(I2C_READ)
}

fn measured(quantity: Quantity, result: &Compensated) -> Option<Measured> {
    let (digits, range) = match quantity {
        Quantity::Temperature => (result.centi_celsius, CELSIUS_RANGE),
        // Pascal are hundredths of a hectopascal.
        Quantity::Pressure => (result.pascal, PASCAL_RANGE),
        Quantity::Humidity => (result.centi_percent?, HUMIDITY_RANGE),
        _ => return None,
    };
    let raw = Number::new(digits, 2);
    let quality = if range.contains(&digits) { Quality::Good } else { Quality::Suspect };
    Some(Measured { raw, value: raw.as_f32(), quality, error_code: None })
}
