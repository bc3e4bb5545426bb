//! What a simulated sensor knows of the world while it is asked: the time, and what is wrong.

use crate::fault::Faults;
use crate::random::Random;

const MS_PER_HOUR: f64 = 3_600_000.0;

/// Whether a sensor drops out is decided once for all transfers of one measurement: a share of 0.1 shall lose one measurement in ten, not one transfer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dropout {
    until_ms: u64,
    is_out: bool,
}

pub struct Surroundings<'a> {
    pub faults: &'a Faults,
    pub random: &'a mut Random,
    /// In the time of the world.
    pub now_ms: u64,
}

impl Surroundings<'_> {
    /// Does the sensor not answer? `window_ms` is a little longer than its longest measurement with all tries.
    pub fn is_silent(&mut self, dropout: &mut Dropout, window_ms: u64) -> bool {
        if self.faults.is_dead {
            return true;
        }
        if self.faults.dropout <= 0.0 {
            dropout.until_ms = 0;
            return false;
        }
        if self.now_ms >= dropout.until_ms {
            dropout.until_ms = self.now_ms + window_ms;
            dropout.is_out = self.random.share() < self.faults.dropout;
        }
        dropout.is_out
    }

    /// What a sensor measures of `value`.
    pub fn measured(&mut self, value: f64) -> f64 {
        let mut measured = value;
        if self.faults.drift_per_hour != 0.0 {
            let drifting_ms = self.now_ms.saturating_sub(self.faults.drift_since_ms);
            measured += self.faults.drift_per_hour * drifting_ms as f64 / MS_PER_HOUR;
        }
        if self.faults.noise > 0.0 {
            measured += self.faults.noise * self.random.gaussian();
        }
        measured
    }

    /// Turns one bit of what goes over a bus, now and then.
    pub fn spoil(&mut self, data: &mut [u8]) {
        if self.faults.crc_errors <= 0.0 || self.random.share() >= self.faults.crc_errors {
            return;
        }
        let chance = self.random.next_u32();
        let place = (chance >> 3) as usize % data.len().max(1);
        if let Some(byte) = data.get_mut(place) {
            *byte ^= 1 << (chance & 7);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surroundings<'a>(faults: &'a Faults, random: &'a mut Random, now_ms: u64) -> Surroundings<'a> {
        Surroundings { faults, random, now_ms }
    }

    #[test]
    fn a_dropout_lasts_for_one_measurement_and_takes_its_share() {
        let faults = Faults { dropout: 0.25, ..Faults::default() };
        let mut random = Random::new(3);
        let mut dropout = Dropout::default();
        let mut silent = 0;
        for second in 0..4000 {
            let first = surroundings(&faults, &mut random, second * 1000).is_silent(&mut dropout, 900);
            let last = surroundings(&faults, &mut random, second * 1000 + 899).is_silent(&mut dropout, 900);
            assert_eq!(first, last);
            silent += i32::from(first);
        }
        assert!((900..1100).contains(&silent), "{silent}");
    }

    #[test]
    fn drift_grows_with_the_hours_and_keeps_growing_when_it_is_set_again() {
        let mut faults = Faults::default();
        faults.change(&FaultChange::DriftPerHour(0.5), 1000);
        faults.change(&FaultChange::DriftPerHour(0.5), 2000);
        let mut random = Random::new(3);
        let measured = surroundings(&faults, &mut random, 1000 + 7_200_000).measured(20.0);
        assert_eq!(measured, 21.0);
    }

    use crate::fault::FaultChange;

    #[test]
    fn spoilt_data_differ_in_one_bit() {
        let faults = Faults { crc_errors: 1.0, ..Faults::default() };
        let mut random = Random::new(3);
        for _ in 0..100 {
            let mut data = [0_u8; 9];
            surroundings(&faults, &mut random, 0).spoil(&mut data);
            assert_eq!(data.iter().map(|byte| byte.count_ones()).sum::<u32>(), 1);
        }
        surroundings(&faults, &mut random, 0).spoil(&mut []);
    }
}
