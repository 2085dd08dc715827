//! Which snapshots are kept.

use std::collections::{BTreeMap, BTreeSet};

use super::SNAPSHOTS_KEPT;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Of `all` (row and wall time of each, oldest first), the rows of those to keep: the oldest, from
/// which everything that is held can be played again, the last [`SNAPSHOTS_KEPT`], and of each day
/// from `keep_days` before `now_ms` on the last.
pub(crate) fn kept(all: &[(u64, i64)], now_ms: i64, keep_days: u32) -> BTreeSet<u64> {
    let first_day = now_ms.div_euclid(DAY_MS) - i64::from(keep_days);
    let by_day: BTreeMap<i64, u64> = all
        .iter()
        .map(|(seq, wall_ms)| (wall_ms.div_euclid(DAY_MS), *seq))
        .filter(|(day, _)| *day > first_day)
        .collect();
    let newest = all.iter().rev().take(SNAPSHOTS_KEPT).map(|(seq, _)| *seq);
    let oldest = all.first().map(|(seq, _)| *seq);
    newest.chain(oldest).chain(by_day.into_values()).collect()
}
