//! The REST APIs: Table, Attachment, Aggregate and Batch, with the login before them, and tokens to log in with.

mod aggregate;
mod attachment;
mod auth;
mod batch;
mod body;
mod error;
mod negotiate;
mod oauth;
mod params;
mod render;
mod table;

use axum::extract::DefaultBodyLimit;
use axum::routing::any;
use axum::{Router, middleware};

use crate::Shared;

pub(crate) use attachment::file;
pub(crate) use auth::may_log_in;
pub(crate) use body::{Unread, bounded};
pub(crate) use error::ApiError;
pub(crate) use negotiate::is_sent_as;
pub(crate) use oauth::Tokens;
pub(crate) use render::label;

/// All routes below `/api/now`.
pub(crate) fn router(shared: &Shared) -> Router<Shared> {
    Router::new()
        .merge(table::routes())
        .merge(aggregate::routes())
        .merge(batch::routes())
        .layer(middleware::from_fn(negotiate::require))
        .merge(attachment::routes())
        .route("/api/{*rest}", any(async || ApiError::no_resource()))
        .method_not_allowed_fallback(async || ApiError::no_such_method())
        .layer(DefaultBodyLimit::disable()) // Each handler reads its body up to a bound of its own.
        .layer(middleware::from_fn_with_state(shared.clone(), auth::require))
        .merge(oauth::routes())
}
