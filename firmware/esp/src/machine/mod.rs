//! The chip as the core sees it: [`Machine`] implements [`Io`]. Owned by the node task alone; nothing in here waits longer than a bus transfer.

mod adc;
mod bus;
mod log;
mod one_wire;
mod pins;
mod pulses;
mod pwm;
mod settings;

use core::fmt;

use esp_hal::rng::Rng;
use leitstand_core::io::{BusError, Drive, FlashError, Io, LogLevel};

pub use adc::sample;
pub use bus::Bus;
pub use log::LogLines;
pub use pins::{Pins, let_go_of_all};
pub use pulses::{count_edges, resume_after_storm};
pub use pwm::Pwm;
pub use settings::Settings;

pub struct Machine {
    pub pins: Pins,
    /// `None` where the HAL refused the bus's configuration.
    pub bus: Option<Bus>,
    pub settings: Settings,
    pub logs: LogLines,
}

impl Io for Machine {
    fn drive(&mut self, gpio: u8, drive: Drive) {
        self.pins.drive(gpio, drive);
    }

    fn analog(&mut self, gpio: u8) -> Option<u16> {
        self.pins.analog(gpio)
    }

    fn digital(&mut self, gpio: u8) -> bool {
        self.pins.digital(gpio)
    }

    fn pulses(&mut self, gpio: u8) -> u32 {
        self.pins.pulses(gpio)
    }

    fn i2c(&mut self, address: u8, write: &[u8], read: &mut [u8]) -> Result<(), BusError> {
        let bus = self.bus.as_mut().ok_or(BusError::Stuck)?;
        bus.transfer(address, write, read)
    }

    fn one_wire_reset(&mut self, gpio: u8) -> bool {
        self.pins.open_drain(gpio).is_some_and(one_wire::reset)
    }

    fn one_wire_slot(&mut self, gpio: u8, bit: bool) -> bool {
        // A line without a pin reads like one without a device: pulled up.
        self.pins.open_drain(gpio).is_none_or(|line| one_wire::slot(line, bit))
    }

    fn flash_read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        self.settings.read(offset, into)
    }

    fn flash_erase(&mut self, offset: u32) -> Result<(), FlashError> {
        self.settings.erase(offset)
    }

    fn flash_write(&mut self, offset: u32, data: &[u8]) -> Result<(), FlashError> {
        self.settings.write(offset, data)
    }

    fn random(&mut self) -> u32 {
        Rng::new().random()
    }

    fn heap(&mut self) -> (u32, u32) {
        let stats = esp_alloc::HEAP.stats();
        let free = |used: usize| stats.size.saturating_sub(used) as u32;
        (free(stats.current_usage), free(stats.max_usage))
    }

    fn log(&mut self, level: LogLevel, text: fmt::Arguments<'_>) {
        self.logs.push(level, text);
    }
}
