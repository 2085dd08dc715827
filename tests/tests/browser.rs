//! The pages in a real browser, by `tests/browser/run`. Left out, in one line, where there is no
//! Chromium, no node, or what the run needs was never installed; with `DESK_INSIST` set it must run.

use std::path::{Path, PathBuf};
use std::process::Command;

fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

#[test]
fn the_pages_carry_the_procedure_in_a_real_browser() {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    let insisted = std::env::var_os("DESK_INSIST").is_some();
    let missing = ["chromium", "node", "npm"].into_iter().find(|program| !is_there(program));
    if let (Some(program), false) = (missing, insisted) {
        eprintln!("browser tests left out: there is no {program}");
        return;
    }
    if !insisted && !folder.join("node_modules").is_dir() {
        eprintln!("browser tests left out: tests/browser/run was never called");
        return;
    }
    let status = Command::new(folder.join("run"))
        .env("DESKD", env!("CARGO_BIN_EXE_deskd-under-test"))
        .env("DESKCTL", env!("CARGO_BIN_EXE_deskctl-under-test"))
        .status()
        .expect("tests/browser/run starts");
    assert!(status.success(), "the pages failed in the browser");
}
