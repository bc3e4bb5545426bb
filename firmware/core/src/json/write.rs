//! Writes JSON into a buffer: compact, no white space (stock firmware searches commands for `"key":`, 0.5). What does not fit is remembered and
//! reported once, by [`ObjectWriter::finish`], so that callers have one place to fail.

use core::fmt::{self, Write as _};

/// The text does not fit into the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

/// Most decimals of [`ObjectWriter::float`]; the scaled number has to fit into a `u64`.
pub const MAX_DECIMALS: u8 = 9;

/// 2^53: up to here every integer is an `f64`, so that scaling and rounding are exact to the last digit written.
const MAX_SCALED: f64 = 9_007_199_254_740_992.0;

/// Writes an object. Methods return the writer, for chains; a repeated key is written twice.
pub struct ObjectWriter<'b> {
    out: Sink<'b>,
    /// Open brackets inside this object. Only the outermost writer can finish.
    open: u32,
}

/// Writes the elements of an array.
pub struct ArrayWriter<'w, 'b> {
    object: &'w mut ObjectWriter<'b>,
}

impl<'b> ObjectWriter<'b> {
    pub fn new(buffer: &'b mut [u8]) -> ObjectWriter<'b> {
        let mut out = Sink { buffer, length: 0, is_full: false, needs_comma: false };
        out.open(b'{');
        ObjectWriter { out, open: 0 }
    }

    pub fn str(&mut self, key: &str, value: &str) -> &mut Self {
        self.out.key(key).string(value);
        self
    }

    /// A string made of anything that can be shown, such as `format_args!("{} failed", count)` or a [`super::Text`].
    pub fn display(&mut self, key: &str, value: impl fmt::Display) -> &mut Self {
        self.out.key(key).display(value);
        self
    }

    pub fn int(&mut self, key: &str, value: i64) -> &mut Self {
        self.out.key(key).int(value);
        self
    }

    pub fn uint(&mut self, key: &str, value: u64) -> &mut Self {
        self.out.key(key).uint(value);
        self
    }

    pub fn bool(&mut self, key: &str, value: bool) -> &mut Self {
        self.out.key(key).bool(value);
        self
    }

    /// With exactly `decimals` decimals (at most [`MAX_DECIMALS`]), rounded half away from zero. JSON has no NaN and no infinity: those are
    /// written as null, and so is a number of more than 15 digits.
    pub fn float(&mut self, key: &str, value: impl Into<f64>, decimals: u8) -> &mut Self {
        self.out.key(key).float(value.into(), decimals);
        self
    }

    pub fn null(&mut self, key: &str) -> &mut Self {
        self.out.key(key).put(b"null");
        self
    }

    pub fn object(&mut self, key: &str, fill: impl FnOnce(&mut ObjectWriter<'b>)) -> &mut Self {
        self.out.key(key);
        self.nest(b'{', fill, b'}');
        self
    }

    pub fn array(&mut self, key: &str, fill: impl FnOnce(&mut ArrayWriter<'_, 'b>)) -> &mut Self {
        self.out.key(key);
        self.nest(b'[', |object| fill(&mut ArrayWriter { object }), b']');
        self
    }

    fn nest(&mut self, opening: u8, fill: impl FnOnce(&mut Self), closing: u8) {
        self.out.open(opening);
        self.open += 1;
        fill(self);
        self.open -= 1;
        self.out.close(closing);
    }

    /// The whole object. `Err` when any part did not fit, and on a second call.
    pub fn finish(&mut self) -> Result<&'b [u8], TooLong> {
        // Inside a closure there is no whole object yet; the outer call will fail as well.
        if self.open > 0 {
            self.out.is_full = true;
        }
        self.out.close(b'}');
        let buffer: &'b mut [u8] = core::mem::take(&mut self.out.buffer);
        let buffer: &'b [u8] = buffer;
        let written = buffer.get(..self.out.length).ok_or(TooLong)?;
        if self.out.is_full {
            return Err(TooLong);
        }
        Ok(written)
    }
}

impl<'b> ArrayWriter<'_, 'b> {
    fn item(&mut self) -> &mut Sink<'b> {
        self.object.out.item();
        &mut self.object.out
    }

    pub fn str(&mut self, value: &str) -> &mut Self {
        self.item().string(value);
        self
    }

    pub fn display(&mut self, value: impl fmt::Display) -> &mut Self {
        self.item().display(value);
        self
    }

    pub fn int(&mut self, value: i64) -> &mut Self {
        self.item().int(value);
        self
    }

    pub fn uint(&mut self, value: u64) -> &mut Self {
        self.item().uint(value);
        self
    }

    pub fn bool(&mut self, value: bool) -> &mut Self {
        self.item().bool(value);
        self
    }

    /// See [`ObjectWriter::float`].
    pub fn float(&mut self, value: impl Into<f64>, decimals: u8) -> &mut Self {
        self.item().float(value.into(), decimals);
        self
    }

    pub fn null(&mut self) -> &mut Self {
        self.item().put(b"null");
        self
    }

    pub fn object(&mut self, fill: impl FnOnce(&mut ObjectWriter<'b>)) -> &mut Self {
        self.item();
        self.object.nest(b'{', fill, b'}');
        self
    }

    pub fn array(&mut self, fill: impl FnOnce(&mut ArrayWriter<'_, 'b>)) -> &mut Self {
        self.item();
        self.object.nest(b'[', |object| fill(&mut ArrayWriter { object }), b']');
        self
    }
}

