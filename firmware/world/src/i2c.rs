//! The I2C bus and what is on it.

use alloc::vec::Vec;

use leitstand_core::io::BusError;

use crate::air::Air;
use crate::bosch::{Bosch, Model};
use crate::sht31::Sht31;
use crate::surroundings::{Dropout, Surroundings};

/// Longer than a measurement with its three tries (110 ms), shorter than the least interval (1 s).
const DROPOUT_WINDOW_MS: u64 = 500;

/// What a line says of a chip; what it leaves out stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChipChange {
    pub model: Option<Model>,
    pub celsius: Option<f64>,
    pub humidity: Option<f64>,
    pub pressure_hpa: Option<f64>,
}

#[derive(Clone, Debug)]
enum Chip {
    Sht31(Sht31),
    Bosch(Bosch),
}

#[derive(Clone, Debug)]
struct Device {
    address: u8,
    chip: Chip,
    air: Air,
    dropout: Dropout,
}

#[derive(Clone, Debug, Default)]
pub struct I2c {
    devices: Vec<Device>,
}

/// Which chips have that address.
pub fn is_address_of_sht31(address: u8) -> bool {
    matches!(address, 0x44 | 0x45)
}

pub fn is_address_of_bosch(address: u8) -> bool {
    matches!(address, 0x76 | 0x77)
}

impl I2c {
    pub fn remove(&mut self, address: u8) {
        self.devices.retain(|device| device.address != address);
    }

    pub fn change(&mut self, address: u8, change: &ChipChange) {
        let place = self.devices.iter().position(|device| device.address == address).unwrap_or_else(|| {
            self.devices.push(Device::new(address));
            self.devices.len() - 1
        });
        if let Some(device) = self.devices.get_mut(place) {
            device.change(change);
        }
    }

    /// The supply was gone: all chips begin anew.
    pub fn power_cycle(&mut self) {
        for device in &mut self.devices {
            device.chip = match &device.chip {
                Chip::Sht31(_) => Chip::Sht31(Sht31::default()),
                Chip::Bosch(chip) => Chip::Bosch(Bosch::new(chip.model())),
            };
        }
    }

    pub fn transfer(
        &mut self,
        address: u8,
        data: (&[u8], &mut [u8]),
        around: &mut Surroundings<'_>,
    ) -> Result<(), BusError> {
        if around.faults.is_i2c_stuck {
            return Err(BusError::Stuck);
        }
        let found = |device: &&mut Device| device.address == address;
        let device = self.devices.iter_mut().find(found).ok_or(BusError::NoAnswer)?;
        if around.is_silent(&mut device.dropout, DROPOUT_WINDOW_MS) {
            return Err(BusError::NoAnswer);
        }
        match &mut device.chip {
            Chip::Sht31(chip) => chip.transfer(data, &device.air, around),
            Chip::Bosch(chip) => chip.transfer(data, &device.air, around),
        }
    }
}

impl Device {
    fn new(address: u8) -> Device {
        Device {
            address,
            chip: if is_address_of_sht31(address) {
                Chip::Sht31(Sht31::default())
            } else {
                Chip::Bosch(Bosch::new(Model::Bmp280))
            },
            air: Air::default(),
            dropout: Dropout::default(),
        }
    }

    fn change(&mut self, change: &ChipChange) {
        let wanted = change.model.or(change.humidity.is_some().then_some(Model::Bme280));
        if let (Chip::Bosch(chip), Some(model)) = (&mut self.chip, wanted)
            && chip.model() != model
        {
            *chip = Bosch::new(model);
        }
        let air = &mut self.air;
        air.celsius = change.celsius.unwrap_or(air.celsius);
        air.humidity = change.humidity.unwrap_or(air.humidity);
        air.pressure_hpa = change.pressure_hpa.unwrap_or(air.pressure_hpa);
    }
}
