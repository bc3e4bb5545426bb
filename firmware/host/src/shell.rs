//! The loop: waits for input, network and time, and moves bytes. With the manual clock time moves only by `advance_ms`, step by step through
//! everything that becomes due, and the broker gets a moment to answer before each step.

use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use leitstand_core::node::ResetReason;
use leitstand_world::{Command, Power};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::machine::Machine;
use crate::options::Options;
use crate::serial::Serial;
use crate::socket::{Socket, SocketEvent};

/// Longest sleep when nothing is due, ms.
const LONGEST_SLEEP_MS: u64 = 1_000;
/// Between two attempts to write to a full socket, ms.
const RETRY_WRITE_MS: u64 = 5;
/// With the manual clock: how long broker and controller may take, of real time, to answer before the clock goes on.
const SETTLE: Duration = Duration::from_millis(150);
/// … and the socket to open.
const SETTLE_CONNECT: Duration = Duration::from_secs(5);
/// … and bytes that nobody announced (commands of a controller), before an advance begins.
const SETTLE_QUIET: Duration = Duration::from_millis(10);

struct Shell {
    machine: Machine,
    socket: Socket,
    serial: Option<Serial>,
    is_manual: bool,
    /// Manual clock, ms since boot.
    manual_ms: u64,
    booted_at: Instant,
    /// Unix seconds when the program started, and seconds that the manual clock has moved since.
    start_unix_s: u64,
    manual_total_ms: u64,
    clock_offset_s: i64,
    /// The last heartbeat that the controller was given time for in vain.
    silent_heartbeat: u32,
    /// The broker was given time in vain and has sent nothing since.
    is_broker_silent: bool,
    input: Vec<u8>,
    is_input_open: bool,
    is_input_watched: bool,
    has_had_input: bool,
}

/// Runs until standard input ends, if there was anything on it; the error is a sentence.
pub fn run(options: &Options) -> Result<(), String> {
    let readable = |error: io::Error| error.to_string();
    let serial = match &options.serial {
        Some(path) => Some(Serial::open(path).map_err(|error| format!("{}: {error}", path.display()))?),
        None => None,
    };
    let start_unix_s = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut shell = Shell {
        machine: Machine::new(options)?,
        socket: Socket::new().map_err(readable)?,
        serial,
        is_manual: options.is_manual,
        manual_ms: 0,
        booted_at: Instant::now(),
        start_unix_s,
        manual_total_ms: 0,
        clock_offset_s: 0,
        silent_heartbeat: 0,
        is_broker_silent: false,
        input: Vec::new(),
        is_input_open: true,
        is_input_watched: true,
        has_had_input: false,
    };
    shell.boot(ResetReason::PowerOn);
    while shell.is_input_open {
        let sleep_ms = shell.sleep_ms();
        shell.wait(Duration::from_millis(sleep_ms), true).map_err(readable)?;
        shell.step();
        while let Some(line) = shell.next_line() {
            shell.take_line(&line).map_err(readable)?;
        }
    }
    Ok(())
}

