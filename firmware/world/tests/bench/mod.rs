//! A device that only measures: the drivers of the core on a simulated world, with a clock that jumps to whatever is due next.
#![allow(dead_code, reason = "each test program uses its part")]

use leitstand_core::board::{Board, ESP32};
use leitstand_core::config::{ItemName, OperatingMode, SensorConfig, SensorKind, ZoneId};
use leitstand_core::sensor::{Bench, Buses, Fault, Progress, Reading, Sampler, Trigger};
use leitstand_world::{Command, NoFlash, World};

const TIMEOUT_MS: u32 = 5000;
/// More polls than any measurement takes.
const MAX_POLLS: usize = 10_000;

pub type Outcome = Result<Vec<Reading>, Fault>;

pub struct Device {
    pub world: World<NoFlash>,
    pub sensors: Vec<(SensorConfig, Sampler)>,
    pub buses: Buses,
    pub now_ms: u64,
}

pub fn sensor(kind: &str, gpio: u8) -> SensorConfig {
    SensorConfig {
        gpio,
        kind: SensorKind::try_from(kind).unwrap(),
        name: ItemName::new(),
        subzone: ZoneId::new(),
        raw_mode: true,
        mode: OperatingMode::Continuous,
        interval_s: 1,
        i2c_address: 0,
        rom: [0; 8],
    }
}

pub fn sensor_at(kind: &str, i2c_address: u8) -> SensorConfig {
    SensorConfig { i2c_address, ..sensor(kind, 0) }
}

pub fn probe(gpio: u8, rom: u64) -> SensorConfig {
    SensorConfig { rom: rom.to_be_bytes(), ..sensor("ds18b20", gpio) }
}

impl Device {
    pub fn new(sensors: Vec<SensorConfig>) -> Device {
        Device::on(&ESP32, sensors)
    }

    pub fn on(board: &Board, sensors: Vec<SensorConfig>) -> Device {
        Device {
            world: World::new(board, 1, NoFlash),
            sensors: sensors.into_iter().map(|config| (config, Sampler::new())).collect(),
            buses: Buses::new(),
            now_ms: 0,
        }
    }

    pub fn apply(&mut self, line: &str) -> &mut Device {
        assert_eq!(self.world.apply(line), Ok(Command::None));
        self
    }

    pub fn wait(&mut self, duration_ms: u64) -> &mut Device {
        self.now_ms += duration_ms;
        self.world.set_now(self.now_ms);
        self
    }

    /// Begins a measurement of the first sensor.
    pub fn start_first(&mut self) {
        let now_ms = self.now_ms;
        let started = self.sensors[0].1.start(now_ms, TIMEOUT_MS, Trigger::Schedule);
        assert_eq!(started, Ok(()));
    }

    pub fn poll_first(&mut self) -> Progress {
        let (config, sampler) = &mut self.sensors[0];
        sampler.poll(&mut Bench { config, now_ms: self.now_ms, io: &mut self.world, buses: &mut self.buses })
    }

    /// One measurement of all sensors at once, as a node runs them.
    pub fn measure(&mut self) -> Vec<Outcome> {
        let mut outcomes: Vec<Option<Outcome>> = self.sensors.iter().map(|_| None).collect();
        for (_, sampler) in &mut self.sensors {
            let started = sampler.start(self.now_ms, TIMEOUT_MS, Trigger::Request);
            assert_eq!(started, Ok(()));
        }
        for _ in 0..MAX_POLLS {
            let mut next_ms = u64::MAX;
            for ((config, sampler), outcome) in self.sensors.iter_mut().zip(&mut outcomes) {
                let mut bench = Bench { config, now_ms: self.now_ms, io: &mut self.world, buses: &mut self.buses };
                match sampler.poll(&mut bench) {
                    Progress::Idle => {}
                    Progress::Waiting { until_ms } => next_ms = next_ms.min(until_ms),
                    Progress::Done(readings) => *outcome = Some(Ok(readings.into_iter().collect())),
                    Progress::Failed(fault) => *outcome = Some(Err(fault)),
                }
            }
            if next_ms == u64::MAX {
                return outcomes.into_iter().map(Option::unwrap).collect();
            }
            self.now_ms = self.now_ms.max(next_ms);
            self.world.set_now(self.now_ms);
        }
        panic!("a measurement does not end");
    }

    /// The readings of all sensors, in order; none may fail.
    pub fn readings(&mut self) -> Vec<Reading> {
        self.measure().into_iter().flat_map(Result::unwrap).collect()
    }

    /// Type and raw value as they go on the wire.
    pub fn sent(&mut self) -> Vec<(String, String)> {
        self.readings().iter().map(|reading| (reading.kind.to_string(), reading.raw.to_string())).collect()
    }

    pub fn error_code(&mut self) -> u16 {
        self.measure().remove(0).unwrap_err().error_code
    }
}

pub fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(kind, raw)| (kind.to_string(), raw.to_string())).collect()
}
