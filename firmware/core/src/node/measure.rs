//! "Measure now" (wire contract 1.15, 1.16, 3.3).

use heapless::Deque;

use super::admission::{Admission, OrderKind};
use super::device::{Cx, Device};
use super::inbound::Body;
use super::intent::{Intent, Outcome, text};
use super::outgoing::{ANSWER, RESERVED_MESSAGES};
use crate::config::{CorrelationId, OperatingMode};
use crate::json::Json;
use crate::sensor::Reading;

/// Measurements that wait or run at once (7.1).
pub const MAX_REQUESTS: usize = 20;
/// Without a limit in the order, and the largest that it may ask for, ms (1.15).
const DEFAULT_TIMEOUT_MS: u64 = 5_000;
const LONGEST_TIMEOUT_MS: i64 = 60_000;
/// Answer and end of one measurement.
const MESSAGES_PER_END: usize = 2;
const FLOW: &str = "command";

/// One order that is under way.
pub struct Request {
    pub gpio: u8,
    request_id: CorrelationId,
    intent: Intent,
    deadline_ms: u64,
    /// Sensors of the pin that have not answered yet, by their place in the configuration.
    pub waiting: u32,
    first: Option<Reading>,
    /// How it ended; it is said when the queue has room for it.
    end: Option<&'static str>,
}

pub type Requests = Deque<Request, MAX_REQUESTS>;

impl Device {
    /// `P/sensor/{gpio}/command`.
    pub fn take_measure(&mut self, cx: &mut Cx<'_>, gpio: u8, body: Body<'_>) {
        let order = body.object();
        let intent = Intent::read(self, order, "sensor", cx.now_ms);
        let Some(order) = order else {
            let code = body.fault_code("INVALID_JSON");
            self.say_outcome(cx, &intent, Outcome::new(FLOW, "rejected", code, body.fault()));
            return;
        };
        let command: heapless::String<16> = text(order, "command");
        if command != "measure" {
            let reason = "The only sensor command is measure";
            self.say_outcome(cx, &intent, Outcome::new(FLOW, "rejected", "UNKNOWN_COMMAND", reason));
            return;
        }
        let timeout = order.get("timeout_ms").and_then(Json::as_i64).filter(|ms| (1..=LONGEST_TIMEOUT_MS).contains(ms));
        let timeout_ms = timeout.and_then(|ms| u64::try_from(ms).ok()).unwrap_or(DEFAULT_TIMEOUT_MS);
        let mut request = Request {
            gpio,
            request_id: text(order, "request_id"),
            intent,
            deadline_ms: cx.now_ms + timeout_ms,
            waiting: 0,
            first: None,
            end: None,
        };
        if let Admission::Refused { code, reason_code } = self.admit(OrderKind::Sensor) {
            let refused = Outcome::new(FLOW, "rejected", code, reason_code);
            self.say_outcome(cx, &request.intent, refused);
            self.say_measured(cx, &request, "UNKNOWN"); // whoever waits for it is released (2.1)
            return;
        }
        if self.sensing.requests.is_full() {
            self.counters.measure_queue_overflow = self.counters.measure_queue_overflow.saturating_add(1);
            let full = Outcome::new(FLOW, "rejected", "QUEUE_FULL", "Too many measurements at once").retryable();
            self.say_outcome(cx, &request.intent, full);
            self.say_measured(cx, &request, "UNKNOWN");
            return;
        }
        self.say_outcome(
            cx,
            &request.intent,
            Outcome::new(FLOW, "accepted", "COMMAND_ACCEPTED", "Measurement accepted"),
        );
        match self.start_for(cx, gpio) {
            Ok(waiting) => {
                request.waiting = waiting;
                let _ = self.sensing.requests.push_back(request);
            }
            Err(code) => self.end_request(cx, &request, code),
        }
    }

