//! The firmware of a Leitstand device without any hardware: bytes and time in, bytes and pin writes out (wire contract, section 12 "Firmware MUST").
//!
//! Three shells run it: `esp` on the chip, `host` natively against a real broker, `twin` as WebAssembly inside the console. No allocation:
//! every pool has a fixed size, and `Node` is all the memory there is.
#![cfg_attr(not(test), no_std)]
#![deny(unsafe_code)]
// Nothing that comes over the network or the serial line may end in a panic: what could be out of range is asked for with `get`.
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::todo,
        clippy::unimplemented
    )
)]

pub mod actuator;
pub mod board;
pub mod clock;
pub mod config;
pub mod io;
pub mod json;
pub mod mqtt;
pub mod node;
pub mod offline;
pub mod sensor;
pub mod serial;
pub mod store;
