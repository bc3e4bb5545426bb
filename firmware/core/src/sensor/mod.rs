//! Sensors: which types there are (wire contract 8.1), their drivers, and the sampler that runs one measurement after the other.
//!
//! The node keeps one [`Sampler`] per configured sensor and one [`Buses`] for all of them. It calls [`Sampler::start`] when a measurement
//! is due or asked for, then [`Sampler::poll`] until that says `Done` or `Failed`. No call waits: the longest is one search pass of the
//! 1-Wire bus (about 14 ms on a wire), so that an emergency stop never stands behind a measurement.
//!
//! To add a type: its line in `kind.rs`, and a driver where none fits.

mod analog;
mod bosch;
mod breaker;
mod buses;
mod compensation;
mod ds18b20;
#[cfg(test)]
mod ds18b20_tests;
mod fault;
mod flow;
mod kind;
pub mod one_wire;
mod reading;
mod sampler;
#[cfg(test)]
mod sampler_tests;
mod search;
#[cfg(test)]
mod search_tests;
mod sht31;
#[cfg(test)]
mod test_io;
#[cfg(test)]
mod test_rig;
#[cfg(test)]
mod wild_tests;

pub use breaker::{FAILURES_TO_OPEN, PROBE_INTERVAL_MS};
pub use buses::Buses;
pub use fault::Fault;
pub use kind::{Interface, address, emits, interface, is_address_possible, is_known};
pub use reading::{MAX_VALUES, Number, Quality, Reading, Readings};
pub use sampler::{Bench, Progress, Refusal, Sampler, Trigger};
pub use search::{FoundDevice, MAX_SCAN_DEVICES, RomSearch, SearchStep, device_type};
