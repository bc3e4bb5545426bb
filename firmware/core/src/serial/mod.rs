//! The serial line of the device, UART and USB alike: Improv-Serial with vendor RPCs, and log lines between them.
//!
//! The node owns a [`Line`] (bytes to requests), an [`Assembly`] (long values from chunks) and an [`Output`] (replies and logs to bytes); it
//! executes the requests. The console speaks the same table. Whoever holds the cable may set everything and read no secret: no password and no
//! token is ever answered.
//!
//! # Packets
//! `"IMPROV" 01 type length data[length] checksum`, at most 265 bytes; the checksum is the low byte of the sum of all bytes before it. The device
//! puts a line feed before and behind each (improv-wifi.com/serial). Types: 01 state (device), 02 error (device), 03 command (console),
//! 04 result (device). A command is `rpc length data`, a result `rpc length (length string)*`. Anything else on the line is log text.
//!
//! On a command that it understands the device first sends error 00, then the result, or another error. It answers a command that it does not
//! understand with the error alone, and nothing to a packet with a bad checksum: the console sends again after 1 s.
//!
//! # Commands
//! *text* = length byte and UTF-8 without control characters; *u16* = big-endian. All data must be used up exactly, else error 01.
//!
//! | rpc | name | data | result | errors |
//! |---|---|---|---|---|
//! | 01 | set Wi-Fi | text ssid 1–32, text password: empty, 8–63 bytes, or 64 hex digits | state 03, then state 04 and `[url]`, when joined; url may be empty | 01, 03 (not joined within the join time-out), E4 |
//! | 02 | get state | – | a state packet; state 04 is followed by result 01 `[url]` | 01 |
//! | 03 | device info | – | `[firmware name, version, chip, device name]` | 01 |
//! | 04 | scan Wi-Fi | – | per network, strongest first, at most 16: `[ssid, dBm, "YES"/"NO"]`; then `[]` | 01, E5 |
//! | 05 | host name | nothing = get; else set: 1–63 letters, digits, inner hyphens (no length byte) | `[host name]` | 01, 05, E0, E4 |
//! | 06 | device name | nothing = get; else set: 1–64 bytes of UTF-8 (no length byte) | `[device name]` | 01, E0, E4 |
//! | 07 | network state | – | `[flags]`, and `url` when online; flags: 1 online + 2 has Wi-Fi | 01 |
//! | F0 | set broker | text host 1–64 (letters, digits, `.` `-` `_` `:`), u16 port ≥ 1, byte TLS 0/1, text user 0–64, text password 0–64 | `[]` | 01, E0 (TLS is not built in), E4 |
//! | F1 | get broker | – | `[host, port, TLS "0"/"1", user, password stored "0"/"1"]` | 01 |
//! | F2 | TLS authority | chunk, at most 4,000 bytes PEM or DER; total 0 = remove | `[bytes so far]` | 01, E0, E1, E2, E4 |
//! | F3 | set identity | text id 0–31 of `A–Z 0–9 _` (empty = from the MAC), text kaiser 1–63 of `A–Z a–z 0–9 _` | `[id, kaiser]`, in force after a reboot | 01, E4 |
//! | F4 | get identity | – | `[id, kaiser, device token stored, broadcast token stored, token required]`, flags `"0"/"1"` | 01 |
//! | F5 | set token | byte kind: 1 device, 2 broadcast; text token 0–64, empty = remove | `[]` | 01, E4 |
//! | F6 | token policy | byte: 1 = a stop without a stored token is refused, 0 = it is taken | `[]` | 01, E4 |
//! | F7 | status | – | `[id, firmware, board, Wi-Fi joined, ip, broker connected, registered, approval, zone, boots, safe mode]`; flags `"0"/"1"`, approval `pending`/`approved`/`rejected`, ip empty when not joined, zone empty when none | 01 |
//! | F8 | configuration | chunk of a message as on topic `config` (wire contract 5.1), 1–4,351 bytes | `[bytes so far]`; the last one `[bytes, status, message]` with the status of `config_response` (5.5) | 01, E1, E2, E4 |
//! | F9 | factory reset | text `ERASE` | `[]`, then a reboot with empty settings | 01, E3, E4 |
//! | FA | reboot | – | `[]`, then a reboot | 01 |
//!
//! A *chunk* is u16 offset, u16 total, and the bytes from offset on (1–249). Offset 0 begins anew. A chunk that was already taken is answered
//! again (the console may have lost the answer); one that leaves a gap, overlaps with other bytes, or changes the total is error E1 and ends the
//! sequence: begin anew.
//!
//! # Errors
//! 00 none, 01 invalid, 02 unknown rpc, 03 not joined, 05 bad host name, FF unknown: as in Improv. Ours: E0 not built into this firmware,
//! E1 chunk out of sequence, E2 too long, E3 not confirmed, E4 not stored (flash), E5 busy: ask again.
//!
//! # Log lines
//! `L (uptime ms) text` and a line feed, L being the level: D, I, W, E or C. Lines that do not fit are dropped whole and counted; the next one that
//! fits follows a line that tells how many.

