//! Reads single fields of a line. Each refusal is a sentence that names the field, what it may be, and what it was.

use alloc::format;
use alloc::string::{String, ToString};
use core::ops::RangeInclusive;

use serde_json::{Map, Value};

pub type Object = Map<String, Value>;

/// Enough of a wrong value to recognise it.
const SHOWN_CHARACTERS: usize = 60;

fn refuse(name: &str, wanted: &str, value: &Value) -> String {
    let text = value.to_string();
    let shown: String = text.chars().take(SHOWN_CHARACTERS).collect();
    format!("{name} must be {wanted}, not {shown}.")
}

pub fn object<'a>(name: &str, value: &'a Value) -> Result<&'a Object, String> {
    value.as_object().ok_or_else(|| refuse(name, "an object", value))
}

pub fn text<'a>(name: &str, value: &'a Value) -> Result<&'a str, String> {
    value.as_str().ok_or_else(|| refuse(name, "a text", value))
}

pub fn integer(name: &str, value: &Value, range: RangeInclusive<i64>) -> Result<i64, String> {
    let wanted = || format!("a whole number from {} to {}", range.start(), range.end());
    value.as_i64().filter(|number| range.contains(number)).ok_or_else(|| refuse(name, &wanted(), value))
}

pub fn number(name: &str, value: &Value, range: RangeInclusive<f64>) -> Result<f64, String> {
    let wanted = || format!("a number from {} to {}", range.start(), range.end());
    value.as_f64().filter(|number| range.contains(number)).ok_or_else(|| refuse(name, &wanted(), value))
}

/// `true`, `false`, 1 or 0.
pub fn level(name: &str, value: &Value) -> Result<bool, String> {
    match (value.as_bool(), value.as_i64()) {
        (Some(level), _) => Ok(level),
        (None, Some(0)) => Ok(false),
        (None, Some(1)) => Ok(true),
        _ => Err(refuse(name, "0, 1, true or false", value)),
    }
}

/// `null` and `false` switch off.
pub fn is_off(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(false))
}

/// What `of` makes of the value, or `None` of `null`.
pub fn optional<T>(value: &Value, of: impl FnOnce(&Value) -> Result<T, String>) -> Result<Option<T>, String> {
    if value.is_null() {
        return Ok(None);
    }
    of(value).map(Some)
}

/// A key that is a pin of the board, which has `count` of them.
pub fn gpio(section: &str, key: &str, count: u8) -> Result<u8, String> {
    key.parse().ok().filter(|gpio| *gpio < count).ok_or_else(|| {
        let last = count.saturating_sub(1);
        format!("{section}: \"{key}\" is no pin of this board, which has 0 to {last}.")
    })
}

/// The sentence for a key that nobody knows.
pub fn unknown(section: &str, key: &str, known: &[&str]) -> String {
    format!("{section}: the key \"{key}\" is not known. Known are {}.", known.join(", "))
}
