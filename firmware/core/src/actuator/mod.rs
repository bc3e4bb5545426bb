//! The outputs of a device: pumps, relays, valves and PWM channels (wire contract 3.1, 3.7 to 3.10, 5.3, 8.4, 8.5).
//!
//! [`Bank`] owns them and is called by the rooms for commands, configuration, emergency and offline rules. It drives pins through
//! [`crate::io::Io::drive`] and publishes nothing: what has changed is in its answers and events, what to publish in [`StatusView`].
//!
//! A shell has to set a pin's level before it turns the pin's driver on; only then does the order of calls here keep an active-low relay
//! dead from power-up on.

mod bank;
mod command;
mod output;
mod pins;
mod starts;
#[cfg(test)]
mod tests;
mod valve;

use core::fmt::{self, Write};

use heapless::String;

use crate::config::ActuatorKind;

pub use bank::Bank;
pub use pins::{ConfigFault, Pins};
pub use starts::{MAX_STARTS_PER_HOUR, MIN_REST_MS};
pub use valve::{FULL_TRAVEL_MS, HALF_TRAVEL_MS};

/// Who switched an output last (1.19 `command_source`); longer ones are cut.
pub type Source = String<64>;
/// The longest refusal with a command's name cut to [`COMMAND_NAME_BYTES`] fits.
pub type Message = String<96>;

/// How much of an unknown command is echoed; the contract's own have at most six letters.
const COMMAND_NAME_BYTES: usize = 64;

/// 6.1: command for an unconfigured pin.
pub const ACTUATOR_NOT_FOUND: u16 = 1052;
/// 6.1: value or command not acceptable.
pub const COMMAND_INVALID: u16 = 4020;

/// An `actuator/{gpio}/command` (1.17).
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    pub command: &'a str,
    pub value: Option<f64>,
    /// 0 = until switched off. Honoured for ON only.
    pub duration_s: u32,
    /// Empty means that the sender did not say.
    pub issued_by: &'a str,
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub success: bool,
    /// For `response.message` (1.18).
    pub message: Message,
    /// For `system/error`; `None` where a refusal is no error.
    pub error_code: Option<u16>,
    /// The output does something else than before.
    pub changed: bool,
    /// Refused for the emergency stop: the caller publishes alert and status again (3.7.1).
    pub is_latched: bool,
}

impl Outcome {
    fn executed(changed: bool) -> Outcome {
        Outcome { success: true, changed, ..Outcome::refused(format_args!("Command executed"), None) }
    }

    fn refused(message: fmt::Arguments<'_>, error_code: Option<u16>) -> Outcome {
        let mut text = Message::new();
        // A text that does not fit is left out as a whole; none of ours is that long.
        let _ = text.write_fmt(message);
        Outcome { success: false, message: text, error_code, changed: false, is_latched: false }
    }

    fn latched() -> Outcome {
        Outcome {
            is_latched: true,
            ..Outcome::refused(format_args!("Actuator in emergency stop state. Clear emergency first."), None)
        }
    }

    fn not_found(gpio: u8) -> Outcome {
        Outcome::refused(format_args!("No actuator on GPIO {gpio}"), Some(ACTUATOR_NOT_FOUND))
    }

    /// Seconds are rounded up: who waits as long as the text says gets through.
    fn resting(wait_ms: u64) -> Outcome {
        Outcome::refused(format_args!("Pump protection: wait {} s", wait_ms.div_ceil(1000)), None)
    }
}

/// Stop of the whole bank (1.19 `emergency`). A clear restores nothing here (3.7.1 "Actuators stay off"), so the contract's fourth word,
/// `resuming`, has no state to stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emergency {
    Normal,
    Active,
    /// A clear has been accepted and its pause runs; still latched.
    Clearing,
}

impl Emergency {
    pub const fn text(self) -> &'static str {
        match self {
            Emergency::Normal => "normal",
            Emergency::Active => "active",
            Emergency::Clearing => "clearing",
        }
    }
}

/// Something that [`Bank::poll`] did by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BankEvent {
    /// Off because the longest run time is over: alert `runtime_protection` and status.
    RuntimeProtection { gpio: u8 },
    /// Off because the ordered duration is over: status.
    AutoOff { gpio: u8 },
    /// A valve has reached its position: status.
    Arrived { gpio: u8 },
    /// A default state that had to wait for the pump's rest has been taken: status.
    DefaultTaken { gpio: u8 },
}

/// What an offline rule wants of its output, and the source to show.
#[derive(Clone, Copy, Debug)]
pub struct RuleOrder<'a> {
    pub on: bool,
    pub source: &'a str,
}

/// Which outputs go to their default state.
#[derive(Clone, Copy, Debug)]
pub enum Scope<'a> {
    One(u8),
    /// All but these, for example all that no offline rule covers.
    AllBut(&'a [u8]),
}

impl Scope<'_> {
    fn contains(&self, gpio: u8) -> bool {
        match self {
            Scope::One(one) => *one == gpio,
            Scope::AllBut(others) => !others.contains(&gpio),
        }
    }
}

/// What `actuator/{gpio}/status` says of one output (1.19).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusView<'a> {
    pub gpio: u8,
    pub kind: &'static str,
    /// A valve is on unless it is known to be closed.
    pub on: bool,
    /// 0 to 255; a relay or pump 0 or 255; a valve 0, 127 or 254, where 127 is everything that is neither closed nor open.
    pub pwm: u8,
    /// Accumulated time switched on since it was configured, ms.
    pub runtime_ms: u64,
    pub emergency: &'static str,
    pub source: &'a str,
    pub subzone: &'a str,
}

/// The wire's word for a kind (5.3).
pub const fn kind_name(kind: ActuatorKind) -> &'static str {
    match kind {
        ActuatorKind::Pump => "pump",
        ActuatorKind::Relay => "relay",
        ActuatorKind::Valve => "valve",
        ActuatorKind::Pwm => "pwm",
    }
}

/// As much of `text` as fits, cut between two characters.
fn cut<const BYTES: usize>(text: &str) -> String<BYTES> {
    let mut kept = String::new();
    for character in text.chars() {
        if kept.push(character).is_err() {
            break;
        }
    }
    kept
}
