//! SNTP (RFC 4330) without a socket: the request to send, and the check of what came back. A crate of its own so that it is tested natively.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

/// Bytes of a request and of the part of an answer that matters (RFC 4330, section 4).
pub const PACKET_BYTES: usize = 48;
/// UDP port of the servers.
pub const PORT: u16 = 123;

/// Seconds from 1900-01-01 (NTP era 0) to 1970-01-01: 70 years with 17 leap days.
const NTP_TO_UNIX_S: u64 = 2_208_988_800;
/// Length of an NTP era in seconds: its counter has 32 bits.
const ERA_S: u64 = 1 << 32;
/// Times that the device contract takes as valid (9.4).
const VALID_UNIX_S: core::ops::RangeInclusive<u64> = 1_700_000_000..=2_500_000_000;

/// Leap indicator 0, version 4, mode 3 (client).
const CLIENT_V4: u8 = 0x23;
const MODE_MASK: u8 = 0x07;
const MODE_SERVER: u8 = 4;
const LEAP_SHIFT: u32 = 6;
const LEAP_UNSYNCHRONISED: u8 = 3;
/// 0 is a kiss-o'-death, 16 and more are unsynchronised.
const STRATUM: core::ops::RangeInclusive<u8> = 1..=15;

const STRATUM_AT: usize = 1;
const ORIGINATE_AT: usize = 24;
const TRANSMIT_AT: usize = 40;

/// Why an answer was not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    TooShort,
    /// Not a server's answer, or to another question than ours.
    NotOurs,
    /// The server says that its own clock is not set, or asks us to stay away.
    Unsynchronised,
    /// Outside the years 2023 to 2049 that the contract takes as valid.
    OutOfRange,
}

/// A request whose transmit time stamp is `nonce`: the server echoes it, which tells its answer from a forged or late one.
pub fn request(nonce: u64) -> [u8; PACKET_BYTES] {
    let mut packet = [0; PACKET_BYTES];
    let parts = [(0, &[CLIENT_V4][..]), (TRANSMIT_AT, &nonce.to_be_bytes()[..])];
    for (at, bytes) in parts {
        for (target, byte) in packet.iter_mut().skip(at).zip(bytes) {
            *target = *byte;
        }
    }
    packet
}

/// Unix time in seconds of an answer to `request(nonce)` that was `round_trip_ms` under way, rounded to the nearest second.
pub fn unix_time_s(answer: &[u8], nonce: u64, round_trip_ms: u32) -> Result<u64, Refusal> {
    let [head, stratum] = [0, STRATUM_AT].map(|at| answer.get(at).copied());
    let (Some(head), Some(stratum)) = (head, stratum) else {
        return Err(Refusal::TooShort);
    };
    let originate = number_at(answer, ORIGINATE_AT).ok_or(Refusal::TooShort)?;
    let transmit = number_at(answer, TRANSMIT_AT).ok_or(Refusal::TooShort)?;
    if head & MODE_MASK != MODE_SERVER || originate != nonce {
        return Err(Refusal::NotOurs);
    }
    if head >> LEAP_SHIFT == LEAP_UNSYNCHRONISED || !STRATUM.contains(&stratum) || transmit == 0 {
        return Err(Refusal::Unsynchronised);
    }
    // 32.32 fixed point. The way back took about half of the round trip.
    let seconds = transmit >> 32;
    let thousandths = ((transmit & 0xffff_ffff) * 1000) >> 32;
    let rounded = seconds + (thousandths + u64::from(round_trip_ms / 2) + 500) / 1000;
    // Era 1 begins in February 2036 and counts from 0 again (RFC 4330, section 3).
    let since_1900 = if rounded < NTP_TO_UNIX_S { rounded + ERA_S } else { rounded };
    let unix_s = since_1900 - NTP_TO_UNIX_S;
    if VALID_UNIX_S.contains(&unix_s) { Ok(unix_s) } else { Err(Refusal::OutOfRange) }
}

fn number_at(packet: &[u8], at: usize) -> Option<u64> {
    let bytes = packet.get(at..)?.first_chunk::<8>()?;
    Some(u64::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests;
