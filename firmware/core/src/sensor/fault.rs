//! What can go wrong with a measurement, by the codes of wire contract 6.1.

use crate::io::BusError;

/// Why there is no value. Travels as `system/error` (1.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    pub error_code: u16,
    pub message: &'static str,
}

const fn fault(error_code: u16, message: &'static str) -> Fault {
    Fault { error_code, message }
}

// One line per fault. 1061 and 1062 are no faults: there is a value, and the code goes with it.
pub(super) const NO_CONVERTER: Fault = fault(1004, "the pin has no analog converter");
pub(super) const I2C_CRC: Fault = fault(1009, "checksum of an I2C reading is wrong");
pub(super) const I2C_NO_ANSWER: Fault = fault(1011, "no answer at the I2C address");
pub(super) const I2C_READ: Fault = fault(1012, "the I2C chip gave no usable data");
pub(super) const I2C_STUCK: Fault = fault(1015, "the I2C bus is held low");
pub(super) const ONE_WIRE_READ: Fault = fault(1022, "checksum of the 1-Wire scratchpad is wrong");
pub(super) const ONE_WIRE_SEARCH: Fault = fault(1022, "the 1-Wire bus gave no stable address");
pub(super) const ONE_WIRE_SHORT: Fault = fault(1022, "the 1-Wire bus is held low");
pub(super) const WRONG_CHIP: Fault = fault(1041, "another chip answers at the I2C address");
pub(super) const TIMEOUT: Fault = fault(1043, "the measurement took too long");
pub(super) const DS18B20_MISSING: Fault = fault(1060, "no DS18B20 answers");

/// The value is there, but the sensor had just been powered up, or its conversion did not take place.
pub(super) const DS18B20_POWER_ON_RESET: u16 = 1061;
/// The value is there, but outside what the sensor can measure.
pub(super) const DS18B20_OUT_OF_RANGE: u16 = 1062;

impl From<BusError> for Fault {
    fn from(error: BusError) -> Fault {
        match error {
            BusError::NoAnswer => I2C_NO_ANSWER,
            BusError::Stuck => I2C_STUCK,
        }
    }
}
