//! All outputs of a device behind one latch. Every way to switch one goes through here: commands, defaults, offline rules, expiries, stop.

use heapless::Vec;

use super::command::{OrderFault, full_level, wanted_level};
use super::output::{Expiry, Output};
use super::pins::{self, ConfigFault, Pins};
use super::starts::Starts;
use super::{BankEvent, COMMAND_INVALID, Emergency, Order, Outcome, RuleOrder, Scope, StatusView};
use super::{COMMAND_NAME_BYTES, cut};
use crate::config::{ActuatorConfig, MAX_ACTUATORS};
use crate::io::Io;

/// Sources of what the bank does by itself (1.19 `command_source`; the contract gives the second, the others follow it).
const SOURCE_DEFAULT: &str = "firmware:default";
const SOURCE_DURATION: &str = "firmware:auto_duration";
const SOURCE_RUNTIME: &str = "firmware:runtime_protection";
const SOURCE_EMERGENCY: &str = "firmware:emergency";

/// The outputs. All memory is in here; times are ms since boot.
pub struct Bank {
    outputs: Vec<Output, MAX_ACTUATORS>,
    starts: Starts,
    emergency: Emergency,
}

impl Bank {
    pub const fn new() -> Bank {
        Bank { outputs: Vec::new(), starts: Starts::new(), emergency: Emergency::Normal }
    }

    /// Takes an output over (5.3). A new one is put to its off level before anything else and then takes its default state; one that
    /// behaves as before is not touched; a changed one goes off first. While the bank is stopped it stays off.
    /// True when it is new or behaves differently now. After a fault everything is as it was.
    pub fn configure(
        &mut self,
        config: ActuatorConfig,
        pins: &Pins<'_>,
        now_ms: u64,
        io: &mut dyn Io,
    ) -> Result<bool, ConfigFault> {
        pins::check(&config, pins, &self.outputs)?;
        let gpio = config.gpio;
        match self.output(gpio) {
            Some(output) if output.behaves_like(&config) => {
                output.config = config;
                return Ok(false);
            }
            Some(output) if output.is_wired_like(&config) => output.config = config,
            _ => {
                self.remove(gpio, now_ms, io);
                self.add(config, io)?;
            }
        }
        if let Ok((output, starts)) = self.movable(gpio) {
            output.reset(starts, now_ms, io);
            output.set_source(SOURCE_DEFAULT);
            take_default(output, starts, now_ms, io);
        } else if let Some(output) = self.output(gpio) {
            output.set_source(SOURCE_EMERGENCY);
        }
        Ok(true)
    }

    /// Could it be configured? Changes nothing.
    pub fn check(&self, config: &ActuatorConfig, pins: &Pins<'_>) -> Result<(), ConfigFault> {
        pins::check(config, pins, &self.outputs)
    }

    fn add(&mut self, config: ActuatorConfig, io: &mut dyn Io) -> Result<(), ConfigFault> {
        let output = Output::new(config);
        let too_many = |_| ConfigFault::TooMany(MAX_ACTUATORS);
        // Room first: a pin that nobody keeps must not become an output.
        self.outputs.push(output).map_err(too_many)?;
        if let Some(output) = self.outputs.last() {
            output.drive_idle(io);
        }
        Ok(())
    }

    /// Switches an output off, releases its pins and forgets it; a valve stays where it is. False when there is none on `gpio`.
    pub fn remove(&mut self, gpio: u8, now_ms: u64, io: &mut dyn Io) -> bool {
        let count = self.outputs.len();
        let starts = &mut self.starts;
        self.outputs.retain_mut(|output| {
            let is_kept = output.config.gpio != gpio;
            if !is_kept {
                output.drive_idle(io);
                output.book_stop(starts, now_ms);
                output.release(io);
            }
            is_kept
        });
        self.outputs.len() < count
    }

    /// Removes every output, for safe mode after a boot loop (3.10). A stop stays latched.
    pub fn release_all(&mut self, now_ms: u64, io: &mut dyn Io) {
        while let Some(gpio) = self.outputs.last().map(|output| output.config.gpio) {
            self.remove(gpio, now_ms, io);
        }
    }

