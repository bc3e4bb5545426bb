//! What a measurement yields, as it goes on the wire (wire contract 1.13).

use core::fmt;

use heapless::Vec;

use crate::config::SensorKind;
use crate::json::ObjectWriter;

/// Values of one measurement: a BME280 has three.
pub const MAX_VALUES: usize = 3;
pub type Readings = Vec<Reading, MAX_VALUES>;

/// A decimal number with a fixed count of decimals, so that counts go out as integers and hPa with exactly two decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// The number times 10^`decimals`.
    pub digits: i32,
    /// 0 to 9.
    pub decimals: u8,
}

impl Number {
    pub const fn integer(digits: i32) -> Number {
        Number { digits, decimals: 0 }
    }

    pub const fn new(digits: i32, decimals: u8) -> Number {
        Number { digits, decimals }
    }

    /// `value` rounded half away from zero to that many decimals; what does not fit becomes the nearest that does, NaN becomes 0.
    pub fn rounded(value: f32, decimals: u8) -> Number {
        let scaled = f64::from(value) * f64::from(scale(decimals));
        let digits = libm::round(scaled) as i32; // `as` saturates
        Number { digits, decimals }
    }

    /// As a JSON number under `key`.
    pub fn write(self, out: &mut ObjectWriter<'_>, key: &str) {
        if self.decimals == 0 {
            out.int(key, i64::from(self.digits));
        } else {
            let value = f64::from(self.digits) / f64::from(scale(self.decimals));
            out.float(key, value, self.decimals);
        }
    }

    pub fn as_f32(self) -> f32 {
        (f64::from(self.digits) / f64::from(scale(self.decimals))) as f32
    }
}

/// 10^decimals; 10^9 is the largest in 32 bits.
fn scale(decimals: u8) -> u32 {
    10_u32.saturating_pow(u32::from(decimals.min(9)))
}

/// As JSON wants it: `-12`, `1013.20`, `-0.05`.
impl fmt::Display for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.decimals == 0 {
            return write!(out, "{}", self.digits);
        }
        let sign = if self.digits < 0 { "-" } else { "" };
        let scale = scale(self.decimals);
        let digits = self.digits.unsigned_abs();
        let width = usize::from(self.decimals.min(9));
        let (whole, rest) = (digits / scale, digits % scale);
        write!(out, "{sign}{whole}.{rest:0width$}")
    }
}

/// The words that our firmware sends (8.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    Good,
    Suspect,
    /// No value: only in answers to a request (1.16); a failed measurement sends no data.
    Error,
}

impl Quality {
    pub fn as_str(self) -> &'static str {
        match self {
            Quality::Good => "good",
            Quality::Suspect => "suspect",
            Quality::Error => "error",
        }
    }
}

/// One value of a measurement.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// `sensor_type` on the wire.
    pub kind: SensorKind,
    pub raw: Number,
    /// In `unit`, by the formulas of 8.1 and, for probes that need calibration, the defaults of 8.2. Local rules use it.
    pub value: f32,
    /// Empty for a type that the contract does not name.
    pub unit: &'static str,
    pub quality: Quality,
    /// For sensors on I2C.
    pub i2c_address: Option<u8>,
    /// Family code first; only where one is configured.
    pub rom: Option<[u8; 8]>,
    /// A code of 6.1 that goes with the value: 1061, 1062.
    pub error_code: Option<u16>,
}

impl Reading {
    /// `value` as it goes on the wire: two decimals (1.13).
    pub fn rounded_value(&self) -> Number {
        Number::rounded(self.value, 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn numbers_print_with_exactly_their_decimals() {
        assert_eq!(format!("{}", Number::integer(-2032)), "-2032");
        assert_eq!(format!("{}", Number::new(101_320, 2)), "1013.20");
        assert_eq!(format!("{}", Number::new(-5, 2)), "-0.05");
        assert_eq!(format!("{}", Number::new(0, 1)), "0.0");
        assert_eq!(format!("{}", Number::new(i32::MIN, 9)), "-2.147483648");
    }

    #[test]
    fn rounding_never_leaves_the_range_of_a_number() {
        assert_eq!(Number::rounded(22.375, 2), Number::new(2238, 2));
        assert_eq!(Number::rounded(-0.004, 2), Number::new(0, 2));
        assert_eq!(Number::rounded(f32::INFINITY, 2).digits, i32::MAX);
        assert_eq!(Number::rounded(f32::NAN, 2).digits, 0);
        assert_eq!(Number::rounded(1.0, 200).digits, 1_000_000_000);
        assert_eq!(Number::new(101_325, 2).as_f32(), 1013.25);
    }
}
