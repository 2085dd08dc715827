//! Bodies that break off.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

use crate::api::Unread;

/// A body that ends in an error, after a part where there is one.
#[derive(Debug)]
pub(super) struct Torn {
    part: Option<Bytes>,
    /// Whether the part is given time to leave.
    waits: bool,
    error: Option<io::Error>,
    /// How long the whole would have been, where that was said.
    bytes: Option<u64>,
}

impl Torn {
    /// The connection breaks after this.
    pub(super) fn after(part: Bytes) -> Self {
        let error = Some(io::Error::other("cut by a fault"));
        Self { part: Some(part), waits: true, error, bytes: None }
    }

    /// A body that was not read to its end.
    pub(super) fn unread(unread: Unread) -> Self {
        let (kind, bytes) = match unread {
            Unread::Late => (io::ErrorKind::TimedOut, None),
            Unread::TooLong { bytes, .. } => (io::ErrorKind::FileTooLarge, bytes),
        };
        Self { part: None, waits: false, error: Some(kind.into()), bytes }
    }
}

impl HttpBody for Torn {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(part) = self.part.take() {
            return Poll::Ready(Some(Ok(Frame::data(part))));
        }
        // An error at once would take with it what was not sent yet.
        if std::mem::take(&mut self.waits) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(self.error.take().map(Err))
    }

    fn size_hint(&self) -> SizeHint {
        self.bytes.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
