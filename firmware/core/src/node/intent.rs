//! Who asked for something: the ids and limits of an order (wire contract 3.4), and the outcome messages about it (1.10, 3.5).

use super::device::{Cx, Device};
use super::outgoing::{ANSWER, EVIDENCE};
use crate::config::CorrelationId;
use crate::json::Json;

/// An order's ids and limits, as its sender gave them.
#[derive(Clone, Debug, Default)]
pub struct Intent {
    pub intent_id: CorrelationId,
    pub correlation_id: CorrelationId,
    pub generation: u64,
    pub created_at_ms: u64,
    pub ttl_ms: u64,
    /// Unix seconds (our extension); 0 = none.
    pub expires_at: u64,
    /// The sender gave a correlation id.
    pub is_named: bool,
}

/// What an outcome message says.
#[derive(Clone, Copy, Debug)]
pub struct Outcome<'a> {
    pub flow: &'a str,
    pub outcome: &'a str,
    pub code: &'a str,
    pub reason: &'a str,
    pub is_retryable: bool,
}

impl<'a> Outcome<'a> {
    pub const fn new(flow: &'a str, outcome: &'a str, code: &'a str, reason: &'a str) -> Outcome<'a> {
        Outcome { flow, outcome, code, reason, is_retryable: false }
    }

    pub const fn retryable(mut self) -> Outcome<'a> {
        self.is_retryable = true;
        self
    }
}

/// A member at the top level or under `data` (3.4).
pub fn member<'a>(order: Json<'a>, key: &str) -> Option<Json<'a>> {
    order.get(key).or_else(|| order.get("data").and_then(|data| data.get(key)))
}

/// A string member; empty when it is missing or something else ("treat a missing key as missing", section 12).
pub fn text<const N: usize>(order: Json<'_>, key: &str) -> heapless::String<N> {
    order.get(key).and_then(Json::text).map(|text| text.to_string::<N>()).unwrap_or_default()
}

impl Intent {
    /// Reads the ids; what is missing is filled from the other, or invented with `prefix`.
    pub fn read(device: &mut Device, order: Option<Json<'_>>, prefix: &str, now_ms: u64) -> Intent {
        let of = |key: &str| -> CorrelationId {
            order
                .and_then(|order| member(order, key))
                .and_then(Json::text)
                .map(|text| text.to_string())
                .unwrap_or_default()
        };
        let number = |key: &str| -> u64 {
            let value = order.and_then(|order| member(order, key)).and_then(Json::as_i64).unwrap_or(0);
            u64::try_from(value).unwrap_or(0)
        };
        let mut intent = Intent {
            intent_id: of("intent_id"),
            correlation_id: of("correlation_id"),
            generation: number("generation"),
            created_at_ms: number("created_at_ms"),
            ttl_ms: number("ttl_ms"),
            expires_at: number("expires_at"),
            is_named: true,
        };
        if intent.correlation_id.is_empty() {
            intent.is_named = !intent.intent_id.is_empty();
            intent.correlation_id =
                if intent.is_named { intent.intent_id.clone() } else { device.invent_id(prefix, now_ms) };
        }
        if intent.intent_id.is_empty() {
            intent.intent_id = intent.correlation_id.clone();
        }
        intent
    }

    /// Too old to be carried out: by its life time against the time since boot, or by its deadline against a clock that is set.
    pub fn is_expired(&self, now_ms: u64, unix_s: Option<u64>) -> bool {
        let by_life =
            self.ttl_ms > 0 && self.created_at_ms > 0 && now_ms > self.created_at_ms.saturating_add(self.ttl_ms);
        let by_deadline = self.expires_at > 0 && unix_s.is_some_and(|unix_s| unix_s > self.expires_at);
        by_life || by_deadline
    }
}

impl Device {
    /// Publishes one step of an order's life.
    pub fn say_outcome(&mut self, cx: &mut Cx<'_>, intent: &Intent, said: Outcome<'_>) {
        let legacy = match said.outcome {
            "persisted" => "success",
            "accepted" | "applied" => "processing",
            other => other,
        };
        let is_critical = said.outcome != "accepted";
        let now_ms = cx.now_ms;
        let way = if said.code.ends_with("EMERGENCY_STOP_TRIGGERED") { EVIDENCE } else { ANSWER };
        self.publish(cx, format_args!("system/intent_outcome"), way, &|device, out| {
            out.str("flow", said.flow);
            out.str("intent_id", &intent.intent_id);
            out.str("correlation_id", &intent.correlation_id);
            out.uint("generation", intent.generation);
            out.uint("created_at_ms", intent.created_at_ms);
            out.uint("ttl_ms", intent.ttl_ms);
            out.uint("epoch", u64::from(device.emergency.safety_epoch));
            out.str("outcome", said.outcome);
            out.uint("contract_version", 2);
            out.str("semantic_mode", "target");
            out.str("legacy_status", legacy);
            out.str("target_status", said.outcome);
            out.str("code", said.code);
            out.str("reason", said.reason);
            out.bool("retryable", said.is_retryable);
            out.bool("critical", is_critical);
            out.bool("recovered", false);
            out.uint("retry_limit", 5);
            out.uint("retry_count", 0);
            out.str("delivery_mode", "direct");
            out.int("ts", device.timestamp(now_ms));
        });
    }
}
