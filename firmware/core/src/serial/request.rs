//! What a command asks for. Everything in a [`Request`] fits the field of the settings that it is meant for.

use super::field::{Fields, printable, valid};
use super::{ErrorState, Rpc};

/// IEEE 802.11: an SSID has at most 32 bytes.
const MAX_SSID_BYTES: usize = 32;
/// IEEE 802.11: a passphrase has 8 to 63 characters, a raw key 64 hex digits.
const MIN_PASSPHRASE_BYTES: usize = 8;
const RAW_KEY_DIGITS: usize = 64;
/// RFC 1123 and RFC 1035: one label.
const MAX_HOSTNAME_BYTES: usize = 63;
/// What `config::Provisioning` holds of broker, user and password; the device name is as long as a zone name (wire contract 1.26).
const MAX_NAME_BYTES: usize = 64;
/// Wire contract 0.3.
const MAX_ID_BYTES: usize = 31;
const MAX_KAISER_BYTES: usize = 63;
/// Wire contract 1.12.
const MAX_TOKEN_BYTES: usize = 64;
/// Says that the sender means it.
const CONFIRMATION: &str = "ERASE";

/// One command, checked. The node executes it and answers through [`super::Output`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request<'a> {
    SetWifi { ssid: &'a str, password: &'a str },
    GetState,
    DeviceInfo,
    ScanWifi,
    GetHostname,
    SetHostname(&'a str),
    GetName,
    SetName(&'a str),
    NetworkState,
    SetBroker(Broker<'a>),
    GetBroker,
    CertificateChunk(Chunk<'a>),
    SetIdentity { id: &'a str, kaiser: &'a str },
    GetIdentity,
    SetToken { kind: TokenKind, token: &'a str },
    TokenPolicy { is_required: bool },
    GetStatus,
    ConfigurationChunk(Chunk<'a>),
    FactoryReset,
    Reboot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broker<'a> {
    pub host: &'a str,
    pub port: u16,
    pub tls: bool,
    pub user: &'a str,
    pub password: &'a str,
}

/// A piece of a long value; [`super::Assembly`] puts them together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk<'a> {
    pub offset: u16,
    pub total: u16,
    pub bytes: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    Device,
    Broadcast,
}

/// Reads the data of a command packet: `rpc length data`.
pub(super) fn parse(data: &[u8]) -> Result<Request<'_>, ErrorState> {
    let mut fields = Fields::new(data);
    let rpc = fields.byte()?;
    let length = fields.byte()?;
    let data = fields.bytes();
    valid(data.len() == usize::from(length))?;
    let rpc = Rpc::from_number(rpc).ok_or(ErrorState::UnknownRpc)?;
    parse_rpc(rpc, data)
}

fn parse_rpc(rpc: Rpc, data: &[u8]) -> Result<Request<'_>, ErrorState> {
    match rpc {
        Rpc::SetWifi => set_wifi(data),
        Rpc::GetState => alone(data, Request::GetState),
        Rpc::DeviceInfo => alone(data, Request::DeviceInfo),
        Rpc::ScanWifi => alone(data, Request::ScanWifi),
        Rpc::Hostname if data.is_empty() => Ok(Request::GetHostname),
        Rpc::Hostname => hostname(data),
        Rpc::DeviceName if data.is_empty() => Ok(Request::GetName),
        Rpc::DeviceName => Ok(Request::SetName(printable(data, MAX_NAME_BYTES)?)),
        Rpc::NetworkState => alone(data, Request::NetworkState),
        Rpc::SetBroker => set_broker(data),
        Rpc::GetBroker => alone(data, Request::GetBroker),
        Rpc::Certificate => Ok(Request::CertificateChunk(chunk(data)?)),
        Rpc::SetIdentity => set_identity(data),
        Rpc::GetIdentity => alone(data, Request::GetIdentity),
        Rpc::SetToken => set_token(data),
        Rpc::TokenPolicy => token_policy(data),
        Rpc::Status => alone(data, Request::GetStatus),
        Rpc::Configuration => Ok(Request::ConfigurationChunk(chunk(data)?)),
        Rpc::FactoryReset => factory_reset(data),
        Rpc::Reboot => alone(data, Request::Reboot),
    }
}

/// A command without data.
fn alone<'a>(data: &[u8], request: Request<'a>) -> Result<Request<'a>, ErrorState> {
    valid(data.is_empty())?;
    Ok(request)
}

