//! Anything at all on the serial line: no panic, no endless loop, and after a silence the next good command is understood.
//!
//! The input is a row of pieces: byte 0, bit 7 = raw, the other bits half the count; then that many bytes. A raw piece goes to the line as it is, any
//! other one as the data of a command packet, so that the parsers of the commands are reached without guessing header and checksum.
#![no_main]

use leitstand_core::io::LogLevel;
use leitstand_core::serial::{Assembly, Line, Output, Request, Rpc};
use libfuzzer_sys::fuzz_target;

/// `get state`.
const GOOD: &[u8] = b"IMPROV\x01\x03\x02\x02\x00\xE5";

fn execute(request: Request<'_>, assembly: &mut Assembly, output: &mut Output) {
    let _ = match request {
        Request::SetName(name) => output.result(Rpc::DeviceName, &[name]),
        Request::CertificateChunk(chunk) => match assembly.take(Rpc::Certificate, &chunk) {
            Ok(_) => output.progress(Rpc::Certificate, chunk.offset),
            Err(error) => output.error(error),
        },
        Request::ConfigurationChunk(chunk) => match assembly.take(Rpc::Configuration, &chunk) {
            Ok(_) => output.progress(Rpc::Configuration, chunk.offset),
            Err(error) => output.error(error),
        },
        other => {
            output.log(LogLevel::Info, 0, format_args!("{other:?}"));
            Ok(())
        }
    };
}

/// A command packet around `data`.
fn packet(data: &[u8]) -> Vec<u8> {
    let mut bytes = b"IMPROV\x01\x03".to_vec();
    bytes.push(data.len() as u8);
    bytes.extend(data);
    bytes.push(bytes.iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte)));
    bytes
}

fn line_of(mut data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let [control, rest @ ..] = data {
        let count = 2 * usize::from(*control & 127);
        let (piece, behind) = rest.split_at(count.min(rest.len()));
        data = behind;
        if *control & 128 != 0 {
            bytes.extend(piece);
        } else {
            bytes.extend(packet(piece));
        }
    }
    bytes
}

fuzz_target!(|data: &[u8]| {
    let mut line = Line::new();
    let mut assembly = Assembly::new();
    let mut output = Output::new();
    for byte in line_of(data) {
        match line.rx(byte) {
            Some(Ok(request)) => execute(request, &mut assembly, &mut output),
            Some(Err(error)) => drop(output.error(error)),
            None => {}
        }
        output.sent(usize::from(byte) / 8);
    }
    while line.expire().is_some() {}
    let seen = GOOD.iter().filter(|byte| line.rx(**byte) == Some(Ok(Request::GetState)));
    assert_eq!(seen.count(), 1);
});
