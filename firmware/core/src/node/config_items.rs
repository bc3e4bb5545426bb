//! Items of a configuration push: what each must look like (wire contract 5.2 to 5.4). Pure.

use crate::actuator::{ConfigFault, kind_name};
use crate::board::Board;
use crate::config::{
    ActuatorConfig, ActuatorKind, ItemName, OfflineRule, OperatingMode, SensorConfig, SensorKind, TimeFilter, Timezone,
};
use crate::json::{Json, Kind};
use crate::sensor::{Interface, interface};

/// Why an item is refused, by the names and numbers of 5.5 and 6.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemFault {
    pub error: &'static str,
    pub code: u16,
    pub detail: &'static str,
}

const fn fault(error: &'static str, code: u16, detail: &'static str) -> ItemFault {
    ItemFault { error, code, detail }
}

pub const fn missing(detail: &'static str) -> ItemFault {
    fault("MISSING_FIELD", 2011, detail)
}
pub const fn wrong_type(detail: &'static str) -> ItemFault {
    fault("TYPE_MISMATCH", 2010, detail)
}
pub const fn out_of_range(detail: &'static str) -> ItemFault {
    fault("OUT_OF_RANGE", 2010, detail)
}
pub const fn invalid(detail: &'static str) -> ItemFault {
    fault("VALIDATION_FAILED", 2010, detail)
}
pub const fn conflict(detail: &'static str) -> ItemFault {
    fault("GPIO_CONFLICT", 1002, detail)
}

impl From<ConfigFault> for ItemFault {
    fn from(bad: ConfigFault) -> ItemFault {
        match bad {
            ConfigFault::NotUsable(_) => conflict("GPIO not usable on this board"),
            ConfigFault::InputOnly(_) => conflict("GPIO is input only"),
            ConfigFault::I2c(_) => conflict("GPIO belongs to the I2C bus"),
            ConfigFault::InUse(_) => conflict("GPIO is in use"),
            ConfigFault::NoPwmChannel(_) => fault("CONFIG_FAILED", 1031, "All PWM channels are in use"),
            ConfigFault::TooMany(_) => invalid("No more actuators on this board"),
        }
    }
}

/// ROM code of 16 hexadecimal digits, family code first; faults by their numbers in 6.1.
fn parse_rom(text: &str) -> Result<[u8; 8], ItemFault> {
    let digits = text.as_bytes();
    if digits.len() != 16 {
        return Err(fault("VALIDATION_FAILED", 1023, "onewire_address must have 16 digits"));
    }
    let mut rom = [0u8; 8];
    for (byte, pair) in rom.iter_mut().zip(digits.chunks(2)) {
        let pair = core::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
        *byte = pair.ok_or(fault("VALIDATION_FAILED", 1024, "onewire_address is not hexadecimal"))?;
    }
    Ok(rom)
}

/// A list item that is to be set up, or removed (`active:false`).
pub enum Wanted<T> {
    Set(T),
    Remove(T),
}

/// An integer member within a range; missing gives `default`, and without one a fault.
fn integer(item: Json<'_>, key: &'static str, range: (i64, i64), default: Option<i64>) -> Result<i64, ItemFault> {
    let Some(value) = item.get(key).filter(|value| value.kind() != Kind::Null) else {
        return default.ok_or(missing(key));
    };
    let number = value.as_i64().ok_or(wrong_type(key))?;
    if (range.0..=range.1).contains(&number) { Ok(number) } else { Err(out_of_range(key)) }
}

fn flag(item: Json<'_>, key: &'static str, default: bool) -> Result<bool, ItemFault> {
    match item.get(key).filter(|value| value.kind() != Kind::Null) {
        None => Ok(default),
        Some(value) => value.as_bool().ok_or(wrong_type(key)),
    }
}

/// A string member; a missing one is `None`. Longer text is cut at the end: nothing on the device depends on names.
fn string<const N: usize>(item: Json<'_>, key: &'static str) -> Result<Option<heapless::String<N>>, ItemFault> {
    match item.get(key).filter(|value| value.kind() != Kind::Null) {
        None => Ok(None),
        Some(value) => value.text().map(|text| Some(text.to_string())).ok_or(wrong_type(key)),
    }
}

