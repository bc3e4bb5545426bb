//! NOR flash that obeys its physics and fails on demand: erased in sectors to 0xFF, programmed by clearing bits, cut off from power in the middle of anything.
//!
//! The tests of the store count every written byte and every erase as one *step* and cut the power at each of them; the shells use the same
//! memory without faults and keep its image.

use alloc::vec;
use alloc::vec::Vec;
use leitstand_core::io::{FLASH_WORD_BYTES, FlashError, SECTOR_BYTES};

const SECTOR: usize = SECTOR_BYTES as usize;

/// What happens once the steps before it are used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    /// The step is done in part, and nothing answers until [`Flash::power_on`].
    PowerCut {
        steps_left: u64,
    },
    /// The operation reports an error before the step; the next one works again.
    Error {
        steps_left: u64,
    },
}

/// What an interrupted erase leaves of a sector: it had hardly begun, it was as good as done, or something between.
#[derive(Clone, Copy)]
enum Debris {
    Old,
    Erased,
    Mixed,
}

/// The settings partition of one device.
#[derive(Clone, Debug)]
pub struct Flash {
    bytes: Vec<u8>,
    erases: Vec<u32>,
    fault: Fault,
    is_dead: bool,
    steps: u64,
    misuses: u32,
    frozen_sector: Option<usize>,
    random: u32,
}

impl Flash {
    /// Erased flash of that many bytes (rounded down to whole sectors).
    pub fn new(size_bytes: usize) -> Flash {
        let sectors = size_bytes / SECTOR;
        Flash::from_image(vec![0xFF; sectors * SECTOR])
    }

    /// Flash that holds `image`; what is missing of its last sector is erased.
    pub fn from_image(mut image: Vec<u8>) -> Flash {
        let sectors = image.len().div_ceil(SECTOR);
        image.resize(sectors * SECTOR, 0xFF);
        Flash {
            bytes: image,
            erases: vec![0; sectors],
            fault: Fault::None,
            is_dead: false,
            steps: 0,
            misuses: 0,
            frozen_sector: None,
            random: 0x9E37_79B9,
        }
    }

    /// A copy of the content, for a file or for [`Flash::from_image`].
    pub fn image(&self) -> &[u8] {
        &self.bytes
    }

    /// Times each sector was erased, cut ones included.
    pub fn erase_counts(&self) -> &[u32] {
        &self.erases
    }

    /// Written bytes and erases since this flash was made.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Operations that real flash would have punished: misaligned, outside, or setting a bit that was not erased.
    pub fn misuses(&self) -> u32 {
        self.misuses
    }

    /// Does `steps` more steps whole and the next one in part, then is dead until [`Flash::power_on`]. `seed` decides what the half step leaves behind.
    pub fn cut_power_after(&mut self, steps: u64, seed: u32) {
        self.fault = Fault::PowerCut { steps_left: steps };
        // Zero is the one fixed point of the generator.
        self.random = seed.wrapping_mul(0x9E37_79B9) | 1;
    }

    /// Does `steps` more steps, then reports one error without having done the step.
    pub fn fail_after(&mut self, steps: u64) {
        self.fault = Fault::Error { steps_left: steps };
    }

    /// From now on writes to and erases of this sector are lost without an error: a worn out sector.
    pub fn freeze_sector(&mut self, sector: usize) {
        self.frozen_sector = Some(sector);
    }

    /// Power is back; a fault that has not come yet is forgotten.
    pub fn power_on(&mut self) {
        self.is_dead = false;
        self.fault = Fault::None;
    }

    pub fn is_dead(&self) -> bool {
        self.is_dead
    }

    /// Inverts one bit, as radiation or a weak cell does. Bits beyond the end wrap around.
    pub fn flip_bit(&mut self, bit: usize) {
        let index = (bit / 8) % self.bytes.len();
        self.bytes[index] ^= 1 << (bit % 8);
    }

    /// Fills `into` from `offset`.
    pub fn read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        let start = offset as usize;
        if self.is_dead {
            return Err(FlashError);
        }
        match self.bytes.get(start..start.saturating_add(into.len())) {
            Some(stored) => {
                into.copy_from_slice(stored);
                Ok(())
            }
            None => self.punish(),
        }
    }

    /// Sets the sector that begins at `offset` to 0xFF.
    pub fn erase(&mut self, offset: u32) -> Result<(), FlashError> {
        let start = offset as usize;
        let sector = start / SECTOR;
        if !start.is_multiple_of(SECTOR) || sector >= self.erases.len() {
            return self.punish();
        }
        let is_whole = self.step()?;
        self.erases[sector] += 1;
        if self.frozen_sector == Some(sector) {
            return Ok(());
        }
        let debris = if is_whole { Debris::Erased } else { self.next_debris() };
        for index in start..start + SECTOR {
            self.bytes[index] = match debris {
                Debris::Old => self.bytes[index],
                Debris::Erased => 0xFF,
                Debris::Mixed => self.half_erased(self.bytes[index]),
            };
        }
        if is_whole { Ok(()) } else { Err(FlashError) }
    }

    /// Clears bits: what is stored becomes `stored & data`.
    pub fn write(&mut self, offset: u32, data: &[u8]) -> Result<(), FlashError> {
        let start = offset as usize;
        let is_aligned = start.is_multiple_of(FLASH_WORD_BYTES) && data.len().is_multiple_of(FLASH_WORD_BYTES);
        if !is_aligned || start.saturating_add(data.len()) > self.bytes.len() {
            return self.punish();
        }
        for (position, &byte) in data.iter().enumerate() {
            let is_whole = self.step()?;
            let index = start + position;
            let stored = self.bytes[index];
            if byte & !stored != 0 {
                self.misuses += 1;
            }
            if self.frozen_sector == Some(index / SECTOR) {
                continue;
            }
            // A cut leaves some of the bits programmed and some not.
            let not_yet = if is_whole { 0 } else { self.next_random() as u8 };
            self.bytes[index] = stored & (byte | not_yet);
            if !is_whole {
                return Err(FlashError);
            }
        }
        Ok(())
    }

    /// True for a step that is done whole, false for the one in which the power goes.
    fn step(&mut self) -> Result<bool, FlashError> {
        if self.is_dead {
            return Err(FlashError);
        }
        match self.fault {
            Fault::None => {}
            Fault::PowerCut { steps_left: 0 } => {
                self.is_dead = true;
                self.steps += 1;
                return Ok(false);
            }
            Fault::PowerCut { steps_left } => {
                self.fault = Fault::PowerCut { steps_left: steps_left - 1 };
            }
            Fault::Error { steps_left: 0 } => {
                self.fault = Fault::None;
                return Err(FlashError);
            }
            Fault::Error { steps_left } => {
                self.fault = Fault::Error { steps_left: steps_left - 1 };
            }
        }
        self.steps += 1;
        Ok(true)
    }

    fn next_debris(&mut self) -> Debris {
        match self.next_random() % 4 {
            0 => Debris::Old,
            1 => Debris::Erased,
            _ => Debris::Mixed,
        }
    }

    /// What an interrupted erase leaves of a byte: the old one, an erased one, or anything.
    fn half_erased(&mut self, old: u8) -> u8 {
        let random = self.next_random();
        match random % 3 {
            0 => old,
            1 => 0xFF,
            _ => (random >> 8) as u8,
        }
    }

    fn punish(&mut self) -> Result<(), FlashError> {
        self.misuses += 1;
        Err(FlashError)
    }

    /// xorshift32 (Marsaglia 2003): the same seed gives the same debris.
    fn next_random(&mut self) -> u32 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        self.random
    }
}
