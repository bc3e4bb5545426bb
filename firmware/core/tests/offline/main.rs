//! Tests of `offline/`: who is in charge of the outputs, and what the rules order.

mod bench;
mod device;
mod handover;
mod mode;
mod rule_states;
mod rules;
#[path = "../seeded/mod.rs"]
mod seeded;
mod windows;
