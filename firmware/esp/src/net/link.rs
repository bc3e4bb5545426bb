//! The one TCP connection, to the broker. Bytes pass through two pipes, so that the node never waits for a socket.

use core::net::Ipv4Addr;

use embassy_futures::select::{Either, Either3, select, select3};
use embassy_net::Stack;
use embassy_net::tcp::{TcpReader, TcpSocket, TcpWriter};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::channel::Channel;
use embassy_sync::pipe::Pipe;
use embassy_sync::signal::Signal;
use embassy_time::{Duration, with_timeout};
use embedded_io_async::Write as _;
use heapless::String;
use leitstand_core::node::Endpoint;
use static_cell::ConstStaticCell;

use super::clock::resolve;
use crate::wake::WAKE;

/// Two segments: a configuration of 4 kB (wire contract 0.5) passes without the broker waiting for us more than once.
const SOCKET_BYTES: usize = 2920;
const PIPE_BYTES: usize = 2048;
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Sent bytes that nobody acknowledges for so long: the connection is dead. Below the keep-alive of 60 s, so that we notice before the broker.
const UNACKNOWLEDGED_LIMIT: Duration = Duration::from_secs(20);
/// For the last bytes (DISCONNECT) of a connection that we end.
const LAST_WORDS_LIMIT: Duration = Duration::from_secs(1);

/// Where to connect; the copy of an [`Endpoint`] that a task can keep.
pub struct Target {
    host: String<64>,
    port: u16,
    is_tls: bool,
}

impl Target {
    /// `None` where the host name is longer than settings can hold.
    pub fn of(endpoint: &Endpoint<'_>) -> Option<Self> {
        let host = String::try_from(endpoint.host).ok()?;
        Some(Target { host, port: endpoint.port, is_tls: endpoint.tls })
    }
}

pub enum LinkEvent {
    Opened,
    /// Or could not be opened. All bytes that came before are in [`FROM_BROKER`].
    Closed(&'static str),
}

pub static OPEN: Signal<CriticalSectionRawMutex, Target> = Signal::new();
/// To be reset by who signals [`OPEN`], before he does.
pub static CLOSE: Signal<CriticalSectionRawMutex, ()> = Signal::new();
/// Never more than an `Opened` and its `Closed` at a time: the node asks for a new connection after it has seen both.
pub static EVENTS: Channel<CriticalSectionRawMutex, LinkEvent, 2> = Channel::new();
pub static FROM_BROKER: Pipe<CriticalSectionRawMutex, PIPE_BYTES> = Pipe::new();
pub static TO_BROKER: Pipe<CriticalSectionRawMutex, PIPE_BYTES> = Pipe::new();

#[embassy_executor::task]
pub async fn keep_link(stack: Stack<'static>) -> ! {
    static RX: ConstStaticCell<[u8; SOCKET_BYTES]> = ConstStaticCell::new([0; SOCKET_BYTES]);
    static TX: ConstStaticCell<[u8; SOCKET_BYTES]> = ConstStaticCell::new([0; SOCKET_BYTES]);
    let (rx, tx) = (RX.take(), TX.take());
    loop {
        let target = OPEN.wait().await;
        FROM_BROKER.clear();
        TO_BROKER.clear();
        let mut socket = TcpSocket::new(stack, rx, tx);
        let reason = session(stack, &mut socket, &target).await;
        socket.abort();
        // Sends the reset that `abort` queued.
        let _ = with_timeout(LAST_WORDS_LIMIT, socket.flush()).await;
        drop(socket);
        EVENTS.send(LinkEvent::Closed(reason)).await;
        WAKE.signal(());
    }
}

/// Connects and moves bytes until one side ends it; returns why.
async fn session(stack: Stack<'static>, socket: &mut TcpSocket<'_>, target: &Target) -> &'static str {
    if target.is_tls {
        return "TLS is not in this firmware: the broker needs a plain listener";
    }
    socket.set_timeout(Some(UNACKNOWLEDGED_LIMIT));
    // Small messages, each of which somebody waits for.
    socket.set_nagle_enabled(false);
    let opened = select(CLOSE.wait(), connect(stack, socket, target)).await;
    match opened {
        Either::First(()) => return "given up",
        Either::Second(Err(reason)) => return reason,
        Either::Second(Ok(())) => {}
    }
    EVENTS.send(LinkEvent::Opened).await;
    WAKE.signal(());
    let (mut reader, mut writer) = socket.split();
    let ended = select3(receive(&mut reader), transmit(&mut writer), CLOSE.wait()).await;
    match ended {
        Either3::First(reason) | Either3::Second(reason) => reason,
        Either3::Third(()) => {
            let _ = with_timeout(LAST_WORDS_LIMIT, say_last_words(socket)).await;
            "closed by this device"
        }
    }
}

async fn connect(stack: Stack<'static>, socket: &mut TcpSocket<'_>, target: &Target) -> Result<(), &'static str> {
    let address: Ipv4Addr = resolve(stack, &target.host).await.ok_or("no address for the broker's name")?;
    match with_timeout(CONNECT_LIMIT, socket.connect((address, target.port))).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err("the broker refused the connection"),
        Err(_) => Err("no answer from the broker"),
    }
}

async fn receive(reader: &mut TcpReader<'_>) -> &'static str {
    let mut bytes = [0; 512];
    loop {
        match reader.read(&mut bytes).await {
            Ok(0) => return "closed by the broker",
            Ok(count) => {
                let mut rest = bytes.get(..count).unwrap_or_default();
                while !rest.is_empty() {
                    let taken = FROM_BROKER.write(rest).await;
                    WAKE.signal(());
                    rest = rest.get(taken..).unwrap_or_default();
                }
            }
            Err(_) => return "the connection broke",
        }
    }
}

async fn transmit(writer: &mut TcpWriter<'_>) -> &'static str {
    let mut bytes = [0; 512];
    loop {
        let count = TO_BROKER.read(&mut bytes).await;
        // There is room for the node's next bytes.
        WAKE.signal(());
        if writer.write_all(bytes.get(..count).unwrap_or_default()).await.is_err() {
            return "the connection broke";
        }
    }
}

async fn say_last_words(socket: &mut TcpSocket<'_>) {
    let mut bytes = [0; 512];
    while let Ok(count) = TO_BROKER.try_read(&mut bytes) {
        if socket.write_all(bytes.get(..count).unwrap_or_default()).await.is_err() {
            return;
        }
    }
    socket.close();
    let _ = socket.flush().await;
}
