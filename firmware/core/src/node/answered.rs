//! Orders that were carried out lately, by their intent id: one that comes again is answered again and not carried out again. QoS 2 makes a
//! repetition rare, but a bridge, a controller that restarts or a hand-made client can send one, and a second TOGGLE undoes the first.

use heapless::Deque;

/// Orders remembered. At the contract's pace (7.5: at most four a second) this covers the retries of several seconds.
const REMEMBERED: usize = 16;

pub struct Answered {
    orders: Deque<(u64, bool), REMEMBERED>,
}

/// FNV-1a, 64 bits: two of sixteen ids share a value with a chance below 10^-17.
fn digest(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

impl Answered {
    pub const fn new() -> Answered {
        Answered { orders: Deque::new() }
    }

    /// Did the order with this id succeed? `None`: it is new.
    pub fn result(&self, id: &str) -> Option<bool> {
        let wanted = digest(id);
        self.orders.iter().find(|(seen, _)| *seen == wanted).map(|(_, success)| *success)
    }

    pub fn remember(&mut self, id: &str, success: bool) {
        if self.orders.is_full() {
            self.orders.pop_front();
        }
        let _ = self.orders.push_back((digest(id), success));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_known_again_until_sixteen_others_came() {
        let mut answered = Answered::new();
        answered.remember("a", true);
        answered.remember("b", false);
        assert_eq!((answered.result("a"), answered.result("b"), answered.result("c")), (Some(true), Some(false), None));
        for n in 0..15u8 {
            answered.remember(core::str::from_utf8(&[b'c' + n]).unwrap(), true);
        }
        assert_eq!(answered.result("a"), None);
    }
}
