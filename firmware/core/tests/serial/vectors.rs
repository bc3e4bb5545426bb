//! test/vectors/improv.json, both ways.

use leitstand_core::io::LogLevel;
use leitstand_core::serial::{
    Approval, Assembly, Chunk, ErrorState, Line, Output, Progress, Received, Request, Rpc, State, Status, TokenKind,
};
use serde_json::{Value, json};

const VECTORS: &str = include_str!("../../../../test/vectors/improv.json");

fn vectors(section: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(VECTORS).unwrap();
    let list = all[section].as_array().unwrap().clone();
    assert!(!list.is_empty());
    list
}

fn bytes(hex: &Value) -> Vec<u8> {
    let digits = hex.as_str().unwrap();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn chunk_shown(request: &str, chunk: &Chunk<'_>) -> Value {
    json!({"request": request, "offset": chunk.offset, "total": chunk.total, "hex": hex(chunk.bytes)})
}

fn shown(received: Received<'_>) -> Value {
    let request = match received {
        Ok(request) => request,
        Err(error) => return json!({"error": error as u8}),
    };
    match request {
        Request::SetWifi { ssid, password } => {
            json!({"request": "set_wifi", "ssid": ssid, "password": password})
        }
        Request::GetState => json!({"request": "get_state"}),
        Request::DeviceInfo => json!({"request": "device_info"}),
        Request::ScanWifi => json!({"request": "scan_wifi"}),
        Request::GetHostname => json!({"request": "get_hostname"}),
        Request::SetHostname(name) => json!({"request": "set_hostname", "name": name}),
        Request::GetName => json!({"request": "get_name"}),
        Request::SetName(name) => json!({"request": "set_name", "name": name}),
        Request::NetworkState => json!({"request": "network_state"}),
        Request::SetBroker(broker) => json!({
            "request": "set_broker", "host": broker.host, "port": broker.port, "tls": broker.tls,
            "user": broker.user, "password": broker.password,
        }),
        Request::GetBroker => json!({"request": "get_broker"}),
        Request::CertificateChunk(chunk) => chunk_shown("certificate_chunk", &chunk),
        Request::SetIdentity { id, kaiser } => {
            json!({"request": "set_identity", "id": id, "kaiser": kaiser})
        }
        Request::GetIdentity => json!({"request": "get_identity"}),
        Request::SetToken { kind, token } => {
            let kind = match kind {
                TokenKind::Device => "device",
                TokenKind::Broadcast => "broadcast",
            };
            json!({"request": "set_token", "kind": kind, "token": token})
        }
        Request::TokenPolicy { is_required } => {
            json!({"request": "token_policy", "required": is_required})
        }
        Request::GetStatus => json!({"request": "get_status"}),
        Request::ConfigurationChunk(chunk) => chunk_shown("configuration_chunk", &chunk),
        Request::FactoryReset => json!({"request": "factory_reset"}),
        Request::Reboot => json!({"request": "reboot"}),
    }
}

#[test]
fn the_bytes_of_every_vector_are_the_requests_that_it_says() {
    for vector in vectors("requests") {
        let mut line = Line::new();
        let seen: Vec<Value> = bytes(&vector["hex"]).iter().filter_map(|byte| line.rx(*byte).map(shown)).collect();
        assert_eq!(Value::Array(seen), vector["expected"], "{}", vector["name"]);
    }
}

#[test]
fn every_command_has_a_vector_that_is_taken() {
    for rpc in Rpc::ALL {
        let has_vector = vectors("requests").iter().any(|vector| {
            let is_taken = vector["expected"][0]["request"].is_string();
            is_taken && bytes(&vector["hex"]).get(9) == Some(&(rpc as u8))
        });
        assert!(has_vector, "{rpc:?}");
    }
}

fn error_of(number: u64) -> ErrorState {
    [ErrorState::None, ErrorState::InvalidRpc, ErrorState::NotBuiltIn]
        .into_iter()
        .find(|error| u64::from(*error as u8) == number)
        .unwrap()
}

fn state_of(number: u64) -> State {
    [State::Ready, State::Provisioning, State::Provisioned]
        .into_iter()
        .find(|state| u64::from(*state as u8) == number)
        .unwrap()
}

fn rpc_of(value: &Value) -> Rpc {
    Rpc::from_number(value.as_u64().unwrap() as u8).unwrap()
}

fn send_status(output: &mut Output, status: &Value) {
    let ip = status["ip"].as_array().map(|bytes| {
        let part = |index: usize| bytes[index].as_u64().unwrap() as u8;
        [part(0), part(1), part(2), part(3)]
    });
    let sent = output.status(&Status {
        id: text(&status["id"]),
        firmware: text(&status["firmware"]),
        board: text(&status["board"]),
        ip,
        is_broker_connected: status["broker_connected"] == true,
        is_registered: status["registered"] == true,
        approval: match text(&status["approval"]) {
            "pending" => Approval::Pending,
            "approved" => Approval::Approved,
            _ => Approval::Rejected,
        },
        zone: text(&status["zone"]),
        boot_count: status["boot_count"].as_u64().unwrap() as u32,
        is_safe_mode: status["safe_mode"] == true,
    });
    assert_eq!(sent, Ok(()));
}

fn send(output: &mut Output, reply: &Value) {
    if let Some(number) = reply["error"].as_u64() {
        output.error(error_of(number)).unwrap();
    } else if let Some(number) = reply["state"].as_u64() {
        output.state(state_of(number)).unwrap();
    } else if let Some(strings) = reply["strings"].as_array() {
        let strings: Vec<&str> = strings.iter().map(text).collect();
        output.result(rpc_of(&reply["result"]), &strings).unwrap();
    } else if reply["network"].is_object() {
        let network = &reply["network"];
        let rssi = network["rssi"].as_i64().unwrap() as i8;
        let secured = network["secured"] == true;
        output.network(text(&network["ssid"]), rssi, secured).unwrap();
    } else if reply["network_state"].is_object() {
        let state = &reply["network_state"];
        output.network_state(state["online"] == true, text(&state["url"])).unwrap();
    } else if reply["progress"].is_u64() {
        let received = reply["bytes"].as_u64().unwrap() as u16;
        output.progress(rpc_of(&reply["progress"]), received).unwrap();
    } else if reply["status"].is_object() {
        send_status(output, &reply["status"]);
    } else {
        let log = &reply["log"];
        let level = if log["level"] == "Info" { LogLevel::Info } else { LogLevel::Error };
        let uptime_ms = log["uptime_ms"].as_u64().unwrap();
        output.log(level, uptime_ms, format_args!("{}", text(&log["text"])));
    }
}

#[test]
fn every_reply_has_the_bytes_of_its_vector() {
    for vector in vectors("replies") {
        let mut output = Output::new();
        send(&mut output, &vector["reply"]);
        assert_eq!(hex(output.pending()), text(&vector["hex"]), "{}", vector["name"]);
    }
}

#[test]
fn every_sequence_of_chunks_goes_as_its_vector_says() {
    for vector in vectors("chunks") {
        let mut assembly = Assembly::new();
        for (index, step) in vector["chunks"].as_array().unwrap().iter().enumerate() {
            let bytes = bytes(&step["hex"]);
            let chunk = Chunk {
                offset: step["offset"].as_u64().unwrap() as u16,
                total: step["total"].as_u64().unwrap() as u16,
                bytes: &bytes,
            };
            let seen = match assembly.take(rpc_of(&vector["rpc"]), &chunk) {
                Ok(Progress::More(received)) => json!({"more": received}),
                Ok(Progress::Complete(value)) => json!({"complete": hex(value)}),
                Err(error) => json!({"error": error as u8}),
            };
            assert_eq!(seen, step["expected"], "{}, chunk {index}", vector["name"]);
        }
    }
}
