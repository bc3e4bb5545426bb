//! Runs the measurements of one configured sensor: one driver at a time, with tries, a deadline, and a breaker for a sensor that is dead.

use super::analog::Analog;
use super::bosch::Bosch;
use super::breaker::Breaker;
use super::buses::{Buses, Resource};
use super::ds18b20::Ds18b20;
use super::fault::{Fault, TIMEOUT};
use super::flow::{Flow, Window};
use super::kind::{self, Chip, Entry, Quantity};
use super::one_wire::NO_ROM;
use super::reading::{Number, Quality, Reading, Readings};
use super::sht31::Sht31;
use crate::config::{SensorConfig, SensorKind};
use crate::io::Io;

/// Attempts of one measurement on I2C, where a single disturbed transfer spoils it; as many as 8.1 gives a DS18B20.
const MAX_TRIES: u8 = 3;
/// A chip that is still busy with the spoilt measurement answers to nothing before.
const RETRY_MS: u64 = 20;
/// How soon a sensor looks again whether its chip is free: the shortest use of one is 16 ms.
const CLAIM_RETRY_MS: u64 = 10;

/// What a sampler works on during one call.
pub struct Bench<'a> {
    pub config: &'a SensorConfig,
    pub now_ms: u64,
    pub io: &'a mut dyn Io,
    pub buses: &'a mut Buses,
}

/// Who wants the measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    Schedule,
    /// An operator asked for it (1.15): tried even when the breaker is open.
    Request,
}

/// Why a measurement is not begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// One is under way.
    Busy,
    BreakerOpen {
        probe_at_ms: u64,
    },
}

#[expect(clippy::large_enum_variant, reason = "no heap to box it on; it lives on the stack of one call")]
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// Nothing under way.
    Idle,
    /// Poll again at that time at the latest; it may have come already.
    Waiting {
        until_ms: u64,
    },
    Done(Readings),
    Failed(Fault),
}

/// What a driver says of the measurement.
#[expect(clippy::large_enum_variant, reason = "no heap to box it on; it lives on the stack of one call")]
pub(super) enum Step {
    Wait { until_ms: u64 },
    Done(Readings),
    Failed(Fault),
}

/// The sensor that a driver works for.
pub(super) struct Target<'a> {
    pub config: &'a SensorConfig,
    pub entry: &'static Entry,
    /// On I2C; 0 elsewhere.
    pub address: u8,
}

/// One value as a driver gives it.
pub(super) struct Measured {
    pub raw: Number,
    pub value: f32,
    pub quality: Quality,
    pub error_code: Option<u16>,
}

impl Step {
    /// For a sensor with one value.
    pub fn done(target: &Target<'_>, measured: Measured) -> Step {
        let mut measured = Some(measured);
        Step::all(target, |_| measured.take())
    }

    /// Those values that are configured, in the order of 8.1.
    pub fn all(target: &Target<'_>, mut of: impl FnMut(Quantity) -> Option<Measured>) -> Step {
        let mut readings = Readings::new();
        for value in target.entry.values {
            if let Some(measured) = of(value.quantity) {
                let reading = target.reading(value, measured);
                // The table of types has no entry with more values than fit, which its test shows.
                let _ = readings.push(reading);
            }
        }
        Step::Done(readings)
    }
}

