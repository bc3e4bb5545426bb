//! One output: its level on the pins, its clocks, and who switched it.
//!
//! Electrical: a pump or relay is one pin, active high, or active low when inverted. A PWM output is one pin whose duty is turned
//! round when inverted. A valve has a direction pin (high = open) and an enable pin that lets the motor run; inverted concerns the enable pin, because
//! that is what an active-low driver board inverts.

use super::pins::pins_of;
use super::starts::Starts;
use super::valve::{Motor, Position, Valve};
use super::{Source, StatusView, command, cut, kind_name};
use crate::config::{ActuatorConfig, ActuatorKind};
use crate::io::{Drive, Io};

/// Nobody said who it was (1.17).
const UNKNOWN_SOURCE: &str = "system:unknown";

/// Why an output has switched itself off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    Duration,
    MaxRuntime,
}

pub struct Output {
    pub config: ActuatorConfig,
    /// What was ordered, 0 to 255; a valve may still be on its way.
    level: u8,
    valve: Valve,
    source: Source,
    on_since_ms: Option<u64>,
    /// Of finished runs.
    runtime_ms: u64,
    /// Set when it is switched on, not derived from the configuration: a copy of it that comes later does not move it (3.8).
    run_ends_ms: Option<u64>,
    duration_ends_ms: Option<u64>,
    /// A default state of on that waits for the pump's rest.
    default_due_ms: Option<u64>,
    /// Switched off by runtime protection: nothing automatic switches it on again.
    is_tripped: bool,
}

impl Output {
    pub fn new(config: ActuatorConfig) -> Output {
        Output {
            config,
            level: 0,
            valve: Valve::new(),
            source: Source::new(),
            on_since_ms: None,
            runtime_ms: 0,
            run_ends_ms: None,
            duration_ends_ms: None,
            default_due_ms: None,
            is_tripped: false,
        }
    }

    /// Puts every pin to its off level and does nothing else: the way of an emergency stop.
    pub fn drive_idle(&self, io: &mut dyn Io) {
        match self.config.kind {
            ActuatorKind::Valve => self.drive_motor(Motor::Idle, io),
            _ => self.drive_level(0, io),
        }
    }

    /// Gives up the pins. They have to be idle. A released pin has its pull-up (8.5), so an active-high part needs a pull-down of its own
    /// that is stronger, or it floats to active here and at power-up.
    pub fn release(&self, io: &mut dyn Io) {
        // A valve's enable pin last: while it is driven, the motor stands still.
        for gpio in pins_of(&self.config) {
            io.drive(gpio, Drive::Release);
        }
    }

    fn drive_level(&self, level: u8, io: &mut dyn Io) {
        let drive = match self.config.kind {
            ActuatorKind::Pwm if self.config.inverted => Drive::Duty(u8::MAX - level),
            ActuatorKind::Pwm => Drive::Duty(level),
            _ => self.active_if(level > 0),
        };
        io.drive(self.config.gpio, drive);
    }

    fn active_if(&self, is_active: bool) -> Drive {
        if is_active == self.config.inverted { Drive::Low } else { Drive::High }
    }

    /// The motor is off while its direction changes; at rest the direction relay is without current.
    fn drive_motor(&self, motor: Motor, io: &mut dyn Io) {
        io.drive(self.config.aux_gpio, self.active_if(false));
        let direction = match motor {
            Motor::Opening => Drive::High,
            Motor::Closing | Motor::Idle => Drive::Low,
        };
        io.drive(self.config.gpio, direction);
        if motor != Motor::Idle {
            io.drive(self.config.aux_gpio, self.active_if(true));
        }
    }

    /// Orders a level (0 to 255; a valve's 0, 127, 254). Says whether anything has changed; an error is a pump's wait in ms.
    pub fn switch(&mut self, level: u8, starts: &mut Starts, now_ms: u64, io: &mut dyn Io) -> Result<bool, u64> {
        let is_start = level > 0 && self.level == 0;
        if is_start && self.config.kind == ActuatorKind::Pump {
            match starts.wait_ms(self.config.gpio, now_ms) {
                0 => starts.note_start(self.config.gpio, now_ms),
                wait_ms => return Err(wait_ms),
            }
        }
        let has_changed = match self.config.kind {
            ActuatorKind::Valve => self.valve.order(Position::of_level(level), now_ms),
            _ => level != self.level,
        };
        if has_changed {
            match self.config.kind {
                ActuatorKind::Valve => self.drive_motor(self.valve.motor(), io),
                _ => self.drive_level(level, io),
            }
        }
        self.book(level, starts, now_ms);
        Ok(has_changed)
    }

    /// The beginning of a changed configuration: off, and no clock of the old one runs on. A valve is not closed first, for its default
    /// state is ordered next and a motor has nothing to gain from a detour.
    pub fn reset(&mut self, starts: &mut Starts, now_ms: u64, io: &mut dyn Io) {
        if self.config.kind != ActuatorKind::Valve {
            // Going off is never refused.
            let _ = self.switch(0, starts, now_ms, io);
        }
        self.run_ends_ms = None;
        self.duration_ends_ms = None;
        self.is_tripped = false;
    }

