//! The demo: sandbox, daemon, an agent and customers in one go, on free loopback ports and in a
//! temporary folder. It plays the procedure through the real doors, and verifies each step in what
//! the journal and the sandbox really hold.

mod agent;
mod by_hand;
mod customer;
mod instance;
mod links;
mod play;
mod receiver;
mod site;
mod tell;

use crate::run;
use crate::signals::Signals;
use crate::verbs;
use anyhow::{Context, Result};
use desk_sandbox::{Options, Sandbox};
use std::process::ExitCode;
use tell::Tell;

/// Plays the procedure. With `exit` it ends after the play, having run each line that it prints for
/// trying by hand; the exit code is 0 only if every step was verified.
pub(crate) fn main(exit: bool) -> Result<ExitCode> {
    verbs::runtime()?.block_on(demo(exit))
}

async fn demo(exit: bool) -> Result<ExitCode> {
    let mut tell = Tell::new();
    let folder = tempfile::Builder::new().prefix("deskd-demo-").tempdir()?;
    let sandbox = Sandbox::start(Options {
        listen: ([127, 0, 0, 1], 0).into(),
        ..Options::new(folder.path().join("sandbox"))
    });
    let sandbox = sandbox.await.context("the sandbox")?;
    let receiver = receiver::Receiver::start().await.context("the receiver of deliveries")?;
    let config = site::write(folder.path(), &sandbox.url(), &receiver.url);
    let config = config.context("the demo's config")?;
    let loaded = crate::config::load(Some(&config))?;
    let mut signals = Signals::listen()?;
    let running = run::start(loaded, Some(config)).await.context("the daemon")?;
    tell.head("deskd demo: the chat procedure, played through the real doors");
    tell.fact("ServiceNow (sandbox)", &sandbox.url());
    tell.fact("customers (HTTP)", &format!("http://{}", running.http));
    tell.fact("agents (IPC)", &running.socket.display().to_string());
    tell.fact("deliveries go to", &receiver.url);
    tell.fact("everything is kept in", &folder.path().display().to_string());

    let stage = play::Stage {
        instance: instance::Instance::new(sandbox.url())?,
        receiver,
        http: format!("http://{}", running.http),
        socket: running.socket.clone(),
        desk: running.desk.clone(),
    };
    let played = tokio::select! {
        played = play::play(&stage, &mut tell) => played,
        () = running.until_asked(&mut signals) => Ok(()),
    };
    let mut good = tell.verdict(played);
    if good {
        let lines = by_hand::lines(&stage).await?;
        by_hand::print(&tell, &lines);
        let links = links::links(&running)?;
        links::print(&tell, &links);
        if exit {
            good = by_hand::run_each(&mut tell, &lines).await;
            good &= links::try_each(&mut tell, &links).await;
        } else {
            tell.line("It stays up until you press Ctrl-C.");
            running.until_asked(&mut signals).await;
        }
    }
    running.stop().await;
    sandbox.shutdown().await;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
