//! How two script sets differ, line by line.

use desk_hooks::ScriptSet;
use desk_wire::view::{FileChange, FileDiffView, ScriptDiffView};
use similar::TextDiff;
use std::collections::BTreeSet;
use std::time::Duration;

/// Most bytes of what is shown: it goes into one answer.
const BYTES_MAX: usize = 128 << 10;
/// How long one file is compared for the shortest answer; after that any will do.
const TIME_MAX: Duration = Duration::from_millis(200);
/// Characters of a hash that name a set to people.
const SHORT: usize = 12;

/// What another set has otherwise than the one that serves.
pub(super) fn diff(from: Option<&ScriptSet>, to: &ScriptSet) -> ScriptDiffView {
    let text =
        |set: Option<&ScriptSet>, file: &String| set.and_then(|set| set.files().get(file).cloned());
    let short = |set: Option<&ScriptSet>| {
        let hash = set.map(|set| set.hash().as_str().to_owned());
        hash.map_or_else(|| "none".to_owned(), |hash| hash.chars().take(SHORT).collect::<String>())
    };
    let names: BTreeSet<&String> =
        from.iter().flat_map(|set| set.files().keys()).chain(to.files().keys()).collect();
    let mut view = ScriptDiffView {
        from: from.map(|set| set.hash().to_string()),
        to: to.hash().to_string(),
        files: Vec::new(),
        cut: false,
    };
    let mut room = BYTES_MAX;
    for file in names {
        let (old, new) = (text(from, file), text(Some(to), file));
        let change = match (&old, &new) {
            (Some(old), Some(new)) if old == new => continue,
            (Some(_), Some(_)) => FileChange::Changed,
            (Some(_), None) => FileChange::Removed,
            (None, _) => FileChange::Added,
        };
        let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
        let lines = TextDiff::configure().timeout(TIME_MAX).diff_lines(&*old, &*new);
        let heads = [short(from), short(Some(to))].map(|set| format!("{set}/{file}"));
        let diff = lines.unified_diff().header(&heads[0], &heads[1]).to_string();
        let kept = fitting(&diff, room.saturating_sub(file.len()));
        view.cut |= kept.len() < diff.len();
        room = room.saturating_sub(file.len() + kept.len());
        view.files.push(FileDiffView {
            file: file.clone(),
            change,
            diff: kept.lines().map(str::to_owned).collect(),
        });
    }
    view
}

/// As many whole lines as fit.
fn fitting(text: &str, room: usize) -> &str {
    if text.len() <= room {
        return text;
    }
    let mut end = room;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..text[..end].rfind('\n').map_or(0, |at| at + 1)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn set(files: &[(&str, &str)]) -> ScriptSet {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).into()));
        ScriptSet::from_files(files.collect()).unwrap()
    }

    #[test]
    fn what_differs_is_shown_file_by_file() {
        let old = set(&[
            ("on_chat.rhai", "fn on_chat(ctx) {}\n"),
            ("on_match.rhai", "fn on_match(ctx) {}\n"),
            ("on_offer.rhai", "fn on_offer(ctx) {\n    #{ accept_secs: 20 }\n}\n"),
        ]);
        let new = set(&[
            ("lib/vip.rhai", "fn is_vip() { true }\n"),
            ("on_match.rhai", "fn on_match(ctx) {}\n"),
            ("on_offer.rhai", "fn on_offer(ctx) {\n    #{ accept_secs: 30 }\n}\n"),
        ]);
        let view = diff(Some(&old), &new);
        assert!(!view.cut);
        let text: String = (view.files.iter())
            .map(|file| {
                format!("{} {}\n{}", file.file, file.change.as_str(), file.diff.join("\n") + "\n")
            })
            .collect();
        let text = text.replace(&old.hash().as_str()[..SHORT], "OLD");
        let text = text.replace(&new.hash().as_str()[..SHORT], "NEW");
        expect![[r#"
            lib/vip.rhai added
            --- OLD/lib/vip.rhai
            +++ NEW/lib/vip.rhai
            @@ -0,0 +1 @@
            +fn is_vip() { true }
            on_chat.rhai removed
            --- OLD/on_chat.rhai
            +++ NEW/on_chat.rhai
            @@ -1 +0,0 @@
            -fn on_chat(ctx) {}
            on_offer.rhai changed
            --- OLD/on_offer.rhai
            +++ NEW/on_offer.rhai
            @@ -1,3 +1,3 @@
             fn on_offer(ctx) {
            -    #{ accept_secs: 20 }
            +    #{ accept_secs: 30 }
             }
        "#]]
        .assert_eq(&text);
        assert_eq!(diff(Some(&new), &new).files, []);
        assert_eq!(diff(None, &new).files.len(), 3);
    }

    #[test]
    fn the_largest_sets_are_cut_to_what_an_answer_holds() {
        let large = |word: &str| {
            let text: String = (0..6_000).map(|n| format!("// {word} {n}\n")).collect();
            let files: Vec<(String, String)> =
                (0..4).map(|n| (format!("lib/l{n}.rhai"), text.clone())).collect();
            ScriptSet::from_files(files.into_iter().map(|(n, t)| (n, t.into())).collect()).unwrap()
        };
        let view = diff(Some(&large("a")), &large("b"));
        assert!(view.cut);
        assert_eq!(view.files.len(), 4);
        let bytes: usize = view.files.iter().flat_map(|file| &file.diff).map(String::len).sum();
        assert!((1..=BYTES_MAX).contains(&bytes), "{bytes}");
    }
}
