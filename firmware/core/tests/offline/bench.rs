//! A device that is alone, with its rules, sensors and clock under control.

use leitstand_core::config::OfflineRule;
use leitstand_core::offline::{
    Change, Mode, Order, RULE_INTERVAL_MS, RuleOrder, RuleStates, SampledValue, Surroundings, evaluate,
};
use std::collections::HashMap;

pub const HEATER: u8 = 25;
pub const FAN: u8 = 26;

/// On below 18, off above 20; a DS18B20 on pin 4.
pub fn heating(actuator_gpio: u8) -> OfflineRule {
    OfflineRule {
        actuator_gpio,
        sensor_gpio: 4,
        sensor_kind: "ds18b20".try_into().unwrap(),
        activate_below: 18.0,
        deactivate_above: 20.0,
        activate_above: 0.0,
        deactivate_below: 0.0,
        current_state_active: false,
        time: None,
    }
}

/// On above 28, off below 26; the temperature of an SHT31.
pub fn cooling(actuator_gpio: u8) -> OfflineRule {
    OfflineRule {
        sensor_gpio: 0,
        sensor_kind: "sht31_temp".try_into().unwrap(),
        activate_below: 0.0,
        deactivate_above: 0.0,
        activate_above: 28.0,
        deactivate_below: 26.0,
        ..heating(actuator_gpio)
    }
}

pub struct Bench {
    pub rules: Vec<OfflineRule>,
    pub states: RuleStates,
    values: HashMap<(u8, String), SampledValue>,
    pub unix_s: Option<u64>,
    pub now_ms: u64,
}

impl Bench {
    /// Just left alone, an hour after boot, by a console that was there before. The sensors have given nothing yet.
    pub fn new(rules: &[OfflineRule]) -> Bench {
        let mut bench = Bench {
            rules: rules.to_vec(),
            states: RuleStates::of(rules),
            values: HashMap::new(),
            unix_s: None,
            now_ms: 3_600_000,
        };
        bench.left_alone(Mode::Disconnected, true);
        bench
    }

    pub fn left_alone(&mut self, from: Mode, has_connected: bool) {
        let to = Mode::OfflineActive;
        self.states.follow(Change { from, to }, has_connected);
    }

    /// The sensor gives a value now.
    pub fn measure(&mut self, gpio: u8, kind: &str, value: f32) {
        let sampled = SampledValue { value, at_ms: self.now_ms };
        self.values.insert((gpio, kind.to_string()), sampled);
    }

    pub fn forget(&mut self, gpio: u8, kind: &str) {
        self.values.remove(&(gpio, kind.to_string()));
    }

    /// Five seconds later: all orders.
    pub fn evaluate(&mut self) -> Vec<RuleOrder> {
        self.now_ms += RULE_INTERVAL_MS;
        let value_of = |gpio: u8, kind: &str| self.values.get(&(gpio, kind.to_string())).copied();
        let around = Surroundings { value_of: &value_of, unix_s: self.unix_s, now_ms: self.now_ms };
        evaluate(&self.rules, &mut self.states, &around).to_vec()
    }

    /// Five seconds later: what that actuator is ordered to do.
    pub fn order(&mut self, actuator_gpio: u8) -> Option<Order> {
        let orders = self.evaluate();
        let mut of_actuator = orders.iter().filter(|order| order.actuator_gpio == actuator_gpio);
        let order = of_actuator.next().map(|order| order.order);
        assert!(of_actuator.next().is_none(), "two orders for one actuator: {orders:?}");
        order
    }

    /// The DS18B20 gives that value in three evaluations: the order after the third.
    pub fn settle(&mut self, celsius: f32) -> Option<Order> {
        self.measure(4, "ds18b20", celsius);
        self.evaluate();
        self.evaluate();
        self.order(HEATER)
    }

    /// The DS18B20 gives that value: the order after the next evaluation.
    pub fn at(&mut self, celsius: f32) -> Option<Order> {
        self.measure(4, "ds18b20", celsius);
        self.order(HEATER)
    }
}
