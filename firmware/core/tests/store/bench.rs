//! A machine that is nothing but its flash, values of every size, and seeded chance.

use std::fmt;

use heapless::{String, Vec};
use leitstand_core::config::*;
use leitstand_core::io::{BusError, Drive, FlashError, Io, LogLevel};
use leitstand_core::store::{
    Certificate, Loaded, PARTITION_BYTES, Runtime, SCRATCH_BYTES, Saved, Store, StoreError, Stored,
};
use leitstand_world::flash::Flash;

/// The store over its flash. A new store is made at each [`Bench::reboot`].
pub struct Bench {
    pub machine: Machine,
    pub store: Store,
    pub scratch: std::vec::Vec<u8>,
}

pub struct Machine {
    pub flash: Flash,
    /// Every read fails.
    pub is_mute: bool,
    /// After this many reads, one has a bad bit.
    pub reads_to_bad_bit: Option<u32>,
}

impl Bench {
    pub fn new() -> Bench {
        Bench::on(Flash::new(PARTITION_BYTES as usize))
    }

    pub fn on(flash: Flash) -> Bench {
        let machine = Machine { flash, is_mute: false, reads_to_bad_bit: None };
        Bench { machine, store: Store::new(), scratch: vec![0; SCRATCH_BYTES] }
    }

    /// Continues with the same flash content, without faults and with nothing in memory.
    pub fn reboot(&mut self) {
        self.machine.flash.power_on();
        self.machine.is_mute = false;
        self.store = Store::new();
        self.store.open(&mut self.machine);
    }

    pub fn load<T: Stored>(&mut self) -> Loaded<T> {
        self.store.load(&mut self.machine, &mut self.scratch)
    }

    pub fn save<T: Stored>(&mut self, value: &T) -> Result<Saved, StoreError> {
        self.store.save(&mut self.machine, value, &mut self.scratch)
    }

    pub fn erases(&self) -> u32 {
        self.machine.flash.erase_counts().iter().sum()
    }
}

impl Io for Machine {
    fn drive(&mut self, _gpio: u8, _drive: Drive) {}
    fn analog(&mut self, _gpio: u8) -> Option<u16> {
        None
    }
    fn digital(&mut self, _gpio: u8) -> bool {
        false
    }
    fn pulses(&mut self, _gpio: u8) -> u32 {
        0
    }
    fn i2c(&mut self, _address: u8, _write: &[u8], _read: &mut [u8]) -> Result<(), BusError> {
        Err(BusError::NoAnswer)
    }
    fn one_wire_reset(&mut self, _gpio: u8) -> bool {
        false
    }
    fn one_wire_slot(&mut self, _gpio: u8, _bit: bool) -> bool {
        true
    }
    fn flash_read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        if self.is_mute {
            return Err(FlashError);
        }
        self.flash.read(offset, into)?;
        match self.reads_to_bad_bit {
            Some(0) => {
                into[into.len() / 2] ^= 0x10;
                self.reads_to_bad_bit = None;
            }
            Some(reads) => self.reads_to_bad_bit = Some(reads - 1),
            None => {}
        }
        Ok(())
    }
    fn flash_erase(&mut self, offset: u32) -> Result<(), FlashError> {
        self.flash.erase(offset)
    }
    fn flash_write(&mut self, offset: u32, data: &[u8]) -> Result<(), FlashError> {
        self.flash.write(offset, data)
    }
    fn random(&mut self) -> u32 {
        4
    }
    fn heap(&mut self) -> (u32, u32) {
        (0, 0)
    }
    fn log(&mut self, _level: LogLevel, _text: fmt::Arguments<'_>) {}
}

/// xorshift32: the same test does the same every time.
pub struct Chance(pub u32);

impl Chance {
    pub fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.next() as usize % limit
    }
}

/// A value that differs from those of other numbers, in content and length.
pub trait Numbered: Stored + PartialEq + fmt::Debug {
    fn numbered(number: u32) -> Self;
    /// Longest possible serialization.
    fn largest() -> Self;
}

/// A string filled to its capacity.
pub fn full<const N: usize>() -> String<N> {
    std::iter::repeat_n('x', N).collect()
}

/// A list filled to its capacity.
pub fn filled<T: Clone, const N: usize>(item: T) -> Vec<T, N> {
    std::iter::repeat_n(item, N).collect()
}

