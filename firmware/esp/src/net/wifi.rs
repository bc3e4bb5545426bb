//! Wi-Fi station: joins what the node wishes, says how it went, joins again.

use embassy_futures::select::{Either, Either3, Either4, select, select3, select4};
use embassy_net::Stack;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::channel::Channel;
use embassy_sync::signal::Signal;
use embassy_time::{Duration, Timer, with_timeout};
use esp_radio::wifi::scan::ScanConfig;
use esp_radio::wifi::sta::{ScanMethod, StationConfig};
use esp_radio::wifi::{AuthenticationMethod, AuthenticationMethodConfig, Config, PowerSaveMode, WifiController};
use heapless::{String, Vec};
use leitstand_core::node::WifiWish;

use crate::wake::WAKE;

/// Association and, after it, DHCP: 20 s each (wire contract 7.1, "WiFi connect timeout").
const JOIN_LIMIT: Duration = Duration::from_secs(20);
const ADDRESS_LIMIT: Duration = Duration::from_secs(20);
const LEAVE_LIMIT: Duration = Duration::from_secs(5);
const SCAN_LIMIT: Duration = Duration::from_secs(15);
/// Pause after the n-th failure in a row: 2, 4, 8, 16, then 30 s (7.1, "reconnect interval").
const FIRST_PAUSE_S: u64 = 2;
const LONGEST_PAUSE_S: u64 = 30;
/// How often the signal strength is read; heartbeats go out every 60 s.
const STRENGTH_INTERVAL: Duration = Duration::from_secs(10);
/// What an Improv client can show on one screen; the strongest are kept.
const MAX_FOUND: usize = 16;
/// For a network without strength, so that it is not taken for a good one.
const UNKNOWN_RSSI_DBM: i8 = -127;

/// The copy of a [`WifiWish`] that a task can keep.
pub struct Wish {
    ssid: String<32>,
    password: String<64>,
}

impl Wish {
    /// `None` where a text is longer than 802.11 allows.
    pub fn of(wish: &WifiWish<'_>) -> Option<Self> {
        Some(Wish { ssid: String::try_from(wish.ssid).ok()?, password: String::try_from(wish.password).ok()? })
    }
}

pub enum Change {
    Up { ip: [u8; 4], rssi: i8 },
    Down,
    JoinFailed,
}

pub struct Found {
    pub ssid: String<32>,
    pub rssi: i8,
    pub secured: bool,
}

/// `None`: leave, and stay away.
pub static WISH: Signal<CriticalSectionRawMutex, Option<Wish>> = Signal::new();
pub static SCAN: Signal<CriticalSectionRawMutex, ()> = Signal::new();
pub static FOUND: Signal<CriticalSectionRawMutex, Vec<Found, MAX_FOUND>> = Signal::new();
pub static CHANGES: Channel<CriticalSectionRawMutex, Change, 4> = Channel::new();

/// Why joining or staying ended.
enum Ended {
    Failed,
    Lost,
    NewWish(Option<Wish>),
}

#[embassy_executor::task]
pub async fn keep_joined(mut controller: WifiController<'static>, stack: Stack<'static>) -> ! {
    // A sleeping radio hears the access point every 100 to 300 ms only: a stop must not wait for that. Refused, it costs just this time.
    let _ = controller.set_power_saving(PowerSaveMode::None);
    let mut wish: Option<Wish> = None;
    let mut failures = 0;
    loop {
        let ended = match &wish {
            None => Ended::NewWish(idle(&mut controller).await),
            Some(wished) => stay(&mut controller, stack, wished, &mut failures).await,
        };
        match ended {
            Ended::NewWish(next) => {
                wish = next;
                failures = 0;
            }
            Ended::Failed => tell(Change::JoinFailed).await,
            Ended::Lost => {}
        }
        let _ = with_timeout(LEAVE_LIMIT, controller.disconnect_async()).await;
        if failures > 0 {
            let pause = Duration::from_secs((FIRST_PAUSE_S << failures.min(5) >> 1).min(LONGEST_PAUSE_S));
            if let Some(next) = rest(&mut controller, pause).await {
                wish = next;
                failures = 0;
            }
        }
    }
}

