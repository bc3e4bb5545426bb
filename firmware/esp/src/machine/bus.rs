//! The I2C bus on the board's SDA and SCL.

use esp_hal::Blocking;
use esp_hal::gpio::AnyPin;
use esp_hal::i2c::master::{Config, ConfigError, Error, I2c, SoftwareTimeout};
use esp_hal::peripherals::I2C0;
use esp_hal::time::{Duration, Rate};
use leitstand_core::io::BusError;

/// Wire contract 8.5.
const FREQUENCY: Rate = Rate::from_khz(100);
/// The longest transfer of any driver (BME280 calibration, 26 bytes) takes 3 ms at 100 kHz; an SHT31 may stretch the clock for 15 ms.
const TRANSFER_LIMIT: Duration = Duration::from_millis(50);

pub struct Bus(I2c<'static, Blocking>);

impl Bus {
    /// Open drain with the chip's weak pull-ups; a real bus wants resistors of 4.7 kΩ.
    pub fn new(i2c: I2C0<'static>, sda: AnyPin<'static>, scl: AnyPin<'static>) -> Result<Self, ConfigError> {
        let config = Config::default()
            .with_frequency(FREQUENCY)
            .with_software_timeout(SoftwareTimeout::Transaction(TRANSFER_LIMIT));
        Ok(Bus(I2c::new(i2c, config)?.with_sda(sda).with_scl(scl)))
    }

    /// Writes, then reads after a repeated start. Both parts empty asks only whether the address answers.
    /// After an error the HAL has clocked the bus free, so the next transfer starts clean.
    pub fn transfer(&mut self, address: u8, write: &[u8], read: &mut [u8]) -> Result<(), BusError> {
        let result = match (write, read.is_empty()) {
            (bytes, true) => self.0.write(address, bytes),
            ([], false) => self.0.read(address, read),
            (bytes, false) => self.0.write_read(address, bytes, read),
        };
        result.map_err(|error| match error {
            Error::AcknowledgeCheckFailed(_) => BusError::NoAnswer,
            _ => BusError::Stuck,
        })
    }
}
