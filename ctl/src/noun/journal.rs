//! `journal`: what can be asked of the journal of a running daemon.

use std::io;
use std::path::PathBuf;

use clap::Subcommand;
use desk_wire::view::BackupView;
use desk_wire::{Call, Refusal};

use crate::failure::Failure;
use crate::render::{HEAD, Page};

#[derive(Debug, Subcommand)]
pub(crate) enum Journal {
    /// Copy the journal, as it is now, while the daemon goes on
    Backup {
        /// A folder that is empty or not there, on the daemon's machine; `deskd journal restore`
        /// makes a journal of it
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
}

impl Journal {
    pub(crate) fn call(self) -> Result<Call, Failure> {
        let Self::Backup { dir } = self;
        let dir = std::path::absolute(dir)?;
        match dir.to_str() {
            Some(dir) => Ok(Call::JournalBackup { dir: dir.to_owned() }),
            None => Err(Refusal::new("bad_path", "the folder's name is not UTF-8").into()),
        }
    }
}

pub(crate) fn show(page: &mut Page<'_>, backup: &BackupView) -> io::Result<()> {
    page.line(format_args!("{HEAD}backup{HEAD:#} of {} records", backup.seq))?;
    page.field("folder", &backup.dir)?;
    page.field("size", format!("{} KiB", backup.bytes.div_ceil(1024)))?;
    page.field("head", format!("{}:{}", backup.seq, backup.chain))?;
    let next = format!("deskd journal restore --from {} --data NEW", backup.dir);
    page.field("restore by", next)
}
