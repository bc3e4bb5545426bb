//! Which types may be configured and what each of them sends (wire contract 8.1).

use crate::config::SensorConfig;

/// How a type is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interface {
    /// The second address that its address pin selects is always the next one.
    I2c {
        default_address: u8,
        values: usize,
    },
    OneWire,
    Analog,
    Pulse,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chip {
    Ds18b20,
    Sht31,
    Bmp280,
    Bme280,
    Analog,
    Flow,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantity {
    Temperature,
    Humidity,
    Pressure,
    Ph,
    Conductivity,
    Moisture,
    Flow,
    /// Whatever the pin reads.
    Other,
}

/// One value as it goes on the wire.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub kind: &'static str,
    pub quantity: Quantity,
}

impl Quantity {
    pub fn unit(self) -> &'static str {
        match self {
            Quantity::Temperature => "°C",
            Quantity::Humidity => "%RH",
            Quantity::Pressure => "hPa",
            Quantity::Ph => "pH",
            Quantity::Conductivity => "µS/cm",
            Quantity::Moisture => "%",
            Quantity::Flow => "L/min",
            Quantity::Other => "",
        }
    }
}

const fn value(kind: &'static str, quantity: Quantity) -> Value {
    Value { kind, quantity }
}

/// A name that may be configured.
#[derive(Debug)]
pub(super) struct Entry {
    pub name: &'static str,
    pub chip: Chip,
    pub values: &'static [Value],
}

const fn entry(name: &'static str, chip: Chip, values: &'static [Value]) -> Entry {
    Entry { name, chip, values }
}

const DS18B20: &[Value] = &[value("ds18b20", Quantity::Temperature)];
const SHT31: &[Value] = &[value("sht31_temp", Quantity::Temperature), value("sht31_humidity", Quantity::Humidity)];
const SHT31_TEMP: &[Value] = &[value("sht31_temp", Quantity::Temperature)];
const SHT31_HUMIDITY: &[Value] = &[value("sht31_humidity", Quantity::Humidity)];
const BMP280: &[Value] = &[value("bmp280_pressure", Quantity::Pressure), value("bmp280_temp", Quantity::Temperature)];
const BMP280_PRESSURE: &[Value] = &[value("bmp280_pressure", Quantity::Pressure)];
const BMP280_TEMP: &[Value] = &[value("bmp280_temp", Quantity::Temperature)];
const BME280: &[Value] = &[
    value("bme280_pressure", Quantity::Pressure),
    value("bme280_temp", Quantity::Temperature),
    value("bme280_humidity", Quantity::Humidity),
];
const BME280_PRESSURE: &[Value] = &[value("bme280_pressure", Quantity::Pressure)];
const BME280_TEMP: &[Value] = &[value("bme280_temp", Quantity::Temperature)];
const BME280_HUMIDITY: &[Value] = &[value("bme280_humidity", Quantity::Humidity)];
const PH: &[Value] = &[value("ph", Quantity::Ph)];
const EC: &[Value] = &[value("ec", Quantity::Conductivity)];
const MOISTURE: &[Value] = &[value("moisture", Quantity::Moisture)];
const FLOW: &[Value] = &[value("flow", Quantity::Flow)];
/// Has no name of its own: the configured one is sent.
const OTHER: &[Value] = &[value("", Quantity::Other)];

/// 8.1, one line per accepted name. The name of a chip sends all its values, the name of a value only that one: the console configures an
/// SHT31 as two sensors, other controllers as one.
const ENTRIES: &[Entry] = &[
    entry("ds18b20", Chip::Ds18b20, DS18B20),
    entry("temperature_ds18b20", Chip::Ds18b20, DS18B20),
    entry("sht31", Chip::Sht31, SHT31),
    entry("sht31_temp", Chip::Sht31, SHT31_TEMP),
    entry("temperature_sht31", Chip::Sht31, SHT31_TEMP),
    entry("sht31_humidity", Chip::Sht31, SHT31_HUMIDITY),
    entry("humidity_sht31", Chip::Sht31, SHT31_HUMIDITY),
    entry("bmp280", Chip::Bmp280, BMP280),
    entry("bmp280_pressure", Chip::Bmp280, BMP280_PRESSURE),
    entry("pressure_bmp280", Chip::Bmp280, BMP280_PRESSURE),
    entry("bmp280_temp", Chip::Bmp280, BMP280_TEMP),
    entry("temperature_bmp280", Chip::Bmp280, BMP280_TEMP),
    entry("bme280", Chip::Bme280, BME280),
    entry("bme280_pressure", Chip::Bme280, BME280_PRESSURE),
    entry("pressure_bme280", Chip::Bme280, BME280_PRESSURE),
    entry("bme280_temp", Chip::Bme280, BME280_TEMP),
    entry("temperature_bme280", Chip::Bme280, BME280_TEMP),
    entry("bme280_humidity", Chip::Bme280, BME280_HUMIDITY),
    entry("humidity_bme280", Chip::Bme280, BME280_HUMIDITY),
    entry("ph", Chip::Analog, PH),
    entry("ph_sensor", Chip::Analog, PH),
    entry("ec", Chip::Analog, EC),
    entry("ec_sensor", Chip::Analog, EC),
    entry("moisture", Chip::Analog, MOISTURE),
    entry("soil_moisture", Chip::Analog, MOISTURE),
    entry("flow", Chip::Flow, FLOW),
    entry("yfs201", Chip::Flow, FLOW),
];

