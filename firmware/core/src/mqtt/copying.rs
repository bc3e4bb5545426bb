//! Copies that cannot panic: written so that the compiler sees it too and leaves the panicking paths out of the image.

/// Copies `bytes` to `into` from `at` on and returns where they end; `None`, with nothing changed, when they do not fit as a whole.
pub(super) fn put(into: &mut [u8], at: usize, bytes: &[u8]) -> Option<usize> {
    let space = into.get_mut(at..)?.get_mut(..bytes.len())?;
    space.copy_from_slice(bytes);
    at.checked_add(bytes.len())
}

/// Moves everything forward by `count` bytes, over the first ones; a larger `count` moves nothing.
pub(super) fn move_forward(bytes: &mut [u8], count: usize) {
    if count <= bytes.len() {
        bytes.copy_within(count.., 0);
    }
}
