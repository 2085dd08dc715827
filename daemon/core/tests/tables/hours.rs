//! When queues are open: what is planned in zones whose clocks change, and what becomes of chats.

use crate::kit::{Desk, check_all, daily};
use desk_core::Event;
use desk_core::config::{DaySpan, HoursConfig, WeekSpan};
use jiff::Timestamp;

fn minutes(time: &str) -> u16 {
    let (hour, minute) = time.split_once(':').expect("a time");
    hour.parse::<u16>().expect("an hour") * 60 + minute.parse::<u16>().expect("a minute")
}

fn span(from: &str, to: &str) -> DaySpan {
    DaySpan { from: minutes(from), to: minutes(to) }
}

/// Open on these days of the week, 1 to 7.
fn weekly(zone: &str, days: std::ops::RangeInclusive<i8>, times: DaySpan) -> HoursConfig {
    let week = days.map(|day| WeekSpan { day, span: times }).collect();
    HoursConfig { zone: zone.into(), week, ..HoursConfig::default() }
}

fn ms(text: &str) -> i64 {
    text.parse::<Timestamp>().expect("a moment").as_millisecond()
}

/// What is planned, and until when, as the table tells it.
fn planned(hours: &HoursConfig, at: &str) -> String {
    let planned = hours.at(ms(at));
    let until = planned.until_ms.map_or("for long".to_owned(), |until| {
        let until = Timestamp::from_millisecond(until).expect("a moment");
        format!("until {until}")
    });
    format!("{} {until}", if planned.open { "open" } else { "closed" })
}

fn hold(hours: &HoursConfig, table: &[(&str, &str)]) {
    for (at, expected) in table {
        assert_eq!(planned(hours, at), *expected, "in {} at {at}", hours.zone);
    }
}

#[test]
fn hours_follow_the_clocks_over_both_changes() {
    let office = daily("Europe/Berlin", 540, 1080);
    hold(
        &office,
        &[
            // 29 March 2026: the clocks are set from 2 to 3.
            ("2026-03-28T12:00:00Z", "open until 2026-03-28T17:00:00Z"),
            ("2026-03-28T17:00:00Z", "closed until 2026-03-29T07:00:00Z"),
            ("2026-03-29T07:00:00Z", "open until 2026-03-29T16:00:00Z"),
            // 25 October 2026: from 3 back to 2.
            ("2026-10-24T16:00:00Z", "closed until 2026-10-25T08:00:00Z"),
            ("2026-10-25T16:59:59Z", "open until 2026-10-25T17:00:00Z"),
        ],
    );
    let night = daily("Europe/Berlin", minutes("22:00"), 1440 + 360);
    hold(
        &night,
        &[
            // Seven hours in spring, nine in autumn.
            ("2026-03-28T21:00:00Z", "open until 2026-03-29T04:00:00Z"),
            ("2026-10-24T20:00:00Z", "open until 2026-10-25T05:00:00Z"),
            ("2026-10-25T05:00:00Z", "closed until 2026-10-25T21:00:00Z"),
        ],
    );
    // The southern half changes the other way round, and Los Angeles on other days.
    hold(
        &daily("America/Los_Angeles", 540, 1080),
        &[
            ("2026-03-08T15:59:00Z", "closed until 2026-03-08T16:00:00Z"),
            ("2026-11-01T16:59:00Z", "closed until 2026-11-01T17:00:00Z"),
        ],
    );
    hold(
        &daily("Pacific/Auckland", 540, 1080),
        &[
            ("2026-04-04T19:59:00Z", "closed until 2026-04-04T21:00:00Z"),
            ("2026-09-26T19:59:00Z", "closed until 2026-09-26T20:00:00Z"),
        ],
    );
}

