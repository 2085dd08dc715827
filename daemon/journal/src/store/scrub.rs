//! Erasing so that nothing is left: in the rows, in the index, in what pages do not use, in the log.
//!
//! A row's part is overwritten in place, byte for byte, so that no row moves. Index entries are
//! deleted and SQLite zeroes what it frees (`secure_delete`), yet when pages of the index split or
//! merge, copies of entries can stay behind in the unused middle of a page. So that is zeroed too,
//! page by page, through SQLite's own table of pages and therefore within its transactions.

use rusqlite::{Connection, OptionalExtension, params};

use super::raw::blotted;
use super::writer::begin;
use crate::row::{SALT_BYTES, apart};

/// Pages looked at by one call: some 16 MiB, a few milliseconds.
const PAGES: u32 = 4096;

/// Bytes of the file's header, before the first page's own.
const FILE_HEADER: usize = 100;

/// The kinds of b-tree page that have cells, by their first byte, and the bytes of their header.
const B_TREES: [(u8, usize); 4] = [(2, 12), (5, 12), (10, 8), (13, 8)];

/// Erases the personal part of each row in `seqs`, with its index entries; how many had one.
pub(super) fn erase(conn: &Connection, seqs: &[u64]) -> rusqlite::Result<u64> {
    let tx = begin(conn)?;
    let mut erased = 0;
    for seq in seqs {
        let seq = seq.cast_signed();
        let found: Option<(Option<[u8; SALT_BYTES]>, String)> = tx
            .prepare_cached("SELECT salt, entries FROM journal WHERE seq = ?1")?
            .query_row([seq], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((Some(salt), entries)) = found else { continue };
        let index = serde_json::from_str(&entries)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        let (public, private) = apart(index);
        if salt == [0; SALT_BYTES] && private.is_empty() {
            continue;
        }
        let kept = if private.is_empty() { entries } else { blotted(&entries, &public) };
        tx.prepare_cached(
            "UPDATE journal SET personal = zeroblob(length(personal)), salt = ?2, entries = ?3 \
             WHERE seq = ?1",
        )?
        .execute(params![seq, [0u8; SALT_BYTES], kept])?;
        for (column, value) in private {
            tx.prepare_cached("DELETE FROM entries WHERE name = ?1 AND value = ?2 AND seq = ?3")?
                .execute(params![column, value, seq])?;
        }
        erased += 1;
    }
    tx.commit()?;
    Ok(erased)
}

/// Zeroes what the pages after `after` do not use, some of them; the last one looked at, `None` once
/// there are no more.
pub(super) fn pages(conn: &Connection, after: u32) -> rusqlite::Result<Option<u32>> {
    let tx = begin(conn)?;
    let count: u32 = tx.query_row("SELECT page_count FROM pragma_page_count", (), |r| r.get(0))?;
    let last = count.min(after.saturating_add(PAGES));
    {
        let mut read = tx.prepare_cached("SELECT data FROM sqlite_dbpage WHERE pgno = ?1")?;
        let mut write = tx.prepare_cached("UPDATE sqlite_dbpage SET data = ?2 WHERE pgno = ?1")?;
        for page in after + 1..=last {
            let data = read.query_row([page], |row| row.get::<_, Option<Vec<u8>>>(0)).optional()?;
            let Some(mut data) = data.flatten() else { continue };
            if zero_unused(&mut data, page == 1) {
                write.execute(params![page, data])?;
            }
        }
    }
    tx.commit()?;
    Ok((last < count).then_some(last))
}

/// Zeroes what lies between the cell pointers of a b-tree page and its cells; whether anything did.
/// See <https://sqlite.org/fileformat2.html#b_tree_pages>. No other page begins with such a byte,
/// unless the database has more than 33 million pages.
fn zero_unused(page: &mut [u8], first: bool) -> bool {
    let at = if first { FILE_HEADER } else { 0 };
    let Some(header) = page.get(at..at + 8) else { return false };
    let Some((_, length)) = B_TREES.iter().find(|(kind, _)| *kind == header[0]) else {
        return false;
    };
    let word = |n: usize| usize::from(u16::from_be_bytes([header[n], header[n + 1]]));
    // Zero stands for 65,536, the one number that does not fit.
    let cells = match word(5) {
        0 => 65_536,
        cells => cells,
    };
    let unused = at + length + 2 * word(3)..cells;
    match page.get_mut(unused) {
        Some(unused) if unused.iter().any(|byte| *byte != 0) => {
            unused.fill(0);
            true
        }
        _ => false,
    }
}
