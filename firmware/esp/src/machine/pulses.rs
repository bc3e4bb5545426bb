//! Rising edges per pin, counted by the GPIO interrupt: the C3 has no pulse counter, and one way for both chips is one way to test.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use esp_hal::gpio::Io;
use esp_hal::handler;
use esp_hal::peripherals::{GPIO, IO_MUX};

use crate::boards::PIN_COUNT;

/// A flow sensor gives some 100 edges a second, the fastest 1 kHz. An input that does more is broken or open, and may not eat the processor:
/// an interrupt costs about 3 µs, so this is 3 % of the time.
const MAX_EDGES_PER_SECOND: u32 = 10_000;

/// Counters have one writer, the interrupt (the C3 knows no atomic addition; a load and a store are enough here).
static COUNTS: [AtomicU32; PIN_COUNT] = [const { AtomicU32::new(0) }; PIN_COUNT];
static COUNTS_AT_WINDOW_START: [AtomicU32; PIN_COUNT] = [const { AtomicU32::new(0) }; PIN_COUNT];

/// Switches counting on for the whole port; pins join with `Flex::listen`.
pub fn count_edges(io_mux: IO_MUX<'static>) {
    Io::new(io_mux).set_interrupt_handler(on_edges);
}

pub(super) fn count(gpio: u8) -> u32 {
    COUNTS.get(usize::from(gpio)).map_or(0, |count| count.load(Relaxed))
}

/// Opens the next second's budget. Pins that had used up theirs are returned as a mask and want to be listened to again.
pub fn resume_after_storm() -> u32 {
    let mut suspended = 0;
    for (gpio, (count, start)) in COUNTS.iter().zip(&COUNTS_AT_WINDOW_START).enumerate() {
        let now = count.load(Relaxed);
        if now.wrapping_sub(start.load(Relaxed)) >= MAX_EDGES_PER_SECOND {
            suspended |= 1 << gpio;
        }
        start.store(now, Relaxed);
    }
    suspended
}

#[handler]
fn on_edges() {
    let port = GPIO::regs();
    let fired = port.status().read().bits();
    for (gpio, (count, start)) in COUNTS.iter().zip(&COUNTS_AT_WINDOW_START).enumerate() {
        if fired & (1 << gpio) == 0 {
            continue;
        }
        let next = count.load(Relaxed).wrapping_add(1);
        count.store(next, Relaxed);
        if next.wrapping_sub(start.load(Relaxed)) >= MAX_EDGES_PER_SECOND {
            // SAFETY: 0 is a legal value of the field: this pin asks for no interrupt.
            port.pin(gpio).modify(|_, w| unsafe { w.int_ena().bits(0) });
        }
    }
    // SAFETY: every bit pattern is legal: a one clears its pin's flag.
    port.status_w1tc().write(|w| unsafe { w.bits(fired) });
}
