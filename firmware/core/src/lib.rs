//! The firmware of a Leitstand device without any hardware: bytes and time in, bytes and pin writes out (wire contract, section 12 "Firmware MUST").
//!
//! Three shells run it: `esp` on the chip, `host` natively against a real broker, `twin` as WebAssembly inside the console. No allocation:
//! every pool has a fixed size, and `Node` is all the memory there is.
#![cfg_attr(not(test), no_std)]
#![deny(unsafe_code)]

pub mod board;
pub mod config;
pub mod io;
pub mod node;
