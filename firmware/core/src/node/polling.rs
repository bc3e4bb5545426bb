//! What is due: in which order the subjects are polled, and when the next is.

use heapless::Vec;

use super::device::{Cx, Device};
use super::link::Socket;
use crate::actuator::BankEvent;
use crate::config::MAX_ACTUATORS;
use crate::io::Drive;

/// Half a period of the LED for `identify`, ms.
const BLINK_MS: u64 = 250;

impl Device {
    pub fn poll(&mut self, cx: &mut Cx<'_>) {
        self.poll_session(cx);
        self.poll_outputs(cx);
        self.poll_backlog(cx);
        self.poll_emergency(cx);
        self.poll_offline(cx);
        self.poll_sensing(cx);
        self.poll_scan(cx);
        self.poll_reports(cx);
        self.poll_upkeep(cx);
    }

    pub fn next_due(&self) -> u64 {
        let is_blinking = self.identify_until_ms > 0;
        [
            self.link.next_due(),
            self.session.next_due(),
            self.bank.next_due(),
            self.emergency.next_due(),
            self.mode.next_due().unwrap_or(u64::MAX),
            self.autonomy.next_due(),
            if self.scan.is_some() { 0 } else { u64::MAX },
            self.sensing.next_due(),
            self.request_due(),
            self.schedule.next_due(),
            self.reboot_at_ms.unwrap_or(u64::MAX),
            if is_blinking { self.blink_at_ms } else { u64::MAX },
        ]
        .into_iter()
        .fold(u64::MAX, u64::min)
    }

    /// What outputs do by themselves: run times, durations, valves on their way.
    fn poll_outputs(&mut self, cx: &mut Cx<'_>) {
        let mut events: Vec<BankEvent, MAX_ACTUATORS> = Vec::new();
        self.bank.poll(cx.now_ms, cx.io, &mut |event| {
            let _ = events.push(event);
        });
        for event in events {
            match event {
                BankEvent::RuntimeProtection { gpio } => {
                    self.say_alert(cx, gpio, "runtime_protection", "Longest run time reached: switched off");
                    self.say_status(cx, gpio);
                }
                BankEvent::AutoOff { gpio } | BankEvent::Arrived { gpio } | BankEvent::DefaultTaken { gpio } => {
                    self.say_status(cx, gpio);
                }
            }
        }
    }

    /// The LED, while the device is being looked for.
    fn blink(&mut self, cx: &mut Cx<'_>) {
        if self.identify_until_ms == 0 || cx.now_ms < self.blink_at_ms {
            return;
        }
        let is_over = cx.now_ms >= self.identify_until_ms || self.is_led_taken();
        self.is_led_on = !is_over && !self.is_led_on;
        self.blink_at_ms = cx.now_ms + BLINK_MS;
        if is_over {
            self.identify_until_ms = 0;
        }
        if !self.is_led_taken() {
            let drive = if self.is_led_on { Drive::High } else { Drive::Low };
            cx.io.drive(self.board.led, if is_over { Drive::Release } else { drive });
        }
    }

    /// Boot counter, identify, and connecting anew.
    fn poll_upkeep(&mut self, cx: &mut Cx<'_>) {
        if cx.now_ms >= self.schedule.stable_at_ms {
            self.schedule.stable_at_ms = u64::MAX;
            self.keep.runtime.unstable_boots = 0;
            self.keep_runtime(cx);
        }
        self.blink(cx);
        if self.is_reconnect_due && self.session.is_idle() {
            self.is_reconnect_due = false;
            match self.link.socket {
                // The session says that it has left, and the socket is closed then: the broker sends no will for a device that moves.
                Socket::Open { .. } if self.link.is_connected => self.session.disconnect(),
                Socket::Open { .. } | Socket::Opening { .. } => self.link.socket = Socket::Closing,
                _ => {}
            }
            self.take_identity();
        }
    }
}
