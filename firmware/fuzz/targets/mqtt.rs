//! Any bytes from a broker, in any pieces: the decoder never panics, and pieces make no difference.
//!
//! Byte 0 of the input says how large the pieces are; the rest is the stream.
#![no_main]

use leitstand_core::mqtt::{Decoder, Packet};
use libfuzzer_sys::fuzz_target;

fn read(stream: &[u8], piece_bytes: usize) -> Vec<String> {
    let mut decoder = Box::new(Decoder::new());
    let mut seen = Vec::new();
    for piece in stream.chunks(piece_bytes.max(1)) {
        let mut input = piece;
        loop {
            match decoder.next(&mut input) {
                Ok(Some(packet)) => {
                    if let Packet::Publish { topic, .. } = &packet {
                        assert!(topic.len() <= leitstand_core::mqtt::MAX_TOPIC_BYTES);
                    }
                    seen.push(format!("{packet:?}"));
                }
                Ok(None) => break,
                Err(error) => {
                    seen.push(format!("{error:?}"));
                    return seen;
                }
            }
        }
    }
    seen
}

fuzz_target!(|data: &[u8]| {
    let Some((first, stream)) = data.split_first() else { return };
    assert_eq!(read(stream, usize::from(*first)), read(stream, stream.len()));
});
