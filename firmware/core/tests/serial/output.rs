//! The ring of replies and logs.

use leitstand_core::io::LogLevel;
use leitstand_core::serial::{Approval, ErrorState, MAX_SCAN_RESULTS, Output, OutputError, Rpc, State, Status};

fn drain(output: &mut Output) -> Vec<u8> {
    let mut bytes = Vec::new();
    while !output.pending().is_empty() {
        // In pieces, as a UART takes them.
        let count = output.pending().len().min(7);
        bytes.extend(&output.pending()[..count]);
        output.sent(count);
    }
    bytes
}

fn drain_text(output: &mut Output) -> String {
    String::from_utf8(drain(output)).unwrap()
}

/// Logs until a line is dropped; how many went in.
fn fill_with_logs(output: &mut Output) -> usize {
    (0..)
        .find(|number| {
            output.log(LogLevel::Info, 5, format_args!("line {number:04}"));
            output.dropped_logs() > 0
        })
        .unwrap()
}

#[test]
fn replies_and_logs_leave_in_the_order_in_which_they_came() {
    let mut output = Output::new();
    output.log(LogLevel::Debug, 1, format_args!("first"));
    output.state(State::Ready).unwrap();
    output.log(LogLevel::Critical, 2, format_args!("second"));
    let bytes = drain(&mut output);
    assert!(bytes.starts_with(b"D (1) first\n\nIMPROV\x01"));
    assert!(bytes.ends_with(b"\nC (2) second\n"));
}

#[test]
fn a_log_line_that_does_not_fit_is_dropped_whole_and_told_of_later() {
    let mut output = Output::new();
    let fitting = fill_with_logs(&mut output);
    output.log(LogLevel::Info, 6, format_args!("also lost"));
    let text = drain_text(&mut output);
    assert_eq!(text.lines().count(), fitting);
    assert!(text.ends_with(&format!("I (5) line {:04}\n", fitting - 1)));
    output.log(LogLevel::Error, 7, format_args!("after"));
    output.log(LogLevel::Error, 8, format_args!("last"));
    assert_eq!(drain_text(&mut output), "W (7) 2 log lines dropped\nE (7) after\nE (8) last\n");
    assert_eq!(output.dropped_logs(), 2);
}

#[test]
fn a_line_that_is_lost_behind_its_notice_is_told_of_in_the_next_one() {
    let mut output = Output::new();
    fill_with_logs(&mut output);
    // Room for the notice only.
    output.sent(30);
    output.log(LogLevel::Info, 9, format_args!("{}", "x".repeat(100)));
    drain(&mut output);
    output.log(LogLevel::Info, 10, format_args!("y"));
    assert_eq!(drain_text(&mut output), "W (10) 1 log lines dropped\nI (10) y\n");
    assert_eq!(output.dropped_logs(), 2);
}

#[test]
fn logs_leave_room_for_the_longest_scan() {
    let mut output = Output::new();
    fill_with_logs(&mut output);
    output.error(ErrorState::None).unwrap();
    for _ in 0..MAX_SCAN_RESULTS {
        output.network(&"x".repeat(32), -128, true).unwrap();
    }
    assert_eq!(output.result(Rpc::ScanWifi, &[]), Ok(()));
    assert_eq!(output.dropped_replies(), 0);
}

#[test]
fn a_reply_to_a_line_that_nobody_reads_is_refused_whole_and_counted() {
    let mut output = Output::new();
    let long = "x".repeat(250);
    let mut fitting = 0;
    while output.result(Rpc::DeviceName, &[&long]).is_ok() {
        fitting += 1;
    }
    assert_eq!(fitting, 7);
    assert_eq!(output.result(Rpc::DeviceName, &[&long]), Err(OutputError::Full));
    assert_eq!(output.dropped_replies(), 2);
    assert_eq!(drain(&mut output).len(), fitting * (2 + 10 + 2 + 1 + 250));
    assert_eq!(output.result(Rpc::DeviceName, &[&long]), Ok(()));
}

#[test]
fn a_reply_is_queued_as_long_as_its_last_byte_fits() {
    const ERROR_BYTES: usize = 2 + 10 + 1;
    for room in 0..=ERROR_BYTES {
        let mut output = Output::new();
        for _ in 0..7 {
            output.result(Rpc::DeviceName, &[&"x".repeat(250)]).unwrap();
        }
        // 2,048 bytes less seven packets of 265, the frame of this one, and the room that is to be left.
        let rest = "x".repeat(2048 - 7 * 265 - 15 - room);
        output.result(Rpc::DeviceName, &[&rest]).unwrap();
        let is_queued = output.error(ErrorState::None) == Ok(());
        assert_eq!(is_queued, room == ERROR_BYTES, "room for {room}");
        let end: &[u8] = if is_queued { b"\x00\xE1\n" } else { b"\n" };
        assert!(drain(&mut output).ends_with(end), "room for {room}");
    }
}

#[test]
fn strings_beyond_one_packet_are_refused() {
    let mut output = Output::new();
    for strings in
        [vec!["x".repeat(253)], vec!["x".repeat(126), "x".repeat(126)], vec!["x".repeat(255)], vec!["x".repeat(300)]]
    {
        let strings: Vec<&str> = strings.iter().map(String::as_str).collect();
        assert_eq!(output.result(Rpc::DeviceName, &strings), Err(OutputError::TooLong));
    }
    assert_eq!(output.pending(), b"");
}

#[test]
fn the_longest_status_fits_one_packet() {
    let mut output = Output::new();
    let status = Status {
        id: &"I".repeat(31),
        firmware: &"1".repeat(32),
        board: "esp32c6",
        ip: Some([255; 4]),
        is_broker_connected: true,
        is_registered: true,
        approval: Approval::Rejected,
        zone: &"z".repeat(32),
        boot_count: u32::MAX,
        is_safe_mode: true,
    };
    assert_eq!(output.status(&status), Ok(()));
}

#[test]
fn a_long_log_line_is_cut_between_letters_and_says_so() {
    let mut output = Output::new();
    output.log(LogLevel::Info, 1, format_args!("{}", "ü".repeat(500)));
    let text = drain_text(&mut output);
    assert!(text.len() <= 240 && text.len() > 235, "{}", text.len());
    assert!(text.starts_with("I (1) üü") && text.ends_with("ü...\n"));
}

#[test]
fn saying_that_more_was_sent_than_there_was_is_harmless() {
    let mut output = Output::new();
    output.log(LogLevel::Info, 1, format_args!("a"));
    output.sent(usize::MAX);
    assert_eq!(output.pending(), b"");
}
