//! LEDC: six channels on one timer, 1 kHz with 12 bits (wire contract 8.5).

use esp_hal::gpio::{DriveMode, Flex, NoPin, OutputSignal};
use esp_hal::ledc::channel::{self, Channel, ChannelHW as _, ChannelIFace as _, Number};
use esp_hal::ledc::timer::{self, Timer, TimerIFace as _};
use esp_hal::ledc::{LSGlobalClkSource, Ledc, LowSpeed};
use esp_hal::peripherals::LEDC;
use esp_hal::time::Rate;
use static_cell::StaticCell;

const FREQUENCY: Rate = Rate::from_khz(1);
/// Of a 12-bit timer: always high.
const FULL_DUTY: u32 = 1 << 12;
const CHANNELS: usize = 6;
const NUMBERS: [(Number, OutputSignal); CHANNELS] = [
    (Number::Channel0, OutputSignal::LEDC_LS_SIG0),
    (Number::Channel1, OutputSignal::LEDC_LS_SIG1),
    (Number::Channel2, OutputSignal::LEDC_LS_SIG2),
    (Number::Channel3, OutputSignal::LEDC_LS_SIG3),
    (Number::Channel4, OutputSignal::LEDC_LS_SIG4),
    (Number::Channel5, OutputSignal::LEDC_LS_SIG5),
];

/// Which part the HAL refused.
#[derive(Debug)]
pub enum PwmError {
    Timer,
    Channel,
}

struct Output {
    channel: Channel<'static, LowSpeed>,
    signal: OutputSignal,
    gpio: Option<u8>,
}

/// Hands out its channels to pins as they are wanted.
pub struct Pwm {
    outputs: [Option<Output>; CHANNELS],
}

impl Pwm {
    pub fn new(peripheral: LEDC<'static>) -> Result<Self, PwmError> {
        static TIMER: StaticCell<Timer<'static, LowSpeed>> = StaticCell::new();
        let mut ledc = Ledc::new(peripheral);
        ledc.set_global_slow_clock(LSGlobalClkSource::APBClk);
        let timer = TIMER.init(ledc.timer::<LowSpeed>(timer::Number::Timer0));
        let config = timer::config::Config {
            duty: timer::config::Duty::Duty12Bit,
            clock_source: timer::LSClockSource::APBClk,
            frequency: FREQUENCY,
        };
        timer.configure(config).map_err(|_| PwmError::Timer)?;
        let timer: &'static Timer<'static, LowSpeed> = timer;
        let mut outputs = [const { None }; CHANNELS];
        for (slot, (number, signal)) in outputs.iter_mut().zip(NUMBERS) {
            // The pin comes later, by the signal: a channel of the HAL is tied to one pin for good.
            let mut channel = ledc.channel(number, NoPin);
            let config = channel::config::Config { timer, duty_pct: 0, drive_mode: DriveMode::PushPull };
            channel.configure(config).map_err(|_| PwmError::Channel)?;
            *slot = Some(Output { channel, signal, gpio: None });
        }
        Ok(Pwm { outputs })
    }

    /// A `Pwm` without channels: duties become the nearer level.
    pub fn none() -> Self {
        Pwm { outputs: [const { None }; CHANNELS] }
    }

    /// Puts `duty` (1 to 254) on the pin. False when every channel is taken by another one.
    pub fn set(&mut self, gpio: u8, pad: &mut Flex<'static>, duty: u8) -> bool {
        let mine = self.outputs.iter().position(|output| owner(output) == Some(Some(gpio)));
        let free = || self.outputs.iter().position(|output| owner(output) == Some(None));
        let Some(index) = mine.or_else(free) else {
            return false;
        };
        let Some(Some(output)) = self.outputs.get_mut(index) else {
            return false;
        };
        output.channel.set_duty_hw(u32::from(duty) * FULL_DUTY / u32::from(u8::MAX));
        if output.gpio.is_none() {
            output.gpio = Some(gpio);
            output.signal.connect_to(pad);
        }
        true
    }

    /// Gives the pin back to its own output register and the channel to others.
    pub fn release(&mut self, gpio: u8, pad: &mut Flex<'static>) {
        for output in self.outputs.iter_mut().flatten() {
            if output.gpio == Some(gpio) {
                output.gpio = None;
                output.signal.disconnect_from(pad);
                output.channel.set_duty_hw(0);
            }
        }
    }
}

fn owner(output: &Option<Output>) -> Option<Option<u8>> {
    output.as_ref().map(|output| output.gpio)
}
