//! UART0 and USB-Serial-JTAG as one console: both say the same, and whoever speaks has the floor until he pauses.

use embassy_futures::join::join;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::pipe::Pipe;
use embassy_time::{Duration, Instant, Timer, with_timeout};
use embedded_io_async::{Read, Write};
use esp_hal::Async;
use esp_hal::uart::Uart;
use esp_hal::usb::usb_serial_jtag::UsbSerialJtag;

use crate::wake::WAKE;

/// A packet of Improv has at most 265 bytes.
const INPUT_BYTES: usize = 512;
/// A burst of log lines, 180 ms at 115,200 baud.
const OUTPUT_BYTES: usize = 2048;
/// One less than a packet of USB: hosts wait for more after a full one.
const CHUNK_BYTES: usize = 63;
/// A chunk takes 6 ms at 115,200 baud; USB hosts fetch one each millisecond. Longer means that nobody reads.
const WRITE_LIMIT: Duration = Duration::from_millis(200);
/// For so long a port that nobody reads loses its output before it is tried again.
const ABSENCE: Duration = Duration::from_secs(1);
/// A line that gives nothing but errors (open, or another baud rate) may not keep the other tasks from their turn.
const ERROR_PAUSE: Duration = Duration::from_millis(10);
/// Pause after which the other port may speak: longer than gaps within a packet, shorter than a person's change of cables.
const FLOOR: Duration = Duration::from_millis(250);

struct Port {
    input: Pipe<CriticalSectionRawMutex, INPUT_BYTES>,
    output: Pipe<CriticalSectionRawMutex, OUTPUT_BYTES>,
}

impl Port {
    const fn new() -> Self {
        Port { input: Pipe::new(), output: Pipe::new() }
    }
}

static UART: Port = Port::new();
static USB: Port = Port::new();
static PORTS: [&Port; 2] = [&UART, &USB];

/// The node task's end of the console.
pub struct Console {
    /// Index of the port that spoke last, and when its turn ends.
    floor: Option<(usize, Instant)>,
}

impl Console {
    pub const fn new() -> Self {
        Console { floor: None }
    }

    /// Bytes of the port that has the floor; what the other says meanwhile waits in its pipe. `None` when there is nothing.
    pub fn receive<'a>(&mut self, buffer: &'a mut [u8]) -> Option<&'a [u8]> {
        let now = Instant::now();
        let holder = self.floor.filter(|(_, until)| now < *until).map(|(index, _)| index);
        for (index, port) in PORTS.iter().enumerate() {
            if holder.is_some_and(|holder| holder != index) {
                continue;
            }
            if let Ok(count) = port.input.try_read(buffer) {
                self.floor = Some((index, now + FLOOR));
                return buffer.get(..count);
            }
        }
        None
    }

    /// When to look again for the bytes of a port that had to wait.
    pub fn next_due(&self) -> Option<Instant> {
        let (_, until) = self.floor?;
        PORTS.iter().any(|port| !port.input.is_empty()).then_some(until)
    }

    /// Puts bytes on both ports, as many as both have room for; returns how many.
    pub fn send(&self, bytes: &[u8]) -> usize {
        let room = PORTS.iter().map(|port| port.output.free_capacity()).min().unwrap_or(0);
        let part = bytes.get(..bytes.len().min(room)).unwrap_or_default();
        for port in PORTS {
            // Only this task writes, so there is as much room as there was.
            let _ = port.output.try_write(part);
        }
        part.len()
    }

    /// Everything has left the pipes.
    pub fn is_idle(&self) -> bool {
        PORTS.iter().all(|port| port.output.is_empty())
    }
}

#[embassy_executor::task]
pub async fn serve_uart(uart: Uart<'static, Async>) {
    let (rx, tx) = uart.split();
    join(listen(rx, &UART), speak(tx, &UART)).await;
}

#[embassy_executor::task]
pub async fn serve_usb(usb: UsbSerialJtag<'static, Async>) {
    let (rx, tx) = usb.split();
    join(listen(rx, &USB), speak(tx, &USB)).await;
}

async fn listen(mut rx: impl Read, port: &'static Port) -> ! {
    let mut chunk = [0; CHUNK_BYTES];
    loop {
        // An error is a broken character or a full buffer; what follows is read all the same, and the checksum of its packet tells.
        let Ok(count) = rx.read(&mut chunk).await else {
            Timer::after(ERROR_PAUSE).await;
            continue;
        };
        let mut rest = chunk.get(..count).unwrap_or_default();
        while !rest.is_empty() {
            let taken = port.input.write(rest).await;
            WAKE.signal(());
            rest = rest.get(taken..).unwrap_or_default();
        }
    }
}

async fn speak(mut tx: impl Write, port: &'static Port) -> ! {
    let mut absent_until = Instant::MIN;
    let mut chunk = [0; CHUNK_BYTES];
    loop {
        let count = port.output.read(&mut chunk).await;
        WAKE.signal(());
        if Instant::now() < absent_until {
            continue;
        }
        let bytes = chunk.get(..count).unwrap_or_default();
        if !matches!(with_timeout(WRITE_LIMIT, tx.write_all(bytes)).await, Ok(Ok(()))) {
            absent_until = Instant::now() + ABSENCE;
        }
    }
}
