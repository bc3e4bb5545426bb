//! Tests of `json/`.

mod differential;
mod reader;
#[path = "../seeded/mod.rs"]
mod seeded;
mod writer;
