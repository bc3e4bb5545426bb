//! Every bound and time-out of the client, with its reason. "Contract" is the wire contract.

/// Longest topic that is received: "topic ≤ 192 B" (contract 0.5). A longer one cannot match anything the device asked for.
pub const MAX_TOPIC_BYTES: usize = 192;
/// Largest payload that is received whole. The largest legal message is a configuration below 4352 B (contract 5.6); one somewhat above it still arrives
/// whole, so that it is answered with its correlation id.
pub const MAX_PAYLOAD_BYTES: usize = 4608;
/// Return codes of one SUBACK. A SUBSCRIBE of this client has one filter; more room only so that a wrong SUBACK is named as such.
pub const MAX_GRANTED: usize = 16;

/// Longest topic that is sent, and longest filter: `kaiser/{63}/esp/{31}/system/intent_outcome/lifecycle` has 138 B (contract 0.3, 1.11). Upstream's queue
/// takes topics < 128 B (7.1), which such a name would not pass.
pub const MAX_SENT_TOPIC_BYTES: usize = 144;
/// Largest payload that is sent. Upstream's queue takes < 1536 B (contract 7.1); a `config_response` with 10 failures needs more.
pub const MAX_PUBLISH_BYTES: usize = 2048;
/// Bytes ready to be written. Holds the largest PUBLISH (3 B header, 2 B length, topic, 2 B id, payload = 2199 B) and some acknowledgements before it.
pub const TX_BYTES: usize = 2304;
/// Topics and payloads of all waiting and unacknowledged messages: 48 outcomes (contract 7.1, intent outbox) of about 330 B.
pub const ARENA_BYTES: usize = 20 * 1024;
/// Messages that wait or are unacknowledged (contract 7.1: intent outbox of 48).
pub const MAX_MESSAGES: usize = 48;
/// Slots for normal messages (contract 7.1: 8). The ones above [`SHED_LEVEL`] are for messages that pass a closed gate: without them, readings that wait for
/// the gate would keep out the heartbeat that opens it.
pub const QUEUE_SLOTS: usize = 8;
/// From this many waiting normal messages on, a gated normal one is shed (contract 7.1: "from level 6 non-critical messages are shed").
pub const SHED_LEVEL: usize = 6;
/// Sent and unacknowledged QoS 1 and 2 messages. Mosquitto's max_inflight_messages is 10 in the contract's profile (7.3).
pub const MAX_IN_FLIGHT: usize = 8;
/// SUBSCRIBEs waiting or unanswered: the device has 12 filters, upstream's queue has 16 entries (contract 1.0).
pub const MAX_SUBSCRIPTIONS: usize = 16;
/// Received QoS 2 messages whose PUBREL has not come. A broker sends at most 10 or 20 at a time (contract 7.3).
pub const MAX_INBOUND: usize = 32;
/// Acknowledgements not yet written. More than the packets of one read of the socket (1.5 kB at 30 B or more each) on top of all that a broker keeps in flight.
pub const MAX_REPLIES: usize = 128;

/// Keep-alive announced in CONNECT (contract 0.4).
pub const KEEP_ALIVE_S: u16 = 60;
/// PINGREQ after this long without having sent anything: three quarters of the keep-alive, so that one late poll does not cost the connection.
pub const SEND_SILENCE_MS: u64 = 45_000;
/// PINGREQ after this long without having received anything: finds a half-open connection although the device itself is talking (QoS 0 has no answers).
pub const RECEIVE_SILENCE_MS: u64 = 60_000;
/// CONNACK after CONNECT: the half-open time of the breaker (contract 7.1: 10 s).
pub const CONNACK_TIMEOUT_MS: u64 = 10_000;
/// PINGRESP after PINGREQ: with the 45 s before it, a dead link is found before the broker's 1.5 keep-alives (90 s) are over.
pub const PINGRESP_TIMEOUT_MS: u64 = 10_000;
/// PUBACK, PUBREC, PUBCOMP, SUBACK. The embedded broker holds a PUBACK back for 10 s at most (docs/decisions/0006); twice that.
pub const ANSWER_TIMEOUT_MS: u64 = 20_000;
/// The socket takes no byte for this long. Half of [`ANSWER_TIMEOUT_MS`], which counts from encoding: so the broker has the other half for its answer.
pub const WRITE_TIMEOUT_MS: u64 = 10_000;
