//! The world as the core sees it.

use alloc::format;
use core::fmt;

use leitstand_core::io::{BusError, Drive, FlashError, Io, LogLevel};

use crate::event::Event;
use crate::memory::FlashMemory;
use crate::world::{HEAP_BYTES, World, around};

impl<F: FlashMemory> Io for World<F> {
    fn drive(&mut self, gpio: u8, drive: Drive) {
        let changed = self.pins.drive(gpio, drive, &self.faults);
        self.tell(gpio, changed);
    }

    fn analog(&mut self, gpio: u8) -> Option<u16> {
        self.pins.analog(gpio, &mut around!(self))
    }

    fn digital(&mut self, gpio: u8) -> bool {
        self.pins.digital(gpio)
    }

    fn pulses(&mut self, gpio: u8) -> u32 {
        self.pins.pulses(gpio, &mut around!(self))
    }

    fn i2c(&mut self, address: u8, write: &[u8], read: &mut [u8]) -> Result<(), BusError> {
        self.i2c.transfer(address, (write, read), &mut around!(self))
    }

    fn one_wire_reset(&mut self, gpio: u8) -> bool {
        self.one_wire.reset(gpio, &mut around!(self))
    }

    fn one_wire_slot(&mut self, gpio: u8, bit: bool) -> bool {
        self.one_wire.slot(gpio, bit, &mut around!(self))
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

    fn random(&mut self) -> u32 {
        self.random.next_u32()
    }

    fn heap(&mut self) -> (u32, u32) {
        HEAP_BYTES
    }

    fn log(&mut self, level: LogLevel, text: fmt::Arguments<'_>) {
        let text = format!("{text}");
        self.events.push(Event::Log { level, text });
    }
}
