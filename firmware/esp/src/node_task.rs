//! The task that owns the node: gives it what the other tasks have brought, carries out what it wants, sleeps until one of both changes.

use embassy_futures::select::select;
use embassy_time::{Duration, Instant, Timer};
use esp_hal::rtc_cntl::Rwdt;
use leitstand_core::io::{Io as _, LogLevel};
use leitstand_core::node::{FoundNetwork, Network, Node};

use crate::console::Console;
use crate::machine::{Machine, resume_after_storm};
use crate::net::clock::TIME;
use crate::net::link::{CLOSE, EVENTS, FROM_BROKER, LinkEvent, OPEN, TO_BROKER, Target};
use crate::net::wifi::{CHANGES, Change, FOUND, SCAN, WISH, Wish};
use crate::wake::WAKE;

/// Longest sleep, also the period in which the budget of pulse interrupts is renewed. Far below the watchdog's 60 s.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);
/// Shortest sleep: the other tasks get their turn even if the node is always due.
const SHORTEST_SLEEP: Duration = Duration::from_millis(1);
/// For the last lines before a restart; 2 kB take 180 ms at 115,200 baud.
const FAREWELL: Duration = Duration::from_millis(300);
const FAREWELL_STEP: Duration = Duration::from_millis(10);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Link {
    Down,
    Opening,
    Up,
    Closing,
}

pub struct NodeTask {
    pub node: &'static mut Node,
    pub machine: Machine,
    pub watchdog: Rwdt,
    console: Console,
    link: Link,
    wish_version: Option<u32>,
    storm_check: Instant,
    /// Inputs that were too fast in the last second, as a mask: told once.
    storms: u32,
}

impl NodeTask {
    pub fn new(node: &'static mut Node, machine: Machine, watchdog: Rwdt) -> Self {
        NodeTask {
            node,
            machine,
            watchdog,
            console: Console::new(),
            link: Link::Down,
            wish_version: None,
            storm_check: Instant::MIN,
            storms: 0,
        }
    }

    pub async fn run(mut self) -> ! {
        loop {
            self.bring();
            self.node.poll(now_ms(), &mut self.machine);
            // Here only: a node that hangs, or that nobody calls, must not live on.
            self.watchdog.feed();
            self.carry_out();
            if self.node.wants_reboot(now_ms()) {
                self.reboot().await;
            }
            self.renew_pulse_budget();
            let sleep = Timer::at(self.next_due());
            select(WAKE.wait(), sleep).await;
        }
    }

    /// What has happened since the last turn, in the order in which it happened.
    fn bring(&mut self) {
        while let Ok(change) = CHANGES.try_receive() {
            let network = match change {
                Change::Up { ip, rssi } => Network::Up { ip, rssi },
                Change::Down => Network::Down,
                Change::JoinFailed => {
                    self.node.wifi_failed();
                    continue;
                }
            };
            self.node.network(network, now_ms(), &mut self.machine);
        }
        if let Some(found) = FOUND.try_take() {
            let mut networks = found.iter().map(|network| FoundNetwork {
                ssid: &network.ssid,
                rssi: network.rssi,
                secured: network.secured,
            });
            self.node.scanned(&mut networks);
        }
        if let Some(time) = TIME.try_take() {
            self.node.set_time(time.unix_s, time.at_ms);
        }
        self.bring_link();
        let mut buffer = [0; 256];
        while let Some(bytes) = self.console.receive(&mut buffer) {
            self.node.serial_rx(bytes, now_ms(), &mut self.machine);
        }
    }

    /// An `Opened` comes before the connection's bytes, a `Closed` after them.
    fn bring_link(&mut self) {
        if self.link == Link::Opening {
            self.bring_link_event();
        }
        let mut buffer = [0; 512];
        while self.link == Link::Up
            && let Ok(count) = FROM_BROKER.try_read(&mut buffer)
        {
            let bytes = buffer.get(..count).unwrap_or_default();
            self.node.rx(bytes, now_ms(), &mut self.machine);
        }
        if matches!(self.link, Link::Up | Link::Closing) {
            self.bring_link_event();
        }
    }

    fn bring_link_event(&mut self) {
        match EVENTS.try_receive() {
            Ok(LinkEvent::Opened) if self.link == Link::Opening => {
                self.link = Link::Up;
                self.node.socket_opened(now_ms(), &mut self.machine);
            }
            Ok(LinkEvent::Closed(reason)) => {
                self.link = Link::Down;
                self.machine.log(LogLevel::Warning, format_args!("broker connection: {reason}"));
                self.node.socket_closed(now_ms(), &mut self.machine);
            }
            Ok(LinkEvent::Opened) | Err(_) => {}
        }
    }

    fn carry_out(&mut self) {
        self.carry_out_wifi();
        self.carry_out_link();
        while let Some(line) = self.machine.logs.pop() {
            self.node.serial_log(line.at_ms, line.level, format_args!("{}", line.text));
        }
        while !self.node.serial_tx().is_empty() {
            let count = self.console.send(self.node.serial_tx());
            if count == 0 {
                break;
            }
            self.node.serial_sent(count);
        }
    }

    fn carry_out_wifi(&mut self) {
        let wish = self.node.wifi();
        let version = wish.as_ref().map(|wish| wish.version);
        if version != self.wish_version {
            self.wish_version = version;
            WISH.signal(wish.as_ref().and_then(Wish::of));
        }
        if self.node.take_scan_request() {
            SCAN.signal(());
        }
    }

    fn carry_out_link(&mut self) {
        if self.link == Link::Down
            && let Some(endpoint) = self.node.wants_socket(now_ms())
            && let Some(target) = Target::of(&endpoint)
        {
            self.link = Link::Opening;
            self.node.socket_opening(now_ms());
            // What was meant for the connection before.
            CLOSE.reset();
            OPEN.signal(target);
        }
        while self.link == Link::Up {
            let bytes = self.node.tx(now_ms());
            if bytes.is_empty() {
                break;
            }
            let Ok(count) = TO_BROKER.try_write(bytes) else {
                break;
            };
            self.node.sent(count, now_ms());
        }
        if matches!(self.link, Link::Opening | Link::Up) && self.node.wants_close() {
            self.link = Link::Closing;
            CLOSE.signal(());
        }
    }

    fn renew_pulse_budget(&mut self) {
        let now = Instant::now();
        if now < self.storm_check {
            return;
        }
        self.storm_check = now + LONGEST_SLEEP;
        let suspended = resume_after_storm();
        if suspended != 0 && suspended != self.storms {
            let text = format_args!("inputs {suspended:#x} (mask) have more edges than a sensor gives");
            self.machine.log(LogLevel::Warning, text);
        }
        self.storms = suspended;
        self.machine.pins.resume_counting(suspended);
    }

    fn next_due(&self) -> Instant {
        let now = Instant::now();
        let due = Instant::from_millis(self.node.next_due());
        let due = self.console.next_due().map_or(due, |floor| due.min(floor));
        due.clamp(now + SHORTEST_SLEEP, now + LONGEST_SLEEP)
    }

    /// Says the last lines, then resets the chip: every pin goes to its reset state.
    async fn reboot(&mut self) {
        self.node.prepare_reboot(now_ms(), &mut self.machine);
        let deadline = Instant::now() + FAREWELL;
        while Instant::now() < deadline {
            self.carry_out();
            if self.node.serial_tx().is_empty() && self.console.is_idle() {
                break;
            }
            Timer::after(FAREWELL_STEP).await;
        }
        esp_hal::system::software_reset()
    }
}

pub fn now_ms() -> u64 {
    Instant::now().as_millis()
}
