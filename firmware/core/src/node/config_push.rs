//! The configuration push (wire contract 5): envelope, generations, sections in order, and an answer for each.

use heapless::Vec;

use super::admission::{Admission, OrderKind};
use super::config_answers::Tally;
use super::config_items::{ItemFault, Wanted, actuator, conflict, invalid, is_same_sensor, rule, sensor};
use super::device::{Cx, Device, SystemState};
use super::inbound::Body;
use super::intent::{Intent, Outcome};
use super::outgoing::ANSWER;
use crate::actuator::Pins;
use crate::board::I2C_CONVENTION;
use crate::config::{MAX_RULES, SensorConfig};
use crate::json::{Json, Kind};
use crate::mqtt::Payload;
use crate::offline::RuleStates;
use crate::sensor::one_wire::{NO_ROM, is_rom_crc_valid};
use crate::sensor::{Interface, interface, is_address_possible};

const FLOW: &str = "config";
/// 6.1: ONEWIRE_INVALID_ROM_CRC.
const ROM_CRC: u16 = 1025;

/// A section whose generation has been applied already (5.6).
const STALE: [(&str, &str, &str); 3] = [
    ("sensors", "sensor", "STALE_SENSOR_SCOPE"),
    ("actuators", "actuator", "STALE_ACTUATOR_SCOPE"),
    ("offline_rules", "system", "STALE_OFFLINE_SCOPE"),
];

impl Device {
    /// `P/config`.
    pub fn take_config(&mut self, cx: &mut Cx<'_>, body: Body<'_>, payload: Payload<'_>) {
        // A text that is refused for its size alone may still say whose it is.
        let whole = body.object().or_else(|| Body::of(payload, usize::MAX).object());
        let intent = Intent::read(self, whole, "cfg", cx.now_ms);
        if whole.is_some() && !has_correlation(whole) {
            self.refuse(cx, &intent, "CONTRACT_MISSING_CORRELATION", "CONTRACT_CORRELATION_MISSING", "failed");
            return;
        }
        let Some(order) = body.object() else {
            let code = body.fault_code("JSON_PARSE_ERROR");
            self.refuse(cx, &intent, code, code, "failed");
            return;
        };
        match self.admit(OrderKind::Config) {
            Admission::Refused { code, .. } => self.refuse(cx, &intent, code, code, "rejected"),
            Admission::Accepted(code) => {
                self.say_outcome(cx, &intent, Outcome::new(FLOW, "accepted", code, "Configuration accepted"));
                self.apply_config(cx, &intent, order);
            }
        }
    }

    /// Carries out a configuration that has passed the envelope; also for one that comes over the serial line.
    /// The whole in a word and a sentence, as `config_response` would say it.
    pub fn apply_config(&mut self, cx: &mut Cx<'_>, intent: &Intent, order: Json<'_>) -> (&'static str, &'static str) {
        let stale = self.stale_sections(intent.generation, order);
        let present = STALE.iter().filter(|(key, ..)| order.get(key).is_some()).count();
        if present > 0 && stale.iter().filter(|is_stale| **is_stale).count() == present {
            self.refuse(cx, intent, "STALE_SCOPE", "STALE_SCOPE", "rejected");
            return ("error", "This generation has been applied already");
        }
        let mut are_all_well = true;
        for ((key, kind, code), is_stale) in STALE.iter().zip(stale) {
            let Some(section) = order.get(key) else {
                continue;
            };
            if is_stale {
                self.say_refusal(cx, intent, kind, code, "This generation has been applied already");
                are_all_well = false;
                continue;
            }
            are_all_well &= match *key {
                "sensors" => self.apply_sensors(cx, intent, section),
                "actuators" => self.apply_actuators(cx, intent, section),
                _ => self.apply_rules(cx, intent, section),
            };
        }
        if !self.keep_configuration(cx) {
            self.refuse(cx, intent, "COMMIT_FAILED", "COMMIT_FAILED", "failed");
            return ("error", "The flash could not be written");
        }
        self.say_outcome(cx, intent, Outcome::new(FLOW, "persisted", "NONE", "Configuration stored"));
        self.leave_config_pending(cx, "config_commit");
        self.schedule.force_heartbeat(cx.now_ms);
        if are_all_well { ("success", "Configuration stored") } else { ("partial_success", "Some items were refused") }
    }

    fn stale_sections(&self, generation: u64, order: Json<'_>) -> [bool; 3] {
        let configuration = &self.keep.configuration;
        let applied =
            [configuration.sensor_generation, configuration.actuator_generation, configuration.rule_generation];
        let mut stale = [false; 3];
        for ((flag, (key, ..)), applied) in stale.iter_mut().zip(STALE).zip(applied) {
            *flag = generation > 0 && generation <= applied && order.get(key).is_some();
        }
        stale
    }

