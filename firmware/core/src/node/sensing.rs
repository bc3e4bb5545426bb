//! Measuring: when each sensor is due, what becomes of its values (wire contract 1.13, 8.1), and the newest value of each for the offline rules.

use heapless::{String, Vec};

use super::device::{Cx, Device};
use super::measure::Requests;
use super::outgoing::REPORT;
use super::reports::PRESSURE_FROM;
use crate::config::{MAX_SENSORS, OperatingMode, SensorKind};
use crate::offline::SampledValue;
use crate::sensor::{Bench, Buses, Progress, Quality, Reading, Sampler, Trigger};

/// Values that one sensor gives at most (BME280).
const VALUES_PER_SENSOR: usize = 3;
/// A scheduled measurement takes at most this long, ms: three tries of the slowest sensor (DS18B20, 750 ms each) with room.
const MEASURE_TIMEOUT_MS: u32 = 5_000;
/// A reading waits this long for room in the send queue before it is given up, ms: the queue empties in one round trip.
const PATIENCE_MS: u64 = 500;

/// The newest value of one type on one pin.
struct Cached {
    gpio: u8,
    i2c_address: Option<u8>,
    kind: SensorKind,
    value: SampledValue,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Waits for its time.
    Resting,
    Measuring,
}

/// One configured sensor.
pub struct Slot {
    sampler: Sampler,
    due_ms: u64,
    phase: Phase,
    /// Somebody asked for it: it is tried even when the sensor is known to be dead.
    is_asked: bool,
}

pub struct Sensing {
    buses: Buses,
    /// Values whose quality allows rules to use them; a sensor that fails leaves its last one to grow old.
    slots: Vec<Slot, MAX_SENSORS>,
    cache: Vec<Cached, { MAX_SENSORS * VALUES_PER_SENSOR }>,
    pub requests: Requests,
}

impl Sensing {
    pub const fn new() -> Sensing {
        Sensing { buses: Buses::new(), slots: Vec::new(), cache: Vec::new(), requests: Requests::new() }
    }

    /// The newest value of a type on a pin; the oldest is the caller's matter.
    pub fn value_of(&self, gpio: u8, kind: &str) -> Option<SampledValue> {
        let matching = self.cache.iter().filter(|cached| cached.gpio == gpio && cached.kind == kind);
        matching.max_by_key(|cached| cached.value.at_ms).map(|cached| cached.value)
    }

    /// Measures this sensor as soon as possible.
    pub fn ask(&mut self, index: usize, now_ms: u64) {
        if let Some(slot) = self.slots.get_mut(index)
            && slot.phase == Phase::Resting
        {
            slot.due_ms = now_ms;
            slot.is_asked = true;
        }
    }

    pub fn next_due(&self) -> u64 {
        self.slots.iter().map(|slot| slot.due_ms).min().unwrap_or(u64::MAX)
    }

    fn remember(&mut self, gpio: u8, reading: &Reading, now_ms: u64) {
        let value = SampledValue { value: reading.value, at_ms: now_ms };
        let known = self.cache.iter_mut().find(|cached| {
            cached.gpio == gpio && cached.i2c_address == reading.i2c_address && cached.kind == reading.kind
        });
        if let Some(cached) = known {
            cached.value = value;
            return;
        }
        if self.cache.is_full() {
            self.cache.remove(0);
        }
        let _ = self.cache.push(Cached { gpio, i2c_address: reading.i2c_address, kind: reading.kind.clone(), value });
    }
}

impl Device {
    /// Slots as the configuration has them; a sensor that stays keeps its rhythm.
    pub fn renew_sensing(&mut self, now_ms: u64) {
        self.sensing.slots.clear();
        for sensor in &self.keep.configuration.sensors {
            let due_ms = if sensor.mode == OperatingMode::Continuous { now_ms } else { u64::MAX };
            let _ = self.sensing.slots.push(Slot {
                sampler: Sampler::new(),
                due_ms,
                phase: Phase::Resting,
                is_asked: false,
            });
        }
        let sensors = &self.keep.configuration.sensors;
        self.sensing.cache.retain(|cached| sensors.iter().any(|sensor| sensor.gpio == cached.gpio));
        for request in self.sensing.requests.iter_mut() {
            request.waiting = 0; // the places have changed: it ends at its deadline, or with the next value
        }
    }

    pub fn poll_sensing(&mut self, cx: &mut Cx<'_>) {
        for index in 0..self.sensing.slots.len() {
            self.poll_slot(cx, index);
        }
        self.poll_requests(cx);
    }