    /// Executes an operator's or a server's order (3.1). Whatever is accepted and leaves the output on starts its longest run time anew,
    /// and replaces the duration of the order before.
    pub fn command(&mut self, gpio: u8, order: &Order<'_>, now_ms: u64, io: &mut dyn Io) -> Outcome {
        let (output, starts) = match self.movable(gpio) {
            Ok(found) => found,
            Err(refusal) => return refusal,
        };
        let level = match wanted_level(output.config.kind, order, output.is_on_for_toggle()) {
            Ok(level) => level,
            Err(fault) => return refusal_of(fault, order),
        };
        match output.switch(level, starts, now_ms, io) {
            Err(wait_ms) => Outcome::resting(wait_ms),
            Ok(changed) => {
                let is_on_command = order.command.eq_ignore_ascii_case("ON");
                output.arm(if is_on_command { order.duration_s } else { 0 }, now_ms);
                output.set_source(order.issued_by);
                output.set_tripped(false);
                Outcome::executed(changed)
            }
        }
    }

    /// What an offline rule wants (3.9): fully on or off. Repeating it does not extend the longest run time, and an output that has run
    /// its time stays off until the rule itself lets go, so that a stuck sensor cannot keep it running.
    pub fn apply_rule(&mut self, gpio: u8, rule: RuleOrder<'_>, now_ms: u64, io: &mut dyn Io) -> Outcome {
        let (output, starts) = match self.movable(gpio) {
            Ok(found) => found,
            Err(refusal) => return refusal,
        };
        if rule.on && output.is_tripped() {
            return Outcome::refused(format_args!("Runtime protection holds it off"), None);
        }
        let level = if rule.on { full_level(output.config.kind) } else { 0 };
        match output.switch(level, starts, now_ms, io) {
            Err(wait_ms) => Outcome::resting(wait_ms),
            Ok(changed) => {
                output.arm_automatic(now_ms);
                output.set_source(rule.source);
                if !rule.on {
                    output.set_tripped(false);
                }
                Outcome::executed(changed)
            }
        }
    }

    /// Puts outputs to their default state (3.8, 3.9) and returns the pins of those that changed. Nothing happens while stopped. A pump
    /// whose default is on and that has to rest starts later, from [`Bank::poll`]; one that runtime protection holds stays off.
    pub fn go_default(
        &mut self,
        scope: Scope<'_>,
        source: &str,
        now_ms: u64,
        io: &mut dyn Io,
    ) -> Vec<u8, MAX_ACTUATORS> {
        let mut changed = Vec::new();
        if self.is_stopped() {
            return changed;
        }
        for output in &mut self.outputs {
            let gpio = output.config.gpio;
            if !scope.contains(gpio) {
                continue;
            }
            output.set_source(source);
            if take_default(output, &mut self.starts, now_ms, io) {
                // Has room: there are as many outputs as places.
                let _ = changed.push(gpio);
            }
        }
        changed
    }

    /// Emergency stop (3.7.1): every output to its off level, a valve stands still, and nothing moves until [`Bank::clear_all`]. Pins
    /// first, books afterwards. Returns how many outputs there are. Stopping twice drives the pins again.
    pub fn stop_all(&mut self, now_ms: u64, io: &mut dyn Io) -> usize {
        self.emergency = Emergency::Active;
        for output in &self.outputs {
            output.drive_idle(io);
        }
        for output in &mut self.outputs {
            output.book_stop(&mut self.starts, now_ms);
            output.set_source(SOURCE_EMERGENCY);
        }
        self.outputs.len()
    }

    /// A clear was accepted and its pause runs (3.7.1); the latch stays until [`Bank::clear_all`]. Without a stop nothing happens.
    pub fn begin_clear(&mut self) {
        if self.emergency == Emergency::Active {
            self.emergency = Emergency::Clearing;
        }
    }

    /// Leaves the stop. Outputs stay off, a valve stays where it was stopped. Harmless when there is none.
    pub fn clear_all(&mut self) {
        self.emergency = Emergency::Normal;
    }

    pub fn emergency(&self) -> Emergency {
        self.emergency
    }

    pub fn is_stopped(&self) -> bool {
        self.emergency != Emergency::Normal
    }

