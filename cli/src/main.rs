//! The tool `yundb`.

use std::process::ExitCode;

fn main() -> ExitCode {
    yundb_cli::run("yundb", std::env::args_os())
}
