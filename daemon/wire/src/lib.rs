//! The protocol between deskd and its clients: newline-delimited JSON, one object a line.
//!
//! Here live the words of the protocol and the rules by which a line is read or refused. There is
//! no transport, no clock and no thread: bytes come in through [`Decoder`], lines go out through
//! [`encode`]. These types are the protocol's own; the daemon maps its state onto them.
//!
//! ```text
//! client                                   daemon
//! {"v":1,"client":"deskctl 0.1.0"}     ──▶
//!                                      ◀── {"v":1,"daemon":"0.1.0","epoch":9,"seq":41,…}
//! {"id":1,"verb":"offer_accept","with":{}} ▶
//!                                      ◀── {"id":1,"ok":{"chat":{…}}}
//! {"id":2,"verb":"watch","with":{}}    ──▶
//!                                      ◀── {"id":2,"ok":{"watching":{"cursor":{…}}}}
//!                                      ◀── {"cursor":{…},"at":…,"notices":[…]}
//!                                      ◀── {"ping":1}
//! {"pong":1}                           ──▶
//! ```
//!
//! A request is read strictly: what is unknown is refused by name. Answers and notices are read
//! leniently, so that an older client follows a newer daemon of the same protocol version.
//! Times are milliseconds since 1970 in UTC; durations end in `_ms`.

mod actor;
mod call;
mod decoder;
mod line;
mod notice;
mod parse;
mod parts;
mod refusal;
mod reply;
mod verbs;
pub mod view;

pub use actor::{ActAs, ActAsError, Role};
pub use call::{Call, VERBS};
pub use decoder::{Decoder, MAX_FRAME, encode};
pub use line::{
    Answer, CMD_CHARS_MAX, ClientLine, Cursor, Hello, Outcome, PING_MS_MAX, Ping, Pong, Rejected,
    Request, ServerLine, Welcome,
};
pub use notice::{Announcement, Notice, NoticeLine};
pub use parse::{Kind, LineError};
pub use parts::{OutboxFilter, PersonBy, PopResult, ReplayAsk, Visibility};
pub use refusal::Refusal;
pub use reply::{Done, Reply, Subscription};

/// Version of the protocol; a hello or welcome of another one is refused.
pub const V: u32 = 1;

/// Milliseconds since 1970 in UTC.
pub type UnixMs = i64;
