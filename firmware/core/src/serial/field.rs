//! Reads the fields of a command one after the other, and knows what each may hold.

use super::ErrorState;

/// What is left of the data of a command. Every reader ends with [`Fields::end`].
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub fn new(data: &'a [u8]) -> Fields<'a> {
        Fields { rest: data }
    }

    pub fn byte(&mut self) -> Result<u8, ErrorState> {
        let (first, rest) = self.rest.split_first().ok_or(ErrorState::InvalidRpc)?;
        self.rest = rest;
        Ok(*first)
    }

    /// 0 or 1; anything else is invalid.
    pub fn flag(&mut self) -> Result<bool, ErrorState> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(ErrorState::InvalidRpc),
        }
    }

    /// Big-endian.
    pub fn number(&mut self) -> Result<u16, ErrorState> {
        Ok(u16::from_be_bytes([self.byte()?, self.byte()?]))
    }

    /// Length byte and text of at most `max_bytes`.
    pub fn text(&mut self, max_bytes: usize) -> Result<&'a str, ErrorState> {
        let length = usize::from(self.byte()?);
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(ErrorState::InvalidRpc)?;
        self.rest = rest;
        printable(bytes, max_bytes)
    }

    /// All that is left.
    pub fn bytes(&mut self) -> &'a [u8] {
        core::mem::take(&mut self.rest)
    }

    /// Nothing may be left.
    pub fn end(self) -> Result<(), ErrorState> {
        valid(self.rest.is_empty())
    }
}

/// UTF-8 without control characters, at most `max_bytes`.
pub(super) fn printable(bytes: &[u8], max_bytes: usize) -> Result<&str, ErrorState> {
    let text = core::str::from_utf8(bytes).map_err(|_| ErrorState::InvalidRpc)?;
    valid(text.len() <= max_bytes && !text.chars().any(char::is_control))?;
    Ok(text)
}

pub(super) fn valid(is_valid: bool) -> Result<(), ErrorState> {
    if is_valid { Ok(()) } else { Err(ErrorState::InvalidRpc) }
}
