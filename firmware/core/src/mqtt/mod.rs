//! MQTT 3.1.1 client in fixed memory: bytes and time in, bytes out. The owner has the socket; "section" without a file means the OASIS standard.
//!
//! [`Decoder`] turns received bytes into packets that borrow it, [`Session`] keeps the connection's state and what waits to be sent. They are two values so
//! that the owner can act on a packet while the session is changed. [`BackOff`] says when to try again. The loop of an owner:
//!
//! 1. socket open: `decoder.reset()`, `session.open(...)`
//! 2. bytes arrive: `session.heard(now)`, then `decoder.next(&mut bytes)` until `None`; each packet goes to `session.handle(...)`, which says what to do
//! 3. write what `session.transmit(now)` shows, report it with `session.sent(...)`
//! 4. `session.poll(now)` at `session.next_due()` at the latest; close the socket on `Some`, and on every error of 2
//! 5. socket gone: `session.closed()`

pub mod back_off;
mod copying;
pub mod decoder;
pub mod encoder;
mod inbound;
mod limits;
mod line;
mod outbox;
pub mod packet;
pub mod session;
mod subscriptions;
mod tx_buffer;

pub use back_off::BackOff;
pub use decoder::Decoder;
pub use encoder::{Connect, Login, Will};
pub use limits::*;
pub use line::Lost;
pub use outbox::{Counters, Priority, Publish, Refusal};
pub use packet::{Packet, Payload, ProtocolError};
pub use session::{Event, Session};
