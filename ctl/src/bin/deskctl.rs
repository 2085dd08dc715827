//! The binary `deskctl`.

use std::process::ExitCode;

fn main() -> ExitCode {
    deskctl::main()
}
