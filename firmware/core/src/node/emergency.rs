//! The software stop and its clearing (wire contract 3.7). Outputs go off before anything is said about it.

use super::device::{Cx, Device};
use super::inbound::Body;
use super::intent::{Intent, Outcome, text};
use super::outgoing::{ANSWER, EVIDENCE};
use crate::config::Token;
use crate::io::LogLevel;
use crate::json::{Json, Kind};
use crate::offline::Event;

/// A clear is refused this soon after the stop, ms (3.7.1).
pub const CLEAR_AFTER_MS: u64 = 5_000;
/// Between an accepted clear and its confirmation, ms (3.7.1: "2 s pause").
pub const CLEAR_PAUSE_MS: u64 = 2_000;
/// Alerts for the device as a whole (1.20).
pub const DEVICE_WIDE: u8 = 255;

/// 6.1: MQTT_PAYLOAD_INVALID; every mismatch of a broadcast reports it.
const PAYLOAD_INVALID: u16 = 3016;
/// 6.1: an emergency message with a wrong token; it has no name.
const WRONG_TOKEN: u16 = 3500;
/// 6.1: EMERGENCY_REJECTED_NO_TOKEN.
const NO_TOKEN: u16 = 3501;
const FLOW: &str = "command";
const STOP_TEXT: &str = "Emergency stop activated";

struct Clearing {
    ends_at_ms: u64,
    intent: Intent,
}

pub struct Emergency {
    /// Counts stops; orders of before it are void (3.4).
    pub safety_epoch: u32,
    stopped_at_ms: Option<u64>,
    clearing: Option<Clearing>,
}

impl Emergency {
    pub const fn new() -> Emergency {
        Emergency { safety_epoch: 0, stopped_at_ms: None, clearing: None }
    }

    pub fn is_stopped(&self) -> bool {
        self.stopped_at_ms.is_some()
    }

    /// A stop of before the restart holds on.
    pub fn resume(&mut self) {
        self.stopped_at_ms = Some(0);
    }

    pub fn next_due(&self) -> u64 {
        self.clearing.as_ref().map_or(u64::MAX, |clearing| clearing.ends_at_ms)
    }
}

/// What a broadcast asks for, by the decision table of 3.7.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broadcast {
    Stop,
    /// Our extension.
    Drill,
    Mismatch {
        detail: &'static str,
        is_stop: bool,
    },
}

const fn mismatch(detail: &'static str, is_stop: bool) -> Broadcast {
    Broadcast::Mismatch { detail, is_stop }
}

