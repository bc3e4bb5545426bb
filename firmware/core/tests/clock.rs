//! The clock, and local time against tables made with Python's zoneinfo (Europe/Berlin, tzdata 2025b).

use leitstand_core::clock::{Clock, LocalTime, TimeSource, local_time};
use leitstand_core::config::Timezone;

/// Unix seconds of the change to summer time and back, per year from 2023.
#[rustfmt::skip]
const CHANGES: [(u64, u64); 28] = [
    (1679792400, 1698541200), // 2023: 26 March, 29 October
    (1711846800, 1729990800), // 2024: 31 March, 27 October
    (1743296400, 1761440400), // 2025: 30 March, 26 October
    (1774746000, 1792890000), // 2026: 29 March, 25 October
    (1806195600, 1824944400), // 2027: 28 March, 31 October
    (1837645200, 1856394000), // 2028: 26 March, 29 October
    (1869094800, 1887843600), // 2029: 25 March, 28 October
    (1901149200, 1919293200), // 2030: 31 March, 27 October
    (1932598800, 1950742800), // 2031: 30 March, 26 October
    (1964048400, 1982797200), // 2032: 28 March, 31 October
    (1995498000, 2014246800), // 2033: 27 March, 30 October
    (2026947600, 2045696400), // 2034: 26 March, 29 October
    (2058397200, 2077146000), // 2035: 25 March, 28 October
    (2090451600, 2108595600), // 2036: 30 March, 26 October
    (2121901200, 2140045200), // 2037: 29 March, 25 October
    (2153350800, 2172099600), // 2038: 28 March, 31 October
    (2184800400, 2203549200), // 2039: 27 March, 30 October
    (2216250000, 2234998800), // 2040: 25 March, 28 October
    (2248304400, 2266448400), // 2041: 31 March, 27 October
    (2279754000, 2297898000), // 2042: 30 March, 26 October
    (2311203600, 2329347600), // 2043: 29 March, 25 October
    (2342653200, 2361402000), // 2044: 27 March, 30 October
    (2374102800, 2392851600), // 2045: 26 March, 29 October
    (2405552400, 2424301200), // 2046: 25 March, 28 October
    (2437606800, 2455750800), // 2047: 31 March, 27 October
    (2469056400, 2487200400), // 2048: 29 March, 25 October
    (2500506000, 2519254800), // 2049: 28 March, 31 October
    (2531955600, 2550704400), // 2050: 27 March, 30 October
];

