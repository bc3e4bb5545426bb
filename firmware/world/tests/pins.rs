//! Pins, analog probes and flow meters, and the faults that reach all sensors.

mod bench;

use bench::{Device, pairs, sensor};
use leitstand_core::board::ESP32C3;
use leitstand_core::io::{Drive, Io, LogLevel};
use leitstand_core::node::ResetReason;
use leitstand_core::sensor::Quality;
use leitstand_world::{Event, Power};

fn duties(device: &mut Device) -> Vec<(u8, u8, u64)> {
    let events = device.world.take_events();
    let pin = |event: &Event| match event {
        Event::Pin { gpio, duty, t_ms } => (*gpio, *duty, *t_ms),
        other => panic!("{other:?}"),
    };
    events.iter().map(pin).collect()
}

#[test]
fn a_probe_reads_what_the_line_says() {
    let mut device = Device::new(vec![sensor("moisture", 34), sensor("co2", 32)]);
    device.apply(r#"{"analog":{"34":2300,"32":60000}}"#);
    assert_eq!(device.sent(), pairs(&[("moisture", "2300"), ("co2", "60000")]));
}

#[test]
fn a_pin_with_nothing_on_it_is_at_the_rail_and_one_without_converter_fails() {
    let mut device = Device::new(vec![sensor("ph", 34)]);
    assert_eq!(device.readings()[0].quality, Quality::Suspect);
    let mut device = Device::new(vec![sensor("ph", 18)]);
    assert_eq!(device.error_code(), 1004);
    let mut device = Device::on(&ESP32C3, vec![sensor("ph", 4)]);
    assert_eq!(device.readings()[0].raw.to_string(), "0");
}

#[test]
fn noise_stays_within_the_converter() {
    let mut device = Device::new(vec![]);
    device.apply(r#"{"analog":{"34":4090}}"#);
    device.apply(r#"{"fault":{"sensor_noise":50}}"#);
    let samples: Vec<u16> = (0..200).filter_map(|_| device.world.analog(34)).collect();
    assert!(samples.iter().all(|counts| *counts <= 4095));
    assert!(samples.iter().any(|counts| *counts < 4050));
}

#[test]
fn flow_comes_back_as_litres_per_minute_in_each_window() {
    let mut device = Device::new(vec![sensor("flow", 5)]);
    device.apply(r#"{"flow":{"5":2.5}}"#);
    device.readings();
    for _ in 0..20 {
        let waited_ms = 1000;
        device.wait(waited_ms);
        // One pulse more or less in a second is 0.13 l/min.
        let value = device.readings()[0].value;
        assert!((value - 2.5).abs() <= 0.14, "{value}");
    }
    device.wait(1000).apply(r#"{"flow":{"5":0}}"#);
    device.readings();
    device.wait(1000);
    assert_eq!(device.sent(), pairs(&[("flow", "0.0")]));
}

#[test]
fn pulses_and_rising_edges_are_counted() {
    let mut device = Device::new(vec![]);
    device.apply(r#"{"pulses":{"5":100}}"#);
    for level in ["0", "1", "1", "false", "true", "null"] {
        device.apply(&format!(r#"{{"digital":{{"5":{level}}}}}"#));
    }
    assert_eq!(device.world.pulses(5), 102);
    assert_eq!(device.world.pulses(200), 0);
}

#[test]
fn an_input_is_high_by_its_pull_up_until_somebody_says_otherwise() {
    let mut device = Device::new(vec![]);
    assert!(device.world.digital(5));
    device.apply(r#"{"digital":{"5":0}}"#);
    assert!(!device.world.digital(5));
    device.world.drive(18, Drive::Low);
    assert!(!device.world.digital(18));
    device.world.drive(18, Drive::Duty(200));
    assert!(device.world.digital(18));
}

#[test]
fn outputs_are_told_when_they_change() {
    let mut device = Device::new(vec![]);
    device.world.drive(18, Drive::Release);
    device.wait(5);
    for drive in [Drive::Low, Drive::Low, Drive::Duty(0), Drive::High, Drive::Duty(255), Drive::Duty(128)] {
        device.world.drive(18, drive);
        device.wait(1);
    }
    assert_eq!(device.world.output(18), Some(128));
    device.world.drive(18, Drive::Release);
    device.world.drive(18, Drive::Release);
    device.world.drive(200, Drive::High);
    assert_eq!(device.world.output(18), None);
    let expected = [(18, 0, 5), (18, 255, 8), (18, 128, 10), (18, 0, 11)];
    assert_eq!(duties(&mut device), expected);
}

#[test]
fn a_released_output_keeps_its_level_by_the_pull_up_or_by_the_load() {
    let mut device = Device::new(vec![]);
    device.world.drive(18, Drive::High);
    device.world.drive(18, Drive::Release);
    assert_eq!(duties(&mut device), [(18, 255, 0), (18, 255, 0)]);
}

#[test]
fn a_stuck_output_follows_again_as_soon_as_it_is_free() {
    let mut device = Device::new(vec![]);
    device.world.drive(18, Drive::High);
    device.apply(r#"{"fault":{"stuck_pin":18}}"#);
    device.world.drive(18, Drive::Low);
    assert_eq!(device.world.output(18), Some(255));
    device.world.restart(Power::Reset(ResetReason::Brownout));
    assert_eq!(device.world.output(18), Some(255));
    device.world.drive(18, Drive::Duty(9));
    assert_eq!(duties(&mut device), [(18, 255, 0)]);
    device.apply(r#"{"fault":{"stuck_pin":null}}"#);
    assert_eq!(duties(&mut device), [(18, 9, 0)]);
}

#[test]
fn a_restart_releases_all_outputs_and_the_counters() {
    let mut device = Device::new(vec![]);
    device.world.drive(18, Drive::High);
    device.world.drive(19, Drive::Low);
    device.apply(r#"{"pulses":{"5":7}}"#);
    device.world.take_events();
    device.world.restart(Power::Cycle);
    assert_eq!(duties(&mut device), [(18, 0, 0), (19, 0, 0)]);
    assert_eq!(device.world.output(18), None);
    assert_eq!(device.world.pulses(5), 0);
}

#[test]
fn log_lines_come_out_in_order_with_pin_changes() {
    let mut device = Device::new(vec![]);
    device.world.log(LogLevel::Info, format_args!("on {}", 18));
    device.world.drive(18, Drive::High);
    let lines: Vec<String> = device.world.take_events().iter().map(Event::to_json).collect();
    let expected =
        [r#"{"event":"log","level":"info","text":"on 18"}"#, r#"{"event":"pin","gpio":18,"duty":255,"t_ms":0}"#];
    assert_eq!(lines, expected);
}

fn all_interfaces() -> Device {
    let sensors = [("sht31_temp", 0), ("ds18b20", 4), ("moisture", 34), ("flow", 5)];
    let mut device = Device::new(sensors.map(|(kind, gpio)| sensor(kind, gpio)).to_vec());
    device.apply(r#"{"i2c":{"0x44":{"celsius":20}},"analog":{"34":2000},"flow":{"5":8}}"#);
    device.apply(r#"{"onewire":{"4":[{"rom":"28FF641E8D3C0C79","celsius":20}]}}"#);
    device
}

#[test]
fn dead_sensors_are_silent_until_they_live_again() {
    let mut device = all_interfaces();
    device.apply(r#"{"fault":{"sensor_dead":true}}"#);
    let outcomes = device.measure();
    assert_eq!(outcomes[0].as_ref().unwrap_err().error_code, 1011);
    assert_eq!(outcomes[1].as_ref().unwrap_err().error_code, 1060);
    let suspect = &outcomes[2].as_ref().unwrap()[0];
    assert_eq!((suspect.value, suspect.quality), (100.0, Quality::Suspect));
    assert_eq!(outcomes[3].as_ref().unwrap()[0].value, 0.0);
    device.wait(1000).apply(r#"{"fault":{"sensor_dead":false}}"#);
    assert!(device.measure().iter().all(Result::is_ok));
}

#[test]
fn drift_moves_each_sensor_in_its_own_unit() {
    let mut device = all_interfaces();
    device.apply(r#"{"fault":{"sensor_drift_per_hour":2}}"#);
    device.wait(3_600_000);
    let readings = device.readings();
    assert!((readings[0].value - 22.0).abs() < 0.01);
    assert_eq!(readings[1].value, 22.0);
    assert_eq!(readings[2].raw.to_string(), "2002");
    assert!((readings[3].value - 10.0).abs() < 0.2);
}

#[test]
fn a_share_of_the_measurements_drops_out_on_each_bus() {
    let mut device = all_interfaces();
    device.apply(r#"{"fault":{"sensor_dropout":0.2}}"#);
    let mut lost = [0; 3];
    for _ in 0..500 {
        device.wait(1000);
        let outcomes = device.measure();
        lost[0] += i32::from(outcomes[0].is_err());
        lost[1] += i32::from(outcomes[1].is_err());
        lost[2] += i32::from(outcomes[2].as_ref().unwrap()[0].quality == Quality::Suspect);
    }
    assert!(lost.iter().all(|lost| (70..130).contains(lost)), "{lost:?}");
}
