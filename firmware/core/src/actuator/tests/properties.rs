//! Random lives of a bank, watched at the pins by a model that knows nothing of the bank's own state.

use super::*;
use crate::actuator::{FULL_TRAVEL_MS, MAX_STARTS_PER_HOUR, MIN_REST_MS, Scope};

const LIVES: u64 = 400;
const STEPS: u32 = 300;
const HOUR_MS: u64 = 3_600_000;
/// Valves may sit on 16 to 19 and take the next pin, which another output may have: then they are refused.
const PINS: [u8; 6] = [16, 17, 18, 19, 25, 27];

/// xorshift64*; the seed is in the message of a failure.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % bound
    }

    fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize]
    }
}

/// What one configured output looks like from outside.
struct Watch {
    config: ActuatorConfig,
    is_live: bool,
    /// Last time that somebody was entitled to start its run anew.
    entitled_ms: u64,
    starts_ms: Vec<u64>,
    off_ms: Option<u64>,
}

impl Watch {
    /// The pin that carries power, and what it does when idle.
    fn power(&self) -> (u8, Drive) {
        let ActuatorConfig { gpio, aux_gpio, inverted, .. } = self.config;
        match self.config.kind {
            ActuatorKind::Pwm => (gpio, Drive::Duty(if inverted { 255 } else { 0 })),
            ActuatorKind::Valve if inverted => (aux_gpio, Drive::High),
            ActuatorKind::Valve => (aux_gpio, Drive::Low),
            _ if inverted => (gpio, Drive::High),
            _ => (gpio, Drive::Low),
        }
    }
}

struct Life {
    bench: Bench,
    chance: Chance,
    watches: BTreeMap<u8, Watch>,
    is_stopped: bool,
}

impl Life {
    fn new(seed: u64) -> Life {
        Life {
            bench: Bench::new(),
            chance: Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1),
            watches: BTreeMap::new(),
            is_stopped: false,
        }
    }

    fn step(&mut self) {
        match self.chance.below(20) {
            0..=2 => self.configure(),
            3 => self.remove(),
            4..=9 => self.command(),
            10 => {
                self.bench.stop();
                self.is_stopped = true;
                self.watch();
                let live = self.watches.values().filter(|watch| watch.is_live);
                assert_eq!(live.count(), 0, "live after a stop");
            }
            11 | 12 => {
                self.bench.bank.clear_all();
                self.is_stopped = false;
            }
            13 => {
                let scope = Scope::AllBut(&[17]);
                let Bench { bank, io, now_ms, .. } = &mut self.bench;
                bank.go_default(scope, "firmware:offline", *now_ms, io);
            }
            14 => {
                let gpio = self.chance.one_of(&PINS);
                let on = self.chance.below(2) == 0;
                self.bench.rule(gpio, on);
            }
            _ => self.pass_time(),
        }
        self.watch();
        self.compare();
    }

    fn configure(&mut self) {
        let gpio = self.chance.one_of(&PINS);
        let kinds =
            [ActuatorKind::Pump, ActuatorKind::Pump, ActuatorKind::Relay, ActuatorKind::Pwm, ActuatorKind::Valve];
        let kind = self.chance.one_of(&kinds);
        let wanted = ActuatorConfig {
            inverted: self.chance.below(2) == 0,
            default_state: self.chance.below(4) == 0,
            default_pwm: self.chance.one_of(&[0, 0, 0, 77]),
            max_runtime_ms: self.chance.one_of(&[0, 1, 5_000, 60_000, 3_600_000]),
            ..config(gpio, kind)
        };
        let result = self.bench.configure(wanted.clone());
        let now_ms = self.bench.now_ms;
        if result != Ok(true) {
            return;
        }
        // The first part of the drives belongs to the old configuration: up to where it gives up its pins, if it does.
        let drives = self.bench.io.take();
        let last_release = drives.iter().rposition(|(_, drive)| *drive == Drive::Release);
        let (old, new) = drives.split_at(last_release.map_or(0, |index| index + 1));
        self.watch_all(old);
        let is_rewired = last_release.is_some();
        let watch = self.watches.entry(gpio).or_insert(Watch {
            config: wanted.clone(),
            is_live: false,
            entitled_ms: now_ms,
            starts_ms: Vec::new(),
            off_ms: None,
        });
        assert!(!(is_rewired && watch.is_live), "pins given up while live");
        watch.config = wanted;
        watch.entitled_ms = now_ms;
        self.watch_all(new);
    }

    fn remove(&mut self) {
        let gpio = self.chance.one_of(&PINS);
        let Bench { bank, io, now_ms, .. } = &mut self.bench;
        let was_there = bank.remove(gpio, *now_ms, io);
        self.watch();
        assert_eq!(was_there, self.watches.get(&gpio).is_some_and(bank_has));
        if let Some(watch) = self.watches.get_mut(&gpio) {
            assert!(!watch.is_live, "live after its removal");
            // The history stays for the pump's rest; the pin is nobody's.
            watch.config.max_runtime_ms = REMOVED;
        }
    }

    fn command(&mut self) {
        let gpio = self.chance.one_of(&PINS);
        let command = self.chance.one_of(&["ON", "OFF", "TOGGLE", "PWM", "on", "STOP"]);
        let values = [None, Some(0.0), Some(0.4), Some(1.0), Some(1.7), Some(f64::NAN)];
        let sent = Order {
            value: self.chance.one_of(&values),
            duration_s: self.chance.one_of(&[0, 0, 1, 30, 86_400]),
            ..order(command)
        };
        let outcome = self.bench.order(gpio, sent);
        assert!(!(outcome.success && self.is_stopped), "obeyed while stopped");
        if let Some(watch) = self.watches.get_mut(&gpio).filter(|_| outcome.success) {
            watch.entitled_ms = self.bench.now_ms;
        }
        self.watch();
    }

    /// Time passes until something is due or a bit longer, sometimes with a poll that is late.
    fn pass_time(&mut self) {
        let by_ms = self.chance.one_of(&[0, 1, 40, 999, 2_500, 5_000, 30_000, 700_000]);
        let end_ms = self.bench.now_ms + by_ms;
        let late_ms = self.chance.one_of(&[0, 0, 7, 100]);
        while self.bench.bank.next_due() <= end_ms {
            self.bench.now_ms = self.bench.now_ms.max(self.bench.bank.next_due() + late_ms);
            self.bench.poll();
            self.watch();
            self.check_polled();
        }
        self.bench.now_ms = self.bench.now_ms.max(end_ms);
        self.bench.poll();
        self.watch();
        self.check_polled();
    }

    fn check_polled(&self) {
        let now_ms = self.bench.now_ms;
        let due_ms = self.bench.bank.next_due();
        assert!(due_ms > now_ms, "due in the past after a poll");
        for watch in self.watches.values().filter(|watch| watch.is_live) {
            let max_ms = u64::from(watch.config.max_runtime_ms);
            match watch.config.kind {
                ActuatorKind::Valve => assert!(due_ms <= now_ms + FULL_TRAVEL_MS),
                _ if max_ms == 0 => {}
                _ => assert!(now_ms < watch.entitled_ms + max_ms, "ran too long"),
            }
        }
    }

    fn watch(&mut self) {
        let drives = self.bench.io.take();
        self.watch_all(&drives);
    }

    fn watch_all(&mut self, drives: &[(u8, Drive)]) {
        let now_ms = self.bench.now_ms;
        for &(gpio, drive) in drives {
            let mut watches = self.watches.values_mut().filter(|watch| bank_has(watch));
            let Some(watch) = watches.find(|watch| watch.power().0 == gpio) else {
                continue;
            };
            if drive == Drive::Release {
                assert!(!watch.is_live, "GPIO {gpio} released while live");
                continue;
            }
            let is_live = drive != watch.power().1;
            assert!(!(is_live && self.is_stopped), "GPIO {gpio} live while stopped");
            if is_live && !watch.is_live {
                watch.entitled_ms = now_ms;
                watch.note_start(now_ms);
            } else if watch.is_live && !is_live {
                watch.note_off(now_ms);
            }
            watch.is_live = is_live;
        }
    }

    /// What the bank says must be what the pins do.
    fn compare(&self) {
        let now_ms = self.bench.now_ms;
        let has = self.watches.values().filter(|watch| bank_has(watch)).count();
        assert_eq!(self.bench.bank.len(), has);
        for status in self.bench.bank.iter(now_ms) {
            let watch = &self.watches[&status.gpio];
            assert_eq!(status.emergency == "active", self.is_stopped);
            if watch.config.kind != ActuatorKind::Valve {
                assert_eq!(status.on, watch.is_live, "GPIO {}", status.gpio);
            }
        }
    }
}

