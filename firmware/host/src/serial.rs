//! The serial line: an existing device or pty, or a new pty that is linked at the path.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

pub struct Serial {
    descriptor: OwnedFd,
    link: Option<PathBuf>,
}

impl Serial {
    pub fn open(path: &Path) -> io::Result<Serial> {
        let (descriptor, link) = if path.exists() {
            (
                rustix::fs::open(
                    path,
                    OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC,
                    Mode::empty(),
                )?,
                None,
            )
        } else {
            (new_pty(path)?, Some(path.to_path_buf()))
        };
        if let Ok(mut attributes) = tcgetattr(&descriptor) {
            attributes.make_raw();
            tcsetattr(&descriptor, OptionalActions::Now, &attributes)?;
        }
        Ok(Serial { descriptor, link })
    }

    pub fn descriptor(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }

    /// What has come. A pty that nobody has open gives an error, which means: nothing.
    pub fn read(&self) -> Vec<u8> {
        let mut bytes = vec![0; 1024];
        let count = rustix::io::read(&self.descriptor, &mut bytes).unwrap_or(0);
        bytes.truncate(count);
        bytes
    }

    /// How much the line took. Without a reader on the other side everything is lost, as on a real wire.
    pub fn write(&self, bytes: &[u8]) -> usize {
        match rustix::io::write(&self.descriptor, bytes) {
            Ok(count) => count,
            Err(rustix::io::Errno::AGAIN) => 0,
            Err(_) => bytes.len(),
        }
    }
}

impl Drop for Serial {
    fn drop(&mut self) {
        if let Some(link) = &self.link {
            let _ = std::fs::remove_file(link);
        }
    }
}

fn new_pty(path: &Path) -> io::Result<OwnedFd> {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&controller)?;
    unlockpt(&controller)?;
    let name = ptsname(&controller, Vec::new())?;
    std::os::unix::fs::symlink(name.to_string_lossy().as_ref(), path)?;
    rustix::fs::fcntl_setfl(&controller, OFlags::NONBLOCK)?;
    Ok(controller)
}
