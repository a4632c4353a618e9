//! Measured figures and how they are printed; for the benchmarks.

use std::fmt;
use std::time::Duration;

/// What was measured, some times over.
#[derive(Clone, Debug)]
pub struct Figure {
    what: String,
    unit: Unit,
    samples: Vec<f64>,
    target: String,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Milliseconds,
    Megabytes,
    Times,
}

impl Figure {
    /// Times.
    pub fn durations(what: &str, samples: &[Duration]) -> Self {
        let samples = samples.iter().map(|time| time.as_secs_f64() * 1e3);
        Self::new(what, Unit::Milliseconds, samples.collect())
    }

    /// Sizes in bytes; printed in megabytes of a million bytes.
    #[expect(
        clippy::cast_precision_loss,
        reason = "what is measured here is far below 2^53 bytes"
    )]
    pub fn sizes(what: &str, samples: &[u64]) -> Self {
        let samples = samples.iter().map(|&bytes| bytes as f64 / 1e6);
        Self::new(what, Unit::Megabytes, samples.collect())
    }

    /// Numbers of something.
    #[expect(
        clippy::cast_precision_loss,
        reason = "what is counted here is far below 2^53"
    )]
    pub fn counts(what: &str, samples: &[usize]) -> Self {
        let samples = samples.iter().map(|&count| count as f64);
        Self::new(what, Unit::Times, samples.collect())
    }

    fn new(what: &str, unit: Unit, mut samples: Vec<f64>) -> Self {
        samples.sort_by(f64::total_cmp);
        Self {
            what: what.to_owned(),
            unit,
            samples,
            target: String::new(),
        }
    }

    /// Says beside it what was promised.
    #[must_use]
    pub fn target(mut self, target: &str) -> Self {
        target.clone_into(&mut self.target);
        self
    }

    /// The middle one; of an even number the mean of the two in the middle.
    fn median(&self) -> Option<f64> {
        let middle = self.samples.len() / 2;
        let upper = *self.samples.get(middle)?;
        if self.samples.len() % 2 == 1 {
            return Some(upper);
        }
        Some(f64::midpoint(*self.samples.get(middle - 1)?, upper))
    }

    fn cells(&self) -> [String; 6] {
        let show = |value: Option<f64>| match value {
            Some(value) => self.unit.show(value),
            None => "-".to_owned(),
        };
        [
            self.what.clone(),
            show(self.median()),
            show(self.samples.first().copied()),
            show(self.samples.last().copied()),
            self.samples.len().to_string(),
            self.target.clone(),
        ]
    }
}

impl Unit {
    fn show(self, value: f64) -> String {
        match self {
            Self::Milliseconds if value >= 1e3 => format!("{:.2} s", value / 1e3),
            Self::Milliseconds if value >= 100.0 => format!("{value:.0} ms"),
            Self::Milliseconds => format!("{value:.1} ms"),
            Self::Megabytes => format!("{value:.1} MB"),
            Self::Times => format!("{value}"),
        }
    }
}

/// Figures as a table of text.
#[derive(Clone, Debug, Default)]
pub struct Table(pub Vec<Figure>);

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = ["measured", "median", "min", "max", "runs", "target"].map(str::to_owned);
        let rows: Vec<_> = std::iter::once(heads)
            .chain(self.0.iter().map(Figure::cells))
            .collect();
        let width = |column: usize| {
            let cells = rows.iter().map(|row| row[column].chars().count());
            cells.max().unwrap_or_default()
        };
        let widths: [usize; 6] = std::array::from_fn(width);
        for row in &rows {
            let numbers = row[1..5].iter().zip(&widths[1..]);
            let numbers: String = numbers.fold(String::new(), |line, (cell, width)| {
                line + &format!("  {cell:>width$}")
            });
            let line = format!("{:<1$}{numbers}  {2}", row[0], widths[0], row[5]);
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle_whatever_the_order() {
        let median = |samples: &[usize]| Figure::counts("", samples).median();
        assert_eq!(median(&[9, 1, 5]), Some(5.0));
        assert_eq!(median(&[4, 1, 2, 9]), Some(3.0));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn a_table_lines_up() {
        let times = [1200, 2, 3].map(Duration::from_millis);
        let table = Table(vec![
            Figure::durations("start", &times).target("10 ms"),
            Figure::sizes("memory", &[15_250_000]),
            Figure::counts("requests", &[7, 7]).target("at most 12"),
        ]);
        assert_eq!(
            table.to_string(),
            "\
measured   median      min      max  runs  target
start      3.0 ms   2.0 ms   1.20 s     3  10 ms
memory    15.2 MB  15.2 MB  15.2 MB     1
requests        7        7        7     2  at most 12
"
        );
    }
}
