//! The TCP connection to the broker. It is opened on a thread of its own, because looking up a name and connecting block.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// Longest wait for one address, well below what the core allows for the whole.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes read at once.
const CHUNK_BYTES: usize = 4096;

/// What happened to the connection.
pub enum SocketEvent {
    Opened,
    Bytes(Vec<u8>),
    Closed,
}

type Attempt = (u64, io::Result<TcpStream>);

pub struct Socket {
    stream: Option<TcpStream>,
    /// Number of the attempt whose result counts; older ones are dropped when they end.
    attempt: u64,
    is_opening: bool,
    results: (Sender<Attempt>, Receiver<Attempt>),
    /// Becomes readable when an attempt has ended.
    wake: (OwnedFd, OwnedFd),
}

impl Socket {
    pub fn new() -> io::Result<Socket> {
        let wake = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC | rustix::pipe::PipeFlags::NONBLOCK)?;
        Ok(Socket { stream: None, attempt: 0, is_opening: false, results: channel(), wake })
    }

    /// File descriptors to wait for: the end of an attempt, and the stream.
    pub fn descriptors(&self) -> (BorrowedFd<'_>, Option<BorrowedFd<'_>>) {
        (self.wake.0.as_fd(), self.stream.as_ref().map(AsFd::as_fd))
    }

    pub fn is_opening(&self) -> bool {
        self.is_opening
    }

    pub fn open(&mut self, host: &str, port: u16) {
        self.attempt += 1;
        self.is_opening = true;
        let (number, host, sender) = (self.attempt, host.to_string(), self.results.0.clone());
        let wake = self.wake.1.try_clone();
        std::thread::spawn(move || {
            let stream = connect(&host, port);
            // Nobody listens any more when the program ends; then nobody has to.
            let _ = sender.send((number, stream));
            if let Ok(wake) = wake {
                let _ = rustix::io::write(&wake, &[1]);
            }
        });
    }

    /// Closes without a goodbye, as a lost network does.
    pub fn drop_stream(&mut self) {
        self.stream = None;
        self.is_opening = false;
        self.attempt += 1;
    }

    /// Everything that has happened since the last call.
    pub fn take(&mut self) -> Vec<SocketEvent> {
        let mut events = Vec::new();
        let mut drained = [0u8; 16];
        while matches!(rustix::io::read(&self.wake.0, &mut drained), Ok(count) if count > 0) {}
        while let Ok((number, stream)) = self.results.1.try_recv() {
            if number != self.attempt {
                continue;
            }
            self.is_opening = false;
            self.stream = stream.ok();
            events.push(if self.stream.is_some() { SocketEvent::Opened } else { SocketEvent::Closed });
        }
        self.read(&mut events);
        events
    }

    fn read(&mut self, events: &mut Vec<SocketEvent>) {
        let Some(stream) = &mut self.stream else {
            return;
        };
        let mut chunk = [0u8; CHUNK_BYTES];
        loop {
            match stream.read(&mut chunk) {
                Ok(count) if count > 0 => events.push(SocketEvent::Bytes(chunk[..count].to_vec())),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                _ => {
                    self.stream = None;
                    events.push(SocketEvent::Closed);
                    return;
                }
            }
        }
    }

    /// Writes what the system takes now; how much that was. An error shows at the next read.
    pub fn write(&mut self, bytes: &[u8]) -> usize {
        let Some(stream) = &mut self.stream else {
            return bytes.len();
        };
        match stream.write(bytes) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
            Err(_) => bytes.len(),
        }
    }
}

fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT_TIMEOUT) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                stream.set_nonblocking(true)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}