mod assembly;
mod field;
mod line;
mod output;
mod request;

pub use assembly::{Assembly, CONFIGURATION_BYTES, Progress};
pub use line::{LINE_SILENCE_MS, Line, Received};
pub use output::{Approval, MAX_SCAN_RESULTS, Output, OutputError, Status};
pub use request::{Broker, Chunk, Request, TokenKind};

const PREFIX: [u8; 7] = *b"IMPROV\x01";
/// Prefix, type and length.
const HEADER_BYTES: usize = 9;
const MAX_DATA_BYTES: usize = 255;
/// With its checksum.
const MAX_PACKET_BYTES: usize = HEADER_BYTES + MAX_DATA_BYTES + 1;

/// Packet types.
const TYPE_STATE: u8 = 1;
const TYPE_ERROR: u8 = 2;
const TYPE_COMMAND: u8 = 3;
const TYPE_RESULT: u8 = 4;

/// The low byte of the sum of all bytes.
fn checksum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte))
}

/// Commands. To add one: its number here, in [`Rpc::from_number`] and in the table above, its parser in `request.rs`, vectors in
/// test/vectors/improv.json.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Rpc {
    SetWifi = 0x01,
    GetState = 0x02,
    DeviceInfo = 0x03,
    ScanWifi = 0x04,
    Hostname = 0x05,
    DeviceName = 0x06,
    NetworkState = 0x07,
    SetBroker = 0xF0,
    GetBroker = 0xF1,
    Certificate = 0xF2,
    SetIdentity = 0xF3,
    GetIdentity = 0xF4,
    SetToken = 0xF5,
    TokenPolicy = 0xF6,
    Status = 0xF7,
    Configuration = 0xF8,
    FactoryReset = 0xF9,
    Reboot = 0xFA,
}

impl Rpc {
    pub const ALL: [Rpc; 18] = [
        Rpc::SetWifi,
        Rpc::GetState,
        Rpc::DeviceInfo,
        Rpc::ScanWifi,
        Rpc::Hostname,
        Rpc::DeviceName,
        Rpc::NetworkState,
        Rpc::SetBroker,
        Rpc::GetBroker,
        Rpc::Certificate,
        Rpc::SetIdentity,
        Rpc::GetIdentity,
        Rpc::SetToken,
        Rpc::TokenPolicy,
        Rpc::Status,
        Rpc::Configuration,
        Rpc::FactoryReset,
        Rpc::Reboot,
    ];

    /// The command of that number, or `None`.
    pub fn from_number(number: u8) -> Option<Rpc> {
        Rpc::ALL.into_iter().find(|rpc| *rpc as u8 == number)
    }
}

/// The content of an error packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ErrorState {
    None = 0x00,
    InvalidRpc = 0x01,
    UnknownRpc = 0x02,
    UnableToConnect = 0x03,
    BadHostname = 0x05,
    NotBuiltIn = 0xE0,
    OutOfSequence = 0xE1,
    TooLong = 0xE2,
    NotConfirmed = 0xE3,
    NotStored = 0xE4,
    Busy = 0xE5,
    Unknown = 0xFF,
}

/// The content of a state packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// Waits for credentials.
    Ready = 0x02,
    /// Joins with new credentials.
    Provisioning = 0x03,
    /// Has joined with the stored ones.
    Provisioned = 0x04,
}
