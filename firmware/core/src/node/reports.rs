//! What the device says by itself: announce, heartbeat, counters, diagnostics, queue pressure (wire contract 1.1 to 1.3, 1.7, 1.9).

use core::fmt::Write as _;

use heapless::String;

use super::device::{Cx, Device};
use super::outgoing::{ANSWER, BEAT, REPORT, SNAPSHOT};
use super::statuses::STATUS_INTERVAL_MS;

/// While registered, and while the gate is closed, ms (1.2).
pub const HEARTBEAT_MS: u64 = 60_000;
pub const HEARTBEAT_CLOSED_MS: u64 = 5_000;
/// Counters go out when one changed, else with every so many heartbeats (1.3).
const METRICS_EVERY: u32 = 5;
/// Between two health snapshots at least, ms (1.7).
const DIAGNOSTICS_MS: u64 = 60_000;
/// What makes a new snapshot worth sending (1.7): free memory ±20 %, signal ±10 dB, five new errors.
const HEAP_CHANGE_PERCENT: u32 = 20;
const RSSI_CHANGE_DB: i16 = 10;
const NEW_ERRORS: u32 = 5;
/// Waiting messages at which pressure begins and below which it ends (1.9).
pub const PRESSURE_FROM: usize = 6;
pub const PRESSURE_BELOW: usize = 4;

/// Our extensions, by bit of `hidden_capabilities`.
pub const CAPABILITIES: [&str; 6] = ["drill", "reboot", "identify", "unparsable_stop", "zone_free_commands", "expiry"];

/// What the last snapshot said.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Snapshot {
    heap_free: u32,
    rssi: i8,
    errors: u32,
    counts: (usize, usize),
    state: &'static str,
}

pub struct Schedule {
    pub heartbeat_at_ms: u64,
    pub statuses_at_ms: u64,
    /// Pins whose state is still to be said, when the queue has room.
    pub statuses_due: u64,
    pub is_heartbeat_answered: bool,
    diagnostics_at_ms: u64,
    snapshot: Option<Snapshot>,
    pub heartbeats: u32,
    metrics_digest: u32,
    is_under_pressure: bool,
    pub stable_at_ms: u64,
}

impl Schedule {
    pub const fn new() -> Schedule {
        Schedule {
            heartbeat_at_ms: u64::MAX,
            statuses_at_ms: u64::MAX,
            statuses_due: 0,
            is_heartbeat_answered: true,
            diagnostics_at_ms: u64::MAX,
            snapshot: None,
            heartbeats: 0,
            metrics_digest: 0,
            is_under_pressure: false,
            stable_at_ms: super::keep::STABLE_RUN_MS,
        }
    }

    /// A session has begun; the first heartbeat waits for the subscriptions.
    pub fn connected(&mut self) {
        self.heartbeat_at_ms = u64::MAX;
        self.statuses_due = 0;
    }

    pub fn disconnected(&mut self) {
        self.heartbeat_at_ms = u64::MAX;
        self.statuses_at_ms = u64::MAX;
        self.diagnostics_at_ms = u64::MAX;
        self.statuses_due = 0;
        self.is_heartbeat_answered = true;
    }

    pub fn registered(&mut self, now_ms: u64) {
        self.heartbeat_at_ms = now_ms + HEARTBEAT_MS;
        self.statuses_at_ms = now_ms + STATUS_INTERVAL_MS;
        self.diagnostics_at_ms = now_ms;
        self.snapshot = None;
    }

    pub fn force_heartbeat(&mut self, now_ms: u64) {
        if self.heartbeat_at_ms != u64::MAX {
            self.heartbeat_at_ms = now_ms;
        }
    }

    pub fn next_due(&self) -> u64 {
        [self.heartbeat_at_ms, self.statuses_at_ms, self.diagnostics_at_ms, self.stable_at_ms]
            .into_iter()
            .fold(u64::MAX, u64::min)
    }
}

