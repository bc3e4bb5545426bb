//! The command line.

use std::path::PathBuf;

use leitstand_core::board::Board;

pub const USAGE: &str = "\
leitstand-node --broker HOST:PORT [--user U --password-file F] --id ESP_0A1B2C [--kaiser god]
               [--board esp32|esp32c3|esp32c6] --flash FILE [--manual-clock] [--serial PATH] [--production] [--seed N]

The firmware core as a program. Its world is on standard input, one JSON object a line; its effects are on standard output.
  --board          pins and limits to imitate; esp32 when it is not given
  --flash          file that keeps the settings; made when it is missing
  --manual-clock   time stands still but for {\"advance_ms\":N} lines
  --serial         a serial line for Improv: an existing device or pty, or a path at which a new pty is linked
  --production     a stop is refused while no emergency token is stored
";

pub struct Options {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub password: String,
    pub id: String,
    pub kaiser: String,
    pub board: &'static Board,
    pub flash: PathBuf,
    pub is_manual: bool,
    pub serial: Option<PathBuf>,
    pub is_production: bool,
    pub seed: u64,
}

/// Reads the command line; the error is a sentence for the user.
pub fn parse() -> Result<Options, String> {
    let mut broker = None;
    let mut password_file: Option<PathBuf> = None;
    let mut options = Options {
        host: String::new(),
        port: 0,
        user: String::new(),
        password: String::new(),
        id: String::new(),
        kaiser: "god".into(),
        board: &leitstand_core::board::ESP32,
        flash: PathBuf::new(),
        is_manual: false,
        serial: None,
        is_production: false,
        seed: 1,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = next(&mut parser)? {
        match argument.as_str() {
            "--broker" => broker = Some(word(&mut parser)?),
            "--user" => options.user = word(&mut parser)?,
            "--password-file" => password_file = Some(word(&mut parser)?.into()),
            "--id" => options.id = word(&mut parser)?,
            "--kaiser" => options.kaiser = word(&mut parser)?,
            "--board" => {
                let id = word(&mut parser)?;
                options.board = board_of(&id).ok_or(format!("No such board: {id}"))?;
            }
            "--flash" => options.flash = word(&mut parser)?.into(),
            "--manual-clock" => options.is_manual = true,
            "--serial" => options.serial = Some(word(&mut parser)?.into()),
            "--production" => options.is_production = true,
            "--seed" => options.seed = word(&mut parser)?.parse().map_err(|_| "--seed wants a number".to_string())?,
            "--help" => return Err(USAGE.into()),
            other => return Err(format!("Unknown argument: {other}\n\n{USAGE}")),
        }
    }
    check(options, broker, password_file)
}

/// Boards go by many names (`esp32c3`, `XIAO_ESP32C3`, `ESP32_WROOM`); as in src/shared/domain/boards.ts.
fn board_of(name: &str) -> Option<&'static Board> {
    let word: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let id = match word.as_str() {
        word if word.contains("c3") || word == "xiao" => "esp32c3",
        word if word.contains("c6") => "esp32c6",
        word if word.contains("wroom") || word.starts_with("esp32") => "esp32",
        _ => return None,
    };
    Board::by_id(id)
}

/// The next option by its long name.
fn next(parser: &mut lexopt::Parser) -> Result<Option<String>, String> {
    let argument = parser.next().map_err(|error| error.to_string())?;
    Ok(argument.map(|argument| match argument {
        lexopt::Arg::Long(name) => format!("--{name}"),
        lexopt::Arg::Short('h') => "--help".into(),
        lexopt::Arg::Short(name) => format!("-{name}"),
        lexopt::Arg::Value(value) => value.to_string_lossy().into_owned(),
    }))
}

/// What follows the option.
fn word(parser: &mut lexopt::Parser) -> Result<String, String> {
    let value = parser.value().map_err(|error| error.to_string())?;
    value.into_string().map_err(|_| "An argument is not UTF-8".to_string())
}

fn check(mut options: Options, broker: Option<String>, password_file: Option<PathBuf>) -> Result<Options, String> {
    if options.flash.as_os_str().is_empty() {
        return Err(format!("--flash is missing\n\n{USAGE}"));
    }
    if let Some(broker) = broker {
        let (host, port) = broker.rsplit_once(':').ok_or("--broker wants HOST:PORT")?;
        options.host = host.trim_matches(['[', ']']).into();
        options.port = port.parse().map_err(|_| "--broker wants HOST:PORT with a port number".to_string())?;
    } else if options.serial.is_none() {
        return Err(format!("--broker is missing (without one only --serial can provision the device)\n\n{USAGE}"));
    }
    if let Some(path) = password_file {
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        options.password = text.trim_end_matches(['\r', '\n']).into();
    }
    let is_id = options.id.len() <= 31
        && options.id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    if !is_id {
        return Err("--id takes up to 31 characters of A-Z, 0-9 and _".into());
    }
    Ok(options)
}
