//! The controller's answer to a heartbeat: it opens the gate, sets the approval, and keeps the device from going its own way (wire contract 1.4,
//! 2.3, 2.4). Also the controller's own state (1.6).

use super::device::{Cx, Device, SystemState};
use super::inbound::Body;
use super::intent::{Intent, Outcome, text};
use crate::clock::TimeSource;
use crate::io::LogLevel;
use crate::json::Json;
use crate::offline::{AckMembers, Event};

/// 6.1: DEVICE_REJECTED.
const DEVICE_REJECTED: u16 = 4200;
/// 6.1: MQTT_PAYLOAD_INVALID.
const PAYLOAD_INVALID: u16 = 3016;

impl Device {
    /// `P/system/heartbeat/ack`.
    pub fn take_acknowledgement(&mut self, cx: &mut Cx<'_>, body: Body<'_>) {
        let Some(order) = body.object() else {
            self.report_error(cx, PAYLOAD_INVALID, 1, body.fault());
            return;
        };
        let change = match self.mode.acknowledge(AckMembers::read(&order), cx.now_ms) {
            Ok(change) => change,
            Err(reject) => {
                cx.log(LogLevel::Warning, format_args!("acknowledgement refused: {}", reject.code()));
                return;
            }
        };
        if let Some(time) = order.get("server_time").and_then(Json::as_i64).and_then(|time| u64::try_from(time).ok()) {
            self.clock.set(time, TimeSource::Server, cx.now_ms);
        }
        self.schedule.is_heartbeat_answered = true;
        self.moved(cx, change);
        let status: heapless::String<24> = text(order, "status");
        self.apply_status(cx, &status, order);
        self.open_gate(cx);
    }

    fn apply_status(&mut self, cx: &mut Cx<'_>, status: &str, order: Json<'_>) {
        match status {
            "approved" | "online" => {
                self.set_approval(cx, true, false);
                if matches!(self.state, SystemState::PendingApproval | SystemState::Error) {
                    self.state = SystemState::Operational;
                }
            }
            "pending_approval" => {
                self.set_approval(cx, false, false);
                if !matches!(self.state, SystemState::ConfigPending | SystemState::SafeMode) {
                    self.state = SystemState::PendingApproval;
                }
            }
            "rejected" => self.reject(cx, order),
            _ => {}
        }
    }

    fn reject(&mut self, cx: &mut Cx<'_>, order: Json<'_>) {
        let was_rejected = self.keep.membership.rejected;
        self.set_approval(cx, false, true);
        if self.state != SystemState::SafeMode {
            self.state = SystemState::Error;
        }
        if was_rejected {
            return; // said already; the next heartbeats would only repeat it
        }
        let says = |key: &str| order.get(key).and_then(Json::as_bool).unwrap_or(false);
        let hints = |key: &str| {
            let word: heapless::String<64> = text(order, key);
            ["delete", "tombstone", "upstream", "revo"].iter().any(|hint| contains_ignoring_case(&word, hint))
        };
        let is_deleted =
            says("upstream_deleted") || says("delete_intent") || hints("reason_code") || hints("revocation_source");
        self.report_error(cx, DEVICE_REJECTED, 2, "The controller has rejected this device");
        let intent = Intent::read(self, Some(order), "hb_ack", cx.now_ms);
        let code = if is_deleted { "UPSTREAM_DELETE_REVOKED" } else { "HEARTBEAT_REJECTED" };
        self.say_outcome(cx, &intent, Outcome::new("heartbeat", "rejected", code, "Rejected by the controller"));
    }

    fn set_approval(&mut self, cx: &mut Cx<'_>, approved: bool, rejected: bool) {
        let membership = &mut self.keep.membership;
        if membership.approved == approved && membership.rejected == rejected {
            return; // spares the flash: most acknowledgements change nothing
        }
        membership.approved = approved;
        membership.rejected = rejected;
        self.keep_membership(cx);
    }

    fn open_gate(&mut self, cx: &mut Cx<'_>) {
        if self.is_gate_open {
            return;
        }
        self.is_gate_open = true;
        self.session.set_gate(true);
        cx.log(LogLevel::Info, format_args!("registered"));
        self.schedule.registered(cx.now_ms);
        self.say_all_statuses(cx);
        self.say_lifecycle_if_pending(cx);
    }

    /// `kaiser/{k}/server/status` (1.6).
    pub fn take_server_status(&mut self, cx: &mut Cx<'_>, body: Body<'_>) {
        let Some(order) = body.object() else { return };
        let status: heapless::String<16> = text(order, "status");
        let reason: heapless::String<32> = text(order, "reason");
        match status.as_str() {
            "offline" => {
                cx.log(LogLevel::Warning, format_args!("controller offline: {reason}"));
                self.note(cx, Event::ServerOffline { is_unexpected: reason == "unexpected_disconnect" });
            }
            "online" => self.note(cx, Event::ServerOnline),
            _ => {}
        }
    }
}

fn contains_ignoring_case(text: &str, part: &str) -> bool {
    text.as_bytes().windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_found_in_any_case_and_place() {
        assert!(contains_ignoring_case("UPSTREAM_DELETED", "delete"));
        assert!(contains_ignoring_case("admin-Revoked", "revo"));
        assert!(!contains_ignoring_case("", "delete"));
        assert!(!contains_ignoring_case("del", "delete"));
    }
}
