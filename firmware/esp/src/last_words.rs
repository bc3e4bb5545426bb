//! A panic: lets go of all outputs, keeps its message over the reset, and resets the chip, which sets every pin to its reset state.

use core::fmt::{self, Write as _};
use core::panic::PanicInfo;

use heapless::String;

use crate::machine::let_go_of_all;

const TEXT_BYTES: usize = 124;
/// "A text was kept here": RTC memory holds chance after power-up.
const MARK: u32 = 0x4c53_5041;

#[repr(C)]
struct Note {
    mark: u32,
    length: u32,
    text: [u8; TEXT_BYTES],
}

// SAFETY: plain numbers; every bit pattern is a value.
unsafe impl esp_hal::Persistable for Note {}

/// Not initialised at start, so that it lives through a software reset.
#[esp_hal::ram(unstable(rtc_fast, persistent))]
static mut NOTE: Note = Note { mark: 0, length: 0, text: [0; TEXT_BYTES] };

/// The message of a panic that reset the chip, once.
pub fn take() -> Option<String<TEXT_BYTES>> {
    let place = &raw mut NOTE;
    // SAFETY: called once at start, before there are interrupts or tasks; nobody else holds a reference, and every bit pattern is a value.
    let note = unsafe { place.read_volatile() };
    if note.mark != MARK {
        return None;
    }
    // SAFETY: as above.
    unsafe { (&raw mut (*place).mark).write_volatile(0) };
    let bytes = note.text.get(..note.length as usize)?;
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        // As long as the buffer it came from.
        let _ = text.push_str(chunk.valid());
    }
    Some(text)
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let_go_of_all();
    critical_section::with(|_| {
        keep(info);
        esp_println::println!("{info}");
        esp_hal::system::software_reset()
    })
}

fn keep(info: &PanicInfo<'_>) {
    let mut text = Cut { text: [0; TEXT_BYTES], length: 0 };
    let _ = match info.location() {
        Some(place) => write!(text, "{}:{} {}", place.file(), place.line(), info.message()),
        None => write!(text, "{}", info.message()),
    };
    let note = Note { mark: MARK, length: text.length as u32, text: text.text };
    // SAFETY: interrupts are off and the chip has one core: nobody else is looking.
    unsafe { (&raw mut NOTE).write_volatile(note) };
}

struct Cut {
    text: [u8; TEXT_BYTES],
    length: usize,
}

impl fmt::Write for Cut {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            let Some(place) = self.text.get_mut(self.length) else {
                break;
            };
            *place = byte;
            self.length += 1;
        }
        Ok(())
    }
}
