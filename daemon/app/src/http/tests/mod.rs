//! What the HTTP door promises.

mod answers;
mod chats;
mod connections;
mod desk;
mod follow;
mod forms;
mod house;
mod identity;
mod messages;
mod metrics;
mod oidc;
mod places;
mod provider;
mod remote;
mod tls;
mod tokens;
mod typing;
