use super::*;
use jiff::Timestamp;

fn calendar(events: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n{events}END:VCALENDAR\r\n")
}

fn event(lines: &str) -> String {
    let lines: String = lines.lines().map(|line| format!("{line}\r\n")).collect();
    calendar(&format!("BEGIN:VEVENT\r\nUID:1\r\n{lines}END:VEVENT\r\n"))
}

fn berlin() -> TimeZone {
    zone_of("Europe/Berlin").expect("it is compiled in")
}

/// The times of an event in Berlin, as UTC.
fn read(lines: &str) -> Vec<String> {
    let at = |ms| Timestamp::from_millisecond(ms).expect("a moment").to_string();
    match times(&event(lines), &berlin()) {
        Ok(found) => found.iter().map(|(from, to)| format!("{} {}", at(*from), at(*to))).collect(),
        Err(wrong) => {
            wrong.iter().map(|wrong| format!("{}: {}", wrong.line, wrong.message)).collect()
        }
    }
}

#[test]
fn whole_days_and_times_are_read_in_their_zones() {
    assert_eq!(
        read("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227"),
        ["2026-12-24T23:00:00Z 2026-12-26T23:00:00Z"]
    );
    assert_eq!(read("DTSTART;VALUE=DATE:20261225"), ["2026-12-24T23:00:00Z 2026-12-25T23:00:00Z"]);
    assert_eq!(
        read("DTSTART:20261224T120000Z\nDURATION:PT1H30M"),
        ["2026-12-24T12:00:00Z 2026-12-24T13:30:00Z"]
    );
    assert_eq!(
        read("DTSTART;TZID=\"America/New_York\":20261224T120000\nDTEND:20261224T180000Z"),
        ["2026-12-24T17:00:00Z 2026-12-24T18:00:00Z"]
    );
    // Without a zone, by the queue's own clocks.
    assert_eq!(
        read("DTSTART:20260701T120000\nDTEND:20260701T130000"),
        ["2026-07-01T10:00:00Z 2026-07-01T11:00:00Z"]
    );
    // What goes on in the next line, what is of an alarm, what was called off.
    assert_eq!(
        read("SUMMARY:Christmas: a feast\\, and\n  more\nDTSTART;VALUE=DATE:202612\n 25"),
        ["2026-12-24T23:00:00Z 2026-12-25T23:00:00Z"]
    );
    let alarm = "DTSTART;VALUE=DATE:20261225\nBEGIN:VALARM\nDURATION:never\nEND:VALARM";
    assert_eq!(read(alarm).len(), 1);
    assert!(read("DTSTART;VALUE=DATE:20261225\nSTATUS:CANCELLED").is_empty());
}

#[test]
fn a_yearly_event_comes_every_year_as_often_as_it_says() {
    let yearly = read("DTSTART;VALUE=DATE:20200101\nRRULE:FREQ=YEARLY");
    assert_eq!(
        (yearly.len(), yearly[6].as_str()),
        (81, "2025-12-31T23:00:00Z 2026-01-01T23:00:00Z")
    );
    assert_eq!(read("DTSTART;VALUE=DATE:20200101\nRRULE:FREQ=YEARLY;COUNT=3").len(), 3);
    assert_eq!(read("DTSTART;VALUE=DATE:20200101\nRRULE:FREQ=YEARLY;UNTIL=20221231").len(), 3);
    let named = "DTSTART;VALUE=DATE:20201225\nRRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25;COUNT=2";
    assert_eq!(read(named).len(), 2);
    // A day that only leap years have.
    let leap = read("DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY;COUNT=2");
    assert_eq!(leap[1], "2028-02-28T23:00:00Z 2028-02-29T23:00:00Z");
}

#[test]
fn what_would_close_a_queue_at_another_time_is_an_error_with_its_line() {
    for (lines, expected) in [
        ("DTSTART:tomorrow", "6: tomorrow is no date and no time"),
        ("DTSTART:20261301", "6: 20261301 is no date and no time"),
        ("DTSTART;TZID=Mars/Base:20261224T090000", "6: \"Mars/Base\" is no zone known here"),
        ("SUMMARY:x", "7: the beginning of the event in line 4 is missing"),
        (
            "DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261224",
            "8: the end of the event in line 4 is before its beginning",
        ),
        ("DTSTART:20261224T120000Z\nDURATION:long", "7: long is no duration"),
        (
            "DTSTART:20261224T120000Z\nRRULE:FREQ=WEEKLY",
            "7: the rule FREQ=WEEKLY is not read here, but every year alone",
        ),
        (
            "DTSTART:20261224T120000Z\nRRULE:FREQ=YEARLY;BYDAY=MO",
            "7: the rule FREQ=YEARLY;BYDAY=MO is not read here, but every year alone",
        ),
        (
            "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1",
            "8: the rule of the event in line 4 is not read here",
        ),
        ("DTSTART;VALUE=DATE:20261225\nEXDATE:20271225", "7: EXDATE is not read here"),
        ("no line at all", "6: this is no line of a calendar"),
    ] {
        assert_eq!(read(lines), [expected], "{lines}");
    }
}

#[test]
fn what_is_no_calendar_is_told_once() {
    let told = |text: &str| match times(text, &TimeZone::UTC) {
        Ok(found) => format!("{} times", found.len()),
        Err(wrong) => {
            assert_eq!(wrong.len(), 1, "{wrong:?}");
            format!("{}: {}", wrong[0].line, wrong[0].message)
        }
    };
    assert_eq!(told(""), "0 times");
    assert_eq!(told("<html>\n<p>Not found</p>\n"), "1: this is no line of a calendar");
    assert_eq!(told("X:1\nY:2\n"), "1: this is no calendar");
    assert_eq!(told("BEGIN:VCARD\nEND:VCARD\n"), "1: this is no calendar");
    assert_eq!(told("BEGIN:VCALENDAR\nEND:VEVENT\n"), "2: VEVENT was not begun");
    assert_eq!(told("BEGIN:VCALENDAR\nBEGIN:VEVENT\n"), "2: VEVENT does not end");
    let many: String = (0..300)
        .map(|_| "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20200101\nRRULE:FREQ=YEARLY\nEND:VEVENT\n")
        .collect();
    let many = calendar(&many);
    assert!(told(&many).ends_with("this calendar has more than 20000 times"), "{}", told(&many));
}
