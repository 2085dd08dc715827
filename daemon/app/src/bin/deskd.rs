//! The `deskd` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    deskd::main()
}
