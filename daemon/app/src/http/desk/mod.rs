//! The desk in a browser: signing in and out, the connection, the pages.
//!
//! A browser shows a token, or a ticket from `deskctl desk`, once; from then on a cookie that no
//! script can read says which session it is. Its connection is opened by a ticket of its own, from a
//! page of deskd's alone ([`origin`]), and speaks the lines of the local socket.

pub(super) mod origin;
pub(super) mod pages;
pub(super) mod session;
pub(super) mod socket;
