//! Decides whether bytes are JSON (RFC 8259), in one pass without recursion.

use super::scan::skip_space;
use core::fmt;
use core::str;

/// Containers within containers. The deepest legal message (a time filter of an offline rule, 5.4) has 4; 8 leaves room for new ones, and a
/// text of brackets alone ends here.
pub const MAX_DEPTH: u8 = 8;

/// Why a text is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonError {
    /// Not UTF-8 from this byte on.
    NotUtf8 { at: usize },
    /// The byte (or the end of the text) at which no valid text could go on.
    Syntax { at: usize },
    /// More than [`MAX_DEPTH`] containers within each other.
    TooDeep { at: usize },
}

impl fmt::Display for JsonError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JsonError::NotUtf8 { at } => write!(out, "not UTF-8 at byte {at}"),
            JsonError::Syntax { at } => write!(out, "not JSON at byte {at}"),
            JsonError::TooDeep { at } => {
                write!(out, "more than {MAX_DEPTH} levels at byte {at}")
            }
        }
    }
}

/// The one value in `text`, without the space around it.
///
/// Escapes of single surrogates (`\ud800`) are taken: RFC 8259 allows them, and a sender that cuts a reason in the middle of an emoji produces
/// one. A stop must not fail for that. [`super::Text`] reads them as U+FFFD.
pub(super) fn validate(text: &[u8]) -> Result<&str, JsonError> {
    let text = str::from_utf8(text).map_err(|error| JsonError::NotUtf8 { at: error.valid_up_to() })?;
    let mut checker = Checker { bytes: text.as_bytes(), at: 0, depth: 0, objects: 0 };
    checker.space();
    let start = checker.at;
    checker.document()?;
    let end = checker.at;
    checker.space();
    if checker.at < text.len() {
        return Err(checker.syntax());
    }
    text.get(start..end).ok_or(JsonError::Syntax { at: start })
}

struct Checker<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Open containers.
    depth: u8,
    /// Their sorts, the innermost in bit 0; 1 = object.
    objects: u8,
}

const _: () = assert!(MAX_DEPTH as u32 <= u8::BITS, "one bit of `objects` for each container");

impl Checker<'_> {
    fn syntax(&self) -> JsonError {
        JsonError::Syntax { at: self.at }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        self.at = skip_space(self.bytes, self.at);
    }

    /// Takes that byte if it is the next one.
    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        if is_next {
            self.at += 1;
        }
        is_next
    }

    fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.take(byte) { Ok(()) } else { Err(self.syntax()) }
    }

    fn document(&mut self) -> Result<(), JsonError> {
        loop {
            self.space();
            // An opened container that is not empty wants a value next, like a comma.
            if self.value()? {
                continue;
            }
            if !self.closings()? {
                return Ok(());
            }
        }
    }

    /// One scalar, one empty container, or the opening of a container (true: its first value is next).
    fn value(&mut self) -> Result<bool, JsonError> {
        match self.peek() {
            Some(b'{') => {
                self.open(true)?;
                self.space();
                if self.peek() == Some(b'}') {
                    return Ok(false);
                }
                self.key()?;
                Ok(true)
            }
            Some(b'[') => {
                self.open(false)?;
                self.space();
                Ok(self.peek() != Some(b']'))
            }
            Some(b'"') => self.string().map(|()| false),
            Some(b'-' | b'0'..=b'9') => self.number().map(|()| false),
            Some(b't') => self.word(b"true").map(|()| false),
            Some(b'f') => self.word(b"false").map(|()| false),
            Some(b'n') => self.word(b"null").map(|()| false),
            _ => Err(self.syntax()),
        }
    }

    /// What follows a value: brackets that close, then a comma (true: a value is next) or the end of the document.
    fn closings(&mut self) -> Result<bool, JsonError> {
        while self.depth > 0 {
            self.space();
            let is_object = self.objects & 1 == 1;
            if self.take(b',') {
                if is_object {
                    self.space();
                    self.key()?;
                }
                return Ok(true);
            }
            self.expect(if is_object { b'}' } else { b']' })?;
            self.depth -= 1;
            self.objects >>= 1;
        }
        Ok(false)
    }

    fn open(&mut self, is_object: bool) -> Result<(), JsonError> {
        if self.depth == MAX_DEPTH {
            return Err(JsonError::TooDeep { at: self.at });
        }
        self.at += 1;
        self.depth += 1;
        self.objects = (self.objects << 1) | u8::from(is_object);
        Ok(())
    }

    fn key(&mut self) -> Result<(), JsonError> {
        if self.peek() != Some(b'"') {
            return Err(self.syntax());
        }
        self.string()?;
        self.space();
        self.expect(b':')
    }

    fn string(&mut self) -> Result<(), JsonError> {
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    self.at += 1;
                    self.escape()?;
                }
                Some(0x20..) => self.at += 1,
                _ => return Err(self.syntax()),
            }
        }
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 1;
                Ok(())
            }
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    match self.peek() {
                        Some(digit) if digit.is_ascii_hexdigit() => self.at += 1,
                        _ => return Err(self.syntax()),
                    }
                }
                Ok(())
            }
            _ => Err(self.syntax()),
        }
    }

    fn number(&mut self) -> Result<(), JsonError> {
        self.take(b'-');
        // No zeros in front.
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _has_sign = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(())
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(self.syntax()) }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), JsonError> {
        for &byte in word {
            self.expect(byte)?;
        }
        Ok(())
    }
}