    /// Each of the three: false when something of it was refused.
    fn apply_sensors(&mut self, cx: &mut Cx<'_>, intent: &Intent, section: Json<'_>) -> bool {
        if section.kind() != Kind::Array {
            self.say_refusal(cx, intent, "sensor", "MISSING_FIELD", "sensors is not an array");
            return false;
        }
        let mut tally = Tally::default();
        for item in section.items() {
            let result = sensor(item).and_then(|wanted| self.apply_sensor(cx, wanted));
            tally.note(item, result);
        }
        self.keep.configuration.sensor_generation = self.keep.configuration.sensor_generation.max(intent.generation);
        self.renew_sensing(cx.now_ms);
        self.say_sensors(cx, intent, &tally);
        tally.failed == 0
    }

    fn apply_sensor(&mut self, cx: &mut Cx<'_>, wanted: Wanted<SensorConfig>) -> Result<(), ItemFault> {
        let wanted = match wanted {
            Wanted::Set(config) => config,
            Wanted::Remove(config) => {
                self.keep.configuration.sensors.retain(|known| !is_same_sensor(known, &config));
                return Ok(());
            }
        };
        self.check_sensor_pin(&wanted)?;
        if wanted.rom != NO_ROM && !is_rom_crc_valid(&wanted.rom) {
            // Taken all the same: there are probes with addresses that Maxim never gave out.
            self.report_error(cx, ROM_CRC, 1, "The checksum of onewire_address is wrong");
        }
        let sensors = &mut self.keep.configuration.sensors;
        let is_rom_taken = wanted.rom != NO_ROM
            && sensors.iter().any(|known| known.rom == wanted.rom && !is_same_sensor(known, &wanted));
        if is_rom_taken {
            return Err(ItemFault { code: 1029, ..invalid("ROM already configured") });
        }
        if let Some(known) = sensors.iter_mut().find(|known| is_same_sensor(known, &wanted)) {
            *known = wanted;
            return Ok(());
        }
        if sensors.len() >= self.board.max_sensors {
            return Err(invalid("No more sensors on this board"));
        }
        sensors.push(wanted).map_err(|_| invalid("No more sensors on this board"))
    }

    /// 8.5: where a sensor may sit. Pins of the I2C bus are free for others until a sensor uses the bus.
    fn check_sensor_pin(&self, wanted: &SensorConfig) -> Result<(), ItemFault> {
        let wants = interface(&wanted.kind);
        let sensors = &self.keep.configuration.sensors;
        let is_i2c = |sensor: &SensorConfig| matches!(interface(&sensor.kind), Interface::I2c { .. });
        if !is_address_possible(&wanted.kind, wanted.i2c_address) {
            return Err(invalid("This sensor cannot have that I2C address"));
        }
        if matches!(wants, Interface::I2c { .. }) {
            if wanted.gpio != I2C_CONVENTION && !self.board.is_usable(wanted.gpio) {
                return Err(conflict("GPIO not usable on this board"));
            }
            let is_bus_taken = sensors.iter().any(|other| !is_i2c(other) && self.board.is_i2c(other.gpio))
                || self.bank.uses_pin(self.board.sda)
                || self.bank.uses_pin(self.board.scl);
            return if is_bus_taken { Err(conflict("A pin of the I2C bus is in use")) } else { Ok(()) };
        }
        if !self.board.is_usable(wanted.gpio) {
            return Err(conflict("GPIO not usable on this board"));
        }
        if self.bank.uses_pin(wanted.gpio) {
            return Err(conflict("GPIO belongs to an actuator"));
        }
        if self.board.is_i2c(wanted.gpio) && sensors.iter().any(is_i2c) {
            return Err(conflict("GPIO belongs to the I2C bus"));
        }
        let shares_bus =
            |other: &SensorConfig| wants == Interface::OneWire && interface(&other.kind) == Interface::OneWire;
        let others = sensors.iter().filter(|other| other.gpio == wanted.gpio && !is_i2c(other));
        for other in others {
            if !is_same_sensor(other, wanted) && !shares_bus(other) {
                return Err(conflict("GPIO belongs to another sensor"));
            }
        }
        Ok(())
    }

    fn apply_actuators(&mut self, cx: &mut Cx<'_>, intent: &Intent, section: Json<'_>) -> bool {
        if section.kind() != Kind::Array {
            self.say_refusal(cx, intent, "actuator", "MISSING_FIELD", "actuators is not an array");
            return false;
        }
        let mut done = 0usize;
        let mut has_failed = false;
        for item in section.items() {
            match self.apply_actuator(cx, item) {
                Ok(()) => done += 1,
                Err(fault) => {
                    has_failed = true;
                    let gpio = item.get("gpio").and_then(Json::as_i64).unwrap_or(-1);
                    self.say_actuator_failure(cx, intent, gpio, fault);
                }
            }
        }
        self.keep.configuration.actuator_generation =
            self.keep.configuration.actuator_generation.max(intent.generation);
        if !has_failed {
            let message = if done == 0 { "No actuators configured" } else { "Actuators configured" };
            self.say_success(cx, intent, "actuator", done, message);
        }
        self.say_all_statuses(cx);
        !has_failed
    }