    /// Does what is due: durations, longest run times, ends of valve travel, postponed defaults.
    pub fn poll(&mut self, now_ms: u64, io: &mut dyn Io, on_event: &mut dyn FnMut(BankEvent)) {
        let Bank { outputs, starts, .. } = self;
        for output in outputs {
            let gpio = output.config.gpio;
            if output.poll_valve(now_ms, io) {
                on_event(BankEvent::Arrived { gpio });
            }
            if output.is_default_due(now_ms) && take_default(output, starts, now_ms, io) {
                on_event(BankEvent::DefaultTaken { gpio });
            }
            if let Some(expiry) = output.expiry(now_ms) {
                // Going off is never refused.
                let _ = output.switch(0, starts, now_ms, io);
                on_event(end_of_run(output, expiry));
            }
        }
    }

    /// When [`Bank::poll`] has something to do, `u64::MAX` = never.
    pub fn next_due(&self) -> u64 {
        let dues = self.outputs.iter().map(Output::due_ms);
        dues.min().unwrap_or(u64::MAX)
    }

    pub fn len(&self) -> usize {
        self.outputs.len()
    }

    pub fn is_empty(&self) -> bool {
        self.outputs.is_empty()
    }

    /// Pins of the outputs, in the order of configuration, as a list of its own.
    pub fn pins(&self) -> Vec<u8, MAX_ACTUATORS> {
        self.outputs.iter().map(|output| output.config.gpio).collect()
    }

    /// True when an output has this pin, also as a valve's second one.
    pub fn uses_pin(&self, gpio: u8) -> bool {
        let configs = self.outputs.iter().map(|output| &output.config);
        configs.flat_map(pins::pins_of).any(|used| used == gpio)
    }

    pub fn status(&self, gpio: u8, now_ms: u64) -> Option<StatusView<'_>> {
        self.iter(now_ms).find(|status| status.gpio == gpio)
    }

    /// In the order of configuration.
    pub fn iter(&self, now_ms: u64) -> impl Iterator<Item = StatusView<'_>> {
        let emergency = self.emergency.text();
        let outputs = self.outputs.iter();
        outputs.map(move |output| output.status(emergency, now_ms))
    }

    fn output(&mut self, gpio: u8) -> Option<&mut Output> {
        self.outputs.iter_mut().find(|output| output.config.gpio == gpio)
    }

    /// An output that may be switched, with the record of starts; else the refusal.
    fn movable(&mut self, gpio: u8) -> Result<(&mut Output, &mut Starts), Outcome> {
        let is_stopped = self.is_stopped();
        let mut outputs = self.outputs.iter_mut();
        match outputs.find(|output| output.config.gpio == gpio) {
            None => Err(Outcome::not_found(gpio)),
            Some(_) if is_stopped => Err(Outcome::latched()),
            Some(output) => Ok((output, &mut self.starts)),
        }
    }
}

/// Whether the output has changed. One that has to rest first is noted for later; one that runtime protection holds is left alone.
fn take_default(output: &mut Output, starts: &mut Starts, now_ms: u64, io: &mut dyn Io) -> bool {
    let level = output.default_level();
    if level > 0 && output.is_tripped() {
        return false;
    }
    match output.switch(level, starts, now_ms, io) {
        Ok(changed) => {
            output.arm_automatic(now_ms);
            changed
        }
        Err(wait_ms) => {
            output.postpone_default(wait_ms, now_ms);
            false
        }
    }
}

fn end_of_run(output: &mut Output, expiry: Expiry) -> BankEvent {
    let gpio = output.config.gpio;
    match expiry {
        Expiry::Duration => {
            output.set_source(SOURCE_DURATION);
            BankEvent::AutoOff { gpio }
        }
        Expiry::MaxRuntime => {
            output.set_source(SOURCE_RUNTIME);
            output.set_tripped(true);
            BankEvent::RuntimeProtection { gpio }
        }
    }
}

fn refusal_of(fault: OrderFault, order: &Order<'_>) -> Outcome {
    let code = Some(COMMAND_INVALID);
    match fault {
        OrderFault::UnknownCommand => {
            let name = cut::<COMMAND_NAME_BYTES>(order.command);
            Outcome::refused(format_args!("Unknown command: {name}"), code)
        }
        OrderFault::Value => Outcome::refused(format_args!("Value missing or out of range (4020)"), code),
    }
}

impl Default for Bank {
    fn default() -> Self {
        Bank::new()
    }
}
