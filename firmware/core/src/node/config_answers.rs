//! What the device says about a configuration (wire contract 5.5).

use heapless::{String, Vec};

use super::config_items::ItemFault;
use super::device::{Cx, Device};
use super::intent::{Intent, Outcome};
use super::outgoing::ANSWER;
use crate::json::Json;

/// Failures that one answer lists (5.5).
const LISTED_FAILURES: usize = 10;

pub struct Failure {
    gpio: i64,
    fault: ItemFault,
}

/// What became of one section.
#[derive(Default)]
pub struct Tally {
    pub done: usize,
    pub failed: usize,
    listed: Vec<Failure, LISTED_FAILURES>,
}

impl Tally {
    pub fn note(&mut self, item: Json<'_>, result: Result<(), ItemFault>) {
        match result {
            Ok(()) => self.done += 1,
            Err(fault) => {
                self.failed += 1;
                let gpio = item.get("gpio").or_else(|| item.get("actuator_gpio")).and_then(Json::as_i64).unwrap_or(-1);
                let _ = self.listed.push(Failure { gpio, fault });
            }
        }
    }
}

impl Device {
    /// A push that is not looked at any further; nothing has changed.
    pub fn refuse(&mut self, cx: &mut Cx<'_>, intent: &Intent, error: &str, code: &str, outcome: &str) {
        self.say_refusal(cx, intent, "system", error, "Configuration not applied");
        self.say_outcome(cx, intent, Outcome::new("config", outcome, code, "Configuration not applied"));
    }

    pub fn say_refusal(&mut self, cx: &mut Cx<'_>, intent: &Intent, kind: &str, error: &str, message: &str) {
        self.publish(cx, format_args!("config_response"), ANSWER, &|_, out| {
            out.str("status", "error");
            out.str("type", kind);
            out.uint("count", 0);
            out.str("message", message);
            out.str("error_code", error);
            if intent.is_named {
                out.str("correlation_id", &intent.correlation_id);
            }
        });
    }

    pub fn say_actuator_failure(&mut self, cx: &mut Cx<'_>, intent: &Intent, gpio: i64, fault: ItemFault) {
        self.publish(cx, format_args!("config_response"), ANSWER, &|_, out| {
            out.str("status", "error");
            out.str("type", "actuator");
            out.uint("count", 0);
            out.str("message", fault.detail);
            out.str("error_code", fault.error);
            out.object("failed_item", |item| {
                item.int("gpio", gpio);
                item.uint("error_code", u64::from(fault.code));
            });
            out.str("correlation_id", &intent.correlation_id);
        });
    }

    pub fn say_success(&mut self, cx: &mut Cx<'_>, intent: &Intent, kind: &str, count: usize, message: &str) {
        self.publish(cx, format_args!("config_response"), ANSWER, &|_, out| {
            out.str("status", "success");
            out.str("type", kind);
            out.uint("count", count as u64);
            out.str("message", message);
            out.str("correlation_id", &intent.correlation_id);
        });
    }

    /// One answer for all sensors (5.5).
    pub fn say_sensors(&mut self, cx: &mut Cx<'_>, intent: &Intent, tally: &Tally) {
        use core::fmt::Write as _;
        let mut message: String<64> = String::new();
        let _ = match tally.done + tally.failed {
            0 => message.write_str("No sensors configured"),
            _ => write!(message, "{} configured, {} failed", tally.done, tally.failed),
        };
        let status = match (tally.done, tally.failed) {
            (_, 0) => "success",
            (0, _) => "error",
            _ => "partial_success",
        };
        self.publish(cx, format_args!("config_response"), ANSWER, &|_, out| {
            out.str("status", status);
            out.str("type", "sensor");
            out.uint("count", tally.done as u64);
            out.uint("failed_count", tally.failed as u64);
            out.str("message", &message);
            if tally.failed > 0 {
                out.array("failures", |list| {
                    for failure in &tally.listed {
                        list.object(|item| {
                            item.str("type", "sensor");
                            item.int("gpio", failure.gpio);
                            item.uint("error_code", u64::from(failure.fault.code));
                            item.str("error", failure.fault.error);
                            item.str("detail", failure.fault.detail);
                        });
                    }
                });
            }
            out.str("correlation_id", &intent.correlation_id);
        });
    }
}
