use super::*;
use std::vec;

const PINS: u8 = 40;

fn changes(line: &str) -> Vec<Change> {
    parse(line, PINS).unwrap().changes
}

fn command(line: &str) -> Command {
    parse(line, PINS).unwrap().command
}

#[test]
fn each_line_of_the_protocol_is_understood() {
    assert_eq!(
        changes(r#"{"analog":{"4":2300,"34":null}}"#),
        [Change::Analog(34, None), Change::Analog(4, Some(2300))]
    );
    let rom = [0x28, 0xFF, 0x64, 0x1E, 0x8D, 0x3C, 0x0C, 0x79];
    let celsius = 25.0;
    assert_eq!(
        changes(r#"{"onewire":{"4":[{"rom":"28FF641E8D3C0C79","celsius":25.0}]}}"#),
        [Change::OneWire(4, vec![Probe { rom, celsius }])]
    );
    assert_eq!(changes(r#"{"onewire":{"4":null}}"#), [Change::OneWire(4, vec![])]);
    let sht31 = ChipChange { celsius: Some(21.5), humidity: Some(60.0), ..ChipChange::default() };
    assert_eq!(
        changes(r#"{"i2c":{"0x44":{"celsius":21.5,"humidity":60},"118":null}}"#),
        [Change::I2c(0x44, Some(sht31)), Change::I2c(0x76, None)]
    );
    let bmp280 = ChipChange { model: Some(Model::Bmp280), pressure_hpa: Some(1000.0), ..ChipChange::default() };
    assert_eq!(changes(r#"{"i2c":{"0x77":{"chip":"bmp280","pressure_hpa":1000}}}"#), [Change::I2c(0x77, Some(bmp280))]);
    assert_eq!(
        changes(r#"{"digital":{"5":1},"pulses":{"5":100},"flow":{"6":2.5,"7":null}}"#),
        [Change::Digital(5, Some(true)), Change::Flow(6, 2.5), Change::Flow(7, 0.0), Change::Pulses(5, 100),]
    );
}

#[test]
fn faults_are_switched_on_and_off_one_by_one() {
    let fault = |line: &str| match changes(line).as_slice() {
        [Change::Fault(change)] => change.clone(),
        other => panic!("{other:?}"),
    };
    let cases = [
        (r#"{"fault":null}"#, FaultChange::AllOff),
        (r#"{"fault":{"sensor_dropout":0.1}}"#, FaultChange::Dropout(0.1)),
        (r#"{"fault":{"sensor_dropout":false}}"#, FaultChange::Dropout(0.0)),
        (r#"{"fault":{"sensor_drift_per_hour":-0.5}}"#, FaultChange::DriftPerHour(-0.5)),
        (r#"{"fault":{"sensor_noise":0.04}}"#, FaultChange::Noise(0.04)),
        (r#"{"fault":{"sensor_dead":true}}"#, FaultChange::Dead(true)),
        (r#"{"fault":{"sensor_dead":null}}"#, FaultChange::Dead(false)),
        (r#"{"fault":{"i2c_stuck":true}}"#, FaultChange::I2cStuck(true)),
        (r#"{"fault":{"crc_errors":1}}"#, FaultChange::CrcErrors(1.0)),
        (r#"{"fault":{"stuck_pin":18}}"#, FaultChange::StuckPins(1 << 18)),
        (r#"{"fault":{"stuck_pin":[18,19]}}"#, FaultChange::StuckPins(3 << 18)),
        (r#"{"fault":{"stuck_pin":false}}"#, FaultChange::StuckPins(0)),
    ];
    for (line, expected) in cases {
        assert_eq!(fault(line), expected, "{line}");
    }
}

#[test]
fn what_is_not_the_worlds_goes_to_the_shell() {
    let reset = |reason| Command::Power(Power::Reset(reason));
    let cases = [
        (r#"{}"#, Command::None),
        (r#"{"network":"down"}"#, Command::Network { is_up: false }),
        (r#"{"network":"up"}"#, Command::Network { is_up: true }),
        (r#"{"power":"cycle"}"#, Command::Power(Power::Cycle)),
        (r#"{"power":{"reset":"brownout"}}"#, reset(ResetReason::Brownout)),
        (r#"{"power":{"reset":"watchdog"}}"#, reset(ResetReason::Watchdog)),
        (r#"{"advance_ms":5000}"#, Command::AdvanceMs(5000)),
        (r#"{"clock_offset_s":-3600}"#, Command::ClockOffsetS(-3600)),
    ];
    for (line, expected) in cases {
        assert_eq!(command(line), expected, "{line}");
    }
}

#[test]
fn every_mistake_is_told_in_a_sentence_that_names_it() {
    let cases = [
        ("nonsense", "Not JSON"),
        ("[]", "The line must be an object, not []."),
        (r#"{"anlog":{}}"#, "the key \"anlog\" is not known"),
        (r#"{"analog":4}"#, "analog must be an object, not 4."),
        (r#"{"analog":{"40":1}}"#, "\"40\" is no pin of this board, which has 0 to 39."),
        (r#"{"analog":{"x":1}}"#, "\"x\" is no pin"),
        (r#"{"analog":{"4":-1}}"#, "analog 4 must be a whole number from 0 to 65535, not -1."),
        (r#"{"analog":{"4":1.5}}"#, "not 1.5."),
        (r#"{"analog":{"4":"2300"}}"#, "not \"2300\"."),
        (r#"{"digital":{"4":2}}"#, "0, 1, true or false"),
        (r#"{"pulses":{"4":null}}"#, "pulses 4 must be a whole number"),
        (r#"{"flow":{"4":-1}}"#, "flow 4 must be a number from 0"),
        (r#"{"onewire":{"4":{}}}"#, "must be a list"),
        (r#"{"onewire":{"4":[{"celsius":1}]}}"#, "onewire 4 rom must be a text, not null."),
        (r#"{"onewire":{"4":[{"rom":"28FF","celsius":1}]}}"#, "16 hexadecimal digits"),
        (r#"{"onewire":{"4":[{"rom":"+8FF641E8D3C0C79","celsius":1}]}}"#, "16 hexadecimal digits"),
        (r#"{"onewire":{"4":[{"rom":"28FF641E8D3C0C79"}]}}"#, "onewire 4 celsius must be a number"),
        (r#"{"onewire":{"4":[{"rom":"28FF641E8D3C0C79","celsius":1,"k":1}]}}"#, "\"k\" is not known"),
        (r#"{"i2c":{"0x40":{}}}"#, "no chip has the address \"0x40\""),
        (r#"{"i2c":{"0x44":{"pressure_hpa":1000}}}"#, "\"pressure_hpa\" is not known"),
        (r#"{"i2c":{"0x44":{"humidity":101}}}"#, "i2c 0x44 humidity must be a number from 0 to 100"),
        (r#"{"i2c":{"0x76":{"chip":"bmp180"}}}"#, "must be \"bmp280\" or \"bme280\""),
        (r#"{"i2c":{"0x76":{"chip":"bmp280","humidity":5}}}"#, "does not measure humidity"),
        (r#"{"fault":{"sensor_dropout":2}}"#, "from 0 to 1, not 2."),
        (r#"{"fault":{"sensor_ded":true}}"#, "\"sensor_ded\" is not known"),
        (r#"{"fault":{"stuck_pin":40}}"#, "from 0 to 39, not 40."),
        (r#"{"fault":{"stuck_pin":"18"}}"#, "not \"18\"."),
        (r#"{"network":"slow"}"#, "network must be"),
        (r#"{"power":"off"}"#, "power must be"),
        (r#"{"power":{"reset":"x"}}"#, "power must be"),
        (r#"{"power":{"rest":"x"}}"#, "\"rest\" is not known"),
        (r#"{"advance_ms":-1}"#, "advance_ms must be"),
        (r#"{"clock_offset_s":0.5}"#, "clock_offset_s must be"),
        (r#"{"network":"up","advance_ms":1}"#, "A line holds one of"),
    ];
    for (line, expected) in cases {
        let sentence = parse(line, PINS).unwrap_err();
        assert!(sentence.contains(expected), "{line} says: {sentence}");
        assert!(sentence.ends_with('.'), "{sentence}");
    }
}

#[test]
fn two_sensors_with_one_rom_cannot_be() {
    let probe = r#"{"rom":"28FF641E8D3C0C79","celsius":1}"#;
    let line = format!(r#"{{"onewire":{{"4":[{probe},{probe}]}}}}"#);
    assert!(parse(&line, PINS).unwrap_err().contains("same rom"));
}

#[test]
fn no_line_makes_the_reader_panic() {
    let valid = [
        r#"{"i2c":{"0x76":{"chip":"bme280","celsius":1e3,"humidity":60}},"fault":{"stuck_pin":[1,2]}}"#,
        r#"{"onewire":{"4":[{"rom":"28FF641E8D3C0C79","celsius":25.0}]},"power":{"reset":"panic"}}"#,
        r#"{"analog":{"4":2300},"digital":{"5":1},"pulses":{"5":4294967295},"advance_ms":5000}"#,
    ];
    let bytes = br#"{}[]",:0123456789-+.eEnulltrx\"#;
    let mut random = crate::random::Random::new(5);
    let mut refused = 0;
    for round in 0..30_000 {
        let mut line = valid[round % valid.len()].as_bytes().to_vec();
        for _ in 0..1 + random.next_u32() % 3 {
            let place = random.next_u32() as usize % line.len();
            line[place] = bytes[random.next_u32() as usize % bytes.len()];
        }
        let line = std::str::from_utf8(&line).unwrap();
        refused += i32::from(parse(line, PINS).is_err());
    }
    assert!((20_000..30_000).contains(&refused), "{refused}");
}
