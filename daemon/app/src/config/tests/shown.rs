//! What `config show` and `check` say, and where things are looked for.

use super::super::load::load_with;
use super::super::{Agents, EXIT_CONFIG, Severity, check, show, show_json};
use super::{Files, GOOD, no_var};
use desk_core::name::AgentId;
use desk_wire::Role;
use expect_test::expect;
use std::ffi::OsString;
use std::path::Path;

const MAIN: &str = "[http]\nlisten = \"127.0.0.1:0\"\n\
    [[ipc.user]]\nuid = 4242\nagents = [\"ann\"]\nroles = [\"agent\"]\n";

fn good() -> Files {
    Files::new(&[&GOOD[..], &[("deskd.toml", MAIN)]].concat())
}

#[test]
fn what_is_shown_is_a_config_again_and_the_same() {
    let files = good();
    let loaded = files.load().unwrap();
    let shown = show(&loaded);
    let again = Files::new(&[("deskd.toml", &shown)]).load().unwrap();
    assert_eq!(again.file, loaded.file);
    assert_eq!(again.hash, loaded.hash);
}

#[test]
fn what_is_not_set_is_named() {
    let files = good();
    let shown = files.told(&show(&files.load().unwrap()));
    let notes: Vec<&str> =
        (shown.lines()).filter(|line| line.starts_with('#') && !line.contains("Hash")).collect();
    expect![[r#"
        # The config in effect, read from:
        #   DIR/deskd.toml
        #   DIR/agents.d/ann.toml
        #   DIR/queues.d/support.toml
        # ipc.socket is not set: /run/deskd/deskd.sock
        # http.public_url is not set
        # oidc.issuer is not set
        # oidc.client_secret_file is not set
        # oidc.client_secret_env is not set
        # journal.dir is not set: /var/lib/deskd
        # servicenow.url is not set
        # servicenow.username is not set
        # servicenow.password_file is not set
        # servicenow.password_env is not set
        # the secret: not set
        # incident.accepted_field is not set
        # incident.terminated_field is not set
        # scripts.dir is not set: the scripts that are built in"#]]
    .assert_eq(&notes.join("\n"));
    let json = show_json(&files.load().unwrap());
    assert_eq!(json["v"], 1);
    assert!(json["config"]["servicenow"]["url"].is_null());
    assert_eq!(json["config"]["http"]["listen"], "127.0.0.1:0");
}

#[test]
fn sockets_and_journals_are_looked_for_in_the_surroundings() {
    let files = good();
    let places = |vars: &'static [(&str, &str)]| {
        let var = move |name: &str| {
            vars.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        };
        let settings = load_with(&files.path().join("deskd.toml"), &var).unwrap().settings;
        (settings.socket, settings.data_dir)
    };
    let pair = |socket: &str, data: &str| (Path::new(socket).into(), Path::new(data).into());
    assert_eq!(places(&[]), pair("/run/deskd/deskd.sock", "/var/lib/deskd"));
    assert_eq!(
        places(&[("HOME", "/home/a"), ("XDG_RUNTIME_DIR", "/run/user/1")]),
        pair("/run/user/1/deskd.sock", "/home/a/.local/state/deskd")
    );
    assert_eq!(
        places(&[
            ("HOME", "/root"),
            ("XDG_STATE_HOME", "/s"),
            ("RUNTIME_DIRECTORY", "/run/deskd:/run/b"),
            ("STATE_DIRECTORY", "/var/lib/desk")
        ]),
        pair("/run/deskd/deskd.sock", "/var/lib/desk")
    );
}

#[test]
fn the_account_that_runs_deskd_is_admin_unless_it_is_listed() {
    let files = good();
    let own = rustix::process::geteuid().as_raw();
    let users = files.load().unwrap().settings.users;
    let (ann, ben) = (AgentId::from("ann"), AgentId::from("ben"));
    let of = |uid| users.iter().find(|user| user.uid == Some(uid)).unwrap();
    assert!(of(own).roles.contains(&Role::Admin) && of(own).may_act_as(&ben));
    assert!(of(4242).may_act_as(&ann) && !of(4242).may_act_as(&ben));

    let main = format!("[[ipc.user]]\nuid = {own}\nagents = [\"*\"]\nroles = [\"agent\"]\n");
    files.write("deskd.toml", &main);
    let users = files.load().unwrap().settings.users;
    assert_eq!(users.len(), 1);
    assert_eq!(users[0].agents, Agents::Any);
    assert!(!users[0].roles.contains(&Role::Admin));
}

#[test]
fn the_hash_follows_what_decisions_depend_on_alone() {
    let files = good();
    let before = files.load().unwrap();
    files.write("deskd.toml", "[http]\nlisten = \"127.0.0.1:9\"\n[servicenow]\ntimeout_secs = 9\n");
    let shell = files.load().unwrap();
    assert_eq!(shell.hash, before.hash);
    assert_eq!(before.settings.changed_until_restart(&shell.settings), ["http"]);
    files.write("deskd.toml", "[times]\npop_secs = 31\n");
    assert_ne!(files.load().unwrap().hash, before.hash);
}

#[test]
fn files_and_folders_that_matter_are_named() {
    let files = good();
    files.write("agents.d/.hidden.toml", "not = \"read\"");
    files.write("agents.d/notes.txt", "not read");
    files.write("agents.d/more.toml", "[[agent]]\nid = \"cem\"\nqueues.support = 1\n");
    let loaded = files.load().unwrap();
    let names = |paths: &[std::path::PathBuf]| -> Vec<String> {
        paths.iter().map(|path| files.told(&path.display().to_string())).collect()
    };
    let read = [
        "DIR/deskd.toml",
        "DIR/agents.d/ann.toml",
        "DIR/agents.d/more.toml",
        "DIR/queues.d/support.toml",
    ];
    assert_eq!(names(&loaded.files), read);
    assert_eq!(names(&loaded.folders), ["DIR", "DIR/agents.d", "DIR/queues.d"]);
    assert!(loaded.core.agents.contains_key(&AgentId::from("cem")));
}

#[test]
fn a_check_says_what_is_wrong_and_ends_with_its_code() {
    let files = good();
    let path = files.path().join("deskd.toml");
    let report = check(Some(&path), false);
    assert!(report.ok() && report.exit_code() == 0, "{}", report.text());
    let strict = check(Some(&path), true);
    assert_eq!(strict.exit_code(), EXIT_CONFIG);

    files.write("deskd.toml", "[htp]\n");
    let report = check(Some(&path), false);
    assert_eq!(report.exit_code(), EXIT_CONFIG);
    assert_eq!(report.problems[0].severity, Severity::Error);
    let json = report.json();
    assert_eq!((&json["ok"], &json["errors"]), (&false.into(), &1.into()));
    assert_eq!(json["problems"][0]["line"], 1);
    expect![[r#"
        error: unknown key `htp`
         --> DIR/deskd.toml:1:2
          |
        1 | [htp]
          |  ^^^
          = help: did you mean `http`? If not, take the line out

        the config is not good: errors 1, warnings 0
    "#]]
    .assert_eq(&files.told(&report.text()));
}

#[test]
fn settings_are_the_same_wherever_the_process_stands() {
    let files = good();
    let loaded = load_with(&files.path().join("deskd.toml"), &no_var).unwrap();
    assert!(loaded.settings.base.is_absolute());
}
