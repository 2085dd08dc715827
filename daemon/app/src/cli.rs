//! deskd's command line: what must work without a daemon, and running one.

use crate::verbs;
use clap::{Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

/// Carries contact-centre chats from arrival to the ServiceNow incident.
///
/// `deskd demo` shows the whole procedure with nothing to set up. `deskctl` talks to a running
/// daemon.
#[derive(Debug, Parser)]
#[command(name = "deskd", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run the daemon.
    Run {
        /// The config; without it the first that is found, else what is built in.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Play the whole procedure: sandbox, daemon, an agent and customers in one go.
    Demo {
        /// End after the play; the exit code is 0 only if every step was verified.
        #[arg(long)]
        exit: bool,
    },
    /// Run a small ServiceNow instance for trying things out.
    Sandbox {
        /// Address and port; port 0 takes a free one.
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8020")]
        listen: SocketAddr,
        /// The folder for its records.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// The account that may use its API.
        #[arg(long, default_value = "admin")]
        user: String,
        /// Its password.
        #[arg(long, default_value = "admin")]
        password: String,
        /// Speak https, by a certificate made in the folder at the first start.
        #[arg(long)]
        tls: bool,
        /// A plan of faults to begin with, as JSON.
        #[arg(long, value_name = "FILE")]
        faults: Option<PathBuf>,
        /// Columns that are added to tables: a file with table,column,type,label,length.
        #[arg(long, value_name = "FILE.csv")]
        columns: Option<PathBuf>,
        /// People, incidents or other records to take in; may be given several times.
        #[arg(long, value_name = "[TABLE=]FILE.csv")]
        import: Vec<desk_sandbox::Import>,
    },
    /// Check config and scripts without running anything.
    Check {
        /// The config; without it the first that is found, else what is built in.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// Take warnings for errors.
        #[arg(long)]
        deny_warnings: bool,
        /// Ask the ServiceNow instance too: log in, and see whether people and incidents can be
        /// read. Nothing is written there.
        #[arg(long)]
        probe: bool,
        /// For machines.
        #[arg(long)]
        json: bool,
    },
    /// Write a config to begin with, or show the one that would be in force.
    #[command(subcommand)]
    Config(ConfigVerb),
    /// Look after a journal whose daemon does not run.
    #[command(subcommand)]
    Journal(JournalVerb),
    /// Look after scripts before they go live.
    #[command(subcommand)]
    Script(ScriptVerb),
    /// Print completions for a shell.
    Completions {
        /// Which.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigVerb {
    /// Write deskd.toml with every key, and an example of a queue and agents.
    Init {
        /// The folder; nothing in it is overwritten.
        #[arg(value_name = "DIR", default_value = ".")]
        dir: PathBuf,
    },
    /// Show the config with its defaults filled in; secrets are never shown.
    Show {
        /// The config; without it the first that is found, else what is built in.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// For machines.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum JournalVerb {
    /// Check every record, index entry, snapshot and the head mark. Reads only; a daemon may run.
    Verify {
        /// The journal's folder.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// A head as `verify` printed it earlier, kept elsewhere: the journal must still hold it.
        #[arg(long, value_name = "RECORD:HASH")]
        head: Option<String>,
        /// For machines.
        #[arg(long)]
        json: bool,
    },
    /// Write records as JSON lines to standard output.
    Export {
        /// The journal's folder.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// The first record.
        #[arg(long, default_value_t = 1)]
        from: u64,
        /// The last record.
        #[arg(long, default_value_t = u64::MAX)]
        to: u64,
    },
    /// Make a new journal of what is sound in a damaged one, and list what is lost or in doubt.
    Recover {
        /// The damaged journal's folder; it is only read.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// The new journal's folder: empty, or not there.
        #[arg(long, value_name = "NEW")]
        to: PathBuf,
        /// For machines.
        #[arg(long)]
        json: bool,
    },
    /// Make a journal of a backup that `deskctl journal backup` made.
    Restore {
        /// The backup's folder; it is only read.
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
        /// The journal's folder: empty, or not there.
        #[arg(long, value_name = "NEW")]
        data: PathBuf,
        /// A later list of erasures (`erasures.jsonl` beside a journal or a backup): what it says is
        /// erased again. The list beside the backup is always followed.
        #[arg(long, value_name = "FILE")]
        erasures: Option<PathBuf>,
    },
    /// Give up the records after N, which are damaged or missing, so that the daemon can start.
    AcceptLoss {
        /// The journal's folder.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// The last sound record.
        #[arg(long, value_name = "N")]
        to: u64,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ScriptVerb {
    /// Print a rule to begin with.
    New {
        /// The hook, such as `on_offer`.
        #[arg(value_name = "HOOK")]
        hook: String,
    },
    /// Say whether a daemon would take a folder of scripts over: it compiles, lints and passes its
    /// tests.
    Check {
        /// The folder.
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
    /// Run a folder's tests and tell of each.
    Test {
        /// The folder.
        #[arg(value_name = "DIR")]
        dir: PathBuf,
        /// Run only tests with this in their name.
        #[arg(long, value_name = "TEXT")]
        only: Option<String>,
        /// Tell which lines the tests went through.
        #[arg(long)]
        coverage: bool,
        /// Write that in the format of lcov.
        #[arg(long, value_name = "FILE")]
        lcov: Option<PathBuf>,
        /// Go on: run them again with each change.
        #[arg(long)]
        watch: bool,
    },
    /// Write the reference (hooks.md) and the definitions for editors (deskd.d.rhai).
    Docs {
        /// The folder.
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
}

/// deskd's `main`.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.verb {
        Verb::Run { config } => verbs::run(config),
        Verb::Demo { exit } => crate::demo::main(exit),
        Verb::Sandbox { listen, data, user, password, tls, faults, columns, import } => {
            let (username, options) = (user, desk_sandbox::Options::new(data));
            verbs::sandbox(desk_sandbox::Options {
                listen,
                username,
                password,
                tls,
                faults,
                columns,
                imports: import,
                ..options
            })
        }
        Verb::Check { config, deny_warnings, probe, json } => {
            verbs::check(config.as_deref(), deny_warnings, probe, json)
        }
        Verb::Config(verb) => verbs::config(verb),
        Verb::Journal(verb) => verbs::journal(verb),
        Verb::Script(ScriptVerb::Check { dir }) => verbs::script::check(&dir),
        Verb::Script(ScriptVerb::Test { dir, only, coverage, lcov, watch }) => {
            verbs::script::test(&dir, &verbs::script::Wanted { only, coverage, lcov, watch })
        }
        Verb::Script(ScriptVerb::Docs { dir }) => verbs::script::docs(&dir),
        Verb::Script(ScriptVerb::New { hook }) => verbs::script::new(&hook),
        Verb::Completions { shell } => {
            let mut command = <Cli as clap::CommandFactory>::command();
            clap_complete::generate(shell, &mut command, "deskd", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
    };
    result.unwrap_or_else(|error| {
        eprintln!("deskd: {error:#}");
        verbs::exit_code(&error)
    })
}