#[test]
fn an_edge_that_the_clocks_leave_out_or_show_twice_has_its_moment() {
    // Half past two is left out on 29 March, and comes twice on 25 October.
    hold(
        &daily("Europe/Berlin", minutes("02:30"), minutes("04:00")),
        &[
            ("2026-03-29T00:59:59Z", "closed until 2026-03-29T01:00:00Z"),
            ("2026-03-29T01:00:00Z", "open until 2026-03-29T02:00:00Z"),
            ("2026-10-25T00:00:00Z", "closed until 2026-10-25T00:30:00Z"),
        ],
    );
    hold(
        &daily("Europe/Berlin", minutes("01:00"), minutes("02:30")),
        &[("2026-03-29T00:00:00Z", "open until 2026-03-29T01:00:00Z")],
    );
    hold(
        &daily("Europe/Berlin", minutes("02:15"), minutes("02:45")),
        &[
            ("2026-10-25T00:15:00Z", "open until 2026-10-25T01:45:00Z"),
            // A span that is left out whole is none.
            ("2026-03-28T02:00:00Z", "closed until 2026-03-30T00:15:00Z"),
        ],
    );
    // Two spans that meet are one, in the hour that comes twice too.
    let mut meet = daily("Europe/Berlin", 0, minutes("02:30"));
    meet.week.extend(daily("", minutes("02:30"), 1440).week);
    hold(&meet, &[("2026-10-25T00:40:00Z", "open for long")]);
}

#[test]
fn the_new_year_is_a_day_like_others_and_an_exception_says_all_of_its_date() {
    let mut hours = daily("Europe/Berlin", minutes("20:00"), 1440 + 120);
    hold(
        &hours,
        &[
            ("2026-12-31T20:00:00Z", "open until 2027-01-01T01:00:00Z"),
            ("2027-01-01T01:00:00Z", "closed until 2027-01-01T19:00:00Z"),
        ],
    );
    // What runs over from the evening before ends at midnight.
    hours.days.insert("2027-01-01".parse().expect("a date"), Vec::new());
    hold(
        &hours,
        &[
            ("2026-12-31T20:00:00Z", "open until 2026-12-31T23:00:00Z"),
            ("2026-12-31T23:00:00Z", "closed until 2027-01-02T19:00:00Z"),
        ],
    );
    // An exception may run over midnight, too.
    hours
        .days
        .insert("2026-12-30".parse().expect("a date"), vec![DaySpan { from: 1380, to: 1500 }]);
    hold(
        &hours,
        &[
            ("2026-12-29T23:30:00Z", "closed until 2026-12-30T22:00:00Z"),
            ("2026-12-30T22:00:00Z", "open until 2026-12-31T00:00:00Z"),
        ],
    );
    // A year later the plan is as it was.
    hold(&hours, &[("2028-01-01T00:30:00Z", "open until 2028-01-01T01:00:00Z")]);
}

#[test]
fn a_queue_beyond_the_date_line_has_another_day() {
    let office = span("09:00", "17:00");
    let (kiritimati, los_angeles) =
        (weekly("Pacific/Kiritimati", 1..=5, office), weekly("America/Los_Angeles", 1..=5, office));
    // Sunday, 22 November 2026, in London: Monday there, Sunday here.
    hold(&kiritimati, &[("2026-11-22T20:00:00Z", "open until 2026-11-23T03:00:00Z")]);
    hold(&los_angeles, &[("2026-11-22T20:00:00Z", "closed until 2026-11-23T17:00:00Z")]);
    // Saturday there has begun while it is Friday here.
    hold(&kiritimati, &[("2026-11-27T20:00:00Z", "closed until 2026-11-29T19:00:00Z")]);
    hold(&los_angeles, &[("2026-11-27T20:00:00Z", "open until 2026-11-28T01:00:00Z")]);
    // A day that was left out is nobody's: Samoa had no 30 December 2011.
    hold(
        &daily("Pacific/Apia", 540, 1020),
        &[("2011-12-30T09:00:00Z", "closed until 2011-12-30T19:00:00Z")],
    );
}