impl Device {
    /// The first message of a session (1.1).
    pub fn say_announce(&mut self, cx: &mut Cx<'_>) {
        let epoch = self.mode.announced_epoch();
        let now_ms = cx.now_ms;
        self.publish(cx, format_args!("session/announce"), ANSWER, &|device, out| {
            let unix_ms = device.clock.unix_ms(now_ms).unwrap_or(0);
            let mut boot_s: String<20> = String::new();
            let _ = write!(boot_s, "{}", unix_ms.saturating_sub(now_ms) / 1000);
            out.str("esp_id", &device.id);
            out.uint("handover_epoch", u64::from(epoch));
            out.uint("session_epoch", u64::from(epoch));
            out.str("reason", if epoch > 1 || device.link.connect_count > 1 { "reconnect" } else { "boot" });
            out.uint("ts_ms", unix_ms);
            out.str("boot_ts", &boot_s);
            out.uint("connect_seq", u64::from(device.link.connect_count));
        });
    }

    pub fn poll_reports(&mut self, cx: &mut Cx<'_>) {
        let now_ms = cx.now_ms;
        if now_ms >= self.schedule.heartbeat_at_ms {
            let interval_ms = if self.is_gate_open { HEARTBEAT_MS } else { HEARTBEAT_CLOSED_MS };
            self.schedule.heartbeat_at_ms = now_ms + interval_ms;
            self.say_heartbeat(cx);
        }
        if now_ms >= self.schedule.statuses_at_ms {
            self.schedule.statuses_at_ms = now_ms + STATUS_INTERVAL_MS;
            self.schedule.statuses_due = self.bank.pins().iter().fold(0, |mask, pin| mask | pin_bit(*pin));
        }
        self.say_due_statuses(cx);
        if now_ms >= self.schedule.diagnostics_at_ms {
            self.schedule.diagnostics_at_ms = now_ms + DIAGNOSTICS_MS;
            self.say_diagnostics(cx);
        }
        self.watch_pressure(cx);
    }

    /// One status after the other, as the queue has room: twelve at once would shed each other.
    fn say_due_statuses(&mut self, cx: &mut Cx<'_>) {
        for pin in self.bank.pins() {
            if self.session.counters().fill >= PRESSURE_BELOW {
                return;
            }
            if self.schedule.statuses_due & pin_bit(pin) != 0 {
                self.schedule.statuses_due &= !pin_bit(pin);
                self.say_status_when(cx, pin, REPORT);
            }
        }
        self.schedule.statuses_due = 0;
    }

    pub fn say_heartbeat(&mut self, cx: &mut Cx<'_>) {
        let now_ms = cx.now_ms;
        let (heap_free, _) = cx.io.heap();
        self.schedule.is_heartbeat_answered = false;
        self.schedule.heartbeats = self.schedule.heartbeats.wrapping_add(1);
        self.publish(cx, format_args!("system/heartbeat"), BEAT, &|device, out| {
            let membership = &device.keep.membership;
            let unix_s = device.clock.unix_s(now_ms);
            let reset = device.reset.name();
            let [a, b, c, d] = device.link.ip();
            let mut ip: String<16> = String::new();
            let _ = write!(ip, "{a}.{b}.{c}.{d}");
            out.str("esp_id", &device.id);
            out.str("zone_id", &membership.zone.id);
            out.str("master_zone_id", &membership.zone.master);
            out.bool("zone_assigned", !membership.zone.id.is_empty());
            out.int("ts", device.timestamp(now_ms));
            out.bool("time_valid", unix_s.is_some());
            out.str("boot_sequence_id", &device.boot_sequence_id());
            out.str("reset_reason", reset);
            out.uint("uptime", now_ms / 1000);
            out.uint("heap_free", u64::from(heap_free));
            out.int("wifi_rssi", i64::from(device.link.rssi()));
            out.uint("sensor_count", device.keep.configuration.sensors.len() as u64);
            out.uint("actuator_count", device.keep.configuration.actuators.len() as u64);
            out.str("wifi_ip", &ip);
            out.uint("active_handover_epoch", u64::from(device.mode.active_epoch()));
            if device.mode.completed_epoch() > 0 {
                out.uint("handover_completed_epoch", u64::from(device.mode.completed_epoch()));
            }
            let degraded = device.keep.degraded_reason();
            out.bool("persistence_degraded", degraded.is_some());
            if let Some(reason) = degraded {
                out.str("persistence_degraded_reason", reason);
            }
            out.bool("runtime_state_degraded", device.is_degraded());
            out.object("config_status", |status| {
                status.bool("zone_assigned", !membership.zone.id.is_empty());
                status.uint("subzone_count", membership.subzones.len() as u64);
                status.uint("boot_count", u64::from(device.keep.runtime.boot_count));
                status.uint("state", device.state as u64);
            });
            out.str("firmware_version", device.version);
            out.str("hardware_type", device.board.id);
            out.array("capabilities", |list| {
                for (bit, name) in CAPABILITIES.iter().enumerate() {
                    if device.hidden_capabilities & (1 << bit) == 0 {
                        list.str(name);
                    }
                }
            });
        });
        self.say_metrics_when_due(cx);
    }

