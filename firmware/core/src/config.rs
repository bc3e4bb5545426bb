//! What a device is told and keeps: sensors, actuators, offline rules, zone, subzones, network. Plain data; the rooms that use it check it.

use heapless::{String, Vec};
use serde::{Deserialize, Serialize};

/// Most of any board (wire contract 8.4); the board's own limit may be lower.
pub const MAX_SENSORS: usize = 20;
pub const MAX_ACTUATORS: usize = 12;
/// 5.1.
pub const MAX_RULES: usize = 8;
/// 4.1.
pub const MAX_SUBZONES: usize = 8;
/// 0.5: "~20 pins ok"; more than any board has.
pub const MAX_SUBZONE_PINS: usize = 20;

/// A device id (0.3: up to 31 characters).
pub type DeviceId = String<31>;
/// A zone or subzone id (1.26, 1.28).
pub type ZoneId = String<32>;
/// 1.26.
pub type ZoneName = String<64>;
/// 0.3.
pub type KaiserId = String<63>;
/// Correlation and intent ids (12.4: echoed unmodified up to 64 characters).
pub type CorrelationId = String<64>;
/// Names of sensors and actuators are kept this far; nothing on the device depends on them.
pub type ItemName = String<32>;
/// 5.4: at most 23 characters.
pub type SensorKind = String<24>;
/// 1.12: 1 to 64 characters; empty means none.
pub type Token = String<64>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OperatingMode {
    Continuous,
    OnDemand,
    Paused,
    Scheduled,
}

/// 5.2. `kind` is the configured type in lower case (`sht31`, `ds18b20`, `moisture`, …).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SensorConfig {
    /// 0 = on the I2C bus.
    pub gpio: u8,
    pub kind: SensorKind,
    pub name: ItemName,
    pub subzone: ZoneId,
    pub raw_mode: bool,
    pub mode: OperatingMode,
    /// 1 to 300 s.
    pub interval_s: u16,
    /// 7-bit address; 0 for a sensor that is not on I2C.
    pub i2c_address: u8,
    /// ROM of a DS18B20, in wire order (family code first); all zero = none given: the only one on its bus.
    pub rom: [u8; 8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActuatorKind {
    Pump,
    Relay,
    Valve,
    Pwm,
}

/// 5.3.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActuatorConfig {
    pub gpio: u8,
    pub kind: ActuatorKind,
    pub name: ItemName,
    pub subzone: ZoneId,
    /// Second pin of a valve; already resolved, equal to `gpio` for anything else.
    pub aux_gpio: u8,
    pub critical: bool,
    pub inverted: bool,
    pub default_state: bool,
    pub default_pwm: u8,
    /// 0 = unlimited.
    pub max_runtime_ms: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Timezone {
    Utc,
    /// Europe/Berlin, CET and CEST: central European time with its summer time.
    CentralEurope,
}

/// Times are local in `timezone`; the end is exclusive; a window that ends before it starts passes midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeFilter {
    pub start_minute: u16,
    pub end_minute: u16,
    /// Bit 0 = Sunday.
    pub days: u8,
    pub timezone: Timezone,
}

/// 5.4. Thresholds of 0.0 are unset, as on the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OfflineRule {
    pub actuator_gpio: u8,
    /// 255 for a rule by time alone.
    pub sensor_gpio: u8,
    /// Wire type of the value, or `__twindow_on` / `__twindow_off`.
    pub sensor_kind: SensorKind,
    pub activate_below: f32,
    pub deactivate_above: f32,
    pub activate_above: f32,
    pub deactivate_below: f32,
    pub current_state_active: bool,
    pub time: Option<TimeFilter>,
}

/// What the settings hold of one configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Configuration {
    pub sensors: Vec<SensorConfig, MAX_SENSORS>,
    pub actuators: Vec<ActuatorConfig, MAX_ACTUATORS>,
    pub rules: Vec<OfflineRule, MAX_RULES>,
    /// Generation last applied, per section and for the whole; 0 = none.
    pub sensor_generation: u64,
    pub actuator_generation: u64,
    pub rule_generation: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    pub id: ZoneId,
    pub master: ZoneId,
    pub name: ZoneName,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subzone {
    pub id: ZoneId,
    pub name: ZoneName,
    pub parent: ZoneId,
    pub pins: Vec<u8, MAX_SUBZONE_PINS>,
    pub safe_mode: bool,
    pub created_at: u64,
}

/// Where a device belongs and what it may do. Changes with operator actions only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    pub approved: bool,
    /// The last acknowledgement said `rejected`.
    pub rejected: bool,
    pub zone: Zone,
    pub subzones: Vec<Subzone, MAX_SUBZONES>,
    /// Token of `actuator/emergency`, and of the broadcast.
    pub device_token: Token,
    pub broadcast_token: Token,
}

/// How to reach Wi-Fi and broker, and who the device is. Written by provisioning only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provisioning {
    /// Empty: made of the chip's MAC.
    pub id: DeviceId,
    pub kaiser: KaiserId,
    pub ssid: String<32>,
    pub wifi_password: String<64>,
    pub broker_host: String<64>,
    pub broker_port: u16,
    pub broker_tls: bool,
    pub broker_user: String<64>,
    pub broker_password: String<64>,
    /// What people call it (Improv); empty = its id.
    pub name: String<64>,
    /// For DHCP; empty = made of the id.
    pub hostname: String<63>,
    /// A stop needs a token: without a stored one it is refused (3.7.1). Off: it is taken, and the device says that no token is stored.
    pub token_required: bool,
}

// Empty values that can stand in a `static`; `Default` says the same where that is asked for.

impl Configuration {
    pub const fn new() -> Configuration {
        Configuration {
            sensors: Vec::new(),
            actuators: Vec::new(),
            rules: Vec::new(),
            sensor_generation: 0,
            actuator_generation: 0,
            rule_generation: 0,
        }
    }
}

impl Zone {
    pub const fn new() -> Zone {
        Zone { id: String::new(), master: String::new(), name: String::new() }
    }
}

impl Membership {
    pub const fn new() -> Membership {
        Membership {
            approved: false,
            rejected: false,
            zone: Zone::new(),
            subzones: Vec::new(),
            device_token: String::new(),
            broadcast_token: String::new(),
        }
    }
}

impl Provisioning {
    pub const fn new() -> Provisioning {
        Provisioning {
            id: String::new(),
            kaiser: String::new(),
            ssid: String::new(),
            wifi_password: String::new(),
            broker_host: String::new(),
            broker_port: 0,
            broker_tls: false,
            broker_user: String::new(),
            broker_password: String::new(),
            name: String::new(),
            hostname: String::new(),
            token_required: false,
        }
    }
}

macro_rules! default_is_new {
    ($($name:ty),*) => {$(
        impl Default for $name {
            fn default() -> Self {
                <$name>::new()
            }
        }
    )*};
}
default_is_new!(Configuration, Zone, Membership, Provisioning);