fn text<const N: usize>(number: u32) -> String<N> {
    let letter = char::from(b'a' + (number % 26) as u8);
    std::iter::repeat_n(letter, (number as usize * 7) % (N + 1)).collect()
}

impl Numbered for Provisioning {
    fn numbered(number: u32) -> Self {
        Provisioning {
            ssid: text(number),
            wifi_password: text(number + 1),
            broker_host: text(number + 2),
            broker_port: number as u16,
            token_required: number.is_multiple_of(2),
            ..Provisioning::default()
        }
    }

    fn largest() -> Self {
        Provisioning {
            id: full(),
            kaiser: full(),
            ssid: full(),
            wifi_password: full(),
            broker_host: full(),
            broker_port: u16::MAX,
            broker_tls: true,
            broker_user: full(),
            broker_password: full(),
            name: full(),
            hostname: full(),
            token_required: true,
        }
    }
}

impl Numbered for Membership {
    fn numbered(number: u32) -> Self {
        Membership {
            approved: true,
            zone: Zone { id: text(number), ..Zone::default() },
            device_token: text(number + 3),
            subzones: filled_to(number as usize % MAX_SUBZONES, subzone(text(number))),
            ..Membership::default()
        }
    }

    fn largest() -> Self {
        Membership {
            approved: true,
            rejected: true,
            zone: Zone { id: full(), master: full(), name: full() },
            subzones: filled(Subzone { pins: filled(u8::MAX), name: full(), ..subzone(full()) }),
            device_token: full(),
            broadcast_token: full(),
        }
    }
}

impl Numbered for Configuration {
    fn numbered(number: u32) -> Self {
        Configuration {
            sensors: filled_to(number as usize % 5, sensor()),
            sensor_generation: u64::from(number),
            ..Configuration::default()
        }
    }

    fn largest() -> Self {
        Configuration {
            sensors: filled(sensor()),
            actuators: filled(actuator()),
            rules: filled(rule()),
            sensor_generation: u64::MAX,
            actuator_generation: u64::MAX,
            rule_generation: u64::MAX,
        }
    }
}

impl Numbered for Runtime {
    fn numbered(number: u32) -> Self {
        Runtime { boot_count: number, rule_states: filled_to(number as usize % 65, number as u8), ..Runtime::default() }
    }

    fn largest() -> Self {
        Runtime {
            boot_count: u32::MAX,
            unstable_boots: u8::MAX,
            log_level: LogLevel::Critical,
            is_stopped: true,
            rule_states: filled(u8::MAX),
        }
    }
}

impl Numbered for Certificate {
    fn numbered(number: u32) -> Self {
        Certificate { authority: filled_to(number as usize * 41 % 4001, number as u8) }
    }

    fn largest() -> Self {
        Certificate { authority: filled(u8::MAX) }
    }
}

fn filled_to<T: Clone, const N: usize>(count: usize, item: T) -> Vec<T, N> {
    std::iter::repeat_n(item, count).collect()
}

fn subzone(id: ZoneId) -> Subzone {
    Subzone { parent: id.clone(), id, name: ZoneName::new(), pins: Vec::new(), safe_mode: true, created_at: u64::MAX }
}

fn sensor() -> SensorConfig {
    SensorConfig {
        gpio: u8::MAX,
        kind: full(),
        name: full(),
        subzone: full(),
        raw_mode: true,
        mode: OperatingMode::Scheduled,
        interval_s: u16::MAX,
        i2c_address: u8::MAX,
        rom: [u8::MAX; 8],
    }
}

fn actuator() -> ActuatorConfig {
    ActuatorConfig {
        gpio: u8::MAX,
        kind: ActuatorKind::Pwm,
        name: full(),
        subzone: full(),
        aux_gpio: u8::MAX,
        critical: true,
        inverted: true,
        default_state: true,
        default_pwm: u8::MAX,
        max_runtime_ms: u32::MAX,
    }
}

fn rule() -> OfflineRule {
    OfflineRule {
        actuator_gpio: u8::MAX,
        sensor_gpio: u8::MAX,
        sensor_kind: full(),
        activate_below: f32::MAX,
        deactivate_above: f32::MAX,
        activate_above: f32::MAX,
        deactivate_below: f32::MAX,
        current_state_active: true,
        time: Some(TimeFilter {
            start_minute: u16::MAX,
            end_minute: u16::MAX,
            days: u8::MAX,
            timezone: Timezone::CentralEurope,
        }),
    }
}