    /// Keeps the books of a change of level: run time, the pump's rest, and all clocks once it is off.
    fn book(&mut self, level: u8, starts: &mut Starts, now_ms: u64) {
        self.default_due_ms = None;
        if level == 0 {
            if self.level > 0 && self.config.kind == ActuatorKind::Pump {
                starts.note_off(self.config.gpio, now_ms);
            }
            self.runtime_ms = self.runtime_at(now_ms);
            self.on_since_ms = None;
            self.run_ends_ms = None;
            self.duration_ends_ms = None;
        } else if self.on_since_ms.is_none() {
            self.on_since_ms = Some(now_ms);
        }
        self.level = level;
    }

    /// The books of an emergency stop, whose pins [`Output::drive_idle`] has driven already. A valve stays where it is.
    pub fn book_stop(&mut self, starts: &mut Starts, now_ms: u64) {
        self.valve.halt(now_ms);
        self.book(0, starts, now_ms);
    }

    fn runtime_at(&self, now_ms: u64) -> u64 {
        let run_ms = self.on_since_ms.map_or(0, |since_ms| now_ms.saturating_sub(since_ms));
        self.runtime_ms.saturating_add(run_ms)
    }

    /// Starts the clocks of an output that is on, counted from now. `duration_s` 0 = until it is switched off.
    pub fn arm(&mut self, duration_s: u32, now_ms: u64) {
        if self.level == 0 {
            return;
        }
        let after = |ms: u64| (ms > 0).then(|| now_ms.saturating_add(ms));
        self.run_ends_ms = after(u64::from(self.config.max_runtime_ms));
        self.duration_ends_ms = after(u64::from(duration_s).saturating_mul(1000));
    }

    /// Starts the longest run time of an output that has just been switched on by itself; one that runs already keeps its clock.
    pub fn arm_automatic(&mut self, now_ms: u64) {
        match self.run_ends_ms {
            None => self.arm(0, now_ms),
            Some(_) => self.duration_ends_ms = None,
        }
    }

    pub fn set_source(&mut self, source: &str) {
        self.source = cut(if source.is_empty() { UNKNOWN_SOURCE } else { source });
    }

    pub fn set_tripped(&mut self, is_tripped: bool) {
        self.is_tripped = is_tripped;
    }

    pub fn is_tripped(&self) -> bool {
        self.is_tripped
    }

    /// Takes the default state later, when the pump has rested.
    pub fn postpone_default(&mut self, wait_ms: u64, now_ms: u64) {
        self.default_due_ms = Some(now_ms.saturating_add(wait_ms));
    }

    /// The level of the default state (3.8, 5.3). A PWM output has one of its own: `default_pwm`, or full for `default_state` alone.
    pub fn default_level(&self) -> u8 {
        match (self.config.kind, self.config.default_pwm) {
            (ActuatorKind::Pwm, duty @ 1..) => duty,
            (kind, _) if self.config.default_state => command::full_level(kind),
            _ => 0,
        }
    }

    /// What TOGGLE inverts: the order that runs, or the place where a stopped valve stands.
    pub fn is_on_for_toggle(&self) -> bool {
        match self.config.kind {
            ActuatorKind::Valve if self.valve.due_ms().is_none() => self.valve.level() > 0,
            _ => self.level > 0,
        }
    }

    /// What is over by now. A duration that ends together with the longest run time is what the operator meant to happen.
    pub fn expiry(&self, now_ms: u64) -> Option<Expiry> {
        let run_ms = self.run_ends_ms.unwrap_or(u64::MAX);
        let duration_ms = self.duration_ends_ms.unwrap_or(u64::MAX);
        if now_ms < run_ms.min(duration_ms) {
            None
        } else if duration_ms <= run_ms {
            Some(Expiry::Duration)
        } else {
            Some(Expiry::MaxRuntime)
        }
    }

    pub fn is_default_due(&self, now_ms: u64) -> bool {
        self.default_due_ms.is_some_and(|due_ms| now_ms >= due_ms)
    }

    /// Drives a valve on; true when it has come to rest.
    pub fn poll_valve(&mut self, now_ms: u64, io: &mut dyn Io) -> bool {
        if !self.valve.poll(now_ms) {
            return false;
        }
        let motor = self.valve.motor();
        self.drive_motor(motor, io);
        motor == Motor::Idle
    }

    /// When there is something to do by itself, `u64::MAX` = never.
    pub fn due_ms(&self) -> u64 {
        let clocks = [self.run_ends_ms, self.duration_ends_ms, self.default_due_ms, self.valve.due_ms()];
        clocks.into_iter().flatten().min().unwrap_or(u64::MAX)
    }

    pub fn status(&self, emergency: &'static str, now_ms: u64) -> StatusView<'_> {
        let pwm = match self.config.kind {
            ActuatorKind::Valve => self.valve.level(),
            _ => self.level,
        };
        StatusView {
            gpio: self.config.gpio,
            kind: kind_name(self.config.kind),
            on: pwm > 0,
            pwm,
            runtime_ms: self.runtime_at(now_ms),
            emergency,
            source: &self.source,
            subzone: &self.config.subzone,
        }
    }

    /// Whether another configuration differs in something that the output does; name, subzone and weight do not.
    pub fn behaves_like(&self, other: &ActuatorConfig) -> bool {
        let own = &self.config;
        self.is_wired_like(other)
            && own.default_state == other.default_state
            && own.default_pwm == other.default_pwm
            && own.max_runtime_ms == other.max_runtime_ms
    }

    /// Whether another configuration has the same pins and levels.
    pub fn is_wired_like(&self, other: &ActuatorConfig) -> bool {
        let own = &self.config;
        own.kind == other.kind && own.inverted == other.inverted && pins_of(own).eq(pins_of(other))
    }
}
