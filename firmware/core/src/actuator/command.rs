//! What an order means for an output of some kind (3.1).

use super::Order;
use super::valve::Position;
use crate::config::ActuatorKind;

/// From this value on a binary output is on (3.1).
const BINARY_THRESHOLD: f64 = 0.5;
/// Thirds of a valve as the contract writes them (3.1).
const VALVE_MIDDLE_FROM: f64 = 0.33;
const VALVE_OPEN_FROM: f64 = 0.66;
const FULL_DUTY: u8 = 255;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderFault {
    UnknownCommand,
    /// The value is missing, not finite, or out of range where the range is not clamped.
    Value,
}

/// The level of an output that is switched on fully.
pub const fn full_level(kind: ActuatorKind) -> u8 {
    match kind {
        ActuatorKind::Valve => Position::Open.level(),
        _ => FULL_DUTY,
    }
}

/// The level that `order` asks for; `is_on` is what TOGGLE inverts.
pub fn wanted_level(kind: ActuatorKind, order: &Order<'_>, is_on: bool) -> Result<u8, OrderFault> {
    let is = |name: &str| order.command.eq_ignore_ascii_case(name);
    if is("ON") {
        Ok(full_level(kind))
    } else if is("OFF") {
        Ok(0)
    } else if is("TOGGLE") {
        Ok(if is_on { 0 } else { full_level(kind) })
    } else if is("PWM") {
        level_of(kind, order.value)
    } else {
        Err(OrderFault::UnknownCommand)
    }
}

fn level_of(kind: ActuatorKind, value: Option<f64>) -> Result<u8, OrderFault> {
    let value = value.filter(|value| value.is_finite()).ok_or(OrderFault::Value)?;
    match kind {
        // Rounded to the nearest: 0.5 is 128. The cast saturates.
        ActuatorKind::Pwm => Ok((value.clamp(0.0, 1.0) * f64::from(FULL_DUTY) + 0.5) as u8),
        ActuatorKind::Valve if value < VALVE_MIDDLE_FROM => Ok(Position::Closed.level()),
        ActuatorKind::Valve if value < VALVE_OPEN_FROM => Ok(Position::Middle.level()),
        ActuatorKind::Valve => Ok(Position::Open.level()),
        ActuatorKind::Pump | ActuatorKind::Relay => match value {
            value if !(0.0..=1.0).contains(&value) => Err(OrderFault::Value),
            value if value >= BINARY_THRESHOLD => Ok(FULL_DUTY),
            _ => Ok(0),
        },
    }
}
