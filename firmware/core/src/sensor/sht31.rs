//! SHT31 humidity and temperature sensor (wire contract 8.1). Source: Sensirion "Datasheet SHT3x-DIS", version 7.

use super::fault::{Fault, I2C_CRC, I2C_READ};
use super::kind::Quantity;
use super::reading::{Number, Quality};
use super::sampler::{Measured, Step, Target};
use crate::io::{BusError, Io};

/// Single shot, high repeatability, no clock stretching (table 9).
const MEASURE: [u8; 2] = [0x24, 0x00];
/// Longest measurement with high repeatability is 15.5 ms (table 4).
const MEASURE_MS: u64 = 16;

/// One measurement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sht31 {
    /// When the result is there; `None` before the command.
    due_ms: Option<u64>,
}

impl Sht31 {
    pub const fn new() -> Sht31 {
        Sht31 { due_ms: None }
    }

    pub fn poll(&mut self, target: &Target<'_>, now_ms: u64, io: &mut dyn Io) -> Step {
        match self.due_ms {
            None => match io.i2c(target.address, &MEASURE, &mut []) {
                Ok(()) => {
                    let until_ms = now_ms.saturating_add(MEASURE_MS);
                    self.due_ms = Some(until_ms);
                    Step::Wait { until_ms }
                }
                Err(error) => Step::Failed(error.into()),
            },
            Some(until_ms) if now_ms < until_ms => Step::Wait { until_ms },
            Some(_) => match read(target, io) {
                Ok((celsius, humidity)) => Step::all(target, |quantity| match quantity {
                    Quantity::Temperature => Some(temperature(celsius)),
                    Quantity::Humidity => Some(relative_humidity(humidity)),
                    _ => None,
                }),
                Err(fault) => Step::Failed(fault),
            },
        }
    }
}

/// Counts of temperature and humidity.
fn read(target: &Target<'_>, io: &mut dyn Io) -> Result<(u16, u16), Fault> {
    let mut data = [0; 6];
    match io.i2c(target.address, &[], &mut data) {
        Ok(()) => {}
        Err(BusError::NoAnswer) => return Err(I2C_READ),
        Err(error) => return Err(error.into()),
    }
    let [t_high, t_low, t_crc, h_high, h_low, h_crc] = data;
    if crc8([t_high, t_low]) != t_crc || crc8([h_high, h_low]) != h_crc {
        return Err(I2C_CRC);
    }
    let celsius = u16::from_be_bytes([t_high, t_low]);
    Ok((celsius, u16::from_be_bytes([h_high, h_low])))
}

/// 4.13: T = −45 + 175 · counts / 65535.
fn temperature(counts: u16) -> Measured {
    let value = -45.0 + 175.0 * f32::from(counts) / 65535.0;
    measured(counts, value)
}

/// 4.13: RH = 100 · counts / 65535.
fn relative_humidity(counts: u16) -> Measured {
    measured(counts, 100.0 * f32::from(counts) / 65535.0)
}

fn measured(counts: u16, value: f32) -> Measured {
    Measured { raw: Number::integer(i32::from(counts)), value, quality: Quality::Good, error_code: None }
}

/// 4.12: x⁸+x⁵+x⁴+1, most significant bit first, from 0xFF.
fn crc8(word: [u8; 2]) -> u8 {
    word.iter().fold(0xFF, |crc, &byte| {
        (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 == 0 { crc << 1 } else { crc << 1 ^ 0x31 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crc_is_that_of_the_data_sheet() {
        assert_eq!(crc8([0xBE, 0xEF]), 0x92);
    }

    #[test]
    fn counts_become_degrees_and_percent() {
        assert_eq!(temperature(0).value, -45.0);
        assert_eq!(temperature(65535).value, 130.0);
        // Conformance case D3.
        assert!((temperature(26214).value - 25.0).abs() < 0.01);
        assert!((relative_humidity(32768).value - 50.0).abs() < 0.01);
        assert_eq!(temperature(65535).raw, Number::integer(65535));
    }
}
