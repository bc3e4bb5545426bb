//! The lines that the host shell reads from standard input and the twin gets from its host: one JSON object each, the same for both.
//!
//! A line is read as a whole before anything changes, so that a mistake in it leaves the world as it was. To add a key: its line in `section`,
//! its reader, and its [`Change`] or [`Command`].

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use leitstand_core::node::ResetReason;
use serde_json::Value;

use crate::bosch::Model;
use crate::fault::FaultChange;
use crate::field::{self, Object};
use crate::i2c::{ChipChange, is_address_of_bosch, is_address_of_sht31};
use crate::one_wire::Probe;

/// More than any bus of a plant has.
const MAX_PROBES: usize = 64;
/// Absolute zero to what melts the board.
const CELSIUS: core::ops::RangeInclusive<f64> = -273.15..=1000.0;
/// A year, for a clock that is wrong or driven by hand.
const YEAR_S: i64 = 366 * 24 * 3600;

/// What a line asks of the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Nothing: the world has changed.
    None,
    /// `{"network":"down"}`, `{"network":"up"}`.
    Network { is_up: bool },
    /// `{"power":"cycle"}`, `{"power":{"reset":"brownout"}}`. The shell starts the core anew, then calls `World::restart`.
    Power(Power),
    /// `{"advance_ms":5000}`, with a clock driven by hand.
    AdvanceMs(u64),
    /// `{"clock_offset_s":-3600}`: what the time server says is that far from the truth.
    ClockOffsetS(i64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// The supply was gone for a while, for the sensors as well.
    Cycle,
    /// Only the chip restarts.
    Reset(ResetReason),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    Analog(u8, Option<u16>),
    OneWire(u8, Vec<Probe>),
    /// `None` takes the chip off the bus.
    I2c(u8, Option<ChipChange>),
    Digital(u8, Option<bool>),
    Pulses(u8, u32),
    /// l/min.
    Flow(u8, f64),
    Fault(FaultChange),
}

#[derive(Debug, PartialEq)]
pub struct Line {
    pub changes: Vec<Change>,
    pub command: Command,
}

const KEYS: [&str; 11] = [
    "analog",
    "onewire",
    "i2c",
    "digital",
    "pulses",
    "flow",
    "fault",
    "network",
    "power",
    "advance_ms",
    "clock_offset_s",
];

/// Reads a line for a board with that many pins; the error is a sentence for the operator.
pub fn parse(line: &str, pins: u8) -> Result<Line, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| format!("Not JSON: {error}."))?;
    let object = field::object("The line", &value)?;
    let mut changes = Vec::new();
    let mut command = Command::None;
    for (key, value) in object {
        let Some(found) = section(key, value, pins, &mut changes)? else {
            continue;
        };
        if command != Command::None {
            return Err("A line holds one of network, power, advance_ms and clock_offset_s.".to_string());
        }
        command = found;
    }
    Ok(Line { changes, command })
}

fn section(key: &str, value: &Value, pins: u8, changes: &mut Vec<Change>) -> Result<Option<Command>, String> {
    match key {
        "analog" => changes.extend(by_pin(key, value, pins, analog)?),
        "onewire" => changes.extend(by_pin(key, value, pins, one_wire)?),
        "digital" => changes.extend(by_pin(key, value, pins, digital)?),
        "pulses" => changes.extend(by_pin(key, value, pins, pulses)?),
        "flow" => changes.extend(by_pin(key, value, pins, flow)?),
        "i2c" => {
            for (address, value) in field::object(key, value)? {
                changes.push(i2c(address, value)?);
            }
        }
        "fault" => faults(value, pins, changes)?,
        "network" => return network(value).map(Some),
        "power" => return power(value).map(Some),
        "advance_ms" => {
            let ms = field::integer(key, value, 0..=YEAR_S * 1000)?;
            return Ok(Some(Command::AdvanceMs(ms.unsigned_abs())));
        }
        "clock_offset_s" => {
            let offset_s = field::integer(key, value, -100 * YEAR_S..=100 * YEAR_S)?;
            return Ok(Some(Command::ClockOffsetS(offset_s)));
        }
        _ => return Err(field::unknown("The line", key, &KEYS)),
    }
    Ok(None)
}

