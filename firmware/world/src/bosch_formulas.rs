//! The floating point formulas of the Bosch data sheets (BMP280 8.1, BME280 8.1) and their inverse by bisection. The driver in the core uses the
//! integer ones, so that one checks the other.

/// Coefficients by the names of the data sheets; humidity only for a BME280.
#[derive(Debug)]
pub struct Coefficients {
    pub t1: u16,
    pub t2: i16,
    pub t3: i16,
    pub p1: u16,
    /// P2 to P9.
    pub p: [i16; 8],
    pub h1: u8,
    pub h2: i16,
    pub h3: u8,
    pub h4: i16,
    pub h5: i16,
    pub h6: i8,
}

/// The chip in the example of the BMP280 data sheet, 3.12.
pub const BMP280: Coefficients = Coefficients {
    t1: 27504,
    t2: 26435,
    t3: -1000,
    p1: 36477,
    p: [-10685, 3024, 2855, 140, -7, 15500, -14600, 6000],
    h1: 0,
    h2: 0,
    h3: 0,
    h4: 0,
    h5: 0,
    h6: 0,
};

/// Coefficients of the size that production chips have.
pub const BME280: Coefficients = Coefficients {
    t1: 28485,
    t2: 26735,
    t3: 50,
    p1: 36738,
    p: [-10635, 3024, 6980, -4, -7, 9900, -10230, 4285],
    h1: 75,
    h2: 370,
    h3: 0,
    h4: 313,
    h5: 50,
    h6: 30,
};

/// Counts of the converters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    pub temperature: u32,
    pub pressure: u32,
    pub humidity: u16,
}

const LAST_20_BIT: u32 = (1 << 20) - 1;

impl Coefficients {
    /// Temperature in 1/5120 °C.
    pub fn t_fine(&self, counts: f64) -> f64 {
        let [t1, t2, t3] = [f64::from(self.t1), f64::from(self.t2), f64::from(self.t3)];
        let offset = counts / 131_072.0 - t1 / 8192.0;
        (counts / 16_384.0 - t1 / 1024.0) * t2 + offset * offset * t3
    }

    pub fn pascal(&self, counts: f64, t_fine: f64) -> f64 {
        let [p2, p3, p4, p5, p6, p7, p8, p9] = self.p.map(f64::from);
        let var1 = t_fine / 2.0 - 64_000.0;
        let var2 = var1 * var1 * p6 / 32_768.0 + var1 * p5 * 2.0;
        let var2 = var2 / 4.0 + p4 * 65_536.0;
        let var1 = (p3 * var1 * var1 / 524_288.0 + p2 * var1) / 524_288.0;
        let var1 = (1.0 + var1 / 32_768.0) * f64::from(self.p1);
        let p = (1_048_576.0 - counts - var2 / 4096.0) * 6250.0 / var1;
        let var1 = p9 * p * p / 2_147_483_648.0;
        p + (var1 + p * p8 / 32_768.0 + p7) / 16.0
    }

    pub fn percent(&self, counts: f64, t_fine: f64) -> f64 {
        let [h2, h4, h5] = [self.h2, self.h4, self.h5].map(f64::from);
        let [h1, h3, h6] = [f64::from(self.h1), f64::from(self.h3), f64::from(self.h6)];
        let offset = t_fine - 76_800.0;
        let slope = 1.0 + h6 / 67_108_864.0 * offset * (1.0 + h3 / 67_108_864.0 * offset);
        let base = counts - (h4 * 64.0 + h5 / 16_384.0 * offset);
        let linear = base * (h2 / 65_536.0 * slope);
        (linear * (1.0 - h1 * linear / 524_288.0)).clamp(0.0, 100.0)
    }

    /// The counts at which the chip measures these values, as nearly as it can.
    pub fn counts(&self, celsius: f64, pascal: f64, percent: f64) -> Counts {
        let temperature = bisect(LAST_20_BIT, |counts| self.t_fine(counts) / 5120.0 >= celsius);
        let t_fine = self.t_fine(f64::from(temperature));
        let pressure = bisect(LAST_20_BIT, |counts| self.pascal(counts, t_fine) <= pascal);
        let humidity = bisect(u32::from(u16::MAX), |counts| self.percent(counts, t_fine) >= percent);
        Counts { temperature, pressure, humidity: humidity as u16 }
    }
}

/// The least number up to `last` for which `is_enough` holds, which it does from some number on; `last` when it never does.
fn bisect(last: u32, is_enough: impl Fn(f64) -> bool) -> u32 {
    let (mut low, mut high) = (0, last);
    while low < high {
        let middle = low + (high - low) / 2;
        if is_enough(f64::from(middle)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_data_sheet_gives_its_values() {
        let t_fine = BMP280.t_fine(519_888.0);
        assert!((t_fine / 5120.0 - 25.08).abs() < 0.01);
        assert!((BMP280.pascal(415_148.0, t_fine) - 100_653.27).abs() < 1.0);
    }

    #[test]
    fn the_inverse_comes_back_within_one_count() {
        for celsius in [-40.0, -0.01, 25.0, 85.0] {
            let counts = BME280.counts(celsius, 95_000.0, 42.0);
            let t_fine = BME280.t_fine(f64::from(counts.temperature));
            assert!((t_fine / 5120.0 - celsius).abs() < 0.001, "{celsius}");
            let pascal = BME280.pascal(f64::from(counts.pressure), t_fine);
            assert!((pascal - 95_000.0).abs() < 0.5, "{pascal}");
            let percent = BME280.percent(f64::from(counts.humidity), t_fine);
            assert!((percent - 42.0).abs() < 0.02, "{percent}");
        }
    }
}
