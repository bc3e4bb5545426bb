//! The air around an I2C sensor.

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Air {
    pub celsius: f64,
    /// Relative, in percent.
    pub humidity: f64,
    pub pressure_hpa: f64,
}

/// A room at sea level (ISO 2533), for what a line does not name.
impl Default for Air {
    fn default() -> Air {
        Air { celsius: 20.0, humidity: 50.0, pressure_hpa: 1013.25 }
    }
}
