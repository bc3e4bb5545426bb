//! The hardware around a simulated device, for the host shell, the twin and the tests: pins, converters, I2C and 1-Wire chips, and what is wrong
//! with them.
//!
//! A shell keeps one [`World`], tells it the time before it polls the core, hands it to the core as its `Io`, gives it the lines of the operator
//! (`{"analog":{"4":2300}}`, see [`World::apply`]), and prints its [`Event`]s.
#![no_std]
#![deny(unsafe_code)]
// A line with a mistake is answered by a sentence, and nothing else.
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
extern crate alloc;

#[allow(clippy::indexing_slicing, reason = "no line reaches it; each operation checks its range first")]
pub mod flash;
#[cfg(test)]
extern crate std;

mod air;
mod bosch;
mod bosch_formulas;
mod clock;
mod command;
mod ds18b20;
mod event;
mod fault;
mod field;
mod hardware;
mod i2c;
mod memory;
mod one_wire;
mod pins;
mod random;
mod sht31;
mod surroundings;
mod world;

pub use command::{Command, Power};
pub use event::Event;
pub use memory::{FlashMemory, NoFlash};
pub use world::World;