impl<'a> Target<'a> {
    fn new(config: &'a SensorConfig) -> Target<'a> {
        Target { config, entry: kind::entry_of(&config.kind), address: kind::address(config).unwrap_or(0) }
    }

    /// What one measurement has to have for itself.
    fn resource(&self) -> Option<Resource> {
        match self.entry.chip {
            Chip::Sht31 | Chip::Bmp280 | Chip::Bme280 => Some(Resource::I2c(self.address)),
            Chip::Ds18b20 if self.config.rom == NO_ROM => Some(Resource::OneWire(self.config.gpio)),
            _ => None,
        }
    }

    fn reading(&self, value: &kind::Value, measured: Measured) -> Reading {
        let mut kind = match value.quantity {
            Quantity::Other => self.config.kind.clone(),
            _ => SensorKind::try_from(value.kind).unwrap_or_default(),
        };
        kind.make_ascii_lowercase();
        let is_one_wire = self.entry.chip == Chip::Ds18b20;
        let rom = self.config.rom;
        Reading {
            kind,
            raw: measured.raw,
            value: measured.value,
            unit: value.quantity.unit(),
            quality: measured.quality,
            i2c_address: (self.address != 0).then_some(self.address),
            rom: (is_one_wire && rom != NO_ROM).then_some(rom),
            error_code: measured.error_code,
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Driver {
    Ds18b20(Ds18b20),
    Sht31(Sht31),
    Bosch(Bosch),
    Analog(Analog),
    Flow(Flow),
}

impl Driver {
    fn new(chip: Chip) -> Driver {
        match chip {
            Chip::Ds18b20 => Driver::Ds18b20(Ds18b20::new()),
            Chip::Sht31 => Driver::Sht31(Sht31::new()),
            Chip::Bmp280 | Chip::Bme280 => Driver::Bosch(Bosch::new()),
            Chip::Analog => Driver::Analog(Analog::new()),
            Chip::Flow => Driver::Flow(Flow::new()),
        }
    }

    /// The others have their own rules (DS18B20), or fail for good (no converter).
    fn is_retried(&self) -> bool {
        matches!(self, Driver::Sht31(_) | Driver::Bosch(_))
    }

    fn poll(&mut self, target: &Target<'_>, memory: &mut Memory, bench: &mut Bench<'_>) -> Step {
        let now_ms = bench.now_ms;
        let io = &mut *bench.io;
        match self {
            Driver::Ds18b20(driver) => driver.poll(target, &mut memory.last_raw, now_ms, io),
            Driver::Sht31(driver) => driver.poll(target, now_ms, io),
            Driver::Bosch(driver) => driver.poll(target, now_ms, io),
            Driver::Analog(driver) => driver.poll(target, now_ms, io),
            Driver::Flow(driver) => driver.poll(target, &mut memory.window, now_ms, io),
        }
    }
}

/// What lasts from one measurement to the next.
#[derive(Clone, Copy, Debug)]
struct Memory {
    /// DS18B20: last value in sixteenths of a degree.
    last_raw: Option<i16>,
    /// Flow: where the running window began.
    window: Option<Window>,
}

#[derive(Clone, Copy, Debug)]
enum Run {
    Idle,
    /// Wants its chip, not before that time.
    Queued {
        due_ms: u64,
    },
    Running {
        driver: Driver,
        ticket: Option<u16>,
    },
}

/// The measurements of one configured sensor. A changed configuration of another type or place gets a new one.
#[derive(Clone, Copy, Debug)]
pub struct Sampler {
    run: Run,
    deadline_ms: u64,
    tries: u8,
    memory: Memory,
    breaker: Breaker,
}

impl Sampler {
    pub const fn new() -> Sampler {
        Sampler {
            run: Run::Idle,
            deadline_ms: 0,
            tries: 0,
            memory: Memory { last_raw: None, window: None },
            breaker: Breaker::new(),
        }
    }

    /// Begins a measurement that [`Sampler::poll`] carries out. It fails with 1043 when it is still waiting for something after `timeout_ms`.
    pub fn start(&mut self, now_ms: u64, timeout_ms: u32, trigger: Trigger) -> Result<(), Refusal> {
        if self.is_busy() {
            return Err(Refusal::Busy);
        }
        if let (Trigger::Schedule, Some(probe_at_ms)) = (trigger, self.breaker.probe_at_ms())
            && !self.breaker.allows(now_ms)
        {
            return Err(Refusal::BreakerOpen { probe_at_ms });
        }
        self.deadline_ms = now_ms.saturating_add(u64::from(timeout_ms));
        self.tries = 0;
        self.run = Run::Queued { due_ms: now_ms };
        Ok(())
    }

    pub fn is_busy(&self) -> bool {
        !matches!(self.run, Run::Idle)
    }

    /// The sensor has failed ten times in a row (7.1) and is only probed.
    pub fn is_breaker_open(&self) -> bool {
        self.breaker.is_open()
    }

    /// Ends a measurement without a result, for a sensor that is removed or configured anew.
    pub fn cancel(&mut self, buses: &mut Buses) {
        if let Run::Running { ticket: Some(ticket), .. } = self.run {
            buses.release(ticket);
        }
        self.run = Run::Idle;
    }

    /// Does what is due. After `Done` or `Failed` the sampler is idle.
    pub fn poll(&mut self, bench: &mut Bench<'_>) -> Progress {
        let now_ms = bench.now_ms;
        let target = Target::new(bench.config);
        let step = match self.run {
            Run::Idle => return Progress::Idle,
            Run::Queued { due_ms } if now_ms < due_ms => Step::Wait { until_ms: due_ms },
            Run::Queued { .. } => self.begin(&target, bench),
            Run::Running { ticket: Some(ticket), .. } if !bench.buses.is_held(ticket) => self.begin(&target, bench),
            Run::Running { .. } => self.advance(&target, bench),
        };
        match step {
            Step::Wait { .. } if now_ms >= self.deadline_ms => self.failed(TIMEOUT, bench),
            Step::Wait { until_ms } => Progress::Waiting { until_ms: until_ms.min(self.deadline_ms) },
            Step::Failed(fault) => self.failed(fault, bench),
            Step::Done(readings) => {
                self.cancel(bench.buses);
                self.breaker.succeeded();
                Progress::Done(readings)
            }
        }
    }

    /// Takes the chip, or waits until it is free.
    fn begin(&mut self, target: &Target<'_>, bench: &mut Bench<'_>) -> Step {
        let mut ticket = None;
        if let Some(resource) = target.resource() {
            ticket = bench.buses.claim(resource, bench.now_ms);
            if ticket.is_none() {
                return self.queue(bench.now_ms, CLAIM_RETRY_MS);
            }
        }
        let driver = Driver::new(target.entry.chip);
        self.run = Run::Running { driver, ticket };
        self.advance(target, bench)
    }

    fn queue(&mut self, now_ms: u64, delay_ms: u64) -> Step {
        let due_ms = now_ms.saturating_add(delay_ms);
        self.run = Run::Queued { due_ms };
        Step::Wait { until_ms: due_ms }
    }

    fn advance(&mut self, target: &Target<'_>, bench: &mut Bench<'_>) -> Step {
        let Run::Running { driver, .. } = &mut self.run else {
            return Step::Wait { until_ms: bench.now_ms };
        };
        let is_retried = driver.is_retried();
        let step = driver.poll(target, &mut self.memory, bench);
        if !matches!(step, Step::Failed(_)) {
            return step;
        }
        self.tries = self.tries.saturating_add(1);
        if !is_retried || self.tries >= MAX_TRIES {
            return step;
        }
        self.cancel(bench.buses);
        self.queue(bench.now_ms, RETRY_MS)
    }

    fn failed(&mut self, fault: Fault, bench: &mut Bench<'_>) -> Progress {
        self.cancel(bench.buses);
        self.breaker.failed(bench.now_ms);
        Progress::Failed(fault)
    }
}

impl Default for Sampler {
    fn default() -> Self {
        Sampler::new()
    }
}
