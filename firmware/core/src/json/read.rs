//! Reads validated text where it lies. Every look-up scans its container again: messages have a few dozen members, and no index is kept.

use super::grammar::{JsonError, validate};
use super::scan::{skip_space, string_end, value_end};
use super::text::Text;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

/// One JSON value: a piece of text that has been found valid, without space around it.
#[derive(Clone, Copy, Debug)]
pub struct Json<'a> {
    text: &'a str,
}

impl<'a> Json<'a> {
    /// Checks the whole text against RFC 8259, UTF-8 included, and gives the one value in it. Containers may be nested
    /// [`super::MAX_DEPTH`] deep; the size has no limit of its own (buffers have: 0.5).
    pub fn parse(text: &'a [u8]) -> Result<Json<'a>, JsonError> {
        validate(text).map(|text| Json { text })
    }

    /// The value as it was written.
    pub fn as_written(self) -> &'a str {
        self.text
    }

    pub fn kind(self) -> Kind {
        match self.text.as_bytes().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            _ => Kind::Null,
        }
    }

    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    pub fn is_object(self) -> bool {
        self.kind() == Kind::Object
    }

    pub fn as_bool(self) -> Option<bool> {
        match self.text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// An integer that is written as one and fits: `3.0`, `3e0` and `"3"` give `None` (1.4 wants it so of the handover epoch). `-0` is 0.
    pub fn as_i64(self) -> Option<i64> {
        // Integers are exactly the numbers that `i64` parses: no fraction, no exponent, and JSON knows no leading plus.
        match self.kind() {
            Kind::Number => self.text.parse().ok(),
            _ => None,
        }
    }

    /// Any number, rounded to the nearest `f64`; `None` for one beyond its range, such as `1e999`.
    pub fn as_f64(self) -> Option<f64> {
        match self.kind() {
            Kind::Number => self.text.parse().ok().filter(|value: &f64| value.is_finite()),
            _ => None,
        }
    }

    /// The content of a string.
    pub fn text(self) -> Option<Text<'a>> {
        let inside = self.text.strip_prefix('"')?.strip_suffix('"')?;
        Some(Text::new(inside))
    }

    /// The member of that name; the last one where a name is repeated, as in JSON.parse. `None` for anything but an object.
    pub fn get(self, key: &str) -> Option<Json<'a>> {
        self.members().filter(|(name, _)| *name == *key).last().map(|(_, value)| value)
    }

    /// The elements of an array in order; none for anything else.
    pub fn items(self) -> Items<'a> {
        Items { cursor: Cursor::into(&self, Kind::Array) }
    }

    /// The members of an object in order, repeated names included; none for anything else.
    pub fn members(self) -> Members<'a> {
        Members { cursor: Cursor::into(&self, Kind::Object) }
    }
}

/// A place within a container, in front of an element, a comma or the closing bracket.
#[derive(Clone, Debug)]
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Behind the opening bracket; at the end of a value of another kind.
    fn into(json: &Json<'a>, kind: Kind) -> Cursor<'a> {
        let text = json.text;
        let at = if json.kind() == kind { 1 } else { text.len() };
        Cursor { text, at }
    }

    /// Moves in front of the next element; false behind the last.
    fn advance(&mut self) -> bool {
        let bytes = self.text.as_bytes();
        self.at = skip_space(bytes, self.at);
        if bytes.get(self.at) == Some(&b',') {
            self.at = skip_space(bytes, self.at + 1);
        }
        !matches!(bytes.get(self.at), None | Some(b']' | b'}'))
    }

    /// The value here; moves behind it.
    fn value(&mut self) -> Option<Json<'a>> {
        let bytes = self.text.as_bytes();
        let start = skip_space(bytes, self.at);
        self.at = value_end(bytes, start);
        let text = self.text.get(start..self.at).filter(|text| !text.is_empty());
        if text.is_none() {
            // Not reached with valid text; whatever it is, an iterator has to end.
            self.at = bytes.len();
        }
        text.map(|text| Json { text })
    }

    /// The key here; moves behind its colon.
    fn key(&mut self) -> Option<Text<'a>> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let end = string_end(bytes, start);
        self.at = skip_space(bytes, end).saturating_add(1);
        let name = self.text.get(start..end)?;
        Some(Text::new(name.strip_prefix('"')?.strip_suffix('"')?))
    }
}

/// See [`Json::items`].
#[derive(Clone, Debug)]
pub struct Items<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Iterator for Items<'a> {
    type Item = Json<'a>;

    fn next(&mut self) -> Option<Json<'a>> {
        if self.cursor.advance() { self.cursor.value() } else { None }
    }
}

/// See [`Json::members`].
#[derive(Clone, Debug)]
pub struct Members<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Iterator for Members<'a> {
    type Item = (Text<'a>, Json<'a>);

    fn next(&mut self) -> Option<(Text<'a>, Json<'a>)> {
        if !self.cursor.advance() {
            return None;
        }
        let key = self.cursor.key()?;
        Some((key, self.cursor.value()?))
    }
}
