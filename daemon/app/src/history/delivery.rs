//! Deliveries, as the journal has them.

use super::Untold;
use crate::codec::{CHAT, DELIVERY, SINK, decode};
use desk_core::name::{ChatId, DeliveryId, SinkId};
use desk_core::{Delivery, DeliveryEvent, Event, Payload, Private, Record};
use desk_journal::{READ_ROWS_MAX, Read};
use desk_wire::UnixMs;

/// Most deliveries that are told of in one go.
const TOLD_MAX: usize = 50;

/// A delivery.
#[derive(Debug, Clone)]
pub struct ToldDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// Its header, as it was when it was wanted.
    pub header: Delivery,
    /// What became of it last.
    pub last: Option<DeliveryEvent>,
    /// Why, where its last try failed.
    pub why: Option<String>,
    /// Whether what it sent is still there.
    pub is_kept: bool,
}

/// A delivery; `None` where the journal does not hold its beginning.
///
/// # Errors
/// What cannot be read.
pub fn delivery(journal: &dyn Read, id: DeliveryId) -> Result<Option<ToldDelivery>, Untold> {
    let rows = journal.by_index(DELIVERY, &id.to_string(), 0, READ_ROWS_MAX)?;
    let records = rows.iter().map(decode).collect::<Result<Vec<Record>, _>>()?;
    let Some((header, last)) = Delivery::fold(id, records.iter()) else { return Ok(None) };
    let mut told = ToldDelivery { id, header, last, why: None, is_kept: false };
    for event in records.iter().flat_map(|record| &record.events) {
        match event {
            Event::DeliveryWanted(wanted) if wanted.delivery == id => {
                told.is_kept = wanted.payload.known().is_some();
            }
            Event::DeliveryMoved { delivery, why, .. } if *delivery == id => {
                told.why = why.as_ref().and_then(Private::known).cloned();
            }
            _ => {}
        }
    }
    Ok(Some(told))
}

/// What a delivery sends, of the record that wanted it; `None` where it is not kept any more.
///
/// # Errors
/// What cannot be read.
pub fn payload(
    journal: &dyn Read,
    delivery: DeliveryId,
    seq: u64,
) -> Result<Option<Payload>, Untold> {
    let Some(row) = journal.row(seq)? else { return Ok(None) };
    let wanted = decode(&row)?.events.into_iter().find_map(|event| match event {
        Event::DeliveryWanted(wanted) if wanted.delivery == delivery => Some(wanted.payload),
        _ => None,
    });
    Ok(wanted.and_then(|payload| payload.known().map(|payload| (**payload).clone())))
}

/// Which deliveries are wanted.
#[derive(Debug, Clone)]
pub struct To {
    /// To this sink.
    pub sink: SinkId,
    /// Of this chat.
    pub chat: Option<ChatId>,
    /// Wanted at or after this time.
    pub since: Option<UnixMs>,
    /// Behind this record.
    pub after: u64,
}

/// Some deliveries to a sink, and the record after which the next ones stand.
///
/// # Errors
/// What cannot be read.
pub fn deliveries(journal: &dyn Read, to: &To) -> Result<(Vec<ToldDelivery>, Option<u64>), Untold> {
    let (column, value) = match to.chat {
        Some(chat) => (CHAT, chat.to_string()),
        None => (SINK, to.sink.to_string()),
    };
    let rows = journal.by_index(column, &value, to.after, READ_ROWS_MAX)?;
    let mut found = Vec::new();
    for row in &rows {
        if to.since.is_some_and(|since| row.wall_ms < since) {
            continue;
        }
        for event in decode(row)?.events {
            if let Event::DeliveryWanted(wanted) = event
                && wanted.sink == to.sink
                && to.chat.is_none_or(|chat| wanted.origin.chat == Some(chat))
            {
                found.extend(delivery(journal, wanted.delivery)?);
            }
        }
        if found.len() >= TOLD_MAX {
            return Ok((found, Some(row.seq)));
        }
    }
    let next = (rows.len() == READ_ROWS_MAX).then(|| rows.last().map(|row| row.seq)).flatten();
    Ok((found, next))
}
