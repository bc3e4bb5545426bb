//! The SHT31, BMP280 and BME280 drivers of the core on simulated chips.

mod bench;

use bench::{Device, pairs, sensor, sensor_at};
use leitstand_core::sensor::Quality;

fn value(device: &mut Device, kind: &str) -> f64 {
    let readings = device.readings();
    let reading = readings.iter().find(|reading| reading.kind == kind);
    f64::from(reading.unwrap().value)
}

#[test]
fn an_sht31_gives_the_air_around_it_within_its_resolution() {
    let mut device = Device::new(vec![sensor("sht31", 0)]);
    for (celsius, humidity) in [(21.5, 60.0), (-40.0, 0.0), (125.0, 100.0), (0.0, 33.3)] {
        device.apply(&format!(r#"{{"i2c":{{"0x44":{{"celsius":{celsius},"humidity":{humidity}}}}}}}"#));
        let readings = device.readings();
        assert_eq!(readings.len(), 2);
        assert!((f64::from(readings[0].value) - celsius).abs() < 0.002);
        assert!((f64::from(readings[1].value) - humidity).abs() < 0.001);
        assert!(readings.iter().all(|r| r.i2c_address == Some(0x44)));
    }
}

#[test]
fn counts_of_an_sht31_go_out_as_integers() {
    let mut device = Device::new(vec![sensor("sht31", 0)]);
    device.apply(r#"{"i2c":{"0x44":{"celsius":25,"humidity":50}}}"#);
    let expected = pairs(&[("sht31_temp", "26214"), ("sht31_humidity", "32768")]);
    assert_eq!(device.sent(), expected);
}

#[test]
fn temperature_and_humidity_of_one_chip_may_be_two_sensors() {
    let sensors = ["sht31_temp", "sht31_humidity"].map(|kind| sensor(kind, 0));
    let mut device = Device::new(sensors.to_vec());
    device.apply(r#"{"i2c":{"0x44":{"celsius":25,"humidity":50}}}"#);
    let expected = pairs(&[("sht31_temp", "26214"), ("sht31_humidity", "32768")]);
    for _ in 0..3 {
        assert_eq!(device.sent(), expected);
        device.wait(1000);
    }
}

#[test]
fn chips_at_different_addresses_on_gpio_0_stay_apart() {
    let sensors = [
        sensor_at("sht31_temp", 0x44),
        sensor_at("sht31_temp", 0x45),
        sensor_at("bmp280", 0x76),
        sensor_at("bme280_temp", 0x77),
    ];
    let mut device = Device::new(sensors.to_vec());
    device.apply(
        r#"{"i2c":{"0x44":{"celsius":10},"0x45":{"celsius":20},"0x76":{"celsius":30},"0x77":{"celsius":40,"humidity":5}}}"#,
    );
    let readings = device.readings();
    let found: Vec<(String, i32, u8)> =
        readings.iter().map(|r| (r.kind.to_string(), r.value.round() as i32, r.i2c_address.unwrap())).collect();
    let expected = [
        ("sht31_temp", 10, 0x44),
        ("sht31_temp", 20, 0x45),
        ("bmp280_pressure", 1013, 0x76),
        ("bmp280_temp", 30, 0x76),
        ("bme280_temp", 40, 0x77),
    ];
    assert_eq!(found, expected.map(|(kind, v, a)| (kind.to_string(), v, a)));
}

#[test]
fn a_bme280_gives_the_air_around_it_over_its_whole_range() {
    let mut device = Device::new(vec![sensor("bme280", 0)]);
    for celsius in [-40.0, -12.34, 0.0, 21.57, 60.0, 85.0] {
        for pressure_hpa in [300.0, 655.36, 1013.25, 1100.0] {
            for humidity in [1.0, 42.0, 60.5, 99.0] {
                device.apply(&format!(
                    r#"{{"i2c":{{"0x76":{{"celsius":{celsius},"humidity":{humidity},"pressure_hpa":{pressure_hpa}}}}}}}"#
                ));
                let readings = device.readings();
                let [pressure, temperature, humid] = &readings[..] else { panic!("{readings:?}") };
                let place = format!("{celsius} {pressure_hpa} {humidity}: {readings:?}");
                // 16 bits of temperature and 18 of pressure: 0.005 °C and 0.66 Pa, and what the integer formulas round.
                assert!((f64::from(temperature.value) - celsius).abs() <= 0.011, "{place}");
                assert!((f64::from(pressure.value) - pressure_hpa).abs() <= 0.08, "{place}");
                assert!((f64::from(humid.value) - humidity).abs() <= 0.05, "{place}");
                let is_good = |r: &leitstand_core::sensor::Reading| r.quality == Quality::Good;
                let is_inside = (301.0..=1099.0).contains(&pressure_hpa) && celsius.abs() < 40.0;
                assert!(!is_inside || readings.iter().all(is_good), "{place}");
            }
        }
    }
}

#[test]
fn bosch_values_go_out_compensated_with_two_decimals() {
    let mut device = Device::new(vec![sensor("bmp280", 0)]);
    device.apply(r#"{"i2c":{"0x76":{"chip":"bmp280","celsius":25,"pressure_hpa":1000}}}"#);
    let sent = device.sent();
    assert_eq!(sent[0].0, "bmp280_pressure");
    assert_eq!(sent[0].1.split('.').nth(1).map(str::len), Some(2));
    assert_eq!(sent[1].0, "bmp280_temp");
    let celsius: f64 = sent[1].1.parse().unwrap();
    assert!((celsius - 25.0).abs() < 0.011);
}

#[test]
fn values_that_a_bosch_chip_is_not_made_for_are_suspect() {
    let mut device = Device::new(vec![sensor("bmp280_temp", 0)]);
    device.apply(r#"{"i2c":{"0x76":{"celsius":95,"pressure_hpa":1000}}}"#);
    assert_eq!(device.readings()[0].quality, Quality::Suspect);
}

#[test]
fn a_chip_that_is_exchanged_is_measured_with_its_own_coefficients() {
    let mut device = Device::new(vec![sensor("bmp280", 0)]);
    device.apply(r#"{"i2c":{"0x76":{"chip":"bmp280","celsius":25}}}"#);
    assert!((value(&mut device, "bmp280_temp") - 25.0).abs() < 0.011);
    device.apply(r#"{"i2c":{"0x76":{"chip":"bme280"}}}"#);
    assert!((value(&mut device, "bmp280_temp") - 25.0).abs() < 0.011);
}

#[test]
fn a_bme280_sensor_refuses_a_bmp280() {
    let mut device = Device::new(vec![sensor("bme280", 0)]);
    device.apply(r#"{"i2c":{"0x76":{"chip":"bmp280"}}}"#);
    assert_eq!(device.error_code(), 1041);
}

#[test]
fn absent_removed_stuck_and_spoilt_chips_have_their_codes() {
    let mut device = Device::new(vec![sensor("sht31", 0)]);
    assert_eq!(device.error_code(), 1011);
    device.apply(r#"{"i2c":{"0x44":{}}}"#);
    device.readings();
    device.apply(r#"{"fault":{"i2c_stuck":true}}"#);
    assert_eq!(device.error_code(), 1015);
    device.apply(r#"{"fault":{"i2c_stuck":null,"crc_errors":1}}"#);
    assert_eq!(device.error_code(), 1009);
    device.apply(r#"{"fault":null}"#);
    device.readings();
    device.apply(r#"{"i2c":{"0x44":null}}"#);
    assert_eq!(device.error_code(), 1011);
}