type PinReader = fn(&str, u8, &Value) -> Result<Change, String>;

fn by_pin(section: &str, value: &Value, pins: u8, read: PinReader) -> Result<Vec<Change>, String> {
    let one = |(key, value): (&String, &Value)| {
        let gpio = field::gpio(section, key, pins)?;
        read(&format!("{section} {key}"), gpio, value)
    };
    field::object(section, value)?.iter().map(one).collect()
}

fn analog(name: &str, gpio: u8, value: &Value) -> Result<Change, String> {
    let counts = field::optional(value, |value| field::integer(name, value, 0..=65_535))?;
    Ok(Change::Analog(gpio, counts.map(|counts| counts as u16)))
}

fn digital(name: &str, gpio: u8, value: &Value) -> Result<Change, String> {
    let level = field::optional(value, |value| field::level(name, value))?;
    Ok(Change::Digital(gpio, level))
}

fn pulses(name: &str, gpio: u8, value: &Value) -> Result<Change, String> {
    let count = field::integer(name, value, 0..=i64::from(u32::MAX))?;
    Ok(Change::Pulses(gpio, count as u32))
}

fn flow(name: &str, gpio: u8, value: &Value) -> Result<Change, String> {
    let flow = field::optional(value, |value| field::number(name, value, 0.0..=10_000.0))?;
    Ok(Change::Flow(gpio, flow.unwrap_or(0.0)))
}

fn one_wire(name: &str, gpio: u8, value: &Value) -> Result<Change, String> {
    if value.is_null() {
        return Ok(Change::OneWire(gpio, Vec::new()));
    }
    let list = value.as_array().filter(|list| list.len() <= MAX_PROBES);
    let list = list.ok_or_else(|| format!("{name} must be a list of at most {MAX_PROBES} sensors."))?;
    let mut probes: Vec<Probe> = Vec::new();
    for item in list {
        let probe = probe(name, item)?;
        if probes.iter().any(|other| other.rom == probe.rom) {
            return Err(format!("{name}: two sensors have the same rom."));
        }
        probes.push(probe);
    }
    Ok(Change::OneWire(gpio, probes))
}

fn probe(name: &str, value: &Value) -> Result<Probe, String> {
    let item = field::object(name, value)?;
    known_only(name, item, &["rom", "celsius"])?;
    let rom = item.get("rom").unwrap_or(&Value::Null);
    let rom = rom_of(field::text(&format!("{name} rom"), rom)?)
        .ok_or_else(|| format!("{name} rom must have 16 hexadecimal digits."))?;
    let celsius = item.get("celsius").unwrap_or(&Value::Null);
    let celsius = field::number(&format!("{name} celsius"), celsius, CELSIUS)?;
    Ok(Probe { rom, celsius })
}

fn rom_of(text: &str) -> Option<[u8; 8]> {
    let is_hex = text.len() == 16 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    let number = u64::from_str_radix(text, 16).ok().filter(|_| is_hex)?;
    Some(number.to_be_bytes())
}

fn i2c(key: &str, value: &Value) -> Result<Change, String> {
    let address = match key.strip_prefix("0x") {
        Some(hex) => u8::from_str_radix(hex, 16).ok(),
        None => key.parse().ok(),
    };
    let address = address
        .filter(|&address| is_address_of_sht31(address) || is_address_of_bosch(address))
        .ok_or_else(|| format!("i2c: no chip has the address \"{key}\". Known are 0x44, 0x45, 0x76 and 0x77."))?;
    let name = format!("i2c {key}");
    let change = field::optional(value, |value| chip(&name, address, value))?;
    Ok(Change::I2c(address, change))
}

fn chip(name: &str, address: u8, value: &Value) -> Result<ChipChange, String> {
    let item = field::object(name, value)?;
    let number =
        |key: &str, range| item.get(key).map(|value| field::number(&format!("{name} {key}"), value, range)).transpose();
    let mut change = ChipChange {
        model: None,
        celsius: number("celsius", CELSIUS)?,
        humidity: number("humidity", 0.0..=100.0)?,
        pressure_hpa: number("pressure_hpa", 0.0..=2000.0)?,
    };
    if is_address_of_sht31(address) {
        known_only(name, item, &["celsius", "humidity"])?;
        return Ok(change);
    }
    known_only(name, item, &["chip", "celsius", "humidity", "pressure_hpa"])?;
    change.model = match item.get("chip").map(Value::as_str) {
        None => None,
        Some(Some("bmp280")) if change.humidity.is_some() => {
            return Err(format!("{name}: a bmp280 does not measure humidity."));
        }
        Some(Some("bmp280")) => Some(Model::Bmp280),
        Some(Some("bme280")) => Some(Model::Bme280),
        Some(_) => return Err(format!("{name} chip must be \"bmp280\" or \"bme280\".")),
    };
    Ok(change)
}

