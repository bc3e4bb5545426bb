use super::search::{RomSearch, SearchStep};
use super::test_io::WildIo;
use super::test_rig::config;
use super::{Bench, Buses, Progress, Sampler, Trigger};

const KINDS: [&str; 8] = ["ds18b20", "sht31", "bmp280", "bme280", "ph", "moisture", "co2", "flow"];
/// Polls in which a measurement of 5 s must have ended, however late and early they come.
const MAX_POLLS: usize = 2000;

/// Runs one measurement with polls at random times; its outcome.
fn measure(sampler: &mut Sampler, kind: &str, rom: [u8; 8], io: &mut WildIo) -> Progress {
    let mut buses = Buses::new();
    let mut config = config(kind, 4);
    config.rom = rom;
    let mut now_ms = u64::from(io.next());
    assert_eq!(sampler.start(now_ms, 5000, Trigger::Request), Ok(()));
    for _ in 0..MAX_POLLS {
        let mut bench = Bench { config: &config, now_ms, io, buses: &mut buses };
        match sampler.poll(&mut bench) {
            Progress::Waiting { .. } => now_ms += u64::from(io.next() % 16),
            end => return end,
        }
    }
    panic!("{kind} does not end");
}

#[test]
fn no_answer_of_a_bus_makes_a_measurement_panic_or_last_for_ever() {
    let mut io = WildIo { state: 11 };
    for kind in KINDS {
        let mut sampler = Sampler::new();
        let (mut done, mut failed) = (0, 0);
        for round in 0..800_u64 {
            let rom = if round % 2 == 0 { [0; 8] } else { round.to_be_bytes() };
            match measure(&mut sampler, kind, rom, &mut io) {
                Progress::Done(readings) => {
                    assert!(!readings.is_empty());
                    assert!(readings.iter().all(|reading| reading.value.is_finite()));
                    done += 1;
                }
                Progress::Failed(_) => failed += 1,
                other => panic!("{other:?}"),
            }
        }
        let is_checked = matches!(kind, "ds18b20" | "sht31");
        assert!(is_checked || done > 0, "{kind}");
        assert!(kind == "flow" || failed > 0, "{kind}");
    }
}

#[test]
fn no_answer_of_a_bus_makes_a_search_panic_or_last_for_ever() {
    let mut io = WildIo { state: 12 };
    let mut failed = 0;
    for _ in 0..3000 {
        let mut search = RomSearch::new(4);
        let end =
            (0..100).map(|_| search.next(&mut io)).find(|step| matches!(step, SearchStep::End | SearchStep::Failed(_)));
        failed += i32::from(matches!(end.unwrap(), SearchStep::Failed(_)));
    }
    assert!(failed > 0);
}
