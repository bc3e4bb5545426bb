//! What the targets share: a machine on which nothing is connected but flash.

use std::fmt;

use leitstand_core::io::{BusError, Drive, FlashError, Io, LogLevel};
use leitstand_world::flash::Flash;

pub struct Machine {
    pub flash: Flash,
    random: u32,
}

impl Machine {
    /// A machine that boots from this image of the settings partition.
    pub fn with_flash(image: Vec<u8>) -> Machine {
        Machine { flash: Flash::from_image(image), random: 1 }
    }
}

impl Io for Machine {
    fn drive(&mut self, _gpio: u8, _drive: Drive) {}

    fn analog(&mut self, _gpio: u8) -> Option<u16> {
        None
    }

    fn digital(&mut self, _gpio: u8) -> bool {
        true
    }

    fn pulses(&mut self, _gpio: u8) -> u32 {
        0
    }

    fn i2c(&mut self, _address: u8, _write: &[u8], _read: &mut [u8]) -> Result<(), BusError> {
        Err(BusError::NoAnswer)
    }

    fn one_wire_reset(&mut self, _gpio: u8) -> bool {
        false
    }

    fn one_wire_slot(&mut self, _gpio: u8, _bit: bool) -> bool {
        true
    }

    fn flash_read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        self.flash.read(offset, into)
    }

    fn flash_erase(&mut self, offset: u32) -> Result<(), FlashError> {
        self.flash.erase(offset)
    }

    fn flash_write(&mut self, offset: u32, data: &[u8]) -> Result<(), FlashError> {
        self.flash.write(offset, data)
    }

    /// A fixed sequence, so that an input that fails once fails again.
    fn random(&mut self) -> u32 {
        self.random = self.random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.random
    }

    fn heap(&mut self) -> (u32, u32) {
        (0, 0)
    }

    fn log(&mut self, _level: LogLevel, _text: fmt::Arguments<'_>) {}
}
