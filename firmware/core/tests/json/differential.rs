//! The JSON reader against serde_json: generated documents, damaged documents, and every payload of the shared vectors. Both have to agree on
//! what is valid, and on every value in what is.

use crate::seeded::Seeded;
use leitstand_core::json::{Json, JsonError, Kind, MAX_DEPTH};
use serde_json::Value;

/// What happened to the documents of a run, so that a test can tell that it has seen all sorts.
#[derive(Debug, Default)]
struct Tally {
    valid: usize,
    invalid: usize,
    too_deep: usize,
    /// Valid, but serde_json has no value for a number beyond `f64`.
    beyond_range: usize,
}

/// Nesting of valid text.
fn depth_of(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut is_escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match (in_string, byte) {
            (true, _) if is_escaped => is_escaped = false,
            (true, b'\\') => is_escaped = true,
            (_, b'"') => in_string = !in_string,
            (false, b'[' | b'{') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (false, b']' | b'}') => depth -= 1,
            _ => {}
        }
    }
    deepest
}

/// Valid text with every escape of a lone surrogate replaced by that of U+FFFD: serde_json refuses those, we read them so.
fn with_surrogates_replaced(text: &str) -> String {
    let unit_at = |at: usize| {
        let escape = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(escape, 16).ok()
    };
    let mut result = String::new();
    let mut at = 0;
    while let Some(char) = text[at..].chars().next() {
        let length = match (char, unit_at(at)) {
            ('\\', Some(0xD800..=0xDBFF)) => match unit_at(at + 6) {
                Some(0xDC00..=0xDFFF) => 12,
                _ => 6,
            },
            ('\\', Some(_)) => 6,
            ('\\', None) => 2,
            _ => char.len_utf8(),
        };
        let is_lone = length == 6 && matches!(unit_at(at), Some(0xD800..=0xDFFF));
        result += if is_lone { "\\ufffd" } else { &text[at..at + length] };
        at += length;
    }
    result
}

fn assert_same(json: Json<'_>, value: &Value) {
    assert_eq!(json.as_bool(), value.as_bool());
    assert_eq!(json.is_null(), value.is_null());
    match value {
        Value::Null => assert_eq!(json.kind(), Kind::Null),
        Value::Bool(_) => assert_eq!(json.kind(), Kind::Bool),
        Value::Number(number) => {
            assert_eq!(json.kind(), Kind::Number);
            assert_eq!(json.as_f64().map(f64::to_bits), number.as_f64().map(f64::to_bits));
            // The only integer that serde_json makes a float of.
            let is_minus_zero = json.as_written() == "-0";
            let expected = if is_minus_zero { Some(0) } else { number.as_i64() };
            assert_eq!(json.as_i64(), expected, "{}", json.as_written());
        }
        Value::String(string) => {
            let text = json.text().expect("a string");
            assert!(text == **string && text.chars().eq(string.chars()));
            assert_eq!(text.is_empty(), string.is_empty());
            assert_eq!(text.fits::<8>(), string.len() <= 8);
            let cut = (0..=8).rev().find(|&end| string.is_char_boundary(end.min(string.len())));
            assert_eq!(text.to_string::<8>(), string[..cut.unwrap().min(string.len())]);
        }
        Value::Array(values) => {
            assert_eq!(json.kind(), Kind::Array);
            assert_eq!(json.items().count(), values.len());
            json.items().zip(values).for_each(|(json, value)| assert_same(json, value));
        }
        Value::Object(map) => {
            assert_eq!(json.kind(), Kind::Object);
            assert!(json.get("no such member").is_none());
            for (key, value) in map {
                assert_same(json.get(key).expect("a member"), value);
            }
            for (key, _) in json.members() {
                assert!(map.contains_key(&key.to_string::<128>().to_string()));
            }
        }
    }
}

