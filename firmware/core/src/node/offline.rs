//! The device alone: what its outputs do when controller or broker are gone (wire contract 3.9). The pure rules are in [`crate::offline`].

use heapless::Vec;

use super::device::{Cx, Device, SystemState};
use crate::actuator::{RuleOrder, Scope};
use crate::config::MAX_ACTUATORS;
use crate::io::LogLevel;
use crate::offline::{Change, Event, Mode, Order, RULE_INTERVAL_MS, RuleStates, Surroundings, evaluate};
use crate::store::RULE_STATES_BYTES;

const RULE_SOURCE: &str = "offline_rule";
const DEFAULT_SOURCE: &str = "firmware:offline_default";

pub struct Autonomy {
    pub states: RuleStates,
    evaluate_at_ms: u64,
}

impl Autonomy {
    pub const fn new() -> Autonomy {
        Autonomy { states: RuleStates::new(), evaluate_at_ms: u64::MAX }
    }

    pub fn next_due(&self) -> u64 {
        self.evaluate_at_ms
    }
}

impl Device {
    /// Tells the mode what has happened, and does what follows from it.
    pub fn note(&mut self, cx: &mut Cx<'_>, event: Event) {
        let change = self.mode.next(event, cx.now_ms);
        self.moved(cx, change);
    }

    pub fn moved(&mut self, cx: &mut Cx<'_>, change: Option<Change>) {
        let Some(Change { from, to }) = change else {
            return;
        };
        cx.log(LogLevel::Info, format_args!("mode {from:?} -> {to:?}"));
        if to == Mode::Disconnected {
            self.go_alone(cx);
        }
        self.autonomy.states.follow(Change { from, to }, self.mode.has_connected());
        self.autonomy.evaluate_at_ms = if to.runs_rules() { cx.now_ms } else { u64::MAX };
    }

    /// Outputs without a rule go to their default at once; those with one hold until the rules take over (3.9).
    fn go_alone(&mut self, cx: &mut Cx<'_>) {
        let rules = &self.keep.configuration.rules;
        let covered: Vec<u8, MAX_ACTUATORS> =
            self.bank.pins().into_iter().filter(|gpio| rules.iter().any(|rule| rule.actuator_gpio == *gpio)).collect();
        cx.log(LogLevel::Warning, format_args!("alone: {} outputs held for their rules", covered.len()));
        let changed = self.bank.go_default(Scope::AllBut(&covered), DEFAULT_SOURCE, cx.now_ms, cx.io);
        for gpio in changed {
            self.say_alert(cx, gpio, "safety_forced_off", "Alone without an offline rule: gone to its default state");
        }
        for gpio in covered {
            self.say_alert(cx, gpio, "offline_rule_hold", "Held until the offline rules take over");
        }
    }

    /// The states of before the restart; unreadable ones are as good as none.
    pub fn resume_rules(&mut self) {
        self.autonomy.states = postcard::from_bytes(&self.keep.runtime.rule_states)
            .unwrap_or_else(|_| RuleStates::of(&self.keep.configuration.rules));
    }

    /// An order of the console stands above the rules until the device is alone again (3.9).
    pub fn note_command(&mut self, cx: &mut Cx<'_>, gpio: u8) {
        if matches!(self.mode.mode(), Mode::Reconnecting | Mode::Adopting) {
            self.autonomy.states.override_actuator(&self.keep.configuration.rules, gpio);
        }
        self.note(cx, Event::Commanded);
    }

    pub fn poll_offline(&mut self, cx: &mut Cx<'_>) {
        self.note(cx, Event::TimePassed);
        if cx.now_ms >= self.autonomy.evaluate_at_ms {
            self.autonomy.evaluate_at_ms = cx.now_ms + RULE_INTERVAL_MS;
            self.evaluate_rules(cx);
        }
    }

    fn evaluate_rules(&mut self, cx: &mut Cx<'_>) {
        if self.state == SystemState::SafeMode || self.emergency.is_stopped() {
            return;
        }
        let sensing = &self.sensing;
        let value_of = |gpio: u8, kind: &str| sensing.value_of(gpio, kind);
        let around = Surroundings { value_of: &value_of, unix_s: self.clock.unix_s(cx.now_ms), now_ms: cx.now_ms };
        let orders = evaluate(&self.keep.configuration.rules, &mut self.autonomy.states, &around);
        for order in orders {
            let gpio = order.actuator_gpio;
            let before = self.bank.status(gpio, cx.now_ms).map(|status| status.pwm);
            match order.order {
                Order::On | Order::Off => {
                    let rule = RuleOrder { on: order.order == Order::On, source: RULE_SOURCE };
                    self.bank.apply_rule(gpio, rule, cx.now_ms, cx.io);
                }
                Order::Safe => {
                    self.bank.go_default(Scope::One(gpio), DEFAULT_SOURCE, cx.now_ms, cx.io);
                }
            }
            if self.bank.status(gpio, cx.now_ms).map(|status| status.pwm) != before {
                self.say_status(cx, gpio);
            }
        }
        self.keep_rule_states(cx);
    }

    /// Rule states survive a restart (3.9); the store writes only what has changed.
    fn keep_rule_states(&mut self, cx: &mut Cx<'_>) {
        let mut buffer = [0u8; RULE_STATES_BYTES];
        let encoded = postcard::to_slice(&self.autonomy.states, &mut buffer).map(|bytes| &*bytes).unwrap_or_default();
        if self.keep.runtime.rule_states != *encoded {
            self.keep.runtime.rule_states = encoded.iter().copied().collect();
            self.keep_runtime(cx);
        }
    }
}
