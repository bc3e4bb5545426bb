//! The MQTT client from outside: bytes in, bytes out, against a broker's codec that shares no code with it.
mod broker;
mod decoding;
mod encoding;
mod fuzz;
mod link;
mod queueing;
mod sessions;
mod subscriptions;
mod timing;
