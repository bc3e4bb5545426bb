//! Probes on an analog pin (wire contract 8.1 "Analog specifics"), and every type that nobody knows.

use super::fault::NO_CONVERTER;
use super::kind::Quantity;
use super::reading::{Number, Quality};
use super::sampler::{Measured, Step, Target};
use crate::io::Io;

/// The median of so many is untouched by two outliers, such as a pump that starts.
const SAMPLES: usize = 5;
/// Spreads the samples over 8 ms: longer than a switching spike, shorter than anything a probe measures.
const SPACING_MS: u64 = 2;

/// 8.1: "raw 0 or 4095 and 1–49 / 4046–4094 → suspect".
const TRUSTED: core::ops::RangeInclusive<u16> = 50..=4045;
/// 12-bit converter at 3.3 V (8.2).
const FULL_SCALE: f32 = 4095.0;
const FULL_SCALE_VOLTS: f32 = 3.3;
/// Defaults of an uncalibrated moisture probe, in counts (8.2).
const MOISTURE_DRY: f32 = 3200.0;
const MOISTURE_WET: f32 = 1500.0;

/// One measurement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Analog {
    samples: [u16; SAMPLES],
    taken: u8,
    due_ms: u64,
}

impl Analog {
    pub const fn new() -> Analog {
        Analog { samples: [0; SAMPLES], taken: 0, due_ms: 0 }
    }

    pub fn poll(&mut self, target: &Target<'_>, now_ms: u64, io: &mut dyn Io) -> Step {
        if now_ms < self.due_ms {
            return Step::Wait { until_ms: self.due_ms };
        }
        let Some(sample) = io.analog(target.config.gpio) else {
            return Step::Failed(NO_CONVERTER);
        };
        if let Some(place) = self.samples.get_mut(usize::from(self.taken)) {
            *place = sample;
        }
        self.taken = self.taken.saturating_add(1);
        if usize::from(self.taken) < SAMPLES {
            self.due_ms = now_ms.saturating_add(SPACING_MS);
            return Step::Wait { until_ms: self.due_ms };
        }
        let counts = median(self.samples);
        Step::all(target, |quantity| Some(measured(quantity, counts)))
    }
}

fn median(mut samples: [u16; SAMPLES]) -> u16 {
    samples.sort_unstable();
    let [_, _, middle, _, _] = samples;
    middle
}

/// The wire carries the counts; the value is by the defaults of 8.2, for a probe without calibration. A type that the contract does not name
/// has no scale and no rails: its counts are its value.
fn measured(quantity: Quantity, counts: u16) -> Measured {
    let volts = f32::from(counts) / FULL_SCALE * FULL_SCALE_VOLTS;
    let dryness = (f32::from(counts) - MOISTURE_DRY) / (MOISTURE_WET - MOISTURE_DRY);
    let value = match quantity {
        Quantity::Ph => 7.0 - 3.5 * (volts - 1.5),
        Quantity::Conductivity => 6060.0 * volts,
        Quantity::Moisture => (100.0 * dryness).clamp(0.0, 100.0),
        _ => f32::from(counts),
    };
    let is_trusted = quantity == Quantity::Other || TRUSTED.contains(&counts);
    Measured {
        raw: Number::integer(i32::from(counts)),
        value,
        quality: if is_trusted { Quality::Good } else { Quality::Suspect },
        error_code: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_outliers_do_not_move_the_median() {
        assert_eq!(median([2300, 4095, 2301, 0, 2299]), 2300);
        assert_eq!(median([2300, 4095, 4095, 2301, 2299]), 2301);
    }

    #[test]
    fn readings_at_the_rails_are_suspect() {
        let is_good = |counts| measured(Quantity::Moisture, counts).quality == Quality::Good;
        let expected = [
            (0, false),
            (1, false),
            (49, false),
            (50, true),
            (4045, true),
            (4046, false),
            (4094, false),
            (4095, false),
            (u16::MAX, false),
        ];
        for (counts, is_expected_good) in expected {
            assert_eq!(is_good(counts), is_expected_good, "{counts}");
        }
    }

    #[test]
    fn a_type_that_nobody_knows_has_no_rails() {
        for counts in [0, 4095, 60_000] {
            let measured = measured(Quantity::Other, counts);
            assert_eq!(measured.quality, Quality::Good);
            assert_eq!(measured.value, f32::from(counts));
        }
    }

    #[test]
    fn values_follow_the_default_conversions_of_the_contract() {
        assert_eq!(measured(Quantity::Moisture, 2350).value, 50.0);
        assert_eq!(measured(Quantity::Moisture, 4000).value, 0.0);
        assert_eq!(measured(Quantity::Moisture, 100).value, 100.0);
        assert!((measured(Quantity::Ph, 1861).value - 7.0).abs() < 0.01);
        assert!((measured(Quantity::Conductivity, 1241).value - 6060.0).abs() < 5.0);
    }
}
