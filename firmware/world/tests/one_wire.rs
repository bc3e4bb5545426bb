//! The DS18B20 driver and the bus search of the core on simulated 1-Wire buses.

mod bench;

use bench::{Device, pairs, probe, sensor};
use leitstand_core::sensor::one_wire::crc8;
use leitstand_core::sensor::{FoundDevice, MAX_SCAN_DEVICES, Progress, Quality, RomSearch, SearchStep};
use leitstand_world::Power;

const FIRST: u64 = 0x28FF_641E_8D3C_0CDA;
/// The one of issue 5: its checksum is wrong.
const WRONG_CRC: u64 = 0x28FF_641E_8D3C_0C79;

/// A proper address with that serial number.
fn rom(serial: u64) -> u64 {
    let [_, a, b, c, d, e, f, _] = serial.to_be_bytes();
    let bytes = [0x28, a, b, c, d, e, f];
    u64::from_be_bytes([0x28, a, b, c, d, e, f, crc8(&bytes)])
}

fn bus(gpio: u8, probes: &[(u64, f64)]) -> String {
    let list: Vec<String> =
        probes.iter().map(|(rom, celsius)| format!(r#"{{"rom":"{rom:016X}","celsius":{celsius}}}"#)).collect();
    format!(r#"{{"onewire":{{"{gpio}":[{}]}}}}"#, list.join(","))
}

/// Searches to the end; the limit is far above what three passes per device take.
fn scan(device: &mut Device, gpio: u8) -> (Vec<FoundDevice>, SearchStep) {
    let mut search = RomSearch::new(gpio);
    let mut found = vec![];
    for _ in 0..200 {
        match search.next(&mut device.world) {
            SearchStep::Found(device) => found.push(device),
            SearchStep::Again => {}
            end => return (found, end),
        }
    }
    panic!("the search does not end");
}

fn roms(found: &[FoundDevice]) -> Vec<u64> {
    let mut roms: Vec<u64> = found.iter().map(|d| u64::from_be_bytes(d.rom)).collect();
    roms.sort_unstable();
    roms
}

#[test]
fn the_only_probe_of_a_bus_needs_no_address() {
    let mut device = Device::new(vec![sensor("ds18b20", 4)]);
    for (celsius, raw) in [(25.0, "400"), (-10.125, "-162"), (0.0, "0"), (125.0, "2000"), (-55.0, "-880")] {
        device.apply(&bus(4, &[(FIRST, celsius)]));
        assert_eq!(device.sent(), pairs(&[("ds18b20", raw)]));
    }
}

#[test]
fn probes_on_one_bus_are_read_side_by_side_by_their_addresses() {
    let addresses: Vec<u64> = (1..=10).map(|n| rom(n << 8)).collect();
    let mut device = Device::new(addresses.iter().map(|rom| probe(4, *rom)).collect());
    let celsius: Vec<(u64, f64)> = addresses.iter().copied().zip((0..).map(f64::from)).collect();
    device.apply(&bus(4, &celsius));
    let readings = device.readings();
    assert_eq!(device.now_ms, 750);
    for (index, reading) in readings.iter().enumerate() {
        assert_eq!(reading.value, index as f32);
        assert_eq!(reading.rom, Some(addresses[index].to_be_bytes()));
        assert_eq!(reading.quality, Quality::Good);
    }
}

#[test]
fn a_probe_with_a_wrong_checksum_in_its_address_can_be_read() {
    let mut device = Device::new(vec![probe(4, WRONG_CRC)]);
    device.apply(&bus(4, &[(WRONG_CRC, 25.0), (FIRST, 30.0)]));
    assert_eq!(device.sent(), pairs(&[("ds18b20", "400")]));
}

#[test]
fn an_empty_bus_and_an_absent_address_are_missing_sensors() {
    let mut device = Device::new(vec![sensor("ds18b20", 4)]);
    assert_eq!(device.error_code(), 1060);
    let mut device = Device::new(vec![probe(4, rom(0x100))]);
    device.apply(&bus(4, &[(FIRST, 25.0)]));
    assert_eq!(device.error_code(), 1060);
    device.apply(r#"{"onewire":{"4":null}}"#);
    assert_eq!(device.error_code(), 1060);
}

#[test]
fn two_probes_that_answer_at_once_without_addresses_are_no_value() {
    let mut device = Device::new(vec![sensor("ds18b20", 4)]);
    device.apply(&bus(4, &[(FIRST, 20.0), (rom(0x200), 21.0)]));
    assert_eq!(device.error_code(), 1022);
}

#[test]
fn impossible_temperatures_are_suspect_and_the_marker_is_an_error() {
    let mut device = Device::new(vec![sensor("ds18b20", 4)]);
    let readings = device.apply(&bus(4, &[(FIRST, 200.0)])).readings();
    assert_eq!(readings[0].raw.to_string(), "3200");
    assert_eq!(readings[0].quality, Quality::Suspect);
    assert_eq!(readings[0].error_code, Some(1062));
    device.apply(&bus(4, &[(FIRST, -127.0)]));
    assert_eq!(device.error_code(), 1060);
}

#[test]
fn spoilt_scratchpads_are_read_again_and_all_spoilt_are_an_error() {
    let mut device = Device::new(vec![sensor("ds18b20", 4)]);
    device.apply(&bus(4, &[(FIRST, 25.0)]));
    device.apply(r#"{"fault":{"crc_errors":1}}"#);
    assert_eq!(device.error_code(), 1022);
    device.apply(r#"{"fault":{"crc_errors":0.3}}"#);
    let outcomes: Vec<_> = (0..100).map(|_| device.measure().remove(0)).collect();
    let good = outcomes.iter().flatten().flatten();
    assert!(good.clone().all(|reading| reading.value == 25.0));
    // 0.3³ of the measurements fail.
    assert!((90..100).contains(&good.count()));
}

#[test]
fn a_probe_that_loses_its_supply_in_the_middle_is_converted_again() {
    let mut device = Device::new(vec![sensor("ds18b20", 4)]);
    device.apply(&bus(4, &[(FIRST, 25.0)]));
    device.start_first();
    assert_eq!(device.poll_first(), Progress::Waiting { until_ms: 750 });
    device.world.restart(Power::Cycle);
    device.wait(750);
    assert_eq!(device.poll_first(), Progress::Waiting { until_ms: 750 });
    assert_eq!(device.poll_first(), Progress::Waiting { until_ms: 1500 });
    device.wait(750);
    let Progress::Done(readings) = device.poll_first() else { panic!("not done") };
    assert_eq!(readings[0].value, 25.0);
    assert_eq!(readings[0].error_code, Some(1061));
}

#[test]
fn a_scan_finds_every_probe_once() {
    let mut device = Device::new(vec![]);
    assert_eq!(scan(&mut device, 4), (vec![], SearchStep::End));
    for count in 1..=MAX_SCAN_DEVICES as u64 {
        // Serial numbers that differ in low and in high bits.
        let mut expected: Vec<u64> = (1..=count).map(|n| rom(n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 8)).collect();
        let probes: Vec<(u64, f64)> = expected.iter().map(|rom| (*rom, 20.0)).collect();
        device.apply(&bus(4, &probes));
        let (found, end) = scan(&mut device, 4);
        expected.sort_unstable();
        assert_eq!(roms(&found), expected);
        assert!(found.iter().all(|device| device.is_crc_valid));
        assert_eq!(end, SearchStep::End);
    }
}

#[test]
fn a_scan_ends_after_ten_probes() {
    let mut device = Device::new(vec![]);
    let probes: Vec<(u64, f64)> = (1..=11).map(|n| (rom(n << 8), 20.0)).collect();
    device.apply(&bus(4, &probes));
    let (found, end) = scan(&mut device, 4);
    assert_eq!(found.len(), MAX_SCAN_DEVICES);
    assert_eq!(end, SearchStep::End);
}

#[test]
fn a_scan_shows_an_address_with_a_wrong_checksum_once_it_is_sure_of_it() {
    let mut device = Device::new(vec![]);
    device.apply(&bus(4, &[(WRONG_CRC, 25.0), (FIRST, 25.0)]));
    let (found, end) = scan(&mut device, 4);
    assert_eq!(roms(&found), [WRONG_CRC, FIRST]);
    let wrong = found.iter().find(|device| !device.is_crc_valid).unwrap();
    assert_eq!(u64::from_be_bytes(wrong.rom), WRONG_CRC);
    assert_eq!(end, SearchStep::End);
}

#[test]
fn a_scan_of_a_bus_that_dies_in_the_middle_fails() {
    let mut device = Device::new(vec![]);
    device.apply(&bus(4, &[(FIRST, 25.0), (rom(0x300), 25.0)]));
    let mut search = RomSearch::new(4);
    assert!(matches!(search.next(&mut device.world), SearchStep::Found(_)));
    device.apply(r#"{"fault":{"sensor_dead":true}}"#);
    assert_eq!(search.next(&mut device.world), SearchStep::Again);
    assert_eq!(search.next(&mut device.world), SearchStep::Again);
    let SearchStep::Failed(fault) = search.next(&mut device.world) else { panic!("not failed") };
    assert_eq!(fault.error_code, 1022);
    assert_eq!(search.next(&mut device.world), SearchStep::End);
}

#[test]
fn a_scan_does_not_disturb_a_conversion() {
    let mut device = Device::new(vec![probe(4, FIRST)]);
    device.apply(&bus(4, &[(FIRST, 25.0)]));
    device.start_first();
    for waited_ms in [0, 300, 449] {
        device.wait(waited_ms);
        assert_eq!(device.poll_first(), Progress::Waiting { until_ms: 750 });
        let mut search = RomSearch::new(4);
        assert!(matches!(search.next(&mut device.world), SearchStep::Found(_)));
    }
    device.wait(1);
    let Progress::Done(readings) = device.poll_first() else { panic!("not done") };
    assert_eq!(readings[0].value, 25.0);
}
