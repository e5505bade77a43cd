//! The app's clock, and the forms in which COS writes time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

/// A moment: microseconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Timestamp(i64);

impl Timestamp {
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds * 1_000_000)
    }

    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    /// So much later.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }

    /// `Fri, 10 Apr 2020 09:35:05 GMT`, as headers carry time.
    pub fn http_date(self) -> String {
        httpdate::fmt_http_date(self.system_time())
    }

    /// `2020-12-10T03:35:24.000Z`, as listings carry time: the milliseconds are always 000.
    pub fn iso_millis(self) -> String {
        let form = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].000Z");
        self.date_time().format(&form).expect("the form has fields of a date and a time only")
    }

    /// `2019-05-24T11:49:50Z`, as GET Service carries time.
    pub fn iso_seconds(self) -> String {
        let form = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
        self.date_time().format(&form).expect("the form has fields of a date and a time only")
    }

    /// Reads the three date forms of HTTP; `None` for any other text.
    pub fn from_http_date(text: &str) -> Option<Self> {
        let since_epoch = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
        i64::try_from(since_epoch.as_secs()).ok().map(Self::from_seconds)
    }

    /// Reads ISO 8601 with any offset and fraction, as in `2018-01-01T00:00:00+08:00`; `None` for any other text.
    pub fn from_iso(text: &str) -> Option<Self> {
        let nanos = OffsetDateTime::parse(text, &Rfc3339).ok()?.unix_timestamp_nanos();
        i64::try_from(nanos.div_euclid(1000)).ok().map(Self)
    }

    /// Reads `20130524T000000Z`, as S3 clients write time; `None` for any other text.
    pub fn from_iso_basic(text: &str) -> Option<Self> {
        let form = format_description!("[year][month][day]T[hour][minute][second]Z");
        PrimitiveDateTime::parse(text, &form).ok().map(|moment| Self::from_seconds(moment.assume_utc().unix_timestamp()))
    }

    /// `20130524T000000Z`.
    pub fn iso_basic(self) -> String {
        let form = format_description!("[year][month][day]T[hour][minute][second]Z");
        self.date_time().format(&form).expect("the form has fields of a date and a time only")
    }

    fn system_time(self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(u64::try_from(self.seconds()).unwrap_or(0))
    }

    fn date_time(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.seconds()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

/// Where all time comes from: the machine's clock, or a hand that is set.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// Microseconds since 1970 while the clock stands still; 0 while it runs.
    stopped_at: Arc<AtomicI64>,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands still at `now`.
    pub fn stopped(now: Timestamp) -> Self {
        let clock = Self::default();
        clock.stop(now);
        clock
    }

    /// Makes this clock, and every clone of it, stand still at `now`.
    pub fn stop(&self, now: Timestamp) {
        self.stopped_at.store(now.micros(), Ordering::Relaxed);
    }

    pub fn now(&self) -> Timestamp {
        match self.stopped_at.load(Ordering::Relaxed) {
            0 => system_now(),
            micros => Timestamp(micros),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
fn system_now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_written_as_cos_writes_it() {
        let moment = Timestamp::from_micros(1_586_511_305_123_456);
        assert_eq!(moment.http_date(), "Fri, 10 Apr 2020 09:35:05 GMT");
        assert_eq!(moment.iso_millis(), "2020-04-10T09:35:05.000Z");
        assert_eq!(moment.iso_seconds(), "2020-04-10T09:35:05Z");
        assert_eq!(Timestamp::from_http_date("Fri, 10 Apr 2020 09:35:05 GMT"), Some(Timestamp::from_seconds(1_586_511_305)));
        assert_eq!(Timestamp::from_http_date("yesterday"), None);
        for text in ["2020-04-10T17:35:05.123456+08:00", "2020-04-10T09:35:05.123456Z"] {
            assert_eq!(Timestamp::from_iso(text), Some(moment));
        }
        assert_eq!(Timestamp::from_iso("2020-04-10"), None);
        let second = Timestamp::from_seconds(moment.seconds());
        assert_eq!(
            (second.iso_basic().as_str(), Timestamp::from_iso_basic("20200410T093505Z")),
            ("20200410T093505Z", Some(second))
        );
        for text in ["20200410T093505", "2020-04-10T09:35:05Z", "20201310T093505Z", ""] {
            assert_eq!(Timestamp::from_iso_basic(text), None);
        }
    }

    #[test]
    fn a_stopped_clock_stands_still_for_all_its_clones() {
        let clock = Clock::system();
        let clone = clock.clone();
        clock.stop(Timestamp::from_seconds(5));
        assert_eq!(clone.now(), Timestamp::from_seconds(5));
    }
}
