//! Actuator commands (wire contract 1.17, 3.1 to 3.3).

use heapless::String;

use super::admission::{Admission, OrderKind};
use super::device::{Cx, Device};
use super::inbound::Body;
use super::intent::{Intent, Outcome, text};
use super::statuses::Answer;
use crate::actuator::Order;
use crate::json::Json;

const FLOW: &str = "command";

/// One command as it came.
pub struct Command {
    pub intent: Intent,
    gpio: u8,
    /// Longer words than any known one are cut; they are unknown all the same.
    word: String<32>,
    value: Option<f64>,
    duration_s: u32,
    issued_by: String<64>,
}

impl Command {
    fn answer<'a>(&'a self, is_success: bool, message: &'a str) -> Answer<'a> {
        Answer {
            gpio: self.gpio,
            command: &self.word,
            value: self.value.unwrap_or(0.0),
            duration_s: self.duration_s,
            is_success,
            message,
            issued_by: &self.issued_by,
        }
    }
}

impl Device {
    /// `P/actuator/{gpio}/command`.
    pub fn take_command(&mut self, cx: &mut Cx<'_>, gpio: u8, body: Body<'_>) {
        let order = body.object();
        let duration = order.and_then(|order| order.get("duration")).and_then(Json::as_i64).unwrap_or(0);
        let command = Command {
            intent: Intent::read(self, order, "act", cx.now_ms),
            gpio,
            word: order.map(|order| text(order, "command")).unwrap_or_default(),
            value: order.and_then(|order| order.get("value")).and_then(Json::as_f64),
            duration_s: u32::try_from(duration.max(0)).unwrap_or(u32::MAX),
            issued_by: order.map(|order| text(order, "issued_by")).unwrap_or_default(),
        };
        if order.is_none() {
            let code = body.fault_code("INVALID_JSON");
            self.refuse_command(cx, &command, Outcome::new(FLOW, "rejected", code, body.fault()));
            return;
        }
        if let Admission::Refused { code, reason_code } = self.admit(OrderKind::Actuator) {
            let mut message: String<96> = String::new();
            // The longest reason code fits.
            let _ =
                core::fmt::write(&mut message, format_args!("Rejected before execution (reason_code={reason_code})"));
            self.refuse_command(cx, &command, Outcome::new(FLOW, "rejected", code, &message));
            return;
        }
        if command.intent.is_expired(cx.now_ms, self.clock.unix_s(cx.now_ms)) {
            let late = "Expired before execution";
            self.refuse_command(cx, &command, Outcome::new(FLOW, "expired", "TTL_EXPIRED", late));
            return;
        }
        self.take_or_keep(cx, command);
    }

    pub fn say_accepted(&mut self, cx: &mut Cx<'_>, command: &Command) {
        let accepted = Outcome::new(FLOW, "accepted", "COMMAND_ACCEPTED", "Command accepted");
        self.say_outcome(cx, &command.intent, accepted);
    }

    /// The answer that releases whoever waits, and the end.
    pub fn refuse_command(&mut self, cx: &mut Cx<'_>, command: &Command, end: Outcome<'_>) {
        self.say_answer(cx, &command.intent, &command.answer(false, end.reason));
        self.say_outcome(cx, &command.intent, end);
    }

    pub fn execute(&mut self, cx: &mut Cx<'_>, command: &Command) {
        let Command { intent, gpio, .. } = command;
        if let Some(is_success) = intent.is_named.then(|| self.answered.result(&intent.intent_id)).flatten() {
            let answer = command.answer(is_success, "Carried out before: this order came twice");
            self.finish(cx, intent, &answer);
            return;
        }
        let order = Order {
            command: &command.word,
            value: command.value,
            duration_s: command.duration_s,
            issued_by: &command.issued_by,
        };
        let result = self.bank.command(*gpio, &order, cx.now_ms, cx.io);
        self.note_command(cx, *gpio);
        if intent.is_named {
            self.answered.remember(&intent.intent_id, result.success);
        }
        self.finish(cx, intent, &command.answer(result.success, &result.message));
        if let Some(code) = result.error_code {
            self.report_error(cx, code, 2, &result.message);
        }
        if result.is_latched {
            self.tell_still_stopped(cx, *gpio);
        }
    }

    /// Answer, state, and the end of the order (3.2, steps 4 to 6).
    fn finish(&mut self, cx: &mut Cx<'_>, intent: &Intent, answer: &Answer<'_>) {
        self.say_answer(cx, intent, answer);
        if answer.is_success {
            self.say_status(cx, answer.gpio);
            self.say_outcome(cx, intent, Outcome::new(FLOW, "applied", "NONE", "Actuator command executed"));
        } else {
            let failed = Outcome::new(FLOW, "failed", "EXECUTE_FAIL", answer.message).retryable();
            self.say_outcome(cx, intent, failed);
        }
    }
}