struct Sink<'b> {
    buffer: &'b mut [u8],
    length: usize,
    is_full: bool,
    needs_comma: bool,
}

impl Sink<'_> {
    /// All of it or, from then on, nothing.
    fn put(&mut self, bytes: &[u8]) {
        let end = self.length.saturating_add(bytes.len());
        match self.buffer.get_mut(self.length..end) {
            Some(place) if !self.is_full => {
                place.copy_from_slice(bytes);
                self.length = end;
            }
            _ => self.is_full = true,
        }
    }

    fn open(&mut self, bracket: u8) {
        self.put(&[bracket]);
        self.needs_comma = false;
    }

    fn close(&mut self, bracket: u8) {
        self.put(&[bracket]);
        self.needs_comma = true;
    }

    fn item(&mut self) {
        if self.needs_comma {
            self.put(b",");
        }
        self.needs_comma = true;
    }

    fn key(&mut self, key: &str) -> &mut Self {
        self.item();
        self.string(key);
        self.put(b":");
        self
    }

    fn string(&mut self, value: &str) {
        self.put(b"\"");
        self.escaped(value);
        self.put(b"\"");
    }

    fn display(&mut self, value: impl fmt::Display) {
        self.put(b"\"");
        if write!(Escaping(self), "{value}").is_err() {
            // Only a `Display` that fails by itself gets here; half a text is no text.
            self.is_full = true;
        }
        self.put(b"\"");
    }

    fn escaped(&mut self, value: &str) {
        let mut rest = value;
        // Pieces without anything to escape are copied as a whole. All that is escaped is ASCII, so the cuts are between characters.
        while let Some(at) = rest.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
            let (plain, tail) = rest.split_at(at);
            self.put(plain.as_bytes());
            let mut after = tail.chars();
            if let Some(char) = after.next() {
                self.escape(char);
            }
            rest = after.as_str();
        }
        self.put(rest.as_bytes());
    }

    fn escape(&mut self, char: char) {
        match char {
            '"' => self.put(b"\\\""),
            '\\' => self.put(b"\\\\"),
            '\n' => self.put(b"\\n"),
            '\r' => self.put(b"\\r"),
            '\t' => self.put(b"\\t"),
            control => {
                let digit = |value: u32| char::from_digit(value & 0xF, 16).map_or(b'0', |digit| digit as u8);
                let code = u32::from(control);
                self.put(&[b'\\', b'u', b'0', b'0', digit(code >> 4), digit(code)]);
            }
        }
    }

    fn bool(&mut self, value: bool) {
        self.put(if value { b"true" } else { b"false" });
    }

    fn int(&mut self, value: i64) {
        if value < 0 {
            self.put(b"-");
        }
        self.uint(value.unsigned_abs());
    }

    fn uint(&mut self, value: u64) {
        self.digits(value, 1);
    }

    /// At least `count` digits, with zeros in front.
    fn digits(&mut self, value: u64, count: u8) {
        const MAX_DIGITS: usize = 20; // of u64::MAX
        let mut digits = [b'0'; MAX_DIGITS];
        let mut rest = value;
        let mut used = 0_u8;
        for digit in digits.iter_mut().rev() {
            if rest == 0 && used >= count {
                break;
            }
            *digit = b'0'.saturating_add((rest % 10) as u8);
            rest /= 10;
            used += 1;
        }
        let start = MAX_DIGITS.saturating_sub(usize::from(used));
        if let Some(digits) = digits.get(start..) {
            self.put(digits);
        }
    }

    fn float(&mut self, value: f64, decimals: u8) {
        let decimals = decimals.min(MAX_DECIMALS);
        let scale = 10_u64.pow(u32::from(decimals));
        let scaled = value.abs() * scale as f64;
        if scaled.is_nan() || scaled >= MAX_SCALED {
            return self.put(b"null");
        }
        let whole = scaled as u64;
        // Compared, not added: 0.49999999999999994 + 0.5 is 1.0.
        let is_up = scaled - whole as f64 >= 0.5;
        let rounded = whole + u64::from(is_up);
        // What rounds to zero has no sign.
        if value < 0.0 && rounded > 0 {
            self.put(b"-");
        }
        self.uint(rounded / scale);
        if decimals > 0 {
            self.put(b".");
            self.digits(rounded % scale, decimals);
        }
    }
}

/// Turns formatted text into the inside of a JSON string.
struct Escaping<'s, 'b>(&'s mut Sink<'b>);

impl fmt::Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.escaped(text);
        Ok(())
    }
}
