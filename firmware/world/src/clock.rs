//! The time of the world. It goes on when the device restarts and counts its milliseconds from 0 again: a flow meter and a drifting sensor know
//! nothing of that.

#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    /// As the shell gave it last.
    shown_ms: u64,
    /// Since the beginning of the world.
    elapsed_ms: u64,
}

impl Clock {
    pub fn set(&mut self, now_ms: u64) {
        self.elapsed_ms += now_ms.saturating_sub(self.shown_ms);
        self.shown_ms = now_ms;
    }

    /// For events.
    pub fn shown_ms(&self) -> u64 {
        self.shown_ms
    }

    pub fn elapsed_ms(&self) -> u64 {
        self.elapsed_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_world_goes_on_when_the_device_counts_anew() {
        let mut clock = Clock::default();
        clock.set(5000);
        clock.set(0);
        clock.set(300);
        assert_eq!((clock.shown_ms(), clock.elapsed_ms()), (300, 5300));
    }
}