impl Shell {
    fn now_ms(&self) -> u64 {
        if self.is_manual {
            return self.manual_ms;
        }
        u64::try_from(self.booted_at.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// What a time server would say now, wrong by what the world asks for.
    fn unix_s(&self) -> u64 {
        let moved_s = if self.is_manual {
            self.manual_total_ms / 1000
        } else {
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_secs())
                .saturating_sub(self.start_unix_s)
        };
        self.start_unix_s.saturating_add(moved_s).saturating_add_signed(self.clock_offset_s)
    }

    fn boot(&mut self, reset: ResetReason) {
        self.socket.drop_stream();
        self.booted_at = Instant::now();
        self.manual_ms = 0;
        let unix_s = self.unix_s();
        self.machine.boot(reset, unix_s);
    }

    fn sleep_ms(&self) -> u64 {
        if self.is_manual {
            return LONGEST_SLEEP_MS;
        }
        self.machine.node.next_due().saturating_sub(self.now_ms()).clamp(1, LONGEST_SLEEP_MS)
    }

    /// Waits for the network, the serial line and, if asked for, standard input.
    fn wait(&mut self, longest: Duration, takes_input: bool) -> io::Result<()> {
        let stdin = io::stdin();
        let (wake, stream) = self.socket.descriptors();
        let mut descriptors = vec![PollFd::from_borrowed_fd(wake, PollFlags::IN)];
        descriptors.extend(stream.map(|stream| PollFd::from_borrowed_fd(stream, PollFlags::IN)));
        descriptors
            .extend(self.serial.as_ref().map(|serial| PollFd::from_borrowed_fd(serial.descriptor(), PollFlags::IN)));
        let input = descriptors.len();
        if takes_input && self.is_input_watched {
            descriptors.push(PollFd::from_borrowed_fd(stdin.as_fd(), PollFlags::IN));
        }
        let timeout = Timespec::try_from(longest).map_err(|_| io::ErrorKind::InvalidInput)?;
        match poll(&mut descriptors, Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let has_input = descriptors.get(input).is_some_and(|descriptor| !descriptor.revents().is_empty());
        // A pty whose other end is closed is always ready; without this pause the loop would spin.
        let is_hung_up = descriptors.iter().take(input).any(|descriptor| descriptor.revents().contains(PollFlags::HUP));
        if is_hung_up && self.serial.is_some() {
            std::thread::sleep(Duration::from_millis(RETRY_WRITE_MS));
        }
        if has_input {
            self.read_input()?;
        }
        Ok(())
    }

    fn read_input(&mut self) -> io::Result<()> {
        let mut chunk = [0u8; 16 * 1024];
        match rustix::io::read(io::stdin(), &mut chunk) {
            // Without any world on it (`</dev/null`), the program runs until it is ended; else it ends with whoever had it run.
            Ok(0) if !self.has_had_input => self.is_input_watched = false,
            Ok(0) => self.is_input_open = false,
            Ok(count) => {
                self.has_had_input = true;
                self.input.extend_from_slice(&chunk[..count]);
            }
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn next_line(&mut self) -> Option<String> {
        let end = self.input.iter().position(|byte| *byte == b'\n')?;
        let line: Vec<u8> = self.input.drain(..=end).collect();
        Some(String::from_utf8_lossy(&line).trim().to_string())
    }

    fn take_line(&mut self, line: &str) -> io::Result<()> {
        if line.is_empty() {
            return Ok(());
        }
        match self.machine.world.apply(line) {
            Ok(Command::None) => {}
            Ok(Command::Network { is_up }) => self.set_network(is_up),
            Ok(Command::Power(power)) => {
                let reset = if let Power::Reset(reset) = power { reset } else { ResetReason::PowerOn };
                self.machine.restart_world(power);
                self.boot(reset);
            }
            Ok(Command::AdvanceMs(_)) if !self.is_manual => {
                self.machine.complain(line, "advance_ms needs --manual-clock");
            }
            Ok(Command::AdvanceMs(by_ms)) => self.advance(by_ms)?,
            Ok(Command::ClockOffsetS(offset_s)) => {
                self.clock_offset_s = offset_s;
                let (unix_s, now_ms) = (self.unix_s(), self.now_ms());
                self.machine.node.set_time(unix_s, now_ms);
            }
            Err(reason) => self.machine.complain(line, &reason),
        }
        self.step();
        Ok(())
    }

    fn set_network(&mut self, is_up: bool) {
        self.machine.is_network_up = is_up;
        if !is_up {
            self.socket.drop_stream();
        }
        let (network, now_ms) = (self.machine.network(), self.now_ms());
        self.machine.world.set_now(now_ms);
        self.machine.node.network(network, now_ms, &mut self.machine.world);
    }

    /// Takes what has come, does what is due, sends what is to be sent.
    fn step(&mut self) {
        let now_ms = self.now_ms();
        self.machine.world.set_now(now_ms);
        for event in self.socket.take() {
            self.is_broker_silent = false;
            let Machine { node, world, .. } = &mut self.machine;
            match event {
                SocketEvent::Opened => node.socket_opened(now_ms, world),
                SocketEvent::Bytes(bytes) => node.rx(&bytes, now_ms, world),
                SocketEvent::Closed => node.socket_closed(now_ms, world),
            }
            self.flush(now_ms);
        }
        if let Some(serial) = &self.serial {
            let bytes = serial.read();
            let Machine { node, world, .. } = &mut self.machine;
            node.serial_rx(&bytes, now_ms, world);
            let joined = self.machine.network();
            let Machine { node, world, .. } = &mut self.machine;
            node.network(joined, now_ms, world);
            if node.take_scan_request() {
                node.scanned(&mut std::iter::empty());
            }
        }
        let Machine { node, world, .. } = &mut self.machine;
        node.poll(now_ms, world);
        self.flush(now_ms);
        if self.machine.node.wants_close() {
            self.socket.drop_stream();
            let Machine { node, world, .. } = &mut self.machine;
            node.socket_closed(now_ms, world);
        }
        if let Some(endpoint) = self.machine.node.wants_socket(now_ms) {
            if endpoint.tls {
                let Machine { node, world, .. } = &mut self.machine;
                node.socket_opening(now_ms);
                node.socket_closed(now_ms, world);
            } else {
                self.socket.open(endpoint.host, endpoint.port);
                self.machine.node.socket_opening(now_ms);
            }
        }
        self.machine.tell(now_ms);
        self.write_serial();
        if self.machine.node.wants_reboot(now_ms) {
            let Machine { node, world, .. } = &mut self.machine;
            node.prepare_reboot(now_ms, world);
            self.machine.restart_world(Power::Reset(ResetReason::Software));
            self.boot(ResetReason::Software);
        }
    }

    /// Sends until the core has nothing more or the socket is full.
    fn flush(&mut self, now_ms: u64) {
        loop {
            let bytes = self.machine.node.tx(now_ms);
            if bytes.is_empty() {
                return;
            }
            let count = self.socket.write(bytes);
            if count == 0 {
                std::thread::sleep(Duration::from_millis(RETRY_WRITE_MS));
                return;
            }
            self.machine.node.sent(count, now_ms);
        }
    }

    fn write_serial(&mut self) {
        let Some(serial) = &self.serial else { return };
        loop {
            let bytes = self.machine.node.serial_tx();
            if bytes.is_empty() {
                return;
            }
            let count = serial.write(bytes);
            if count == 0 {
                return;
            }
            self.machine.node.serial_sent(count);
        }
    }

    /// Moves the manual clock, from one due time to the next.
    fn advance(&mut self, by_ms: u64) -> io::Result<()> {
        self.settle_quiet()?;
        let end_ms = self.manual_ms.saturating_add(by_ms);
        let mut is_first = true;
        while is_first || self.manual_ms < end_ms {
            is_first = false;
            self.settle()?;
            let due_ms = self.machine.node.next_due().clamp(self.manual_ms + 1, end_ms.max(self.manual_ms + 1));
            let before_ms = self.manual_ms;
            self.manual_ms = due_ms.min(end_ms);
            self.manual_total_ms += self.manual_ms.saturating_sub(before_ms);
            let boots = self.machine.node.boot_count();
            self.step();
            if self.machine.node.boot_count() != boots {
                break; // a restart begins at time 0; what is left of the advance belongs to the run before
            }
        }
        self.settle()?;
        println!(r#"{{"event":"advanced","t_ms":{}}}"#, self.manual_ms);
        Ok(())
    }

    /// Gives the broker and the controller a moment to answer what they were asked. One that stays silent is waited for once: a
    /// controller per heartbeat, a broker until it sends something.
    fn settle(&mut self) -> io::Result<()> {
        let begun = Instant::now();
        let heartbeats = self.machine.node.heartbeat_count();
        loop {
            let longest = if self.socket.is_opening() { SETTLE_CONNECT } else { SETTLE };
            let node = &self.machine.node;
            let awaits_controller = node.awaits_controller() && self.silent_heartbeat != heartbeats;
            let awaits_broker = node.awaits_broker() && !self.is_broker_silent;
            let is_waiting = self.socket.is_opening() || awaits_broker || awaits_controller;
            let left = longest.saturating_sub(begun.elapsed());
            if !is_waiting {
                return Ok(());
            }
            if left.is_zero() {
                self.silent_heartbeat = heartbeats;
                self.is_broker_silent = awaits_broker;
                return Ok(());
            }
            self.wait(left.min(Duration::from_millis(20)), false)?;
            self.step();
        }
    }

    fn settle_quiet(&mut self) -> io::Result<()> {
        self.wait(SETTLE_QUIET, false)?;
        self.step();
        Ok(())
    }
}
