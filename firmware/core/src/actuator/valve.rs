//! Where a motor valve stands and whither it goes. Pure: the pins are driven by [`super::output`].
//!
//! There is no feedback; the position is dead-reckoned from run times (8.4: 5 s from end to end). At power-up it is unknown. A move that
//! was interrupted leaves an estimate, and the next move to an end then runs the full travel: the mechanical stop makes it exact again,
//! so that "closed" is never said of a valve that might leak.

/// 8.4: from closed to open, ms.
pub const FULL_TRAVEL_MS: u64 = 5_000;
/// From an end to the middle, ms.
pub const HALF_TRAVEL_MS: u64 = FULL_TRAVEL_MS / 2;
/// A valve this near to the middle is in the middle: 5 % of the travel, more than a poll is ever late.
const MIDDLE_TOLERANCE_MS: u64 = 250;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    Closed,
    Middle,
    Open,
}

impl Position {
    /// 1.19: status shows 0, 127 or 254.
    pub const fn level(self) -> u8 {
        match self {
            Position::Closed => 0,
            Position::Middle => 127,
            Position::Open => 254,
        }
    }

    pub const fn of_level(level: u8) -> Position {
        match level {
            0 => Position::Closed,
            1..=127 => Position::Middle,
            _ => Position::Open,
        }
    }

    const fn travel_ms(self) -> u64 {
        match self {
            Position::Closed => 0,
            Position::Middle => HALF_TRAVEL_MS,
            Position::Open => FULL_TRAVEL_MS,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motor {
    Idle,
    Opening,
    Closing,
}

/// A known or estimated position, as travel from closed.
#[derive(Clone, Copy, Debug)]
struct Place {
    travel_ms: u64,
    is_exact: bool,
}

impl Place {
    fn is_at(self, position: Position) -> bool {
        match position {
            Position::Middle => self.travel_ms.abs_diff(HALF_TRAVEL_MS) <= MIDDLE_TOLERANCE_MS,
            end => self.is_exact && self.travel_ms == end.travel_ms(),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Motion {
    /// What was ordered.
    target: Position,
    /// Where this leg ends: `target`, or first an end to learn where the valve is.
    leg: Position,
    from: Option<Place>,
    is_opening: bool,
    since_ms: u64,
    until_ms: u64,
}

impl Motion {
    /// Where the valve is after this motion has lasted until `now_ms`.
    fn place_at(&self, now_ms: u64) -> Option<Place> {
        let is_complete = now_ms >= self.until_ms;
        if is_complete && self.leg != Position::Middle {
            let travel_ms = self.leg.travel_ms();
            return Some(Place { travel_ms, is_exact: true });
        }
        let elapsed_ms = now_ms.saturating_sub(self.since_ms);
        let from = self.from?;
        let travel_ms = if self.is_opening {
            from.travel_ms.saturating_add(elapsed_ms).min(FULL_TRAVEL_MS)
        } else {
            from.travel_ms.saturating_sub(elapsed_ms)
        };
        let is_exact = from.is_exact && (is_complete || elapsed_ms == 0);
        Some(Place { travel_ms, is_exact })
    }
}

/// One valve; it has just been powered up when new.
#[derive(Clone, Copy, Debug)]
pub struct Valve {
    place: Option<Place>,
    motion: Option<Motion>,
}

impl Valve {
    pub const fn new() -> Valve {
        Valve { place: None, motion: None }
    }

    /// Sets out for `target`, also when on the way elsewhere; false when that is where the valve is or goes already.
    pub fn order(&mut self, target: Position, now_ms: u64) -> bool {
        if self.motion.is_some_and(|motion| motion.target == target) {
            return false;
        }
        // An interrupted motion may happen to have ended at the target; then stopping is the change.
        let was_moving = self.motion.is_some();
        self.halt(now_ms);
        if self.place.is_some_and(|place| place.is_at(target)) {
            return was_moving;
        }
        self.motion = Some(self.leg_to(target, now_ms));
        true
    }

    fn leg_to(&self, target: Position, now_ms: u64) -> Motion {
        // The middle can only be found from a place that is known; closing is the harmless way to learn one.
        let leg = match (target, self.place) {
            (Position::Middle, None) => Position::Closed,
            _ => target,
        };
        let run_ms = match self.place {
            Some(place) if place.is_exact || leg == Position::Middle => place.travel_ms.abs_diff(leg.travel_ms()),
            _ => FULL_TRAVEL_MS,
        };
        let is_opening = match leg {
            Position::Closed => false,
            Position::Open => true,
            Position::Middle => self.place.is_some_and(|place| place.travel_ms < HALF_TRAVEL_MS),
        };
        Motion { target, leg, from: self.place, is_opening, since_ms: now_ms, until_ms: now_ms.saturating_add(run_ms) }
    }

    /// Stands still where it is.
    pub fn halt(&mut self, now_ms: u64) {
        if let Some(motion) = self.motion.take() {
            self.place = motion.place_at(now_ms);
        }
    }

    /// Ends a leg whose time is over; true when the motor now does something else.
    pub fn poll(&mut self, now_ms: u64) -> bool {
        let Some(motion) = self.motion.filter(|motion| now_ms >= motion.until_ms) else {
            return false;
        };
        self.halt(now_ms);
        if motion.leg != motion.target {
            self.motion = Some(self.leg_to(motion.target, now_ms));
        }
        true
    }

    pub fn motor(&self) -> Motor {
        match self.motion {
            None => Motor::Idle,
            Some(motion) if motion.is_opening => Motor::Opening,
            Some(_) => Motor::Closing,
        }
    }

    /// When [`Valve::poll`] has something to do.
    pub fn due_ms(&self) -> Option<u64> {
        self.motion.map(|motion| motion.until_ms)
    }

    /// What is true now: closed and open only when certain and at rest, anything else is the middle.
    pub fn level(&self) -> u8 {
        let is_at = |position| self.place.is_some_and(|place| place.is_at(position));
        let ends = [Position::Closed, Position::Open];
        let end = ends.into_iter().find(|&end| self.motion.is_none() && is_at(end));
        end.unwrap_or(Position::Middle).level()
    }
}
