//! Actuator commands (wire contract 1.17, 3.1 to 3.3).

use super::admission::{Admission, OrderKind};
use super::device::{Cx, Device};
use super::inbound::Body;
use super::intent::{Intent, Outcome, text};
use super::statuses::Answer;
use crate::actuator::Order;
use crate::json::Json;

const FLOW: &str = "command";
/// Longest command word that is looked at; no known one is longer.
type Word = heapless::String<32>;

impl Device {
    /// `P/actuator/{gpio}/command`.
    pub fn take_command(&mut self, cx: &mut Cx<'_>, gpio: u8, body: Body<'_>) {
        let order = body.object();
        let intent = Intent::read(self, order, "act", cx.now_ms);
        let command: Word = order
            .map(|order| text(order, "command"))
            .unwrap_or_default();
        let issued_by: heapless::String<64> = order
            .map(|order| text(order, "issued_by"))
            .unwrap_or_default();
        let value = order
            .and_then(|order| order.get("value"))
            .and_then(Json::as_f64);
        let duration = order
            .and_then(|order| order.get("duration"))
            .and_then(Json::as_i64)
            .unwrap_or(0);
        let mut answer = Answer {
            gpio,
            command: &command,
            value: value.unwrap_or(0.0),
            duration_s: u32::try_from(duration.max(0)).unwrap_or(u32::MAX),
            is_success: false,
            message: body.fault(),
            issued_by: &issued_by,
        };
        if order.is_none() {
            self.say_answer(cx, &intent, &answer);
            self.say_outcome(
                cx,
                &intent,
                Outcome::new(
                    FLOW,
                    "rejected",
                    body.fault_code("INVALID_JSON"),
                    body.fault(),
                ),
            );
            return;
        }
        if let Admission::Refused { code, reason_code } = self.admit(OrderKind::Actuator) {
            let mut message: heapless::String<96> = heapless::String::new();
            let _ = core::fmt::write(
                &mut message,
                format_args!("Rejected before execution (reason_code={reason_code})"),
            );
            answer.message = &message;
            self.say_answer(cx, &intent, &answer);
            self.say_outcome(cx, &intent, Outcome::new(FLOW, "rejected", code, &message));
            return;
        }
        if intent.is_expired(cx.now_ms, self.clock.unix_s(cx.now_ms)) {
            answer.message = "Expired before execution";
            self.say_answer(cx, &intent, &answer);
            self.say_outcome(
                cx,
                &intent,
                Outcome::new(FLOW, "expired", "TTL_EXPIRED", answer.message),
            );
            return;
        }
        self.say_outcome(
            cx,
            &intent,
            Outcome::new(FLOW, "accepted", "COMMAND_ACCEPTED", "Command accepted"),
        );
        self.execute(cx, &intent, answer, value);
    }

    fn execute(&mut self, cx: &mut Cx<'_>, intent: &Intent, given: Answer<'_>, value: Option<f64>) {
        let gpio = given.gpio;
        if let Some(is_success) = intent
            .is_named
            .then(|| self.answered.result(&intent.intent_id))
            .flatten()
        {
            let message = "Carried out before: this order came twice";
            self.finish(
                cx,
                intent,
                &Answer {
                    is_success,
                    message,
                    ..given
                },
            );
            return;
        }
        let order = Order {
            command: given.command,
            value,
            duration_s: given.duration_s,
            issued_by: given.issued_by,
        };
        let result = self.bank.command(gpio, &order, cx.now_ms, cx.io);
        self.note_command(cx, gpio);
        let answer = Answer {
            is_success: result.success,
            message: &result.message,
            ..given
        };
        if intent.is_named {
            self.answered.remember(&intent.intent_id, result.success);
        }
        self.finish(cx, intent, &answer);
        if let Some(code) = result.error_code {
            self.report_error(cx, code, 2, &result.message);
        }
        if self.emergency.is_stopped() && self.bank.status(gpio, cx.now_ms).is_some() {
            self.tell_still_stopped(cx, gpio);
        }
    }

    /// Answer, state, and the end of the order (3.2, steps 4 to 6).
    fn finish(&mut self, cx: &mut Cx<'_>, intent: &Intent, answer: &Answer<'_>) {
        self.say_answer(cx, intent, answer);
        if answer.is_success {
            self.say_status(cx, answer.gpio);
            self.say_outcome(
                cx,
                intent,
                Outcome::new(FLOW, "applied", "NONE", "Actuator command executed"),
            );
        } else {
            let failed = Outcome::new(FLOW, "failed", "EXECUTE_FAIL", answer.message).retryable();
            self.say_outcome(cx, intent, failed);
        }
    }
}
