//! `cargo yundb`: the same as `yundb`.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Cargo passes the subcommand's own name first.
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|first| first == "yundb") {
        arguments.remove(1);
    }
    yundb_cli::run("cargo yundb", arguments)
}
