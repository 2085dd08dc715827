//! Who means harm, from outside: another account on the machine, texts that would steer a log, and
//! a secret that must be found nowhere but in its file. More doors and their attacks are held in the
//! crates that have them; docs/security.md has the table.

use crate::procedure::{available, talk};
use crate::world::{World, client};
use desk_sandbox::seed::TOM;
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const ANN: &str = "agent:ann";
const ADMIN: &str = "role:admin";
/// An account that no config lists.
const STRANGER: &str = "1234";

/// Runs deskctl as another account; nothing if this process may not become one.
fn as_stranger(world: &World, args: &[&str]) -> Option<Output> {
    let id = |kind: &str| format!("--re{kind}={STRANGER}");
    let output = Command::new("setpriv")
        .args([&id("uid"), &id("gid"), "--clear-groups"])
        .arg(env!("CARGO_BIN_EXE_deskctl-under-test"))
        .args(["--json", "--socket", world.path("deskd.sock").to_str().unwrap()])
        .args(args)
        .stdin(Stdio::null())
        .output();
    // It says by 127 that it may not change the account.
    let may = is_root() && output.as_ref().is_ok_and(|output| output.status.code() != Some(127));
    if !may {
        eprintln!("left out: another account at the socket; this takes root and setpriv");
        return None;
    }
    output.ok()
}

/// Whether this process may take on another account.
fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    status.lines().any(|line| line.starts_with("Uid:\t0\t0\t"))
}

