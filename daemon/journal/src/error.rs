//! What can go wrong, told so that an operator knows the file, the place and the way on.

use std::fmt;
use std::path::{Path, PathBuf};

/// What to do about damage that no snapshot or mark explains.
const RESTORE: &str = "restore the journal from a backup, or go on from the last sound \
                                  row with `deskd journal accept-loss --to N`; \
                                  `deskd journal verify` finds every sound row";

/// What to do about an index that does not agree with the rows.
const RESTORE_INDEX: &str = "the rows are sound up to here, but cannot all be found \
                                        by this index; restore the journal from a backup";

/// Something on disk is not what was written. It is never skipped over or replaced.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}, {place}: {what}; {remedy}", file.display())]
pub struct Damage {
    /// The damaged file.
    pub file: PathBuf,
    /// Where in it.
    pub place: Place,
    /// What is wrong there.
    pub what: String,
    /// What the operator can do.
    pub remedy: &'static str,
}

impl Damage {
    pub(crate) fn new(file: &Path, place: Place, what: impl Into<String>) -> Self {
        let remedy = match &place {
            Place::Entry { .. } => RESTORE_INDEX,
            _ => RESTORE,
        };
        Self { file: file.to_owned(), place, what: what.into(), remedy }
    }
}

/// A place in a file of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The file as such.
    Whole,
    /// A row, by its number.
    Row(u64),
    /// An index entry.
    Entry {
        /// The column.
        column: String,
        /// The value.
        value: String,
        /// The row that it points to.
        seq: u64,
    },
    /// A key of the table `meta`.
    Meta(&'static str),
    /// A slot of the head mark.
    Slot(usize),
    /// A byte, counted from 0.
    Byte(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("the whole file"),
            Self::Row(seq) => write!(f, "row {seq}"),
            Self::Entry { column, value, seq } => {
                write!(f, "index entry {column}={value} of row {seq}")
            }
            Self::Meta(key) => write!(f, "meta key {key}"),
            Self::Slot(slot) => write!(f, "slot {slot}"),
            Self::Byte(offset) => write!(f, "byte {offset}"),
        }
    }
}

/// Why something could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is damaged.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// The operating system refused.
    #[error("{}: cannot {doing}: {source}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// The error.
        source: std::io::Error,
    },
    /// SQLite refused, for another reason than damage.
    #[error("{}: cannot {doing}: {source}", file.display())]
    Database {
        /// The database.
        file: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// The error.
        source: rusqlite::Error,
    },
}

impl ReadError {
    /// For `map_err` after an I/O call.
    pub(crate) fn io(file: &Path, doing: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { file: file.to_owned(), doing, source }
    }

    /// For `map_err` after a call of SQLite: what it calls corrupt, and a value of a type that the
    /// schema does not allow, are damage.
    pub(crate) fn sql(file: &Path, doing: &'static str) -> impl FnOnce(rusqlite::Error) -> Self {
        use rusqlite::{Error, ErrorCode};
        move |source| {
            let corrupt = match &source {
                Error::SqliteFailure(e, _) => {
                    matches!(e.code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
                }
                Error::FromSqlConversionFailure(..)
                | Error::IntegralValueOutOfRange(..)
                | Error::Utf8Error(..)
                | Error::InvalidColumnType(..) => true,
                _ => false,
            };
            if corrupt {
                Damage::new(file, Place::Whole, format!("cannot {doing}: {source}")).into()
            } else {
                Self::Database { file: file.to_owned(), doing, source }
            }
        }
    }
}

/// Why a journal was not opened, or not found sound.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open for writing.
    #[error("{}: held by another deskd (process {holder}); stop that one first", file.display())]
    Locked {
        /// The lock file.
        file: PathBuf,
        /// The process that wrote its number there.
        holder: String,
    },
    /// A folder that shall become a journal holds something.
    #[error("{}: it is not empty; name a new folder", dir.display())]
    NotEmpty {
        /// The folder.
        dir: PathBuf,
    },
    /// What shall be restored from says of itself that it is in use.
    #[error(
        "{}: this is no backup but a journal that a daemon has run on; a backup is made with \
         `deskctl journal backup`", dir.display()
    )]
    NoBackup {
        /// The folder.
        dir: PathBuf,
    },
    /// Rows that may have been acknowledged are not there.
    #[error(
        "{}: rows {from} to {to} are missing: the head mark names row {to}, the database ends at \
         row {last}; look for the lost rows in a backup, or accept the loss with \
         `deskd journal accept-loss --to {last}`", dir.display()
    )]
    Gap {
        /// The journal's directory.
        dir: PathBuf,
        /// The last row that the database holds.
        last: u64,
        /// The first missing row.
        from: u64,
        /// The last missing row, as far as the mark knows.
        to: u64,
    },
    /// There are rows, but nothing says up to where they were acknowledged.
    #[error(
        "{}: {why}, so nothing says whether rows after row {last} are missing; bring back the file \
         `head`, or accept that they may be with `deskd journal accept-loss --to {last}`",
        file.display()
    )]
    NoMark {
        /// The head mark.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
        /// The last row that the database holds.
        last: u64,
    },
    /// Written by a deskd that is newer than this one.
    #[error("{}: format {found} is newer than {supported}, which this deskd reads", file.display())]
    Format {
        /// The database.
        file: PathBuf,
        /// Its format.
        found: i64,
        /// The newest that is known here.
        supported: i64,
    },
    /// Something could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl From<Damage> for OpenError {
    fn from(damage: Damage) -> Self {
        Self::Read(damage.into())
    }
}

/// Why a loss was not accepted; nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum LossError {
    /// The number is not that of the last sound row.
    #[error("row {asked} is not the last sound row; that is row {last_sound}{}", because(why))]
    NotTheLast {
        /// What was asked for.
        asked: u64,
        /// Up to where the chain holds.
        last_sound: u64,
        /// Why it holds no further, if there is more.
        why: Option<Box<Damage>>,
    },
    /// Nothing is lost: every row up to the head mark is there and sound.
    #[error("nothing is lost: rows up to {last} are sound and the head mark agrees")]
    NothingLost {
        /// The last row.
        last: u64,
    },
    /// The journal could not be read or written.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl From<ReadError> for LossError {
    fn from(error: ReadError) -> Self {
        Self::Open(error.into())
    }
}

fn because(why: &Option<Box<Damage>>) -> String {
    why.as_ref().map_or_else(String::new, |damage| format!(" ({damage})"))
}