    /// Starts every sensor of the pin that may be measured; the bits of those started.
    fn start_for(&mut self, cx: &mut Cx<'_>, gpio: u8) -> Result<u32, &'static str> {
        let mut waiting = 0u32;
        let mut is_known = false;
        for (index, sensor) in self.keep.configuration.sensors.iter().enumerate() {
            if sensor.gpio != gpio {
                continue;
            }
            is_known = true;
            if sensor.mode != OperatingMode::Paused {
                waiting |= 1 << index;
                self.sensing.ask(index, cx.now_ms);
            }
        }
        match (is_known, waiting) {
            (false, _) => Err("SENSOR_NOT_FOUND"),
            (true, 0) => Err("SENSOR_INACTIVE"),
            _ => Ok(waiting),
        }
    }

    /// A sensor has been measured: the orders that wait for it come to their end.
    pub fn note_measured(&mut self, index: usize, reading: Option<&Reading>) {
        let bit = 1u32 << index;
        for request in self.sensing.requests.iter_mut().filter(|request| request.waiting & bit != 0) {
            request.waiting &= !bit;
            if request.first.is_none() {
                request.first = reading.cloned();
            }
            if request.waiting == 0 {
                let is_measured = request.first.is_some();
                request.end = Some(if is_measured { "NONE" } else { "MEASUREMENT_FAILED" });
            }
        }
    }

    /// Says the ends, as the queue has room; what has not answered in time is over.
    pub fn poll_requests(&mut self, cx: &mut Cx<'_>) {
        for _ in 0..self.sensing.requests.len() {
            let Some(mut request) = self.sensing.requests.pop_front() else {
                return;
            };
            if request.end.is_none() && cx.now_ms >= request.deadline_ms {
                request.end = Some("MEASURE_TIMEOUT");
            }
            match request.end {
                Some(code) if self.session.room() >= RESERVED_MESSAGES + MESSAGES_PER_END => {
                    self.end_request(cx, &request, code);
                }
                _ => {
                    // There is a place: it was just taken from here.
                    let _ = self.sensing.requests.push_back(request);
                }
            }
        }
    }

    /// A stop voids what waits (3.4).
    pub fn flush_measurements(&mut self, cx: &mut Cx<'_>) {
        while let Some(request) = self.sensing.requests.pop_front() {
            let reason = "Void: an emergency stop came";
            self.say_outcome(cx, &request.intent, Outcome::new(FLOW, "expired", "SAFETY_QUEUE_FLUSHED", reason));
            self.say_measured(cx, &request, "UNKNOWN");
        }
    }

    pub fn request_due(&self) -> u64 {
        self.sensing
            .requests
            .iter()
            .map(|request| if request.end.is_some() { 0 } else { request.deadline_ms })
            .min()
            .unwrap_or(u64::MAX)
    }

    fn end_request(&mut self, cx: &mut Cx<'_>, request: &Request, code: &'static str) {
        self.say_measured(cx, request, code);
        let outcome = match code {
            "NONE" => Outcome::new(FLOW, "applied", "NONE", "Measured"),
            "MEASURE_TIMEOUT" => Outcome::new(FLOW, "expired", code, "No value in time").retryable(),
            _ => Outcome::new(FLOW, "failed", code, "No value"),
        };
        self.say_outcome(cx, &request.intent, outcome);
    }

    /// The answer of 1.16; only a request with an id gets one.
    fn say_measured(&mut self, cx: &mut Cx<'_>, request: &Request, code: &str) {
        if request.request_id.is_empty() {
            return;
        }
        let now_ms = cx.now_ms;
        let is_measured = code == "NONE";
        let gpio = request.gpio;
        self.publish(cx, format_args!("sensor/{gpio}/response"), ANSWER, &|device, out| {
            out.str("request_id", &request.request_id);
            out.uint("gpio", u64::from(gpio));
            out.str("command", "measure");
            out.bool("success", is_measured);
            out.bool("measurement_ok", is_measured);
            out.bool("publish_ok", is_measured);
            out.bool("timeout", code == "MEASURE_TIMEOUT");
            out.str("reason_code", code);
            match &request.first {
                Some(reading) if is_measured => {
                    out.str("quality", reading.quality.as_str());
                    out.str("sensor_type", &reading.kind);
                    reading.raw.write(out, "raw");
                }
                _ => {
                    out.str("quality", "error");
                }
            }
            out.int("ts", device.timestamp(now_ms));
            out.str("intent_id", &request.intent.intent_id);
            out.str("correlation_id", &request.intent.correlation_id);
            out.uint("ttl_ms", request.intent.ttl_ms);
        });
    }
}
