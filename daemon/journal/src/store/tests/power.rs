//! Power loss. A writer runs under strace; from its writes and syncs states are made in which a disk
//! may be found when the power went at any moment. Each must open, with every row that was told to
//! be kept. That a missing sync is seen by this is shown on a writer that does not sync its commits.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use super::strace::{Call, Disk, Kept, calls};
use super::{Opened, open, row};
use crate::{Journal, Read, Snapshot, verify};

/// Where the traced writer shall write; set for it alone.
const DIR: &str = "DESK_POWER_DIR";
/// How the traced writer's database syncs.
const SYNCHRONOUS: &str = "DESK_POWER_SYNCHRONOUS";
/// Starts of the writer in one run.
const STARTS: u64 = 3;
const COMMITS: u64 = 14;

/// What strace runs: this test alone, with a folder to write to.
#[test]
#[ignore = "run under strace by the tests below"]
fn writer() {
    let dir = std::env::var(DIR).expect("a folder");
    let dir = Path::new(&dir);
    let mut told = std::fs::File::create(dir.join("told")).unwrap();
    let mut seq = 0;
    for _ in 0..STARTS {
        let Opened { mut writer, start, readers, snapshots, .. } = open(dir);
        if let Ok(how) = std::env::var(SYNCHRONOUS) {
            let sql = format!("PRAGMA synchronous = {how}");
            writer.db().conn.execute_batch(&sql).unwrap();
        }
        // Some commits also move the log into the database.
        writer.db().checkpoint_from(25).unwrap();
        for commit in 0..COMMITS {
            let rows: Vec<_> =
                (seq + 1..=seq + 1 + commit % 3).map(|n| row(n, start.epoch, 700)).collect();
            seq = writer.append(seq + 1, start.epoch, &rows).unwrap().last_seq;
            told.write_all(format!("{seq}\n").as_bytes()).unwrap();
            if commit % 5 == 4 {
                writer.mark(seq * 10 + 5).unwrap();
            }
        }
        let head = readers.open().unwrap().head().unwrap();
        let snapshot =
            Snapshot { seq, chain: head.chain, digest: [1; 32], wall_ms: 0, body: vec![7; 3000] };
        snapshots.write(&snapshot).unwrap();
    }
}

/// What came of the states.
#[derive(Debug, Default)]
struct Came {
    sound: usize,
    lost: usize,
    unsound: Vec<String>,
}

/// Whether strace is there and may trace. Without it the tests are left out, in one line. With
/// `DESK_INSIST` set it must at least be installed.
fn may_trace() -> bool {
    let tried = Command::new("strace").args(["-o", "/dev/null", "true"]).output();
    assert!(tried.is_ok() || std::env::var_os("DESK_INSIST").is_none(), "strace is not installed");
    tried.is_ok_and(|output| output.status.success())
}

/// Tries `states` states after a run with `synchronous`.
fn tried(states: usize, synchronous: &str) -> Option<Came> {
    if !may_trace() {
        eprintln!("left out: states after a power loss; strace is not installed, or may not trace");
        return None;
    }
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("journal");
    std::fs::create_dir(&dir).unwrap();
    let trace = outer.path().join("trace");
    let this = std::env::current_exe().unwrap();
    let ran = Command::new("strace")
        .args(["-f", "-y", "-xx", "-s", "1048576", "-o"])
        .arg(&trace)
        .args(["-e", "trace=openat,write,pwrite64,fsync,fdatasync,ftruncate,rename,unlink"])
        .arg(this)
        .args(["store::tests::power::writer", "--exact", "--ignored", "--test-threads=1"])
        .env(DIR, &dir)
        .env(SYNCHRONOUS, synchronous)
        .output();
    let ran = ran.expect("strace runs");
    assert!(ran.status.success(), "{ran:?}");
    let calls = calls(&std::fs::read_to_string(trace).unwrap(), &dir);
    let mut came = Came::default();
    let mut draws = 1u64;
    let mut below = |most: usize| {
        draws =
            draws.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (draws >> 33) as usize % most.max(1)
    };
    let kinds = [Kept::Nothing, Kept::Prefix, Kept::Some, Kept::Torn];
    for state in 0..states {
        // Every moment has its turn; which one comes next does not depend on the kind.
        let moment = state * calls.len() / states;
        let kept = kinds[below(kinds.len())];
        let mut disk = Disk::default();
        let mut told = 0;
        for call in &calls[..moment] {
            disk.take(call);
            if let Call::Told { row } = call {
                told = *row;
            }
        }
        let crashed = tempfile::tempdir_in(outer.path()).unwrap();
        disk.lost_power(crashed.path(), kept, &mut below);
        match opens(crashed.path()) {
            Ok(last) if last >= told => came.sound += 1,
            Ok(_) => came.lost += 1,
            Err(why) => came.unsound.push(format!("call {moment}, {kept:?}, {told} told: {why}")),
        }
    }
    Some(came)
}

/// The last row, if the journal opens and is sound.
fn opens(dir: &Path) -> Result<u64, String> {
    let options = super::Options { wall_seconds: 100 };
    let opened = super::Store::open(dir, &options).map_err(|error| error.to_string())?;
    let last = opened.start.head.seq;
    drop(opened);
    let report = verify(dir).map_err(|error| error.to_string())?;
    assert_eq!(report.rows, last);
    Ok(last)
}

/// The small run is part of every test run; the whole one is asked for by `DESK_POWER_STATES=1000`.
#[test]
fn whatever_a_disk_kept_when_the_power_went_every_row_that_was_told_is_there() {
    let states = std::env::var("DESK_POWER_STATES").map_or(150, |n| n.parse().expect("a number"));
    let Some(came) = tried(states, "FULL") else { return };
    println!("of {states} states {} are sound, {} lost rows", came.sound, came.lost);
    assert_eq!((came.sound, came.lost), (states, 0), "{:#?}", came.unsound);
}

#[test]
fn without_a_sync_at_each_commit_rows_that_were_told_are_lost() {
    let Some(came) = tried(150, "NORMAL") else { return };
    println!("unsynced: {} sound, {} lost, {} refused", came.sound, came.lost, came.unsound.len());
    // The head mark is not synced either: it sees a part of the loss.
    assert!(came.lost + came.unsound.len() > 50, "the syncs matter: {came:?}");
}
