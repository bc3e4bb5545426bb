//! Why the chip started.

use esp_hal::rtc_cntl::SocResetReason as Cause;
use leitstand_core::node::ResetReason;

/// A pull of the EN pin and some brown-outs report themselves as power-on: the chip does not tell them apart.
pub fn reason(has_panicked: bool) -> ResetReason {
    match esp_hal::system::reset_reason() {
        _ if has_panicked => ResetReason::Panic,
        Some(Cause::ChipPowerOn) => ResetReason::PowerOn,
        Some(Cause::CoreSw | Cause::Cpu0Sw) => ResetReason::Software,
        Some(Cause::SysBrownOut) => ResetReason::Brownout,
        Some(Cause::CoreUsbUart | Cause::CoreUsbJtag) => ResetReason::External,
        Some(
            Cause::CoreMwdt0
            | Cause::CoreMwdt1
            | Cause::CoreRtcWdt
            | Cause::Cpu0Mwdt0
            | Cause::Cpu0Mwdt1
            | Cause::Cpu0RtcWdt
            | Cause::SysRtcWdt
            | Cause::SysSuperWdt,
        ) => ResetReason::Watchdog,
        Some(_) | None => ResetReason::Unknown,
    }
}
