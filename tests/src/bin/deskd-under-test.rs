//! `deskd`, built with the tests: a binary of another package cannot be named from here.

use std::process::ExitCode;

fn main() -> ExitCode {
    deskd::main()
}
