//! One sample of ADC1.

use esp_hal::analog::adc::{Adc, AdcChannel, AdcConfig, Attenuation};
use esp_hal::gpio::AnalogPin;
use esp_hal::peripherals::ADC1;

/// A conversion takes some 10 µs; this many looks at the ready flag take about 1 ms. Past it the converter hangs and the sample is given up.
const MAX_LOOKS: u32 = 20_000;

/// 0 to 4095 for 0 to about 2.5 V (C3) or 3.3 V (C6): full range of the converter, without calibration, as the contract's raw values are.
/// Takes the pin's input buffer and pulls away. `None` where the converter gives no answer.
pub fn sample<P: AdcChannel + AnalogPin>(adc: &mut ADC1<'static>, pin: P) -> Option<u16> {
    let mut config = AdcConfig::new();
    let mut channel = config.enable_pin(pin, Attenuation::_11dB);
    let mut converter = Adc::new(adc.reborrow(), config);
    (0..MAX_LOOKS).find_map(|_| converter.read_oneshot(&mut channel).ok())
}
