//! The content of a JSON string, decoded on the way.

use core::{fmt, str};
use heapless::String;

/// The content of a JSON string. Compare it with `==`; both sides are what the escapes mean.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// As written between the quotes, escapes included.
    raw: &'a str,
}

impl<'a> Text<'a> {
    pub(super) fn new(raw: &'a str) -> Text<'a> {
        Text { raw }
    }

    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    pub fn chars(&self) -> Chars<'a> {
        Chars { rest: self.raw.chars() }
    }

    /// As many characters from the front as fit into `N` bytes of UTF-8; see [`Text::fits`].
    pub fn to_string<const N: usize>(&self) -> String<N> {
        let mut string = String::new();
        for char in self.chars() {
            if string.push(char).is_err() {
                break;
            }
        }
        string
    }

    /// Whether [`Text::to_string`] loses nothing.
    pub fn fits<const N: usize>(&self) -> bool {
        // A sum over a text in memory; it can't overflow.
        self.chars().map(char::len_utf8).sum::<usize>() <= N
    }

    /// Equal but for the case of the letters A to Z.
    pub fn eq_ignore_ascii_case(&self, other: &str) -> bool {
        let lower = |char: char| char.to_ascii_lowercase();
        self.chars().map(lower).eq(other.chars().map(lower))
    }
}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        if self.raw.contains('\\') { self.chars().eq(other.chars()) } else { self.raw == other }
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chars().try_for_each(|char| fmt::Write::write_char(out, char))
    }
}

/// See [`Text::chars`]. A surrogate without its partner is given as U+FFFD.
#[derive(Clone, Debug)]
pub struct Chars<'a> {
    rest: str::Chars<'a>,
}

impl Chars<'_> {
    /// The four hexadecimal digits of an escape.
    fn unit(&mut self) -> u32 {
        let digits = self.rest.by_ref().take(4);
        digits.fold(0, |unit, digit| (unit << 4) | digit.to_digit(16).unwrap_or(0))
    }

    fn unicode(&mut self) -> char {
        let first = self.unit();
        // UTF-16 (RFC 2781): a high surrogate holds the upper ten bits above 0x10000, the low one after it the lower ten.
        if (0xD800..0xDC00).contains(&first) {
            let mut ahead = self.clone();
            if ahead.rest.next() == Some('\\') && ahead.rest.next() == Some('u') {
                let second = ahead.unit();
                if (0xDC00..0xE000).contains(&second) {
                    *self = ahead;
                    let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                    return char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                }
            }
        }
        char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}

impl Iterator for Chars<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        match self.rest.next()? {
            '\\' => Some(match self.rest.next()? {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => self.unicode(),
                itself => itself,
            }),
            plain => Some(plain),
        }
    }
}
