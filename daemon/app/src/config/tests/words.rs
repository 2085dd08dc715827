//! Texts in further languages: what is wrong with one is told at its place.

use super::{Files, GOOD, check};
use expect_test::expect;
use std::collections::BTreeMap;

const CATALOGUE: &str = include_str!("../../../web/shared/words.en.json");

const MAIN: (&str, &str) = ("deskd.toml", "# as it comes\n");

#[test]
fn a_text_that_no_page_shows_or_that_has_another_field_is_told_at_its_place() {
    let texts =
        "\"talks.nome\" = \"Keine\"\n\"talks.waits\" = \"wartet {zeit}\"\n\"talks.none\" = \"\"\n";
    check(
        &[MAIN, ("words.d/de.toml", texts), ("words.d/German.toml", "# nothing\n")],
        expect![[r#"
            error: "German" is no language
             --> DIR/words.d/German.toml
              = help: a file is called by its language, such as words.d/de.toml

            error: "talks.none" has no words, or too many
             --> DIR/words.d/de.toml:3:16
              |
            3 | "talks.none" = ""
              |                ^^
              = help: write 1 to 1000 characters, or leave it out

            error: "talks.waits" knows no field {zeit}
             --> DIR/words.d/de.toml:2:17
              |
            2 | "talks.waits" = "wartet {zeit}"
              |                 ^^^^^^^^^^^^^^^
              = help: the English text is "waits {time}"

            warning: servicenow.url is not set: no customer is looked up, incidents wait
             --> DIR/deskd.toml
              = help: set url, username and password_file or password_env

            warning: no page shows "talks.nome"
             --> DIR/words.d/de.toml:1:16
              |
            1 | "talks.nome" = "Keine"
              |                ^^^^^^^
              = help: did you mean "talks.none"?"#]],
    );
}

#[test]
fn what_is_left_out_stays_as_it_is() {
    let texts = ("words.d/de.toml", "\"talks.none\" = \"Keine Chats\"\n");
    let loaded = Files::new(&[&GOOD[..], &[MAIN, texts]].concat()).load().unwrap();
    let words = &loaded.settings.words["de"];
    assert_eq!((words.len(), words["talks.none"].as_str()), (1, "Keine Chats"));
}

/// What only drivers, admins at their terminal and a reload are told.
const NOT_FOR_PAGES: &[&str] = &[
    "unknown_step",
    "unknown_delivery",
    "chat_exists",
    "lookup_not_due",
    "step_not_due",
    "step_not_parked",
    "delivery_not_due",
    "delivery_under_way",
    "too_many_deliveries",
    "not_settled",
    "nothing_sent",
    "chats_open",
    "steps_under_way",
    "story_stale",
    "stale",
    "queues_in_use",
    "too_many_profiles",
];

#[test]
fn every_word_that_pages_put_into_sentences_stands_in_the_catalogue() {
    use desk_wire::view::{HowEnded, IncidentWhy, MatchState, Sender, Status};
    let catalogue: BTreeMap<String, String> = serde_json::from_str(CATALOGUE).unwrap();
    let core = include_str!("../../../../core/src/refusal.rs");
    let words = |text: &'static str| -> Vec<&str> {
        let words = text.lines().filter_map(|line| Some(line.trim().split_once(" => \"")?.1));
        words.filter_map(|word| word.strip_suffix("\",")).collect()
    };
    let (before, refusals) = core.split_once("\nimpl Refusal {").unwrap();
    let (why, codes) = (words(before), words(refusals));
    assert!(why.len() == 4 && codes.len() > 50, "{why:?}, {codes:?}");
    let refused = codes.iter().filter(|code| !NOT_FOR_PAGES.contains(code));
    let mut keys: Vec<String> = refused.map(|code| format!("refused.{code}")).collect();
    keys.extend(why.iter().map(|why| format!("refused.not_extendable.{why}")));
    fn all<T: std::fmt::Display>(keys: &mut Vec<String>, kind: &str, words: &[T]) {
        keys.extend(words.iter().map(|word| format!("{kind}.{word}")));
    }
    all(&mut keys, "incident.why", IncidentWhy::ALL);
    all(&mut keys, "how_ended", HowEnded::ALL);
    all(&mut keys, "match", MatchState::ALL);
    all(&mut keys, "sender", Sender::ALL);
    all(&mut keys, "status", Status::ALL);
    keys.retain(|key| !catalogue.contains_key(key));
    assert!(keys.is_empty(), "not in the catalogue: {keys:?}");
}

#[test]
fn whatever_deskd_says_to_customers_stands_in_the_catalogue() {
    let catalogue: BTreeMap<String, String> = serde_json::from_str(CATALOGUE).unwrap();
    let texts = catalogue.iter().filter(|(key, _)| key.starts_with("said."));
    let texts: Vec<&String> = texts.map(|(_, text)| text).collect();
    for text in desk_core::SAID {
        assert!(texts.iter().any(|known| *known == text), "{text}");
    }
    // What a file says goes to the core by the English text.
    let german = ("words.d/de.toml", "\"said.sorry\" = \"Niemand war frei.\"\n");
    let loaded = Files::new(&[&GOOD[..], &[MAIN, german]].concat()).load().unwrap();
    assert_eq!(loaded.core.words["de"][&catalogue["said.sorry"]], "Niemand war frei.");
}
