//! A BMP280 or BME280 with its registers (Bosch BST-BMP280-DS001 and BST-BME280-DS002).

use leitstand_core::io::BusError;

use crate::air::Air;
use crate::bosch_formulas::{self, Coefficients};
use crate::surroundings::Surroundings;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    Bmp280,
    Bme280,
}

const CALIBRATION: u8 = 0x88;
const LAST_CALIBRATION: u8 = 0xA1;
const ID: u8 = 0xD0;
const RESET: u8 = 0xE0;
const RESET_WORD: u8 = 0xB6;
const HUMIDITY_CALIBRATION: u8 = 0xE1;
const LAST_HUMIDITY_CALIBRATION: u8 = 0xE7;
const HUMIDITY_CONTROL: u8 = 0xF2;
const STATUS: u8 = 0xF3;
const CONTROL: u8 = 0xF4;
const CONFIG: u8 = 0xF5;
const DATA: u8 = 0xF7;
const STATUS_MEASURING: u8 = 0b1000;
/// What the data registers hold before the first measurement, and of what is not measured.
const SKIPPED: [u8; 8] = [0x80, 0, 0, 0x80, 0, 0, 0x80, 0];

#[derive(Clone, Debug)]
pub struct Bosch {
    model: Model,
    humidity_control: u8,
    /// Of the last write to the control register, with which the humidity setting takes effect.
    humidity_oversampling: u8,
    control: u8,
    config: u8,
    data: [u8; 8],
    /// When the running measurement ends.
    ready_ms: Option<u64>,
    pointer: u8,
}

impl Bosch {
    pub const fn new(model: Model) -> Bosch {
        Bosch {
            model,
            humidity_control: 0,
            humidity_oversampling: 0,
            control: 0,
            config: 0,
            data: SKIPPED,
            ready_ms: None,
            pointer: 0,
        }
    }

    pub fn model(&self) -> Model {
        self.model
    }

    pub fn transfer(
        &mut self,
        (write, read): (&[u8], &mut [u8]),
        air: &Air,
        around: &mut Surroundings<'_>,
    ) -> Result<(), BusError> {
        self.settle(air, around);
        if let [register] = write {
            self.pointer = *register;
        }
        let (pairs, _) = write.as_chunks::<2>();
        for &[register, value] in pairs {
            self.write(register, value, around.now_ms);
        }
        for place in read {
            *place = self.register(self.pointer);
            self.pointer = self.pointer.wrapping_add(1);
        }
        Ok(())
    }

    /// Ends a measurement whose time has come.
    fn settle(&mut self, air: &Air, around: &mut Surroundings<'_>) {
        let is_done = self.ready_ms.is_some_and(|ready_ms| around.now_ms >= ready_ms);
        let is_normal_mode = self.control & 3 == 3;
        if is_done || is_normal_mode {
            self.ready_ms = None;
            self.data = self.measure(air, around);
        }
        if is_done && !is_normal_mode {
            self.control &= !3;
        }
    }

    fn write(&mut self, register: u8, value: u8, now_ms: u64) {
        match register {
            RESET if value == RESET_WORD => *self = Bosch::new(self.model),
            HUMIDITY_CONTROL if self.model == Model::Bme280 => self.humidity_control = value & 7,
            CONFIG => self.config = value,
            CONTROL => {
                self.control = value;
                self.humidity_oversampling = self.humidity_control;
                if matches!(value & 3, 1 | 2) {
                    self.ready_ms = Some(now_ms + self.duration_ms());
                }
            }
            _ => {}
        }
    }

    fn temperature_oversampling(&self) -> u8 {
        self.control >> 5
    }

    fn pressure_oversampling(&self) -> u8 {
        self.control >> 2 & 7
    }

