//! Tests of deskd from outside: in virtual time over the engine, end to end over the real binaries,
//! and of the project's own shape (`tidy`).

pub mod parsers;
