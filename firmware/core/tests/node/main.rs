//! The whole device against a scripted broker and controller, in memory.

mod bench;
#[path = "../mqtt/broker.rs"]
mod broker;
mod emergency;
mod hostile;
mod offline;
mod registration;
#[path = "../seeded/mod.rs"]
#[allow(dead_code, reason = "shared with other suites")]
mod seeded;
mod serial;
