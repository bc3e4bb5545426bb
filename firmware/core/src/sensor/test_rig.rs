//! One sampler with a scripted machine and a clock, for the tests of sampler and drivers.

use std::vec::Vec;

use super::one_wire::NO_ROM;
use super::reading::Reading;
use super::test_io::TestIo;
use super::{Bench, Buses, Progress, Sampler, Trigger};
use crate::config::{ItemName, OperatingMode, SensorConfig, SensorKind, ZoneId};

/// Long enough for anything.
pub const TIMEOUT_MS: u32 = 5000;

pub fn config(kind: &str, gpio: u8) -> SensorConfig {
    SensorConfig {
        gpio,
        kind: SensorKind::try_from(kind).unwrap(),
        name: ItemName::new(),
        subzone: ZoneId::new(),
        raw_mode: true,
        mode: OperatingMode::Continuous,
        interval_s: 30,
        i2c_address: 0,
        rom: NO_ROM,
    }
}

/// One sampler with its machine and its clock.
pub struct Rig {
    pub config: SensorConfig,
    pub sampler: Sampler,
    pub io: TestIo,
    pub buses: Buses,
    pub now_ms: u64,
}

impl Rig {
    pub fn new(kind: &str, gpio: u8) -> Rig {
        let io = TestIo { is_present: true, ..TestIo::default() };
        Rig { config: config(kind, gpio), sampler: Sampler::new(), io, buses: Buses::new(), now_ms: 0 }
    }

    pub fn poll(&mut self) -> Progress {
        self.sampler.poll(&mut Bench {
            config: &self.config,
            now_ms: self.now_ms,
            io: &mut self.io,
            buses: &mut self.buses,
        })
    }

    /// Runs to the end, always polling exactly when asked.
    pub fn finish(&mut self) -> Progress {
        for _ in 0..200 {
            match self.poll() {
                Progress::Waiting { until_ms } => self.now_ms = self.now_ms.max(until_ms),
                end => return end,
            }
        }
        panic!("the measurement does not end");
    }

    pub fn measure(&mut self) -> Progress {
        let started = self.sampler.start(self.now_ms, TIMEOUT_MS, Trigger::Schedule);
        assert_eq!(started, Ok(()));
        self.finish()
    }

    pub fn readings(&mut self) -> Vec<Reading> {
        match self.measure() {
            Progress::Done(readings) => readings.into_iter().collect(),
            other => panic!("{other:?}"),
        }
    }
}
