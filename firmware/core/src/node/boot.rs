//! From reset to the first poll: settings, boot loop, outputs (wire contract 3.10, 8.5).

use core::fmt::Write as _;

use super::BootInfo;
use super::device::{Cx, Device, SystemState};
use super::keep::MAX_UNSTABLE_BOOTS;
use super::zone::DEFAULT_KAISER;
use crate::actuator::Pins;
use crate::config::{DeviceId, KaiserId};
use crate::io::{Drive, LogLevel};

impl Device {
    pub fn boot(&mut self, info: &BootInfo, cx: &mut Cx<'_>) {
        self.learn(info);
        // Nothing is driven before the settings say how (8.5).
        for &pin in info.board.usable {
            cx.io.drive(pin, Drive::Release);
        }
        let is_configuration_lost = self.keep.load(cx);
        self.keep.runtime.boot_count = self.keep.runtime.boot_count.saturating_add(1);
        self.keep.runtime.unstable_boots = self.keep.runtime.unstable_boots.saturating_add(1);
        self.keep_runtime(cx);
        cx.least_level = self.keep.runtime.log_level;
        self.take_identity();
        self.resume_rules();
        if self.keep.runtime.is_stopped {
            self.emergency.resume();
            self.bank.stop_all(cx.now_ms, cx.io);
        }
        if self.keep.runtime.unstable_boots > MAX_UNSTABLE_BOOTS {
            cx.log(LogLevel::Critical, format_args!("boot loop: safe mode, outputs released"));
            self.state = SystemState::SafeMode;
        } else {
            self.start_outputs(cx);
            self.state = if is_configuration_lost { SystemState::ConfigPending } else { self.state_after_boot() };
        }
        self.renew_sensing(cx.now_ms);
        if self.keep.membership.device_token.is_empty() {
            cx.log(
                LogLevel::Warning,
                format_args!("provisioning: no emergency token is stored; anybody on the broker can stop this device"),
            );
        }
        let id = &self.id;
        cx.log(
            LogLevel::Info,
            format_args!("{id} {} on {}, boot {}", self.version, self.board.id, self.keep.runtime.boot_count),
        );
    }

    /// Id and controller: as provisioned, else made of the MAC (0.3).
    pub fn take_identity(&mut self) {
        self.id = self.keep.provisioning.id.clone();
        if self.id.is_empty() {
            let [.., d, e, f] = self.mac;
            let mut id = DeviceId::new();
            let _ = write!(id, "ESP_{d:02X}{e:02X}{f:02X}");
            self.id = id;
        }
        self.kaiser = self.keep.provisioning.kaiser.clone();
        if self.kaiser.is_empty() {
            self.kaiser = KaiserId::try_from(DEFAULT_KAISER).unwrap_or_default();
        }
    }

    /// What the device may do by what is stored, until the controller says otherwise.
    pub fn state_after_boot(&self) -> SystemState {
        let membership = &self.keep.membership;
        if membership.rejected {
            SystemState::Error
        } else if membership.approved {
            SystemState::Operational
        } else {
            SystemState::PendingApproval
        }
    }

    /// Every configured output to its default state.
    pub fn start_outputs(&mut self, cx: &mut Cx<'_>) {
        let actuators = self.keep.configuration.actuators.clone();
        for config in actuators {
            let gpio = config.gpio;
            let pins = Pins { board: self.board, is_used_elsewhere: &|_| false }; // checked when it was configured
            if self.bank.configure(config, &pins, cx.now_ms, cx.io).is_err() {
                cx.log(LogLevel::Error, format_args!("actuator on pin {gpio} could not be set up"));
            }
        }
    }
}