fn compare(bytes: &[u8], tally: &mut Tally) {
    let ours = Json::parse(bytes);
    let Ok(text) = core::str::from_utf8(bytes) else {
        assert!(matches!(ours, Err(JsonError::NotUtf8 { .. })), "{bytes:?}");
        tally.invalid += 1;
        return;
    };
    // Takes what the grammar takes: any surrogate, any number, any depth.
    let is_valid = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    if !is_valid {
        assert!(ours.is_err(), "{text}");
        tally.invalid += 1;
    } else if depth_of(text) > usize::from(MAX_DEPTH) {
        assert!(matches!(ours, Err(JsonError::TooDeep { .. })), "{text}");
        tally.too_deep += 1;
    } else {
        let json = ours.unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(json.as_written(), text.trim_matches([' ', '\t', '\n', '\r']));
        match serde_json::from_str::<Value>(&with_surrogates_replaced(text)) {
            Ok(value) => {
                assert_same(json, &value);
                tally.valid += 1;
            }
            Err(error) => {
                assert!(error.to_string().contains("out of range"), "{text}: {error}");
                tally.beyond_range += 1;
            }
        }
    }
}

fn space(chance: &mut Seeded, text: &mut String) {
    if chance.below(6) == 0 {
        *text += chance.pick(&[" ", "\t", "\n", "\r\n", "  "]);
    }
}

fn number(chance: &mut Seeded, text: &mut String) {
    const EDGES: [&str; 12] = [
        "0",
        "-0",
        "-0.0",
        "4294967295",
        "4294967296",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "18446744073709551616",
        "1e400",
        "2.2250738585072011e-308",
        "5e-324",
    ];
    let digits = |chance: &mut Seeded| (chance.next() >> chance.below(64)).to_string();
    match chance.below(6) {
        0 => *text += chance.pick(&EDGES),
        1 => *text += &(chance.next() as i64 >> chance.below(64)).to_string(),
        2 => *text += &f64::from_bits(chance.next()).to_string().replace("NaN", "0").replace("inf", "1"),
        3 => *text += &format!("{}.{}", digits(chance), digits(chance)),
        4 => *text += &format!("-{}e{}", digits(chance), chance.below(700) as i32 - 350),
        _ => *text += &digits(chance),
    }
}

fn string(chance: &mut Seeded, text: &mut String) {
    const PIECES: [&str; 24] = [
        "a",
        "b",
        "gpio",
        "é",
        "€",
        "😀",
        "\u{fffd}",
        "\u{7f}",
        " ",
        "{",
        "]",
        ",",
        ":",
        "\\\"",
        "\\\\",
        "\\/",
        "\\n",
        "\\u0000",
        "\\u00E9",
        "\\uFFFF",
        "\\ud83d\\ude00",
        "\\ud83d",
        "\\uDE00",
        "\\u2028",
    ];
    text.push('"');
    for _ in 0..chance.below(6) {
        *text += chance.pick(&PIECES);
    }
    text.push('"');
}

fn key(chance: &mut Seeded, text: &mut String) {
    // Few keys, so that many are repeated, also in another spelling.
    match chance.below(3) {
        0 => string(chance, text),
        _ => *text += chance.pick(&["\"a\"", "\"\\u0061\"", "\"command\"", "\"\"", "\"sensors\""]),
    }
}

fn document(chance: &mut Seeded, depth: usize, text: &mut String) {
    space(chance, text);
    match chance.below(if depth < 10 { 9 } else { 5 }) {
        0 => number(chance, text),
        1 | 2 => string(chance, text),
        3 => *text += chance.pick(&["true", "false"]),
        4 => *text += "null",
        sort => {
            let (open, close) = if sort < 7 { ('[', ']') } else { ('{', '}') };
            text.push(open);
            space(chance, text);
            for index in 0..chance.below(4) {
                if index > 0 {
                    text.push(',');
                }
                if open == '{' {
                    space(chance, text);
                    key(chance, text);
                    space(chance, text);
                    text.push(':');
                }
                document(chance, depth + 1, text);
            }
            text.push(close);
        }
    }
    space(chance, text);
}

