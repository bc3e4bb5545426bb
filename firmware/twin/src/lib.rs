//! The firmware core as WebAssembly inside the console: many devices in one instance, without any import. The exports are in `exports.rs`; here
//! is what they do, safe and testable natively.
#![cfg_attr(not(test), no_std)]
extern crate alloc;

mod device;
mod options;
mod registry;

#[cfg(target_arch = "wasm32")]
mod exports;

pub use device::Twin;
pub use registry::Registry;
