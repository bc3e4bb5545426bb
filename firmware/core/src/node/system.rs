//! Maintenance commands (wire contract 1.12 and our extensions). To add one: a line in `run`, its function below.

use heapless::String;

use super::admission::{Admission, OrderKind, is_allow_listed};
use super::device::{Cx, Device, SystemState};
use super::inbound::Body;
use super::intent::{Intent, Outcome, text};
use super::outgoing::ANSWER;
use super::scan::{Found, Scan, write_scan};
use crate::actuator::kind_name;
use crate::config::Token;
use crate::io::LogLevel;
use crate::json::{Json, ObjectWriter};

/// Between the answer and the restart when nobody says otherwise, and the longest that may be asked for, ms.
const REBOOT_AFTER_MS: u64 = 1_000;
const LONGEST_REBOOT_MS: i64 = 60_000;
/// 1.12: "reboots after 3 s".
const RESET_AFTER_MS: u64 = 3_000;
/// How long `identify` blinks when nobody says otherwise, and the longest, s.
const IDENTIFY_S: i64 = 10;
const LONGEST_IDENTIFY_S: i64 = 600;
const FLOW: &str = "command";

/// What a command gives back.
pub enum SystemAnswer<'a> {
    Failed {
        error: &'static str,
        reason_code: &'static str,
    },
    /// `set_log_level` with a word that is none.
    BadLevel(String<16>),
    /// The answer comes when the work is done.
    Later,
    Status,
    Diagnostics,
    Config,
    Message(&'static str),
    Level(LogLevel),
    Token(&'static str),
    Scan {
        pin: u8,
        found: &'a Found,
    },
    Reboot(u64),
    Identify(i64),
    FactoryReset,
}

const fn failed(error: &'static str) -> SystemAnswer<'static> {
    SystemAnswer::Failed { error, reason_code: "VALIDATION_FAILED" }
}

/// A parameter at the top level or in `params` (1.12).
fn parameter<'a>(order: Json<'a>, key: &str) -> Option<Json<'a>> {
    order.get(key).or_else(|| order.get("params").and_then(|params| params.get(key)))
}

fn parameter_text<const N: usize>(order: Json<'_>, key: &str) -> String<N> {
    parameter(order, key).and_then(Json::text).map(|text| text.to_string::<N>()).unwrap_or_default()
}

impl Device {
    /// `P/system/command`.
    pub fn take_system(&mut self, cx: &mut Cx<'_>, body: Body<'_>) {
        let intent = Intent::read(self, body.object(), "sys", cx.now_ms);
        let Some(order) = body.object() else {
            self.say_system(
                cx,
                &intent,
                "",
                &SystemAnswer::Failed { error: "JSON_PARSE_ERROR", reason_code: "JSON_PARSE_ERROR" },
            );
            let unreadable = Outcome::new(FLOW, "failed", "JSON_PARSE_ERROR", body.fault()).retryable();
            self.say_outcome(cx, &intent, unreadable);
            return;
        };
        let given: String<64> = text(order, "command");
        let mut command = given.clone();
        command.make_ascii_lowercase(); // upstream's server writes them in capitals (1.12)
        let kind = if is_allow_listed(&command) { OrderKind::AllowedSystem } else { OrderKind::System };
        match self.admit(kind) {
            Admission::Refused { code, reason_code } => {
                self.say_system(cx, &intent, &given, &SystemAnswer::Failed { error: code, reason_code });
                self.say_outcome(cx, &intent, Outcome::new(FLOW, "rejected", code, reason_code));
            }
            Admission::Accepted(code) => {
                if code != "COMMAND_ACCEPTED" {
                    self.say_outcome(cx, &intent, Outcome::new(FLOW, "accepted", code, "System command accepted"));
                }
                let result = self.run(cx, &intent, (&command, order));
                if !matches!(result, SystemAnswer::Later) {
                    self.say_system(cx, &intent, &given, &result);
                }
                if command == "safe_mode" {
                    self.tell_stopped(cx);
                }
            }
        }
    }

