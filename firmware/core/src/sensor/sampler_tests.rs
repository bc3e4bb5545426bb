use std::vec;
use std::vec::Vec;

use super::breaker::PROBE_INTERVAL_MS;
use super::buses::Resource;
use super::test_rig::{Rig, TIMEOUT_MS, config};
use super::*;
use crate::config::{OperatingMode, SensorKind};
use crate::io::BusError;

#[test]
fn twenty_samplers_take_less_than_four_kilobytes() {
    assert!(core::mem::size_of::<Sampler>() * crate::config::MAX_SENSORS <= 4096);
}

#[test]
fn an_analog_probe_gives_the_median_of_five_samples_spread_over_time() {
    let mut rig = Rig::new("soil_moisture", 34);
    rig.io.analog = [2300, 4095, 2310, 0, 2305].map(Some).into();
    let readings = rig.readings();
    let expected = Reading {
        kind: SensorKind::try_from("moisture").unwrap(),
        raw: Number::integer(2305),
        value: (2305.0 - 3200.0) / (1500.0 - 3200.0) * 100.0,
        unit: "%",
        quality: Quality::Good,
        i2c_address: None,
        rom: None,
        error_code: None,
    };
    assert_eq!(readings, [expected]);
    assert_eq!(rig.now_ms, 8);
}

#[test]
fn an_unknown_type_sends_its_own_name_in_lower_case() {
    let mut rig = Rig::new("MHZ19_CO2", 32);
    rig.io.analog = [Some(41_000); 5].into();
    let readings = rig.readings();
    assert_eq!(readings[0].kind.as_str(), "mhz19_co2");
    assert_eq!(readings[0].raw, Number::integer(41_000));
    assert_eq!(readings[0].quality, Quality::Good);
}

#[test]
fn a_pin_without_converter_fails_at_once() {
    let mut rig = Rig::new("ph", 18);
    assert_eq!(rig.measure(), Progress::Failed(fault::NO_CONVERTER));
    assert_eq!(rig.now_ms, 0);
}

#[test]
fn an_sht31_is_asked_at_its_default_address_and_gives_what_is_configured() {
    let data = || Ok(vec![0xBE, 0xEF, 0x92, 0x80, 0x00, 0xA2]);
    let mut rig = Rig::new("sht31", 0);
    rig.io.i2c = [Ok(vec![]), data()].into();
    let readings = rig.readings();
    let sent: Vec<_> =
        readings.iter().map(|reading| (reading.kind.as_str(), reading.raw, reading.i2c_address)).collect();
    let expected =
        [("sht31_temp", Number::integer(0xBEEF), Some(0x44)), ("sht31_humidity", Number::integer(0x8000), Some(0x44))];
    assert_eq!(sent, expected);
    assert_eq!(rig.io.sent, [(0x44, vec![0x24, 0x00]), (0x44, vec![])]);

    let mut rig = Rig::new("humidity_sht31", 0);
    rig.config.i2c_address = 0x45;
    rig.io.i2c = [Ok(vec![]), data()].into();
    let readings = rig.readings();
    assert_eq!(readings.len(), 1);
    assert_eq!(readings[0].kind.as_str(), "sht31_humidity");
    assert_eq!(readings[0].i2c_address, Some(0x45));
}

#[test]
fn a_disturbed_i2c_reading_is_tried_three_times() {
    let spoilt = || Ok(vec![0xBE, 0xEF, 0x93, 0x80, 0x00, 0xA2]);
    let mut rig = Rig::new("sht31_temp", 0);
    rig.io.i2c = [Ok(vec![]), spoilt(), Ok(vec![]), spoilt(), Ok(vec![]), spoilt()].into();
    assert_eq!(rig.measure(), Progress::Failed(fault::I2C_CRC));
    assert_eq!(rig.io.sent.len(), 6);

    let good = Ok(vec![0xBE, 0xEF, 0x92, 0x80, 0x00, 0xA2]);
    rig.io.i2c = [Err(BusError::Stuck), Ok(vec![]), good].into();
    assert_eq!(rig.readings().len(), 1);
}

#[test]
fn an_absent_or_stuck_chip_is_told_apart() {
    let mut rig = Rig::new("bme280", 0);
    assert_eq!(rig.measure(), Progress::Failed(fault::I2C_NO_ANSWER));
    rig.io.i2c = vec![Err(BusError::Stuck); 3].into();
    assert_eq!(rig.measure(), Progress::Failed(fault::I2C_STUCK));
    let mut rig = Rig::new("sht31", 0);
    let no_data = [Ok(vec![]), Err(BusError::NoAnswer)];
    rig.io.i2c = no_data.iter().cycle().take(6).cloned().collect();
    assert_eq!(rig.measure(), Progress::Failed(fault::I2C_READ));
}

