//! What is wrong with the hardware. All of it can be switched on and off while the device runs.

/// Off, as it is at the beginning, is 0, false or no pin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// Share of measurements that get no answer.
    pub dropout: f64,
    /// In the unit of each sensor (°C, %RH, hPa, l/min, counts).
    pub drift_per_hour: f64,
    /// When the drift began, in the time of the world.
    pub drift_since_ms: u64,
    /// Standard deviation of each sample, in the unit of the sensor.
    pub noise: f64,
    /// All sensors are silent.
    pub is_dead: bool,
    /// The I2C bus is held low.
    pub is_i2c_stuck: bool,
    /// Share of data with a checksum in which one bit is wrong.
    pub crc_errors: f64,
    /// One bit per pin whose output no longer follows.
    pub stuck_pins: u64,
}

/// One line of the operator: only what it names changes.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultChange {
    AllOff,
    Dropout(f64),
    DriftPerHour(f64),
    Noise(f64),
    Dead(bool),
    I2cStuck(bool),
    CrcErrors(f64),
    StuckPins(u64),
}

impl Faults {
    pub fn change(&mut self, change: &FaultChange, now_ms: u64) {
        match *change {
            FaultChange::AllOff => *self = Faults::default(),
            FaultChange::Dropout(share) => self.dropout = share,
            FaultChange::DriftPerHour(rate) => {
                // The same again does not put the sensor back to where it began.
                if rate != self.drift_per_hour {
                    self.drift_since_ms = now_ms;
                }
                self.drift_per_hour = rate;
            }
            FaultChange::Noise(deviation) => self.noise = deviation,
            FaultChange::Dead(is_dead) => self.is_dead = is_dead,
            FaultChange::I2cStuck(is_stuck) => self.is_i2c_stuck = is_stuck,
            FaultChange::CrcErrors(share) => self.crc_errors = share,
            FaultChange::StuckPins(pins) => self.stuck_pins = pins,
        }
    }

    pub fn is_pin_stuck(&self, gpio: u8) -> bool {
        1_u64.checked_shl(u32::from(gpio)).is_some_and(|bit| self.stuck_pins & bit != 0)
    }
}
