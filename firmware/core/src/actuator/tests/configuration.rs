use super::*;
use crate::board::{ESP32C3, ESP32C6};
use crate::config::MAX_ACTUATORS;
use ActuatorKind::{Pump, Pwm, Relay, Valve};

fn on_board(board: &'static Board) -> Bench {
    Bench { board, ..Bench::new() }
}

#[test]
fn the_first_thing_a_pin_ever_does_is_to_be_idle() {
    for inverted in [false, true] {
        for default_state in [false, true] {
            for kind in [Pump, Relay, Pwm, Valve] {
                let mut bench = Bench::new();
                let new = ActuatorConfig { inverted, default_state, ..config(18, kind) };
                bench.configure(new).unwrap();
                let idle = if inverted { Drive::High } else { Drive::Low };
                let first = bench.io.take();
                let expected = match kind {
                    Pwm => (18, Drive::Duty(if inverted { 255 } else { 0 })),
                    Valve => (19, idle),
                    _ => (18, idle),
                };
                assert_eq!(first[0], expected, "{kind:?} {inverted} {default_state}");
            }
        }
    }
}

#[test]
fn an_output_that_is_off_by_default_is_never_active_while_it_is_configured() {
    for (inverted, active) in [(false, Drive::High), (true, Drive::Low)] {
        for kind in [Pump, Relay] {
            let mut bench = Bench::new();
            let new = ActuatorConfig { inverted, ..config(18, kind) };
            bench.configure(new).unwrap();
            assert!(!bench.io.take().contains(&(18, active)));
        }
    }
}

#[test]
fn h3_pins_that_no_output_can_have_are_refused_untouched() {
    use ConfigFault::{I2c, InUse, InputOnly, NotUsable};
    let cases = [
        (1, NotUsable(1)),
        (3, NotUsable(3)),
        (6, NotUsable(6)),
        (12, NotUsable(12)),
        (0, NotUsable(0)),
        (255, NotUsable(255)),
        (34, InputOnly(34)),
        (39, InputOnly(39)),
        (21, I2c(21)),
        (22, I2c(22)),
        (SENSOR_PIN, InUse(SENSOR_PIN)),
    ];
    for (gpio, fault) in cases {
        let mut bench = Bench::new();
        assert_eq!(bench.configure(relay(gpio)), Err(fault));
        assert_eq!(bench.io.take(), []);
        assert!(bench.bank.is_empty());
    }
}

#[test]
fn the_second_pin_of_a_valve_is_checked_like_the_first() {
    use ConfigFault::{I2c, InUse, InputOnly, NotUsable};
    let mut bench = Bench::with(relay(25));
    let valve = |gpio, aux_gpio| ActuatorConfig { aux_gpio, ..config(gpio, Valve) };
    assert_eq!(bench.configure(valve(18, 13)), Err(NotUsable(13)));
    assert_eq!(bench.configure(valve(18, 255)), Err(NotUsable(255)));
    assert_eq!(bench.configure(valve(18, 34)), Err(InputOnly(34)));
    assert_eq!(bench.configure(valve(18, 21)), Err(I2c(21)));
    assert_eq!(bench.configure(valve(18, SENSOR_PIN)), Err(InUse(SENSOR_PIN)));
    assert_eq!(bench.configure(valve(18, 25)), Err(InUse(25)));
    assert_eq!(bench.configure(valve(25, 25)), Err(InUse(25)));
    assert_eq!(bench.io.take(), []);
    assert_eq!(bench.configure(valve(18, 19)), Ok(true));
    assert_eq!(bench.configure(relay(19)), Err(InUse(19)));
    assert!(bench.bank.uses_pin(18) && bench.bank.uses_pin(19));
    assert!(!bench.bank.uses_pin(17));
}

#[test]
fn a_faulty_new_configuration_leaves_the_running_output_as_it_is() {
    let mut bench = Bench::with(relay(18));
    bench.configure(relay(19)).unwrap();
    bench.send(18, "ON");
    bench.io.take();
    let fault = bench.configure(config(18, Valve));
    assert_eq!(fault, Err(ConfigFault::InUse(19)));
    assert_eq!(bench.io.take(), []);
    assert_eq!(bench.shows(18), (true, 255, "user:mira"));
}

#[test]
fn a_board_has_so_many_outputs_and_pwm_channels_and_no_more() {
    let mut bench = on_board(&ESP32C6);
    let free = [1, 2, 3, 4, 5, 8, 9];
    for gpio in free.into_iter().take(6) {
        assert_eq!(bench.configure(config(gpio, Pwm)), Ok(true));
    }
    let fault = ConfigFault::NoPwmChannel(6);
    assert_eq!(bench.configure(config(9, Pwm)), Err(fault));
    assert_eq!(bench.configure(relay(9)), Err(ConfigFault::TooMany(6)));
    // One that is there already does not count against itself.
    let inverted = true;
    let other = ActuatorConfig { inverted, ..config(1, Pwm) };
    assert_eq!(bench.configure(other), Ok(true));
    bench.bank.remove(1, 0, &mut bench.io);
    assert_eq!(bench.configure(config(9, Pwm)), Ok(true));
}

#[test]
fn h7_a_wroom_takes_twelve_outputs_and_refuses_the_thirteenth() {
    let mut bench = Bench::new();
    let free = |gpio: &&u8| !ESP32.is_input_only(**gpio) && !ESP32.is_i2c(**gpio);
    let pins = ESP32.usable.iter().filter(free).filter(|&&gpio| gpio != SENSOR_PIN);
    let results: Vec<_> = pins.take(13).map(|&gpio| bench.configure(relay(gpio))).collect();
    assert_eq!(results[..MAX_ACTUATORS], [Ok(true); MAX_ACTUATORS]);
    assert_eq!(results[12], Err(ConfigFault::TooMany(12)));
}

