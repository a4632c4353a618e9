//! The program `ppcmk-lint`.

fn main() {}
