//! What 1,000 simulated devices cost that measure once per second, drivers and world together. `cargo bench -p leitstand-world`.

use std::time::Instant;

use leitstand_core::board::ESP32;
use leitstand_core::config::{ItemName, OperatingMode, SensorConfig, SensorKind, ZoneId};
use leitstand_core::sensor::{Bench, Buses, Progress, Sampler, Trigger};
use leitstand_world::{NoFlash, World};

const WORLDS: usize = 1000;
const SECONDS: u64 = 20;

/// Kind, pin, and the line that puts it into the world.
const SENSORS: [(&str, u8, &str); 5] = [
    ("sht31", 0, r#"{"i2c":{"0x44":{"celsius":21.5,"humidity":60}}}"#),
    ("bme280", 0, r#"{"i2c":{"0x76":{"celsius":21.5,"humidity":60}}}"#),
    ("ds18b20", 4, r#"{"onewire":{"4":[{"rom":"28FF641E8D3C0CDA","celsius":25}]}}"#),
    ("moisture", 34, r#"{"analog":{"34":2300}}"#),
    ("flow", 5, r#"{"flow":{"5":2.5}}"#),
];

struct Device {
    config: SensorConfig,
    sampler: Sampler,
    buses: Buses,
    world: World<NoFlash>,
}

fn device(kind: &str, gpio: u8, line: &str, seed: u64) -> Device {
    let mut world = World::new(&ESP32, seed, NoFlash);
    world.apply(line).expect("a valid line");
    let config = SensorConfig {
        gpio,
        kind: SensorKind::try_from(kind).expect("a short name"),
        name: ItemName::new(),
        subzone: ZoneId::new(),
        raw_mode: true,
        mode: OperatingMode::Continuous,
        interval_s: 1,
        i2c_address: 0,
        rom: [0; 8],
    };
    Device { config, sampler: Sampler::new(), buses: Buses::new(), world }
}

impl Device {
    /// One measurement from `now_ms` on; the count of polls.
    fn measure(&mut self, mut now_ms: u64) -> usize {
        self.sampler.start(now_ms, 5000, Trigger::Schedule).expect("idle");
        for polls in 1.. {
            self.world.set_now(now_ms);
            let progress = self.sampler.poll(&mut Bench {
                config: &self.config,
                now_ms,
                io: &mut self.world,
                buses: &mut self.buses,
            });
            match progress {
                Progress::Waiting { until_ms } => now_ms = now_ms.max(until_ms),
                Progress::Done(_) => return polls,
                other => panic!("{other:?}"),
            }
        }
        0
    }
}

fn main() {
    println!("{WORLDS} devices, one measurement per second each; share of one core:");
    for (kind, gpio, line) in SENSORS {
        let mut devices: Vec<Device> = (0..WORLDS).map(|seed| device(kind, gpio, line, seed as u64)).collect();
        let begun = Instant::now();
        let mut polls = 0;
        for second in 1..=SECONDS {
            for device in &mut devices {
                polls += device.measure(second * 1500);
            }
        }
        let seconds = begun.elapsed().as_secs_f64();
        let share = 100.0 * seconds / SECONDS as f64;
        let each_us = 1e6 * seconds / (SECONDS as f64 * WORLDS as f64);
        let polls = polls as f64 / (SECONDS as f64 * WORLDS as f64);
        println!("{kind:10} {share:6.2} %  {each_us:7.2} µs per measurement in {polls:.1} polls");
    }
    let mut world = World::new(&ESP32, 1, NoFlash);
    let begun = Instant::now();
    for _ in 0..100_000 {
        world.apply(SENSORS[0].2).expect("a valid line");
    }
    let each_us = begun.elapsed().as_secs_f64() * 10.0;
    println!("a line takes {each_us:.2} µs");
    println!("Sampler {} B, World {} B", size_of::<Sampler>(), size_of::<World<NoFlash>>());
}
