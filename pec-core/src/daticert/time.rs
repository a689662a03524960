//! The printed local time and the instant that it means (RFC 6109 §4.2 and §4.4).

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// What the three printed values mean, and what is wrong with them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) utc: Option<Timestamp>,
    pub(super) error: Option<&'static str>,
    pub(super) warnings: [Option<&'static str>; 3],
}

/// Reads `dd/mm/yyyy`, `hh:mm:ss` and `+hhmm`. Second 60 is allowed by the grammar and counts as 59; `+hh:mm`, which
/// RFC 6109 §4.2 prints for the readable text, is understood.
pub(super) fn read(day: &str, hour: &str, zone: &str) -> Reading {
    let mut reading = Reading { utc: None, error: None, warnings: [None; 3] };
    match instant(day, hour, zone, &mut reading.warnings) {
        Ok(utc) => reading.utc = Some(utc),
        Err(error) => reading.error = Some(error),
    }
    reading
}

fn instant(
    day: &str,
    hour: &str,
    zone: &str,
    warnings: &mut [Option<&'static str>; 3],
) -> Result<Timestamp, &'static str> {
    let [d, m, y] = day_numbers(day.as_bytes()).ok_or("giorno is not dd/mm/yyyy")?;
    let [h, min, mut s] = hour_numbers(hour.as_bytes()).ok_or("ora is not hh:mm:ss")?;
    if s == 60 {
        warnings[0] = Some("second 60 counts as 59");
        s = 59;
    }
    let minutes = zone_minutes(zone.as_bytes(), &mut warnings[1]).ok_or("zona is not +hhmm or -hhmm")?;
    if minutes.abs() > 14 * 60 {
        return Err("zona is more than 14 hours from UTC");
    }
    if minutes != 60 && minutes != 120 {
        warnings[2] = Some("zona is neither +0100 nor +0200");
    }
    if y == 0 {
        return Err("no such date");
    }
    let narrow = |n: u16| i8::try_from(n).map_err(|_| "no such time");
    let year = i16::try_from(y).map_err(|_| "no such date")?;
    let local = DateTime::new(year, narrow(m)?, narrow(d)?, narrow(h)?, narrow(min)?, narrow(s)?, 0)
        .map_err(|_| "no such date or time")?;
    let offset = Offset::from_seconds(i32::from(minutes) * 60).map_err(|_| "no such zone")?;
    offset.to_timestamp(local).map_err(|_| "outside the range of time")
}

/// Day, hour and zone of the whole second of `instant`, `minutes` east of UTC.
pub(super) fn print(instant: Timestamp, minutes: i16) -> Option<(String, String, String)> {
    if minutes.abs() > 14 * 60 {
        return None;
    }
    let local = Offset::from_seconds(i32::from(minutes) * 60).ok()?.to_datetime(instant);
    let sign = if minutes < 0 { '-' } else { '+' };
    let (east, year) = (minutes.abs(), local.year());
    (year > 0).then(|| {
        (
            format!("{:02}/{:02}/{year:04}", local.day(), local.month()),
            format!("{:02}:{:02}:{:02}", local.hour(), local.minute(), local.second()),
            format!("{sign}{:02}{:02}", east / 60, east % 60),
        )
    })
}

fn day_numbers(text: &[u8]) -> Option<[u16; 3]> {
    match text {
        [d1, d2, b'/', m1, m2, b'/', y @ ..] if y.len() == 4 => {
            Some([number(&[*d1, *d2])?, number(&[*m1, *m2])?, number(y)?])
        }
        _ => None,
    }
}

fn hour_numbers(text: &[u8]) -> Option<[u16; 3]> {
    match text {
        [h1, h2, b':', m1, m2, b':', s1, s2] => {
            Some([number(&[*h1, *h2])?, number(&[*m1, *m2])?, number(&[*s1, *s2])?])
        }
        _ => None,
    }
}

