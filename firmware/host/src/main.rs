//! `leitstand-node`: the firmware core as a native program with real TCP to a real broker, file-backed flash, and its world on standard input.

mod flash_file;
mod machine;
mod options;
mod serial;
mod shell;
mod socket;

use std::process::ExitCode;

fn main() -> ExitCode {
    let options = match options::parse() {
        Ok(options) => options,
        Err(sentence) => {
            eprintln!("{sentence}");
            return ExitCode::from(2);
        }
    };
    match shell::run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}
