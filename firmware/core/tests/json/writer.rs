//! What the JSON writer writes, and that serde_json reads it back.

use crate::seeded::Seeded;
use leitstand_core::json::{ArrayWriter, Json, ObjectWriter, TooLong};
use serde_json::{Map, Value, json};

fn written(fill: impl FnOnce(&mut ObjectWriter<'_>)) -> String {
    let mut buffer = [0xAA; 4096];
    let mut writer = ObjectWriter::new(&mut buffer);
    fill(&mut writer);
    String::from_utf8(writer.finish().expect("room").to_vec()).expect("UTF-8")
}

#[test]
fn an_object_has_its_members_in_order_and_no_white_space() {
    let text = written(|o| {
        o.str("command", "ON").int("min", i64::MIN).uint("max", u64::MAX);
        o.bool("yes", true).bool("no", false).null("nothing");
        o.float("value", 21.5_f32, 2);
        o.display("message", format_args!("{} configured, {} \"failed\"", 1, 2));
        o.object("empty", |_| {}).array("none", |_| {});
        o.object("a", |a| {
            a.object("b", |b| {
                b.int("c", -1);
            });
            a.int("d", 0);
        });
        o.array("list", |list| {
            list.int(-1).uint(2).str("x").bool(true).null().float(0.5, 1);
            list.display(3.25);
            list.object(|o| {
                o.int("y", 1).int("z", 2);
            });
            list.array(|inner| {
                inner.array(|_| {}).int(7);
            });
            list.int(8);
        });
        o.str("last", "");
    });
    assert_eq!(
        text,
        concat!(
            r#"{"command":"ON","min":-9223372036854775808,"max":18446744073709551615,"yes":true,"no":false,"nothing":null,"#,
            r#""value":21.50,"message":"1 configured, 2 \"failed\"","empty":{},"none":[],"a":{"b":{"c":-1},"d":0},"#,
            r#""list":[-1,2,"x",true,null,0.5,"3.25",{"y":1,"z":2},[[],7],8],"last":""}"#
        )
    );
}

#[test]
fn an_object_without_members_is_two_brackets() {
    assert_eq!(ObjectWriter::new(&mut [0; 2]).finish(), Ok(b"{}".as_slice()));
}

#[test]
fn quotes_backslashes_and_control_characters_are_escaped_and_nothing_else() {
    let all: String = (0..0x80_u8).map(char::from).chain("é€😀\u{2028}".chars()).collect();
    let text = written(|o| {
        o.str(&all, &all).display("shown", &all);
    });
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value, json!({ all.clone(): all, "shown": all }));
    assert!(text.contains(r#"\u0000\u0001\u0002"#) && text.contains(r#"\u0008\t\n\u000b\u000c\r\u000e"#));
    assert!(text.contains(r##"\u001f !\"#"##) && text.contains("\u{7f}é€😀\u{2028}"));
}

#[test]
fn a_text_from_a_message_is_echoed_as_what_it_means() {
    let payload = br#"{"correlation_id":"a\u0022\u00e9\ud83d\ude00\\"}"#;
    let id = Json::parse(payload).unwrap().get("correlation_id").unwrap();
    let text = written(|o| {
        o.display("correlation_id", id.text().unwrap());
    });
    assert_eq!(text, r#"{"correlation_id":"a\"é😀\\"}"#);
}

#[test]
fn floats_are_rounded_half_away_from_zero_and_keep_their_decimals() {
    let cases: &[(f64, u8, &str)] = &[
        (0.0, 0, "0"),
        (0.0, 2, "0.00"),
        (-0.0, 2, "0.00"),
        (-0.004, 2, "0.00"),
        (-0.4, 0, "0"),
        (-0.5, 0, "-1"),
        (0.5, 0, "1"),
        (1.5, 0, "2"),
        (2.5, 0, "3"),
        (-2.5, 0, "-3"),
        (0.49999999999999994, 0, "0"),
        (0.125, 2, "0.13"),
        (-0.125, 2, "-0.13"),
        (0.05, 1, "0.1"),
        (0.999, 2, "1.00"),
        (-0.995, 1, "-1.0"),
        (99.999, 2, "100.00"),
        (21.0625, 4, "21.0625"),
        (-127.0, 1, "-127.0"),
        (0.001, 3, "0.001"),
        (1013.25, 2, "1013.25"),
        (123456.789, 9, "123456.789000000"),
        (1.0, 200, "1.000000000"),
        (9007199254740991.0, 0, "9007199254740991"),
        (9007199254740992.0, 0, "null"),
        (1e300, 0, "null"),
        (f64::MAX, 9, "null"),
        (f64::MIN_POSITIVE, 9, "0.000000000"),
        (f64::NAN, 2, "null"),
        (f64::INFINITY, 2, "null"),
        (f64::NEG_INFINITY, 2, "null"),
    ];
    for (value, decimals, expected) in cases {
        let text = written(|o| {
            o.float("v", *value, *decimals);
        });
        assert_eq!(text, format!("{{\"v\":{expected}}}"), "{value} {decimals}");
    }
}

#[test]
fn any_float_is_written_as_near_as_its_decimals_allow() {
    let mut chance = Seeded(11);
    for _ in 0..50_000 {
        let decimals = chance.below(10) as u8;
        let value = (chance.next() as i64 >> chance.below(40)) as f64 / (1_u64 << chance.below(60)) as f64;
        let text = written(|o| {
            o.float("v", value, decimals);
        });
        let text = &text[5..text.len() - 1];
        let scale = 10_f64.powi(decimals.into());
        if value.abs() * scale >= 9.0e15 {
            continue;
        }
        let (_, fraction) = text.split_once('.').unwrap_or((text, ""));
        assert_eq!(fraction.len(), usize::from(decimals), "{text}");
        let back: f64 = text.parse().unwrap();
        assert!((back - value).abs() * scale <= 0.5 + 1e-15 * value.abs() * scale, "{value} as {text}");
        assert_eq!(text.starts_with('-'), back < 0.0, "{text}");
    }
}

/// Writes the same value by the methods for its kind.
fn put(o: &mut ObjectWriter<'_>, key: &str, value: &Value) {
    match value {
        Value::Null => o.null(key),
        Value::Bool(value) => o.bool(key, *value),
        Value::Number(number) => match number.as_i64() {
            Some(number) => o.int(key, number),
            None => o.uint(key, number.as_u64().unwrap()),
        },
        Value::String(text) => o.str(key, text),
        Value::Array(values) => o.array(key, |a| values.iter().for_each(|value| append(a, value))),
        Value::Object(map) => o.object(key, |o| map.iter().for_each(|(key, value)| put(o, key, value))),
    };
}

fn append(a: &mut ArrayWriter<'_, '_>, value: &Value) {
    match value {
        Value::Null => a.null(),
        Value::Bool(value) => a.bool(*value),
        Value::Number(number) => match number.as_i64() {
            Some(number) => a.int(number),
            None => a.uint(number.as_u64().unwrap()),
        },
        Value::String(text) => a.str(text),
        Value::Array(values) => a.array(|a| values.iter().for_each(|value| append(a, value))),
        Value::Object(map) => a.object(|o| map.iter().for_each(|(key, value)| put(o, key, value))),
    };
}

fn generated(chance: &mut Seeded, depth: usize) -> Value {
    match chance.below(if depth < 4 { 8 } else { 5 }) {
        0 => Value::Null,
        1 => Value::Bool(chance.below(2) == 0),
        2 => json!(chance.next() as i64 >> chance.below(64)),
        3 => json!(chance.next() >> chance.below(64)),
        4 => {
            let chars = ['a', '"', '\\', '\n', '\u{1}', '\u{1f}', 'é', '😀', '/'];
            Value::String((0..chance.below(6)).map(|_| chance.pick(&chars)).collect())
        }
        5 => (0..chance.below(4)).map(|_| generated(chance, depth + 1)).collect(),
        _ => Value::Object(members(chance, depth + 1)),
    }
}

fn members(chance: &mut Seeded, depth: usize) -> Map<String, Value> {
    let keys = ["a", "b\"", "c\\", "d\n", "é", ""];
    (0..chance.below(5)).map(|_| (chance.pick(&keys).to_string(), generated(chance, depth))).collect()
}

#[test]
fn generated_objects_come_back_from_serde_json_unchanged() {
    let mut chance = Seeded(13);
    for _ in 0..20_000 {
        let map = members(&mut chance, 0);
        let text = written(|o| map.iter().for_each(|(key, value)| put(o, key, value)));
        // Compact output of the same members in the same order, but for the escapes \b and \f, which are not generated.
        assert_eq!(text, serde_json::to_string(&map).unwrap());
    }
}

#[test]
fn what_does_not_fit_is_an_error_for_every_size_that_is_too_small() {
    let mut chance = Seeded(17);
    for _ in 0..200 {
        let map = members(&mut chance, 0);
        let expected = serde_json::to_string(&map).unwrap();
        for size in 0..=expected.len() {
            let mut buffer = vec![0; size];
            let mut writer = ObjectWriter::new(&mut buffer);
            map.iter().for_each(|(key, value)| put(&mut writer, key, value));
            let result = writer.finish();
            if size < expected.len() {
                assert_eq!(result, Err(TooLong));
            } else {
                assert_eq!(result, Ok(expected.as_bytes()));
            }
        }
    }
}

#[test]
fn a_short_member_after_one_that_did_not_fit_does_not_hide_the_loss() {
    let mut buffer = [0; 16];
    let result = ObjectWriter::new(&mut buffer).str("a", "far too long for it").int("b", 1).finish();
    assert_eq!(result, Err(TooLong));
}

#[test]
fn a_value_that_fails_to_show_itself_fails_the_whole_object() {
    struct Unshowable;
    impl std::fmt::Display for Unshowable {
        fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            out.write_str("half")?;
            Err(std::fmt::Error)
        }
    }
    let mut buffer = [0; 64];
    let result = ObjectWriter::new(&mut buffer).display("a", Unshowable).finish();
    assert_eq!(result, Err(TooLong));
}

#[test]
fn only_the_outermost_writer_finishes_and_only_once() {
    let mut buffer = [0; 64];
    let mut writer = ObjectWriter::new(&mut buffer);
    let mut inner = Ok(Vec::new());
    writer.object("a", |a| inner = a.finish().map(<[u8]>::to_vec));
    assert_eq!(inner, Err(TooLong));
    assert_eq!(writer.finish(), Err(TooLong));

    let mut buffer = [0; 64];
    let mut writer = ObjectWriter::new(&mut buffer);
    assert_eq!(writer.finish(), Ok(b"{}".as_slice()));
    assert_eq!(writer.finish(), Err(TooLong));
}
