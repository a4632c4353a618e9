//! Days, UTC, as people write them.

use ppcmk_coverage::estate::Date;

/// The day of `2027-01-31`; `None` where the text is no day of the calendar in this form.
pub fn parse(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let digits =
        |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    if parts.next().is_some() || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
        return None;
    }
    from_parts(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// The day, if the calendar has it.
pub(crate) fn from_parts(year: i32, month: u8, day: u8) -> Option<Date> {
    let of_the_year = time::Month::try_from(month).ok()?;
    time::Date::from_calendar_date(year, of_the_year, day).ok()?;
    Some(Date { year, month, day })
}

/// As it is written: `2027-01-31`.
pub fn show(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
}

/// Today, by the system's clock.
pub fn today() -> Date {
    let today = time::OffsetDateTime::now_utc();
    Date {
        year: today.year(),
        month: today.month().into(),
        day: today.day(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_days_of_the_calendar_only() {
        let day = parse("2028-02-29").unwrap();
        assert_eq!((day.year, day.month, day.day), (2028, 2, 29));
        assert_eq!(show(day), "2028-02-29");
        for text in [
            "2027-02-29",
            "2027-13-01",
            "2027-1-31",
            "2027-01-31Z",
            "31.01.2027",
            "",
            "2027-01",
            "2027-01-31-01",
            "+027-01-31",
            "２０２７-01-31",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn today_is_a_day() {
        assert_eq!(parse(&show(today())), Some(today()));
    }
}
