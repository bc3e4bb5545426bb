//! The world of one device.

use alloc::string::String;
use alloc::vec::Vec;

use leitstand_core::board::Board;

use crate::clock::Clock;
use crate::command::{self, Change, Command, Power};
use crate::event::{Event, Events};
use crate::fault::{FaultChange, Faults};
use crate::i2c::I2c;
use crate::one_wire::OneWire;
use crate::pins::Pins;
use crate::random::Random;
use crate::surroundings::Surroundings;

/// Free heap and its least since boot, as a chip with Wi-Fi has them: the core allocates nothing.
pub(crate) const HEAP_BYTES: (u32, u32) = (180_000, 165_000);

/// Hand it to the core as its `Io`. `F` is the settings flash.
#[derive(Debug)]
pub struct World<F> {
    pub(crate) flash: F,
    pub(crate) pins: Pins,
    pub(crate) one_wire: OneWire,
    pub(crate) i2c: I2c,
    pub(crate) faults: Faults,
    pub(crate) random: Random,
    pub(crate) events: Events,
    pub(crate) clock: Clock,
}

/// The parts that a sensor is asked with, borrowed one by one next to the sensor itself.
macro_rules! around {
    ($world:expr) => {
        $crate::surroundings::Surroundings {
            faults: &$world.faults,
            random: &mut $world.random,
            now_ms: $world.clock.elapsed_ms(),
        }
    };
}
pub(crate) use around;

impl<F> World<F> {
    /// Nothing is connected to the board. Noise and dropouts are the same in every run with the same seed.
    pub fn new(board: &Board, seed: u64, flash: F) -> World<F> {
        World {
            flash,
            pins: Pins::new(board),
            one_wire: OneWire::default(),
            i2c: I2c::default(),
            faults: Faults::default(),
            random: Random::new(seed),
            events: Events::default(),
            clock: Clock::default(),
        }
    }

    /// Call it before the core is polled, with the same milliseconds since boot. It may begin at 0 again after a restart.
    pub fn set_now(&mut self, now_ms: u64) {
        self.clock.set(now_ms);
    }

    /// Takes a line: `{"analog":{"4":2300}}`, `{"onewire":{"4":[{"rom":"28FF641E8D3C0C79","celsius":25.0}]}}`,
    /// `{"i2c":{"0x44":{"celsius":21.5,"humidity":60}}}`, `{"digital":{"5":1}}`, `{"pulses":{"5":100}}`, `{"flow":{"5":2.5}}`,
    /// `{"fault":{"sensor_dropout":0.1}}`. `null` takes away what is connected. Faults, each off by `null` or `false`, all by `{"fault":null}`:
    /// `sensor_dropout` (share of measurements), `sensor_drift_per_hour` and `sensor_noise` (in the unit of each sensor), `sensor_dead`,
    /// `i2c_stuck`, `crc_errors` (share of data on 1-Wire and SHT31), `stuck_pin` (a pin or a list). What is not the world's comes back as a [`Command`] for the shell. A line with a mistake changes
    /// nothing; the error is a sentence.
    pub fn apply(&mut self, line: &str) -> Result<Command, String> {
        let line = command::parse(line, self.pins.count())?;
        for change in &line.changes {
            self.change(change);
        }
        Ok(line.command)
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::Analog(gpio, counts) => self.pins.set_analog(*gpio, *counts),
            Change::OneWire(gpio, probes) => self.one_wire.replace(*gpio, probes),
            Change::I2c(address, Some(change)) => self.i2c.change(*address, change),
            Change::I2c(address, None) => self.i2c.remove(*address),
            Change::Digital(gpio, level) => self.pins.set_digital(*gpio, *level),
            Change::Pulses(gpio, count) => self.pins.add_pulses(*gpio, *count),
            Change::Flow(gpio, flow) => {
                let mut around: Surroundings<'_> = around!(self);
                self.pins.set_flow(*gpio, *flow, &mut around);
            }
            Change::Fault(change) => self.change_fault(change),
        }
    }

    /// An output that is no longer stuck follows the firmware at once.
    fn change_fault(&mut self, change: &FaultChange) {
        self.faults.change(change, self.clock.elapsed_ms());
        for gpio in 0..self.pins.count() {
            let changed = self.pins.follow(gpio, &self.faults);
            self.tell(gpio, changed);
        }
    }

    /// The chip restarts: its outputs are released at once. After `Power::Cycle` the sensors begin anew as well.
    pub fn restart(&mut self, power: Power) {
        for gpio in 0..self.pins.count() {
            let changed = self.pins.restart(gpio, &self.faults);
            self.tell(gpio, changed);
        }
        if power == Power::Cycle {
            self.one_wire.power_cycle();
            self.i2c.power_cycle();
        }
    }

    pub(crate) fn tell(&mut self, gpio: u8, changed: Option<u8>) {
        if let Some(duty) = changed {
            let t_ms = self.clock.shown_ms();
            self.events.push(Event::Pin { gpio, duty, t_ms });
        }
    }

    /// What the output really has, 0 to 255; `None` for a pin that nobody drives.
    pub fn output(&self, gpio: u8) -> Option<u8> {
        self.pins.output(gpio)
    }

    /// What has happened since the last call, oldest first.
    pub fn take_events(&mut self) -> Vec<Event> {
        self.events.take()
    }

    pub fn flash(&self) -> &F {
        &self.flash
    }

    pub fn flash_mut(&mut self) -> &mut F {
        &mut self.flash
    }
}