#[test]
fn a_calendar_takes_away_and_an_exception_stands_above_it() {
    let mut hours = daily("UTC", 540, 1020);
    hours.closed = vec![
        (ms("2026-12-24T12:00:00Z"), ms("2026-12-24T13:00:00Z")),
        (ms("2026-12-25T00:00:00Z"), ms("2026-12-27T00:00:00Z")),
    ];
    let table = [
        ("2026-12-24T10:00:00Z", "open until 2026-12-24T12:00:00Z"),
        ("2026-12-24T12:30:00Z", "closed until 2026-12-24T13:00:00Z"),
        ("2026-12-24T17:00:00Z", "closed until 2026-12-27T09:00:00Z"),
    ];
    hold(&hours, &table);
    // A night whose evening it takes does not begin at midnight; one of which it leaves some does.
    let mut night = daily("UTC", 1320, 1440 + 120);
    night.closed = vec![
        (ms("2026-12-24T21:00:00Z"), ms("2026-12-24T23:00:00Z")),
        (ms("2026-12-25T00:00:00Z"), ms("2026-12-26T00:00:00Z")),
    ];
    let table = [
        ("2026-12-24T02:00:00Z", "closed until 2026-12-24T23:00:00Z"),
        ("2026-12-24T23:00:00Z", "open until 2026-12-25T00:00:00Z"),
        ("2026-12-25T00:00:00Z", "closed until 2026-12-26T22:00:00Z"),
    ];
    hold(&night, &table);
    hours.days.insert("2026-12-26".parse().expect("a date"), vec![span("10:00", "11:00")]);
    hold(&hours, &[("2026-12-24T17:00:00Z", "closed until 2026-12-26T10:00:00Z")]);
}

#[test]
fn what_is_always_open_or_never_has_no_edge() {
    hold(&daily("UTC", 0, 1440), &[("2026-01-01T00:00:00Z", "open for long")]);
    let never = HoursConfig { zone: "UTC".into(), ..HoursConfig::default() };
    hold(&never, &[("2026-01-01T00:00:00Z", "closed for long")]);
    // It is looked at again in a year.
    let mut config = crate::kit::configured("");
    let queue = config.queues.get_mut(&"help".into()).expect("a queue");
    queue.hours = Some(daily("UTC", 0, 1440));
    let first = "2025-01-01".parse().expect("a date");
    queue.hours.as_mut().expect("hours").days.insert(first, Vec::new());
    let mut desk = Desk::new(config);
    assert_eq!(desk.state.hours[&"help".into()].until_ms, None);
    desk.advance(366 * 86_400_000);
    assert_eq!(desk.state.hours[&"help".into()].until_ms, Some(ms("2025-01-01T00:00:00Z")));
}

#[test]
fn a_closed_queue_turns_new_chats_away_and_says_when_it_opens() {
    check_all(
        "
        # It is 22:13:20.
        [till-23] | open c1 | answer opened, help open, help for 2800
        [till-23] wait 2799 | open c1 | answer opened
        [till-23] wait 2800 | open c1 | answer closed, c1 turned away closed, help closed, \
            opens in 32400, !form offered
        [till-23] wait 2800; wait 32400 | open c1 | answer opened
        [from-9] | open c1 | answer closed, opens in 38800
        [from-9 form] | open c1 | answer closed, form offered
        # The deadline stands in State: who comes later is turned away whoever looked at a clock.
        [till-23] wait 2800 | restart | help closed, help opens in 32400
        # A rule may send it elsewhere.
        [from-9] rule to sales | open c1 | answer closed
        [sales-office] rule to sales | open c1 | answer closed
        [sales-office] | open c1 sales | answer closed
        ",
    );
}

#[test]
fn a_clock_that_was_set_back_leaves_no_queue_closed_for_long() {
    let mut desk = Desk::given("[till-23]");
    // A year too far, and right again.
    desk.now.wall_ms += 365 * 86_400_000 + 3_600_000;
    assert_eq!(desk.line("open c1").map(|_| desk.state.hours[&"help".into()].open), Ok(false));
    desk.now.wall_ms -= 365 * 86_400_000 + 3_600_000;
    desk.line("open c2").expect("it is open");
    assert!(desk.state.chats.contains_key(&crate::kit::chat_id(2)));
    assert_eq!(desk.state.hours[&"help".into()].until_ms, Some(1_700_000_000_000 + 2_800_000));
    desk.hold("the clock");
}

