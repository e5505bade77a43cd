//! A bucket's access log: a line a request, and the keys of its files (Logging Overview, 436/16920).

use std::borrow::Cow;

use crate::domain::day::Day;
use crate::domain::time::Timestamp;

/// What is told of a request. A text that is empty, and a number that is missing, becomes `-`.
#[derive(Debug, Clone, Default)]
pub struct AccessRecord {
    pub bucket: String,
    pub region: String,
    /// When the answer ended.
    pub time: Option<Timestamp>,
    /// The host that was asked.
    pub host: String,
    /// The name of the operation, as in policies.
    pub action: &'static str,
    pub remote_ip: String,
    pub secret_id: String,
    /// Bytes of the request's body.
    pub received: u64,
    /// How many bytes more the bucket holds.
    pub growth: i64,
    /// As sent.
    pub path: String,
    pub method: String,
    pub user_agent: String,
    pub status: u16,
    pub error_code: String,
    pub error_message: String,
    /// Bytes of the answer's body.
    pub sent: u64,
    /// From the request's first byte to the answer's last.
    pub total_millis: u64,
    /// From the request's last byte to the answer's first.
    pub server_millis: u64,
    pub storage_class: String,
    /// UIN.
    pub owner: String,
    /// `<uin>:<uin>`, or nothing for an anonymous caller.
    pub requester: String,
    pub request_id: String,
    pub object_size: Option<u64>,
    pub version_id: String,
    /// Of a copy.
    pub target_class: String,
    pub referer: String,
    /// The path with its query, as sent.
    pub uri: String,
}

impl AccessRecord {
    /// The 31 fields with blanks between them, and a line feed. The ninth is reserved, the last a network of Tencent's.
    pub fn line(&self) -> String {
        let growth = self.growth.to_string();
        let [received, sent, total, server] =
            [self.received, self.sent, self.total_millis, self.server_millis].map(|number| number.to_string());
        let size = self.object_size.map(|size| size.to_string()).unwrap_or_default();
        let fields: [&str; 31] = [
            "1.0",
            &self.bucket,
            &self.region,
            &self.time.map(Timestamp::iso_seconds).unwrap_or_default(),
            &self.host,
            self.action,
            &self.remote_ip,
            &self.secret_id,
            "",
            &received,
            &growth,
            &self.path,
            &self.method.to_ascii_lowercase(),
            &self.user_agent,
            &self.status.to_string(),
            &self.error_code,
            &self.error_message,
            &sent,
            &total,
            "USER",
            &self.storage_class,
            &self.owner,
            &server,
            &self.requester,
            &self.request_id,
            &size,
            &self.version_id,
            &self.target_class,
            &self.referer,
            &format!("{} {} HTTP/1.1", self.method, self.uri),
            "",
        ];
        let fields: Vec<Cow<'_, str>> = fields.iter().map(|field| written(field)).collect();
        format!("{}\n", fields.join(" "))
    }
}

/// A field that fits between blanks: in quotes where it has some itself, and with what would break the line escaped as in a URL.
fn written(field: &str) -> Cow<'_, str> {
    if field.is_empty() {
        return Cow::Borrowed("-");
    }
    let is_breaking = |character: char| character == '"' || character.is_control();
    let mut text = Cow::Borrowed(field);
    if field.contains(is_breaking) {
        let escaped = |character: char| {
            let mut bytes = [0; 4];
            let bytes = character.encode_utf8(&mut bytes).bytes();
            if is_breaking(character) { bytes.map(|byte| format!("%{byte:02X}")).collect() } else { character.to_string() }
        };
        text = Cow::Owned(field.chars().map(escaped).collect());
    }
    if text.contains(char::is_whitespace) { Cow::Owned(format!("\"{text}\"")) } else { text }
}

/// The key of a file that is written at `time`: `<prefix><YYYY>/<MM>/<DD>/<HHMMSS>_<random>_<index>.gz`, the day in GMT+8 (form
/// documented, time zone and form of the time inferred).
pub fn file_key(prefix: &str, time: Timestamp, random: &str, index: usize) -> String {
    let (date, clock) = (Day::of(time).digits(), Day::clock_digits(time));
    format!("{prefix}{}/{}/{}/{clock}_{random}_{index}.gz", &date[..4], &date[4..6], &date[6..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record() -> AccessRecord {
        AccessRecord {
            bucket: "examplebucket-1250000000".to_owned(),
            region: "ap-guangzhou".to_owned(),
            time: Timestamp::from_iso("2018-12-01T11:02:33Z"),
            host: "examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com".to_owned(),
            action: "UploadPart",
            remote_ip: "192.168.0.1".to_owned(),
            secret_id: "AKIDexample".to_owned(),
            received: 83_886_080,
            growth: 808,
            path: "/folder/text.txt".to_owned(),
            method: "PUT".to_owned(),
            user_agent: "Mozilla/5.0 (X11)".to_owned(),
            status: 404,
            error_code: "NoSuchKey".to_owned(),
            error_message: "The specified key does not exist.".to_owned(),
            sent: 197,
            total_millis: 4295,
            server_millis: 42,
            storage_class: "STANDARD".to_owned(),
            owner: "100000000001".to_owned(),
            requester: "100000000001:100000000001".to_owned(),
            request_id: "NWQ1ZjY4MTA=".to_owned(),
            object_size: Some(808),
            uri: "/folder/text.txt?a=%20".to_owned(),
            ..AccessRecord::default()
        }
    }

    #[test]
    fn a_line_has_the_documented_fields_in_their_order() {
        assert_eq!(
            record().line(),
            "1.0 examplebucket-1250000000 ap-guangzhou 2018-12-01T11:02:33Z \
             examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com UploadPart 192.168.0.1 AKIDexample - 83886080 808 \
             /folder/text.txt put \"Mozilla/5.0 (X11)\" 404 NoSuchKey \"The specified key does not exist.\" 197 4295 USER STANDARD \
             100000000001 42 100000000001:100000000001 NWQ1ZjY4MTA= 808 - - - \"PUT /folder/text.txt?a=%20 HTTP/1.1\" -\n"
        );
    }

    #[test]
    fn a_file_lies_below_its_day() {
        let time = Timestamp::from_iso("2018-12-01T23:02:33Z").expect("a date");
        assert_eq!(file_key("b1/", time, "0a1b2c3d", 1), "b1/2018/12/02/070233_0a1b2c3d_1.gz");
    }

    proptest! {
        /// Whoever splits at blanks outside quotes finds 31 fields.
        #[test]
        fn no_text_breaks_a_line(agent in "\\PC{0,20}", referer in "[ -~\\n\\r\\t]{0,20}", message in "[\" \\n]{0,5}") {
            let line = AccessRecord { user_agent: agent, referer, error_message: message, ..record() }.line();
            prop_assert_eq!(line.matches('\n').count(), 1);
            let unquoted: Vec<&str> = line.split('"').step_by(2).collect();
            let blanks = unquoted.concat().matches(' ').count();
            prop_assert_eq!((blanks, line.matches('"').count() % 2), (30, 0));
        }
    }
}
