//! The 1-Wire buses: an open line per pin, which any device can pull down.

use alloc::vec::Vec;

use crate::ds18b20::Ds18b20;
use crate::surroundings::Surroundings;

/// A thermometer as a line describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    pub rom: [u8; 8],
    pub celsius: f64,
}

#[derive(Clone, Debug)]
struct Bus {
    gpio: u8,
    devices: Vec<Ds18b20>,
}

#[derive(Clone, Debug, Default)]
pub struct OneWire {
    buses: Vec<Bus>,
}

impl OneWire {
    /// These are on the bus from now on. One that was there before stays powered.
    pub fn replace(&mut self, gpio: u8, probes: &[Probe]) {
        let before = self
            .buses
            .iter()
            .position(|bus| bus.gpio == gpio)
            .map(|place| self.buses.swap_remove(place).devices)
            .unwrap_or_default();
        if probes.is_empty() {
            return;
        }
        let devices = probes
            .iter()
            .map(|probe| match before.iter().find(|d| d.rom() == probe.rom) {
                Some(device) => {
                    let mut device = device.clone();
                    device.set_celsius(probe.celsius);
                    device
                }
                None => Ds18b20::new(probe.rom, probe.celsius),
            })
            .collect();
        self.buses.push(Bus { gpio, devices });
    }

    pub fn power_cycle(&mut self) {
        let devices = self.buses.iter_mut().flat_map(|bus| &mut bus.devices);
        devices.for_each(Ds18b20::power_cycle);
    }

    fn bus(&mut self, gpio: u8) -> Option<&mut Bus> {
        self.buses.iter_mut().find(|bus| bus.gpio == gpio)
    }

    pub fn reset(&mut self, gpio: u8, around: &mut Surroundings<'_>) -> bool {
        let Some(bus) = self.bus(gpio) else {
            return false;
        };
        let mut is_present = false;
        for device in &mut bus.devices {
            is_present |= device.reset(around);
        }
        is_present
    }

    /// The line is up when the master and all devices leave it up.
    pub fn slot(&mut self, gpio: u8, bit: bool, around: &mut Surroundings<'_>) -> bool {
        let Some(bus) = self.bus(gpio) else {
            return bit;
        };
        let line = bit && bus.devices.iter().all(Ds18b20::leaves_up);
        for device in &mut bus.devices {
            device.sample(line, around);
        }
        line
    }
}
