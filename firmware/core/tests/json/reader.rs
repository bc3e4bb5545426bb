//! What the JSON reader takes and gives, case by case. `differential.rs` compares it with serde_json at large.

use leitstand_core::json::{Json, JsonError, Kind, MAX_DEPTH};

fn parse(text: &str) -> Json<'_> {
    Json::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refusal(text: &[u8]) -> JsonError {
    Json::parse(text).expect_err("valid")
}

#[test]
fn every_sort_of_value_is_told_apart() {
    let kinds = [
        (" null ", Kind::Null),
        ("true", Kind::Bool),
        ("false", Kind::Bool),
        ("-0.5e+3", Kind::Number),
        ("\"\"", Kind::String),
        ("\t[ ]\r\n", Kind::Array),
        ("{ }", Kind::Object),
    ];
    for (text, kind) in kinds {
        assert_eq!(parse(text).kind(), kind, "{text}");
        assert_eq!(parse(text).as_written(), text.trim());
    }
    assert!(parse("null").is_null() && !parse("0").is_null());
    assert!(parse("{}").is_object() && !parse("[]").is_object());
}

#[test]
fn a_member_is_found_among_others_and_in_nested_objects() {
    let json = parse(r#" { "a" : 1 , "b":{"a":[2,{"a":3}]},"c" : "}],\"", "" :null } "#);
    assert_eq!(json.get("a").and_then(|a| a.as_i64()), Some(1));
    let nested = json.get("b").and_then(|b| b.get("a")).unwrap();
    assert_eq!(nested.items().count(), 2);
    assert_eq!(nested.items().nth(1).unwrap().get("a").unwrap().as_i64(), Some(3));
    assert!(json.get("c").unwrap().text().unwrap() == "}],\"");
    assert!(json.get("").unwrap().is_null());
    assert!(json.get("d").is_none());
    assert!(json.get("A").is_none());
}

#[test]
fn of_a_repeated_member_the_last_one_counts() {
    let json = parse(r#"{"a":1,"b":2,"a":"three"}"#);
    assert!(json.get("a").unwrap().text().unwrap() == "three");
    assert_eq!(json.members().count(), 3);
}

#[test]
fn a_key_written_with_escapes_is_the_key_that_they_mean() {
    let json = parse(r#"{"comma\u006ed":"ON","\ud83d\ude00":1}"#);
    assert!(json.get("command").unwrap().text().unwrap() == "ON");
    assert_eq!(json.get("😀").unwrap().as_i64(), Some(1));
    assert!(json.get(r"comma\u006ed").is_none());
}

#[test]
fn other_kinds_have_neither_members_nor_items_nor_text() {
    for text in ["null", "true", "1", "\"{}\"", "\"[1]\""] {
        let json = parse(text);
        assert!(json.get("a").is_none() && json.members().next().is_none());
        assert!(json.items().next().is_none());
    }
    assert!(parse("[1]").members().next().is_none());
    assert!(parse("{\"a\":1}").items().next().is_none());
    assert!(parse("[\"a\"]").text().is_none());
}

#[test]
fn integers_are_only_those_written_as_integers_and_in_range() {
    let cases = [
        ("0", Some(0)),
        ("-0", Some(0)),
        ("42", Some(42)),
        ("-42", Some(-42)),
        ("4294967296", Some(4_294_967_296)),
        ("9223372036854775807", Some(i64::MAX)),
        ("-9223372036854775808", Some(i64::MIN)),
        ("9223372036854775808", None),
        ("-9223372036854775809", None),
        ("123456789012345678901234567890", None),
        ("3.0", None),
        ("3e0", None),
        ("3E2", None),
        ("\"3\"", None),
        ("true", None),
        ("[3]", None),
    ];
    for (text, expected) in cases {
        assert_eq!(parse(text).as_i64(), expected, "{text}");
    }
}

#[test]
fn floats_are_any_number_that_is_finite() {
    let cases = [
        ("3", Some(3.0)),
        ("3.0", Some(3.0)),
        ("-2.5e-3", Some(-0.0025)),
        ("1e308", Some(1e308)),
        ("1e309", None),
        ("-1e999", None),
        ("1e-999", Some(0.0)),
        ("0.1", Some(0.1)),
        ("9007199254740993", Some(9_007_199_254_740_992.0)),
        ("\"1\"", None),
        ("null", None),
    ];
    for (text, expected) in cases {
        assert_eq!(parse(text).as_f64(), expected, "{text}");
    }
}

#[test]
fn booleans_are_the_two_words_only() {
    assert_eq!(parse("true").as_bool(), Some(true));
    assert_eq!(parse("false").as_bool(), Some(false));
    for text in ["1", "0", "\"true\"", "null"] {
        assert_eq!(parse(text).as_bool(), None, "{text}");
    }
}

#[test]
fn text_decodes_every_escape() {
    let json = parse(r#""\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\uD834\uDD1E""#);
    let text = json.text().unwrap();
    assert!(text == "\"\\/\u{8}\u{c}\n\r\tA\u{e9}\u{20ac}\u{1d11e}");
    assert_eq!(text.to_string::<32>().as_str(), format!("{text}"));
}

#[test]
fn a_surrogate_without_its_partner_becomes_the_replacement_character() {
    let cases = [
        (r#""\ud83d""#, "\u{fffd}"),
        (r#""\ude00""#, "\u{fffd}"),
        (r#""\ud83dx""#, "\u{fffd}x"),
        (r#""\ud83d\n""#, "\u{fffd}\n"),
        (r#""\ud83d\u0041""#, "\u{fffd}A"),
        (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
        (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
    ];
    for (text, expected) in cases {
        assert!(parse(text).text().unwrap() == expected, "{text}");
    }
}

#[test]
fn text_is_cut_at_a_character_and_never_inside_one() {
    let json = parse(r#""ab\u00e9\ud83d\ude00c""#);
    let text = json.text().unwrap();
    assert_eq!(text.to_string::<2>().as_str(), "ab");
    assert_eq!(text.to_string::<3>().as_str(), "ab");
    assert_eq!(text.to_string::<4>().as_str(), "abé");
    // The c would fit, but what follows a gap is not the front.
    assert_eq!(text.to_string::<7>().as_str(), "abé");
    assert_eq!(text.to_string::<8>().as_str(), "abé😀");
    assert_eq!(text.to_string::<9>().as_str(), "abé😀c");
    assert!(!text.fits::<8>() && text.fits::<9>());
    assert_eq!(text.to_string::<0>().as_str(), "");
    assert!(!text.is_empty() && parse("\"\"").text().unwrap().is_empty());
}

#[test]
fn text_compares_exactly_or_without_case() {
    let json = parse(r#""oN\u0031""#);
    let text = json.text().unwrap();
    assert!(text == "oN1" && text != "ON1" && text != "oN" && text != "oN12");
    assert!(text.eq_ignore_ascii_case("ON1") && !text.eq_ignore_ascii_case("OFF"));
    assert!(!text.eq_ignore_ascii_case("ON") && !text.eq_ignore_ascii_case("ON11"));
}

#[test]
fn what_is_not_json_is_refused_at_the_byte_that_breaks_it() {
    let cases: &[(&str, usize)] = &[
        ("", 0),
        (" ", 1),
        ("{", 1),
        ("{\"a\"", 4),
        ("{\"a\" 1}", 5),
        ("{\"a\":}", 5),
        ("{\"a\":1,}", 7),
        ("{a:1}", 1),
        ("{'a':1}", 1),
        ("[1,]", 3),
        ("[1 2]", 3),
        ("[1}", 2),
        ("{\"a\":1]", 6),
        ("[]]", 2),
        ("1 2", 2),
        ("01", 1),
        ("-", 1),
        ("-a", 1),
        ("+1", 0),
        (".5", 0),
        ("1.", 2),
        ("1.e3", 2),
        ("1e", 2),
        ("1e+", 3),
        ("0x10", 1),
        ("NaN", 0),
        ("nul", 3),
        ("nulL", 3),
        ("True", 0),
        ("\"", 1),
        ("\"a", 2),
        ("\"\\", 2),
        ("\"\\x\"", 2),
        ("\"\\u12g4\"", 5),
        ("\"\\u12\"", 5),
        ("\"tab\t\"", 4),
        ("\"\0\"", 1),
        ("\u{feff}{}", 0),
        ("not json", 1),
        ("{}//", 2),
    ];
    for (text, at) in cases {
        assert_eq!(refusal(text.as_bytes()), JsonError::Syntax { at: *at }, "{text:?}");
    }
}

#[test]
fn bad_utf8_is_refused_wherever_it_stands() {
    let cases: &[(&[u8], usize)] = &[
        (b"\"\xff\"", 1),
        (b"{\"a\":\"ok\"}\x80", 10),
        (b"\"\xc3\"", 1),             // cut character
        (b"\"\xc0\xaf\"", 1),         // overlong
        (b"\"\xed\xa0\x80\"", 1),     // surrogate
        (b"\"\xf4\x90\x80\x80\"", 1), // beyond U+10FFFF
        (b"\"\xf0\x9f\x98\x80\xe2\"", 5),
    ];
    for (text, at) in cases {
        assert_eq!(refusal(text), JsonError::NotUtf8 { at: *at }, "{text:?}");
    }
    assert!(parse("\"é😀\"").text().unwrap() == "é😀");
}

#[test]
fn nesting_ends_at_the_limit_and_long_bracket_chains_do_no_harm() {
    let limit = usize::from(MAX_DEPTH);
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
        let deepest = nested(limit);
        let mut json = parse(&deepest);
        for _ in 0..limit {
            json = json.get("a").or_else(|| json.items().next()).unwrap();
        }
        assert_eq!(json.as_i64(), Some(1));
        assert_eq!(refusal(nested(limit + 1).as_bytes()), JsonError::TooDeep { at: open.len() * limit });
        let chain = open.repeat(8192);
        assert!(matches!(refusal(chain.as_bytes()), JsonError::TooDeep { .. }));
    }
    // Depth counts what is open, not what has been opened.
    let wide = format!("[{}[]]", "[[[[[[[]]]]]]],".repeat(400));
    assert_eq!(parse(&wide).items().count(), 401);
}

#[test]
fn the_two_sorts_of_brackets_are_not_mixed_up_at_any_depth() {
    let text = r#"{"a":[{"b":[{"c":[{"d":[]}]}]}]}"#;
    assert_eq!(parse(text).kind(), Kind::Object);
    for (at, byte) in text.bytes().enumerate() {
        let other = match byte {
            b'}' => b']',
            b']' => b'}',
            _ => continue,
        };
        let mut broken = text.as_bytes().to_vec();
        broken[at] = other;
        assert_eq!(refusal(&broken), JsonError::Syntax { at });
    }
}

#[test]
fn every_front_part_of_a_document_is_refused() {
    let text = r#"{"a":[1,-2.5e3,"x\u00e9\n"],"b":{"c":true,"d":null}}"#;
    for end in 0..text.len() {
        assert!(Json::parse(&text.as_bytes()[..end]).is_err(), "{end}");
    }
    assert!(Json::parse(text.as_bytes()).is_ok());
}

#[test]
fn refusals_say_what_and_where() {
    assert_eq!(refusal(b"{x").to_string(), "not JSON at byte 1");
    assert_eq!(refusal(b"\xff").to_string(), "not UTF-8 at byte 0");
    assert_eq!(refusal(&[b'['; 9]).to_string(), "more than 8 levels at byte 8");
}
