//! The firmware core on an ESP32-C3 or ESP32-C6: this file builds the parts and starts the tasks.
//!
//! | task | waits for | has |
//! |---|---|---|
//! | [`node_task`] | everybody | the node, all pins, buses and flash, the watchdog |
//! | [`net::wifi`] | wishes, the radio | the station |
//! | [`net::link`] | the node, the broker | the TCP socket |
//! | [`net::clock`] | time servers | |
//! | [`console`] | UART0 and USB | |
#![no_std]
#![no_main]

extern crate alloc;

mod boards;
mod console;
mod last_words;
mod machine;
mod net;
mod node_task;
mod reset;
mod wake;

use embassy_executor::{SpawnError, SpawnToken, Spawner};
use embassy_net::{Runner, StackResources};
use esp_hal::clock::CpuClock;
use esp_hal::efuse::{InterfaceMacAddress, chip_revision, interface_mac_address};
use esp_hal::rng::Rng;
use esp_hal::rtc_cntl::{Rtc, Rwdt, RwdtStage, RwdtStageAction};
use esp_hal::time::Duration;
use esp_hal::timer::timg::TimerGroup;
use esp_hal::uart::Uart;
use esp_hal::usb::usb_serial_jtag::UsbSerialJtag;
use esp_radio::wifi::{ControllerConfig, Interface, WifiController};
use leitstand_core::io::{Io as _, LogLevel};
use leitstand_core::node::{BootInfo, Chip, Node};
use static_cell::{ConstStaticCell, StaticCell};

use boards::BOARD;
use console::{serve_uart, serve_usb};
use machine::{Bus, LogLines, Machine, Pins, Pwm, Settings, count_edges};
use node_task::NodeTask;

esp_bootloader_esp_idf::esp_app_desc!();

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Wire contract 7.1.
const WATCHDOG: Duration = Duration::from_secs(60);
/// The second-stage bootloader's memory, free after the start, and ordinary memory. Wi-Fi wants 47 to 57 kB (esp-radio's documents).
const RECLAIMED_HEAP_BYTES: usize = 64 * 1024;
const HEAP_BYTES: usize = 24 * 1024;
/// DHCP, DNS, the broker's TCP, SNTP's UDP, and one to spare.
const SOCKETS: usize = 5;

#[esp_hal::main]
async fn main(spawner: Spawner) -> ! {
    let peripherals = esp_hal::init(esp_hal::Config::default().with_cpu_clock(CpuClock::max()));
    esp_alloc::heap_allocator!(#[esp_hal::ram(reclaimed)] size: RECLAIMED_HEAP_BYTES);
    esp_alloc::heap_allocator!(size: HEAP_BYTES);
    let parts = boards::parts(peripherals);
    let watchdog = watchdog(parts.watchdog);
    let timers = TimerGroup::new(parts.timer);
    esp_rtos::start(timers.timer0, parts.scheduler_interrupt);

    // The outputs first, the network after them.
    let mut logs = LogLines::new();
    let pwm = Pwm::new(parts.ledc).unwrap_or_else(|error| {
        logs.push(LogLevel::Error, format_args!("no PWM: {error:?}"));
        Pwm::none()
    });
    let bus = Bus::new(parts.i2c, parts.sda, parts.scl);
    if let Err(error) = &bus {
        logs.push(LogLevel::Error, format_args!("no I2C: {error:?}"));
    }
    let pins = Pins::new(parts.pins, parts.uart_tx.shared_with, parts.adc, pwm);
    count_edges(parts.io_mux);
    let settings = Settings::open(parts.flash);
    if !settings.is_there() {
        logs.push(LogLevel::Critical, format_args!("no settings partition: nothing will be kept"));
    }
    let mut machine = Machine { pins, bus: bus.ok(), settings, logs };
    let node = boot(&mut machine);

    let uart = Uart::new(parts.uart, esp_hal::uart::Config::default())
        .map(|uart| uart.with_tx(parts.uart_tx.pin).with_rx(parts.uart_rx).into_async());
    match uart.map(serve_uart) {
        Ok(task) => start(spawner, task, &mut machine),
        Err(error) => machine.log(LogLevel::Error, format_args!("no UART console: {error:?}")),
    }
    start(spawner, serve_usb(UsbSerialJtag::new(parts.usb).into_async()), &mut machine);
    start_network(spawner, &mut machine, parts.wifi);
    NodeTask::new(node, machine, watchdog).run().await
}

/// The device with its outputs in their default states.
fn boot(machine: &mut Machine) -> &'static mut Node {
    static NODE: ConstStaticCell<Node> = ConstStaticCell::new(Node::new());
    let last_words = last_words::take();
    let info = BootInfo {
        board: BOARD,
        mac: mac(),
        reset: reset::reason(last_words.is_some()),
        version: VERSION,
        chip: Chip { revision: chip_revision().combined(), flash_bytes: machine.settings.flash_bytes() },
    };
    machine.log(LogLevel::Info, format_args!("leitstand {VERSION} on {}, {:?}", BOARD.chip, info.reset));
    if let Some(text) = last_words {
        machine.log(LogLevel::Critical, format_args!("the last run ended with: {text}"));
    }
    let node = NODE.take();
    node.boot(&info, machine);
    node
}

fn mac() -> [u8; 6] {
    let address = interface_mac_address(InterfaceMacAddress::Station);
    // Six bytes by definition (EUI-48).
    address.as_bytes().first_chunk().copied().unwrap_or_default()
}

/// Resets the whole system, also where the processor or its clock hangs.
fn watchdog(timer: esp_hal::peripherals::RTC_TIMER<'static>) -> Rwdt {
    let mut watchdog = Rtc::new(timer).rwdt;
    watchdog.set_timeout(RwdtStage::Stage0, WATCHDOG);
    watchdog.set_stage_action(RwdtStage::Stage0, RwdtStageAction::ResetSystem);
    watchdog.enable();
    watchdog
}

/// Without a radio the device goes on by itself: rules, limits and the console need none.
fn start_network(spawner: Spawner, machine: &mut Machine, wifi: esp_hal::peripherals::WIFI<'static>) {
    static RESOURCES: StaticCell<StackResources<SOCKETS>> = StaticCell::new();
    let interface = Interface::station();
    let controller = match WifiController::new(wifi, ControllerConfig::default()) {
        Ok(controller) => controller,
        Err(error) => {
            machine.log(LogLevel::Error, format_args!("no Wi-Fi: {error:?}"));
            return;
        }
    };
    let random = Rng::new();
    let seed = u64::from(random.random()) << 32 | u64::from(random.random());
    let config = embassy_net::Config::dhcpv4(embassy_net::DhcpConfig::default());
    let (stack, runner) = embassy_net::new(interface, config, RESOURCES.init(StackResources::new()), seed);
    start(spawner, run_stack(runner), machine);
    start(spawner, net::wifi::keep_joined(controller, stack), machine);
    start(spawner, net::link::keep_link(stack), machine);
    start(spawner, net::clock::keep_time(stack), machine);
}

#[embassy_executor::task]
async fn run_stack(mut runner: Runner<'static, Interface>) {
    runner.run().await
}

/// Each task is started once, so there is room for it; should there be none, the device says so and runs without.
fn start<S>(spawner: Spawner, task: Result<SpawnToken<S>, SpawnError>, machine: &mut Machine) {
    match task {
        Ok(task) => spawner.spawn(task),
        Err(error) => machine.log(LogLevel::Error, format_args!("a task did not start: {error:?}")),
    }
}
