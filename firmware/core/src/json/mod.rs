//! JSON without an allocator (wire contract 0.4: every payload is a UTF-8 JSON object).
//!
//! [`Json`] is a view into the received bytes: they are checked once, as a whole, and then read in place. [`ObjectWriter`] writes compact text
//! into a buffer of the caller. Used by everything that takes or makes a payload, and by the serial console.

mod grammar;
mod read;
mod scan;
mod text;
mod write;

pub use grammar::{JsonError, MAX_DEPTH};
pub use read::{Items, Json, Kind, Members};
pub use text::{Chars, Text};
pub use write::{ArrayWriter, MAX_DECIMALS, ObjectWriter, TooLong};
