//! What reads bytes of others comes to an end with any of them: what is kept of the fuzzer's finds, and
//! so many changes of it, by chance and by seed. `fuzz/` has the fuzzer itself.

use desk_tests::parsers::PARSERS;
use std::fs;
use std::panic::catch_unwind;
use std::path::Path;
use std::time::{Duration, Instant};

/// The seed of the changes.
const SEED: u64 = 20_261_124;
/// Longest input that is made.
const BYTES_MAX: usize = 4096;
/// Bytes that mean something to one parser or another.
const ODD: &[u8] = b"{}[]()\"\\:,;=#\n\r\t 0-9eT.~\0";
/// How long a parser may take for one input, in a debug build on a busy machine.
const SLOW: Duration = Duration::from_secs(10);

/// What is kept of one parser, by name.
fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let read = |entry: fs::DirEntry| {
        (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap())
    };
    let mut all: Vec<_> = entries.map(|entry| read(entry.unwrap())).collect();
    all.sort();
    assert!(!all.is_empty(), "nothing is kept for {name}");
    all
}

/// One input made of two others.
fn changed(rng: &mut fastrand::Rng, one: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = one.to_vec();
    for _ in 0..rng.usize(1..6) {
        let at = rng.usize(..=bytes.len());
        match rng.u8(..7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << rng.u8(..8),
            1 if at < bytes.len() => bytes[at] = rng.u8(..),
            2 => bytes.truncate(at),
            3 => bytes.insert(at, *rng.choice(ODD).expect("there are some")),
            4 => {
                let from = rng.usize(..=other.len());
                let to = rng.usize(from..=other.len().min(from + 64));
                bytes.splice(at..at, other[from..to].iter().copied());
            }
            5 => {
                let to = rng.usize(at..=bytes.len().min(at + 32));
                bytes.drain(at..to);
            }
            _ => {
                let to = rng.usize(at..=bytes.len().min(at + 64));
                let part = bytes[at..to].to_vec();
                bytes.splice(at..at, part);
            }
        }
        bytes.truncate(BYTES_MAX);
    }
    bytes
}

#[test]
fn every_parser_of_foreign_bytes_comes_to_an_end() {
    let wanted = std::env::var("DESK_FUZZ").ok().and_then(|n| n.parse().ok());
    let times: usize = wanted.unwrap_or(300);
    for (name, parser) in PARSERS {
        let corpus = corpus(name);
        let mut rng = fastrand::Rng::with_seed(SEED);
        let one = |bytes: &[u8], what: &str| {
            let began = Instant::now();
            let ended = catch_unwind(|| parser(bytes));
            let shown = String::from_utf8_lossy(bytes);
            assert!(ended.is_ok(), "{name} panics at {what}: {shown:?}\n{bytes:?}");
            assert!(began.elapsed() < SLOW, "{name} is slow at {what}: {shown:?}");
        };
        for (file, bytes) in &corpus {
            one(bytes, file);
        }
        for n in 0..times {
            let (file, from) = &corpus[rng.usize(..corpus.len())];
            let (_, other) = &corpus[rng.usize(..corpus.len())];
            one(&changed(&mut rng, from, other), &format!("change {n} of {file}"));
        }
    }
}
