//! The way to the broker: network, socket, session. Says when to open a socket and when to give one up.

use super::Network;
use crate::mqtt::BackOff;

/// A socket that is not open this long after it was asked for counts as failed, ms. Longer than a TCP handshake with three lost SYNs.
pub const SOCKET_OPEN_TIMEOUT_MS: u64 = 15_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Socket {
    /// None; the next attempt is due at this time.
    None {
        retry_at_ms: u64,
    },
    /// Asked for; the shell has it in hand since then.
    Opening {
        since_ms: u64,
    },
    Open {
        since_ms: u64,
    },
    /// To be closed by the shell.
    Closing,
}

pub struct Link {
    pub network: Network,
    pub socket: Socket,
    pub back_off: BackOff,
    /// The broker has accepted the session.
    pub is_connected: bool,
    pub connected_at_ms: u64,
    /// Sessions since boot, this one included.
    pub connect_count: u32,
    /// Subscriptions of this session that are not acknowledged yet.
    pub pending_subscriptions: usize,
    /// The session of before it was lost, not of a goodbye.
    pub lost_count: u32,
}

impl Link {
    pub const fn new() -> Link {
        Link {
            network: Network::Down,
            socket: Socket::None { retry_at_ms: 0 },
            back_off: BackOff::new(),
            is_connected: false,
            connected_at_ms: 0,
            connect_count: 0,
            pending_subscriptions: 0,
            lost_count: 0,
        }
    }

    pub fn is_network_up(&self) -> bool {
        matches!(self.network, Network::Up { .. })
    }

    /// dBm; -127 without a network, so that nobody takes it for a good signal.
    pub fn rssi(&self) -> i8 {
        match self.network {
            Network::Up { rssi, .. } => rssi,
            Network::Down => -127,
        }
    }

    pub fn ip(&self) -> [u8; 4] {
        match self.network {
            Network::Up { ip, .. } => ip,
            Network::Down => [0; 4],
        }
    }

    pub fn wants_socket(&self, now_ms: u64) -> bool {
        matches!(self.socket, Socket::None { retry_at_ms } if self.is_network_up() && now_ms >= retry_at_ms)
    }

    /// An opening that takes too long is given up.
    pub fn has_timed_out(&self, now_ms: u64) -> bool {
        matches!(self.socket, Socket::Opening { since_ms } if now_ms >= since_ms + SOCKET_OPEN_TIMEOUT_MS)
    }

    pub fn next_due(&self) -> u64 {
        match self.socket {
            Socket::None { retry_at_ms } if self.is_network_up() => retry_at_ms,
            Socket::Opening { since_ms } => since_ms + SOCKET_OPEN_TIMEOUT_MS,
            _ => u64::MAX,
        }
    }
}