    /// The longest time, BME280 9.1: 1.25 + 2.3 per sample, and 0.575 for pressure and for humidity.
    fn duration_ms(&self) -> u64 {
        let samples = |setting: u8| match setting {
            0 => 0,
            1..=5 => 1_u64 << (setting - 1),
            _ => 16,
        };
        let [t, p, h] =
            [self.temperature_oversampling(), self.pressure_oversampling(), self.humidity_oversampling].map(samples);
        let extra = u64::from(p > 0) + u64::from(h > 0);
        (1250 + 2300 * (t + p + h) + 575 * extra).div_ceil(1000)
    }

    fn coefficients(&self) -> &'static Coefficients {
        match self.model {
            Model::Bmp280 => &bosch_formulas::BMP280,
            Model::Bme280 => &bosch_formulas::BME280,
        }
    }

    fn measure(&self, air: &Air, around: &mut Surroundings<'_>) -> [u8; 8] {
        let celsius = around.measured(air.celsius);
        let pascal = around.measured(air.pressure_hpa) * 100.0;
        let humidity = around.measured(air.humidity);
        let counts = self.coefficients().counts(celsius, pascal, humidity);
        let [_, p2, p1, p0] = register(counts.pressure, self.pressure_oversampling());
        let [_, t2, t1, t0] = register(counts.temperature, self.temperature_oversampling());
        let [h1, h0] = match (self.model, self.humidity_oversampling) {
            (Model::Bme280, 1..) => counts.humidity.to_be_bytes(),
            _ => [0x80, 0],
        };
        [p2, p1, p0, t2, t1, t0, h1, h0]
    }

    fn register(&self, register: u8) -> u8 {
        match register {
            CALIBRATION..=LAST_CALIBRATION => byte(&self.calibration(), register - CALIBRATION),
            HUMIDITY_CALIBRATION..=LAST_HUMIDITY_CALIBRATION if self.model == Model::Bme280 => {
                byte(&self.humidity_calibration(), register - HUMIDITY_CALIBRATION)
            }
            ID => match self.model {
                Model::Bmp280 => 0x58,
                Model::Bme280 => 0x60,
            },
            HUMIDITY_CONTROL => self.humidity_control,
            STATUS if self.ready_ms.is_some() => STATUS_MEASURING,
            CONTROL => self.control,
            CONFIG => self.config,
            DATA.. => byte(&self.data, register - DATA),
            _ => 0,
        }
    }

    fn calibration(&self) -> [u8; 26] {
        let c = self.coefficients();
        let [p2, p3, p4, p5, p6, p7, p8, p9] = c.p;
        let words = [c.t1 as i16, c.t2, c.t3, c.p1 as i16, p2, p3, p4, p5, p6, p7, p8, p9];
        let mut bytes = [0; 26];
        for (place, word) in bytes.as_chunks_mut::<2>().0.iter_mut().zip(words) {
            *place = word.to_le_bytes();
        }
        let [.., h1] = &mut bytes;
        *h1 = c.h1;
        bytes
    }

    /// H4 and H5 have 12 bits and share a byte.
    fn humidity_calibration(&self) -> [u8; 7] {
        let c = self.coefficients();
        let [h2_low, h2_high] = c.h2.to_le_bytes();
        let shared = (c.h4 & 0x0F | (c.h5 & 0x0F) << 4) as u8;
        let [h4, h5] = [(c.h4 >> 4) as u8, (c.h5 >> 4) as u8];
        [h2_low, h2_high, c.h3, h4, shared, h5, c.h6 as u8]
    }
}

fn byte(bytes: &[u8], index: u8) -> u8 {
    bytes.get(usize::from(index)).copied().unwrap_or(0)
}

/// Bytes 1 to 3 of a 20-bit register. Without a filter the result has 16 bits at 1×, one more for each step of oversampling, and 20 at 16×
/// (BMP280 table 4).
fn register(counts: u32, oversampling: u8) -> [u8; 4] {
    if oversampling == 0 {
        return [0, 0x80, 0, 0];
    }
    let unused_bits = 5_u32.saturating_sub(u32::from(oversampling));
    (counts >> unused_bits << unused_bits << 4).to_be_bytes()
}
