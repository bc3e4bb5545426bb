//! The rules that switch outputs while the console is away (wire contract 3.9, 5.4). The node evaluates them every [`RULE_INTERVAL_MS`] while
//! [`super::Mode::runs_rules`], the first time at once on entering.
//!
//! A rule is either active or not, with the hysteresis of its band. What it says about its output is a vote; [`evaluate`] makes one order per
//! output of all votes. Until a rule has crossed one of its limits it has no state, and leaves its output as the console left it.

use super::judge::{Progress, Vote, judge};
use super::mode::{Change, Mode};
use crate::config::{MAX_ACTUATORS, MAX_RULES, OfflineRule};
use heapless::Vec;
use serde::{Deserialize, Serialize};

/// 3.9.
pub const RULE_INTERVAL_MS: u64 = 5_000;
/// The last value that a sensor gave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampledValue {
    pub value: f32,
    /// When it was measured, ms since boot.
    pub at_ms: u64,
}

/// What the rules look at.
pub struct Surroundings<'a> {
    /// By pin (0 = I2C) and wire type; `None` for a sensor that has given nothing yet.
    pub value_of: &'a dyn Fn(u8, &str) -> Option<SampledValue>,
    /// Unix seconds; `None` while the clock is not set.
    pub unix_s: Option<u64>,
    /// Since boot.
    pub now_ms: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    On,
    Off,
    /// The default state of the actuator (5.3).
    Safe,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleOrder {
    pub actuator_gpio: u8,
    pub order: Order,
    /// The evaluation before did not give the same one. Orders are repeated at every evaluation.
    pub is_new: bool,
}

/// What rules remember. Serialized, only whether each is active: a device that restarts while alone goes on in the same state. Make a new one by
/// [`RuleStates::of`] whenever the rules change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RuleStates {
    /// `None` until the rule has crossed one of its limits.
    decisions: Vec<Option<bool>, MAX_RULES>,
    #[serde(skip)]
    progress: [Progress; MAX_RULES],
    #[serde(skip)]
    issued: Vec<RuleOrder, MAX_ACTUATORS>,
}

impl RuleStates {
    pub const fn new() -> RuleStates {
        RuleStates { decisions: Vec::new(), progress: [Progress::NEW; MAX_RULES], issued: Vec::new() }
    }

    /// For new rules: active are those of which the console says so (`current_state_active`).
    pub fn of(rules: &[OfflineRule]) -> RuleStates {
        let active = |rule: &OfflineRule| rule.current_state_active.then_some(true);
        RuleStates { decisions: rules.iter().take(MAX_RULES).map(active).collect(), ..RuleStates::default() }
    }

    /// Which rules are active, in their order; for the store to see whether there is something to keep.
    pub fn decisions(&self) -> &[Option<bool>] {
        &self.decisions
    }

    /// Takes a change of mode in; only those to [`Mode::OfflineActive`] matter. Overrides end. After a handover that failed the rules go on
    /// where they were. Otherwise they start anew, from what the outputs are now when the console could command them (`has_connected`), from
    /// the stored states when it could not since boot.
    pub fn follow(&mut self, change: Change, has_connected: bool) {
        if change.to != Mode::OfflineActive {
            return;
        }
        self.issued.clear();
        for progress in &mut self.progress {
            progress.is_overridden = false;
        }
        if change.from == Mode::Reconnecting {
            return;
        }
        self.progress = Default::default();
        if has_connected {
            self.decisions.iter_mut().for_each(|decision| *decision = None);
        }
    }

    /// The console has commanded that output while reconnecting or adopting: its rules keep still until the device is alone again (3.9).
    pub fn override_actuator(&mut self, rules: &[OfflineRule], actuator_gpio: u8) {
        self.fit(rules);
        let states = self.decisions.iter_mut().zip(&mut self.progress);
        for (rule, (decision, progress)) in rules.iter().zip(states) {
            if rule.actuator_gpio == actuator_gpio {
                progress.is_overridden = true;
                *decision = None;
            }
        }
    }

    /// One decision for each rule, also for states from the store that are of other rules.
    fn fit(&mut self, rules: &[OfflineRule]) {
        let count = rules.len().min(MAX_RULES);
        // Never more than the capacity.
        let _ = self.decisions.resize(count, None);
    }
}

/// One order per actuator that has a rule with something to say: on if any of its rules is active; else nothing while one is still collecting
/// its first samples; else its default state if one can't judge; else off. Rules beyond [`MAX_RULES`] are ignored.
pub fn evaluate(
    rules: &[OfflineRule],
    states: &mut RuleStates,
    around: &Surroundings<'_>,
) -> Vec<RuleOrder, MAX_ACTUATORS> {
    states.fit(rules);
    let mut votes: Vec<(u8, Vote), MAX_RULES> = Vec::new();
    let remembered = states.decisions.iter_mut().zip(&mut states.progress);
    for (rule, (decision, progress)) in rules.iter().zip(remembered) {
        let mut vote = Vote::Abstain;
        if !progress.is_overridden {
            (*decision, vote) = judge(rule, *decision, progress, around);
        }
        match votes.iter_mut().find(|(gpio, _)| *gpio == rule.actuator_gpio) {
            Some((_, strongest)) => *strongest = vote.max(*strongest),
            // As many places as rules.
            None => drop(votes.push((rule.actuator_gpio, vote))),
        }
    }
    let mut orders = Vec::new();
    for &(actuator_gpio, vote) in &votes {
        if let Some(order) = vote.order() {
            let is_same = |issued: &RuleOrder| issued.actuator_gpio == actuator_gpio && issued.order == order;
            let is_new = !states.issued.iter().any(is_same);
            // At least as many places as rules.
            let _ = orders.push(RuleOrder { actuator_gpio, order, is_new });
        }
    }
    states.issued = orders.clone();
    orders
}

const _: () = assert!(MAX_RULES <= MAX_ACTUATORS, "an order for each rule fits");
