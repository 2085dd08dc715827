//! What reads an instance's answers, for tests that throw anything at it.

use std::time::Duration;

use crate::classify::{self, Act, Answer};
use crate::record::Record;

/// An answer of any status and body, JSON by its own word or not, whole or not.
pub fn answer(status: u16, body: &[u8], json: bool, whole: bool) {
    let answer = Answer {
        status,
        content_type: json.then(|| "application/json".to_owned()),
        retry_after: Some(Duration::from_secs(u64::from(status))),
        transaction: None,
        date: None,
        body: body.to_vec(),
        whole,
    };
    for act in [Act::Read, Act::Write] {
        match classify::answer(act, &answer) {
            Ok(good) => {
                let rows = good.result.as_array().cloned().unwrap_or_default();
                for row in rows.iter().chain([&good.result]) {
                    drop(Record::read(row));
                }
            }
            Err(not_done) => drop(not_done.to_string()),
        }
    }
}