/// 8.1: "anything else … falls back to analog read".
const FALLBACK: Entry = entry("", Chip::Analog, OTHER);

fn find(kind: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.name.eq_ignore_ascii_case(kind))
}

pub(super) fn entry_of(kind: &str) -> &'static Entry {
    find(kind).unwrap_or(&FALLBACK)
}

/// False for a type that is read as a plain analog pin because nobody knows it.
pub fn is_known(kind: &str) -> bool {
    find(kind).is_some()
}

pub fn interface(kind: &str) -> Interface {
    let entry = entry_of(kind);
    let values = entry.values.len();
    match entry.chip {
        Chip::Ds18b20 => Interface::OneWire,
        Chip::Sht31 => Interface::I2c { default_address: 0x44, values },
        Chip::Bmp280 | Chip::Bme280 => Interface::I2c { default_address: 0x76, values },
        Chip::Analog => Interface::Analog,
        Chip::Flow => Interface::Pulse,
    }
}

/// Can a sensor of that type have this address (8.1: 0x44 or 0x45, 0x76 or 0x77)? 0 stands for the default.
pub fn is_address_possible(kind: &str, address: u8) -> bool {
    match interface(kind) {
        Interface::I2c { default_address, .. } => {
            address == 0 || address == default_address || address == default_address.saturating_add(1)
        }
        _ => address == 0,
    }
}

/// The 7-bit address at which the sensor is asked; `None` when it is not on I2C.
pub fn address(config: &SensorConfig) -> Option<u8> {
    match interface(&config.kind) {
        Interface::I2c { default_address, .. } if config.i2c_address == 0 => Some(default_address),
        Interface::I2c { .. } => Some(config.i2c_address),
        _ => None,
    }
}

/// Does a sensor configured as `kind` send values of `wire_kind`? Finds the sensor of an offline rule (5.4).
pub fn emits(kind: &str, wire_kind: &str) -> bool {
    match find(kind) {
        Some(entry) => entry.values.iter().any(|value| value.kind.eq_ignore_ascii_case(wire_kind)),
        None => kind.eq_ignore_ascii_case(wire_kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn kinds(name: &str) -> Vec<&'static str> {
        entry_of(name).values.iter().map(|value| value.kind).collect()
    }

    #[test]
    fn a_chip_sends_all_its_values_and_a_value_only_itself() {
        assert_eq!(kinds("sht31"), ["sht31_temp", "sht31_humidity"]);
        assert_eq!(kinds("humidity_sht31"), ["sht31_humidity"]);
        assert_eq!(kinds("BMP280"), ["bmp280_pressure", "bmp280_temp"]);
        assert_eq!(kinds("bme280"), ["bme280_pressure", "bme280_temp", "bme280_humidity"]);
        assert_eq!(kinds("temperature_bme280"), ["bme280_temp"]);
        assert_eq!(kinds("temperature_ds18b20"), ["ds18b20"]);
        assert_eq!(kinds("soil_moisture"), ["moisture"]);
        assert_eq!(kinds("yfs201"), ["flow"]);
    }

    #[test]
    fn no_name_stands_twice_in_the_table() {
        for (index, entry) in ENTRIES.iter().enumerate() {
            assert!(ENTRIES[..index].iter().all(|other| other.name != entry.name));
            assert!(entry.values.len() <= super::super::MAX_VALUES);
        }
    }

    #[test]
    fn a_type_that_nobody_knows_is_read_as_an_analog_pin() {
        assert!(!is_known("co2"));
        assert_eq!(interface("co2"), Interface::Analog);
        assert!(is_known("ph"));
    }

    #[test]
    fn addresses_are_the_two_that_the_chip_can_have() {
        assert!(is_address_possible("sht31", 0));
        assert!(is_address_possible("sht31_temp", 0x45));
        assert!(!is_address_possible("sht31", 0x46));
        assert!(is_address_possible("bme280", 0x77));
        assert!(!is_address_possible("ph", 0x44));
        let default_address = 0x76;
        let values = 3;
        assert_eq!(interface("bme280"), Interface::I2c { default_address, values });
    }

    #[test]
    fn a_rule_finds_the_sensor_that_sends_its_value() {
        assert!(emits("sht31", "sht31_humidity"));
        assert!(!emits("sht31_temp", "sht31_humidity"));
        assert!(emits("co2", "CO2"));
        assert!(!emits("co2", "light"));
    }
}
