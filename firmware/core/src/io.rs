//! What the core wants of the machine around it: pins, buses, flash, chance, and a place for log lines. A shell implements [`Io`] once.

use core::fmt;

/// What a pin does. Levels are electrical: inversion has been applied by the actuator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drive {
    /// Input with pull-up: nobody drives it.
    Release,
    Low,
    High,
    /// Pulse width, 0 to 255, at 1 kHz.
    Duty(u8),
}

/// Why a bus transfer failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusError {
    /// Nobody answered at the address.
    NoAnswer,
    /// A line is held low or the peripheral gave up.
    Stuck,
}

/// A write or an erase did not take place. What it left behind is undefined within the area it touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlashError;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum LogLevel {
    Debug,
    Info,
    Warning,
    Error,
    Critical,
}

/// Bytes of one erasable sector of NOR flash.
pub const SECTOR_BYTES: u32 = 4096;
/// Writes begin and end on multiples of this.
pub const FLASH_WORD_BYTES: usize = 4;

/// The machine. All calls return at once (a 1-Wire slot of 70 µs and an I2C transfer of some ms are "at once"); waiting is the core's task.
pub trait Io {
    /// Takes effect before it returns.
    fn drive(&mut self, gpio: u8, drive: Drive);
    /// 0 to 4095 on a chip, one sample; `None` where the pin has no converter.
    fn analog(&mut self, gpio: u8) -> Option<u16>;
    fn digital(&mut self, gpio: u8) -> bool;
    /// Rising edges since boot, wrapping.
    fn pulses(&mut self, gpio: u8) -> u32;
    /// Writes, then reads with a repeated start; either part may be empty. `address` is the 7-bit one.
    fn i2c(&mut self, address: u8, write: &[u8], read: &mut [u8]) -> Result<(), BusError>;
    /// Reset pulse; true when a device answered with its presence pulse.
    fn one_wire_reset(&mut self, gpio: u8) -> bool;
    /// One time slot: writes a 1 or a 0 and returns what the line read (a read slot is a written 1).
    fn one_wire_slot(&mut self, gpio: u8, bit: bool) -> bool;
    /// Offsets are relative to the settings partition; see [`crate::store`] for its size.
    fn flash_read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), FlashError>;
    /// Sets one sector to 0xFF; `offset` is a multiple of [`SECTOR_BYTES`].
    fn flash_erase(&mut self, offset: u32) -> Result<(), FlashError>;
    /// Can only clear bits; offset and length are multiples of [`FLASH_WORD_BYTES`].
    fn flash_write(&mut self, offset: u32, data: &[u8]) -> Result<(), FlashError>;
    fn random(&mut self) -> u32;
    /// Free heap now and its least since boot, in bytes.
    fn heap(&mut self) -> (u32, u32);
    fn log(&mut self, level: LogLevel, text: fmt::Arguments<'_>);
}
