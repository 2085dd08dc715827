//! The door's description, derived from its routes and bodies.

use super::desk::{session, socket};
use super::{chats, events, forms, health, messages, metrics, oidc, problem, queues};
use axum::Json;
use std::sync::LazyLock;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(title = "deskd", description = "Customers' chats."),
    paths(
        health::up,
        health::ready,
        metrics::show,
        chats::open,
        chats::show,
        chats::end,
        messages::say,
        messages::list,
        messages::typing,
        events::follow,
        forms::leave,
        forms::show,
        queues::show,
        session::open,
        session::show,
        session::close,
        session::socket,
        socket::open,
        oidc::offered,
        oidc::begin,
        oidc::done,
    ),
    components(schemas(problem::Problem, super::told::Message, super::told::State, super::told::Place,
        super::told::Typing, super::told::End)),
    modifiers(&Tokens)
)]
struct Api;

struct Tokens;

impl Modify for Tokens {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let components = api.components.get_or_insert_default();
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("chat", scheme);
    }
}

static API: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(Api::openapi);

/// Shows the description.
pub(super) async fn show() -> Json<&'static utoipa::openapi::OpenApi> {
    Json(&API)
}
