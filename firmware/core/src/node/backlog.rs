//! Commands that were accepted while the send queue had no room for their answers. Stock firmware queues ten as well (wire contract 7.1).

use heapless::Deque;

use super::command::Command;
use super::device::{Cx, Device};
use super::intent::Outcome;

/// 7.1: "Command queues: actuator 10".
const MAX_WAITING: usize = 10;
/// Messages that one command puts out, with what an emergency repeats: accepted, answer, state, alert, error, end.
const MESSAGES_PER_COMMAND: usize = 6;

pub type Backlog = Deque<Command, MAX_WAITING>;

impl Device {
    /// Has the queue room for everything that a command makes the device say?
    fn has_room_for_command(&self) -> bool {
        self.session.room() >= super::outgoing::RESERVED_MESSAGES + MESSAGES_PER_COMMAND
    }

    /// Carries a command out, or keeps it for later. In order: none overtakes one that waits.
    pub fn take_or_keep(&mut self, cx: &mut Cx<'_>, command: Command) {
        if self.backlog.is_empty() && self.has_room_for_command() {
            self.say_accepted(cx, &command);
            self.execute(cx, &command);
            return;
        }
        if self.backlog.is_full() {
            let full = "Too many commands wait";
            self.refuse_command(cx, &command, Outcome::new("command", "rejected", "QUEUE_FULL", full).retryable());
            return;
        }
        self.say_accepted(cx, &command);
        // There is a place: see above.
        let _ = self.backlog.push_back(command);
    }

    pub fn poll_backlog(&mut self, cx: &mut Cx<'_>) {
        while self.has_room_for_command() {
            let Some(command) = self.backlog.pop_front() else {
                return;
            };
            if command.intent.is_expired(cx.now_ms, self.clock.unix_s(cx.now_ms)) {
                let late = "Expired before execution";
                self.refuse_command(cx, &command, Outcome::new("command", "expired", "TTL_EXPIRED", late));
            } else {
                self.execute(cx, &command);
            }
        }
    }

    /// A stop voids what waits (3.4).
    pub fn flush_backlog(&mut self, cx: &mut Cx<'_>) {
        while let Some(command) = self.backlog.pop_front() {
            let void = "Void: an emergency stop came";
            self.refuse_command(cx, &command, Outcome::new("command", "expired", "SAFETY_QUEUE_FLUSHED", void));
        }
    }
}