/// The decision table of 3.7.2 for a payload that is a JSON object; types first, in the listed order, then conflict, missing, unknown.
pub fn judge_broadcast(order: Json<'_>) -> Broadcast {
    let rows: [(&str, &'static str, bool); 6] = [
        ("command", "FIELD_TYPE_COMMAND", true),
        ("action", "FIELD_TYPE_ACTION", false),
        ("auth_token", "FIELD_TYPE_AUTH_TOKEN", true),
        ("reason", "FIELD_TYPE_REASON", false),
        ("issued_by", "FIELD_TYPE_ISSUED_BY", false),
        ("timestamp", "FIELD_TYPE_TIMESTAMP", false),
    ];
    for (key, detail, is_stop) in rows {
        if order.get(key).is_some_and(|value| value.kind() != Kind::String) {
            return mismatch(detail, is_stop);
        }
    }
    let of = |key: &str| order.get(key).map(|_| text::<32>(order, key));
    let (command, action) = (of("command"), of("action"));
    if let (Some(command), Some(action)) = (&command, &action)
        && command != action
    {
        return mismatch("CONFLICTING_COMMAND_FIELDS", true);
    }
    match command.or(action).unwrap_or_default().as_str() {
        "" => mismatch("MISSING_COMMAND_FIELD", false),
        "stop_all" | "emergency_stop" => Broadcast::Stop,
        "drill" => Broadcast::Drill,
        _ => mismatch("UNKNOWN_COMMAND_VALUE", false),
    }
}

/// May a stop with this token pass?
enum Pass {
    Yes,
    WrongToken,
    NoToken,
}

impl Device {
    /// `P/actuator/emergency` (3.7.1); works in every state.
    pub fn take_emergency(&mut self, cx: &mut Cx<'_>, body: Body<'_>) {
        let order = body.object();
        let Some(order) = order else {
            let intent = Intent::read(self, None, "emergency", cx.now_ms);
            self.report_error(cx, PAYLOAD_INVALID, 2, "Emergency message cannot be read");
            self.say_outcome(cx, &intent, Outcome::new(FLOW, "failed", "EMERGENCY_PARSE_ERROR", body.fault()));
            return;
        };
        let command: heapless::String<32> = text(order, "command");
        let stored = self.keep.membership.device_token.clone();
        let pass = self.check_token(&stored, order);
        if command == "emergency_stop" && matches!(pass, Pass::Yes) {
            // Outputs first; whatever else has to be read or said comes after.
            self.stop_outputs(cx);
        }
        let intent = Intent::read(self, Some(order), "emergency", cx.now_ms);
        if !matches!(pass, Pass::Yes) {
            self.refuse_token(cx, &intent, &pass, true);
            return;
        }
        match command.as_str() {
            "emergency_stop" => {
                self.say_acknowledgement(cx, &intent, "emergency_stop", false);
                let reason = "Emergency stop executed";
                self.say_outcome(cx, &intent, Outcome::new(FLOW, "applied", "EMERGENCY_STOP_TRIGGERED", reason));
                self.tell_stopped(cx);
            }
            "clear_emergency" => self.clear(cx, intent),
            "drill" => self.say_acknowledgement(cx, &intent, "drill", true),
            _ => {
                let reason = "command must be emergency_stop or clear_emergency";
                self.say_outcome(cx, &intent, Outcome::new(FLOW, "rejected", "VALIDATION_FAIL", reason));
            }
        }
    }

    /// `kaiser/broadcast/emergency` (3.7.2). What cannot be read stops too (our extension `unparsable_stop`): a false stop is cheaper than a
    /// missed one.
    pub fn take_broadcast(&mut self, cx: &mut Cx<'_>, body: Body<'_>) {
        let Some(order) = body.object() else {
            self.stop_outputs(cx);
            let intent = Intent::read(self, None, "emergency", cx.now_ms);
            self.tell_stopped(cx);
            self.report_error(cx, PAYLOAD_INVALID, 2, "Emergency broadcast cannot be read: stopped");
            self.say_outcome(cx, &intent, Outcome::new(FLOW, "failed", "EMERGENCY_PARSE_ERROR", body.fault()));
            return;
        };
        let judged = judge_broadcast(order);
        if let Broadcast::Mismatch { detail, is_stop } = judged {
            if is_stop {
                self.stop_outputs(cx);
            }
            let intent = Intent::read(self, Some(order), "emergency", cx.now_ms);
            if is_stop {
                self.tell_stopped(cx);
            }
            self.report_error(cx, PAYLOAD_INVALID, 2, detail);
            self.say_outcome(cx, &intent, Outcome::new(FLOW, "failed", "EMERGENCY_CONTRACT_MISMATCH", detail));
            return;
        }
        let stored = self.keep.membership.broadcast_token.clone();
        let pass = self.check_token(&stored, order);
        if judged == Broadcast::Stop && matches!(pass, Pass::Yes) {
            self.stop_outputs(cx);
        }
        let intent = Intent::read(self, Some(order), "emergency", cx.now_ms);
        if !matches!(pass, Pass::Yes) {
            self.refuse_token(cx, &intent, &pass, false);
        } else if judged == Broadcast::Drill {
            self.say_acknowledgement(cx, &intent, "drill", true);
        } else {
            self.tell_stopped(cx);
            let said = Outcome::new(FLOW, "applied", "BROADCAST_EMERGENCY_STOP_TRIGGERED", "Broadcast stop executed");
            self.say_outcome(cx, &intent, said);
        }
    }

    /// All outputs off and latched, pending measurements void, offline handling reset (3.7.1). Says nothing yet.
    pub fn stop_outputs(&mut self, cx: &mut Cx<'_>) {
        self.bank.stop_all(cx.now_ms, cx.io);
        self.emergency.safety_epoch = self.emergency.safety_epoch.wrapping_add(1);
        self.emergency.stopped_at_ms = Some(cx.now_ms);
        self.emergency.clearing = None;
        self.note(cx, Event::EmergencyStop);
        self.keep_stop(cx, true);
        cx.log(LogLevel::Critical, format_args!("stop: {} outputs off", self.bank.len()));
    }

    /// State and alert of every output, and the end of the orders that the stop has voided. States first: they are the proof, and have room
    /// kept for them.
    pub fn tell_stopped(&mut self, cx: &mut Cx<'_>) {
        for gpio in self.bank.pins() {
            self.say_status(cx, gpio);
        }
        for gpio in self.bank.pins() {
            self.say_alert(cx, gpio, "emergency_stop", STOP_TEXT);
        }
        self.flush_backlog(cx);
        self.flush_measurements(cx);
    }

    /// What a refused command makes the device say again (3.7.1).
    pub fn tell_still_stopped(&mut self, cx: &mut Cx<'_>, gpio: u8) {
        self.say_alert(cx, gpio, "emergency_stop", STOP_TEXT);
        self.say_status(cx, gpio);
    }

    /// Leaves the stop at once, for `exit_safe_mode`; outputs stay off.
    pub fn leave_stop(&mut self, cx: &mut Cx<'_>) {
        self.emergency.stopped_at_ms = None;
        self.emergency.clearing = None;
        self.bank.clear_all();
        self.keep_stop(cx, false);
        self.say_all_statuses(cx);
    }

    /// Ends a clear when its pause is over. Outputs stay off.
    pub fn poll_emergency(&mut self, cx: &mut Cx<'_>) {
        if cx.now_ms < self.emergency.next_due() {
            return;
        }
        let Some(Clearing { intent, .. }) = self.emergency.clearing.take() else {
            return;
        };
        self.leave_stop(cx);
        let now_ms = cx.now_ms;
        self.publish(cx, format_args!("actuator/emergency/response"), ANSWER, &|_, out| {
            out.str("status", "emergency_cleared");
            out.uint("timestamp", now_ms);
        });
        self.publish(cx, format_args!("actuator/recovery_confirm"), ANSWER, &|device, out| {
            out.int("ts", device.timestamp(now_ms));
            out.str("esp_id", &device.id);
            out.str("correlation_id", &intent.correlation_id);
            out.str("command", "clear_emergency");
            out.str("state", "cleared");
        });
        let reason = "Emergency cleared; outputs stay off";
        self.say_outcome(cx, &intent, Outcome::new(FLOW, "applied", "EMERGENCY_CLEAR_APPLIED", reason));
    }

    fn clear(&mut self, cx: &mut Cx<'_>, intent: Intent) {
        let is_early = self.emergency.stopped_at_ms.is_some_and(|stopped| cx.now_ms < stopped + CLEAR_AFTER_MS);
        if is_early {
            let reason = "The stop is younger than 5 s";
            self.say_alert(cx, DEVICE_WIDE, "verification_failed", reason);
            self.say_emergency_error(cx, "clear_failed", reason);
            self.say_outcome(cx, &intent, Outcome::new(FLOW, "failed", "EMERGENCY_CLEAR_REJECTED", reason));
            return;
        }
        self.emergency.clearing = Some(Clearing { ends_at_ms: cx.now_ms + CLEAR_PAUSE_MS, intent });
        self.bank.begin_clear();
        self.say_all_statuses(cx);
    }

    fn check_token(&self, stored: &Token, order: Json<'_>) -> Pass {
        if stored.is_empty() {
            return if self.keep.provisioning.token_required { Pass::NoToken } else { Pass::Yes };
        }
        let is_right = order.get("auth_token").and_then(Json::text).is_some_and(|given| given == stored.as_str());
        if is_right { Pass::Yes } else { Pass::WrongToken }
    }

    fn refuse_token(&mut self, cx: &mut Cx<'_>, intent: &Intent, pass: &Pass, is_addressed: bool) {
        let is_wrong = matches!(pass, Pass::WrongToken);
        let (error, code, reason) = if is_wrong {
            (WRONG_TOKEN, "UNAUTHORIZED", "Emergency message with a wrong token")
        } else {
            self.counters.emergency_without_token = self.counters.emergency_without_token.saturating_add(1);
            (NO_TOKEN, "NO_TOKEN_CONFIGURED", "No emergency token is stored on this device: set one")
        };
        self.report_error(cx, error, 3, reason);
        if is_addressed {
            let word = if is_wrong { "unauthorized" } else { "no_token_configured" };
            self.say_emergency_error(cx, word, reason);
        }
        self.say_outcome(cx, intent, Outcome::new(FLOW, "rejected", code, reason));
    }

    fn say_emergency_error(&mut self, cx: &mut Cx<'_>, error: &str, message: &str) {
        self.publish(cx, format_args!("actuator/emergency/error"), ANSWER, &|_, out| {
            out.str("error", error);
            out.str("message", message);
        });
    }

    fn say_acknowledgement(&mut self, cx: &mut Cx<'_>, intent: &Intent, command: &str, is_drill: bool) {
        let now_ms = cx.now_ms;
        self.publish(cx, format_args!("actuator/emergency/ack"), EVIDENCE, &|device, out| {
            out.int("ts", device.timestamp(now_ms));
            out.str("esp_id", &device.id);
            out.str("correlation_id", &intent.correlation_id);
            out.str("command", command);
            if is_drill {
                out.bool("drill", true);
            }
            out.uint("gpio_count", device.bank.len() as u64);
            out.str("outcome", "executed");
        });
    }
}
