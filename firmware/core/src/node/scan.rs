//! Looking for the devices of a 1-Wire bus (wire contract 1.12, 1.33): one pass over the bus per step, so that a stop need not wait for the end.

use heapless::Vec;

use super::device::{Cx, Device};
use super::intent::Intent;
use super::outgoing::ANSWER;
use super::sensing::rom_text;
use super::system::SystemAnswer;
use crate::json::ObjectWriter;
use crate::sensor::{FoundDevice, MAX_SCAN_DEVICES, RomSearch, SearchStep, device_type};

/// 6.1: ONEWIRE_NO_DEVICES.
const NO_DEVICES: u16 = 1021;

pub type Found = Vec<FoundDevice, MAX_SCAN_DEVICES>;

/// A scan under way.
pub struct Scan {
    pub pin: u8,
    search: RomSearch,
    found: Found,
    intent: Intent,
}

impl Scan {
    pub fn new(pin: u8, intent: Intent) -> Scan {
        Scan { pin, search: RomSearch::new(pin), found: Found::new(), intent }
    }
}

impl Device {
    /// One pass of the scan that is under way.
    pub fn poll_scan(&mut self, cx: &mut Cx<'_>) {
        let Some(mut scan) = self.scan.take() else {
            return;
        };
        match scan.search.next(cx.io) {
            SearchStep::Found(device) => {
                let _ = scan.found.push(device);
                self.scan = Some(scan);
            }
            SearchStep::Again => self.scan = Some(scan),
            SearchStep::End => {
                if scan.found.is_empty() {
                    self.report_error(cx, NO_DEVICES, 1, "Nothing found on the 1-Wire bus");
                }
                self.say_scan(cx, &scan);
                self.say_system(
                    cx,
                    &scan.intent,
                    "onewire/scan",
                    &SystemAnswer::Scan { pin: scan.pin, found: &scan.found },
                );
            }
            SearchStep::Failed(fault) => {
                self.report_error(cx, fault.error_code, 1, fault.message);
                self.say_scan(cx, &scan);
                let failed = SystemAnswer::Failed { error: fault.message, reason_code: "ONEWIRE_SCAN_FAILED" };
                self.say_system(cx, &scan.intent, "onewire/scan", &failed);
            }
        }
    }

    /// Under the device's own controller (stock firmware writes `god`).
    fn say_scan(&mut self, cx: &mut Cx<'_>, scan: &Scan) {
        self.publish(cx, format_args!("onewire/scan_result"), ANSWER, &|_, out| write_scan(out, scan.pin, &scan.found));
    }
}

pub fn write_scan(out: &mut ObjectWriter<'_>, pin: u8, found: &Found) {
    out.array("devices", |list| {
        for device in found {
            list.object(|item| {
                item.str("rom_code", &rom_text(&device.rom));
                item.str("device_type", device_type(&device.rom));
                item.uint("pin", u64::from(pin));
            });
        }
    });
    out.uint("found_count", found.len() as u64);
}
