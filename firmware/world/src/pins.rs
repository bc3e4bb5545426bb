//! The pins: what the firmware does with them, what is really there, and what hangs on them.

use alloc::vec;
use alloc::vec::Vec;

use leitstand_core::board::Board;
use leitstand_core::io::Drive;

use crate::fault::Faults;
use crate::surroundings::{Dropout, Surroundings};

/// Longer than the five samples of a measurement, shorter than the least interval (1 s).
const DROPOUT_WINDOW_MS: u64 = 500;
/// YF-S201: pulses per second at 1 l/min.
const HERTZ_PER_LITRE_PER_MINUTE: f64 = 7.5;
/// Full scale of a 12-bit converter. A line may give more, for a sensor that is no analog one but falls back to it (wire contract 8.1).
const FULL_SCALE: u16 = 4095;

#[derive(Clone, Debug)]
struct Pin {
    has_converter: bool,
    /// Counts; `None` while nothing is connected.
    analog: Option<u16>,
    digital: Option<bool>,
    commanded: Drive,
    /// What the output really has; `None` while nobody drives it.
    output: Option<u8>,
    pulses: u32,
    litres_per_minute: f64,
    /// Share of the next pulse that has already flown.
    pulse_share: f64,
    flown_until_ms: u64,
    dropout: Dropout,
}

/// What a change of an output is told as: the level from now on.
pub type Changed = Option<u8>;

#[derive(Clone, Debug)]
pub struct Pins {
    pins: Vec<Pin>,
}

/// Pins of the first converter; the second one gives 0 while Wi-Fi is on (wire contract 8.1, 8.5).
fn has_converter(board: &Board, gpio: u8) -> bool {
    match board.chip {
        "ESP32" => (32..=39).contains(&gpio),
        "ESP32-C3" => gpio <= 4,
        "ESP32-C6" => gpio <= 6,
        _ => false,
    }
}

impl Pins {
    pub fn new(board: &Board) -> Pins {
        let pin = |gpio| Pin {
            has_converter: has_converter(board, gpio),
            analog: None,
            digital: None,
            commanded: Drive::Release,
            output: None,
            pulses: 0,
            litres_per_minute: 0.0,
            pulse_share: 0.0,
            flown_until_ms: 0,
            dropout: Dropout::default(),
        };
        let mut pins = vec![];
        pins.extend((0..=board.last_gpio).map(pin));
        Pins { pins }
    }

    pub fn count(&self) -> u8 {
        u8::try_from(self.pins.len()).unwrap_or(u8::MAX)
    }

    fn pin(&mut self, gpio: u8) -> Option<&mut Pin> {
        self.pins.get_mut(usize::from(gpio))
    }

    pub fn output(&self, gpio: u8) -> Option<u8> {
        self.pins.get(usize::from(gpio)).and_then(|pin| pin.output)
    }

    pub fn drive(&mut self, gpio: u8, drive: Drive, faults: &Faults) -> Changed {
        self.pin(gpio)?.commanded = drive;
        self.follow(gpio, faults)
    }

    /// Puts the output to what the firmware wants, unless it is stuck.
    pub fn follow(&mut self, gpio: u8, faults: &Faults) -> Changed {
        let pin = self.pin(gpio)?;
        let wanted = match pin.commanded {
            Drive::Release => None,
            Drive::Low => Some(0),
            Drive::High => Some(255),
            Drive::Duty(duty) => Some(duty),
        };
        if wanted == pin.output || faults.is_pin_stuck(gpio) {
            return None;
        }
        // Released, a high line stays high by the pull-up of the input; a low one, by the load.
        let held = if pin.output == Some(255) { 255 } else { 0 };
        pin.output = wanted;
        Some(wanted.unwrap_or(held))
    }

    /// The chip restarts: nobody drives the pin, the counter begins at 0. A stuck output stays as it is.
    pub fn restart(&mut self, gpio: u8, faults: &Faults) -> Changed {
        let pin = self.pin(gpio)?;
        pin.commanded = Drive::Release;
        pin.pulses = 0;
        if pin.output.is_none() || faults.is_pin_stuck(gpio) {
            return None;
        }
        pin.output = None;
        Some(0)
    }

    pub fn set_analog(&mut self, gpio: u8, counts: Option<u16>) {
        if let Some(pin) = self.pin(gpio) {
            pin.analog = counts;
        }
    }

    /// A rising edge counts.
    pub fn set_digital(&mut self, gpio: u8, level: Option<bool>) {
        if let Some(pin) = self.pin(gpio) {
            if pin.digital == Some(false) && level == Some(true) {
                pin.pulses = pin.pulses.wrapping_add(1);
            }
            pin.digital = level;
        }
    }

    pub fn add_pulses(&mut self, gpio: u8, count: u32) {
        if let Some(pin) = self.pin(gpio) {
            pin.pulses = pin.pulses.wrapping_add(count);
        }
    }

    pub fn set_flow(&mut self, gpio: u8, litres_per_minute: f64, around: &mut Surroundings<'_>) {
        if let Some(pin) = self.pin(gpio) {
            pin.let_flow(around);
            pin.litres_per_minute = litres_per_minute;
        }
    }

    /// One sample. A pin with nothing on it, a probe that is dead and one that drops out read 0.
    pub fn analog(&mut self, gpio: u8, around: &mut Surroundings<'_>) -> Option<u16> {
        let pin = self.pin(gpio)?;
        let Some(counts) = pin.analog else {
            return pin.has_converter.then_some(0);
        };
        if around.is_silent(&mut pin.dropout, DROPOUT_WINDOW_MS) {
            return Some(0);
        }
        let highest = if counts <= FULL_SCALE { FULL_SCALE } else { u16::MAX };
        let measured = libm::round(around.measured(f64::from(counts)));
        Some((measured as u16).min(highest))
    }

    /// An input that nobody connects is high by its pull-up.
    pub fn digital(&mut self, gpio: u8) -> bool {
        self.pin(gpio).is_none_or(|pin| pin.digital.unwrap_or(pin.output.is_none_or(|duty| duty >= 128)))
    }

    pub fn pulses(&mut self, gpio: u8, around: &mut Surroundings<'_>) -> u32 {
        self.pin(gpio).map_or(0, |pin| {
            pin.let_flow(around);
            pin.pulses
        })
    }
}

impl Pin {
    /// Counts the pulses of the time since the last call. Those of a meter that is silent are lost.
    fn let_flow(&mut self, around: &mut Surroundings<'_>) {
        let elapsed_ms = around.now_ms.saturating_sub(self.flown_until_ms);
        self.flown_until_ms = around.now_ms;
        if self.litres_per_minute <= 0.0 || around.is_silent(&mut self.dropout, DROPOUT_WINDOW_MS) {
            return;
        }
        let hertz = around.measured(self.litres_per_minute).max(0.0) * HERTZ_PER_LITRE_PER_MINUTE;
        let flown = self.pulse_share + hertz * elapsed_ms as f64 / 1000.0;
        let whole = libm::floor(flown);
        self.pulse_share = flown - whole;
        self.pulses = self.pulses.wrapping_add(whole as u32);
    }
}
