//! What comes in: which topic it is, whether it can be read, and who takes it.

use super::device::{Cx, Device};
use crate::config::Provisioning;
use crate::io::LogLevel;
use crate::json::Json;
use crate::mqtt::Payload;

/// The broadcast stop (1.23).
pub const BROADCAST: &str = "kaiser/broadcast/emergency";
/// The device's own subscriptions, in the order of stock firmware (1.0); then the broadcast and the controller's state.
pub const OWN_SUBSCRIPTIONS: [(&str, u8); 10] = [
    ("system/heartbeat/ack", 1),
    ("config", 2),
    ("system/command", 2),
    ("actuator/+/command", 2),
    ("actuator/emergency", 1),
    ("zone/assign", 1),
    ("subzone/assign", 1),
    ("subzone/remove", 1),
    ("subzone/safe", 1),
    ("sensor/+/command", 2),
];
/// Config payloads from this size on are refused (5.1).
pub const CONFIG_LIMIT_BYTES: usize = 4352;

/// A payload: read as JSON, or the reason why it cannot be.
#[derive(Clone, Copy)]
pub enum Body<'a> {
    Object(Json<'a>),
    NotJson,
    NotAnObject,
    TooLarge,
}

impl<'a> Body<'a> {
    pub fn of(payload: Payload<'a>, limit_bytes: usize) -> Body<'a> {
        let Payload::Whole(bytes) = payload else {
            return Body::TooLarge;
        };
        if bytes.len() >= limit_bytes {
            return Body::TooLarge;
        }
        match Json::parse(bytes) {
            Ok(json) if json.kind() == crate::json::Kind::Object => Body::Object(json),
            Ok(_) => Body::NotAnObject,
            Err(_) => Body::NotJson,
        }
    }

    pub fn object(self) -> Option<Json<'a>> {
        if let Body::Object(json) = self { Some(json) } else { None }
    }

    /// Why it cannot be read, as a sentence.
    pub fn fault(self) -> &'static str {
        match self {
            Body::Object(_) => "",
            Body::NotJson => "Payload is not JSON",
            Body::NotAnObject => "Payload is not a JSON object",
            Body::TooLarge => "Payload is too large",
        }
    }

    /// The code for it; `unreadable` is the room's own word for broken JSON.
    pub fn fault_code(self, unreadable: &'static str) -> &'static str {
        if matches!(self, Body::TooLarge) { "PAYLOAD_TOO_LARGE" } else { unreadable }
    }
}

/// `"18"` of `"actuator/18/command"` as a pin number.
fn pin_between(path: &str, before: &str, after: &str) -> Option<u8> {
    path.strip_prefix(before)?.strip_suffix(after)?.parse().ok()
}

impl Device {
    /// One message of the broker. Empty payloads are ignored: they clear a retained message (0.4).
    pub fn take_message(&mut self, cx: &mut Cx<'_>, topic: &str, payload: Payload<'_>) {
        let is_empty = matches!(payload, Payload::Whole(bytes) if bytes.is_empty());
        if topic == BROADCAST {
            if !is_empty {
                self.take_broadcast(cx, Body::of(payload, usize::MAX));
            }
            return;
        }
        let own = topic.strip_prefix("kaiser/").and_then(|rest| rest.strip_prefix(self.kaiser.as_str()));
        let Some(rest) = own.and_then(|rest| rest.strip_prefix('/')) else {
            self.counters.unknown_topics = self.counters.unknown_topics.saturating_add(1);
            return;
        };
        if is_empty {
            return;
        }
        if rest == "server/status" {
            self.take_server_status(cx, Body::of(payload, usize::MAX));
            return;
        }
        let path = rest.strip_prefix("esp/").and_then(|rest| rest.strip_prefix(self.id.as_str()));
        match path.and_then(|path| path.strip_prefix('/')) {
            Some(path) => self.take_own(cx, path, payload),
            None => self.counters.unknown_topics = self.counters.unknown_topics.saturating_add(1),
        }
    }

    fn take_own(&mut self, cx: &mut Cx<'_>, path: &str, payload: Payload<'_>) {
        let limit_bytes = if path == "config" { CONFIG_LIMIT_BYTES } else { usize::MAX };
        let body = Body::of(payload, limit_bytes);
        if body.object().is_none() {
            self.counters.malformed_in = self.counters.malformed_in.saturating_add(1);
            cx.log(LogLevel::Warning, format_args!("{path}: {}", body.fault()));
        }
        if let Some(gpio) = pin_between(path, "actuator/", "/command") {
            return self.take_command(cx, gpio, body);
        }
        if let Some(gpio) = pin_between(path, "sensor/", "/command") {
            return self.take_measure(cx, gpio, body);
        }
        match path {
            "system/heartbeat/ack" => self.take_acknowledgement(cx, body),
            "actuator/emergency" => self.take_emergency(cx, body),
            "config" => self.take_config(cx, body, payload),
            "system/command" => self.take_system(cx, body),
            "zone/assign" => self.take_zone(cx, body),
            "subzone/assign" => self.take_subzone_assign(cx, body),
            "subzone/remove" => self.take_subzone_remove(cx, body),
            "subzone/safe" => self.take_subzone_safe(cx, body),
            _ => self.take_unknown(cx, path),
        }
    }

    /// A topic of the subscriptions whose pin is no number: the sender has to hear of it.
    fn take_unknown(&mut self, cx: &mut Cx<'_>, path: &str) {
        self.counters.unknown_topics = self.counters.unknown_topics.saturating_add(1);
        let intent = super::intent::Intent::read(self, None, "act", cx.now_ms);
        let reason = "The topic names no pin of this device";
        cx.log(LogLevel::Warning, format_args!("unknown topic {path}"));
        self.say_outcome(cx, &intent, super::intent::Outcome::new("command", "rejected", "INVALID_TOPIC", reason));
    }

    /// Takes a new way to the broker or a new identity; connects anew when something changed. False: it could not be stored.
    pub fn take_provisioning(&mut self, cx: &mut Cx<'_>, provisioning: &Provisioning) -> bool {
        if self.keep.provisioning == *provisioning {
            return true;
        }
        let has_new_wifi = self.keep.provisioning.ssid != provisioning.ssid
            || self.keep.provisioning.wifi_password != provisioning.wifi_password;
        self.keep.provisioning = provisioning.clone();
        let is_stored = self.keep_provisioning(cx);
        if has_new_wifi {
            self.wifi_version = self.wifi_version.wrapping_add(1);
        }
        self.is_reconnect_due = true;
        is_stored
    }
}
