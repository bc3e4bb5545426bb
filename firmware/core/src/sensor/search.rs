//! Finds the devices of a 1-Wire bus for `onewire/scan` (wire contract 1.12, 1.33). Source: Maxim application note 187, "1-Wire Search Algorithm".

use super::fault::{Fault, ONE_WIRE_SEARCH, ONE_WIRE_SHORT};
use super::one_wire::{NO_ROM, Rom, is_rom_crc_valid, write_byte};
use crate::io::Io;

/// 1.12: "bus scan, ≤ 10 devices".
pub const MAX_SCAN_DEVICES: usize = 10;
const SEARCH_ROM: u8 = 0xF0;
/// Passes for one device. A wrong checksum is mostly a disturbed slot; a device that says the same wrong one each time really has it.
const MAX_PASSES: u8 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundDevice {
    pub rom: Rom,
    /// False: found, but its address is not one that Maxim makes (1025).
    pub is_crc_valid: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchStep {
    Found(FoundDevice),
    /// A pass was disturbed: call again.
    Again,
    /// No further device, or [`MAX_SCAN_DEVICES`] found.
    End,
    Failed(Fault),
}

/// A search under way. Each call of [`RomSearch::next`] is one pass over the bus: about 200 slots, 14 ms on a wire.
#[derive(Clone, Copy, Debug)]
pub struct RomSearch {
    gpio: u8,
    rom: Rom,
    /// Bit number, 1 to 64, at which the last pass took the 0 branch last; 0 = none left.
    last_branch: u8,
    found: u8,
    passes: u8,
    /// What the pass before said when its checksum was wrong.
    doubtful: Rom,
    is_at_end: bool,
}

/// One pass: the address, and the last bit at which it took the 0 branch.
struct Pass {
    rom: Rom,
    last_branch: u8,
}

impl RomSearch {
    pub const fn new(gpio: u8) -> RomSearch {
        RomSearch { gpio, rom: NO_ROM, last_branch: 0, found: 0, passes: 0, doubtful: NO_ROM, is_at_end: false }
    }

    /// The next device in ascending order of the bits on the wire.
    pub fn next(&mut self, io: &mut dyn Io) -> SearchStep {
        if self.is_at_end || usize::from(self.found) >= MAX_SCAN_DEVICES {
            return SearchStep::End;
        }
        if !io.one_wire_reset(self.gpio) {
            return self.nobody();
        }
        self.passes = self.passes.saturating_add(1);
        let Some(pass) = self.pass(io) else {
            return self.again(ONE_WIRE_SEARCH);
        };
        // A line that is held low reads as a collision at each bit, and eight zero bytes have a correct checksum.
        if pass.rom == NO_ROM {
            return self.again(ONE_WIRE_SHORT);
        }
        let is_crc_valid = is_rom_crc_valid(&pass.rom);
        if !is_crc_valid && self.doubtful != pass.rom {
            self.doubtful = pass.rom;
            return self.again(ONE_WIRE_SEARCH);
        }
        self.accept(&pass);
        SearchStep::Found(FoundDevice { rom: pass.rom, is_crc_valid })
    }

    /// Nobody answers the reset: an empty bus, or one that has lost its devices in the middle of the search.
    fn nobody(&mut self) -> SearchStep {
        if self.found == 0 {
            self.is_at_end = true;
            return SearchStep::End;
        }
        self.passes = self.passes.saturating_add(1);
        self.again(ONE_WIRE_SEARCH)
    }

    fn again(&mut self, fault: Fault) -> SearchStep {
        if self.passes < MAX_PASSES {
            return SearchStep::Again;
        }
        self.is_at_end = true;
        SearchStep::Failed(fault)
    }

    fn accept(&mut self, pass: &Pass) {
        self.rom = pass.rom;
        self.last_branch = pass.last_branch;
        self.is_at_end = pass.last_branch == 0;
        self.found = self.found.saturating_add(1);
        self.passes = 0;
        self.doubtful = NO_ROM;
    }

    /// `None` when at some bit nobody answered.
    fn pass(&self, io: &mut dyn Io) -> Option<Pass> {
        write_byte(self.gpio, SEARCH_ROM, io);
        let mut rom = self.rom;
        let mut last_branch = 0;
        let mut number = 0_u8;
        for byte in &mut rom {
            for bit in 0..8 {
                number = number.saturating_add(1);
                let is_one = io.one_wire_slot(self.gpio, true);
                let is_zero = io.one_wire_slot(self.gpio, true);
                let direction = match (is_one, is_zero) {
                    (true, true) => return None,
                    (false, false) => self.branch(number, *byte >> bit & 1 == 1),
                    (is_one, _) => is_one,
                };
                if !is_one && !is_zero && !direction {
                    last_branch = number;
                }
                *byte = *byte & !(1 << bit) | u8::from(direction) << bit;
                io.one_wire_slot(self.gpio, direction);
            }
        }
        Some(Pass { rom, last_branch })
    }

    /// Where devices differ: as in the pass before up to its last 0 branch, 1 there, and 0 beyond.
    fn branch(&self, number: u8, previous: bool) -> bool {
        match number.cmp(&self.last_branch) {
            core::cmp::Ordering::Less => previous,
            core::cmp::Ordering::Equal => true,
            core::cmp::Ordering::Greater => false,
        }
    }
}

/// `device_type` of a scan result (1.33), by family code.
pub fn device_type(rom: &Rom) -> &'static str {
    match rom {
        [0x28, ..] => "DS18B20",
        [0x10, ..] => "DS18S20",
        [0x22, ..] => "DS1822",
        _ => "unknown",
    }
}
