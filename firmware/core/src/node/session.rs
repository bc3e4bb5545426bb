//! The MQTT session of the device: connect, subscribe, announce, lose, try again (wire contract 0.4, 1.0, 1.5).

use core::fmt::Write as _;

use heapless::String;

use super::Network;
use super::device::{Cx, Device};
use super::inbound::{BROADCAST, OWN_SUBSCRIPTIONS};
use super::link::Socket;
use crate::io::LogLevel;
use crate::json::ObjectWriter;
use crate::mqtt::{Connect, Event, Login, MAX_TOPIC_BYTES, Packet, Will};
use crate::offline;

/// Longest last will: 31 characters of id and three short fields.
const WILL_BYTES: usize = 160;
/// 6.1: MQTT_CONNECT_FAILED, MQTT_SUBSCRIBE_FAILED.
const CONNECT_FAILED: u16 = 3011;
const SUBSCRIBE_FAILED: u16 = 3013;
/// SUBACK code of a refused subscription (MQTT 3.1.1, 3.9.3).
const SUBACK_FAILURE: u8 = 0x80;

impl Device {
    pub fn set_network(&mut self, cx: &mut Cx<'_>, network: Network) {
        let was_up = self.link.is_network_up();
        self.link.network = network;
        match (was_up, self.link.is_network_up()) {
            (false, true) => {
                self.link.back_off.succeeded();
                if let Socket::None { .. } = self.link.socket {
                    self.link.socket = Socket::None { retry_at_ms: cx.now_ms };
                }
            }
            (true, false) => {
                cx.log(LogLevel::Warning, format_args!("network lost"));
                if !matches!(self.link.socket, Socket::None { .. }) {
                    self.link.socket = Socket::Closing;
                }
                self.end_session(cx);
            }
            _ => {}
        }
    }

    pub fn socket_opened(&mut self, cx: &mut Cx<'_>) {
        self.link.socket = Socket::Open { since_ms: cx.now_ms };
        let mut topic: String<MAX_TOPIC_BYTES> = String::new();
        let _ = write!(topic, "kaiser/{}/esp/{}/system/will", self.kaiser, self.id);
        let mut buffer = [0u8; WILL_BYTES];
        let mut will = ObjectWriter::new(&mut buffer);
        will.str("status", "offline");
        will.str("esp_id", &self.id);
        will.str("reason", "unexpected_disconnect");
        will.int("timestamp", self.timestamp(cx.now_ms));
        let payload = will.finish().unwrap_or(b"{\"status\":\"offline\"}");
        let provisioning = &self.keep.provisioning;
        let login = Login { user: &provisioning.broker_user, password: &provisioning.broker_password };
        let connect = Connect {
            client_id: &self.id,
            login: Some(login).filter(|login| !login.user.is_empty()),
            will: Some(Will { topic: &topic, payload }),
        };
        if self.session.open(&connect, cx.now_ms).is_err() {
            self.report_error(cx, CONNECT_FAILED, 2, "The introduction to the broker is too long");
            self.link.socket = Socket::Closing;
        }
    }

    /// The socket is gone, or could not be opened: the next attempt is due after a pause that grows.
    pub fn socket_closed(&mut self, cx: &mut Cx<'_>) {
        if matches!(self.link.socket, Socket::None { .. }) {
            return;
        }
        self.end_session(cx);
        let retry_at_ms = self.link.back_off.failed(cx.now_ms, cx.io.random());
        self.link.socket = Socket::None { retry_at_ms };
    }

    fn end_session(&mut self, cx: &mut Cx<'_>) {
        let was_connected = self.link.is_connected;
        self.session.closed();
        self.link.is_connected = false;
        self.link.pending_subscriptions = 0;
        self.is_gate_open = false;
        self.session.set_gate(false);
        self.schedule.disconnected();
        if was_connected {
            self.link.lost_count = self.link.lost_count.wrapping_add(1);
            self.note(cx, offline::Event::MqttLost);
        }
    }

    /// One packet of the broker.
    pub fn take_packet(&mut self, cx: &mut Cx<'_>, packet: &Packet<'_>) {
        match self.session.handle(packet, cx.now_ms) {
            Ok(Event::Accepted { .. }) => self.connected(cx),
            Ok(Event::Refused(code)) => {
                self.report_error(cx, CONNECT_FAILED, 2, refusal(code));
                self.link.socket = Socket::Closing;
            }
            Ok(Event::Subscribed { granted, .. }) => self.subscribed(cx, granted),
            Ok(Event::Deliver) => {
                if let Packet::Publish { topic, payload, .. } = packet {
                    self.take_message(cx, topic, *payload);
                }
            }
            Ok(Event::Duplicate | Event::Nothing) => {}
            Err(error) => {
                cx.log(LogLevel::Error, format_args!("broker breaks the protocol: {error:?}"));
                self.link.socket = Socket::Closing;
            }
        }
    }

    fn connected(&mut self, cx: &mut Cx<'_>) {
        self.link.back_off.succeeded();
        self.link.is_connected = true;
        self.link.connected_at_ms = cx.now_ms;
        self.link.connect_count = self.link.connect_count.wrapping_add(1);
        self.is_gate_open = false;
        self.session.set_gate(false);
        self.schedule.connected();
        self.note(cx, offline::Event::MqttConnected);
        cx.log(LogLevel::Info, format_args!("broker connected, session {}", self.link.connect_count));
        self.say_announce(cx);
        self.link.pending_subscriptions = 0;
        for (path, qos) in OWN_SUBSCRIPTIONS {
            self.subscribe(format_args!("kaiser/{}/esp/{}/{path}", self.kaiser.clone(), self.id.clone()), qos);
            if path == "system/command" {
                self.subscribe(format_args!("{BROADCAST}"), 2);
            }
        }
        self.subscribe(format_args!("kaiser/{}/server/status", self.kaiser.clone()), 1);
    }

    fn subscribe(&mut self, filter: core::fmt::Arguments<'_>, qos: u8) {
        let mut text: String<MAX_TOPIC_BYTES> = String::new();
        let is_sent = text.write_fmt(filter).is_ok() && self.session.subscribe(&text, qos).is_some();
        if is_sent {
            self.link.pending_subscriptions += 1;
        }
    }

    fn subscribed(&mut self, cx: &mut Cx<'_>, granted: u8) {
        if granted == SUBACK_FAILURE {
            self.report_error(cx, SUBSCRIBE_FAILED, 2, "The broker refused a subscription");
            self.link.socket = Socket::Closing;
            return;
        }
        self.link.pending_subscriptions = self.link.pending_subscriptions.saturating_sub(1);
        if self.link.pending_subscriptions == 0 {
            // Only now: an answer to an earlier heartbeat would be lost (section 12).
            self.schedule.heartbeat_at_ms = cx.now_ms;
        }
    }

    pub fn poll_session(&mut self, cx: &mut Cx<'_>) {
        if self.link.has_timed_out(cx.now_ms) {
            self.link.socket = Socket::Closing;
        }
        if let Some(lost) = self.session.poll(cx.now_ms) {
            cx.log(LogLevel::Warning, format_args!("broker does not answer: {lost:?}"));
            self.link.socket = Socket::Closing;
        }
    }
}

/// CONNACK return codes (MQTT 3.1.1, 3.2.2.3).
fn refusal(code: u8) -> &'static str {
    match code {
        1 => "The broker does not speak MQTT 3.1.1",
        2 => "The broker refuses this client id",
        3 => "The broker is not available",
        4 => "The broker refuses user name or password",
        5 => "The broker does not let this device in",
        _ => "The broker refused the connection",
    }
}
