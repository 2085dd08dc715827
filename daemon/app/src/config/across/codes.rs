//! Disposition codes: trees that end, that are not too deep, and a default that can be chosen.

use super::{Found, Place, did_you_mean};
use crate::config::queue::{CodeEntry, DispositionsEntry};
use desk_core::config::Disposition;

pub(super) fn tree(found: &mut Found<'_>, at: &Place, entry: &DispositionsEntry) {
    for (n, code) in entry.codes.iter().enumerate() {
        let Some(parent) = &code.parent else { continue };
        let here = at.at("codes").at(n).at("parent");
        let Some(_) = by_id(entry, parent) else {
            let known = entry.codes.iter().map(|code| code.id.as_str());
            let message = format!("the parent \"{parent}\" is not listed in codes");
            found.error(&here, message, did_you_mean(parent, known));
            continue;
        };
        let (mut above, mut depth) = (Some(parent), 1);
        while let Some(id) = above.filter(|_| depth <= Disposition::DEPTH_MAX) {
            depth += 1;
            above = by_id(entry, id).and_then(|code| code.parent.as_ref());
        }
        if depth > Disposition::DEPTH_MAX {
            let most = Disposition::DEPTH_MAX;
            let message = format!("\"{}\" stands deeper than {most}, or in a circle", code.id);
            found.error(&here, message, "let it stand under a code further up, or under none");
        }
    }
    if let Some(default) = &entry.default
        && entry.codes.iter().any(|code| code.parent.as_ref() == Some(default))
    {
        let message = format!("the default code \"{default}\" is a group of codes");
        found.error(&at.at("default"), message, "name one of the codes that stand under it");
    }
}

fn by_id<'a>(entry: &'a DispositionsEntry, id: &str) -> Option<&'a CodeEntry> {
    entry.codes.iter().find(|code| code.id == id)
}
