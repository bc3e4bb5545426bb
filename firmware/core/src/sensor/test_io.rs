//! A scripted machine for the tests of the sampler: each I2C transfer and each sample comes from a list. The chips as physics know them are in
//! the `world` crate, whose tests run these drivers against them.

use core::fmt;
use std::collections::VecDeque;
use std::vec::Vec;

use crate::io::{BusError, Drive, FlashError, Io, LogLevel};

/// Buses on which everything is chance, for the test that no answer does any harm.
pub struct WildIo {
    pub state: u64,
}

impl WildIo {
    pub fn next(&mut self) -> u32 {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.state >> 33) as u32
    }
}

impl Io for WildIo {
    fn drive(&mut self, _gpio: u8, _drive: Drive) {}
    fn analog(&mut self, _gpio: u8) -> Option<u16> {
        (!self.next().is_multiple_of(8)).then(|| self.next() as u16)
    }
    fn digital(&mut self, _gpio: u8) -> bool {
        self.next().is_multiple_of(2)
    }
    fn pulses(&mut self, _gpio: u8) -> u32 {
        self.next() << 1
    }
    fn i2c(&mut self, _address: u8, _write: &[u8], read: &mut [u8]) -> Result<(), BusError> {
        match self.next() % 40 {
            0 => return Err(BusError::NoAnswer),
            1 => return Err(BusError::Stuck),
            _ => {}
        }
        // A single byte is an identity or a status, which pure chance would almost never pass.
        let likely = [0x58, 0x60, 0x00, 0x08];
        let is_single = read.len() == 1;
        for place in read {
            let chance = self.next();
            *place = match likely.get(chance as usize >> 8 & 3) {
                Some(byte) if is_single => *byte,
                _ => chance as u8,
            };
        }
        Ok(())
    }
    fn one_wire_reset(&mut self, _gpio: u8) -> bool {
        !self.next().is_multiple_of(8)
    }
    fn one_wire_slot(&mut self, _gpio: u8, bit: bool) -> bool {
        bit && self.next().is_multiple_of(2)
    }
    fn flash_read(&mut self, _offset: u32, _into: &mut [u8]) -> Result<(), FlashError> {
        Err(FlashError)
    }
    fn flash_erase(&mut self, _offset: u32) -> Result<(), FlashError> {
        Err(FlashError)
    }
    fn flash_write(&mut self, _offset: u32, _data: &[u8]) -> Result<(), FlashError> {
        Err(FlashError)
    }
    fn random(&mut self) -> u32 {
        self.next()
    }
    fn heap(&mut self) -> (u32, u32) {
        (0, 0)
    }
    fn log(&mut self, _level: LogLevel, _text: fmt::Arguments<'_>) {}
}

#[derive(Default)]
pub struct TestIo {
    /// Answers to transfers, in order; `NoAnswer` when used up.
    pub i2c: VecDeque<Result<Vec<u8>, BusError>>,
    /// What was sent: address and bytes.
    pub sent: Vec<(u8, Vec<u8>)>,
    pub analog: VecDeque<Option<u16>>,
    pub pulses: u32,
    /// Bits that the 1-Wire bus gives to slots that write a 1; a pull-up when used up.
    pub bits: VecDeque<bool>,
    pub is_present: bool,
}

impl TestIo {
    /// The bits of these bytes, as a device would send them, after `skipped` slots of the master's own.
    pub fn answer_bytes(&mut self, skipped_ones: usize, bytes: &[u8]) {
        self.bits.extend(std::iter::repeat_n(true, skipped_ones));
        for byte in bytes {
            self.bits.extend((0..8).map(|bit| byte >> bit & 1 == 1));
        }
    }
}

impl Io for TestIo {
    fn drive(&mut self, _gpio: u8, _drive: Drive) {}
    fn analog(&mut self, _gpio: u8) -> Option<u16> {
        self.analog.pop_front().flatten()
    }
    fn digital(&mut self, _gpio: u8) -> bool {
        false
    }
    fn pulses(&mut self, _gpio: u8) -> u32 {
        self.pulses
    }
    fn i2c(&mut self, address: u8, write: &[u8], read: &mut [u8]) -> Result<(), BusError> {
        self.sent.push((address, write.to_vec()));
        let answer = self.i2c.pop_front().unwrap_or(Err(BusError::NoAnswer))?;
        assert_eq!(answer.len(), read.len(), "the script does not fit");
        read.copy_from_slice(&answer);
        Ok(())
    }
    fn one_wire_reset(&mut self, _gpio: u8) -> bool {
        self.is_present
    }
    fn one_wire_slot(&mut self, _gpio: u8, bit: bool) -> bool {
        bit && self.bits.pop_front().unwrap_or(true)
    }
    fn flash_read(&mut self, _offset: u32, _into: &mut [u8]) -> Result<(), FlashError> {
        Err(FlashError)
    }
    fn flash_erase(&mut self, _offset: u32) -> Result<(), FlashError> {
        Err(FlashError)
    }
    fn flash_write(&mut self, _offset: u32, _data: &[u8]) -> Result<(), FlashError> {
        Err(FlashError)
    }
    fn random(&mut self) -> u32 {
        0
    }
    fn heap(&mut self) -> (u32, u32) {
        (0, 0)
    }
    fn log(&mut self, _level: LogLevel, _text: fmt::Arguments<'_>) {}
}