#[test]
fn closed_queues_are_passed_over_and_refuse_transfers() {
    check_all(
        "
        [overflow wait-5-min] open c1 | wait 300 | c1 in sales
        [overflow wait-5-min sales-office] open c1 | wait 300 | c1 ends expired
        [sales-office] busy alice c1 | transfer alice c1 queue sales | refused queue_closed
        busy alice c1; close-queue sales | transfer alice c1 queue sales | refused queue_closed
        busy alice c1 | transfer alice c1 queue sales | done, c1 in sales
        [wait-5-min] open c1; close-queue sales; rule wait in sales | wait 300 | c1 ends expired, \
            default on_wait_limit
        ",
    );
}

#[test]
fn at_closing_those_who_wait_are_served_or_sent_to_the_form() {
    check_all(
        "
        [till-23] open c1 | wait 2800 | c1 waiting, help closed
        [till-23] open c1; wait 2800 | available alice | c1 offered alice
        [till-23 form closing-form] open c1; open c2 | wait 2800 | c1 ends expired, \
            c2 ends expired, c1 may leave a form, c1 text Write to us.
        [till-23 closed-text form closing-form] open c1 | wait 2800 | c1 ends expired, \
            c1 text We are there at nine.
        # An active chat finishes; an offered one too, if it is taken.
        [till-23 form closing-form] busy alice c1 | wait 2800 | c1 active
        [till-23 form closing-form] wait 2795; offered alice c1; wait 10 | accept alice c1 | c1 active
        ^ | reject alice c1 | c1 ends expired, c1 may leave a form
        [till-23 form closing-form] busy alice c1; wait 2800; force alice on_break | requeue c1 | \
            c1 ends expired
        # One that a rule holds goes when it is released.
        [till-23 form closing-form] wait 2790; rule hold 30; available alice; open c1 | wait 15 | \
            c1 waiting, help closed
        ^ | wait 35 | c1 ends expired
        # Another system's chats are its own.
        [till-23 form closing-form] open c1 observed | wait 2800 | c1 waiting
        ",
    );
}

#[test]
fn somebody_opens_and_closes_a_queue_whatever_is_planned() {
    check_all(
        "
        | close-queue help | done, help closed, help by hand
        close-queue help | open c1 | answer closed, c1 turned away closed
        close-queue help | close-queue help | done, nothing new
        close-queue help | as-planned help | done, !help closed
        as-planned help | as-planned help | done, nothing new
        close-queue help 600 | open c1 | opens in 600
        close-queue help 600 | wait 600 | !help closed
        close-queue help 600; wait 600 | open c1 | answer opened
        # Until a time at which it is closed anyway: it opens when the plan says so.
        [till-23] close-queue help 3600 | open c1 | opens in 35200
        [till-23] close-queue help 3600 | wait 3600 | help closed, help opens in 31600
        [from-9] open-queue help 3600 | open c1 | answer opened, help open, help by hand
        [from-9] open-queue help 3600; open c1 | wait 3600 | help closed, c1 waiting
        [from-9 form closing-form] open-queue help 3600; open c1 | wait 3600 | c1 ends expired
        [till-23 form closing-form] open c1 | close-queue help | c1 ends expired
        # What was said stands over a start and another config.
        [till-23] open-queue help; wait 9000 | restart | help open, help by hand
        [till-23] open-queue help | config from-9 | help open, help by hand
        [till-23] wait 100 | config from-9 | help closed
        [till-23] | config | !help open
        [till-23] | config-without sales | help open
        | close-queue nowhere | refused unknown_queue
        ",
    );
}

#[test]
fn a_queue_that_opens_before_those_who_wait_were_sent_away_serves_them() {
    let mut desk = Desk::given("[till-23 form closing-form] open c1; available alice");
    desk.line("accept alice c1").expect("accepted");
    desk.line("open c2").expect("opened");
    desk.line("open c3").expect("opened");
    desk.line("close-queue help").expect("closed");
    let ended = desk.events_since(0).filter(|e| matches!(e, Event::ChatEnded { .. })).count();
    assert_eq!(ended, 1, "the one who waits; two are with alice");
    desk.hold("closing");
}