/// Unix seconds, then minute of the day and weekday (0 = Sunday) in UTC and in Berlin.
#[rustfmt::skip]
const MOMENTS: [(u64, u16, u8, u16, u8); 75] = [
    (1705660336, 632, 5, 692, 5), // Fri 2024-01-19 11:32 CET
    (1706909588, 1293, 5, 1353, 5), // Fri 2024-02-02 22:33 CET
    (1725214851, 1100, 0, 1220, 0), // Sun 2024-09-01 20:20 CEST
    (1743911491, 231, 0, 351, 0), // Sun 2025-04-06 05:51 CEST
    (1746379977, 1052, 0, 1172, 0), // Sun 2025-05-04 19:32 CEST
    (1755119493, 1271, 3, 1391, 3), // Wed 2025-08-13 23:11 CEST
    (1758829621, 1187, 4, 1307, 4), // Thu 2025-09-25 21:47 CEST
    (1767997463, 1344, 5, 1404, 5), // Fri 2026-01-09 23:24 CET
    (1786774069, 367, 6, 487, 6), // Sat 2026-08-15 08:07 CEST
    (1794180451, 1407, 0, 27, 1), // Mon 2026-11-09 00:27 CET
    (1809166721, 618, 6, 738, 6), // Sat 2027-05-01 12:18 CEST
    (1819129002, 1056, 2, 1176, 2), // Tue 2027-08-24 19:36 CEST
    (1842190875, 941, 3, 1061, 3), // Wed 2028-05-17 17:41 CEST
    (1848755562, 912, 2, 1032, 2), // Tue 2028-08-01 17:12 CEST
    (1849403470, 191, 3, 311, 3), // Wed 2028-08-09 05:11 CEST
    (1868746217, 10, 3, 70, 3), // Wed 2029-03-21 01:10 CET
    (1880848161, 109, 3, 229, 3), // Wed 2029-08-08 03:49 CEST
    (1881907112, 478, 1, 598, 1), // Mon 2029-08-20 09:58 CEST
    (1899871617, 366, 6, 426, 6), // Sat 2030-03-16 07:06 CET
    (1914193478, 24, 4, 144, 4), // Thu 2030-08-29 02:24 CEST
    (1920074250, 117, 2, 177, 2), // Tue 2030-11-05 02:57 CET
    (1925367812, 503, 0, 563, 0), // Sun 2031-01-05 09:23 CET
    (1940841443, 637, 4, 757, 4), // Thu 2031-07-03 12:37 CEST
    (1954190461, 1361, 4, 1421, 4), // Thu 2031-12-04 23:41 CET
    (1955563659, 1207, 6, 1267, 6), // Sat 2031-12-20 21:07 CET
    (1986402984, 1116, 6, 1176, 6), // Sat 2032-12-11 19:36 CET
    (1986833407, 1090, 4, 1150, 4), // Thu 2032-12-16 19:10 CET
    (2001919469, 524, 4, 644, 4), // Thu 2033-06-09 10:44 CEST
    (2012650084, 808, 2, 928, 2), // Tue 2033-10-11 15:28 CEST
    (2058655544, 45, 3, 165, 3), // Wed 2035-03-28 02:45 CEST
    (2063274253, 704, 0, 824, 0), // Sun 2035-05-20 13:44 CEST
    (2066854375, 1332, 6, 12, 0), // Sun 2035-07-01 00:12 CEST
    (2100840636, 410, 1, 530, 1), // Mon 2036-07-28 08:50 CEST
    (2106751013, 996, 6, 1116, 6), // Sat 2036-10-04 18:36 CEST
    (2106969200, 313, 2, 433, 2), // Tue 2036-10-07 07:13 CEST
    (2111956985, 1363, 3, 1423, 3), // Wed 2036-12-03 23:43 CET
    (2125784709, 1425, 2, 105, 3), // Wed 2037-05-13 01:45 CEST
    (2141509425, 1423, 2, 43, 3), // Wed 2037-11-11 00:43 CET
    (2152856406, 460, 1, 520, 1), // Mon 2038-03-22 08:40 CET
    (2153748997, 936, 4, 1056, 4), // Thu 2038-04-01 17:36 CEST
    (2185353764, 642, 6, 762, 6), // Sat 2039-04-02 12:42 CEST
    (2197150363, 1412, 2, 92, 3), // Wed 2039-08-17 01:32 CEST
    (2197917204, 1233, 4, 1353, 4), // Thu 2039-08-25 22:33 CEST
    (2227971458, 1017, 2, 1137, 2), // Tue 2040-08-07 18:57 CEST
    (2239858145, 409, 0, 469, 0), // Sun 2040-12-23 07:49 CET
    (2243602254, 890, 1, 950, 1), // Mon 2041-02-04 15:50 CET
    (2295143377, 229, 3, 349, 3), // Wed 2042-09-24 05:49 CEST
    (2333967734, 742, 4, 802, 4), // Thu 2043-12-17 13:22 CET
    (2349290419, 1240, 6, 1360, 6), // Sat 2044-06-11 22:40 CEST
    (2358434843, 1007, 0, 1127, 0), // Sun 2044-09-25 18:47 CEST
    (2362122942, 555, 1, 615, 1), // Mon 2044-11-07 10:15 CET
    (2423955395, 56, 3, 176, 3), // Wed 2046-10-24 02:56 CEST
    (2426540503, 1381, 4, 1, 5), // Fri 2046-11-23 00:01 CET
    (2439207616, 820, 4, 940, 4), // Thu 2047-04-18 15:40 CEST
    (2451724829, 640, 2, 760, 2), // Tue 2047-09-10 12:40 CEST
    (2455356313, 685, 2, 805, 2), // Tue 2047-10-22 13:25 CEST
    (2461068977, 856, 5, 916, 5), // Fri 2047-12-27 15:16 CET
    (2478533013, 1043, 4, 1163, 4), // Thu 2048-07-16 19:23 CEST
    (2479221261, 994, 5, 1114, 5), // Fri 2048-07-24 18:34 CEST
    (2481890459, 840, 1, 960, 1), // Mon 2048-08-24 16:00 CEST
    (1709164799, 1439, 3, 59, 4), // Thu 2024-02-29 00:59 CET
    (1709164800, 0, 4, 60, 4), // Thu 2024-02-29 01:00 CET
    (1709247599, 1379, 4, 1439, 4), // Thu 2024-02-29 23:59 CET
    (1709247600, 1380, 4, 0, 5), // Fri 2024-03-01 00:00 CET
    (1709251200, 0, 5, 60, 5), // Fri 2024-03-01 01:00 CET
    (1704063599, 1379, 0, 1439, 0), // Sun 2023-12-31 23:59 CET
    (1704063600, 1380, 0, 0, 1), // Mon 2024-01-01 00:00 CET
    (1830295800, 1410, 5, 30, 6), // Sat 2028-01-01 00:30 CET
    (2340360000, 720, 1, 780, 1), // Mon 2044-02-29 13:00 CET
    (1838152799, 1319, 5, 1439, 5), // Fri 2028-03-31 23:59 CEST
    (1838152800, 1320, 5, 0, 6), // Sat 2028-04-01 00:00 CEST
    (1982797199, 59, 0, 179, 0), // Sun 2032-10-31 02:59 CEST
    (1982797200, 60, 0, 120, 0), // Sun 2032-10-31 02:00 CET
    (1901149199, 59, 0, 119, 0), // Sun 2030-03-31 01:59 CET
    (1901149200, 60, 0, 180, 0), // Sun 2030-03-31 03:00 CEST
];

