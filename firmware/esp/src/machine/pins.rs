//! What every usable pin is just now. The one place that configures pads after the boot.

use esp_hal::gpio::{AnyPin, DriveMode, Event, Flex, InputConfig, Level, OutputConfig, Pull};
use esp_hal::peripherals::{ADC1, GPIO};
use leitstand_core::io::Drive;

use super::pulses;
use super::pwm::Pwm;
use crate::boards::{self, BOARD, PIN_COUNT};

enum Pad {
    Absent,
    /// UART0 speaks on it until somebody wants it for something else; then UART0 never gets it back.
    Console(AnyPin<'static>),
    Mine(Flex<'static>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Released,
    Output,
    OneWire,
    Analog,
}

struct Pin {
    pad: Pad,
    role: Role,
    is_counting: bool,
}

impl Pin {
    /// The pad, taken from UART0 if need be.
    fn claim(&mut self) -> Option<&mut Flex<'static>> {
        if let Pad::Console(_) = self.pad
            && let Pad::Console(pin) = core::mem::replace(&mut self.pad, Pad::Absent)
        {
            self.pad = Pad::Mine(Flex::new(pin));
        }
        match &mut self.pad {
            Pad::Mine(pad) => Some(pad),
            Pad::Absent | Pad::Console(_) => None,
        }
    }

    fn is_output(&self) -> bool {
        self.role == Role::Output
    }

    /// Makes a plain input of a pin that is none; leaves an output driving.
    fn listen_to(&mut self) -> Option<&mut Flex<'static>> {
        let is_readable = matches!(self.role, Role::Output | Role::Released);
        if !is_readable {
            self.role = Role::Released;
        }
        let pad = self.claim()?;
        if !is_readable {
            release(pad);
        }
        Some(pad)
    }
}

pub struct Pins {
    pins: [Pin; PIN_COUNT],
    adc: ADC1<'static>,
    pwm: Pwm,
}

impl Pins {
    /// Sets all pins to input with pull-up (wire contract 8.5: their state before drivers claim them), except `console`, which UART0 has.
    pub fn new(pads: [Option<AnyPin<'static>>; PIN_COUNT], console: Option<u8>, adc: ADC1<'static>, pwm: Pwm) -> Self {
        let mut gpio = 0;
        let pins = pads.map(|pad| {
            let pad = match pad {
                None => Pad::Absent,
                Some(pin) if console == Some(gpio) => Pad::Console(pin),
                Some(pin) => {
                    let mut pad = Flex::new(pin);
                    release(&mut pad);
                    Pad::Mine(pad)
                }
            };
            gpio += 1;
            Pin { pad, role: Role::Released, is_counting: false }
        });
        Pins { pins, adc, pwm }
    }

    pub fn drive(&mut self, gpio: u8, drive: Drive) {
        let Some(pin) = self.pins.get_mut(usize::from(gpio)) else {
            return;
        };
        // Releasing what nobody has claimed leaves the console its pin.
        if drive == Drive::Release && matches!(pin.pad, Pad::Console(_)) {
            return;
        }
        let was_output = pin.is_output();
        pin.role = if drive == Drive::Release { Role::Released } else { Role::Output };
        let Some(pad) = pin.claim() else {
            return;
        };
        match drive {
            Drive::Release => {
                self.pwm.release(gpio, pad);
                release(pad);
                return;
            }
            Drive::Duty(duty @ 1..=254) if self.pwm.set(gpio, pad, duty) => {}
            // The level is set before the pad leaves the PWM and before it drives, so it never shows another one in between.
            // A duty without a free channel cannot happen with six channels for six actuators; it becomes the nearer level.
            Drive::Low | Drive::Duty(..128) => {
                pad.set_level(Level::Low);
                self.pwm.release(gpio, pad);
            }
            Drive::High | Drive::Duty(128..) => {
                pad.set_level(Level::High);
                self.pwm.release(gpio, pad);
            }
        }
        if !was_output {
            pad.apply_output_config(
                &OutputConfig::default().with_drive_mode(DriveMode::PushPull).with_pull(Pull::None),
            );
            // Stays readable: `digital` of an output says what the pad really shows.
            pad.set_input_enable(true);
            pad.set_output_enable(true);
        }
    }

    /// `None` for a pin without converter, and for one that is driven: a sample would let go of it.
    pub fn analog(&mut self, gpio: u8) -> Option<u16> {
        let pin = self.pins.get_mut(usize::from(gpio))?;
        if pin.is_output() {
            return None;
        }
        pin.claim()?;
        pin.role = Role::Analog;
        boards::analog(&mut self.adc, gpio)
    }

    /// The level of the pad; low for a pin that there is not.
    pub fn digital(&mut self, gpio: u8) -> bool {
        let pin = self.pins.get_mut(usize::from(gpio));
        pin.and_then(Pin::listen_to).is_some_and(|pad| pad.is_high())
    }

    /// Rising edges; counting begins with the first question.
    pub fn pulses(&mut self, gpio: u8) -> u32 {
        if let Some(pin) = self.pins.get_mut(usize::from(gpio))
            && !pin.is_counting
            && let Some(pad) = pin.listen_to()
        {
            pad.listen(Event::RisingEdge);
            pin.is_counting = true;
        }
        pulses::count(gpio)
    }

    /// Counts again on the pins of the mask (see [`pulses::resume_after_storm`]).
    pub fn resume_counting(&mut self, mask: u32) {
        for (gpio, pin) in self.pins.iter_mut().enumerate() {
            if mask & (1 << gpio) != 0
                && pin.is_counting
                && let Some(pad) = pin.claim()
            {
                pad.listen(Event::RisingEdge);
            }
        }
    }

    /// The pin as an open-drain line with pull-up; `None` for a pin that there is not or that an actuator has.
    pub fn open_drain(&mut self, gpio: u8) -> Option<&mut Flex<'static>> {
        let pin = self.pins.get_mut(usize::from(gpio))?;
        if pin.is_output() {
            return None;
        }
        let is_line = pin.role == Role::OneWire;
        pin.role = Role::OneWire;
        let pad = pin.claim()?;
        if !is_line {
            pad.set_high();
            pad.apply_output_config(&OutputConfig::default().with_drive_mode(DriveMode::OpenDrain).with_pull(Pull::Up));
            pad.set_input_enable(true);
            pad.set_output_enable(true);
        }
        Some(pad)
    }
}

fn release(pad: &mut Flex<'static>) {
    pad.set_output_enable(false);
    pad.apply_input_config(&InputConfig::default().with_pull(Pull::Up));
    pad.set_input_enable(true);
}

/// Lets go of every pin that an actuator may have, at once, without the owner of the pins: for the panic handler.
pub fn let_go_of_all() {
    let mask = BOARD.usable.iter().fold(0u32, |mask, gpio| mask | 1u32.unbounded_shl(u32::from(*gpio)));
    // SAFETY: every bit pattern is legal: a one takes the output enable of its pin away. Flash and USB are not among the usable pins.
    GPIO::regs().enable_w1tc().write(|w| unsafe { w.bits(mask) });
}