    fn run(&mut self, cx: &mut Cx<'_>, intent: &Intent, (command, order): (&str, Json<'_>)) -> SystemAnswer<'static> {
        match command {
            "status" => SystemAnswer::Status,
            "diagnostics" => SystemAnswer::Diagnostics,
            "get_config" => SystemAnswer::Config,
            "set_log_level" => self.set_log_level(cx, order),
            "set_emergency_token" => self.set_token(cx, order),
            "safe_mode" => {
                self.stop_outputs(cx);
                SystemAnswer::Message("Safe mode: all actuators stopped")
            }
            "exit_safe_mode" => {
                self.leave_stop(cx);
                self.leave_boot_safe_mode(cx);
                SystemAnswer::Message("Safe mode left; actuators stay off")
            }
            "onewire/scan" => self.scan_bus(intent, order),
            "reboot" => {
                let delay =
                    parameter(order, "delay_ms").and_then(Json::as_i64).map(|ms| ms.clamp(0, LONGEST_REBOOT_MS));
                let delay_ms = delay.and_then(|ms| u64::try_from(ms).ok()).unwrap_or(REBOOT_AFTER_MS);
                self.reboot_at_ms = Some(cx.now_ms + delay_ms);
                SystemAnswer::Reboot(delay_ms)
            }
            "identify" => self.identify(cx, order),
            // 1.12: only with `confirm:true` at the top level, else it is no command at all.
            "factory_reset" if order.get("confirm").and_then(Json::as_bool) == Some(true) => {
                self.reboot_at_ms = Some(cx.now_ms + RESET_AFTER_MS);
                self.is_reset_due = true;
                SystemAnswer::FactoryReset
            }
            _ => SystemAnswer::Failed { error: "Unknown command", reason_code: "UNKNOWN_COMMAND" },
        }
    }

    /// Blinks the LED, where its pin is not used for something else.
    fn identify(&mut self, cx: &mut Cx<'_>, order: Json<'_>) -> SystemAnswer<'static> {
        if self.is_led_taken() {
            return failed("The pin of the LED is in use");
        }
        let asked = parameter(order, "seconds").and_then(Json::as_i64).unwrap_or(IDENTIFY_S);
        if !(1..=LONGEST_IDENTIFY_S).contains(&asked) {
            return failed("seconds must be 1 to 600");
        }
        let seconds = asked;
        self.identify_until_ms = cx.now_ms + u64::try_from(seconds).unwrap_or(0) * 1000;
        self.blink_at_ms = cx.now_ms;
        SystemAnswer::Identify(seconds)
    }

    pub fn is_led_taken(&self) -> bool {
        let led = self.board.led;
        self.bank.uses_pin(led) || self.keep.configuration.sensors.iter().any(|sensor| sensor.gpio == led)
    }

    fn set_log_level(&mut self, cx: &mut Cx<'_>, order: Json<'_>) -> SystemAnswer<'static> {
        let word: String<16> = parameter_text(order, "level");
        let Some(level) = level_of(&word) else {
            return SystemAnswer::BadLevel(word);
        };
        self.keep.runtime.log_level = level;
        self.keep_runtime(cx);
        SystemAnswer::Level(level)
    }

    fn set_token(&mut self, cx: &mut Cx<'_>, order: Json<'_>) -> SystemAnswer<'static> {
        let kind: String<16> = parameter_text(order, "token_type");
        let given =
            parameter(order, "token").and_then(Json::text).filter(|token| !token.is_empty() && token.fits::<64>());
        let Some(token) = given else {
            return failed("token must have 1 to 64 characters");
        };
        let token: Token = token.to_string();
        let name = match kind.as_str() {
            "" | "esp" => {
                self.keep.membership.device_token = token;
                "esp"
            }
            "broadcast" => {
                self.keep.membership.broadcast_token = token;
                "broadcast"
            }
            _ => return failed("token_type must be esp or broadcast"),
        };
        if self.keep_membership(cx) { SystemAnswer::Token(name) } else { failed("NVS_WRITE_FAILED") }
    }

    fn scan_bus(&mut self, intent: &Intent, order: Json<'_>) -> SystemAnswer<'static> {
        let asked = parameter(order, "pin").and_then(Json::as_i64);
        let pin = asked.map_or(Ok(self.board.one_wire), u8::try_from);
        let Ok(pin) = pin else {
            return failed("No such pin");
        };
        if !self.board.is_usable(pin) || self.bank.uses_pin(pin) {
            return failed("The pin cannot be a 1-Wire bus");
        }
        if self.scan.is_some() {
            return failed("A scan is under way");
        }
        self.scan = Some(Scan::new(pin, intent.clone()));
        SystemAnswer::Later
    }

    pub fn say_system(&mut self, cx: &mut Cx<'_>, intent: &Intent, command: &str, result: &SystemAnswer<'_>) {
        let now_ms = cx.now_ms;
        let heap = cx.io.heap();
        self.publish(cx, format_args!("system/command/response"), ANSWER, &|device, out| {
            out.str("command", command);
            if let SystemAnswer::Failed { error, reason_code } = result {
                out.bool("success", false);
                out.str("error", error);
                out.str("reason_code", reason_code);
                out.str("state", device.state.name());
            } else if let SystemAnswer::BadLevel(word) = result {
                out.bool("success", false);
                out.str("error", "Invalid log level");
                out.str("requested_level", word);
            } else {
                out.bool("success", true);
                device.write_fields(out, result, now_ms, heap);
            }
            out.str("esp_id", &device.id);
            out.int("ts", device.timestamp(now_ms));
            if intent.is_named {
                out.str("correlation_id", &intent.correlation_id);
            }
        });
    }

    fn write_fields(&self, out: &mut ObjectWriter<'_>, fields: &SystemAnswer<'_>, now_ms: u64, heap: (u32, u32)) {
        match fields {
            SystemAnswer::Status => {
                self.write_status(out, now_ms, heap.0);
                out.bool("emergency_token_stored", !self.keep.membership.device_token.is_empty());
                out.bool("broadcast_token_stored", !self.keep.membership.broadcast_token.is_empty());
            }
            SystemAnswer::Diagnostics => self.write_diagnostics(out, now_ms, heap),
            SystemAnswer::Config => self.write_config(out),
            SystemAnswer::Message(message) => {
                out.str("message", message);
            }
            SystemAnswer::Level(level) => {
                out.str("level", level_name(*level));
                out.bool("persisted", true);
                out.str("message", "Log level set");
            }
            SystemAnswer::Token(kind) => {
                out.str("token_type", kind);
                out.str("message", "Token stored");
            }
            SystemAnswer::Scan { pin, found } => {
                out.uint("pin", u64::from(*pin));
                write_scan(out, *pin, found);
            }
            SystemAnswer::Reboot(delay_ms) => {
                out.uint("delay_ms", *delay_ms);
                out.str("message", "Rebooting");
            }
            SystemAnswer::Identify(seconds) => {
                out.int("seconds", *seconds);
                out.str("message", "The LED blinks");
            }
            SystemAnswer::FactoryReset => {
                out.str("status", "factory_reset_initiated");
            }
            SystemAnswer::Failed { .. } | SystemAnswer::BadLevel(_) | SystemAnswer::Later => {}
        }
    }

    fn write_status(&self, out: &mut ObjectWriter<'_>, now_ms: u64, heap_free: u32) {
        let zone = &self.keep.membership.zone;
        out.uint("state", self.state as u64);
        out.uint("uptime", now_ms / 1000);
        out.uint("heap_free", u64::from(heap_free));
        out.int("wifi_rssi", i64::from(self.link.rssi()));
        out.uint("sensor_count", self.keep.configuration.sensors.len() as u64);
        out.uint("actuator_count", self.keep.configuration.actuators.len() as u64);
        out.str("zone_id", &zone.id);
        out.bool("zone_assigned", !zone.id.is_empty());
    }

    fn write_diagnostics(&self, out: &mut ObjectWriter<'_>, now_ms: u64, (heap_free, heap_min): (u32, u32)) {
        use core::fmt::Write as _;
        let [a, b, c, d] = self.link.ip();
        let mut ip: String<16> = String::new();
        let _ = write!(ip, "{a}.{b}.{c}.{d}");
        let mut mac: String<17> = String::new();
        for (index, byte) in self.mac.iter().enumerate() {
            let _ = write!(mac, "{}{byte:02X}", if index == 0 { "" } else { ":" });
        }
        self.write_status(out, now_ms, heap_free);
        out.uint("heap_min", u64::from(heap_min));
        out.str("chip_model", self.board.chip);
        out.str("hardware_type", self.board.id);
        out.str("sdk_version", self.version);
        out.uint("chip_revision", u64::from(self.chip.revision));
        out.uint("flash_size", u64::from(self.chip.flash_bytes));
        out.str("wifi_ssid", &self.keep.provisioning.ssid);
        out.str("wifi_ip", &ip);
        out.str("wifi_mac", &mac);
        out.str("master_zone_id", &self.keep.membership.zone.master);
        out.str("kaiser_id", &self.kaiser);
        out.uint("boot_count", u64::from(self.keep.runtime.boot_count));
        out.str("config_status", self.state.name());
        out.str("log_level", level_name(self.keep.runtime.log_level));
        out.uint("malformed_count", u64::from(self.counters.malformed_in));
    }

    /// Types by pin; stock firmware leaves both lists empty (1.12).
    fn write_config(&self, out: &mut ObjectWriter<'_>) {
        let configuration = &self.keep.configuration;
        out.str("zone_id", &self.keep.membership.zone.id);
        out.str("master_zone_id", &self.keep.membership.zone.master);
        out.bool("zone_assigned", !self.keep.membership.zone.id.is_empty());
        out.uint("sensor_count", configuration.sensors.len() as u64);
        out.uint("actuator_count", configuration.actuators.len() as u64);
        out.array("sensors", |list| {
            for sensor in &configuration.sensors {
                list.object(|item| {
                    item.uint("gpio", u64::from(sensor.gpio));
                    item.str("sensor_type", &sensor.kind);
                });
            }
        });
        out.array("actuators", |list| {
            for actuator in &configuration.actuators {
                list.object(|item| {
                    item.uint("gpio", u64::from(actuator.gpio));
                    item.str("actuator_type", kind_name(actuator.kind));
                });
            }
        });
    }

    /// Outputs of a device that a boot loop has locked become usable again.
    fn leave_boot_safe_mode(&mut self, cx: &mut Cx<'_>) {
        if self.state != SystemState::SafeMode {
            return;
        }
        self.keep.runtime.unstable_boots = 0;
        self.keep_runtime(cx);
        self.state = self.state_after_boot();
        self.start_outputs(cx);
        self.renew_sensing(cx.now_ms);
    }
}

fn level_of(word: &str) -> Option<LogLevel> {
    [LogLevel::Debug, LogLevel::Info, LogLevel::Warning, LogLevel::Error, LogLevel::Critical]
        .into_iter()
        .find(|level| level_name(*level) == word)
}

pub fn level_name(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => "DEBUG",
        LogLevel::Info => "INFO",
        LogLevel::Warning => "WARNING",
        LogLevel::Error => "ERROR",
        LogLevel::Critical => "CRITICAL",
    }
}
