//! Bytes on a 1-Wire bus, out of the time slots of [`Io`]. Sources: Maxim "DS18B20", pages 10 to 19; application note 27 (CRC).

use crate::io::Io;

/// Address of a device: family code, six bytes, CRC-8. All zero = none: the only device on its bus.
pub type Rom = [u8; 8];

pub const NO_ROM: Rom = [0; 8];
const MATCH_ROM: u8 = 0x55;
const SKIP_ROM: u8 = 0xCC;

/// CRC-8 of Dallas 1-Wire: x⁸+x⁵+x⁴+1, least significant bit first, from 0. Over data and its CRC it is 0.
pub fn crc8(bytes: &[u8]) -> u8 {
    bytes
        .iter()
        .fold(0, |crc, &byte| (0..8).fold(crc ^ byte, |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0x8C } else { crc >> 1 }))
}

/// False: the address was mistyped, or the device is a counterfeit (a warning, 1025: it can be read all the same).
pub fn is_rom_crc_valid(rom: &Rom) -> bool {
    crc8(rom) == 0
}

pub(super) fn write_byte(gpio: u8, byte: u8, io: &mut dyn Io) {
    for bit in 0..8 {
        io.one_wire_slot(gpio, byte >> bit & 1 == 1);
    }
}

pub(super) fn read_byte(gpio: u8, io: &mut dyn Io) -> u8 {
    (0..8).fold(0, |byte, bit| byte | u8::from(io.one_wire_slot(gpio, true)) << bit)
}

/// Reset, then addresses the device with that ROM (or the only one). False when nobody is on the bus.
pub(super) fn select(gpio: u8, rom: &Rom, io: &mut dyn Io) -> bool {
    if !io.one_wire_reset(gpio) {
        return false;
    }
    if *rom == NO_ROM {
        write_byte(gpio, SKIP_ROM, io);
    } else {
        write_byte(gpio, MATCH_ROM, io);
        for &byte in rom {
            write_byte(gpio, byte, io);
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crc_is_that_of_the_application_note() {
        // Application note 27, figure 3: ROM 0x00000001B81C family 0x02, CRC 0xA2.
        let rom = [0x02, 0x1C, 0xB8, 0x01, 0x00, 0x00, 0x00, 0xA2];
        assert_eq!(crc8(&rom[..7]), 0xA2);
        assert!(is_rom_crc_valid(&rom));
        let mut wrong = rom;
        wrong[3] ^= 1;
        assert!(!is_rom_crc_valid(&wrong));
    }
}
