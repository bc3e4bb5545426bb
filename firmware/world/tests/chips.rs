//! The simulated chips by themselves: what a driver that does wrong would get.

mod bench;

use bench::Device;
use leitstand_core::io::{BusError, Io};

const SHT31: u8 = 0x44;
const BOSCH: u8 = 0x76;

fn device(line: &str) -> Device {
    let mut device = Device::new(vec![]);
    device.apply(line);
    device
}

fn register(device: &mut Device, register: u8) -> u8 {
    let mut data = [0];
    device.world.i2c(BOSCH, &[register], &mut data).unwrap();
    data[0]
}

fn write(device: &mut Device, bytes: &[u8]) {
    device.world.i2c(BOSCH, bytes, &mut []).unwrap();
}

#[test]
fn an_sht31_answers_to_nothing_while_it_measures_and_gives_a_result_once() {
    let mut device = device(r#"{"i2c":{"0x44":{}}}"#);
    let mut data = [0; 6];
    let no_answer = Err(BusError::NoAnswer);
    assert_eq!(device.world.i2c(SHT31, &[], &mut data), no_answer);
    assert_eq!(device.world.i2c(SHT31, &[0x24, 0x00], &mut []), Ok(()));
    assert_eq!(device.world.i2c(SHT31, &[0x24, 0x00], &mut []), no_answer);
    device.wait(14);
    assert_eq!(device.world.i2c(SHT31, &[], &mut data), no_answer);
    device.wait(1);
    assert_eq!(device.world.i2c(SHT31, &[], &mut data), Ok(()));
    assert_eq!(device.world.i2c(SHT31, &[], &mut data), no_answer);
    assert_eq!(device.world.i2c(SHT31, &[0x12, 0x34], &mut []), no_answer);
    assert_eq!(device.world.i2c(SHT31, &[0x24, 0x00], &mut []), Ok(()));
    device.wait(15);
    assert_eq!(device.world.i2c(SHT31, &[0x30, 0xA2], &mut []), Ok(()));
    assert_eq!(device.world.i2c(SHT31, &[], &mut data), no_answer);
}

#[test]
fn a_bosch_chip_measures_what_it_was_told_to_and_for_as_long_as_that_takes() {
    let mut device = device(r#"{"i2c":{"0x76":{"chip":"bme280"}}}"#);
    assert_eq!(register(&mut device, 0xD0), 0x60);
    assert_eq!(register(&mut device, 0xF7), 0x80);
    // Temperature alone at 1×: 1.25 + 2.3 ms.
    write(&mut device, &[0xF4, 0b0010_0001]);
    device.wait(3);
    assert_eq!(register(&mut device, 0xF3), 0b1000);
    assert_eq!(register(&mut device, 0xFA), 0x80);
    device.wait(1);
    assert_eq!(register(&mut device, 0xF3), 0);
    assert_ne!(register(&mut device, 0xFA), 0x80);
    // 16 bits at 1×: the last four are unused.
    assert_eq!(register(&mut device, 0xFC), 0);
    assert_eq!(register(&mut device, 0xF7), 0x80);
    assert_eq!(register(&mut device, 0xF4), 0b0010_0000);
    // Humidity counts from the next write to the control register on.
    write(&mut device, &[0xF4, 0b0010_0001, 0xF2, 1]);
    device.wait(20);
    let mut humidity = [0; 2];
    device.world.i2c(BOSCH, &[0xFD], &mut humidity).unwrap();
    assert_eq!(humidity, [0x80, 0]);
    write(&mut device, &[0xF4, 0b0010_0001]);
    device.wait(20);
    device.world.i2c(BOSCH, &[0xFD], &mut humidity).unwrap();
    assert_ne!(humidity, [0x80, 0]);
    write(&mut device, &[0xE0, 0xB6]);
    assert_eq!(register(&mut device, 0xFA), 0x80);
}

#[test]
fn a_bosch_chip_in_normal_mode_measures_all_the_time() {
    let mut device = device(r#"{"i2c":{"0x76":{"celsius":20}}}"#);
    assert_eq!(register(&mut device, 0xD0), 0x58);
    assert_eq!(register(&mut device, 0xE1), 0);
    write(&mut device, &[0xF4, 0b1011_0111, 0xF5, 0]);
    let cold = register(&mut device, 0xFA);
    device.apply(r#"{"i2c":{"0x76":{"celsius":60}}}"#);
    assert!(register(&mut device, 0xFA) > cold);
    assert_eq!(register(&mut device, 0xF4), 0b1011_0111);
}

fn send(device: &mut Device, byte: u8) {
    for bit in 0..8 {
        device.world.one_wire_slot(4, byte >> bit & 1 == 1);
    }
}

fn receive(device: &mut Device) -> u8 {
    (0..8).fold(0, |byte, bit| byte | u8::from(device.world.one_wire_slot(4, true)) << bit)
}

/// Low and high byte of the scratchpad, and its configuration.
fn scratchpad(device: &mut Device) -> (i16, u8) {
    assert!(device.world.one_wire_reset(4));
    send(device, 0xCC);
    send(device, 0xBE);
    let bytes: [u8; 9] = core::array::from_fn(|_| receive(device));
    // Nothing more to say: the line stays up.
    assert_eq!(receive(device), 0xFF);
    (i16::from_le_bytes([bytes[0], bytes[1]]), bytes[4])
}

const PROBE: &str = r#"{"onewire":{"4":[{"rom":"28FF641E8D3C0CDA","celsius":25}]}}"#;

#[test]
fn a_probe_holds_the_power_on_value_until_its_conversion_has_ended() {
    let mut device = device(PROBE);
    assert_eq!(scratchpad(&mut device).0, 1360);
    device.world.one_wire_reset(4);
    send(&mut device, 0xCC);
    send(&mut device, 0x44);
    device.wait(749);
    assert!(!device.world.one_wire_slot(4, true));
    device.wait(1);
    device.world.one_wire_slot(4, true);
    assert!(device.world.one_wire_slot(4, true));
    assert_eq!(scratchpad(&mut device).0, 400);
    device.apply(&PROBE.replace("25", "30"));
    assert_eq!(scratchpad(&mut device).0, 400);
}

#[test]
fn a_probe_that_is_read_too_early_gives_its_last_value() {
    let mut device = device(PROBE);
    device.world.one_wire_reset(4);
    send(&mut device, 0xCC);
    send(&mut device, 0x44);
    device.wait(749);
    assert_eq!(scratchpad(&mut device).0, 1360);
    device.wait(1);
    assert_eq!(scratchpad(&mut device).0, 400);
}

#[test]
fn a_probe_tells_its_address_and_takes_its_configuration() {
    let mut device = device(PROBE);
    device.world.one_wire_reset(4);
    send(&mut device, 0x33);
    let rom: [u8; 8] = core::array::from_fn(|_| receive(&mut device));
    assert_eq!(u64::from_be_bytes(rom), 0x28FF_641E_8D3C_0CDA);
    send(&mut device, 0x4E);
    for byte in [1, 2, 0x1F] {
        send(&mut device, byte);
    }
    assert_eq!(scratchpad(&mut device).1, 0x1F);
    // Supplied by itself, nothing to be alarmed of, and no such function.
    for (rom_command, function, answer) in [(0xCC, 0xB4, 0xFF), (0xEC, 0xBE, 0xFF), (0xCC, 1, 0xFF)] {
        device.world.one_wire_reset(4);
        send(&mut device, rom_command);
        send(&mut device, function);
        assert_eq!(receive(&mut device), answer);
    }
}

#[test]
fn a_probe_that_is_not_meant_keeps_quiet() {
    let mut device = device(PROBE);
    device.world.one_wire_reset(4);
    send(&mut device, 0x55);
    for byte in 0x28FF_641E_8D3C_0CDB_u64.to_be_bytes() {
        send(&mut device, byte);
    }
    send(&mut device, 0xBE);
    assert_eq!(receive(&mut device), 0xFF);
    assert!(!device.world.one_wire_reset(5));
    assert!(device.world.one_wire_slot(5, true));
    assert!(!device.world.one_wire_slot(5, false));
}
