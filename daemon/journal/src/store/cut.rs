//! Cutting the oldest rows off: retention.

use rusqlite::params;

use super::db::Db;
use super::writer::begin;
use crate::error::ReadError;
use crate::port::CUT_ROWS;
use crate::row::Hash;

/// Removes at most [`CUT_ROWS`] of the rows up to `to`, the oldest first, with their index entries;
/// the last of them is the new base. How many were removed.
pub(super) fn cut(db: &Db, to: u64) -> Result<u64, ReadError> {
    let sql = || db.sql("cut the oldest rows");
    let tx = begin(&db.conn).map_err(sql())?;
    let head = db.head()?.seq;
    let rows: Vec<(i64, [u8; 32])> = tx
        .prepare_cached("SELECT seq, chain FROM journal WHERE seq <= ?1 ORDER BY seq LIMIT ?2")
        .and_then(|mut statement| {
            let last = to.min(head.saturating_sub(1)).cast_signed();
            let rows = statement
                .query_map(params![last, CUT_ROWS], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        })
        .map_err(sql())?;
    let Some((last, chain)) = rows.last() else { return Ok(0) };
    // Of a hole nothing is left to be explained once the rows before it are gone.
    let holes: Vec<_> =
        db.holes()?.into_iter().filter(|hole| hole.from > last.cast_unsigned()).collect();
    let write = || -> rusqlite::Result<()> {
        let each = "DELETE FROM entries WHERE seq = ?1 AND (name, value) IN \
                    (SELECT json_extract(e.value, '$[0]'), json_extract(e.value, '$[1]') \
                     FROM journal, json_each(journal.entries) AS e WHERE journal.seq = ?1)";
        for (seq, _) in &rows {
            tx.prepare_cached(each)?.execute([seq])?;
        }
        tx.execute("DELETE FROM journal WHERE seq <= ?1", [last])?;
        tx.execute("UPDATE meta SET value = ?1 WHERE key = 'base_seq'", [last])?;
        tx.execute("UPDATE meta SET value = ?1 WHERE key = 'base_chain'", [Hash(*chain).0])?;
        let json = serde_json::to_string(&holes)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        tx.execute("UPDATE meta SET value = ?1 WHERE key = 'holes'", [json])?;
        Ok(())
    };
    write().map_err(sql())?;
    tx.commit().map_err(sql())?;
    Ok(rows.len() as u64)
}