/// One to three damages.
fn damaged(chance: &mut Seeded, text: &[u8]) -> Vec<u8> {
    const BYTES: &[u8] = b"\"\\{}[],:0-9.eE+tfnu \n\x00\x1f\x7f\x80\xc3\xed\xff";
    let mut bytes = text.to_vec();
    for _ in 0..=chance.below(3) {
        let at = chance.below(bytes.len() + 1);
        let end = (at + chance.below(4)).min(bytes.len());
        match chance.below(5) {
            0 => bytes.insert(at, chance.pick(BYTES)),
            1 => drop(bytes.drain(at..end)),
            2 => bytes.truncate(at),
            3 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = chance.pick(BYTES);
                }
            }
        }
    }
    bytes
}

#[test]
fn generated_and_damaged_documents_are_judged_and_read_like_serde_json_does() {
    let mut chance = Seeded(5);
    let mut tally = Tally::default();
    for _ in 0..40_000 {
        let mut text = String::new();
        document(&mut chance, 0, &mut text);
        compare(text.as_bytes(), &mut tally);
        for _ in 0..2 {
            compare(&damaged(&mut chance, text.as_bytes()), &mut tally);
        }
    }
    println!("{tally:?}");
    assert!(tally.valid > 40_000 && tally.invalid > 40_000, "{tally:?}");
    assert!(tally.too_deep > 100 && tally.beyond_range > 100, "{tally:?}");
}

#[test]
fn documents_as_large_as_the_largest_packet_are_judged_and_read_like_serde_json_does() {
    // 0.5: a device takes up to 8192 bytes.
    const LARGEST: usize = 8192;
    let mut chance = Seeded(8192);
    let mut tally = Tally::default();
    for _ in 0..150 {
        let mut text = String::from("[0");
        while text.len() < LARGEST - 700 {
            let mut element = String::new();
            document(&mut chance, 3, &mut element);
            let is_in_range = serde_json::from_str::<Value>(&with_surrogates_replaced(&element)).is_ok();
            if is_in_range && element.len() < 600 {
                text = text + "," + &element;
            }
        }
        let padding = "x".repeat(LARGEST - text.len() - 4);
        text = text + ",\"" + &padding + "\"]";
        compare(text.as_bytes(), &mut tally);
        compare(&damaged(&mut chance, text.as_bytes()), &mut tally);
    }
    println!("{tally:?}");
    assert!(tally.valid >= 50 && tally.invalid >= 50, "{tally:?}");
}

#[test]
fn every_payload_of_the_shared_vectors_is_judged_and_read_like_serde_json_does() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test/vectors");
    let mut chance = Seeded(1_777_012_400);
    let (mut console_payloads, mut tally) = (0, Tally::default());
    for entry in std::fs::read_dir(folder).expect("test/vectors") {
        let file = std::fs::read(entry.unwrap().path()).unwrap();
        compare(&file, &mut tally);
        let file: Value = serde_json::from_slice(&file).unwrap();
        for vector in file["vectors"].as_array().into_iter().flatten() {
            if let Some(text) = vector["text"].as_str() {
                console_payloads += 1;
                let json = Json::parse(text.as_bytes()).expect("a legal payload");
                assert!(json.is_object());
                assert_eq!(Some(text.len() as u64), vector["sizeBytes"].as_u64());
            }
            let payload = vector.get("payload").map(Value::to_string);
            let texts = [vector["text"].as_str(), vector["payloadText"].as_str(), payload.as_deref()];
            for text in texts.into_iter().flatten() {
                compare(text.as_bytes(), &mut tally);
                for _ in 0..10 {
                    compare(&damaged(&mut chance, text.as_bytes()), &mut tally);
                }
            }
        }
    }
    println!("{console_payloads} payloads for a device, {tally:?}");
    assert!(console_payloads >= 80, "{console_payloads}");
    assert!(tally.valid > 1000 && tally.invalid > 1000, "{tally:?}");
}