#[test]
fn another_account_on_the_machine_can_do_nothing_and_is_logged() {
    let mut world = World::new();
    let open_to_all = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    open_to_all(world.folder.path(), 0o755);
    world.start();
    available(&world, "ann");
    // The socket is not theirs to open.
    let mode = fs::metadata(world.path("deskd.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o660);
    let Some(output) = as_stranger(&world, &["whoami"]) else { return };
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    // Where an admin opened it to all, deskd itself knows who calls.
    open_to_all(&world.path("deskd.sock"), 0o666);
    for args in [
        &["whoami"][..],
        &["login"],
        &["--as", ANN, "status", "break"],
        &["--as", ADMIN, "daemon", "stop", "--yes"],
        &["--as", ADMIN, "agent", "logout", "ann", "--yes"],
        &["--as", ADMIN, "chat", "list"],
        &["--as", ADMIN, "journal", "backup", "/tmp/stolen"],
    ] {
        let output = as_stranger(&world, args).unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {output:?}");
        assert!(said.contains("not_allowed"), "{args:?}: {said}");
    }
    let line = world.daemon.as_ref().unwrap().until_logged("a client is turned away");
    assert!(line.contains(STRANGER), "{line}");
    assert_eq!(world.status("ann"), "available", "nothing came of it");
    // Nor can they read what is kept.
    for name in ["journal", "journal/journal.db", "journal/key", "password"] {
        let mode = fs::metadata(world.path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
}

#[test]
fn what_customers_write_cannot_steer_a_log_or_a_terminal() {
    let mut world = World::new();
    world.configure("log", "level = \"debug\"\n");
    world.start();
    let forged = "2026-01-01T00:00:00Z ERROR deskd: the journal is gone";
    let hostile = format!("Eve\u{1b}[2J\r\n{forged}\u{0}\u{202e}");
    let body = json!({ "queue": "support", "name": hostile, "email": "eve@example.com" });
    let (status, answer) = world.http("POST", "/v1/chats", None, body);
    if status == 201 {
        let shown = world.ctl_raw(ADMIN, &["chat", "list"]);
        let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
        assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown:?}");
        assert!(!shown.lines().any(|line| line.starts_with(forged)), "{shown}");
    } else {
        assert_eq!(status, 422, "{answer}");
    }
    let lines = world.daemon.take().unwrap().said_until_its_end();
    assert!(!lines.iter().any(|line| line.starts_with(forged)), "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains("\u{1b}[2J")), "{lines:?}");
}

/// Customers who write as fast as they can are told to slow down; meanwhile an agent's verbs are done,
/// each of them.
#[test]
fn a_flood_of_customers_holds_up_no_agent() {
    /// Verbs of the agent.
    const VERBS: usize = 40;
    /// Customers who flood.
    const FLOODS: usize = 4;
    let world = World::running();
    available(&world, "ann");
    let floods: Vec<_> = (0..FLOODS).map(|n| world.open(&format!("Flood {n}"), "")).collect();
    let url = world.daemon.as_ref().unwrap().http.clone();
    let (over, refused) = (AtomicBool::new(false), AtomicUsize::new(0));
    let mut slowest = Duration::ZERO;
    std::thread::scope(|scope| {
        for (chat, token) in &floods {
            let (url, over, refused) = (&url, &over, &refused);
            let runtime = world.runtime.handle().clone();
            scope.spawn(move || {
                let (client, url) = (client(), format!("{url}/v1/chats/{chat}/messages"));
                for n in 0.. {
                    let body = json!({ "id": format!("m{n}"), "text": "x".repeat(4000) });
                    let sent = client.post(&url).bearer_auth(token).json(&body).send();
                    let status = runtime.block_on(sent).unwrap().status();
                    refused.fetch_add(usize::from(status == 429), Ordering::SeqCst);
                    if over.load(Ordering::SeqCst) {
                        break;
                    }
                }
            });
        }
        for verb in 0..VERBS {
            let began = Instant::now();
            let to = if verb.is_multiple_of(2) { "break" } else { "available" };
            let (view, code) = world.ctl(ANN, &["status", to]);
            slowest = slowest.max(began.elapsed());
            if code != 0 {
                over.store(true, Ordering::SeqCst);
                panic!("{view}");
            }
        }
        over.store(true, Ordering::SeqCst);
    });
    let refused = refused.into_inner();
    assert!(refused > VERBS, "there was no flood: {refused}");
    eprintln!("{refused} messages refused; the slowest verb took {slowest:?}");
}

/// Every file below a folder.
fn files(dir: &Path, into: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, into) } else { into.push(path) }
    }
}

#[test]
fn a_secret_is_found_nowhere_but_in_its_file() {
    const CANARY: &str = "canary-7f3b9a1c5e";
    let mut world = World::new();
    // The instance refuses it: what is refused is told in many places.
    world.write("password", CANARY);
    world.configure("log", "level = \"trace\"\n");
    world.configure("servicenow", "asleep_secs = 1\n");
    world.start();
    available(&world, "ann");
    let limits = world.proc("limits");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert!(core.split_whitespace().skip(4).take(2).eq(["0", "0"]), "memory is dumped: {core}");
    let mut watcher = world.watch(ANN);
    let chat = talk(&world, &mut watcher, (&TOM.name(), TOM.email));
    world.ok(ANN, &["chat", "end"]);
    world.ok(ANN, &["wrapup", "code", "solved"]);
    world.ok(ANN, &["wrapup", "done"]);
    let mut told = Vec::new();
    for args in [
        &["daemon", "status"][..],
        &["config", "status"],
        &["outbox", "list"],
        &["incident", "show", &chat.0],
        &["chat", "history", &chat.0],
        &["match", "list", &chat.0],
    ] {
        let output = world.ctl_raw(ADMIN, args);
        told.extend([output.stdout, output.stderr]);
    }
    let config = world.path("deskd.toml");
    for args in [&["config", "show", "--config"][..], &["check", "--probe", "--config"]] {
        let output = world.deskd(&[args, &[config.to_str().unwrap()]].concat());
        told.extend([output.stdout, output.stderr]);
    }
    drop(watcher);
    let lines = world.daemon.take().unwrap().said_until_its_end();
    assert!(lines.iter().any(|line| line.contains("TRACE")), "everything was logged");
    told.push(lines.join("\n").into_bytes());
    let mut kept = Vec::new();
    files(&world.path("journal"), &mut kept);
    assert!(kept.len() >= 3, "{kept:?}");
    told.extend(kept.iter().map(|path| fs::read(path).unwrap()));
    // As it is, and as a header carries it.
    let header = "YWRtaW46Y2FuYXJ5LTdmM2I5YTFjNWU";
    for text in told {
        let found = |part: &str| text.windows(part.len()).any(|at| at == part.as_bytes());
        assert!(!found(CANARY) && !found(header), "{}", String::from_utf8_lossy(&text));
    }
}

/// What the unit takes from the daemon, as far as it can be taken without systemd: privileges and
/// capabilities. What it must not take is its users: inside a namespace of them every peer is nobody.
#[test]
fn who_calls_is_known_without_any_privilege() {
    let unit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/deskd.service");
    let unit = fs::read_to_string(unit).unwrap();
    assert!(unit.contains("NoNewPrivileges=yes") && unit.contains("CapabilityBoundingSet=\n"));
    assert!(unit.contains("LimitCORE=0"), "nor is its memory dumped");
    assert!(!unit.lines().any(|line| line.starts_with("PrivateUsers")), "it hides who calls");
    if !is_root() {
        eprintln!("left out: a daemon without capabilities; this takes root and setpriv");
        return;
    }
    let mut world = World::new();
    fs::set_permissions(world.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let none = ["--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"];
    world.start_under(&[&["setpriv"], &none[..]].concat());
    available(&world, "ann");
    let socket = world.path("deskd.sock");
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o666)).unwrap();
    let Some(output) = as_stranger(&world, &["--as", ANN, "status", "break"]) else { return };
    assert!(String::from_utf8_lossy(&output.stdout).contains("not_allowed"), "{output:?}");
    let line = world.daemon.as_ref().unwrap().until_logged("a client is turned away");
    assert!(line.contains(STRANGER), "{line}");
    assert_eq!(world.status("ann"), "available");
}
