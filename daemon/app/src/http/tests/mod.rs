//! What the HTTP door promises.
