//! The chip that this image is for. A board file holds pins and construction, nothing else.

#[cfg(feature = "esp32c3")]
mod esp32c3;
#[cfg(feature = "esp32c6")]
mod esp32c6;

use esp_hal::gpio::AnyPin;
use esp_hal::peripherals;

#[cfg(feature = "esp32c3")]
pub use esp32c3::{BOARD, PIN_COUNT, analog, parts};
#[cfg(feature = "esp32c6")]
pub use esp32c6::{BOARD, PIN_COUNT, analog, parts};

#[cfg(not(any(feature = "esp32c3", feature = "esp32c6")))]
compile_error!("choose a chip: --features esp32c3 or --features esp32c6");

/// Bit n of a mask = GPIO n.
const _: () = assert!(PIN_COUNT <= 32);

/// What [`crate::machine`] and the tasks are made of.
pub struct Parts {
    /// Every pin of the board's `usable` list except SDA and SCL, by GPIO number.
    pub pins: [Option<AnyPin<'static>>; PIN_COUNT],
    pub sda: AnyPin<'static>,
    pub scl: AnyPin<'static>,
    pub uart_tx: ConsolePin,
    pub uart_rx: AnyPin<'static>,
    pub adc: peripherals::ADC1<'static>,
    pub flash: peripherals::FLASH<'static>,
    pub i2c: peripherals::I2C0<'static>,
    pub io_mux: peripherals::IO_MUX<'static>,
    pub ledc: peripherals::LEDC<'static>,
    pub uart: peripherals::UART0<'static>,
    pub usb: peripherals::USB_DEVICE<'static>,
    pub watchdog: peripherals::RTC_TIMER<'static>,
    pub wifi: peripherals::WIFI<'static>,
    pub timer: peripherals::TIMG0<'static>,
    pub scheduler_interrupt: peripherals::FROM_CPU_INTR0<'static>,
}

/// The pin on which UART0 speaks.
pub struct ConsolePin {
    pub pin: AnyPin<'static>,
    /// Its number where it is also in `pins`: UART0 has it only until the core wants it for something else.
    pub shared_with: Option<u8>,
}
