//! Where a request comes from: a page of another site may make a browser send one, with its cookies.

use crate::http::Door;
use crate::http::problem::Fault;
use crate::http::remote::Remote;
use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};
use url::{Position, Url};

/// Holds that the page that sent this is one of deskd's. Browsers say so with every request that
/// changes something and every WebSocket; `needed`: without that word it is refused.
///
/// # Errors
/// [`Fault::ForeignOrigin`]
pub(in crate::http) fn own(
    door: &Door,
    remote: Remote,
    headers: &HeaderMap,
    needed: bool,
) -> Result<(), Fault> {
    let Some(origin) = headers.get(ORIGIN) else {
        return if needed { Err(Fault::ForeignOrigin) } else { Ok(()) };
    };
    let text = |value: &axum::http::HeaderValue| value.to_str().ok().map(str::to_owned);
    let origin = text(origin).and_then(|origin| origin.parse::<Url>().ok());
    let Some(origin) = origin else { return Err(Fault::ForeignOrigin) };
    let public = door.settings.public_url.as_ref();
    let is_public = public.is_some_and(|public| public.origin() == origin.origin());
    let host = headers.get(HOST).and_then(text);
    let authority = &origin[Position::BeforeHost..Position::AfterPort];
    // A page that came unencrypted may be anybody's between here and the browser.
    let as_safe = remote.https.is_none_or(|https| !https || origin.scheme() == "https");
    if is_public || as_safe && host.is_some_and(|host| host.eq_ignore_ascii_case(authority)) {
        Ok(())
    } else {
        Err(Fault::ForeignOrigin)
    }
}
