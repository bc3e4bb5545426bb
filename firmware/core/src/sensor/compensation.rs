//! From counts of a BMP280 or BME280 to °C, Pa and %RH: the integer formulas of the data sheets (BMP280 3.11.3, BME280 4.2.3 and appendix 8.1),
//! in 64 bits and checked. Coefficients come over a bus without a checksum: disturbed ones must give nothing rather than overflow.

/// Coefficients of one chip, by the names of the data sheets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calibration {
    t1: u16,
    t: [i16; 2],
    p1: u16,
    p: [i16; 8],
    h: Option<HumidityCalibration>,
}

#[derive(Clone, Copy, Debug)]
struct HumidityCalibration {
    h1: u8,
    h2: i16,
    h3: u8,
    h4: i16,
    h5: i16,
    h6: i8,
}

/// What the converters gave.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    temperature: i64,
    pressure: i64,
    humidity: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Result {
    /// 0.01 °C.
    pub centi_celsius: i32,
    pub pascal: i32,
    /// 0.01 %RH; `None` without humidity.
    pub centi_percent: Option<i32>,
}

/// What the 20-bit registers hold when a quantity was not measured.
const SKIPPED: i64 = 0x80000;
/// The same for humidity.
const SKIPPED_HUMIDITY: u16 = 0x8000;

impl Counts {
    /// Out of registers 0xF7 to 0xFC; `None` when the chip has not measured.
    pub fn new(registers: [u8; 6], humidity: Option<u16>) -> Option<Counts> {
        let [p2, p1, p0, t2, t1, t0] = registers;
        let counts = Counts {
            temperature: i64::from(u32::from_be_bytes([0, t2, t1, t0]) >> 4),
            pressure: i64::from(u32::from_be_bytes([0, p2, p1, p0]) >> 4),
            humidity,
        };
        let is_measured =
            counts.temperature != SKIPPED && counts.pressure != SKIPPED && humidity != Some(SKIPPED_HUMIDITY);
        is_measured.then_some(counts)
    }
}

impl Calibration {
    /// Out of registers 0x88 to 0xA1, and 0xE1 to 0xE7 for humidity.
    pub fn new(low: &[u8; 26], high: Option<&[u8; 7]>) -> Calibration {
        let (words, _) = low.as_chunks::<2>();
        let mut words = words.iter().map(|&word| i16::from_le_bytes(word));
        let mut next = || words.next().unwrap_or(0);
        let t1 = next() as u16;
        let t = core::array::from_fn(|_| next());
        let p1 = next() as u16;
        let p = core::array::from_fn(|_| next());
        let [.., h1] = *low;
        let h = high.map(|high| HumidityCalibration::new(h1, *high));
        Calibration { t1, t, p1, p, h }
    }

    /// `None` when the coefficients cannot be those of a real chip.
    pub fn compensate(&self, counts: &Counts) -> Option<Result> {
        let t_fine = self.t_fine(counts.temperature);
        let centi_percent = match (&self.h, counts.humidity) {
            (Some(h), Some(humidity)) => Some(h.centi_percent(humidity, t_fine)?),
            _ => None,
        };
        Some(Result {
            centi_celsius: i32::try_from((t_fine * 5 + 128) >> 8).ok()?,
            pascal: self.pascal(counts.pressure, t_fine)?,
            centi_percent,
        })
    }

    /// Temperature in 1/5120 °C. With 20-bit counts no intermediate result exceeds 49 bits.
    fn t_fine(&self, counts: i64) -> i64 {
        let t1 = i64::from(self.t1);
        let [t2, t3] = self.t.map(i64::from);
        let var1 = (((counts >> 3) - (t1 << 1)) * t2) >> 11;
        let offset = (counts >> 4) - t1;
        let var2 = (((offset * offset) >> 12) * t3) >> 14;
        var1 + var2
    }

    fn pascal(&self, counts: i64, t_fine: i64) -> Option<i32> {
        let [p2, p3, p4, p5, p6, p7, p8, p9] = self.p.map(i64::from);
        // |t_fine| < 2^23, so that these stay below 2^62.
        let var1 = t_fine - 128_000;
        let var2 = var1 * var1 * p6 + ((var1 * p5) << 17) + (p4 << 35);
        let var1 = ((var1 * var1 * p3) >> 8) + ((var1 * p2) << 12);
        let var1 = ((1_i64 << 47) + var1).checked_mul(i64::from(self.p1))? >> 33;
        let pressure = ((1_048_576 - counts) << 31).checked_sub(var2)?;
        let pressure = pressure.checked_mul(3125)?.checked_div(var1)?;
        let high = pressure >> 13;
        let var1 = p9.checked_mul(high)?.checked_mul(high)? >> 25;
        let var2 = p8.checked_mul(pressure)? >> 19;
        let sum = pressure.checked_add(var1)?.checked_add(var2)?;
        // Q24.8.
        let pressure = (sum >> 8) + (p7 << 4);
        i32::try_from((pressure + 128) >> 8).ok()
    }
}

