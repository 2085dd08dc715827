//! Reading a folder into a set, and telling sets apart.

use crate::support::files;
use desk_hooks::{FILE_BYTES_MAX, FILES_MAX, Files, SET_BYTES_MAX, ScriptSet};
use std::fs;
use std::os::unix::fs::symlink;
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn message(folder: &TempDir) -> String {
    let errors = ScriptSet::read(folder.path()).unwrap_err();
    errors.iter().map(|error| error.one_line()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_folder_and_its_kept_files_are_the_same_set() {
    let folder = folder(&[
        ("on_offer.rhai", "fn on_offer(ctx) {}"),
        ("lib/a.rhai", "fn a() {}"),
        ("queues/billing/on_offer.rhai", "fn on_offer(ctx) {}"),
        ("tests/offer.rhai", "this is no script"),
        ("README.md", "# Hello"),
        (".hidden/on_match.rhai", "nor is this"),
        (".on_match.rhai.swp", "nor this"),
    ]);
    let set = ScriptSet::read(folder.path()).unwrap();
    let names: Vec<_> = set.files().keys().map(String::as_str).collect();
    assert_eq!(names, ["lib/a.rhai", "on_offer.rhai", "queues/billing/on_offer.rhai"]);
    assert_eq!(set.queues(), [desk_core::name::QueueId::from("billing")].into());
    assert_eq!(ScriptSet::from_files(set.files().clone()).unwrap(), set);
}

#[test]
fn the_hash_follows_names_and_bytes_alone() {
    let hash = |files: Files| ScriptSet::from_files(files).unwrap().hash().to_string();
    let one = hash(files([("on_offer.rhai", "a"), ("on_match.rhai", "b")]));
    assert_eq!(one, hash(files([("on_match.rhai", "b"), ("on_offer.rhai", "a")])));
    assert_eq!(one, "addb1ac54346d1482b61c4afdfcc6feedfe5793583478a1352894a3a4919c095");
    for other in [
        files([("on_offer.rhai", "b"), ("on_match.rhai", "a")]),
        files([("on_offer.rhai", "a"), ("on_wrapup.rhai", "b")]),
        files([("on_offer.rhai", "a")]),
        files([("on_offer.rhai", "a "), ("on_match.rhai", "b")]),
    ] {
        assert_ne!(one, hash(other));
    }
}

#[test]
fn an_empty_folder_is_an_empty_set_and_a_missing_one_is_an_error() {
    let folder = folder(&[]);
    assert!(ScriptSet::read(folder.path()).unwrap().files().is_empty());
    let missing = folder.path().join("missing");
    let errors = ScriptSet::read(&missing).unwrap_err();
    assert!(errors[0].message.starts_with("cannot be read: "), "{}", errors[0]);
}

#[test]
fn links_within_the_folder_are_followed() {
    // As Kubernetes mounts a ConfigMap.
    let folder = folder(&[("..2026/on_offer.rhai", "fn on_offer(ctx) {}")]);
    symlink("..2026", folder.path().join("..data")).unwrap();
    symlink("..data/on_offer.rhai", folder.path().join("on_offer.rhai")).unwrap();
    assert_eq!(ScriptSet::read(folder.path()).unwrap().files().len(), 1);
    let link = folder.path().join(".link");
    symlink(folder.path(), &link).unwrap();
    assert_eq!(ScriptSet::read(&link).unwrap().files().len(), 1);
}

#[test]
fn links_out_of_the_folder_are_refused() {
    let outside = folder(&[("on_offer.rhai", "fn on_offer(ctx) {}")]);
    let folder = folder(&[]);
    symlink(outside.path().join("on_offer.rhai"), folder.path().join("on_offer.rhai")).unwrap();
    symlink(outside.path(), folder.path().join("lib")).unwrap();
    assert_eq!(
        message(&folder),
        "lib: the link leads out of the scripts folder\n\
         on_offer.rhai: the link leads out of the scripts folder"
    );
}

#[test]
fn a_link_that_leads_round_in_a_circle_ends() {
    let folder = folder(&[("on_offer.rhai", "fn on_offer(ctx) {}")]);
    symlink(".", folder.path().join("lib")).unwrap();
    // Through the link the rule is a shared file as well, which is strange but finite.
    assert!(ScriptSet::read(folder.path()).is_err());
}

#[test]
fn a_script_where_none_is_looked_for_is_an_error() {
    let folder = folder(&[("queue/billing/on_offer.rhai", "fn on_offer(ctx) {}")]);
    assert_eq!(message(&folder), "queue/billing/on_offer.rhai: no script is looked for here");
}

#[test]
fn what_is_too_large_or_too_much_is_refused() {
    let folder = folder(&[("on_offer.rhai", &"x".repeat(FILE_BYTES_MAX + 1))]);
    assert_eq!(message(&folder), "on_offer.rhai: the file has 65537 bytes, more than 65536");

    let some = SET_BYTES_MAX / FILE_BYTES_MAX + 1;
    let text = "x".repeat(FILE_BYTES_MAX);
    let large: Files =
        (0..some).map(|n| (format!("lib/l{n}.rhai"), text.as_str().into())).collect();
    let errors = ScriptSet::from_files(large).unwrap_err();
    assert!(errors[0].message.contains("bytes together"), "{}", errors[0]);

    let many: Files = (0..=FILES_MAX).map(|n| (format!("lib/l{n}.rhai"), "".into())).collect();
    let errors = ScriptSet::from_files(many).unwrap_err();
    assert_eq!(errors[0].message, "there are 257 scripts, more than 256");
}

#[test]
fn a_file_that_is_no_text_is_refused() {
    let folder = folder(&[]);
    fs::write(folder.path().join("on_offer.rhai"), [0xff, 0xfe]).unwrap();
    assert!(message(&folder).starts_with("on_offer.rhai: cannot be read: "));
}
