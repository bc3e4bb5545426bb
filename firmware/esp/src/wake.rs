//! What wakes the node task before its time.

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::signal::Signal;

/// Signalled by every task that has put something where the node task looks, or has made room for its bytes.
pub static WAKE: Signal<CriticalSectionRawMutex, ()> = Signal::new();
