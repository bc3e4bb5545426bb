//! The serial line: the vectors that the console reads as well, noise, silence, and a line that nobody reads.

mod output;
mod vectors;

use leitstand_core::serial::{Assembly, ErrorState, Line, Progress, Received, Request, Rpc};

/// A packet of any type, by the rule of flashing.md 7.1.
fn packet(kind: u8, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"IMPROV\x01".to_vec();
    bytes.extend([kind, data.len() as u8]);
    bytes.extend(data);
    bytes.push(bytes.iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte)));
    bytes
}

fn command(rpc: u8, data: &[u8]) -> Vec<u8> {
    packet(3, &[&[rpc, data.len() as u8], data].concat())
}

/// The bytes as they come, then silence; what `see` makes of each request.
fn received<T>(line: &mut Line, bytes: &[u8], see: impl Fn(Received<'_>) -> T) -> Vec<T> {
    let mut all: Vec<T> = bytes.iter().filter_map(|byte| line.rx(*byte).map(&see)).collect();
    while let Some(request) = line.expire() {
        all.push(see(request));
    }
    all
}

/// xorshift32: the same noise every time.
fn noise(seed: u32) -> impl Iterator<Item = u32> {
    std::iter::successors(Some(seed), |state| {
        let mut next = *state;
        next ^= next << 13;
        next ^= next >> 17;
        next ^= next << 5;
        Some(next)
    })
    .skip(1)
}

fn is_get_state(request: Received<'_>) -> bool {
    request == Ok(Request::GetState)
}

#[test]
fn every_number_that_is_no_command_is_unknown() {
    for number in 0..=255 {
        let is_unknown = |request: Received<'_>| request == Err(ErrorState::UnknownRpc);
        let seen = received(&mut Line::new(), &command(number, &[]), is_unknown);
        assert_eq!(seen, [Rpc::from_number(number).is_none()], "{number:#04x}");
    }
}

#[test]
fn any_noise_before_a_packet_leaves_the_packet_alone() {
    let mut random = noise(0xBADC_AB1E);
    let good = command(2, &[]);
    for _ in 0..2000 {
        // Noise that likes to look like a packet.
        let count = random.next().unwrap() % 300;
        let mut bytes: Vec<u8> = random
            .by_ref()
            .take(count as usize)
            .map(|value| match value % 4 {
                0 => b"IMPROV\x01\x03"[(value >> 8) as usize % 8],
                1 => b'I',
                _ => (value >> 16) as u8,
            })
            .collect();
        bytes.extend(b"IMPROV\x01\x03\xFF".iter().take(count as usize % 10));
        bytes.extend(&good);
        let seen = received(&mut Line::new(), &bytes, is_get_state);
        assert_eq!(seen.last(), Some(&true), "{bytes:02x?}");
    }
}

#[test]
fn each_bad_byte_of_a_packet_loses_that_packet_only() {
    let good = command(2, &[]);
    for index in 0..good.len() {
        for bit in 0..8 {
            let mut bytes = good.clone();
            bytes[index] ^= 1 << bit;
            bytes.extend(&good);
            let seen = received(&mut Line::new(), &bytes, is_get_state);
            assert_eq!(seen, [true], "byte {index}, bit {bit}");
        }
    }
}

#[test]
fn a_packet_cut_short_is_given_up_in_silence_and_the_next_one_is_taken() {
    let good = command(3, &[]);
    for length in 0..good.len() {
        let mut line = Line::new();
        assert!(received(&mut line, &good[..length], is_get_state).is_empty());
        let seen = received(&mut line, &command(2, &[]), is_get_state);
        assert_eq!(seen, [true], "cut at {length}");
    }
}

#[test]
fn packets_inside_one_that_never_ends_come_out_in_order_when_the_line_is_silent() {
    let mut line = Line::new();
    let mut bytes = b"IMPROV\x01\x03\xFF".to_vec();
    for rpc in [2, 3, 2] {
        bytes.extend(command(rpc, &[]));
    }
    for byte in &bytes {
        assert_eq!(line.rx(*byte), None);
    }
    assert_eq!(line.expire(), Some(Ok(Request::GetState)));
    assert_eq!(line.expire(), Some(Ok(Request::DeviceInfo)));
    assert_eq!(line.expire(), Some(Ok(Request::GetState)));
    assert_eq!(line.expire(), None);
}

#[test]
fn a_request_found_late_does_not_swallow_the_byte_that_brought_it_out() {
    let mut line = Line::new();
    // 20 bytes are announced; the second command ends behind them.
    let mut bytes = b"IMPROV\x01\x03\x14".to_vec();
    bytes.extend(command(2, &[]));
    bytes.extend(command(3, &[]));
    let seen = received(&mut line, &bytes, is_get_state);
    assert_eq!(seen, [true, false]);
}

#[test]
fn a_packet_of_full_length_is_taken() {
    let bytes = command(0xF8, &[7; 253]);
    let seen = received(
        &mut Line::new(),
        &bytes,
        |request| matches!(request, Ok(Request::ConfigurationChunk(chunk)) if chunk.bytes == [7; 249]),
    );
    assert_eq!(seen, [true]);
}

#[test]
fn a_configuration_of_the_largest_size_comes_over_in_18_chunks() {
    let value: Vec<u8> = (0..4351u32).map(|index| (index % 251) as u8).collect();
    let mut line = Line::new();
    let mut assembly = Assembly::new();
    let mut complete = None;
    let pieces = value.chunks(249).enumerate();
    assert_eq!(pieces.len(), 18);
    for (index, piece) in pieces {
        let offset = (index as u16 * 249).to_be_bytes();
        let bytes = command(0xF8, &[&offset, &4351u16.to_be_bytes(), piece].concat());
        for byte in bytes {
            let Some(Ok(Request::ConfigurationChunk(chunk))) = line.rx(byte) else {
                continue;
            };
            if let Progress::Complete(whole) = assembly.take(Rpc::Configuration, &chunk).unwrap() {
                complete = Some(whole.to_vec());
            }
        }
    }
    assert_eq!(complete, Some(value));
}
