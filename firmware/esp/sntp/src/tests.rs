use super::*;

const NONCE: u64 = 0x0123_4567_89ab_cdef;
/// 2026-11-21 00:00:00 UTC.
const NOW_UNIX_S: u64 = 1_795_219_200;

fn answer(ntp_seconds: u64, fraction: u32) -> [u8; PACKET_BYTES] {
    let mut packet = [0; PACKET_BYTES];
    packet[0] = 0x24;
    packet[STRATUM_AT] = 2;
    packet[ORIGINATE_AT..ORIGINATE_AT + 8].copy_from_slice(&NONCE.to_be_bytes());
    packet[TRANSMIT_AT..TRANSMIT_AT + 4].copy_from_slice(&(ntp_seconds as u32).to_be_bytes());
    packet[TRANSMIT_AT + 4..].copy_from_slice(&fraction.to_be_bytes());
    packet
}

fn answer_now() -> [u8; PACKET_BYTES] {
    answer(NOW_UNIX_S + NTP_TO_UNIX_S, 0)
}

#[test]
fn a_request_is_a_version_4_client_packet_with_the_nonce_as_transmit_time() {
    let mut expected = [0; PACKET_BYTES];
    expected[0] = 0x23;
    expected[40..].copy_from_slice(&[0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef]);
    assert_eq!(request(NONCE), expected);
}

#[test]
fn an_answer_gives_its_transmit_time() {
    assert_eq!(unix_time_s(&answer_now(), NONCE, 0), Ok(NOW_UNIX_S));
}

#[test]
fn half_the_round_trip_is_added_and_the_sum_rounded() {
    let quarter_past = answer(NOW_UNIX_S + NTP_TO_UNIX_S, 1 << 30);
    assert_eq!(unix_time_s(&quarter_past, NONCE, 498), Ok(NOW_UNIX_S));
    assert_eq!(unix_time_s(&quarter_past, NONCE, 500), Ok(NOW_UNIX_S + 1));
}

#[test]
fn the_era_that_begins_in_2036_is_understood() {
    let in_2040 = 2_208_988_800;
    assert_eq!(unix_time_s(&answer(in_2040 + NTP_TO_UNIX_S - ERA_S, 0), NONCE, 0), Ok(in_2040));
}

#[test]
fn the_last_second_of_era_0_rounds_into_era_1() {
    let packet = answer(u64::from(u32::MAX), u32::MAX);
    assert_eq!(unix_time_s(&packet, NONCE, 0), Ok(ERA_S - NTP_TO_UNIX_S));
}

#[test]
fn every_shorter_packet_is_refused() {
    for length in 0..PACKET_BYTES {
        assert_eq!(unix_time_s(&answer_now()[..length], NONCE, 0), Err(Refusal::TooShort));
    }
}

#[test]
fn an_answer_to_another_question_is_refused() {
    assert_eq!(unix_time_s(&answer_now(), NONCE + 1, 0), Err(Refusal::NotOurs));
}

#[test]
fn a_packet_that_no_server_sends_is_refused() {
    for mode in [0, 1, 2, 3, 5, 6, 7] {
        let mut packet = answer_now();
        packet[0] = 0x20 | mode;
        assert_eq!(unix_time_s(&packet, NONCE, 0), Err(Refusal::NotOurs));
    }
}

#[test]
fn a_server_without_time_is_refused() {
    let mut alarm = answer_now();
    alarm[0] |= 0xc0;
    let mut kiss_of_death = answer_now();
    kiss_of_death[STRATUM_AT] = 0;
    let mut stratum_16 = answer_now();
    stratum_16[STRATUM_AT] = 16;
    for packet in [alarm, kiss_of_death, stratum_16, answer(0, 0)] {
        assert_eq!(unix_time_s(&packet, NONCE, 0), Err(Refusal::Unsynchronised));
    }
}

#[test]
fn years_outside_the_contract_are_refused() {
    for unix_s in [1_699_999_999, 2_500_000_001] {
        assert_eq!(unix_time_s(&answer(unix_s + NTP_TO_UNIX_S, 0), NONCE, 0), Err(Refusal::OutOfRange));
    }
}

#[test]
fn the_longest_round_trip_does_not_overflow() {
    assert_eq!(unix_time_s(&answer_now(), NONCE, u32::MAX), Ok(NOW_UNIX_S + u64::from(u32::MAX / 2 + 500) / 1000));
}