/// Marks a watch whose output was removed; no configuration here has it.
const REMOVED: u32 = u32::MAX;

fn bank_has(watch: &Watch) -> bool {
    watch.config.max_runtime_ms != REMOVED
}

impl Watch {
    fn note_start(&mut self, now_ms: u64) {
        if self.config.kind != ActuatorKind::Pump {
            return;
        }
        if let Some(off_ms) = self.off_ms {
            assert!(now_ms >= off_ms + MIN_REST_MS, "started without rest");
        }
        self.starts_ms.retain(|&start_ms| start_ms + HOUR_MS > now_ms);
        self.starts_ms.push(now_ms);
        assert!(self.starts_ms.len() <= MAX_STARTS_PER_HOUR, "started too often");
    }

    fn note_off(&mut self, now_ms: u64) {
        if self.config.kind == ActuatorKind::Pump {
            self.off_ms = Some(now_ms);
        }
    }
}

#[test]
fn no_sequence_of_events_makes_an_output_live_while_stopped_or_beyond_its_run_time() {
    for seed in 1..=LIVES {
        let life = std::panic::catch_unwind(|| {
            let mut life = Life::new(seed);
            for _ in 0..STEPS {
                life.step();
            }
        });
        assert!(life.is_ok(), "seed {seed}");
    }
}

#[test]
fn a_pump_that_is_ordered_on_and_off_every_second_keeps_its_rest_and_its_starts() {
    let mut life = Life::new(7);
    let pump = config(18, ActuatorKind::Pump);
    life.bench.configure(pump.clone()).unwrap();
    let watch = Watch { config: pump, is_live: false, entitled_ms: 0, starts_ms: Vec::new(), off_ms: None };
    life.watches.insert(18, watch);
    let mut starts = 0;
    for second in 0..7_200 {
        let command = if second % 2 == 0 { "ON" } else { "OFF" };
        starts += u32::from(life.bench.send(18, command).changed && command == "ON");
        life.watch();
        life.bench.now_ms += 1_000;
    }
    assert_eq!(starts, 120);
}
