//! Who may use which chip now. Two configured sensors may sit on one chip (`sht31_temp` and `sht31_humidity`), and a measurement consists of
//! several transfers some ms apart: a second one in between would take the first one's result.

use heapless::Vec;

use crate::config::MAX_SENSORS;

/// Longer than the longest measurement (a DS18B20 that is read twice: 1.6 s). After it a claim may be taken over, so that a sampler that was
/// thrown away in the middle blocks nobody for good.
const CLAIM_MS: u64 = 3000;

/// What is claimed as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    /// One chip, by its 7-bit address.
    I2c(u8),
    /// A 1-Wire bus whose only device is addressed without a ROM. Devices with a ROM need no claim: each transfer names its device and is
    /// complete within one call, and conversions run side by side (DS18B20 with external supply).
    OneWire(u8),
}

#[derive(Clone, Copy, Debug)]
struct Claim {
    resource: Resource,
    ticket: u16,
    until_ms: u64,
}

/// Claims of all sensors of a device. One for all its samplers.
#[derive(Debug, Default)]
pub struct Buses {
    claims: Vec<Claim, MAX_SENSORS>,
    last_ticket: u16,
}

impl Buses {
    pub const fn new() -> Buses {
        Buses { claims: Vec::new(), last_ticket: 0 }
    }

    /// A ticket for the resource, or `None` while another one holds it.
    pub(super) fn claim(&mut self, resource: Resource, now_ms: u64) -> Option<u16> {
        self.claims.retain(|claim| claim.until_ms > now_ms);
        if self.claims.iter().any(|claim| claim.resource == resource) {
            return None;
        }
        let ticket = self.last_ticket.wrapping_add(1);
        let until_ms = now_ms.saturating_add(CLAIM_MS);
        let claim = Claim { resource, ticket, until_ms };
        self.claims.push(claim).ok()?;
        self.last_ticket = ticket;
        Some(ticket)
    }

    /// False when the claim ran out and somebody else has cleared it away.
    pub(super) fn is_held(&self, ticket: u16) -> bool {
        self.claims.iter().any(|claim| claim.ticket == ticket)
    }

    pub(super) fn release(&mut self, ticket: u16) {
        self.claims.retain(|claim| claim.ticket != ticket);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_chip_has_one_holder_and_other_chips_are_free() {
        let mut buses = Buses::new();
        let first = buses.claim(Resource::I2c(0x44), 0).unwrap();
        assert_eq!(buses.claim(Resource::I2c(0x44), 1), None);
        assert!(buses.claim(Resource::I2c(0x45), 1).is_some());
        assert!(buses.claim(Resource::OneWire(0x44), 1).is_some());
        buses.release(first);
        assert!(buses.claim(Resource::I2c(0x44), 2).is_some());
    }

    #[test]
    fn a_forgotten_claim_is_taken_over_and_its_ticket_is_worthless() {
        let mut buses = Buses::new();
        let forgotten = buses.claim(Resource::I2c(0x44), 0).unwrap();
        assert_eq!(buses.claim(Resource::I2c(0x44), CLAIM_MS - 1), None);
        let second = buses.claim(Resource::I2c(0x44), CLAIM_MS).unwrap();
        assert!(!buses.is_held(forgotten));
        buses.release(forgotten);
        assert!(buses.is_held(second));
    }

    #[test]
    fn all_sensors_of_the_largest_board_can_hold_one_at_once() {
        let mut buses = Buses::new();
        for address in 0..MAX_SENSORS as u8 {
            assert!(buses.claim(Resource::I2c(address), 0).is_some());
        }
        assert_eq!(buses.claim(Resource::I2c(0x70), 0), None);
    }
}