    fn apply_actuator(&mut self, cx: &mut Cx<'_>, item: Json<'_>) -> Result<(), ItemFault> {
        let wanted = match actuator(item, self.board)? {
            Wanted::Set(config) => config,
            Wanted::Remove(config) => {
                self.bank.remove(config.gpio, cx.now_ms, cx.io);
                self.keep.configuration.actuators.retain(|known| known.gpio != config.gpio);
                return Ok(());
            }
        };
        let sensors = &self.keep.configuration.sensors;
        let is_taken = |gpio: u8| sensors.iter().any(|sensor| sensor.gpio == gpio && sensor.gpio != I2C_CONVENTION);
        let pins = Pins { board: self.board, is_used_elsewhere: &is_taken };
        if self.state == SystemState::SafeMode {
            self.bank.check(&wanted, &pins).map_err(ItemFault::from)?; // outputs stay released until the next start
        } else {
            self.bank.configure(wanted.clone(), &pins, cx.now_ms, cx.io).map_err(ItemFault::from)?;
        }
        let actuators = &mut self.keep.configuration.actuators;
        match actuators.iter_mut().find(|known| known.gpio == wanted.gpio) {
            Some(known) => *known = wanted,
            None => actuators.push(wanted).map_err(|_| invalid("No more actuators on this board"))?,
        }
        Ok(())
    }

    fn apply_rules(&mut self, cx: &mut Cx<'_>, intent: &Intent, section: Json<'_>) -> bool {
        if section.kind() != Kind::Array {
            self.say_refusal(cx, intent, "system", "MISSING_FIELD", "offline_rules is not an array");
            return false;
        }
        let mut rules = Vec::new();
        let mut refused: Option<ItemFault> = None;
        for item in section.items() {
            match rule(item) {
                Ok(rule) if rules.len() < MAX_RULES => {
                    let _ = rules.push(rule);
                }
                Ok(_) => refused = refused.or(Some(invalid("More than 8 offline rules"))),
                Err(fault) => refused = refused.or(Some(fault)),
            }
        }
        self.keep.configuration.rules = rules;
        self.keep.configuration.rule_generation = self.keep.configuration.rule_generation.max(intent.generation);
        self.autonomy.states = RuleStates::of(&self.keep.configuration.rules);
        if let Some(fault) = refused {
            self.say_refusal(cx, intent, "system", fault.error, fault.detail);
        }
        refused.is_none()
    }

    /// The device waits for a complete configuration no longer (1.11).
    pub fn leave_config_pending(&mut self, cx: &mut Cx<'_>, trigger: &str) {
        if self.state != SystemState::ConfigPending {
            return;
        }
        self.state = self.state_after_boot();
        self.say_lifecycle(cx, "exited_config_pending", trigger, "CONFIG_PENDING_EXIT_READY");
    }

    pub fn say_lifecycle_if_pending(&mut self, cx: &mut Cx<'_>) {
        if self.state == SystemState::ConfigPending {
            self.say_lifecycle(cx, "entered_config_pending", "boot", "CONFIG_PENDING_EXIT_NOT_READY");
        }
    }

    fn say_lifecycle(&mut self, cx: &mut Cx<'_>, event: &str, trigger: &str, decision: &str) {
        let now_ms = cx.now_ms;
        let (before, after) = if event == "entered_config_pending" {
            (SystemState::Boot, SystemState::ConfigPending)
        } else {
            (SystemState::ConfigPending, self.state)
        };
        self.publish(cx, format_args!("system/intent_outcome/lifecycle"), ANSWER, &|device, out| {
            let configuration = &device.keep.configuration;
            out.str("event_type", event);
            out.str("reason_code", decision);
            out.str("trigger_source", trigger);
            out.str("esp_id", &device.id);
            out.str("state_before", before.name());
            out.str("state_after", after.name());
            out.uint("sensor_count", configuration.sensors.len() as u64);
            out.uint("actuator_count", configuration.actuators.len() as u64);
            out.uint("offline_rule_count", configuration.rules.len() as u64);
            out.str("readiness_decision", decision);
            out.int("ts", device.timestamp(now_ms));
            out.str("boot_sequence_id", &device.boot_sequence_id());
            out.str("schema", "config_pending_lifecycle_v1");
        });
    }
}

/// The sender gave an id at the top level or under `data` (5.1); an intent id alone is not one.
fn has_correlation(order: Option<Json<'_>>) -> bool {
    let id = order.and_then(|order| super::intent::member(order, "correlation_id")).and_then(Json::text);
    id.is_some_and(|id| !id.is_empty())
}
