//! Where things end in text that [`super::grammar`] has accepted. On any other text these stop at its end; they never fail.

/// Skips the four bytes that RFC 8259 calls white space.
pub(super) fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(at) {
        at += 1;
    }
    at
}

/// The place behind the closing quote of the string that opens at `at`.
pub(super) fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut next = at.saturating_add(1);
    while let Some(&byte) = bytes.get(next) {
        next += 1;
        match byte {
            b'"' => return next,
            // Whatever follows is part of the escape, a quote above all.
            b'\\' => next += 1,
            _ => {}
        }
    }
    bytes.len()
}

/// The place behind the value that begins at `at`. Nesting needs no stack: in valid text the brackets of both sorts balance.
pub(super) fn value_end(bytes: &[u8], at: usize) -> usize {
    let mut next = at;
    let mut depth = 0_usize;
    while let Some(&byte) = bytes.get(next) {
        match byte {
            b'"' => next = string_end(bytes, next),
            b'{' | b'[' => {
                depth += 1;
                next += 1;
            }
            b'}' | b']' => {
                // The end of the container that holds a scalar, which has ended before it.
                if depth == 0 {
                    return next;
                }
                depth -= 1;
                next += 1;
            }
            b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' if depth == 0 => return next,
            _ => {
                next += 1;
                continue;
            }
        }
        if depth == 0 {
            return next;
        }
    }
    bytes.len()
}
