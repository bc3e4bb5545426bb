//! The part of a heartbeat acknowledgement that decides whether it counts (wire contract 1.4, 2.4).

use crate::json::Json;

/// `handover_epoch` as it arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EpochMember {
    Missing,
    /// Present, but no integer from 0 to 2^32 - 1: a string, `3.0`, null, a negative or a larger number (1.4).
    NotAnInteger,
    Integer(u32),
}

/// What the contract check looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AckMembers {
    /// `status` is a string that is not empty. Which ones mean something is no matter of this check (2.3).
    pub has_status: bool,
    pub epoch: EpochMember,
}

impl AckMembers {
    /// Of the payload of `system/heartbeat/ack`.
    pub fn read(ack: &Json<'_>) -> AckMembers {
        let status = ack.get("status").and_then(|status| status.text());
        let epoch = match ack.get("handover_epoch") {
            None => EpochMember::Missing,
            Some(epoch) => epoch
                .as_i64()
                .and_then(|epoch| u32::try_from(epoch).ok())
                .map_or(EpochMember::NotAnInteger, EpochMember::Integer),
        };
        AckMembers { has_status: status.is_some_and(|status| !status.is_empty()), epoch }
    }
}

/// Why an acknowledgement does not count; `handover_contract_last_reject` (2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AckReject {
    MissingStatus,
    MissingEpoch,
    EpochType,
    /// The epoch is 0.
    Epoch,
    EpochMismatch,
    /// The device has no epoch of its own to compare with.
    MissingActiveEpoch,
}

impl AckReject {
    /// The code on the wire.
    pub fn code(self) -> &'static str {
        match self {
            AckReject::MissingStatus => "MISSING_ACK_STATUS",
            AckReject::MissingEpoch => "MISSING_HANDOVER_EPOCH",
            AckReject::EpochType => "INVALID_HANDOVER_EPOCH_TYPE",
            AckReject::Epoch => "INVALID_HANDOVER_EPOCH",
            AckReject::EpochMismatch => "HANDOVER_EPOCH_MISMATCH",
            AckReject::MissingActiveEpoch => "MISSING_ACTIVE_SESSION_EPOCH",
        }
    }
}