impl HumidityCalibration {
    fn new(h1: u8, high: [u8; 7]) -> HumidityCalibration {
        let [e1, e2, e3, e4, e5, e6, e7] = high;
        // Two 12-bit numbers share register 0xE5.
        let signed = |byte: u8| i16::from(byte as i8) << 4;
        HumidityCalibration {
            h1,
            h2: i16::from_le_bytes([e1, e2]),
            h3: e3,
            h4: signed(e4) | i16::from(e5 & 0x0F),
            h5: signed(e6) | i16::from(e5 >> 4),
            h6: e7 as i8,
        }
    }

    fn centi_percent(&self, counts: u16, t_fine: i64) -> Option<i32> {
        let [h1, h3] = [self.h1, self.h3].map(i64::from);
        let [h2, h4, h5] = [self.h2, self.h4, self.h5].map(i64::from);
        let offset = t_fine - 76_800;
        let slope = (((offset * i64::from(self.h6)) >> 10) * (((offset * h3) >> 11) + 32_768)) >> 10;
        let slope = ((slope + 2_097_152) * h2 + 8192) >> 14;
        let base = ((i64::from(counts) << 14) - (h4 << 20) - h5 * offset + 16_384) >> 15;
        let linear = base.checked_mul(slope)?;
        let high = linear >> 15;
        let curve = (high.checked_mul(high)? >> 7).checked_mul(h1)? >> 4;
        // 0 to 100 % in Q22.10, as the data sheet limits it.
        let humidity = linear.checked_sub(curve)?.clamp(0, 419_430_400) >> 12;
        i32::try_from((humidity * 100 + 512) >> 10).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn low(words: [i32; 12], h1: u8) -> [u8; 26] {
        let mut low = [0; 26];
        for (index, word) in words.iter().enumerate() {
            low[2 * index..2 * index + 2].copy_from_slice(&(*word as u16).to_le_bytes());
        }
        low[25] = h1;
        low
    }

    /// BMP280 data sheet, 3.12.
    const EXAMPLE: [i32; 12] = [27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000];

    fn counts(temperature: i64, pressure: i64) -> Counts {
        Counts { temperature, pressure, humidity: None }
    }

    #[test]
    fn the_example_of_the_data_sheet_gives_its_temperature_and_pressure() {
        let calibration = Calibration::new(&low(EXAMPLE, 0), None);
        assert_eq!(calibration.t_fine(519_888), 128_422);
        let result = calibration.compensate(&counts(519_888, 415_148));
        let expected = Result { centi_celsius: 2508, pascal: 100_653, centi_percent: None };
        assert_eq!(result, Some(expected));
    }

    #[test]
    fn humidity_coefficients_share_a_register() {
        // H4 = 0x14D, H5 = -2 (0xFFE): E4 = 0x14, E5 = 0xED, E6 = 0xFF.
        let h = HumidityCalibration::new(75, [0x61, 0x01, 0, 0x14, 0xED, 0xFF, 0xE2]);
        assert_eq!((h.h1, h.h2, h.h3), (75, 353, 0));
        assert_eq!((h.h4, h.h5, h.h6), (0x14D, -2, -30));
        let negative = HumidityCalibration::new(0, [0, 0, 0, 0xFF, 0x0F, 0, 0]);
        assert_eq!(negative.h4, -1);
    }

    #[test]
    fn registers_are_20_bits_wide_and_a_skipped_measurement_is_none() {
        let counts = Counts::new([0x65, 0x5A, 0xC0, 0x7E, 0xED, 0x00], None).unwrap();
        assert_eq!((counts.pressure, counts.temperature), (415_148, 519_888));
        assert!(Counts::new([0x80, 0, 0, 0x7E, 0xED, 0], None).is_none());
        assert!(Counts::new([0x65, 0x5A, 0xC0, 0x80, 0, 0], None).is_none());
        assert!(Counts::new([0x65, 0x5A, 0xC0, 0x7E, 0xED, 0], Some(0x8000)).is_none());
    }

    #[test]
    fn no_coefficients_and_counts_overflow() {
        let mut state = 1_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let mut usable = 0;
        for _ in 0..200_000 {
            let low: [u8; 26] = core::array::from_fn(|_| random());
            let high: [u8; 7] = core::array::from_fn(|_| random());
            let data: [u8; 6] = core::array::from_fn(|_| random());
            let humidity = u16::from_be_bytes([random(), random()]);
            if let Some(counts) = Counts::new(data, Some(humidity)) {
                let result = Calibration::new(&low, Some(&high)).compensate(&counts);
                usable += u32::from(result.is_some());
            }
        }
        assert!(usable > 0);
        for extreme in [[0; 26], [0xFF; 26], [0x7F; 26], [0x80; 26]] {
            for data in [[0; 6], [0xFF; 6]] {
                let counts = Counts::new(data, Some(0xFFFF)).unwrap();
                Calibration::new(&extreme, Some(&[0x80; 7])).compensate(&counts);
            }
        }
    }
}
