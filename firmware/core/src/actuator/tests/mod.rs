//! A recording machine, and short ways to build what the tests need.

mod clocks;
mod commands;
mod configuration;
mod emergency;
mod properties;
mod pump;
mod rules;
mod valve;

use core::fmt;
use std::collections::BTreeMap;
use std::vec::Vec;

use super::{Bank, BankEvent, ConfigFault, Order, Outcome, Pins, RuleOrder};
use crate::board::{Board, ESP32};
use crate::config::{ActuatorConfig, ActuatorKind};
use crate::io::{BusError, Drive, FlashError, Io, LogLevel};

/// Remembers every drive in order; nothing else of it may be used by the bank.
#[derive(Default)]
struct Recorder {
    drives: Vec<(u8, Drive)>,
    pins: BTreeMap<u8, Drive>,
}

impl Recorder {
    /// What was driven since the last call.
    fn take(&mut self) -> Vec<(u8, Drive)> {
        core::mem::take(&mut self.drives)
    }

    fn pin(&self, gpio: u8) -> Drive {
        self.pins.get(&gpio).copied().unwrap_or(Drive::Release)
    }
}

impl Io for Recorder {
    fn drive(&mut self, gpio: u8, drive: Drive) {
        self.drives.push((gpio, drive));
        self.pins.insert(gpio, drive);
    }
    fn analog(&mut self, _: u8) -> Option<u16> {
        panic!("an output reads nothing")
    }
    fn digital(&mut self, _: u8) -> bool {
        panic!("an output reads nothing")
    }
    fn pulses(&mut self, _: u8) -> u32 {
        panic!("an output reads nothing")
    }
    fn i2c(&mut self, _: u8, _: &[u8], _: &mut [u8]) -> Result<(), BusError> {
        panic!("an output has no bus")
    }
    fn one_wire_reset(&mut self, _: u8) -> bool {
        panic!("an output has no bus")
    }
    fn one_wire_slot(&mut self, _: u8, _: bool) -> bool {
        panic!("an output has no bus")
    }
    fn flash_read(&mut self, _: u32, _: &mut [u8]) -> Result<(), FlashError> {
        panic!("the bank stores nothing")
    }
    fn flash_erase(&mut self, _: u32) -> Result<(), FlashError> {
        panic!("the bank stores nothing")
    }
    fn flash_write(&mut self, _: u32, _: &[u8]) -> Result<(), FlashError> {
        panic!("the bank stores nothing")
    }
    fn random(&mut self) -> u32 {
        panic!("nothing here is left to chance")
    }
    fn heap(&mut self) -> (u32, u32) {
        panic!("the bank has no heap")
    }
    fn log(&mut self, _: LogLevel, _: fmt::Arguments<'_>) {}
}

/// A bank on a WROOM whose sensors sit on pin 32, its recorder, and the time.
struct Bench {
    bank: Bank,
    io: Recorder,
    now_ms: u64,
    board: &'static Board,
}

const SENSOR_PIN: u8 = 32;

impl Bench {
    fn new() -> Bench {
        Bench { bank: Bank::new(), io: Recorder::default(), now_ms: 1_000, board: &ESP32 }
    }

    fn with(config: ActuatorConfig) -> Bench {
        let mut bench = Bench::new();
        assert_eq!(bench.configure(config), Ok(true));
        bench.io.take();
        bench
    }

    fn configure(&mut self, config: ActuatorConfig) -> Result<bool, ConfigFault> {
        let pins = Pins { board: self.board, is_used_elsewhere: &|gpio| gpio == SENSOR_PIN };
        self.bank.configure(config, &pins, self.now_ms, &mut self.io)
    }

    fn order(&mut self, gpio: u8, order: Order<'_>) -> Outcome {
        self.bank.command(gpio, &order, self.now_ms, &mut self.io)
    }

    fn send(&mut self, gpio: u8, command: &str) -> Outcome {
        self.order(gpio, order(command))
    }

    fn rule(&mut self, gpio: u8, on: bool) -> Outcome {
        let source = "offline:rule_0";
        let rule = RuleOrder { on, source };
        self.bank.apply_rule(gpio, rule, self.now_ms, &mut self.io)
    }

    fn pwm(&mut self, gpio: u8, value: f64) -> Outcome {
        let value = Some(value);
        let command = order("PWM");
        self.order(gpio, Order { value, ..command })
    }

    fn stop(&mut self) -> usize {
        self.bank.stop_all(self.now_ms, &mut self.io)
    }

    fn poll(&mut self) -> Vec<BankEvent> {
        let mut events = Vec::new();
        let mut keep = |event| events.push(event);
        self.bank.poll(self.now_ms, &mut self.io, &mut keep);
        events
    }

    /// Lets time pass, polling whenever the bank wants to be polled.
    fn advance(&mut self, by_ms: u64) -> Vec<BankEvent> {
        let end_ms = self.now_ms + by_ms;
        let mut events = Vec::new();
        while self.bank.next_due() <= end_ms {
            self.now_ms = self.bank.next_due();
            events.extend(self.poll());
            assert!(self.bank.next_due() > self.now_ms, "due again at once");
        }
        self.now_ms = end_ms;
        events
    }

    /// on, pwm and source of an output.
    fn shows(&self, gpio: u8) -> (bool, u8, &str) {
        let status = self.bank.status(gpio, self.now_ms).unwrap();
        (status.on, status.pwm, status.source)
    }

    fn pwm_of(&self, gpio: u8) -> u8 {
        self.shows(gpio).1
    }

    fn runtime_ms(&self, gpio: u8) -> u64 {
        self.bank.status(gpio, self.now_ms).unwrap().runtime_ms
    }
}

fn order(command: &str) -> Order<'_> {
    Order { command, value: None, duration_s: 0, issued_by: "user:mira" }
}

/// An output that is off by default and may run for an hour (5.3).
fn config(gpio: u8, kind: ActuatorKind) -> ActuatorConfig {
    let aux_gpio = match kind {
        ActuatorKind::Valve => gpio + 1,
        _ => gpio,
    };
    ActuatorConfig {
        gpio,
        kind,
        name: Default::default(),
        subzone: Default::default(),
        aux_gpio,
        critical: false,
        inverted: false,
        default_state: false,
        default_pwm: 0,
        max_runtime_ms: 3_600_000,
    }
}

fn relay(gpio: u8) -> ActuatorConfig {
    config(gpio, ActuatorKind::Relay)
}
