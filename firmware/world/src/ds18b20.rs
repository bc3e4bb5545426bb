//! One DS18B20, slot by slot (Maxim "DS18B20", 19-7487 Rev 6), with its own supply.

use crate::surroundings::{Dropout, Surroundings};

/// Longest conversion with 12 bits.
const CONVERSION_MS: u64 = 750;
/// Longer than the 750 ms of a conversion and three tries of reading it, shorter than the least interval (1 s).
const DROPOUT_WINDOW_MS: u64 = 900;
/// Scratchpad after power-up: 85 °C, alarms 75 and 70 °C, 12 bits.
const POWER_ON: [u8; 8] = [0x50, 0x05, 0x4B, 0x46, 0x7F, 0xFF, 0x0C, 0x10];

#[derive(Clone, Copy, Debug)]
enum State {
    /// Not addressed, until the next reset.
    Deselected,
    RomCommand {
        bits: u8,
        taken: u8,
    },
    ReadRom {
        sent: u8,
    },
    MatchRom {
        taken: u8,
    },
    /// Three slots per bit: the bit, its complement, and the direction that the master takes.
    Search {
        bit: u8,
        phase: u8,
    },
    FunctionCommand {
        bits: u8,
        taken: u8,
    },
    Send {
        bytes: [u8; 9],
        sent: u8,
    },
    WriteScratchpad {
        taken: u8,
    },
    /// Answers read slots with 0 until a conversion has ended.
    Busy,
    /// Answers read slots with 1: external supply, or nothing left to say.
    Ready,
}

#[derive(Clone, Debug)]
pub struct Ds18b20 {
    rom: [u8; 8],
    celsius: f64,
    scratchpad: [u8; 8],
    converted_at_ms: Option<u64>,
    state: State,
    dropout: Dropout,
    is_silent: bool,
}

impl Ds18b20 {
    pub fn new(rom: [u8; 8], celsius: f64) -> Ds18b20 {
        Ds18b20 {
            rom,
            celsius,
            scratchpad: POWER_ON,
            converted_at_ms: None,
            state: State::Deselected,
            dropout: Dropout::default(),
            is_silent: false,
        }
    }

    pub fn rom(&self) -> [u8; 8] {
        self.rom
    }

    pub fn set_celsius(&mut self, celsius: f64) {
        self.celsius = celsius;
    }

    pub fn power_cycle(&mut self) {
        *self = Ds18b20::new(self.rom, self.celsius);
    }

    /// True when it answers with its presence pulse.
    pub fn reset(&mut self, around: &mut Surroundings<'_>) -> bool {
        self.settle(around);
        self.is_silent = around.is_silent(&mut self.dropout, DROPOUT_WINDOW_MS);
        self.state = if self.is_silent { State::Deselected } else { State::RomCommand { bits: 0, taken: 0 } };
        !self.is_silent
    }

    /// Does it leave the line up in a slot in which the master does?
    pub fn leaves_up(&self) -> bool {
        match self.state {
            State::ReadRom { sent } => bit(&self.rom, sent),
            State::Search { bit: index, phase } => match phase {
                0 => bit(&self.rom, index),
                1 => !bit(&self.rom, index),
                _ => true,
            },
            State::Send { bytes, sent } => bit(&bytes, sent),
            State::Busy => self.converted_at_ms.is_none(),
            _ => true,
        }
    }

    /// The slot ends; `line` is what it had.
    pub fn sample(&mut self, line: bool, around: &mut Surroundings<'_>) {
        self.state = match self.state {
            State::RomCommand { bits, taken } => match take(bits, taken, line) {
                Command::Partial { bits, taken } => State::RomCommand { bits, taken },
                Command::Whole(command) => rom_command(command),
            },
            State::FunctionCommand { bits, taken } => match take(bits, taken, line) {
                Command::Partial { bits, taken } => State::FunctionCommand { bits, taken },
                Command::Whole(command) => self.function(command, around),
            },
            State::ReadRom { sent } if sent < 63 => State::ReadRom { sent: sent + 1 },
            State::ReadRom { .. } => State::FunctionCommand { bits: 0, taken: 0 },
            State::MatchRom { taken } => self.matched(taken, line),
            State::Search { bit, phase } => self.searched(bit, phase, line),
            State::Send { bytes, sent } if sent < 71 => State::Send { bytes, sent: sent + 1 },
            State::Send { .. } => State::Ready,
            State::WriteScratchpad { taken } => self.written(taken, line),
            State::Busy => {
                self.settle(around);
                State::Busy
            }
            other => other,
        };
    }

