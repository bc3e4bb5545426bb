//! Time from the network: one SNTP question an hour.

use core::net::Ipv4Addr;

use embassy_net::dns::DnsQueryType;
use embassy_net::udp::{PacketMetadata, UdpSocket};
use embassy_net::{IpAddress, Stack};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::signal::Signal;
use embassy_time::{Duration, Instant, Timer, with_timeout};
use esp_hal::rng::Rng;
use leitstand_sntp as sntp;

use crate::wake::WAKE;

/// Asked in this order after the gateway of the DHCP lease, which in a plant without internet is often the only one (wire contract 9.1).
const POOLS: [&str; 2] = ["ptbtime1.ptb.de", "pool.ntp.org"];
/// A crystal of 40 ppm drifts 0.15 s in an hour.
const RESYNC: Duration = Duration::from_secs(3600);
/// RFC 4330, section 10: not more often than every 15 s.
const RETRY: Duration = Duration::from_secs(60);
const NAME_LIMIT: Duration = Duration::from_secs(5);
const ANSWER_LIMIT: Duration = Duration::from_secs(3);

/// What time it was at `at_ms` of the clock since boot.
#[derive(Clone, Copy)]
pub struct Time {
    pub unix_s: u64,
    pub at_ms: u64,
}

/// The newest answer, for the node task.
pub static TIME: Signal<CriticalSectionRawMutex, Time> = Signal::new();

#[embassy_executor::task]
pub async fn keep_time(stack: Stack<'static>) -> ! {
    loop {
        stack.wait_config_up().await;
        let pause = match first_answer(stack).await {
            Some(time) => {
                TIME.signal(time);
                WAKE.signal(());
                RESYNC
            }
            None => RETRY,
        };
        Timer::after(pause).await;
    }
}

async fn first_answer(stack: Stack<'static>) -> Option<Time> {
    let gateway = stack.config_v4().and_then(|config| config.gateway);
    if let Some(address) = gateway
        && let Some(time) = ask(stack, address).await
    {
        return Some(time);
    }
    for name in POOLS {
        if let Some(address) = resolve(stack, name).await
            && let Some(time) = ask(stack, address).await
        {
            return Some(time);
        }
    }
    None
}

/// The first IPv4 address of a name or of an address in text.
pub async fn resolve(stack: Stack<'static>, host: &str) -> Option<Ipv4Addr> {
    if let Ok(address) = host.parse() {
        return Some(address);
    }
    let query = stack.dns_query(host, DnsQueryType::A);
    let answers = with_timeout(NAME_LIMIT, query).await.ok()?.ok()?;
    let IpAddress::Ipv4(address) = answers.first()?;
    Some(*address)
}

async fn ask(stack: Stack<'static>, server: Ipv4Addr) -> Option<Time> {
    let (mut rx_meta, mut tx_meta) = ([PacketMetadata::EMPTY; 2], [PacketMetadata::EMPTY; 2]);
    let (mut rx, mut tx) = ([0; 2 * sntp::PACKET_BYTES], [0; sntp::PACKET_BYTES]);
    let mut socket = UdpSocket::new(stack, &mut rx_meta, &mut rx, &mut tx_meta, &mut tx);
    socket.bind(0).ok()?;
    let random = Rng::new();
    let nonce = u64::from(random.random()) << 32 | u64::from(random.random());
    let sent = Instant::now();
    socket.send_to(&sntp::request(nonce), (server, sntp::PORT)).await.ok()?;
    let mut answer = [0; sntp::PACKET_BYTES];
    let received = with_timeout(ANSWER_LIMIT, socket.recv_from(&mut answer)).await;
    let (length, from) = received.ok()?.ok()?;
    if from.endpoint.addr != IpAddress::Ipv4(server) {
        return None;
    }
    let now = Instant::now();
    let round_trip_ms = u32::try_from((now - sent).as_millis()).unwrap_or(u32::MAX);
    let unix_s = sntp::unix_time_s(answer.get(..length)?, nonce, round_trip_ms).ok()?;
    Some(Time { unix_s, at_ms: now.as_millis() })
}
