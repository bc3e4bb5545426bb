use super::fault::{ONE_WIRE_SEARCH, ONE_WIRE_SHORT};
use super::one_wire::{Rom, crc8};
use super::search::{FoundDevice, RomSearch, SearchStep, device_type};
use super::test_io::TestIo;

fn rom() -> Rom {
    let mut rom = [0x28, 1, 2, 3, 4, 5, 6, 0];
    rom[7] = crc8(&rom[..7]);
    rom
}

/// Lets the only device of a bus answer one pass with that address.
fn pass(io: &mut TestIo, rom: Rom) {
    io.answer_bytes(0xF0_u8.count_ones() as usize, &[]);
    for byte in rom {
        for bit in (0..8).map(|bit| byte >> bit & 1 == 1) {
            // The bit, its complement, and the master's direction, whose 0 is no slot that the bus could change.
            let slots = [true, false, true];
            io.bits.extend(if bit { &slots[..] } else { &[false, true][..] });
        }
    }
}

fn bus() -> TestIo {
    TestIo { is_present: true, ..TestIo::default() }
}

#[test]
fn a_pass_with_a_disturbed_bit_is_made_again() {
    let mut io = bus();
    let mut disturbed = rom();
    disturbed[3] ^= 0x10;
    pass(&mut io, disturbed);
    pass(&mut io, rom());
    let mut search = RomSearch::new(4);
    assert_eq!(search.next(&mut io), SearchStep::Again);
    let (rom, is_crc_valid) = (rom(), true);
    let found = FoundDevice { rom, is_crc_valid };
    assert_eq!(search.next(&mut io), SearchStep::Found(found));
    assert_eq!(search.next(&mut io), SearchStep::End);
}

#[test]
fn a_bus_that_says_another_address_each_time_is_given_up() {
    let mut io = bus();
    for bit in 0..3 {
        let mut disturbed = rom();
        disturbed[3] ^= 1 << bit;
        pass(&mut io, disturbed);
    }
    let mut search = RomSearch::new(4);
    assert_eq!(search.next(&mut io), SearchStep::Again);
    assert_eq!(search.next(&mut io), SearchStep::Again);
    assert_eq!(search.next(&mut io), SearchStep::Failed(ONE_WIRE_SEARCH));
    assert_eq!(search.next(&mut io), SearchStep::End);
}

#[test]
fn a_line_that_is_held_low_is_no_device() {
    let mut io = bus();
    io.bits = std::iter::repeat_n(false, 1000).collect();
    let mut search = RomSearch::new(4);
    assert_eq!(search.next(&mut io), SearchStep::Again);
    assert_eq!(search.next(&mut io), SearchStep::Again);
    assert_eq!(search.next(&mut io), SearchStep::Failed(ONE_WIRE_SHORT));
}

#[test]
fn devices_are_named_by_their_family() {
    assert_eq!(device_type(&rom()), "DS18B20");
    assert_eq!(device_type(&[0x10; 8]), "DS18S20");
    assert_eq!(device_type(&[0x22; 8]), "DS1822");
    assert_eq!(device_type(&[0x01; 8]), "unknown");
}
