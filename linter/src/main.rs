//! The program `ppcmk-lint`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ppcmk_lint::cli::main(std::env::args_os())
}
