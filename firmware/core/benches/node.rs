//! What the core costs: a stop at full queue, memory over a million messages, readings per second. `cargo bench -p leitstand-core`.
//! Prints one JSON object a line; `npm run bench -- firmware` reads it.

#[path = "../tests/node/bench.rs"]
#[allow(dead_code, reason = "the measurements need a part of what the tests need")]
mod bench;
#[path = "../tests/mqtt/broker.rs"]
mod broker;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use bench::Bench;
use leitstand_core::io::{BusError, Drive, FlashError, Io, LogLevel};
use leitstand_core::node::{BootInfo, Network, Node, ResetReason};

/// Counts what is allocated and not yet freed, and how often.
struct Counting;
static LIVE_BYTES: AtomicUsize = AtomicUsize::new(0);
static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is handed to the system's allocator; the counters change nothing about it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE_BYTES.fetch_add(layout.size(), Ordering::Relaxed);
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's contract is the system allocator's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, address: *mut u8, layout: Layout) {
        LIVE_BYTES.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's contract is the system allocator's.
        unsafe { System.dealloc(address, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const STOPS: usize = 200;
const MESSAGES: u32 = 1_000_000;

/// A machine that allocates nothing.
struct Quiet {
    flash: Box<[u8]>,
    drives: u64,
}

impl Io for Quiet {
    fn drive(&mut self, _gpio: u8, _drive: Drive) {
        self.drives += 1;
    }
    fn analog(&mut self, _gpio: u8) -> Option<u16> {
        Some(2300)
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
        let from = offset as usize;
        into.copy_from_slice(self.flash.get(from..from + into.len()).ok_or(FlashError)?);
        Ok(())
    }
    fn flash_erase(&mut self, offset: u32) -> Result<(), FlashError> {
        let from = offset as usize;
        self.flash.get_mut(from..from + 4096).ok_or(FlashError)?.fill(0xFF);
        Ok(())
    }
    fn flash_write(&mut self, offset: u32, data: &[u8]) -> Result<(), FlashError> {
        let from = offset as usize;
        let area = self.flash.get_mut(from..from + data.len()).ok_or(FlashError)?;
        area.iter_mut().zip(data).for_each(|(byte, new)| *byte &= new);
        Ok(())
    }
    fn random(&mut self) -> u32 {
        4
    }
    fn heap(&mut self) -> (u32, u32) {
        (180_000, 165_000)
    }
    fn log(&mut self, _level: LogLevel, _text: core::fmt::Arguments<'_>) {}
}

/// From the bytes of a stop to the last output off and everything said about it queued, with twelve outputs running and the queue full.
fn stop_at_full_queue() {
    let mut times_us = Vec::new();
    for _ in 0..STOPS {
        let mut bench = Bench::online();
        let pins = [5, 14, 15, 16, 17, 18, 19, 23, 25, 26, 27, 32];
        bench.configure_relays(&pins);
        for pin in pins {
            bench.switch_on(pin);
        }
        // Nothing is sent any more: answers pile up until the arena is full.
        for _ in 0..60 {
            bench.say("system/command", r#"{"command":"diagnostics","correlation_id":"x"}"#);
        }
        let begun = Instant::now();
        bench.say_on("kaiser/broadcast/emergency", br#"{"command":"stop_all","reason":"bench"}"#);
        times_us.push(begun.elapsed().as_nanos() as f64 / 1000.0);
        assert!(pins.iter().all(|pin| bench.world.output(*pin) == Some(0)), "an output is still on");
    }
    times_us.sort_by(f64::total_cmp);
    let (median_us, worst_us) = (times_us[STOPS / 2], times_us[STOPS - 1]);
    println!(
        r#"{{"name":"stop at full queue, 12 outputs","medianUs":{median_us:.1},"worstUs":{worst_us:.1},"targetUs":10000}}"#
    );
}

fn connected(io: &mut Quiet) -> Box<Node> {
    let mut node = Box::new(Node::new());
    let info = BootInfo {
        board: &leitstand_core::board::ESP32,
        mac: [2; 6],
        reset: ResetReason::PowerOn,
        version: "0",
        chip: leitstand_core::node::Chip::PLAIN,
    };
    node.boot(&info, io);
    let mut provisioning = node.provisioning().clone();
    provisioning.id = "ESP_0A1B2C".try_into().unwrap();
    provisioning.broker_host = "b".try_into().unwrap();
    node.provision(&provisioning, 0, io);
    node.network(Network::Up { ip: [1; 4], rssi: -50 }, 0, io);
    node.poll(0, io);
    node.socket_opening(0);
    node.socket_opened(0, io);
    serve(&mut node, 0, io);
    node.rx(&broker::connack(false, 0), 0, io);
    for id in 1..=12 {
        serve(&mut node, 0, io);
        node.rx(&broker::suback(id, &[1]), 0, io);
    }
    let ack = br#"{"status":"online","handover_epoch":1}"#;
    node.rx(&broker::publish(0, b"kaiser/god/esp/ESP_0A1B2C/system/heartbeat/ack", 0, ack), 0, io);
    node
}

/// Takes everything, and acknowledges what has QoS 1, without asking the heap for anything.
fn serve(node: &mut Node, now_ms: u64, io: &mut Quiet) {
    loop {
        let mut ids = [0u16; 64];
        let mut count = 0;
        let bytes = node.tx(now_ms);
        let taken = bytes.len();
        let mut rest = bytes;
        while let [first, tail @ ..] = rest {
            let (mut length, mut at) = (0usize, 0);
            loop {
                length |= usize::from(tail[at] & 127) << (7 * at);
                at += 1;
                if tail[at - 1] < 128 {
                    break;
                }
            }
            let body = &tail[at..at + length];
            if first & 0xF6 == 0x32 {
                let topic = usize::from(u16::from_be_bytes([body[0], body[1]]));
                ids[count] = u16::from_be_bytes([body[2 + topic], body[3 + topic]]);
                count += 1;
            }
            rest = &tail[at + length..];
        }
        if taken == 0 {
            return;
        }
        node.sent(taken, now_ms);
        for id in &ids[..count] {
            let [high, low] = id.to_be_bytes();
            node.rx(&[0x40, 2, high, low], now_ms, io);
        }
        node.poll(now_ms, io);
    }
}

/// A million commands through the whole device: what the heap has then, and how often it was asked for anything.
fn heap_over_a_million_messages() {
    let mut io =
        Quiet { flash: vec![0xFF; leitstand_core::store::PARTITION_BYTES as usize].into_boxed_slice(), drives: 0 };
    let mut node = connected(&mut io);
    let config = br#"{"actuators":[{"gpio":18,"actuator_type":"relay","actuator_name":"r","max_runtime_ms":0}],"correlation_id":"c"}"#;
    node.rx(&broker::publish(0, b"kaiser/god/esp/ESP_0A1B2C/config", 0, config), 0, &mut io);
    let command = broker::publish(
        0,
        b"kaiser/god/esp/ESP_0A1B2C/actuator/18/command",
        0,
        br#"{"command":"TOGGLE","issued_by":"bench"}"#,
    );
    let (live_before, asked_before) = (LIVE_BYTES.load(Ordering::Relaxed), ALLOCATIONS.load(Ordering::Relaxed));
    let begun = Instant::now();
    let now_ms = 10;
    for _ in 0..MESSAGES {
        node.rx(&command, now_ms, &mut io);
        serve(&mut node, now_ms, &mut io);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let live_after = LIVE_BYTES.load(Ordering::Relaxed);
    let grown = live_after as i64 - live_before as i64;
    let asked = ALLOCATIONS.load(Ordering::Relaxed) - asked_before;
    let per_second = f64::from(MESSAGES) / seconds;
    println!(
        r#"{{"name":"heap over {MESSAGES} commands","grownBytes":{grown},"allocations":{asked},"driven":{},"messagesPerSecond":{per_second:.0}}}"#,
        io.drives
    );
    assert!(io.drives > u64::from(MESSAGES), "the commands were not carried out");
}

fn main() {
    println!(r#"{{"name":"memory of one device","nodeBytes":{}}}"#, size_of::<Node>());
    stop_at_full_queue();
    heap_over_a_million_messages();
}
