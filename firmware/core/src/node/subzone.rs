//! Subzones: groups of this device's pins (wire contract 1.28 to 1.31, 4.4).

use heapless::Vec;

use super::device::{Cx, Device};
use super::inbound::Body;
use super::intent::{Intent, text};
use super::outgoing::ANSWER;
use crate::config::{MAX_SUBZONE_PINS, Subzone, ZoneId};
use crate::io::Drive;
use crate::json::{Json, Kind};

/// 6.1: SUBZONE_CONFIG_SAVE_FAILED, the code of every refused assignment.
const ASSIGN_FAILED: u16 = 2506;

/// What an answer to a subzone order says.
enum Answer {
    Done(&'static str),
    Code(u16, &'static str),
    Reason(&'static str, &'static str),
}

impl Device {
    /// `P/subzone/assign`; the same id may be assigned again.
    pub fn take_subzone_assign(&mut self, cx: &mut Cx<'_>, body: Body<'_>) {
        let intent = Intent::read(self, body.object(), "subz", cx.now_ms);
        let Some(order) = body.object() else {
            return self.say_unreadable(cx, &intent, body);
        };
        let id: ZoneId = text(order, "subzone_id");
        let answer = match self.assign_subzone(order) {
            Ok(subzone) => match self.store_subzone(cx, subzone) {
                true => Answer::Done("subzone_assigned"),
                false => Answer::Code(ASSIGN_FAILED, "NVS save failed"),
            },
            Err(message) => Answer::Code(ASSIGN_FAILED, message),
        };
        self.say_subzone(cx, &intent, &id, &answer);
    }

    fn assign_subzone(&self, order: Json<'_>) -> Result<Subzone, &'static str> {
        let id = order.get("subzone_id").and_then(Json::text).filter(|id| !id.is_empty() && id.fits::<32>());
        let id: ZoneId = id.ok_or("subzone_id is required")?.to_string();
        let membership = &self.keep.membership;
        if membership.zone.id.is_empty() {
            return Err("ESP zone not assigned");
        }
        let parent: ZoneId = text(order, "parent_zone_id");
        if !parent.is_empty() && parent != membership.zone.id {
            return Err("parent_zone_id mismatch");
        }
        let list = order.get("assigned_gpios").filter(|list| list.kind() == Kind::Array);
        let list = list.ok_or("subzone config validation failed")?;
        let mut pins: Vec<u8, MAX_SUBZONE_PINS> = Vec::new();
        for item in list.items() {
            let pin = item.as_i64().and_then(|pin| u8::try_from(pin).ok()).ok_or("subzone config validation failed")?;
            if !self.is_free_for_subzone(&id, pin) {
                return Err("GPIO assignment failed");
            }
            if !pins.contains(&pin) {
                pins.push(pin).map_err(|_| "subzone config validation failed")?;
            }
        }
        let is_new = membership.subzones.iter().all(|subzone| subzone.id != id);
        if pins.is_empty() || (is_new && membership.subzones.is_full()) {
            return Err("subzone config validation failed");
        }
        Ok(Subzone {
            id,
            name: text(order, "subzone_name"),
            parent: membership.zone.id.clone(),
            pins,
            safe_mode: order.get("safe_mode_active").and_then(Json::as_bool).unwrap_or(true),
            created_at: order
                .get("timestamp")
                .and_then(Json::as_i64)
                .and_then(|at| u64::try_from(at).ok())
                .unwrap_or(0),
        })
    }

    fn is_free_for_subzone(&self, id: &ZoneId, pin: u8) -> bool {
        let mut others = self.keep.membership.subzones.iter().filter(|subzone| subzone.id != *id);
        self.board.is_usable(pin) && others.all(|subzone| !subzone.pins.contains(&pin))
    }

    fn store_subzone(&mut self, cx: &mut Cx<'_>, subzone: Subzone) -> bool {
        let subzones = &mut self.keep.membership.subzones;
        let id = subzone.id.clone();
        match subzones.iter_mut().find(|known| known.id == id) {
            Some(known) => *known = subzone,
            None => {
                if subzones.push(subzone).is_err() {
                    return false;
                }
            }
        }
        self.release_free_pins(cx, &id);
        self.keep_membership(cx)
    }

    /// `P/subzone/remove`.
    pub fn take_subzone_remove(&mut self, cx: &mut Cx<'_>, body: Body<'_>) {
        let intent = Intent::read(self, body.object(), "subz", cx.now_ms);
        let Some(order) = body.object() else {
            return self.say_unreadable(cx, &intent, body);
        };
        let id: ZoneId = text(order, "subzone_id");
        let subzones = &mut self.keep.membership.subzones;
        let before = subzones.len();
        subzones.retain(|subzone| subzone.id != id);
        let answer = if id.is_empty() {
            Answer::Reason("VALIDATION_ERROR", "subzone_id is required")
        } else if subzones.len() == before {
            Answer::Reason("SUBZONE_NOT_FOUND", "Subzone not found")
        } else if self.keep_membership(cx) {
            Answer::Done("subzone_removed")
        } else {
            Answer::Code(ASSIGN_FAILED, "NVS save failed")
        };
        self.say_subzone(cx, &intent, &id, &answer);
    }

    /// `P/subzone/safe`: no answer when it works (1.30), and pins of actuators are never touched.
    pub fn take_subzone_safe(&mut self, cx: &mut Cx<'_>, body: Body<'_>) {
        let intent = Intent::read(self, body.object(), "subz", cx.now_ms);
        let Some(order) = body.object() else {
            return self.say_unreadable(cx, &intent, body);
        };
        let id: ZoneId = text(order, "subzone_id");
        let action: heapless::String<16> = text(order, "action");
        let is_asked = order.get("safe_mode").and_then(Json::as_bool);
        let is_known_action = action == "enable" || action == "disable" || (action.is_empty() && is_asked.is_some());
        let found = self.keep.membership.subzones.iter_mut().find(|subzone| subzone.id == id);
        let answer = match found {
            _ if id.is_empty() || !is_known_action => {
                Answer::Reason("VALIDATION_ERROR", "action must be enable or disable")
            }
            None => Answer::Reason("SUBZONE_NOT_FOUND", "Subzone not found"),
            Some(subzone) => {
                subzone.safe_mode = action == "enable" || is_asked == Some(true);
                self.release_free_pins(cx, &id);
                if self.keep_membership(cx) {
                    return;
                }
                Answer::Code(ASSIGN_FAILED, "NVS save failed")
            }
        };
        self.say_subzone(cx, &intent, &id, &answer);
    }

    /// In safe mode, pins of the subzone that no actuator and no sensor owns become inputs with pull-up (4.4).
    pub fn release_free_pins(&mut self, cx: &mut Cx<'_>, id: &ZoneId) {
        let found = self.keep.membership.subzones.iter().find(|subzone| subzone.id == *id && subzone.safe_mode);
        let Some(subzone) = found else { return };
        for &pin in &subzone.pins {
            if !self.bank.uses_pin(pin) && self.keep.configuration.sensors.iter().all(|sensor| sensor.gpio != pin) {
                cx.io.drive(pin, Drive::Release);
            }
        }
    }

    fn say_unreadable(&mut self, cx: &mut Cx<'_>, intent: &Intent, body: Body<'_>) {
        self.say_subzone(cx, intent, &ZoneId::new(), &Answer::Reason("JSON_PARSE_ERROR", body.fault()));
    }

    fn say_subzone(&mut self, cx: &mut Cx<'_>, intent: &Intent, id: &ZoneId, answer: &Answer) {
        let now_ms = cx.now_ms;
        self.publish(cx, format_args!("subzone/ack"), ANSWER, &|device, out| {
            out.str("esp_id", &device.id);
            match answer {
                Answer::Done(status) => {
                    out.str("status", status);
                }
                Answer::Code(code, message) => {
                    out.str("status", "error");
                    out.uint("error_code", u64::from(*code));
                    out.str("message", message);
                }
                Answer::Reason(code, message) => {
                    out.str("status", "error");
                    out.str("reason_code", code);
                    out.str("message", message);
                }
            }
            out.str("subzone_id", if id.is_empty() { "unknown" } else { id });
            out.int("timestamp", device.timestamp(now_ms));
            out.str("correlation_id", &intent.correlation_id);
        });
    }
}