#[test]
fn a_bmp280_is_refused_where_a_bme280_is_configured_but_not_the_other_way() {
    let mut rig = Rig::new("bme280_humidity", 0);
    rig.io.i2c = vec![Ok(vec![0x58]); 3].into();
    assert_eq!(rig.measure(), Progress::Failed(fault::WRONG_CHIP));
    let mut rig = Rig::new("bmp280", 0);
    rig.io.i2c = vec![Ok(vec![0x42]); 3].into();
    assert_eq!(rig.measure(), Progress::Failed(fault::WRONG_CHIP));
    rig.io.sent.clear();
    rig.io.i2c = [Ok(vec![0x60]), Ok(vec![]), Ok(vec![])].into();
    let started = rig.sampler.start(rig.now_ms, 5, Trigger::Schedule);
    assert_eq!(started, Ok(()));
    assert!(matches!(rig.poll(), Progress::Waiting { .. }));
    assert_eq!(rig.io.sent.len(), 3);
}

#[test]
fn a_bosch_chip_that_never_gets_ready_is_given_up() {
    let mut rig = Rig::new("bmp280", 0);
    let attempt = || {
        let begin = [Ok(vec![0x58]), Ok(vec![]), Ok(vec![])];
        begin.into_iter().chain(vec![Ok(vec![0x08]); 10])
    };
    rig.io.i2c = attempt().chain(attempt()).chain(attempt()).collect();
    assert_eq!(rig.measure(), Progress::Failed(fault::I2C_READ));
}

#[test]
fn flow_is_the_pulses_of_the_interval() {
    let mut rig = Rig::new("yfs201", 5);
    rig.io.pulses = u32::MAX - 3;
    let started = rig.sampler.start(0, TIMEOUT_MS, Trigger::Schedule);
    assert_eq!(started, Ok(()));
    assert_eq!(rig.poll(), Progress::Waiting { until_ms: 1000 });
    rig.now_ms = 1000;
    rig.io.pulses = 11;
    let Progress::Done(readings) = rig.poll() else { panic!("not done") };
    assert_eq!(readings[0].kind.as_str(), "flow");
    assert_eq!(readings[0].raw, Number::new(20, 1));
    assert_eq!(readings[0].unit, "L/min");
    // From here on a window lasts from one measurement to the next.
    rig.now_ms = 31_000;
    rig.io.pulses = 11 + 225;
    assert_eq!(rig.readings()[0].raw, Number::new(10, 1));
    assert_eq!(rig.now_ms, 31_000);
}

#[test]
fn flow_that_is_asked_for_has_a_window_of_its_own() {
    let mut rig = Rig::new("flow", 5);
    rig.config.mode = OperatingMode::OnDemand;
    assert_eq!(rig.readings()[0].raw, Number::new(0, 1));
    rig.io.pulses = 1_000_000;
    assert_eq!(rig.readings()[0].raw, Number::new(0, 1));
    assert_eq!(rig.now_ms, 2000);
}

#[test]
fn ten_failures_open_the_breaker_and_an_operator_may_still_ask() {
    let mut rig = Rig::new("sht31", 0);
    for _ in 0..10 {
        assert!(!rig.sampler.is_breaker_open());
        assert!(matches!(rig.measure(), Progress::Failed(_)));
    }
    assert!(rig.sampler.is_breaker_open());
    let probe_at_ms = rig.now_ms + PROBE_INTERVAL_MS;
    let refused = rig.sampler.start(rig.now_ms, TIMEOUT_MS, Trigger::Schedule);
    assert_eq!(refused, Err(Refusal::BreakerOpen { probe_at_ms }));
    assert_eq!(rig.poll(), Progress::Idle);
    let asked = rig.sampler.start(rig.now_ms, TIMEOUT_MS, Trigger::Request);
    assert_eq!(asked, Ok(()));
    rig.io.i2c = [Ok(vec![]), Ok(vec![0xBE, 0xEF, 0x92, 0x80, 0x00, 0xA2])].into();
    assert!(matches!(rig.finish(), Progress::Done(_)));
    assert!(!rig.sampler.is_breaker_open());
}

