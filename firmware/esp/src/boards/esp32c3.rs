//! ESP32-C3: pins and construction. Sources: ESP32-C3 data sheet, table "Pin overview"; wire contract 8.5.

use esp_hal::gpio::{AnyPin, Pin as _};
use esp_hal::peripherals::{self, ADC1, Peripherals};
use leitstand_core::board::{Board, ESP32C3};

use super::{ConsolePin, Parts};
use crate::machine::sample;

pub const BOARD: &Board = &ESP32C3;
pub const PIN_COUNT: usize = 22;
/// U0TXD, and on the XIAO the pad D6: in the contract's list of usable pins.
const UART_TX: u8 = 21;

pub fn parts(p: Peripherals) -> Parts {
    let mut pins = [const { None }; PIN_COUNT];
    let usable = [
        p.GPIO2.degrade(),
        p.GPIO6.degrade(),
        p.GPIO7.degrade(),
        p.GPIO8.degrade(),
        p.GPIO9.degrade(),
        p.GPIO10.degrade(),
        p.GPIO21.degrade(),
    ];
    for pin in usable {
        if let Some(slot) = pins.get_mut(usize::from(esp_hal::gpio::Pin::number(&pin))) {
            *slot = Some(pin);
        }
    }
    Parts {
        pins,
        sda: p.GPIO4.degrade(),
        scl: p.GPIO5.degrade(),
        uart_tx: ConsolePin {
            // SAFETY: the second owner is the pin table, which takes the pad away from UART0 when the core first wants it (`Pins::claim`);
            // UART0 never touches the pad again after its construction.
            pin: unsafe { AnyPin::steal(UART_TX) },
            shared_with: Some(UART_TX),
        },
        uart_rx: p.GPIO20.degrade(),
        adc: p.ADC1,
        flash: p.FLASH,
        i2c: p.I2C0,
        io_mux: p.IO_MUX,
        ledc: p.LEDC,
        uart: p.UART0,
        usb: p.USB_DEVICE,
        watchdog: p.RTC_TIMER,
        wifi: p.WIFI,
        timer: p.TIMG0,
        scheduler_interrupt: p.FROM_CPU_INTR0,
    }
}

/// One sample of ADC1, 0 to 4095. `None` where the pin has no converter: of ADC1's pins (GPIO0 to 4) the contract leaves GPIO2, and GPIO4 is SDA.
pub fn analog(adc: &mut ADC1<'static>, gpio: u8) -> Option<u16> {
    match gpio {
        // SAFETY: the pin table owns the pad and calls this only while nobody drives it.
        2 => sample(adc, unsafe { peripherals::GPIO2::steal() }),
        _ => None,
    }
}
