//! The interface to the host in JavaScript. Times are the host's monotonic milliseconds; texts and bytes lie at an address that
//! [`twin_alloc`] gave; results lie at [`twin_out`] until the next call.

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;

use crate::registry::Registry;

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// WebAssembly without threads has one caller at a time.
struct Single(RefCell<Registry>);
// SAFETY: the instance has no threads (target feature `atomics` is off), so nothing is ever shared between two.
unsafe impl Sync for Single {}
static REGISTRY: Single = Single(RefCell::new(Registry::new()));

fn with<T>(action: impl FnOnce(&mut Registry) -> T) -> T {
    action(&mut REGISTRY.0.borrow_mut())
}

/// The bytes that the host has put at `address`.
///
/// # Safety
/// `address` and `length` are what [`twin_alloc`] gave and was asked for.
unsafe fn bytes_at<'a>(address: *const u8, length: usize) -> &'a [u8] {
    // SAFETY: by the contract of this function the range was allocated and is not freed during the call.
    unsafe { core::slice::from_raw_parts(address, length) }
}

/// # Safety
/// As [`bytes_at`].
unsafe fn text_at(address: *const u8, length: usize) -> String {
    // SAFETY: passed on.
    String::from_utf8_lossy(unsafe { bytes_at(address, length) }).into_owned()
}

#[unsafe(no_mangle)]
pub extern "C" fn twin_alloc(length: usize) -> *mut u8 {
    let mut bytes: Vec<u8> = Vec::with_capacity(length.max(1));
    let address = bytes.as_mut_ptr();
    core::mem::forget(bytes);
    address
}

/// # Safety
/// `address` came from [`twin_alloc`] with the same `length` and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twin_free(address: *mut u8, length: usize) {
    // SAFETY: by the contract of this function it is the allocation of `twin_alloc`.
    drop(unsafe { Vec::from_raw_parts(address, 0, length.max(1)) });
}

/// Address of what the last call put out.
#[unsafe(no_mangle)]
pub extern "C" fn twin_out() -> *const u8 {
    with(|registry| registry.out.as_ptr())
}

/// Puts out why the last call failed; its length.
#[unsafe(no_mangle)]
pub extern "C" fn twin_error() -> usize {
    with(|registry| {
        registry.out = core::mem::take(&mut registry.error).into_bytes();
        registry.out.len()
    })
}

/// # Safety
/// As [`bytes_at`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twin_new(address: *const u8, length: usize, now_ms: f64) -> u32 {
    // SAFETY: passed on.
    let text = unsafe { text_at(address, length) };
    with(|registry| registry.add(&text, now_ms))
}

#[unsafe(no_mangle)]
pub extern "C" fn twin_drop(handle: u32) {
    with(|registry| registry.remove(handle));
}

/// Does everything that is due; the host's time at which it must be called again at the latest.
#[unsafe(no_mangle)]
pub extern "C" fn twin_tick(handle: u32, now_ms: f64) -> f64 {
    with(|registry| registry.get(handle).map_or(f64::MAX, |twin| twin.tick(now_ms)))
}

/// # Safety
/// As [`bytes_at`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twin_rx(handle: u32, address: *const u8, length: usize, now_ms: f64) {
    // SAFETY: passed on.
    let bytes = unsafe { bytes_at(address, length) };
    with(|registry| {
        if let Some(twin) = registry.get(handle) {
            twin.rx(bytes, now_ms);
        }
    });
}

/// Puts out what is for the broker; its length. It counts as sent.
#[unsafe(no_mangle)]
pub extern "C" fn twin_tx(handle: u32, now_ms: f64) -> u32 {
    with(|registry| registry.collect(handle, |twin, out| twin.tx(out, now_ms)))
}

/// 0 nothing, 1 open a socket to the broker, 2 close it.
#[unsafe(no_mangle)]
pub extern "C" fn twin_socket(handle: u32, now_ms: f64) -> i32 {
    with(|registry| registry.get(handle).map_or(0, |twin| twin.socket_wish(now_ms) as i32))
}

