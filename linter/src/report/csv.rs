//! The coverage as CSV (RFC 4180), for spreadsheets.

use std::io;

use crate::analysis::Analysis;

const HEADER: &str = "environment,environment_geo,status,workload,title,instance,part,key_control,geo,reason,code,source";

/// Prints who holds the key.
pub(super) fn write_coverage(analysis: &Analysis, out: &mut dyn io::Write) -> io::Result<()> {
    write!(out, "{HEADER}\r\n")?;
    for environment in &analysis.coverage {
        let geo = environment.geo.map_or("", |geo| geo.id());
        for workload in &environment.workloads {
            let cells = [
                &*environment.environment,
                geo,
                environment.status.as_str(),
                workload.id,
                workload.title,
                workload.instance.as_deref().unwrap_or(""),
                workload.part.as_str(),
                workload.key_control.as_str(),
                workload.geo.map_or("", |geo| geo.id()),
                &workload.reason,
                workload.code.unwrap_or(""),
                workload.source.map_or("", |source| source.url),
            ];
            write!(out, "{}\r\n", cells.map(cell).join(","))?;
        }
    }
    Ok(())
}

/// A cell. One that a spreadsheet would take for a formula gets an apostrophe, because names come
/// from other people's files.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    if guard.is_empty() && !text.contains(['"', ',', '\n', '\r']) {
        return text.to_owned();
    }
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        assert_eq!(cell("a b"), "a b");
        assert_eq!(cell("a,\"b\"\n"), "\"a,\"\"b\"\"\n\"");
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
        assert_eq!(cell(""), "");
    }
}