const NOW_S: u64 = 1_777_012_401;

fn berlin(unix_s: u64) -> LocalTime {
    local_time(unix_s, Timezone::CentralEurope)
}

#[test]
fn a_new_clock_gives_no_time() {
    let clock = Clock::new();
    assert_eq!((clock.unix_s(5000), clock.unix_ms(5000), clock.source()), (None, None, None));
}

#[test]
fn a_clock_goes_on_from_where_it_was_set() {
    let mut clock = Clock::new();
    assert!(clock.set(NOW_S, TimeSource::Server, 10_500));
    assert_eq!(clock.unix_s(10_500), Some(NOW_S));
    assert_eq!(clock.unix_ms(10_501), Some(NOW_S * 1000 + 1));
    assert_eq!(clock.unix_s(11_499), Some(NOW_S));
    assert_eq!(clock.unix_s(11_500), Some(NOW_S + 1));
    assert_eq!(clock.unix_s(10_500 + 86_400_000), Some(NOW_S + 86_400));
}

#[test]
fn ntp_overrides_the_server_and_never_the_other_way_round() {
    let mut clock = Clock::new();
    assert!(clock.set(NOW_S, TimeSource::Server, 0));
    assert!(clock.set(NOW_S + 100, TimeSource::Server, 1000));
    assert_eq!((clock.unix_s(1000), clock.source()), (Some(NOW_S + 100), Some(TimeSource::Server)));
    assert!(clock.set(NOW_S + 7, TimeSource::Ntp, 2000));
    assert!(!clock.set(NOW_S + 500, TimeSource::Server, 3000));
    assert_eq!((clock.unix_s(3000), clock.source()), (Some(NOW_S + 8), Some(TimeSource::Ntp)));
    assert!(clock.set(NOW_S + 20, TimeSource::Ntp, 4000));
    assert_eq!(clock.unix_s(4000), Some(NOW_S + 20));
}

