//! What a device does without its console: when it is alone ([`OfflineMode`]), which acknowledgements end that ([`AckMembers`]), and which
//! outputs its rules switch meanwhile ([`evaluate`]). Pure: times and values are passed in; the node publishes and drives what comes out.

mod ack;
mod judge;
mod mode;
mod rules;

pub use ack::{AckMembers, AckReject, EpochMember};
pub use judge::{FIRST_DECISION_SAMPLES, VALUE_MAX_AGE_MS};
pub use mode::{ACK_TIMEOUT_MS, Change, Counters, Event, GRACE_MS, Mode, OfflineMode, SETTLE_MS, STALE_STATUS_MS};
pub use rules::{Order, RULE_INTERVAL_MS, RuleOrder, RuleStates, SampledValue, Surroundings, evaluate};