fn pin(item: Json<'_>, key: &'static str, default: Option<i64>) -> Result<u8, ItemFault> {
    let number = integer(item, key, (0, 255), default)?;
    u8::try_from(number).map_err(|_| out_of_range(key))
}

/// 5.2.
pub fn sensor(item: Json<'_>) -> Result<Wanted<SensorConfig>, ItemFault> {
    if item.kind() != Kind::Object {
        return Err(wrong_type("sensor"));
    }
    let gpio = pin(item, "gpio", None)?;
    let kind_text = item.get("sensor_type").ok_or(missing("sensor_type"))?.text().ok_or(wrong_type("sensor_type"))?;
    if kind_text.is_empty() || !kind_text.fits::<24>() {
        return Err(invalid("sensor_type"));
    }
    let mut kind: SensorKind = kind_text.to_string();
    kind.make_ascii_lowercase();
    if item.get("sensor_name").is_none() {
        return Err(missing("sensor_name"));
    }
    let default_address = match interface(&kind) {
        Interface::I2c { default_address, .. } => i64::from(default_address),
        _ => 0,
    };
    let mode: Option<heapless::String<16>> = string(item, "operating_mode")?;
    let rom = match string::<24>(item, "onewire_address")? {
        Some(text) if !text.is_empty() => parse_rom(&text)?,
        _ => [0; 8],
    };
    let config = SensorConfig {
        gpio,
        kind,
        name: string(item, "sensor_name")?.unwrap_or_default(),
        subzone: string(item, "subzone_id")?.unwrap_or_default(),
        raw_mode: flag(item, "raw_mode", true)?,
        mode: match mode.as_deref() {
            None | Some("continuous") => OperatingMode::Continuous,
            Some("on_demand") => OperatingMode::OnDemand,
            Some("paused") => OperatingMode::Paused,
            Some("scheduled") => OperatingMode::Scheduled,
            Some(_) => return Err(invalid("operating_mode")),
        },
        interval_s: u16::try_from(integer(item, "measurement_interval_seconds", (1, 300), Some(30))?).unwrap_or(30),
        i2c_address: u8::try_from(integer(item, "i2c_address", (0, 127), Some(default_address))?).unwrap_or(0),
        rom,
    };
    Ok(if flag(item, "active", true)? { Wanted::Set(config) } else { Wanted::Remove(config) })
}

/// Are these the same sensor? By pin and type, and on a bus by address.
pub fn is_same_sensor(a: &SensorConfig, b: &SensorConfig) -> bool {
    let has_rom = a.rom != [0; 8] && b.rom != [0; 8];
    a.gpio == b.gpio && a.kind == b.kind && a.i2c_address == b.i2c_address && (!has_rom || a.rom == b.rom)
}

/// 5.3.
pub fn actuator(item: Json<'_>, board: &Board) -> Result<Wanted<ActuatorConfig>, ItemFault> {
    if item.kind() != Kind::Object {
        return Err(wrong_type("actuator"));
    }
    let gpio = pin(item, "gpio", None)?;
    let kind: Option<heapless::String<16>> = match string(item, "actuator_type")? {
        Some(kind) => Some(kind),
        None => string(item, "type")?,
    };
    let kind = kind_of(&kind.ok_or(missing("actuator_type"))?).ok_or(invalid("actuator_type"))?;
    let name: Option<ItemName> = match string(item, "actuator_name")? {
        Some(name) => Some(name),
        None => string(item, "name")?,
    };
    let aux = pin(item, "aux_gpio", Some(255))?;
    let inverted = if item.get("inverted_logic").is_some() { "inverted_logic" } else { "inverted" };
    let config = ActuatorConfig {
        gpio,
        kind,
        name: name.ok_or(missing("actuator_name"))?,
        subzone: string(item, "subzone_id")?.unwrap_or_default(),
        aux_gpio: match (kind, aux) {
            (ActuatorKind::Valve, 255) => gpio.saturating_add(1).min(board.last_gpio.saturating_add(1)),
            (ActuatorKind::Valve, aux) => aux,
            _ => gpio,
        },
        critical: flag(item, "critical", false)?,
        inverted: flag(item, inverted, false)?,
        default_state: flag(item, "default_state", false)?,
        default_pwm: pin(item, "default_pwm", Some(0))?,
        max_runtime_ms: u32::try_from(integer(item, "max_runtime_ms", (0, i64::from(u32::MAX)), Some(3_600_000))?)
            .unwrap_or(0),
    };
    Ok(if flag(item, "active", true)? { Wanted::Set(config) } else { Wanted::Remove(config) })
}

