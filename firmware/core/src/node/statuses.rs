//! What the device says about its outputs: status, alert and answer (wire contract 1.18 to 1.20).

use super::device::{Cx, Device};
use super::intent::Intent;
use super::outgoing::{ANSWER, EVIDENCE, Way};

/// Between two reports of an unchanged output, ms (1.19).
pub const STATUS_INTERVAL_MS: u64 = 30_000;

/// The answer to one actuator order; `value` as it was given.
pub struct Answer<'a> {
    pub gpio: u8,
    pub command: &'a str,
    pub value: f64,
    pub duration_s: u32,
    pub is_success: bool,
    pub message: &'a str,
    pub issued_by: &'a str,
}

impl Device {
    /// The state after an event is never shed.
    pub fn say_status(&mut self, cx: &mut Cx<'_>, gpio: u8) {
        let way = if self.emergency.is_stopped() { EVIDENCE } else { ANSWER };
        self.say_status_when(cx, gpio, way);
    }

    pub fn say_status_when(&mut self, cx: &mut Cx<'_>, gpio: u8, way: Way) {
        let now_ms = cx.now_ms;
        self.publish(cx, format_args!("actuator/{gpio}/status"), way, &|device, out| {
            let Some(status) = device.bank.status(gpio, now_ms) else {
                return;
            };
            out.str("esp_id", &device.id);
            out.str("zone_id", &device.keep.membership.zone.id);
            out.str("subzone_id", device.subzone_of_actuator(gpio));
            out.int("ts", device.timestamp(now_ms));
            out.uint("gpio", u64::from(gpio));
            out.str("type", status.kind);
            out.bool("state", status.on);
            out.uint("pwm", u64::from(status.pwm));
            out.uint("runtime_ms", status.runtime_ms);
            out.str("emergency", status.emergency);
            out.str("command_source", status.source);
        });
    }

    pub fn say_all_statuses(&mut self, cx: &mut Cx<'_>) {
        self.schedule.statuses_at_ms = cx.now_ms + STATUS_INTERVAL_MS;
        for gpio in self.bank.pins() {
            self.say_status(cx, gpio);
        }
    }

    pub fn say_alert(&mut self, cx: &mut Cx<'_>, gpio: u8, kind: &str, message: &str) {
        let now_ms = cx.now_ms;
        self.publish(cx, format_args!("actuator/{gpio}/alert"), ANSWER, &|device, out| {
            out.str("esp_id", &device.id);
            out.str("zone_id", &device.keep.membership.zone.id);
            out.int("ts", device.timestamp(now_ms));
            out.uint("gpio", u64::from(gpio));
            out.str("alert_type", kind);
            out.str("message", message);
        });
    }

    pub fn say_answer(&mut self, cx: &mut Cx<'_>, intent: &Intent, answer: &Answer<'_>) {
        let now_ms = cx.now_ms;
        self.publish(cx, format_args!("actuator/{}/response", answer.gpio), ANSWER, &|device, out| {
            out.str("esp_id", &device.id);
            out.str("zone_id", &device.keep.membership.zone.id);
            out.int("ts", device.timestamp(now_ms));
            out.uint("gpio", u64::from(answer.gpio));
            out.str("command", answer.command);
            out.float("value", answer.value, 3);
            out.uint("duration", u64::from(answer.duration_s));
            out.bool("success", answer.is_success);
            out.str("message", answer.message);
            if intent.is_named {
                out.str("correlation_id", &intent.correlation_id);
            }
            if !answer.issued_by.is_empty() {
                out.str("issued_by", answer.issued_by);
            }
        });
    }

    /// The subzone that holds the pin, else the one that the configuration names.
    pub fn subzone_of_actuator(&self, gpio: u8) -> &str {
        let configured = self.keep.configuration.actuators.iter().find(|item| item.gpio == gpio);
        self.subzone_of_pin(gpio).unwrap_or(configured.map_or("", |item| item.subzone.as_str()))
    }

    pub fn subzone_of_pin(&self, gpio: u8) -> Option<&str> {
        let subzones = &self.keep.membership.subzones;
        subzones.iter().find(|subzone| subzone.pins.contains(&gpio)).map(|subzone| subzone.id.as_str())
    }
}