fn set_wifi(data: &[u8]) -> Result<Request<'_>, ErrorState> {
    let mut fields = Fields::new(data);
    let ssid = fields.text(MAX_SSID_BYTES)?;
    let password = fields.text(RAW_KEY_DIGITS)?;
    fields.end()?;
    valid(!ssid.is_empty())?;
    valid(match password.len() {
        0 => true,
        RAW_KEY_DIGITS => password.bytes().all(|byte| byte.is_ascii_hexdigit()),
        length => length >= MIN_PASSPHRASE_BYTES,
    })?;
    Ok(Request::SetWifi { ssid, password })
}

fn hostname(data: &[u8]) -> Result<Request<'_>, ErrorState> {
    let is_edge_hyphen = data.first() == Some(&b'-') || data.last() == Some(&b'-');
    let is_label = data.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    match core::str::from_utf8(data) {
        Ok(name) if is_label && !is_edge_hyphen && name.len() <= MAX_HOSTNAME_BYTES => Ok(Request::SetHostname(name)),
        _ => Err(ErrorState::BadHostname),
    }
}

fn set_broker(data: &[u8]) -> Result<Request<'_>, ErrorState> {
    let mut fields = Fields::new(data);
    let broker = Broker {
        host: fields.text(MAX_NAME_BYTES)?,
        port: fields.number()?,
        tls: fields.flag()?,
        user: fields.text(MAX_NAME_BYTES)?,
        password: fields.text(MAX_NAME_BYTES)?,
    };
    fields.end()?;
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte);
    valid(!broker.host.is_empty() && broker.host.bytes().all(is_host))?;
    valid(broker.port > 0)?;
    Ok(Request::SetBroker(broker))
}

fn chunk(data: &[u8]) -> Result<Chunk<'_>, ErrorState> {
    let mut fields = Fields::new(data);
    Ok(Chunk { offset: fields.number()?, total: fields.number()?, bytes: fields.bytes() })
}

fn set_identity(data: &[u8]) -> Result<Request<'_>, ErrorState> {
    let mut fields = Fields::new(data);
    let id = fields.text(MAX_ID_BYTES)?;
    let kaiser = fields.text(MAX_KAISER_BYTES)?;
    fields.end()?;
    let is_id = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let is_kaiser = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    valid(id.bytes().all(is_id))?;
    valid(!kaiser.is_empty() && kaiser.bytes().all(is_kaiser))?;
    Ok(Request::SetIdentity { id, kaiser })
}

fn set_token(data: &[u8]) -> Result<Request<'_>, ErrorState> {
    let mut fields = Fields::new(data);
    let kind = match fields.byte()? {
        1 => TokenKind::Device,
        2 => TokenKind::Broadcast,
        _ => return Err(ErrorState::InvalidRpc),
    };
    let token = fields.text(MAX_TOKEN_BYTES)?;
    fields.end()?;
    Ok(Request::SetToken { kind, token })
}

fn token_policy(data: &[u8]) -> Result<Request<'_>, ErrorState> {
    let mut fields = Fields::new(data);
    let is_required = fields.flag()?;
    fields.end()?;
    Ok(Request::TokenPolicy { is_required })
}

fn factory_reset(data: &[u8]) -> Result<Request<'_>, ErrorState> {
    let mut fields = Fields::new(data);
    let word = fields.text(CONFIRMATION.len())?;
    fields.end()?;
    if word == CONFIRMATION { Ok(Request::FactoryReset) } else { Err(ErrorState::NotConfirmed) }
}