fn kind_of(word: &str) -> Option<ActuatorKind> {
    [ActuatorKind::Pump, ActuatorKind::Relay, ActuatorKind::Valve, ActuatorKind::Pwm]
        .into_iter()
        .find(|kind| kind_name(*kind).eq_ignore_ascii_case(word))
}

/// A threshold; 0.0 and a missing one are unset (5.4).
fn threshold(item: Json<'_>, key: &'static str) -> Result<f32, ItemFault> {
    match item.get(key).filter(|value| value.kind() != Kind::Null) {
        None => Ok(0.0),
        Some(value) => {
            value.as_f64().map(|number| number as f32).filter(|number| number.is_finite()).ok_or(wrong_type(key))
        }
    }
}

/// 5.4.
pub fn rule(item: Json<'_>) -> Result<OfflineRule, ItemFault> {
    if item.kind() != Kind::Object {
        return Err(wrong_type("offline_rule"));
    }
    let kind = item
        .get("sensor_value_type")
        .ok_or(missing("sensor_value_type"))?
        .text()
        .ok_or(wrong_type("sensor_value_type"))?;
    if kind.is_empty() || !kind.fits::<24>() {
        return Err(invalid("sensor_value_type"));
    }
    let mut sensor_kind: SensorKind = kind.to_string();
    sensor_kind.make_ascii_lowercase();
    let rule = OfflineRule {
        actuator_gpio: pin(item, "actuator_gpio", None)?,
        sensor_gpio: pin(item, "sensor_gpio", None)?,
        sensor_kind,
        activate_below: threshold(item, "activate_below")?,
        deactivate_above: threshold(item, "deactivate_above")?,
        activate_above: threshold(item, "activate_above")?,
        deactivate_below: threshold(item, "deactivate_below")?,
        current_state_active: flag(item, "current_state_active", false)?,
        time: match item.get("time_filter").filter(|value| value.kind() != Kind::Null) {
            None => None,
            Some(filter) => time_filter(filter)?,
        },
    };
    Ok(rule)
}

fn time_filter(item: Json<'_>) -> Result<Option<TimeFilter>, ItemFault> {
    if item.kind() != Kind::Object {
        return Err(wrong_type("time_filter"));
    }
    if !flag(item, "enabled", true)? {
        return Ok(None);
    }
    let minute = |hour: &'static str, minute: &'static str| -> Result<u16, ItemFault> {
        let minutes = integer(item, hour, (0, 24), None)? * 60 + integer(item, minute, (0, 59), Some(0))?;
        u16::try_from(minutes).map_err(|_| out_of_range(hour))
    };
    let zone: heapless::String<24> = string(item, "timezone")?.unwrap_or_default();
    let timezone = match zone.as_str() {
        "" | "UTC" => Timezone::Utc,
        "Europe/Berlin" | "CET" | "CEST" => Timezone::CentralEurope,
        _ => return Err(invalid("timezone")),
    };
    Ok(Some(TimeFilter {
        start_minute: minute("start_hour", "start_minute")?,
        end_minute: minute("end_hour", "end_minute")?,
        days: u8::try_from(integer(item, "days_of_week_mask", (0, 127), Some(127))?).unwrap_or(127),
        timezone,
    }))
}