const FAULTS: [&str; 7] =
    ["sensor_dropout", "sensor_drift_per_hour", "sensor_noise", "sensor_dead", "i2c_stuck", "crc_errors", "stuck_pin"];

fn faults(value: &Value, pins: u8, changes: &mut Vec<Change>) -> Result<(), String> {
    if field::is_off(value) {
        changes.push(Change::Fault(FaultChange::AllOff));
        return Ok(());
    }
    for (key, value) in field::object("fault", value)? {
        changes.push(Change::Fault(fault(key, value, pins)?));
    }
    Ok(())
}

fn fault(key: &str, value: &Value, pins: u8) -> Result<FaultChange, String> {
    let name = format!("fault {key}");
    let number = |range| {
        if field::is_off(value) {
            return Ok(0.0);
        }
        field::number(&name, value, range)
    };
    let switch = || field::optional(value, |value| field::level(&name, value));
    Ok(match key {
        "sensor_dropout" => FaultChange::Dropout(number(0.0..=1.0)?),
        "sensor_drift_per_hour" => FaultChange::DriftPerHour(number(-10_000.0..=10_000.0)?),
        "sensor_noise" => FaultChange::Noise(number(0.0..=10_000.0)?),
        "sensor_dead" => FaultChange::Dead(switch()?.unwrap_or(false)),
        "i2c_stuck" => FaultChange::I2cStuck(switch()?.unwrap_or(false)),
        "crc_errors" => FaultChange::CrcErrors(number(0.0..=1.0)?),
        "stuck_pin" => FaultChange::StuckPins(stuck_pins(&name, value, pins)?),
        _ => return Err(field::unknown("fault", key, &FAULTS)),
    })
}

/// One pin or a list of them; those left out are free again.
fn stuck_pins(name: &str, value: &Value, pins: u8) -> Result<u64, String> {
    if field::is_off(value) {
        return Ok(0);
    }
    let last = i64::from(pins.saturating_sub(1)).min(63);
    let one = core::slice::from_ref(value);
    let list = value.as_array().map_or(one, Vec::as_slice);
    list.iter().try_fold(0, |mask, item| Ok(mask | 1_u64 << field::integer(name, item, 0..=last)?))
}

fn network(value: &Value) -> Result<Command, String> {
    match value.as_str() {
        Some("up") => Ok(Command::Network { is_up: true }),
        Some("down") => Ok(Command::Network { is_up: false }),
        _ => Err(format!("network must be \"up\" or \"down\", not {value}.")),
    }
}

fn power(value: &Value) -> Result<Command, String> {
    if value.as_str() == Some("cycle") {
        return Ok(Command::Power(Power::Cycle));
    }
    let sentence =
        "power must be \"cycle\" or {\"reset\":…} with one of external, software, panic, watchdog, brownout, unknown.";
    let item = value.as_object().ok_or_else(|| sentence.to_string())?;
    known_only("power", item, &["reset"])?;
    let reason = match item.get("reset").and_then(Value::as_str) {
        Some("external") => ResetReason::External,
        Some("software") => ResetReason::Software,
        Some("panic") => ResetReason::Panic,
        Some("watchdog") => ResetReason::Watchdog,
        Some("brownout") => ResetReason::Brownout,
        Some("unknown") => ResetReason::Unknown,
        _ => return Err(sentence.to_string()),
    };
    Ok(Command::Power(Power::Reset(reason)))
}

fn known_only(name: &str, item: &Object, known: &[&str]) -> Result<(), String> {
    match item.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(field::unknown(name, key, known)),
        None => Ok(()),
    }
}

#[cfg(test)]
#[path = "command_tests.rs"]
mod tests;
