//! An SHT31 as its data sheet describes it (Sensirion "Datasheet SHT3x-DIS", version 7): it answers to nothing while it measures, and gives each
//! result once.

use leitstand_core::io::BusError;

use crate::air::Air;
use crate::surroundings::Surroundings;

/// Single shot without clock stretching and its longest time in ms, by repeatability (tables 4 and 9).
const SINGLE_SHOTS: [([u8; 2], u64); 3] = [([0x24, 0x00], 15), ([0x24, 0x0B], 6), ([0x24, 0x16], 4)];
const SOFT_RESET: [u8; 2] = [0x30, 0xA2];

#[derive(Clone, Debug, Default)]
pub struct Sht31 {
    /// When the running measurement ends.
    ready_ms: Option<u64>,
}

impl Sht31 {
    pub fn transfer(
        &mut self,
        (write, read): (&[u8], &mut [u8]),
        air: &Air,
        around: &mut Surroundings<'_>,
    ) -> Result<(), BusError> {
        let is_measuring = self.ready_ms.is_some_and(|ready_ms| around.now_ms < ready_ms);
        if is_measuring {
            return Err(BusError::NoAnswer);
        }
        if !write.is_empty() {
            self.command(write, around.now_ms)?;
        }
        if read.is_empty() {
            return Ok(());
        }
        match self.ready_ms {
            Some(ready_ms) if around.now_ms >= ready_ms => self.ready_ms = None,
            _ => return Err(BusError::NoAnswer),
        }
        let mut data = result(air, around);
        around.spoil(&mut data);
        for (place, byte) in read.iter_mut().zip(data) {
            *place = byte;
        }
        Ok(())
    }

    fn command(&mut self, write: &[u8], now_ms: u64) -> Result<(), BusError> {
        if write == SOFT_RESET {
            self.ready_ms = None;
            return Ok(());
        }
        let shot = SINGLE_SHOTS.iter().find(|(command, _)| write == command);
        let (_, duration_ms) = shot.ok_or(BusError::NoAnswer)?;
        self.ready_ms = Some(now_ms + duration_ms);
        Ok(())
    }
}

fn result(air: &Air, around: &mut Surroundings<'_>) -> [u8; 6] {
    // 4.13, solved for the counts.
    let celsius = (around.measured(air.celsius) + 45.0) / 175.0;
    let humidity = around.measured(air.humidity) / 100.0;
    let [t_high, t_low] = counts(celsius);
    let [h_high, h_low] = counts(humidity);
    let t_crc = crc8(t_high, t_low);
    [t_high, t_low, t_crc, h_high, h_low, crc8(h_high, h_low)]
}

/// `as` saturates at both ends, as the chip does.
fn counts(share: f64) -> [u8; 2] {
    (libm::round(share * 65_535.0) as u16).to_be_bytes()
}

/// 4.12; by polynomial division of the whole word, unlike the driver, which goes byte by byte.
fn crc8(high: u8, low: u8) -> u8 {
    let word = u32::from(u16::from_be_bytes([high ^ 0xFF, low]));
    let remainder =
        (0..16).fold(word << 8, |rest, bit| if rest & 0x80_0000 >> bit == 0 { rest } else { rest ^ 0x98_8000 >> bit });
    remainder as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_data_sheet() {
        assert_eq!(crc8(0xBE, 0xEF), 0x92);
    }
}
