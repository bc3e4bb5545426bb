//! 1-Wire, bit by bit. Times: Maxim application note 126, "1-Wire communication through software", standard speed.
//!
//! A slot runs with interrupts off: 70 µs, which the radio stands. The long low of a reset does not, since it may only get longer.

use esp_hal::delay::Delay;
use esp_hal::gpio::Flex;

const SLOT_START_US: u32 = 6;
const SLOT_SAMPLE_US: u32 = 9;
const SLOT_REST_US: u32 = 55;
const ZERO_LOW_US: u32 = 60;
const ZERO_REST_US: u32 = 10;
const RESET_LOW_US: u32 = 480;
const PRESENCE_SAMPLE_US: u32 = 70;
const PRESENCE_REST_US: u32 = 410;
/// A line that a shorted wire or a missing pull-up holds low does not come up.
const LINE_UP_US: u32 = 10;

/// Reset pulse. True when a device pulled the line low in the presence window, and the line was free before.
pub fn reset(line: &mut Flex<'static>) -> bool {
    let delay = Delay::new();
    line.set_high();
    delay.delay_micros(LINE_UP_US);
    if line.is_low() {
        return false;
    }
    line.set_low();
    delay.delay_micros(RESET_LOW_US);
    let is_present = critical_section::with(|_| {
        line.set_high();
        delay.delay_micros(PRESENCE_SAMPLE_US);
        line.is_low()
    });
    delay.delay_micros(PRESENCE_REST_US);
    is_present && line.is_high()
}

/// One time slot; returns what the line read.
pub fn slot(line: &mut Flex<'static>, bit: bool) -> bool {
    let delay = Delay::new();
    let read = critical_section::with(|_| {
        line.set_low();
        if bit {
            delay.delay_micros(SLOT_START_US);
            line.set_high();
            delay.delay_micros(SLOT_SAMPLE_US);
            line.is_high()
        } else {
            delay.delay_micros(ZERO_LOW_US);
            line.set_high();
            false
        }
    });
    delay.delay_micros(if bit { SLOT_REST_US } else { ZERO_REST_US });
    read
}
