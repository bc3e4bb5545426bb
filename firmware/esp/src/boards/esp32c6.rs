//! ESP32-C6: pins and construction. Sources: ESP32-C6 data sheet, table "Pin overview"; wire contract 8.5.

use esp_hal::gpio::Pin as _;
use esp_hal::peripherals::{self, ADC1, Peripherals};
use leitstand_core::board::{Board, ESP32C6};

use super::{ConsolePin, Parts};
use crate::machine::sample;

pub const BOARD: &Board = &ESP32C6;
pub const PIN_COUNT: usize = 31;

pub fn parts(p: Peripherals) -> Parts {
    let mut pins = [const { None }; PIN_COUNT];
    let usable = [
        p.GPIO1.degrade(),
        p.GPIO2.degrade(),
        p.GPIO3.degrade(),
        p.GPIO4.degrade(),
        p.GPIO5.degrade(),
        p.GPIO8.degrade(),
        p.GPIO9.degrade(),
        p.GPIO10.degrade(),
        p.GPIO11.degrade(),
        p.GPIO15.degrade(),
        p.GPIO18.degrade(),
        p.GPIO19.degrade(),
        p.GPIO20.degrade(),
        p.GPIO21.degrade(),
        p.GPIO22.degrade(),
        p.GPIO23.degrade(),
    ];
    for pin in usable {
        if let Some(slot) = pins.get_mut(usize::from(esp_hal::gpio::Pin::number(&pin))) {
            *slot = Some(pin);
        }
    }
    Parts {
        pins,
        sda: p.GPIO6.degrade(),
        scl: p.GPIO7.degrade(),
        uart_tx: ConsolePin { pin: p.GPIO16.degrade(), shared_with: None },
        uart_rx: p.GPIO17.degrade(),
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

/// One sample of ADC1, 0 to 4095. `None` where the pin has no converter: of ADC1's pins (GPIO0 to 6) GPIO0 is reserved and GPIO6 is SDA.
pub fn analog(adc: &mut ADC1<'static>, gpio: u8) -> Option<u16> {
    // SAFETY (of every arm): the pin table owns the pads and calls this only while nobody drives the pin.
    match gpio {
        // SAFETY: see above.
        1 => sample(adc, unsafe { peripherals::GPIO1::steal() }),
        // SAFETY: see above.
        2 => sample(adc, unsafe { peripherals::GPIO2::steal() }),
        // SAFETY: see above.
        3 => sample(adc, unsafe { peripherals::GPIO3::steal() }),
        // SAFETY: see above.
        4 => sample(adc, unsafe { peripherals::GPIO4::steal() }),
        // SAFETY: see above.
        5 => sample(adc, unsafe { peripherals::GPIO5::steal() }),
        _ => None,
    }
}