#[test]
fn the_i2c_pins_are_those_of_the_board() {
    let mut bench = on_board(&ESP32C3);
    assert_eq!(bench.configure(relay(4)), Err(ConfigFault::I2c(4)));
    assert_eq!(bench.configure(relay(21)), Ok(true));
}

#[test]
fn faults_have_a_text_for_the_operator() {
    let texts: Vec<_> = [
        ConfigFault::NotUsable(13),
        ConfigFault::InputOnly(34),
        ConfigFault::I2c(21),
        ConfigFault::InUse(18),
        ConfigFault::NoPwmChannel(6),
        ConfigFault::TooMany(12),
    ]
    .iter()
    .map(ToString::to_string)
    .collect();
    let expected = [
        "GPIO 13 not usable",
        "GPIO 34 is input only",
        "GPIO 21 belongs to the I2C bus",
        "GPIO 18 is in use",
        "All 6 PWM channels are in use",
        "At most 12 actuators",
    ];
    assert_eq!(texts, expected);
}

#[test]
fn what_does_not_change_the_behaviour_does_not_touch_a_running_output() {
    let mut bench = Bench::with(relay(18));
    bench.send(18, "ON");
    bench.io.take();
    assert_eq!(bench.configure(relay(18)), Ok(false));
    let renamed = ActuatorConfig {
        name: "Heater".try_into().unwrap(),
        subzone: "bed_a".try_into().unwrap(),
        critical: true,
        ..relay(18)
    };
    assert_eq!(bench.configure(renamed), Ok(false));
    assert_eq!(bench.io.take(), []);
    let status = bench.bank.status(18, bench.now_ms).unwrap();
    assert_eq!((status.on, status.subzone), (true, "bed_a"));
    // The second pin of what is no valve means nothing.
    let aux_gpio = 19;
    assert_eq!(bench.configure(ActuatorConfig { aux_gpio, ..relay(18) }), Ok(false));
}

#[test]
fn a_change_of_behaviour_switches_off_first() {
    let mut bench = Bench::with(relay(18));
    bench.send(18, "ON");
    bench.io.take();
    let max_runtime_ms = 1_000;
    let shorter = ActuatorConfig { max_runtime_ms, ..relay(18) };
    assert_eq!(bench.configure(shorter), Ok(true));
    assert_eq!(bench.io.take(), [(18, Drive::Low)]);
    assert_eq!(bench.shows(18), (false, 0, "firmware:default"));
}

#[test]
fn a_change_of_wiring_gives_up_the_pins_between_the_two_off_levels() {
    let mut bench = Bench::with(relay(18));
    bench.send(18, "ON");
    bench.io.take();
    let inverted = true;
    let other = ActuatorConfig { inverted, ..relay(18) };
    assert_eq!(bench.configure(other), Ok(true));
    let drives = [(18, Drive::Low), (18, Drive::Release), (18, Drive::High)];
    assert_eq!(bench.io.take(), drives);

    assert_eq!(bench.configure(config(18, Pwm)), Ok(true));
    let drives = [(18, Drive::High), (18, Drive::Release), (18, Drive::Duty(0))];
    assert_eq!(bench.io.take(), drives);
}

#[test]
fn a_valve_whose_second_pin_moves_gives_up_the_old_one() {
    let mut bench = Bench::with(config(18, Valve));
    bench.advance(5_000);
    bench.io.take();
    let aux_gpio = 23;
    bench.configure(ActuatorConfig { aux_gpio, ..config(18, Valve) }).unwrap();
    assert_eq!(bench.io.pin(19), Drive::Release);
    assert_eq!(bench.configure(relay(19)), Ok(true));
}

#[test]
fn a_removed_output_goes_off_before_its_pin_is_released() {
    let mut bench = Bench::with(relay(18));
    bench.send(18, "ON");
    bench.io.take();
    assert!(bench.bank.remove(18, bench.now_ms, &mut bench.io));
    assert_eq!(bench.io.take(), [(18, Drive::Low), (18, Drive::Release)]);
    assert!(!bench.bank.remove(18, bench.now_ms, &mut bench.io));
    assert_eq!(bench.bank.status(18, bench.now_ms), None);
    assert_eq!(bench.bank.next_due(), u64::MAX);
}

#[test]
fn outputs_are_listed_in_the_order_of_their_configuration() {
    let mut bench = Bench::new();
    for gpio in [25, 4, 18] {
        bench.configure(relay(gpio)).unwrap();
    }
    bench.bank.remove(4, 0, &mut bench.io);
    bench.configure(relay(4)).unwrap();
    let pins: Vec<_> = bench.bank.iter(0).map(|status| status.gpio).collect();
    assert_eq!(pins, [25, 18, 4]);
}

#[test]
fn every_setting_that_the_output_acts_upon_is_a_change_of_behaviour() {
    let base = config(18, Pwm);
    let changes = [
        ActuatorConfig { kind: Relay, ..base.clone() },
        ActuatorConfig { inverted: true, ..base.clone() },
        ActuatorConfig { default_state: true, ..base.clone() },
        ActuatorConfig { default_pwm: 77, ..base.clone() },
        ActuatorConfig { max_runtime_ms: 1, ..base.clone() },
    ];
    for change in changes {
        let mut bench = Bench::with(base.clone());
        let text = format!("{change:?}");
        assert_eq!(bench.configure(change), Ok(true), "{text}");
    }
}