    /// 1.2: `"{esp}-b{boot_count}-r{reset_code}"`.
    pub fn boot_sequence_id(&self) -> String<64> {
        let mut id = String::new();
        let _ = write!(id, "{}-b{}-r{}", self.id, self.keep.runtime.boot_count, self.reset.code());
        id
    }

    fn say_metrics_when_due(&mut self, cx: &mut Cx<'_>) {
        let (counts, sent) = (self.mode.counters(), self.session.counters());
        let digest = [
            counts.offline_enter,
            counts.handover_abort,
            counts.contract_reject,
            sent.shed,
            sent.dropped,
            sent.critical_dropped,
            self.counters.emergency_without_token,
            self.counters.measure_queue_overflow,
        ]
        .into_iter()
        .fold(0u32, |sum, count| sum.wrapping_mul(31).wrapping_add(count));
        let is_due = digest != self.schedule.metrics_digest || self.schedule.heartbeats.is_multiple_of(METRICS_EVERY);
        if !self.is_gate_open || !is_due {
            return;
        }
        self.schedule.metrics_digest = digest;
        let now_ms = cx.now_ms;
        self.publish(cx, format_args!("system/heartbeat_metrics"), BEAT, &|device, out| {
            let (counts, sent) = (device.mode.counters(), device.session.counters());
            out.str("esp_id", &device.id);
            out.int("ts", device.timestamp(now_ms));
            out.uint("metrics_schema_version", 1);
            out.uint("offline_enter_count", u64::from(counts.offline_enter));
            out.uint("adopting_enter_count", u64::from(counts.adopting_enter));
            out.uint("adoption_noop_count", u64::from(counts.adoption_noop));
            out.uint("adoption_delta_count", u64::from(counts.adoption_delta));
            out.uint("handover_abort_count", u64::from(counts.handover_abort));
            out.uint("handover_contract_reject_count", u64::from(counts.contract_reject));
            out.str("handover_contract_last_reject", counts.last_reject_code());
            out.uint("persistence_drift_count", u64::from(device.keep.drift_count()));
            out.uint(
                "critical_outcome_drop_count",
                u64::from(sent.critical_dropped.saturating_add(device.counters.crowded_out)),
            );
            out.uint("publish_outbox_drop_count", u64::from(sent.dropped));
            out.uint("publish_queue_fill", sent.fill as u64);
            out.uint("publish_queue_hwm", sent.high_watermark as u64);
            out.uint("publish_queue_shed_count", u64::from(sent.shed));
            out.uint("publish_queue_drop_count", u64::from(sent.dropped));
            out.uint("sensor_command_queue_overflow_count", u64::from(device.counters.measure_queue_overflow));
            out.uint("safe_publish_retry_count", 0);
            out.uint("emergency_rejected_no_token_total", u64::from(device.counters.emergency_without_token));
        });
    }

