//! Which orders are taken in which state (wire contract 3.3).

use super::device::{Device, SystemState};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderKind {
    Actuator,
    Sensor,
    Config,
    /// A system command that is on the allow-list.
    AllowedSystem,
    System,
}

/// Accepted or refused, with the code that the outcome carries and the reason code of the answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    Accepted(&'static str),
    Refused { code: &'static str, reason_code: &'static str },
}

/// System commands that change nothing dangerous (3.3).
pub fn is_allow_listed(command: &str) -> bool {
    ["status", "diagnostics", "get_config", "set_log_level", "safe_mode"]
        .iter()
        .any(|name| command.eq_ignore_ascii_case(name))
}

const fn refused(code: &'static str, reason_code: &'static str) -> Admission {
    Admission::Refused { code, reason_code }
}

/// The table of 3.3, in its order.
pub fn admit(state: SystemState, is_gate_open: bool, kind: OrderKind) -> Admission {
    let is_system = matches!(kind, OrderKind::System | OrderKind::AllowedSystem);
    if state == SystemState::SafeMode && !is_system {
        return refused("SAFETY_LOCKED", "SAFETY_LOCKED");
    }
    if !is_gate_open {
        return refused("REGISTRATION_PENDING", "REGISTRATION_PENDING");
    }
    let (config, allowed, blocked) = match state {
        SystemState::ConfigPending => (
            "CONFIG_PENDING_CONFIG_ACCEPTED",
            "PENDING_ALLOWLIST_ACCEPTED",
            refused("CONFIG_PENDING_BLOCKED", "CONFIG_PENDING_AFTER_RESET"),
        ),
        SystemState::PendingApproval => (
            "PENDING_APPROVAL_CONFIG_ACCEPTED",
            "PENDING_APPROVAL_ALLOWLIST_ACCEPTED",
            refused("PENDING_APPROVAL_BLOCKED", "PENDING_APPROVAL"),
        ),
        SystemState::Error => (
            "DEGRADED_CONFIG_ACCEPTED",
            "DEGRADED_ALLOWLIST_ACCEPTED",
            refused("DEGRADED_MODE_BLOCKED", "RUNTIME_DEGRADED"),
        ),
        _ => return Admission::Accepted("COMMAND_ACCEPTED"),
    };
    match kind {
        OrderKind::Config => Admission::Accepted(config),
        OrderKind::AllowedSystem => Admission::Accepted(allowed),
        _ => blocked,
    }
}

impl Device {
    pub fn admit(&self, kind: OrderKind) -> Admission {
        admit(self.state, self.is_gate_open, kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [SystemState; 5] = [
        SystemState::SafeMode,
        SystemState::ConfigPending,
        SystemState::PendingApproval,
        SystemState::Error,
        SystemState::Operational,
    ];

    #[test]
    fn nothing_but_system_commands_is_looked_at_in_safe_mode() {
        for kind in [OrderKind::Actuator, OrderKind::Sensor, OrderKind::Config] {
            assert_eq!(admit(SystemState::SafeMode, true, kind), refused("SAFETY_LOCKED", "SAFETY_LOCKED"));
        }
        assert_eq!(admit(SystemState::SafeMode, true, OrderKind::System), Admission::Accepted("COMMAND_ACCEPTED"));
    }

    #[test]
    fn nothing_is_taken_before_the_registration() {
        for state in STATES {
            for kind in [OrderKind::System, OrderKind::AllowedSystem] {
                assert_eq!(admit(state, false, kind), refused("REGISTRATION_PENDING", "REGISTRATION_PENDING"));
            }
        }
    }

    #[test]
    fn a_device_that_waits_takes_configurations_and_harmless_commands_only() {
        let rows = [
            (
                SystemState::ConfigPending,
                "CONFIG_PENDING_CONFIG_ACCEPTED",
                "PENDING_ALLOWLIST_ACCEPTED",
                "CONFIG_PENDING_BLOCKED",
            ),
            (
                SystemState::PendingApproval,
                "PENDING_APPROVAL_CONFIG_ACCEPTED",
                "PENDING_APPROVAL_ALLOWLIST_ACCEPTED",
                "PENDING_APPROVAL_BLOCKED",
            ),
            (SystemState::Error, "DEGRADED_CONFIG_ACCEPTED", "DEGRADED_ALLOWLIST_ACCEPTED", "DEGRADED_MODE_BLOCKED"),
        ];
        for (state, config, allowed, blocked) in rows {
            assert_eq!(admit(state, true, OrderKind::Config), Admission::Accepted(config));
            assert_eq!(admit(state, true, OrderKind::AllowedSystem), Admission::Accepted(allowed));
            for kind in [OrderKind::Actuator, OrderKind::Sensor, OrderKind::System] {
                let Admission::Refused { code, .. } = admit(state, true, kind) else {
                    panic!("{state:?} takes {kind:?}")
                };
                assert_eq!(code, blocked);
            }
        }
    }

    #[test]
    fn an_approved_device_takes_everything() {
        for kind in [OrderKind::Actuator, OrderKind::Sensor, OrderKind::Config, OrderKind::System] {
            assert_eq!(admit(SystemState::Operational, true, kind), Admission::Accepted("COMMAND_ACCEPTED"));
        }
    }
}