#[test]
fn a_measurement_that_waits_beyond_its_deadline_fails() {
    let mut rig = Rig::new("ds18b20", 4);
    let started = rig.sampler.start(0, 100, Trigger::Request);
    assert_eq!(started, Ok(()));
    let again = rig.sampler.start(0, 100, Trigger::Request);
    assert_eq!(again, Err(Refusal::Busy));
    assert_eq!(rig.poll(), Progress::Waiting { until_ms: 100 });
    rig.now_ms = 99;
    assert_eq!(rig.poll(), Progress::Waiting { until_ms: 100 });
    rig.now_ms = 100;
    assert_eq!(rig.poll(), Progress::Failed(fault::TIMEOUT));
    assert_eq!(rig.poll(), Progress::Idle);
}

#[test]
fn a_poll_that_comes_late_still_finishes_a_measurement_that_is_ready() {
    let mut rig = Rig::new("ds18b20", 4);
    rig.conversion();
    let started = rig.sampler.start(0, 1000, Trigger::Request);
    assert_eq!(started, Ok(()));
    assert_eq!(rig.poll(), Progress::Waiting { until_ms: 750 });
    rig.scratchpad(400);
    rig.now_ms = 60_000;
    assert!(matches!(rig.poll(), Progress::Done(_)));
}

#[test]
fn two_sensors_on_one_chip_take_turns() {
    let mut rig = Rig::new("sht31_temp", 0);
    let mut other = Sampler::new();
    let other_config = config("sht31_humidity", 0);
    let data = || Ok(vec![0xBE, 0xEF, 0x92, 0x80, 0x00, 0xA2]);
    rig.io.i2c = [Ok(vec![]), data(), Ok(vec![]), data()].into();
    for sampler in [&mut rig.sampler, &mut other] {
        let started = sampler.start(0, TIMEOUT_MS, Trigger::Schedule);
        assert_eq!(started, Ok(()));
    }
    assert_eq!(rig.poll(), Progress::Waiting { until_ms: 16 });
    let mut poll_other = |now_ms, rig: &mut Rig| {
        other.poll(&mut Bench { config: &other_config, now_ms, io: &mut rig.io, buses: &mut rig.buses })
    };
    assert_eq!(poll_other(0, &mut rig), Progress::Waiting { until_ms: 10 });
    rig.now_ms = 16;
    assert!(matches!(rig.poll(), Progress::Done(_)));
    assert_eq!(poll_other(16, &mut rig), Progress::Waiting { until_ms: 32 });
    assert!(matches!(poll_other(32, &mut rig), Progress::Done(_)));
}

#[test]
fn a_cancelled_measurement_frees_its_chip() {
    let mut rig = Rig::new("sht31", 0);
    rig.io.i2c = [Ok(vec![])].into();
    let started = rig.sampler.start(0, TIMEOUT_MS, Trigger::Schedule);
    assert_eq!(started, Ok(()));
    assert!(matches!(rig.poll(), Progress::Waiting { .. }));
    assert_eq!(rig.buses.claim(Resource::I2c(0x44), 0), None);
    rig.sampler.cancel(&mut rig.buses);
    assert!(rig.buses.claim(Resource::I2c(0x44), 0).is_some());
    assert_eq!(rig.poll(), Progress::Idle);
}

#[test]
fn a_measurement_whose_chip_was_taken_over_begins_again() {
    let mut rig = Rig::new("sht31", 0);
    let data = || Ok(vec![0xBE, 0xEF, 0x92, 0x80, 0x00, 0xA2]);
    rig.io.i2c = [Ok(vec![]), Ok(vec![]), data()].into();
    let started = rig.sampler.start(0, 60_000, Trigger::Schedule);
    assert_eq!(started, Ok(()));
    assert!(matches!(rig.poll(), Progress::Waiting { .. }));
    rig.now_ms = 10_000;
    let other = rig.buses.claim(Resource::I2c(0x44), 10_000).unwrap();
    let waiting = Progress::Waiting { until_ms: 10_010 };
    assert_eq!(rig.poll(), waiting);
    rig.buses.release(other);
    rig.now_ms = 10_010;
    assert!(matches!(rig.finish(), Progress::Done(_)));
    assert_eq!(rig.io.sent.len(), 3);
}

#[test]
fn flow_after_a_long_pause_has_a_window_of_its_own() {
    let mut rig = Rig::new("flow", 5);
    rig.readings();
    rig.io.pulses = 1_000_000;
    rig.now_ms += 60_001;
    let begun_ms = rig.now_ms;
    assert_eq!(rig.readings()[0].raw, Number::new(0, 1));
    assert_eq!(rig.now_ms, begun_ms + 1000);
}
