//! The settings flash as the world wants it: whatever a shell keeps behind it (memory, a file, the key-value store of the twin's host).

use leitstand_core::io::FlashError;

/// The three calls of `Io`; see there for alignment and meaning.
pub trait FlashMemory {
    fn read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), FlashError>;
    fn erase(&mut self, offset: u32) -> Result<(), FlashError>;
    fn write(&mut self, offset: u32, data: &[u8]) -> Result<(), FlashError>;
}

impl FlashMemory for crate::flash::Flash {
    fn read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        crate::flash::Flash::read(self, offset, into)
    }

    fn erase(&mut self, offset: u32) -> Result<(), FlashError> {
        crate::flash::Flash::erase(self, offset)
    }

    fn write(&mut self, offset: u32, data: &[u8]) -> Result<(), FlashError> {
        crate::flash::Flash::write(self, offset, data)
    }
}

/// A board whose flash is broken: for tests that keep no settings.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFlash;

impl FlashMemory for NoFlash {
    fn read(&mut self, _offset: u32, _into: &mut [u8]) -> Result<(), FlashError> {
        Err(FlashError)
    }

    fn erase(&mut self, _offset: u32) -> Result<(), FlashError> {
        Err(FlashError)
    }

    fn write(&mut self, _offset: u32, _data: &[u8]) -> Result<(), FlashError> {
        Err(FlashError)
    }
}
