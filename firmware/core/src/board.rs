//! Boards as data: which pins may be used for what (wire contract 8.5). Mirrors src/shared/domain/boards.ts; a test compares the two.

/// A board. To add one: its constant here, a line in [`BOARDS`], its table in boards.ts.
#[derive(Debug, PartialEq, Eq)]
pub struct Board {
    /// `hardware_type` of the heartbeat and `--board` of the host shell.
    pub id: &'static str,
    /// `chip_model` of the diagnostics answer.
    pub chip: &'static str,
    pub last_gpio: u8,
    pub usable: &'static [u8],
    pub input_only: &'static [u8],
    pub sda: u8,
    pub scl: u8,
    /// Pin of the 1-Wire bus when nobody names one (1.12).
    pub one_wire: u8,
    /// Blinks for `identify`; not usable for anything else on boards that list it here and not under `usable`.
    pub led: u8,
    pub pwm_channels: usize,
    pub max_sensors: usize,
    pub max_actuators: usize,
}

pub const ESP32: Board = Board {
    id: "esp32",
    chip: "ESP32",
    last_gpio: 39,
    usable: &[4, 5, 14, 15, 16, 17, 18, 19, 21, 22, 23, 25, 26, 27, 32, 33, 34, 35, 36, 39],
    input_only: &[34, 35, 36, 39],
    sda: 21,
    scl: 22,
    one_wire: 4,
    led: 2,
    pwm_channels: 16,
    max_sensors: 20,
    max_actuators: 12,
};

pub const ESP32C3: Board = Board {
    id: "esp32c3",
    chip: "ESP32-C3",
    last_gpio: 21,
    usable: &[2, 4, 5, 6, 7, 8, 9, 10, 21],
    input_only: &[],
    sda: 4,
    scl: 5,
    one_wire: 6,
    led: 8,
    pwm_channels: 6,
    max_sensors: 10,
    max_actuators: 6,
};

pub const ESP32C6: Board = Board {
    id: "esp32c6",
    chip: "ESP32-C6",
    last_gpio: 30,
    usable: &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15, 18, 19, 20, 21, 22, 23],
    input_only: &[],
    sda: 6,
    scl: 7,
    one_wire: 10,
    led: 15,
    pwm_channels: 6,
    max_sensors: 10,
    max_actuators: 6,
};

pub const BOARDS: [&Board; 3] = [&ESP32, &ESP32C3, &ESP32C6];

/// The number under which sensors on the I2C bus are kept (wire contract 5.2).
pub const I2C_CONVENTION: u8 = 0;

impl Board {
    /// The board of that id, or `None`.
    pub fn by_id(id: &str) -> Option<&'static Board> {
        BOARDS.iter().copied().find(|board| board.id == id)
    }

    pub fn is_usable(&self, gpio: u8) -> bool {
        self.usable.contains(&gpio)
    }

    pub fn is_input_only(&self, gpio: u8) -> bool {
        self.input_only.contains(&gpio)
    }

    pub fn is_i2c(&self, gpio: u8) -> bool {
        gpio == self.sda || gpio == self.scl
    }
}
