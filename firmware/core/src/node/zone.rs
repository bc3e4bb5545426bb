//! Zone assignment and removal (wire contract 1.26, 1.27, 4.4).

use super::device::{Cx, Device};
use super::inbound::Body;
use super::intent::Intent;
use super::outgoing::ANSWER;
use crate::config::{KaiserId, Zone};
use crate::json::{Json, Kind};

/// The controller of a device that is told none (1.26).
pub const DEFAULT_KAISER: &str = "god";
const INVALID: &str = "Zone validation failed";
const NOT_SAVED: &str = "Failed to save zone config";

/// A zone order that can be carried out.
struct Assignment {
    zone: Zone,
    /// `None`: the order names none, the present one stays.
    kaiser: Option<KaiserId>,
}

/// 1.26: letters, digits, `_` and `-`.
fn is_zone_id(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// 0.3: what every parser of the contract accepts.
fn is_kaiser_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A string that must fit; a missing one is empty, another type or a longer text is a fault.
fn bounded<const N: usize>(order: Json<'_>, key: &str) -> Option<heapless::String<N>> {
    let Some(value) = order.get(key) else {
        return Some(heapless::String::new());
    };
    if value.kind() == Kind::Null {
        return Some(heapless::String::new());
    }
    value.text().filter(|text| text.fits::<N>()).map(|text| text.to_string::<N>())
}

fn read(order: Json<'_>) -> Option<Assignment> {
    order.get("zone_id")?.text()?;
    let zone = Zone {
        id: bounded(order, "zone_id")?,
        master: bounded(order, "master_zone_id")?,
        name: bounded(order, "zone_name")?,
    };
    if !is_zone_id(&zone.id) || !is_zone_id(&zone.master) {
        return None;
    }
    let kaiser = match order.get("kaiser_id") {
        None => None,
        Some(_) => {
            let named: KaiserId = bounded(order, "kaiser_id")?;
            let kaiser = if named.is_empty() { KaiserId::try_from(DEFAULT_KAISER).ok()? } else { named };
            Some(kaiser).filter(|kaiser| is_kaiser_id(kaiser))
        }
    };
    if order.get("kaiser_id").is_some() && kaiser.is_none() {
        return None;
    }
    Some(Assignment { zone, kaiser })
}

impl Device {
    /// `P/zone/assign`; an empty zone id removes the device from its zone.
    pub fn take_zone(&mut self, cx: &mut Cx<'_>, body: Body<'_>) {
        let intent = Intent::read(self, body.object(), "zone", cx.now_ms);
        let Some(order) = body.object() else {
            self.say_zone_error(cx, &intent, body.fault(), Some("JSON_PARSE_ERROR"));
            return;
        };
        let Some(assignment) = read(order) else {
            self.say_zone_error(cx, &intent, INVALID, None);
            return;
        };
        let is_removal = assignment.zone.id.is_empty();
        if is_removal || assignment.zone.id != self.keep.membership.zone.id {
            // Subzones belong to the zone (4.1, 4.4): with a removal they go; with another zone they go along.
            if is_removal {
                self.keep.membership.subzones.clear();
            }
            for subzone in &mut self.keep.membership.subzones {
                subzone.parent = assignment.zone.id.clone();
            }
        }
        self.keep.membership.zone = assignment.zone;
        if !self.keep_membership(cx) {
            self.say_zone_error(cx, &intent, NOT_SAVED, None);
            return;
        }
        self.say_zone_done(cx, &intent, if is_removal { "zone_removed" } else { "zone_assigned" });
        if let Some(kaiser) = assignment.kaiser.filter(|kaiser| *kaiser != self.kaiser) {
            self.keep.provisioning.kaiser = kaiser;
            self.keep_provisioning(cx);
            self.is_reconnect_due = true; // other topics and another will: complete only with a new session (4.4)
        }
        self.schedule.force_heartbeat(cx.now_ms);
    }

    fn say_zone_done(&mut self, cx: &mut Cx<'_>, intent: &Intent, status: &str) {
        let now_ms = cx.now_ms;
        self.publish(cx, format_args!("zone/ack"), ANSWER, &|device, out| {
            let zone = &device.keep.membership.zone;
            out.str("esp_id", &device.id);
            out.str("status", status);
            out.str("zone_id", &zone.id);
            out.str("master_zone_id", &zone.master);
            out.int("ts", device.timestamp(now_ms));
            out.str("correlation_id", &intent.correlation_id);
        });
    }

    fn say_zone_error(&mut self, cx: &mut Cx<'_>, intent: &Intent, message: &str, reason_code: Option<&str>) {
        let now_ms = cx.now_ms;
        self.publish(cx, format_args!("zone/ack"), ANSWER, &|device, out| {
            out.str("esp_id", &device.id);
            out.str("status", "error");
            out.str("zone_id", &device.keep.membership.zone.id);
            out.int("ts", device.timestamp(now_ms));
            out.str("message", message);
            if let Some(code) = reason_code {
                out.str("reason_code", code);
            }
            out.str("correlation_id", &intent.correlation_id);
        });
    }
}
