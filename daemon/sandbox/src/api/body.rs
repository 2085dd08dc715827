//! Bodies of requests: read up to a length, and not for ever.

use std::error::Error;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody as _};

use super::ApiError;

/// How long a client may take to send a request's body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Why a body was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is longer than this; how long, where that was said.
    TooLong { bytes: Option<u64>, most: usize },
    /// Its end did not come in time.
    Late,
}

/// Reads a body, up to a length and a time.
pub(crate) async fn bounded(body: Body, most: usize) -> Result<Bytes, Unread> {
    let bytes = body.size_hint().exact();
    match tokio::time::timeout(BODY_TIMEOUT, axum::body::to_bytes(body, most)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_late(&error) => Err(Unread::Late),
        Ok(Err(_)) => Err(Unread::TooLong { bytes, most }),
        Err(_) => Err(Unread::Late),
    }
}

/// Whether somebody before us gave up on the body for the time that it took.
fn is_late(error: &axum::Error) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
    cause.is_some_and(|cause| cause.kind() == io::ErrorKind::TimedOut)
}

impl From<Unread> for ApiError {
    fn from(unread: Unread) -> Self {
        let detail = match unread {
            Unread::Late => "the body did not come to its end".to_owned(),
            Unread::TooLong { bytes, most } => {
                let length = bytes.map(|bytes| format!(" with content-length = {bytes} bytes"));
                let length = length.unwrap_or_default();
                format!("Rejected large REST payload{length}. Max allowed: {most} bytes.")
            }
        };
        Self::bad_request("Exception while reading request", Some(&detail))
    }
}
