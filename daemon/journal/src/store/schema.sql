-- Format 2 of the journal: the tables are those of format 1. Every table is written by the one writer only.

-- epoch: of the last start. base_seq, base_chain: the row before the first one held here, and the
-- chain's hash up to it. loss: set while an accepted loss waits for its record (JSON). holes: what
-- a recovery found to be lost between rows (JSON).
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;

-- personal and salt go together: both null where there never was a personal part (then
-- personal_hash is null too). An erased part is overwritten by zeros, its salt too; in format 1 both
-- are null. Entries whose name begins with ~ belong to the personal part: they are covered by
-- personal_hash, and blotted out with it.
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY,
    shard INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    desk_ms INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    clear BLOB NOT NULL,
    personal BLOB,
    salt BLOB,
    personal_hash BLOB,
    entries TEXT NOT NULL,
    chain BLOB NOT NULL
) STRICT;

CREATE INDEX journal_by_wall ON journal (wall_ms, seq);

-- Each row's entries once more, to find it by; journal.entries is what the chain covers.
CREATE TABLE entries (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (name, value, seq)
) STRICT, WITHOUT ROWID;
