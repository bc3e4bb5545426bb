//! A device that starts as if it had been set up before: zone, approval and configuration in the wire form of the contract. For twins.

use super::device::{Cx, Device};
use super::intent::{Intent, text};
use crate::config::Zone;
use crate::json::{Json, Kind};

impl Device {
    /// `{"approved":true,"zone":{"id","master","name"},"config":{"sensors":[…],"actuators":[…],"offline_rules":[…]}}`.
    pub fn preset(&mut self, cx: &mut Cx<'_>, preset: &[u8]) -> Result<(), &'static str> {
        let order = Json::parse(preset)
            .ok()
            .filter(|order| order.kind() == Kind::Object)
            .ok_or("preset is not a JSON object")?;
        self.keep.membership.approved = order.get("approved").and_then(Json::as_bool).unwrap_or(false);
        if let Some(zone) = order.get("zone") {
            self.keep.membership.zone =
                Zone { id: text(zone, "id"), master: text(zone, "master"), name: text(zone, "name") };
        }
        if !self.keep_membership(cx) {
            return Err("membership could not be stored");
        }
        let Some(config) = order.get("config") else {
            return Ok(());
        };
        let intent = Intent::read(self, None, "preset", cx.now_ms);
        self.apply_config(cx, &intent, config);
        self.state = self.state_after_boot();
        Ok(())
    }
}