    fn matched(&self, taken: u8, line: bool) -> State {
        if line != bit(&self.rom, taken) {
            State::Deselected
        } else if taken < 63 {
            State::MatchRom { taken: taken + 1 }
        } else {
            State::FunctionCommand { bits: 0, taken: 0 }
        }
    }

    fn searched(&self, index: u8, phase: u8, line: bool) -> State {
        match phase {
            0 | 1 => State::Search { bit: index, phase: phase + 1 },
            _ if line != bit(&self.rom, index) || index >= 63 => State::Deselected,
            _ => State::Search { bit: index + 1, phase: 0 },
        }
    }

    /// Alarms and configuration, bytes 2 to 4.
    fn written(&mut self, taken: u8, line: bool) -> State {
        if let Some(byte) = self.scratchpad.get_mut(usize::from(taken / 8) + 2) {
            let mask = 1 << (taken % 8);
            *byte = if line { *byte | mask } else { *byte & !mask };
        }
        if taken >= 23 {
            return State::Ready;
        }
        State::WriteScratchpad { taken: taken + 1 }
    }

    fn function(&mut self, command: u8, around: &mut Surroundings<'_>) -> State {
        match command {
            0x44 => {
                self.converted_at_ms = Some(around.now_ms + CONVERSION_MS);
                State::Busy
            }
            0xBE => {
                let mut bytes = [0; 9];
                let (data, crc) = bytes.split_at_mut(8);
                data.copy_from_slice(&self.scratchpad);
                crc.fill(crc8(data));
                around.spoil(&mut bytes);
                State::Send { bytes, sent: 0 }
            }
            0x4E => State::WriteScratchpad { taken: 0 },
            // Copy and recall of the EEPROM, which is as the scratchpad; and the question for the supply, which is an own one.
            0x48 | 0xB8 | 0xB4 => State::Ready,
            _ => State::Deselected,
        }
    }

    /// Ends a conversion whose time has come.
    fn settle(&mut self, around: &mut Surroundings<'_>) {
        if self.converted_at_ms.is_none_or(|ready_ms| around.now_ms < ready_ms) {
            return;
        }
        self.converted_at_ms = None;
        // `as` saturates. A real one stays within −55 to 125 °C; a broken one, which a test may want, does not.
        let sixteenths = libm::round(around.measured(self.celsius) * 16.0) as i16;
        let [low, high] = sixteenths.to_le_bytes();
        let [first, second, ..] = &mut self.scratchpad;
        [*first, *second] = [low, high];
    }
}

enum Command {
    Partial { bits: u8, taken: u8 },
    Whole(u8),
}

fn take(bits: u8, taken: u8, line: bool) -> Command {
    let bits = bits | u8::from(line) << taken;
    if taken < 7 {
        let taken = taken + 1;
        Command::Partial { bits, taken }
    } else {
        Command::Whole(bits)
    }
}

fn rom_command(command: u8) -> State {
    match command {
        0x33 => State::ReadRom { sent: 0 },
        0x55 => State::MatchRom { taken: 0 },
        0xCC => State::FunctionCommand { bits: 0, taken: 0 },
        0xF0 => State::Search { bit: 0, phase: 0 },
        // An alarm search (0xEC) among them: no alarm is ever set.
        _ => State::Deselected,
    }
}

fn bit(bytes: &[u8], index: u8) -> bool {
    bytes.get(usize::from(index / 8)).is_some_and(|byte| byte >> (index % 8) & 1 == 1)
}

/// x⁸+x⁵+x⁴+1 over the bits as they are sent; bit by bit like the shift register of the data sheet (figure 9), unlike the driver.
fn crc8(bytes: &[u8]) -> u8 {
    let count = u8::try_from(bytes.len() * 8).unwrap_or(u8::MAX);
    (0..count).fold(0, |register, index| {
        let feedback = bit(bytes, index) != (register & 1 == 1);
        (register >> 1) ^ if feedback { 0x8C } else { 0 }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_application_note() {
        assert_eq!(crc8(&[0x02, 0x1C, 0xB8, 0x01, 0x00, 0x00, 0x00]), 0xA2);
    }
}
