//! The hardware around a simulated device, for the host shell, the twin and the tests.
#![no_std]
#![deny(unsafe_code)]
extern crate alloc;

pub mod flash;
