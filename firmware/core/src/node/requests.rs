//! Carries out what comes over the serial line (see [`crate::serial`] for the table). Whoever holds the cable may set everything and reads no
//! secret; this way works in every state, also in safe mode.

use heapless::String;

use super::device::{Cx, Device, SystemState};
use super::intent::Intent;
use super::{FoundNetwork, Network};
use crate::config::{KaiserId, Provisioning, Token};
use crate::io::LogLevel;
use crate::json::{Json, Kind};
use crate::serial::{
    Approval, Assembly, Broker, Chunk, ErrorState, LINE_SILENCE_MS, Line, Output, Progress, Request, Rpc, State,
    Status, TokenKind,
};

/// Name of this firmware in the answer to "device info".
const FIRMWARE_NAME: &str = "Leitstand";
/// Between the answer and the restart, ms: the answer has to leave the line first.
const REBOOT_AFTER_MS: u64 = 500;
/// Credentials that have not led to a connection after this long have failed, ms: association, DHCP and a retry take less.
const JOIN_TIMEOUT_MS: u64 = 30_000;

/// The serial line with everything that belongs to it.
pub struct Port {
    line: Line,
    assembly: Assembly,
    pub output: Output,
    heard_at_ms: u64,
    is_open: bool,
    /// New credentials are being tried until then.
    join_until_ms: Option<u64>,
}

impl Port {
    pub const fn new() -> Port {
        Port {
            line: Line::new(),
            assembly: Assembly::new(),
            output: Output::new(),
            heard_at_ms: 0,
            is_open: false,
            join_until_ms: None,
        }
    }

    pub fn next_due(&self) -> u64 {
        let silence_ms = if self.is_open { self.heard_at_ms + LINE_SILENCE_MS } else { u64::MAX };
        silence_ms.min(self.join_until_ms.unwrap_or(u64::MAX))
    }

    pub fn take(&mut self, device: &mut Device, bytes: &[u8], cx: &mut Cx<'_>) {
        self.heard_at_ms = cx.now_ms;
        self.is_open = true;
        let Port { line, assembly, output, join_until_ms, .. } = self;
        for byte in bytes {
            if let Some(received) = line.rx(*byte) {
                let mut desk = Desk { assembly, output, join_until_ms };
                desk.answer(device, received, cx);
            }
        }
    }

    /// Half packets that do not go on, and joins that take too long.
    pub fn poll(&mut self, device: &mut Device, cx: &mut Cx<'_>) {
        if self.is_open && cx.now_ms >= self.heard_at_ms + LINE_SILENCE_MS {
            self.is_open = false;
            let Port { line, assembly, output, join_until_ms, .. } = self;
            while let Some(received) = line.expire() {
                let mut desk = Desk { assembly, output, join_until_ms };
                desk.answer(device, received, cx);
            }
        }
        if self.join_until_ms.is_some() && device.link.is_network_up() {
            self.joined();
        } else if self.join_until_ms.is_some_and(|until_ms| cx.now_ms >= until_ms) {
            self.join_failed();
        }
    }

    /// The credentials led to a connection.
    fn joined(&mut self) {
        self.join_until_ms = None;
        // What does not fit is counted by the output.
        let _ = self.output.state(State::Provisioned);
        let _ = self.output.result(Rpc::SetWifi, &[""]);
    }

    pub fn join_failed(&mut self) {
        if self.join_until_ms.take().is_some() {
            let _ = self.output.error(ErrorState::UnableToConnect);
            let _ = self.output.state(State::Ready);
        }
    }

    pub fn networks(&mut self, networks: &mut dyn Iterator<Item = FoundNetwork<'_>>) {
        for network in networks.take(crate::serial::MAX_SCAN_RESULTS) {
            let _ = self.output.network(network.ssid, network.rssi, network.secured);
        }
        let _ = self.output.result(Rpc::ScanWifi, &[]);
    }
}

/// What an answer needs.
struct Desk<'a> {
    assembly: &'a mut Assembly,
    output: &'a mut Output,
    join_until_ms: &'a mut Option<u64>,
}

fn flag(is_set: bool) -> &'static str {
    if is_set { "1" } else { "0" }
}