fn zone_minutes(text: &[u8], warning: &mut Option<&'static str>) -> Option<i16> {
    let (sign, [h1, h2, m1, m2]) = match text {
        [sign, h1, h2, m1, m2] => (sign, [*h1, *h2, *m1, *m2]),
        [sign, h1, h2, b':', m1, m2] => {
            *warning = Some("zona is written with a colon");
            (sign, [*h1, *h2, *m1, *m2])
        }
        _ => return None,
    };
    let (hours, minutes) = (number(&[h1, h2])?, number(&[m1, m2])?);
    if minutes > 59 {
        return None;
    }
    let total = i16::try_from(hours * 60 + minutes).ok()?;
    match sign {
        b'+' => Some(total),
        b'-' => Some(-total),
        _ => None,
    }
}

/// Up to four ASCII digits.
fn number(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0u16, |n, b| b.is_ascii_digit().then(|| n * 10 + u16::from(b - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(day: &str, hour: &str, zone: &str) -> Option<String> {
        read(day, hour, zone).utc.map(|t| t.to_string())
    }

    #[test]
    fn local_time_minus_zone_is_utc() {
        assert_eq!(utc("09/02/2026", "10:15:30", "+0100").as_deref(), Some("2026-02-09T09:15:30Z"));
        assert_eq!(utc("01/07/2026", "00:30:00", "+0200").as_deref(), Some("2026-06-30T22:30:00Z"));
        assert_eq!(utc("29/02/2028", "00:00:00", "-0030").as_deref(), Some("2028-02-29T00:30:00Z"));
        assert_eq!(read("09/02/2026", "10:15:30", "+0100").warnings, [None; 3]);
    }

    #[test]
    fn second_sixty_is_the_last_second() {
        let reading = read("31/12/2016", "23:59:60", "+0000");
        assert_eq!(reading.utc.map(|t| t.to_string()).as_deref(), Some("2016-12-31T23:59:59Z"));
        assert_eq!(reading.warnings[0], Some("second 60 counts as 59"));
    }

    #[test]
    fn impossible_values_have_no_instant() {
        for (day, hour, zone) in [
            ("29/02/2026", "10:00:00", "+0100"),
            ("31/04/2026", "10:00:00", "+0100"),
            ("00/01/2026", "10:00:00", "+0100"),
            ("01/13/2026", "10:00:00", "+0100"),
            ("01/01/0000", "10:00:00", "+0100"),
            ("1/1/2026", "10:00:00", "+0100"),
            ("01/01/26", "10:00:00", "+0100"),
            ("01-01-2026", "10:00:00", "+0100"),
            ("01/01/2026", "24:00:00", "+0100"),
            ("01/01/2026", "10:60:00", "+0100"),
            ("01/01/2026", "10:00:61", "+0100"),
            ("01/01/2026", "10:00", "+0100"),
            ("01/01/2026", "10:00:00", "+1401"),
            ("01/01/2026", "10:00:00", "-1500"),
            ("01/01/2026", "10:00:00", "0100"),
            ("01/01/2026", "10:00:00", "+0160"),
            ("01/01/2026", "10:00:00", "CET"),
            ("01/01/2026", "10:00:00", ""),
            ("٠١/01/2026", "10:00:00", "+0100"),
            ("31/12/9999", "23:59:59", "-1400"),
        ] {
            let reading = read(day, hour, zone);
            assert!(reading.utc.is_none() && reading.error.is_some(), "{day} {hour} {zone}: {reading:?}");
        }
    }

    #[test]
    fn strange_zones_are_read_and_reported() {
        assert_eq!(utc("01/01/2026", "10:00:00", "+1400").as_deref(), Some("2025-12-31T20:00:00Z"));
        assert!(read("01/01/2026", "10:00:00", "+0000").warnings[2].is_some());
        let colon = read("01/01/2026", "10:00:00", "+01:00");
        assert_eq!(colon.utc.map(|t| t.to_string()).as_deref(), Some("2026-01-01T09:00:00Z"));
        assert!(colon.warnings[1].is_some() && colon.warnings[2].is_none());
    }
}
