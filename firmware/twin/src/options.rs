//! What a twin is made of: one JSON object.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use leitstand_core::board::Board;
use leitstand_core::config::Provisioning;
use leitstand_core::node::CAPABILITIES;
use serde_json::Value;

pub struct Options {
    pub board: &'static Board,
    pub mac: [u8; 6],
    pub seed: u64,
    pub provisioning: Provisioning,
    pub hidden_capabilities: u8,
    /// Settings of an earlier run.
    pub flash: Option<Vec<u8>>,
}

fn fitting<const N: usize>(value: &Value, key: &str) -> Result<heapless::String<N>, String> {
    match value.get(key) {
        None | Some(Value::Null) => Ok(heapless::String::new()),
        Some(Value::String(text)) => {
            heapless::String::try_from(text.as_str()).map_err(|_| format!("{key} is longer than {N} bytes"))
        }
        Some(_) => Err(format!("{key} is not a string")),
    }
}

fn mac(value: &Value) -> Result<[u8; 6], String> {
    let Some(text) = value.get("mac").and_then(Value::as_str) else {
        return Ok([2, 0, 0, 0, 0, 1]);
    };
    let mut mac = [0u8; 6];
    let mut parts = text.split(':');
    for byte in &mut mac {
        let part = parts.next().and_then(|part| u8::from_str_radix(part, 16).ok());
        *byte = part.ok_or("mac must be six hexadecimal bytes with colons")?;
    }
    Ok(mac)
}

/// The bits of the capabilities that the list leaves out.
fn hidden(value: &Value) -> Result<u8, String> {
    let Some(list) = value.get("capabilities") else {
        return Ok(0);
    };
    let list = list.as_array().ok_or("capabilities is not an array")?;
    let mut hidden = 0u8;
    for (bit, name) in CAPABILITIES.iter().enumerate() {
        if !list.iter().any(|item| item.as_str() == Some(name)) {
            hidden |= 1 << bit;
        }
    }
    Ok(hidden)
}

impl Options {
    /// The error is a sentence.
    pub fn parse(text: &str) -> Result<Options, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let board = value.get("board").and_then(Value::as_str).ok_or("board is missing")?;
        let broker = value.get("broker").cloned().unwrap_or(Value::Null);
        let port = broker.get("port").and_then(Value::as_u64).and_then(|port| u16::try_from(port).ok());
        let flash = match value.get("flash") {
            None | Some(Value::Null) => None,
            Some(flash) => {
                let bytes = flash.as_array().ok_or("flash is not an array of bytes")?;
                let bytes = bytes.iter().map(|byte| byte.as_u64().and_then(|byte| u8::try_from(byte).ok()));
                Some(bytes.collect::<Option<Vec<u8>>>().ok_or("flash is not an array of bytes")?)
            }
        };
        Ok(Options {
            board: Board::by_id(board).ok_or(format!("No such board: {board}"))?,
            mac: mac(&value)?,
            seed: value.get("seed").and_then(Value::as_u64).unwrap_or(1),
            provisioning: Provisioning {
                id: fitting(&value, "id")?,
                kaiser: fitting(&value, "kaiser")?,
                ssid: fitting(&value, "ssid")?,
                wifi_password: fitting(&value, "wifi_password")?,
                name: fitting(&value, "device_name")?,
                broker_host: fitting(&broker, "host")?,
                broker_port: port.unwrap_or(0),
                broker_user: fitting(&broker, "user")?,
                broker_password: fitting(&broker, "password")?,
                token_required: value.get("token_required").and_then(Value::as_bool).unwrap_or(false),
                ..Provisioning::new()
            },
            hidden_capabilities: hidden(&value)?,
            flash,
        })
    }
}