    fn say_diagnostics(&mut self, cx: &mut Cx<'_>) {
        let (heap_free, heap_min) = cx.io.heap();
        let configuration = &self.keep.configuration;
        let now = Snapshot {
            heap_free,
            rssi: self.link.rssi(),
            errors: self.counters.errors,
            counts: (configuration.sensors.len(), configuration.actuators.len()),
            state: self.state.name(),
        };
        if !self.is_gate_open || self.schedule.snapshot.is_some_and(|last| !is_worth_saying(last, now)) {
            return;
        }
        self.schedule.snapshot = Some(now);
        let now_ms = cx.now_ms;
        self.publish(cx, format_args!("system/diagnostics"), SNAPSHOT, &|device, out| {
            let reset = device.reset.name();
            out.int("ts", device.timestamp(now_ms));
            out.str("esp_id", &device.id);
            out.uint("heap_free", u64::from(now.heap_free));
            out.uint("heap_min_free", u64::from(heap_min));
            out.uint("heap_fragmentation", 0);
            out.uint("uptime_seconds", now_ms / 1000);
            out.uint("error_count", u64::from(now.errors));
            out.bool("wifi_connected", device.link.is_network_up());
            out.int("wifi_rssi", i64::from(now.rssi));
            out.bool("mqtt_connected", device.link.is_connected);
            out.uint("sensor_count", now.counts.0 as u64);
            out.uint("actuator_count", now.counts.1 as u64);
            out.str("system_state", now.state);
            out.str("boot_reason", reset);
            out.str("boot_sequence_id", &device.boot_sequence_id());
            out.str("reset_reason", reset);
            out.str("mqtt_cb_state", if device.link.back_off.is_open() { "OPEN" } else { "CLOSED" });
            out.uint("mqtt_cb_failures", u64::from(device.link.back_off.failures()));
            out.str("wdt_mode", if now.state == "SAFE_MODE" { "SAFE_MODE" } else { "PRODUCTION" });
            out.uint("metrics_schema_version", 1);
        });
    }

    /// Says when the queue fills up and when it has recovered (1.9).
    fn watch_pressure(&mut self, cx: &mut Cx<'_>) {
        let sent = self.session.counters();
        let fill = sent.fill;
        let event = match self.schedule.is_under_pressure {
            false if fill >= PRESSURE_FROM => "entered_pressure",
            true if fill < PRESSURE_BELOW => "recovered",
            _ => return,
        };
        self.schedule.is_under_pressure = event == "entered_pressure";
        let now_ms = cx.now_ms;
        self.publish(cx, format_args!("system/queue_pressure"), ANSWER, &|device, out| {
            out.str("event", event);
            out.uint("fill_level", fill as u64);
            out.uint("high_watermark", sent.high_watermark as u64);
            out.uint("shed_count", u64::from(sent.shed));
            out.uint("drop_count", u64::from(sent.dropped));
            out.uint("threshold", PRESSURE_FROM as u64);
            out.int("ts", device.timestamp(now_ms));
        });
    }
}

/// No pin number is above 39.
fn pin_bit(pin: u8) -> u64 {
    1u64.checked_shl(u32::from(pin)).unwrap_or(0)
}

fn is_worth_saying(last: Snapshot, now: Snapshot) -> bool {
    let heap_change = last.heap_free.abs_diff(now.heap_free);
    let is_heap_moved = u64::from(heap_change) * 100 > u64::from(last.heap_free) * u64::from(HEAP_CHANGE_PERCENT);
    let is_signal_moved = (i16::from(last.rssi) - i16::from(now.rssi)).abs() >= RSSI_CHANGE_DB;
    let has_erred = now.errors.saturating_sub(last.errors) > NEW_ERRORS;
    is_heap_moved || is_signal_moved || has_erred || last.counts != now.counts || last.state != now.state
}