impl Desk<'_> {
    fn answer(&mut self, device: &mut Device, received: Result<Request<'_>, ErrorState>, cx: &mut Cx<'_>) {
        let done = received.and_then(|request| {
            let _ = self.output.error(ErrorState::None);
            self.carry_out(device, request, cx)
        });
        if let Err(error) = done {
            let _ = self.output.error(error);
        }
    }

    fn carry_out(&mut self, device: &mut Device, request: Request<'_>, cx: &mut Cx<'_>) -> Result<(), ErrorState> {
        match request {
            Request::SetWifi { ssid, password } => self.set_wifi(device, (ssid, password), cx)?,
            Request::GetState => self.say_state(device),
            Request::DeviceInfo => {
                let name = name_of(device);
                let _ = self.output.result(Rpc::DeviceInfo, &[FIRMWARE_NAME, device.version, device.board.chip, &name]);
            }
            Request::ScanWifi => device.is_scan_wanted = true,
            Request::NetworkState => {
                let _ = self.output.network_state(device.link.is_network_up(), "");
            }
            Request::GetStatus => self.say_status(device),
            Request::GetBroker => self.say_broker(&device.keep.provisioning),
            Request::GetIdentity => self.say_identity(device),
            Request::CertificateChunk(_) => return Err(ErrorState::NotBuiltIn),
            Request::ConfigurationChunk(chunk) => self.take_configuration(device, &chunk, cx)?,
            Request::FactoryReset => {
                device.is_reset_due = true;
                device.reboot_at_ms = Some(cx.now_ms + REBOOT_AFTER_MS);
                let _ = self.output.result(Rpc::FactoryReset, &[]);
            }
            Request::Reboot => {
                device.reboot_at_ms = Some(cx.now_ms + REBOOT_AFTER_MS);
                let _ = self.output.result(Rpc::Reboot, &[]);
            }
            setting => self.set(device, setting, cx)?,
        }
        Ok(())
    }

    /// Everything that writes one setting and answers with little.
    fn set(&mut self, device: &mut Device, request: Request<'_>, cx: &mut Cx<'_>) -> Result<(), ErrorState> {
        match request {
            Request::GetHostname => {
                let _ = self.output.result(Rpc::Hostname, &[&hostname_of(device)]);
            }
            Request::SetHostname(name) => {
                device.keep.provisioning.hostname = String::try_from(name).map_err(|_| ErrorState::BadHostname)?;
                stored(device.keep_provisioning(cx))?;
                let _ = self.output.result(Rpc::Hostname, &[name]);
            }
            Request::GetName => {
                let _ = self.output.result(Rpc::DeviceName, &[&name_of(device)]);
            }
            Request::SetName(name) => {
                device.keep.provisioning.name = String::try_from(name).map_err(|_| ErrorState::TooLong)?;
                stored(device.keep_provisioning(cx))?;
                let _ = self.output.result(Rpc::DeviceName, &[name]);
            }
            Request::SetBroker(broker) => self.set_broker(device, &broker, cx)?,
            Request::SetIdentity { id, kaiser } => {
                let provisioning = &mut device.keep.provisioning;
                provisioning.id = String::try_from(id).map_err(|_| ErrorState::TooLong)?;
                provisioning.kaiser = KaiserId::try_from(kaiser).map_err(|_| ErrorState::TooLong)?;
                stored(device.keep_provisioning(cx))?;
                let _ = self.output.result(Rpc::SetIdentity, &[id, kaiser]);
            }
            Request::SetToken { kind, token } => {
                let token = Token::try_from(token).map_err(|_| ErrorState::TooLong)?;
                match kind {
                    TokenKind::Device => device.keep.membership.device_token = token,
                    TokenKind::Broadcast => device.keep.membership.broadcast_token = token,
                }
                stored(device.keep_membership(cx))?;
                let _ = self.output.result(Rpc::SetToken, &[]);
            }
            Request::TokenPolicy { is_required } => {
                device.keep.provisioning.token_required = is_required;
                stored(device.keep_provisioning(cx))?;
                let _ = self.output.result(Rpc::TokenPolicy, &[]);
            }
            _ => return Err(ErrorState::UnknownRpc),
        }
        Ok(())
    }

    fn set_wifi(
        &mut self,
        device: &mut Device,
        (ssid, password): (&str, &str),
        cx: &mut Cx<'_>,
    ) -> Result<(), ErrorState> {
        let provisioning = &mut device.keep.provisioning;
        provisioning.ssid = String::try_from(ssid).map_err(|_| ErrorState::TooLong)?;
        provisioning.wifi_password = String::try_from(password).map_err(|_| ErrorState::TooLong)?;
        stored(device.keep_provisioning(cx))?;
        device.wifi_version = device.wifi_version.wrapping_add(1);
        // The shell leaves the old network for the new one; until it says so, being joined would mean the old one.
        device.set_network(cx, Network::Down);
        *self.join_until_ms = Some(cx.now_ms + JOIN_TIMEOUT_MS);
        let _ = self.output.state(State::Provisioning);
        cx.log(LogLevel::Info, format_args!("joining {ssid}"));
        Ok(())
    }

    fn set_broker(&mut self, device: &mut Device, broker: &Broker<'_>, cx: &mut Cx<'_>) -> Result<(), ErrorState> {
        if broker.tls {
            return Err(ErrorState::NotBuiltIn);
        }
        let mut provisioning = device.keep.provisioning.clone();
        provisioning.broker_host = String::try_from(broker.host).map_err(|_| ErrorState::TooLong)?;
        provisioning.broker_port = broker.port;
        provisioning.broker_tls = broker.tls;
        provisioning.broker_user = String::try_from(broker.user).map_err(|_| ErrorState::TooLong)?;
        provisioning.broker_password = String::try_from(broker.password).map_err(|_| ErrorState::TooLong)?;
        stored(device.take_provisioning(cx, &provisioning))?;
        let _ = self.output.result(Rpc::SetBroker, &[]);
        Ok(())
    }

    fn say_state(&mut self, device: &Device) {
        let is_joined = device.link.is_network_up();
        let state = match (self.join_until_ms.is_some(), is_joined) {
            (true, _) => State::Provisioning,
            (_, true) => State::Provisioned,
            _ => State::Ready,
        };
        let _ = self.output.state(state);
        if state == State::Provisioned {
            let _ = self.output.result(Rpc::SetWifi, &[""]);
        }
    }

    fn say_broker(&mut self, provisioning: &Provisioning) {
        let mut port: String<8> = String::new();
        let _ = core::fmt::write(&mut port, format_args!("{}", provisioning.broker_port));
        let (tls, password) = (flag(provisioning.broker_tls), flag(!provisioning.broker_password.is_empty()));
        let fields = [provisioning.broker_host.as_str(), &port, tls, &provisioning.broker_user, password];
        let _ = self.output.result(Rpc::GetBroker, &fields);
    }

    fn say_identity(&mut self, device: &Device) {
        let membership = &device.keep.membership;
        let device_token = flag(!membership.device_token.is_empty());
        let broadcast_token = flag(!membership.broadcast_token.is_empty());
        let required = flag(device.keep.provisioning.token_required);
        let fields = [device.id.as_str(), &device.kaiser, device_token, broadcast_token, required];
        let _ = self.output.result(Rpc::GetIdentity, &fields);
    }

    fn say_status(&mut self, device: &Device) {
        let membership = &device.keep.membership;
        let approval = match (membership.approved, membership.rejected) {
            (true, _) => Approval::Approved,
            (_, true) => Approval::Rejected,
            _ => Approval::Pending,
        };
        let status = Status {
            id: &device.id,
            firmware: device.version,
            board: device.board.id,
            ip: device.link.is_network_up().then(|| device.link.ip()),
            is_broker_connected: device.link.is_connected,
            is_registered: device.is_gate_open,
            approval,
            zone: &membership.zone.id,
            boot_count: device.keep.runtime.boot_count,
            is_safe_mode: device.state == SystemState::SafeMode,
        };
        let _ = self.output.status(&status);
    }

    /// A configuration as on the topic `config`; it is not asked for admission, because the cable is (I9).
    fn take_configuration(
        &mut self,
        device: &mut Device,
        chunk: &Chunk<'_>,
        cx: &mut Cx<'_>,
    ) -> Result<(), ErrorState> {
        let text = match self.assembly.take(Rpc::Configuration, chunk)? {
            Progress::More(received) => {
                let _ = self.output.progress(Rpc::Configuration, received);
                return Ok(());
            }
            Progress::Complete(text) => text,
        };
        let order = Json::parse(text).ok().filter(|order| order.kind() == Kind::Object);
        let order = order.ok_or(ErrorState::InvalidRpc)?;
        let intent = Intent::read(device, Some(order), "serial", cx.now_ms);
        let (status, message) = device.apply_config(cx, &intent, order);
        let mut received: String<8> = String::new();
        let _ = core::fmt::write(&mut received, format_args!("{}", text.len()));
        let _ = self.output.result(Rpc::Configuration, &[&received, status, message]);
        Ok(())
    }
}

fn stored(is_stored: bool) -> Result<(), ErrorState> {
    if is_stored { Ok(()) } else { Err(ErrorState::NotStored) }
}

/// As it was named, else by its id.
fn name_of(device: &Device) -> String<64> {
    let name = &device.keep.provisioning.name;
    if name.is_empty() { String::try_from(device.id.as_str()).unwrap_or_default() } else { name.clone() }
}

/// As it was set, else by the id: lower case, hyphens for what a label cannot hold.
fn hostname_of(device: &Device) -> String<63> {
    let set = &device.keep.provisioning.hostname;
    if !set.is_empty() {
        return set.clone();
    }
    device.id.chars().map(|letter| if letter == '_' { '-' } else { letter.to_ascii_lowercase() }).collect()
}
