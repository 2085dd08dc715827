//! What is said of a queue's hours, its calendar and its form.

use super::{Files, GOOD, check};
use expect_test::expect;
use jiff::Timestamp;

fn queue(text: &str) -> (&'static str, String) {
    ("queues.d/support.toml", text.to_owned())
}

#[test]
fn hours_that_cannot_be_are_told_with_their_line() {
    let (name, text) = queue(
        "[hours]\nzone = \"Europe/Berln\"\n\
         week = [\"mon-fri 09:00-17:00\", \"lun 09:00-17:00\", \"sat 9-12\"]\n\
         [hours.days]\n2026-12-24 = [\"09:00-09:00\"]\n2026-13-01 = []\n",
    );
    check(
        &[("deskd.toml", "# as it comes\n"), (name, &text)],
        expect![[r#"
        error: "Europe/Berln" is no zone
         --> DIR/queues.d/support.toml:2:8
          |
        2 | zone = "Europe/Berln"
          |        ^^^^^^^^^^^^^^
          = help: did you mean "Europe/Berlin"?

        error: "lun 09:00-17:00" cannot be hours of a week: "lun" is no day of the week
         --> DIR/queues.d/support.toml:3:32
          |
        3 | week = ["mon-fri 09:00-17:00", "lun 09:00-17:00", "sat 9-12"]
          |                                ^^^^^^^^^^^^^^^^^
          = help: write such as "mon-fri 09:00-17:30", "sat,sun 10:00-14:00" or "daily 22:00-06:00"

        error: "sat 9-12" cannot be hours of a week: "9" is no time of a day from 00:00 to 24:00
         --> DIR/queues.d/support.toml:3:51
          |
        3 | week = ["mon-fri 09:00-17:00", "lun 09:00-17:00", "sat 9-12"]
          |                                                   ^^^^^^^^^^
          = help: write such as "mon-fri 09:00-17:30", "sat,sun 10:00-14:00" or "daily 22:00-06:00"

        error: "09:00-09:00" cannot be hours of a date: it ends when it begins
         --> DIR/queues.d/support.toml:5:15
          |
        5 | 2026-12-24 = ["09:00-09:00"]
          |               ^^^^^^^^^^^^^
          = help: write such as "09:00-12:00"; [] for a date on which it is closed

        error: "2026-13-01" is no date
         --> DIR/queues.d/support.toml:6:1
          |
        6 | 2026-13-01 = []
          | ^^^^^^^^^^
          = help: write such as 2026-12-24 = ["09:00-12:00"]

        warning: servicenow.url is not set: no customer is looked up, incidents wait
         --> DIR/deskd.toml
          = help: set url, username and password_file or password_env"#]],
    );
}

#[test]
fn keys_that_need_a_zone_or_a_form_say_so() {
    let (name, text) = queue(
        "wait_max_secs = 60\nwait_then = \"form\"\n\
         [hours]\nweek = [\"daily 09:00-17:00\"]\nclosing_then = \"form\"\n\
         [form]\ntext = \"Write.\"\nincident_fields = { \"A B\" = \"1\" }\n",
    );
    check(
        &[("deskd.toml", "# as it comes\n"), (name, &text)],
        expect![[r#"
        error: hours.week needs a zone
         --> DIR/queues.d/support.toml:4:1
          |
        4 | week = ["daily 09:00-17:00"]
          | ^^^^
          = help: add a line such as zone = "Europe/Berlin", or take it out

        error: hours.closing_then needs a zone
         --> DIR/queues.d/support.toml:5:16
          |
        5 | closing_then = "form"
          |                ^^^^^^
          = help: add a line such as zone = "Europe/Berlin", or take it out

        error: a field of incidents cannot be "A B"
         --> DIR/queues.d/support.toml:8:29
          |
        8 | incident_fields = { "A B" = "1" }
          |                             ^^^
          = help: ServiceNow names tables and fields by lowercase letters, digits and _

        error: hours.closing_then = "form" needs a form
         --> DIR/queues.d/support.toml:5:16
          |
        5 | closing_then = "form"
          |                ^^^^^^
          = help: set form.on = true, or choose another way

        error: wait_then = "form" needs a form
         --> DIR/queues.d/support.toml:2:13
          |
        2 | wait_then = "form"
          |             ^^^^^^
          = help: set form.on = true, or choose another way

        warning: servicenow.url is not set: no customer is looked up, incidents wait
         --> DIR/deskd.toml
          = help: set url, username and password_file or password_env

        warning: form.text counts where form.on is set
         --> DIR/queues.d/support.toml:7:8
          |
        7 | text = "Write."
          |        ^^^^^^^^
          = help: set form.on = true, or take it out

        warning: form.incident_fields counts where form.on is set
         --> DIR/queues.d/support.toml:8:1
          |
        8 | incident_fields = { "A B" = "1" }
          | ^^^^^^^^^^^^^^^
          = help: set form.on = true, or take it out"#]],
    );
}

#[test]
fn a_queue_that_is_never_open_is_a_warning() {
    let (name, text) = queue("[hours]\nzone = \"UTC\"\n");
    check(
        &[("deskd.toml", "# as it comes\n"), (name, &text)],
        expect![[r#"
        warning: servicenow.url is not set: no customer is looked up, incidents wait
         --> DIR/deskd.toml
          = help: set url, username and password_file or password_env

        warning: queue "support" is never open
         --> DIR/queues.d/support.toml:1:2
          |
        1 | [hours]
          |  ^^^^^
          = help: add a line such as week = ["mon-fri 09:00-17:30"]"#]],
    );
}

#[test]
fn a_calendar_that_cannot_be_read_is_told_with_its_line() {
    let (name, text) = queue(
        "[hours]\nzone = \"UTC\"\nweek = [\"daily 09:00-17:00\"]\ncalendar = \"feasts.ics\"\n",
    );
    let calendar = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:soon\nRRULE:FREQ=DAILY\nEND:VEVENT\n\
                    END:VCALENDAR\n";
    check(
        &[("deskd.toml", "# as it comes\n"), (name, &text), ("feasts.ics", calendar)],
        expect![[r#"
        error: soon is no date and no time
         --> DIR/feasts.ics:3:1
          = help: write a date such as 20261224, or a time such as 20261224T090000Z

        error: the rule FREQ=DAILY is not read here, but every year alone
         --> DIR/feasts.ics:4:1
          = help: export single events, or write the dates to the queue's hours.days"#]],
    );
    check(
        &[("deskd.toml", "# as it comes\n"), (name, &text)],
        expect![[r#"
        error: the calendar cannot be read: No such file or directory (os error 2)
         --> DIR/feasts.ics"#]],
    );
}

#[test]
fn hours_and_calendar_become_what_the_core_goes_by() {
    let (name, text) = queue(
        "[hours]\nzone = \"Europe/Berlin\"\nweek = [\"mon-fri 09:00-17:00\", \"fri 22:00-02:00\"]\n\
         calendar = \"feasts.ics\"\n[hours.days]\n2026-12-24 = [\"09:00-12:00\"]\n\
         [form]\non = true\n",
    );
    let calendar = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225\nEND:VEVENT\n\
                    END:VCALENDAR\n";
    let files = Files::new(
        &[&GOOD[..], &[("deskd.toml", "# as it comes\n"), (name, &text), ("feasts.ics", calendar)]]
            .concat(),
    );
    let loaded = files.load().unwrap_or_else(|error| panic!("{error}"));
    assert!(loaded.files.iter().any(|file| file.ends_with("feasts.ics")), "{:?}", loaded.files);
    let queue = &loaded.core.queues[&"support".into()];
    assert!(queue.form.is_some());
    let hours = queue.hours.as_ref().unwrap();
    let at = |text: &str| {
        let planned = hours.at(text.parse::<Timestamp>().unwrap().as_millisecond());
        let until = planned.until_ms.map(|ms| Timestamp::from_millisecond(ms).unwrap().to_string());
        (planned.open, until.unwrap_or_default())
    };
    assert_eq!(at("2026-12-18T22:00:00Z"), (true, "2026-12-19T01:00:00Z".into()));
    assert_eq!(at("2026-12-24T09:00:00Z"), (true, "2026-12-24T11:00:00Z".into()));
    // Friday, the 25th, is a feast; the next is Monday.
    assert_eq!(at("2026-12-24T11:00:00Z"), (false, "2026-12-28T08:00:00Z".into()));
    // Another calendar is another config.
    let hash = loaded.hash;
    files.write("feasts.ics", &calendar.replace("1225", "1231"));
    assert_ne!(files.load().unwrap_or_else(|error| panic!("{error}")).hash, hash);
}
