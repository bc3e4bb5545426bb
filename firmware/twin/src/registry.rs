//! The twins of one WebAssembly instance, by number.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::device::Twin;

/// Twins by handle; 0 is none. Handles of dropped ones are used again.
#[derive(Default)]
pub struct Registry {
    twins: Vec<Option<Box<Twin>>>,
    /// What the last call put out.
    pub out: Vec<u8>,
    /// Why the last call failed.
    pub error: String,
}

impl Registry {
    pub const fn new() -> Registry {
        Registry { twins: Vec::new(), out: Vec::new(), error: String::new() }
    }

    /// Adds a twin; 0 when its description is refused, and `error` says why.
    pub fn add(&mut self, text: &str, now_ms: f64) -> u32 {
        let twin = match Twin::new(text, now_ms) {
            Ok(twin) => Some(Box::new(twin)),
            Err(sentence) => {
                self.error = sentence;
                return 0;
            }
        };
        let index = match self.twins.iter().position(Option::is_none) {
            Some(free) => {
                self.twins[free] = twin;
                free
            }
            None => {
                self.twins.push(twin);
                self.twins.len() - 1
            }
        };
        u32::try_from(index + 1).unwrap_or(0)
    }

    pub fn remove(&mut self, handle: u32) {
        if let Some(place) = self.place(handle) {
            self.twins[place] = None;
        }
    }

    pub fn get(&mut self, handle: u32) -> Option<&mut Twin> {
        let place = self.place(handle)?;
        self.twins[place].as_deref_mut()
    }

    fn place(&self, handle: u32) -> Option<usize> {
        let place = usize::try_from(handle).ok()?.checked_sub(1)?;
        (place < self.twins.len()).then_some(place)
    }

    /// Runs `action` on a twin with the output buffer, and returns how much it put there.
    pub fn collect(&mut self, handle: u32, action: impl FnOnce(&mut Twin, &mut Vec<u8>)) -> u32 {
        let mut out = core::mem::take(&mut self.out);
        out.clear();
        if let Some(twin) = self.get(handle) {
            action(twin, &mut out);
        }
        self.out = out;
        u32::try_from(self.out.len()).unwrap_or(u32::MAX)
    }

    /// Runs `action` on a twin; 0 when it went well, else 1 and `error` says why.
    pub fn attempt(&mut self, handle: u32, action: impl FnOnce(&mut Twin) -> Result<(), String>) -> i32 {
        let outcome = match self.get(handle) {
            Some(twin) => action(twin),
            None => Err("There is no twin with this handle".into()),
        };
        match outcome {
            Ok(()) => 0,
            Err(sentence) => {
                self.error = sentence;
                1
            }
        }
    }
}
