//! Everything that leaves the device: topic, gate, sequence number, queue.

use core::fmt::{self, Write as _};

use heapless::String;

use super::device::{Cx, Device};
use crate::io::LogLevel;
use crate::json::ObjectWriter;
use crate::mqtt::{MAX_PUBLISH_BYTES, MAX_TOPIC_BYTES, Priority, Publish};

/// How a kind of message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    pub qos: u8,
    pub priority: Priority,
    /// Carries the counter of the boot; heartbeats do not (wire contract 0.4).
    pub is_numbered: bool,
    /// May take the room that is kept for the evidence of a stop.
    pub uses_reserve: bool,
}

/// What may be lost under pressure: the next one says the same.
pub const REPORT: Way = Way { qos: 1, priority: Priority::Normal, is_numbered: true, uses_reserve: false };
/// What somebody waits for, or what must be known (7.1 "critical topics").
pub const ANSWER: Way = Way { qos: 1, priority: Priority::Critical, is_numbered: true, uses_reserve: false };
/// Liveness: QoS 0, never shed, not numbered.
pub const BEAT: Way = Way { qos: 0, priority: Priority::Critical, is_numbered: false, uses_reserve: false };
/// Health snapshots: QoS 0 (1.7).
pub const SNAPSHOT: Way = Way { qos: 0, priority: Priority::Normal, is_numbered: true, uses_reserve: false };
/// That a stop was carried out: nothing may crowd it out.
pub const EVIDENCE: Way = Way { uses_reserve: true, ..ANSWER };
/// Room for it: acknowledgement, outcome and the states of all outputs.
pub const RESERVED_MESSAGES: usize = crate::config::MAX_ACTUATORS + 2;

/// What may leave while the gate is closed (2.1); `path` is what follows the device's prefix.
pub fn passes_gate(path: &str) -> bool {
    let is_response = path.contains("/response") && (path.starts_with("actuator/") || path.starts_with("sensor/"));
    let is_heartbeat = path.starts_with("system/heartbeat") && !path.contains("/heartbeat/ack");
    is_heartbeat
        || is_response
        || path.starts_with("config_response")
        || path == "zone/ack"
        || path == "subzone/ack"
        || path == "system/command/response"
        || path.contains("/error")
        || path == "session/announce"
}

impl Device {
    /// Queues one message on `kaiser/{k}/esp/{id}/{path}`. Normal ones are dropped while nobody is there to take them; what is refused is counted.
    pub fn publish(
        &mut self,
        cx: &mut Cx<'_>,
        path: fmt::Arguments<'_>,
        way: Way,
        build: &dyn Fn(&Device, &mut ObjectWriter<'_>),
    ) {
        let mut short: String<64> = String::new();
        if short.write_fmt(path).is_err() {
            cx.log(LogLevel::Error, format_args!("topic too long: {path}"));
            return;
        }
        let is_free = passes_gate(&short);
        let can_go = self.link.is_connected && (self.is_gate_open || is_free);
        if !can_go && way.priority == Priority::Normal {
            return;
        }
        if !can_go && is_free && !self.link.is_connected && way == BEAT {
            return; // a heartbeat is never built while disconnected (1.2)
        }
        if way.priority == Priority::Critical && !way.uses_reserve && self.session.room() < RESERVED_MESSAGES {
            self.counters.crowded_out = self.counters.crowded_out.saturating_add(1);
            cx.log(LogLevel::Warning, format_args!("queue full, dropped: {short}"));
            return;
        }
        let mut topic: String<MAX_TOPIC_BYTES> = String::new();
        if write!(topic, "kaiser/{}/esp/{}/{short}", self.kaiser, self.id).is_err() {
            cx.log(LogLevel::Error, format_args!("topic too long: {short}"));
            return;
        }
        let mut buffer = [0u8; MAX_PUBLISH_BYTES];
        let mut writer = ObjectWriter::new(&mut buffer);
        build(self, &mut writer);
        let Ok(payload) = writer.finish() else {
            self.counters.oversize_out = self.counters.oversize_out.saturating_add(1);
            cx.log(LogLevel::Error, format_args!("message too long: {short}"));
            return;
        };
        let how =
            Publish { qos: way.qos, retain: false, priority: way.priority, gated: !is_free, numbered: way.is_numbered };
        match self.session.publish(&topic, payload, how) {
            Ok(()) => {}
            Err(_) => cx.log(LogLevel::Warning, format_args!("queue full, dropped: {short}")),
        }
    }

    /// Seconds for `ts`; 0 while the clock is not set (0.4).
    pub fn timestamp(&self, now_ms: u64) -> i64 {
        self.clock.unix_s(now_ms).map_or(0, |seconds| i64::try_from(seconds).unwrap_or(0))
    }
}