#[test]
fn a_time_outside_the_valid_range_is_refused_and_leaves_the_clock_as_it_was() {
    for source in [TimeSource::Ntp, TimeSource::Server] {
        for unix_s in [0, 1, 1_699_999_999, 2_500_000_001, 1_777_012_401_000, u64::MAX] {
            let mut clock = Clock::new();
            assert!(!clock.set(unix_s, source, 0), "{unix_s}");
            assert_eq!(clock, Clock::new());
            assert!(clock.set(NOW_S, source, 0));
            assert!(!clock.set(unix_s, source, 0), "{unix_s}");
            assert_eq!(clock.unix_s(0), Some(NOW_S));
        }
        for unix_s in [1_700_000_000, 2_500_000_000] {
            let mut clock = Clock::new();
            assert!(clock.set(unix_s, source, 0), "{unix_s}");
            assert_eq!(clock.unix_s(0), Some(unix_s));
        }
    }
}

#[test]
fn local_time_agrees_with_the_tabulated_moments() {
    for (unix_s, utc_minute, utc_weekday, minute_of_day, weekday) in MOMENTS {
        let utc = LocalTime { minute_of_day: utc_minute, weekday: utc_weekday };
        assert_eq!(local_time(unix_s, Timezone::Utc), utc, "{unix_s}");
        assert_eq!(berlin(unix_s), LocalTime { minute_of_day, weekday }, "{unix_s}");
    }
}

#[test]
fn in_spring_the_wall_jumps_from_two_to_three_and_in_autumn_from_three_to_two() {
    let sunday_at = |minute_of_day| LocalTime { minute_of_day, weekday: 0 };
    for (to_summer, to_winter) in CHANGES {
        assert_eq!(berlin(to_summer - 1), sunday_at(119), "{to_summer}");
        assert_eq!(berlin(to_summer), sunday_at(180), "{to_summer}");
        assert_eq!(berlin(to_winter - 1), sunday_at(179), "{to_winter}");
        assert_eq!(berlin(to_winter), sunday_at(120), "{to_winter}");
    }
}

#[test]
fn the_rule_holds_beyond_years_without_a_leap_day() {
    // From the calendar of Python, for the years 2100, 2101, 2196, 2250, 2399, 2400.
    let changes = [
        (4109878800, 4128627600),
        (4141328400, 4160077200),
        (7139322000, 7158070800),
        (8843648400, 8861792400),
        (13545363600, 13564112400),
        (13576813200, 13595562000),
    ];
    for (to_summer, to_winter) in changes {
        let minutes = [to_summer - 1, to_summer, to_winter - 1, to_winter].map(|at| berlin(at).minute_of_day);
        assert_eq!(minutes, [119, 180, 179, 120], "{to_summer}");
    }
}

#[test]
fn every_hour_of_28_years_has_the_offset_of_its_season() {
    let first_s = 1_672_531_200; // 2023-01-01
    for unix_s in (first_s..2_550_000_000).step_by(3600) {
        let is_summer = CHANGES.iter().any(|&(start, end)| (start..end).contains(&unix_s));
        let wall = local_time(unix_s + if is_summer { 7200 } else { 3600 }, Timezone::Utc);
        assert_eq!(berlin(unix_s), wall, "{unix_s}");
    }
}

#[test]
fn times_that_no_clock_can_show_do_no_harm() {
    for unix_s in [0, 1, 86_399, 5_000_000, u64::MAX - 1, u64::MAX] {
        for timezone in [Timezone::Utc, Timezone::CentralEurope] {
            let local = local_time(unix_s, timezone);
            assert!(local.minute_of_day < 1440 && local.weekday < 7, "{unix_s}");
        }
    }
    // Winter: the year 1970 begins at one o'clock on a Thursday.
    assert_eq!(berlin(0), LocalTime { minute_of_day: 60, weekday: 4 });
}
