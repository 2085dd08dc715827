//! What to try by hand: lines that run as they stand, in a new terminal, in the folder in which the
//! demo was started.

use super::play::Stage;
use super::site::{AGENT, SUPPORT};
use super::tell::Tell;
use anyhow::Result;
use tokio::process::Command;

/// A line to try, and what it shows.
pub(super) struct Line {
    what: String,
    command: String,
}

/// The lines for this stage.
pub(super) async fn lines(stage: &Stage) -> Result<Vec<Line>> {
    let ctl = format!("{} --socket {}", deskctl(), stage.socket.display());
    let ann = format!("{ctl} --as agent:{AGENT}");
    let line = |what: &str, command: String| Line { what: what.into(), command };
    let body = format!(
        r#"{{"queue":"{SUPPORT}","name":"Mara Lindqvist","email":"mara.lindqvist@larkfield.example"}}"#
    );
    Ok(vec![
        line("how the daemon is doing", format!("{ctl} daemon status")),
        line("the agent's status", format!("{ann} status show")),
        line("be available", format!("{ann} status available")),
        line(
            "a customer opens a chat",
            format!(
                "curl -sS -H 'content-type: application/json' -d '{body}' {}/v1/chats",
                stage.http
            ),
        ),
        line("the offer, with the VIP's short timer", format!("{ann} offer show")),
        line("accept it", format!("{ann} offer accept")),
        line("say something", format!("{ann} chat say 'Hello Mara'")),
        line("finish, code, note, wrap up", format!("{ann} chat end")),
        line("", format!("{ann} wrapup code solved")),
        line("", format!("{ann} wrapup note 'Tried by hand'")),
        line("", format!("{ann} wrapup done")),
        line("every incident", format!("{ctl} --as role:admin incident list")),
        line("the queues", format!("{ctl} --as role:admin queue list")),
        line("chats of the past", format!("{ctl} --as role:admin chat history")),
        line(
            "the incidents, as ServiceNow holds them",
            format!(
                "curl -sS -u admin:admin '{}/api/now/table/incident?sysparm_fields=number,short_description,caller_id'",
                stage.instance.url
            ),
        ),
        line(
            "the same in a browser",
            format!(
                "curl -sS -o /dev/null -w '%{{http_code}} %{{url_effective}}\\n' {}/incident_list.do",
                stage.instance.url
            ),
        ),
    ])
}

/// How deskctl is called here: through cargo where the demo was, else the one beside this binary,
/// else by its name.
fn deskctl() -> String {
    let through_cargo = std::env::var_os("CARGO").is_some();
    let beside = std::env::current_exe().map(|exe| exe.with_file_name("deskctl"));
    match (through_cargo, cfg!(debug_assertions), beside) {
        (true, false, _) => "cargo run -q --release -p deskctl --".into(),
        (true, true, _) => "cargo run -q -p deskctl --".into(),
        (false, _, Ok(path)) if path.is_file() => format!("'{}'", path.display()),
        (false, ..) => "deskctl".into(),
    }
}

pub(super) fn print(tell: &Tell, lines: &[Line]) {
    tell.head("Try it by hand, in another terminal, in this folder:");
    for line in lines {
        if !line.what.is_empty() {
            tell.line(&format!("\n  # {}", line.what));
        }
        tell.line(&format!("  {}", line.command));
    }
    tell.line("");
}

/// Runs each line once; whether all of them ended well.
pub(super) async fn run_each(tell: &mut Tell, lines: &[Line]) -> bool {
    tell.head("Running each of these lines once:");
    let mut good = true;
    for line in lines {
        match Command::new("sh").args(["-c", &line.command]).output().await {
            Ok(output) if output.status.success() => tell.verified(&line.command),
            Ok(output) => {
                good = false;
                let said = String::from_utf8_lossy(&output.stderr);
                tell.failed(&format!("{} → {}: {}", line.command, output.status, said.trim()));
            }
            Err(error) => {
                good = false;
                tell.failed(&format!("{}: {error}", line.command));
            }
        }
    }
    good
}