/// Joins, then watches until it ends.
async fn stay(
    controller: &mut WifiController<'static>,
    stack: Stack<'static>,
    wish: &Wish,
    failures: &mut u32,
) -> Ended {
    match select(join(controller, stack, wish), WISH.wait()).await {
        Either::Second(next) => return Ended::NewWish(next),
        Either::First(Err(())) => {
            *failures = failures.saturating_add(1);
            return Ended::Failed;
        }
        Either::First(Ok(())) => *failures = 0,
    }
    let ended = watch(controller, stack).await;
    tell(Change::Down).await;
    ended
}

async fn join(controller: &mut WifiController<'static>, stack: Stack<'static>, wish: &Wish) -> Result<(), ()> {
    let authentication = if wish.password.is_empty() {
        AuthenticationMethodConfig::Open
    } else {
        AuthenticationMethodConfig::Wpa2Personal(wish.password.as_str().try_into().map_err(|_| ())?)
    };
    let ssid = wish.ssid.as_str().try_into().map_err(|_| ())?;
    // The strongest of several access points, not the first one heard.
    let station = StationConfig::default()
        .with_scan_method(ScanMethod::AllChannels)
        .with_ssid(ssid)
        .with_authentication(authentication);
    controller.set_config(&Config::Station(station)).map_err(|_| ())?;
    with_timeout(JOIN_LIMIT, controller.connect_async()).await.map_err(|_| ())?.map_err(|_| ())?;
    with_timeout(ADDRESS_LIMIT, stack.wait_config_up()).await.map_err(|_| ())
}

/// Says the address and, now and then, the strength. Ends with the network or with a new wish.
async fn watch(controller: &mut WifiController<'static>, stack: Stack<'static>) -> Ended {
    loop {
        let Some(config) = stack.config_v4() else {
            return Ended::Lost;
        };
        let rssi = controller.rssi().ok().and_then(|dbm| i8::try_from(dbm).ok());
        let ip = config.address.address().octets();
        tell(Change::Up { ip, rssi: rssi.unwrap_or(UNKNOWN_RSSI_DBM) }).await;
        let loss = select(controller.wait_for_disconnect_async(), stack.wait_config_down());
        match select4(loss, WISH.wait(), SCAN.wait(), Timer::after(STRENGTH_INTERVAL)).await {
            Either4::First(_) => return Ended::Lost,
            Either4::Second(next) => return Ended::NewWish(next),
            Either4::Third(()) => scan(controller).await,
            Either4::Fourth(()) => {}
        }
    }
}

/// Nothing to join: scans on demand until there is a wish.
async fn idle(controller: &mut WifiController<'static>) -> Option<Wish> {
    loop {
        match select(WISH.wait(), SCAN.wait()).await {
            Either::First(wish) => return wish,
            Either::Second(()) => scan(controller).await,
        }
    }
}

/// The pause between two attempts; a new wish ends it.
async fn rest(controller: &mut WifiController<'static>, pause: Duration) -> Option<Option<Wish>> {
    let end = Timer::after(pause);
    let (wish, demand) = (WISH.wait(), SCAN.wait());
    match select3(end, wish, demand).await {
        Either3::First(()) => None,
        Either3::Second(next) => Some(next),
        Either3::Third(()) => {
            scan(controller).await;
            None
        }
    }
}

/// An empty list where the radio refuses or does not end.
async fn scan(controller: &mut WifiController<'static>) {
    let mut found: Vec<Found, MAX_FOUND> = Vec::new();
    let config = ScanConfig::default().with_max(MAX_FOUND);
    if let Ok(Ok(mut points)) = with_timeout(SCAN_LIMIT, controller.scan_async(&config)).await {
        points.sort_unstable_by_key(|point| core::cmp::Reverse(point.signal_strength));
        for point in points {
            let Ok(ssid) = String::try_from(point.ssid.as_str()) else {
                continue;
            };
            let secured = !matches!(point.auth_method, Some(AuthenticationMethod::None));
            // The list is as long as asked for.
            let _ = found.push(Found { ssid, rssi: point.signal_strength, secured });
        }
    }
    FOUND.signal(found);
    WAKE.signal(());
}

async fn tell(change: Change) {
    CHANGES.send(change).await;
    WAKE.signal(());
}