#[unsafe(no_mangle)]
pub extern "C" fn twin_socket_event(handle: u32, is_open: i32, now_ms: f64) {
    with(|registry| {
        if let Some(twin) = registry.get(handle) {
            twin.socket_event(is_open != 0, now_ms);
        }
    });
}

#[unsafe(no_mangle)]
pub extern "C" fn twin_network(handle: u32, is_up: i32, now_ms: f64) {
    with(|registry| {
        if let Some(twin) = registry.get(handle) {
            twin.set_network(is_up != 0, now_ms);
        }
    });
}

/// The answer of a time server, Unix seconds.
#[unsafe(no_mangle)]
pub extern "C" fn twin_time(handle: u32, unix_s: f64, now_ms: f64) {
    with(|registry| {
        if let Some(twin) = registry.get(handle) {
            twin.set_time(unix_s, now_ms);
        }
    });
}

/// One line of the world's protocol; 0 when it was taken.
///
/// # Safety
/// As [`bytes_at`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twin_world(handle: u32, address: *const u8, length: usize, now_ms: f64) -> i32 {
    // SAFETY: passed on.
    let line = unsafe { text_at(address, length) };
    with(|registry| registry.attempt(handle, |twin| twin.apply(&line, now_ms)))
}

/// Membership and configuration as if they had come before; 0 when they were taken.
///
/// # Safety
/// As [`bytes_at`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twin_provision(handle: u32, address: *const u8, length: usize, now_ms: f64) -> i32 {
    // SAFETY: passed on.
    let text = unsafe { text_at(address, length) };
    with(|registry| registry.attempt(handle, |twin| twin.provision(&text, now_ms)))
}

/// Puts out what has happened, one JSON object a line; its length.
#[unsafe(no_mangle)]
pub extern "C" fn twin_events(handle: u32) -> u32 {
    with(|registry| registry.collect(handle, |twin, out| out.extend_from_slice(twin.events().as_bytes())))
}

/// What a pin really has, 0 to 255; -1 when nobody drives it.
#[unsafe(no_mangle)]
pub extern "C" fn twin_output(handle: u32, gpio: u32) -> i32 {
    let gpio = u8::try_from(gpio).unwrap_or(u8::MAX);
    with(|registry| registry.get(handle).and_then(|twin| twin.output(gpio)).map_or(-1, i32::from))
}

/// What is outstanding: bit 0 = an answer of the broker, bit 1 = one of the controller, bit 2 = not all subscriptions are acknowledged.
#[unsafe(no_mangle)]
pub extern "C" fn twin_awaits(handle: u32) -> u32 {
    with(|registry| registry.get(handle).map_or(0, |twin| twin.awaits() | u32::from(!twin.is_ready()) << 2))
}

/// Heartbeats since the last boot.
#[unsafe(no_mangle)]
pub extern "C" fn twin_heartbeats(handle: u32) -> u32 {
    with(|registry| registry.get(handle).map_or(0, |twin| twin.heartbeats()))
}

/// Puts out the settings flash; its length.
#[unsafe(no_mangle)]
pub extern "C" fn twin_flash(handle: u32) -> u32 {
    with(|registry| registry.collect(handle, |twin, out| out.extend_from_slice(twin.flash())))
}

/// # Safety
/// As [`bytes_at`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twin_serial_rx(handle: u32, address: *const u8, length: usize, now_ms: f64) {
    // SAFETY: passed on.
    let bytes = unsafe { bytes_at(address, length) };
    with(|registry| {
        if let Some(twin) = registry.get(handle) {
            twin.serial_rx(bytes, now_ms);
        }
    });
}

/// Puts out what is for the serial line; its length.
#[unsafe(no_mangle)]
pub extern "C" fn twin_serial_tx(handle: u32) -> u32 {
    with(|registry| registry.collect(handle, |twin, out| twin.serial_tx(out)))
}
