//! What survives a restart, and when it is written.

use super::device::{Cx, Device};
use crate::config::{Configuration, Membership, Provisioning};
use crate::io::LogLevel;
use crate::store::{Degraded, Loaded, Runtime, SCRATCH_BYTES, Store, Stored};

/// 6.1: NVS_WRITE_FAILED.
const WRITE_FAILED: u16 = 2003;
/// Boots in a row that did not last a minute; with more of them the device starts in safe mode (3.10).
pub const MAX_UNSTABLE_BOOTS: u8 = 5;
/// A run of this length counts as stable, ms (3.10).
pub const STABLE_RUN_MS: u64 = 60_000;

pub struct Keep {
    store: Store,
    scratch: [u8; SCRATCH_BYTES],
    pub provisioning: Provisioning,
    pub membership: Membership,
    pub configuration: Configuration,
    pub runtime: Runtime,
}

impl Keep {
    pub const fn new() -> Keep {
        Keep {
            store: Store::new(),
            scratch: [0; SCRATCH_BYTES],
            provisioning: Provisioning::new(),
            membership: Membership::new(),
            configuration: Configuration::new(),
            runtime: Runtime::new(),
        }
    }

    /// Why the settings cannot be trusted or written (1.2).
    pub fn degraded_reason(&self) -> Option<&'static str> {
        self.store.degraded().map(Degraded::reason)
    }

    pub fn drift_count(&self) -> u32 {
        self.store.drift_count()
    }

    /// Reads everything. True when a configuration was stored and cannot be read any more.
    pub fn load(&mut self, cx: &mut Cx<'_>) -> bool {
        self.store.open(cx.io);
        if let Loaded::Found(provisioning) = self.store.load(cx.io, &mut self.scratch) {
            self.provisioning = provisioning;
        }
        if let Loaded::Found(membership) = self.store.load(cx.io, &mut self.scratch) {
            self.membership = membership;
        }
        if let Loaded::Found(runtime) = self.store.load(cx.io, &mut self.scratch) {
            self.runtime = runtime;
        }
        let loaded = self.store.load(cx.io, &mut self.scratch);
        if let Some(reason) = self.degraded_reason() {
            cx.log(LogLevel::Error, format_args!("settings: {reason}"));
        }
        match loaded {
            Loaded::Found(configuration) => {
                self.configuration = configuration;
                false
            }
            Loaded::Damaged => true,
            Loaded::Empty => false,
        }
    }

    pub fn erase(&mut self, cx: &mut Cx<'_>) -> bool {
        self.store.erase_all(cx.io).is_ok()
    }
}

/// Writes a record; false when that failed.
fn save<T: Stored>(store: &mut Store, cx: &mut Cx<'_>, value: &T, scratch: &mut [u8]) -> bool {
    store.save(cx.io, value, scratch).is_ok()
}

impl Device {
    /// Each writes its record; false when that failed, which is reported and shown in the heartbeat.
    pub fn keep_provisioning(&mut self, cx: &mut Cx<'_>) -> bool {
        let Keep { store, scratch, provisioning, .. } = &mut self.keep;
        let is_saved = save(store, cx, provisioning, scratch);
        self.note_write(cx, is_saved)
    }

    pub fn keep_membership(&mut self, cx: &mut Cx<'_>) -> bool {
        let Keep { store, scratch, membership, .. } = &mut self.keep;
        let is_saved = save(store, cx, membership, scratch);
        self.note_write(cx, is_saved)
    }

    pub fn keep_configuration(&mut self, cx: &mut Cx<'_>) -> bool {
        let Keep { store, scratch, configuration, .. } = &mut self.keep;
        let is_saved = save(store, cx, configuration, scratch);
        self.note_write(cx, is_saved)
    }

    pub fn keep_runtime(&mut self, cx: &mut Cx<'_>) -> bool {
        let Keep { store, scratch, runtime, .. } = &mut self.keep;
        let is_saved = save(store, cx, runtime, scratch);
        self.note_write(cx, is_saved)
    }

    /// Remembers the stop, so that a restart does not end it.
    pub fn keep_stop(&mut self, cx: &mut Cx<'_>, is_stopped: bool) {
        if self.keep.runtime.is_stopped != is_stopped {
            self.keep.runtime.is_stopped = is_stopped;
            self.keep_runtime(cx);
        }
    }

    fn note_write(&mut self, cx: &mut Cx<'_>, is_saved: bool) -> bool {
        if is_saved {
            return true;
        }
        self.report_error(cx, WRITE_FAILED, 2, "Settings could not be written to flash");
        false
    }
}
