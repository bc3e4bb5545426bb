//! The cable (see the table in `serial/mod.rs`): what it may do in every state, and that it never claims what is not so.

use leitstand_core::board::ESP32;
use leitstand_core::node::Network;

use crate::bench::Bench;

const STATE: u8 = 1;
const ERROR: u8 = 2;
const RESULT: u8 = 4;

fn packet(data: &[u8]) -> Vec<u8> {
    let mut bytes = b"IMPROV\x01\x03".to_vec();
    bytes.push(data.len() as u8);
    bytes.extend(data);
    bytes.push(bytes.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte)));
    bytes
}

/// The packets in what the device sent: type and data.
fn packets(mut bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut found = Vec::new();
    while let Some(at) = bytes.windows(7).position(|window| window == b"IMPROV\x01") {
        let (kind, length) = (bytes[at + 7], usize::from(bytes[at + 8]));
        found.push((kind, bytes[at + 9..at + 9 + length].to_vec()));
        bytes = &bytes[at + 9 + length..];
    }
    found
}

fn ask(bench: &mut Bench, data: &[u8]) -> Vec<(u8, Vec<u8>)> {
    bench.node.serial_rx(&packet(data), bench.now_ms, &mut bench.world);
    hear(bench)
}

fn hear(bench: &mut Bench) -> Vec<(u8, Vec<u8>)> {
    bench.exchange();
    let bytes = bench.node.serial_tx().to_vec();
    bench.node.serial_sent(bytes.len());
    packets(&bytes)
}

/// The strings of a result.
fn strings(data: &[u8]) -> Vec<String> {
    let mut rest = &data[2..];
    let mut strings = Vec::new();
    while let [length, tail @ ..] = rest {
        let (text, next) = tail.split_at(usize::from(*length));
        strings.push(String::from_utf8(text.to_vec()).unwrap());
        rest = next;
    }
    strings
}

#[test]
fn new_credentials_are_joined_only_when_the_shell_has_joined_with_them() {
    let mut bench = Bench::online();
    let answers = ask(&mut bench, b"\x01\x0E\x04Heim\x08geheim12");
    assert_eq!(answers, [(ERROR, vec![0]), (STATE, vec![3])], "the old network is no success");
    bench.run(20_000);
    assert_eq!(hear(&mut bench), []);
    bench.node.network(Network::Up { ip: [10, 0, 0, 3], rssi: -60 }, bench.now_ms, &mut bench.world);
    let answers = hear(&mut bench);
    assert_eq!(answers[0], (STATE, vec![4]));
    assert_eq!(answers[1].0, RESULT);
}

#[test]
fn credentials_that_lead_nowhere_are_given_up_after_half_a_minute() {
    let mut bench = Bench::online();
    ask(&mut bench, b"\x01\x0E\x04Heim\x08geheim12");
    bench.run(29_900);
    assert_eq!(hear(&mut bench), []);
    bench.run(200);
    assert_eq!(hear(&mut bench), [(ERROR, vec![3]), (STATE, vec![2])]);
}

#[test]
fn broker_identity_and_status_are_told_without_any_secret() {
    let mut bench = Bench::online();
    let mut broker = b"\xF0\x1B\x0810.0.0.9\x07\x5B\x00\x05karla\x09streng123".to_vec();
    broker[1] = (broker.len() - 2) as u8;
    assert_eq!(ask(&mut bench, &broker), [(ERROR, vec![0]), (RESULT, vec![0xF0, 0])]);
    let told = ask(&mut bench, b"\xF1\x00");
    assert_eq!(strings(&told[1].1), ["10.0.0.9", "1883", "0", "karla", "1"]);
    let told = ask(&mut bench, b"\xF4\x00");
    assert_eq!(strings(&told[1].1)[..2], ["ESP_0A1B2C", "god"]);
    let told = ask(&mut bench, b"\xF7\x00");
    let status = strings(&told[1].1);
    assert_eq!((status[0].as_str(), status[1].as_str(), status[2].as_str()), ("ESP_0A1B2C", "1.2.3", "esp32"));
}

#[test]
fn a_tls_broker_is_refused_and_not_taken_as_a_plain_one() {
    let mut bench = Bench::online();
    let mut broker = b"\xF0\x00\x0810.0.0.9\x22\xB3\x01\x00\x00".to_vec();
    broker[1] = (broker.len() - 2) as u8;
    assert_eq!(ask(&mut bench, &broker).last(), Some(&(ERROR, vec![0xE0])));
    assert_eq!(bench.node.provisioning().broker_port, 1883);
}

#[test]
fn a_configuration_comes_over_the_cable_in_safe_mode_and_is_in_force_after_it() {
    let mut bench = Bench::new(&ESP32);
    for _ in 0..6 {
        bench.power_cycle();
    }
    let text = br#"{"actuators":[{"gpio":18,"actuator_type":"relay","actuator_name":"r"}]}"#;
    let mut chunk = vec![0xF8, 0, 0, 0, 0, text.len() as u8];
    chunk.extend(text);
    chunk[1] = (chunk.len() - 2) as u8;
    let told = ask(&mut bench, &chunk);
    assert_eq!(strings(&told[1].1)[1], "success", "{told:?}");
    assert_eq!(bench.world.output(18), None, "safe mode drives nothing");
    bench.run(61_000);
    bench.power_cycle();
    bench.run(10);
    assert_eq!(bench.world.output(18), Some(0));
}

#[test]
fn a_factory_reset_wants_its_word_and_leaves_nothing() {
    let mut bench = Bench::online();
    bench.configure_relays(&[18]);
    assert_eq!(ask(&mut bench, b"\xF9\x06\x05erase").last(), Some(&(ERROR, vec![0xE3])));
    assert!(!bench.node.wants_reboot(bench.now_ms + 10_000));
    ask(&mut bench, b"\xF9\x06\x05ERASE");
    bench.run(600);
    assert!(bench.node.wants_reboot(bench.now_ms));
    bench.node.prepare_reboot(bench.now_ms, &mut bench.world);
    bench.power_cycle();
    assert_eq!(bench.node.boot_count(), 1);
    assert_eq!(bench.world.output(18), None);
}
