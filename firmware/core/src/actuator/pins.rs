//! Which pins an output may have (8.5, in the order of the contract's checks).

use core::fmt;

use super::output::Output;
use crate::board::Board;
use crate::config::{ActuatorConfig, ActuatorKind};

/// Why an output was not configured. The configuration room maps it to a name and code (5.5); `Display` is the detail text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigFault {
    /// Reserved by the board or not led out.
    NotUsable(u8),
    InputOnly(u8),
    /// Belongs to the I2C bus.
    I2c(u8),
    /// A sensor, another output, or the other pin of the same valve has it.
    InUse(u8),
    /// The board's number of channels.
    NoPwmChannel(usize),
    /// The board's number of outputs.
    TooMany(usize),
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigFault::NotUsable(gpio) => write!(out, "GPIO {gpio} not usable"),
            ConfigFault::InputOnly(gpio) => write!(out, "GPIO {gpio} is input only"),
            ConfigFault::I2c(gpio) => write!(out, "GPIO {gpio} belongs to the I2C bus"),
            ConfigFault::InUse(gpio) => write!(out, "GPIO {gpio} is in use"),
            ConfigFault::NoPwmChannel(limit) => {
                write!(out, "All {limit} PWM channels are in use")
            }
            ConfigFault::TooMany(limit) => write!(out, "At most {limit} actuators"),
        }
    }
}

/// The pins there are, and who else has some.
#[derive(Clone, Copy)]
pub struct Pins<'a> {
    pub board: &'a Board,
    /// True for a pin that something other than the bank uses, for example a sensor.
    pub is_used_elsewhere: &'a dyn Fn(u8) -> bool,
}

/// The pins of an output; the second one is a valve's.
pub fn pins_of(config: &ActuatorConfig) -> impl Iterator<Item = u8> + use<> {
    let aux = (config.kind == ActuatorKind::Valve).then_some(config.aux_gpio);
    core::iter::once(config.gpio).chain(aux)
}

/// Whether `config` can be taken beside `outputs`; one on the same pin is what it replaces.
pub fn check(config: &ActuatorConfig, pins: &Pins<'_>, outputs: &[Output]) -> Result<(), ConfigFault> {
    let board = pins.board;
    let others = || {
        let configs = outputs.iter().map(|output| &output.config);
        configs.filter(|other| other.gpio != config.gpio)
    };
    for gpio in pins_of(config) {
        check_pin(gpio, pins)?;
        if others().any(|other| pins_of(other).any(|used| used == gpio)) {
            return Err(ConfigFault::InUse(gpio));
        }
    }
    if config.kind == ActuatorKind::Valve && config.aux_gpio == config.gpio {
        return Err(ConfigFault::InUse(config.aux_gpio));
    }
    let pwm_count = others().filter(|other| other.kind == ActuatorKind::Pwm).count();
    if config.kind == ActuatorKind::Pwm && pwm_count >= board.pwm_channels {
        return Err(ConfigFault::NoPwmChannel(board.pwm_channels));
    }
    if others().count() >= board.max_actuators {
        return Err(ConfigFault::TooMany(board.max_actuators));
    }
    Ok(())
}

fn check_pin(gpio: u8, pins: &Pins<'_>) -> Result<(), ConfigFault> {
    if !pins.board.is_usable(gpio) {
        Err(ConfigFault::NotUsable(gpio))
    } else if pins.board.is_input_only(gpio) {
        Err(ConfigFault::InputOnly(gpio))
    } else if pins.board.is_i2c(gpio) {
        Err(ConfigFault::I2c(gpio))
    } else if (pins.is_used_elsewhere)(gpio) {
        Err(ConfigFault::InUse(gpio))
    } else {
        Ok(())
    }
}
