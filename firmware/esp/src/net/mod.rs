//! The tasks around the network: each does one thing and tells the node task by a channel or a pipe, then wakes it.

pub mod clock;
pub mod link;
pub mod wifi;
