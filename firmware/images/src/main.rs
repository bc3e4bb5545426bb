//! `leitstand-images OUT PARTITIONS.csv TOOLS.json [--twin FILE] CHIP=ELF…`
//!
//! Writes OUT/CHIP/{bootloader,partition-table,application,merged}.bin for each chip and OUT/manifest.json; prints a table of sizes.
//! Called by scripts/firmware.mjs. TOOLS.json is an object of strings that the manifest keeps as it is.

mod image;
mod manifest;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use espflash::target::Chip;

use manifest::{FileEntry, Manifest, Tools};

/// Issue 5: what an application may have at most, of a slot of 1.9 MB.
const APPLICATION_BUDGET_BYTES: usize = 1_200_000;

type Failure = Box<dyn Error>;

struct Arguments {
    out: PathBuf,
    partitions: PathBuf,
    tools: Tools,
    twin: Option<PathBuf>,
    chips: Vec<(Chip, PathBuf)>,
}

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)).and_then(|arguments| write_all(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("leitstand-images: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Arguments, Failure> {
    let mut next = |what: &str| words.next().ok_or(format!("{what} is missing"));
    let out = PathBuf::from(next("the output folder")?);
    let partitions = PathBuf::from(next("the partition table (CSV)")?);
    let tools = serde_json::from_str(&fs::read_to_string(next("the list of tools (JSON)")?)?)?;
    let mut arguments = Arguments { out, partitions, tools, twin: None, chips: Vec::new() };
    while let Some(word) = words.next() {
        if word == "--twin" {
            arguments.twin = Some(words.next().ok_or("--twin wants a file")?.into());
            continue;
        }
        let (chip, elf) = word.split_once('=').ok_or(format!("{word}: CHIP=ELF is wanted"))?;
        let chip = chip.parse::<Chip>().map_err(|_| format!("{chip}: no such chip"))?;
        arguments.chips.push((chip, elf.into()));
    }
    Ok(arguments)
}

fn write_all(arguments: &Arguments) -> Result<(), Failure> {
    let mut chips = Vec::new();
    let mut versions = Vec::new();
    for (chip, elf) in &arguments.chips {
        let built = image::build(*chip, &fs::read(elf)?, &arguments.partitions)?;
        check_budget(*chip, built.application.data.len())?;
        versions.push(built.version.clone());
        chips.push(manifest::write_chip(&arguments.out, *chip, &built)?);
    }
    let twin = arguments.twin.as_deref().map(|file| copy_twin(&arguments.out, file)).transpose()?;
    let version = same(&versions)?.to_owned();
    let manifest = Manifest::new(version, arguments.tools.clone(), chips, twin);
    let text = serde_json::to_string_pretty(&manifest)? + "\n";
    fs::write(arguments.out.join("manifest.json"), text)?;
    Ok(())
}

/// One firmware, one version.
fn same(versions: &[String]) -> Result<&str, Failure> {
    let first = versions.first().ok_or("at least one CHIP=ELF is wanted")?;
    match versions.iter().find(|version| *version != first) {
        None => Ok(first),
        Some(other) => Err(format!("the chips have different versions: {first} and {other}").into()),
    }
}

fn check_budget(chip: Chip, size_bytes: usize) -> Result<(), Failure> {
    println!("{chip}: application {size_bytes} bytes of {APPLICATION_BUDGET_BYTES}");
    if size_bytes > APPLICATION_BUDGET_BYTES {
        return Err(format!("the application for {chip} is over its budget").into());
    }
    Ok(())
}

fn copy_twin(out: &Path, file: &Path) -> Result<FileEntry, Failure> {
    let entry = FileEntry::write(out, "twin.wasm", &fs::read(file)?)?;
    println!("twin: {} bytes", entry.size_bytes);
    Ok(entry)
}