    fn poll_slot(&mut self, cx: &mut Cx<'_>, index: usize) {
        let now_ms = cx.now_ms;
        let is_full = self.session.counters().fill >= PRESSURE_FROM;
        let Some(config) = self.keep.configuration.sensors.get(index) else {
            return;
        };
        let Sensing { slots, buses, .. } = &mut self.sensing;
        let Some(slot) = slots.get_mut(index) else {
            return;
        };
        if now_ms < slot.due_ms {
            return;
        }
        if slot.phase == Phase::Resting {
            let trigger = if slot.is_asked { Trigger::Request } else { Trigger::Schedule };
            if slot.sampler.start(now_ms, MEASURE_TIMEOUT_MS, trigger).is_err() {
                self.rest(index, now_ms); // dead for long: only probed now and then (7.1)
                return;
            }
            slot.phase = Phase::Measuring;
        } else if is_full && now_ms < slot.due_ms + PATIENCE_MS {
            return;
        }
        let mut bench = Bench { config, now_ms, io: &mut *cx.io, buses };
        match slot.sampler.poll(&mut bench) {
            Progress::Waiting { until_ms } => slot.due_ms = until_ms.max(now_ms + 1),
            Progress::Idle => self.rest(index, now_ms),
            Progress::Done(readings) => {
                let gpio = config.gpio;
                self.rest(index, now_ms);
                for reading in &readings {
                    self.take_reading(cx, index, gpio, reading);
                }
                self.note_measured(index, readings.first());
            }
            Progress::Failed(fault) => {
                self.rest(index, now_ms);
                self.report_error(cx, fault.error_code, 2, fault.message);
                self.note_measured(index, None);
            }
        }
    }

    fn rest(&mut self, index: usize, now_ms: u64) {
        let Some(config) = self.keep.configuration.sensors.get(index) else {
            return;
        };
        let Some(slot) = self.sensing.slots.get_mut(index) else {
            return;
        };
        slot.phase = Phase::Resting;
        slot.is_asked = false;
        let interval_ms = u64::from(config.interval_s) * 1000;
        slot.due_ms = if config.mode == OperatingMode::Continuous { now_ms + interval_ms } else { u64::MAX };
    }

    fn take_reading(&mut self, cx: &mut Cx<'_>, index: usize, gpio: u8, reading: &Reading) {
        if let Some(code) = reading.error_code {
            self.report_error(cx, code, 1, "A sensor gave a doubtful value");
        }
        if reading.quality != Quality::Error {
            self.sensing.remember(gpio, reading, cx.now_ms);
        }
        self.say_reading(cx, index, gpio, reading);
    }

    /// 1.13. Skipped, not buffered, while nobody can take it.
    fn say_reading(&mut self, cx: &mut Cx<'_>, index: usize, gpio: u8, reading: &Reading) {
        let now_ms = cx.now_ms;
        self.publish(cx, format_args!("sensor/{gpio}/data"), REPORT, &|device, out| {
            let config = device.keep.configuration.sensors.get(index);
            let subzone = config.map_or("", |config| config.subzone.as_str());
            out.str("esp_id", &device.id);
            out.str("zone_id", &device.keep.membership.zone.id);
            out.str("subzone_id", device.subzone_of_pin(gpio).unwrap_or(subzone));
            out.uint("gpio", u64::from(gpio));
            out.str("sensor_type", &reading.kind);
            reading.raw.write(out, "raw");
            reading.rounded_value().write(out, "value");
            out.str("unit", reading.unit);
            out.str("quality", reading.quality.as_str());
            out.int("ts", device.timestamp(now_ms));
            out.bool("time_valid", device.clock.unix_s(now_ms).is_some());
            out.bool("raw_mode", config.is_none_or(|config| config.raw_mode));
            if let Some(rom) = &reading.rom {
                out.str("onewire_address", &rom_text(rom));
            }
            if let Some(address) = reading.i2c_address {
                out.uint("i2c_address", u64::from(address));
            }
            if let Some(code) = reading.error_code {
                out.uint("error_code", u64::from(code));
            }
        });
    }
}

/// Sixteen upper-case hexadecimal digits.
pub fn rom_text(rom: &[u8; 8]) -> String<16> {
    use core::fmt::Write as _;
    let mut text = String::new();
    for byte in rom {
        let _ = write!(text, "{byte:02X}");
    }
    text
}
