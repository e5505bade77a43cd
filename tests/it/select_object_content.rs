//! SELECT Object Content.

use std::io::Write;

use bytes::Bytes;
use flate2::write::GzEncoder;
use http::Method;

use crate::encryption::{CUSTOMER, SSE_COS, SSE_KMS, put, send};
use crate::harness::{Answer, BUCKET, Bucket, HOST, OTHER, TestServer};
use crate::raw::{Socket, signed};

const CSV: &str = "<CSV><FileHeaderInfo>NONE</FileHeaderInfo></CSV>";
const CSV_USE: &str = "<CSV><FileHeaderInfo>USE</FileHeaderInfo></CSV>";
const LINES: &str = "<JSON><Type>LINES</Type></JSON>";
const DOCUMENT: &str = "<JSON><Type>DOCUMENT</Type></JSON>";
const TO_CSV: &str = "<CSV/>";
const TO_JSON: &str = "<JSON/>";

/// What an answer says: payloads and kinds of its messages, in order.
#[derive(Debug, Default, PartialEq)]
struct Selected {
    result: Vec<u8>,
    kinds: Vec<String>,
    /// The documents of Progress and Stats.
    documents: Vec<String>,
    /// Code and sentence.
    error: Option<(String, String)>,
}

/// CRC-32 bit by bit, as RFC 1952 defines it.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 * (crc & 1))))
}

/// Takes a message off, as an SDK does, and gives the rest.
fn read_message<'a>(stream: &'a [u8], selected: &mut Selected) -> &'a [u8] {
    let number = |at: usize| u32::from_be_bytes(stream[at..at + 4].try_into().expect("4 bytes")) as usize;
    let (length, headers_end) = (number(0), 12 + number(4));
    assert!(length <= 64 << 10, "{length} bytes");
    assert_eq!(number(8), crc32(&stream[..8]) as usize);
    assert_eq!(number(length - 4), crc32(&stream[..length - 4]) as usize);
    let (mut headers, payload) = (&stream[12..headers_end], &stream[headers_end..length - 4]);
    let mut found = std::collections::BTreeMap::new();
    while !headers.is_empty() {
        let (name, rest) = headers[1..].split_at(usize::from(headers[0]));
        let value_length = usize::from(u16::from_be_bytes([rest[1], rest[2]]));
        assert_eq!(rest[0], 7, "the type of a string");
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        found.insert(text(name), text(&rest[3..3 + value_length]));
        headers = &rest[3 + value_length..];
    }
    let kind = found.remove(":event-type").unwrap_or_else(|| found[":message-type"].clone());
    match kind.as_str() {
        "Records" => {
            assert_eq!(found[":content-type"], "application/octet-stream");
            selected.result.extend_from_slice(payload);
        }
        "Progress" | "Stats" => {
            assert_eq!(found[":content-type"], "text/xml");
            selected.documents.push(String::from_utf8(payload.to_vec()).expect("UTF-8"));
        }
        "error" => selected.error = Some((found[":error-code"].clone(), found[":error-message"].clone())),
        _ => assert!(payload.is_empty()),
    }
    selected.kinds.push(kind);
    &stream[length..]
}

impl Selected {
    #[track_caller]
    fn of(answer: &Answer) -> Self {
        answer.assert_status(200);
        let (mut selected, mut rest) = (Self::default(), &answer.body[..]);
        while !rest.is_empty() {
            rest = read_message(rest, &mut selected);
        }
        selected
    }

    /// The result of an answer that is whole.
    #[track_caller]
    fn text(self) -> String {
        assert_eq!(self.kinds[self.kinds.len() - 2..], ["Stats", "End"]);
        String::from_utf8(self.result).expect("UTF-8")
    }
}

fn request(expression: &str, input: &str, output: &str) -> String {
    let expression = expression.replace('<', "&lt;");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SelectRequest>\n<Expression>{expression}</Expression>\n\
         <ExpressionType>SQL</ExpressionType>\n<InputSerialization>{input}</InputSerialization>\n\
         <OutputSerialization>{output}</OutputSerialization>\n</SelectRequest>"
    )
}

async fn post(bucket: &Bucket<'_>, key: &str, body: impl Into<Bytes>) -> Answer {
    bucket.post(&format!("{key}?select&select-type=2"), body).await
}

/// Stores an object and selects from it.
async fn answer(bucket: &Bucket<'_>, object: impl Into<Bytes>, expression: &str, input: &str, output: &str) -> Answer {
    bucket.put("o", object).await.assert_status(200);
    post(bucket, "o", request(expression, input, output)).await
}

async fn select(bucket: &Bucket<'_>, object: impl Into<Bytes>, expression: &str, input: &str, output: &str) -> String {
    Selected::of(&answer(bucket, object, expression, input, output).await).text()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).expect("memory");
    encoder.finish().expect("memory")
}

fn bzip2(text: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(text).expect("memory");
    encoder.finish().expect("memory")
}

#[tokio::test]
async fn the_answer_is_the_result_in_messages() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let answer = answer(&bucket, "1,Ann\n2,Bob\n", "SELECT * FROM COSObject", CSV, TO_CSV).await;
    answer.assert_headers(&[("content-type", "application/octet-stream"), ("transfer-encoding", "chunked")]);
    let counts = "<BytesScanned>12</BytesScanned><BytesProcessed>12</BytesProcessed><BytesReturned>12</BytesReturned>";
    let expected = Selected {
        result: b"1,Ann\n2,Bob\n".to_vec(),
        kinds: ["Records", "Stats", "End"].map(str::to_owned).to_vec(),
        documents: vec![format!("<?xml version='1.0' encoding='utf-8' ?>\n<Stats>{counts}</Stats>")],
        error: None,
    };
    assert_eq!(Selected::of(&answer), expected);
}

#[tokio::test]
async fn the_samples_of_the_page_come_out() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let table = "Id,FirstName,Sum\n1,Ann,50\n0,Bob,200\n";
    let csv = async |expression: &str, input: &str| select(&bucket, table, expression, input, TO_CSV).await;
    assert_eq!(csv("SELECT s._1, s._2 FROM COSObject s WHERE s._3 > 100", CSV_USE).await, "0,Bob\n");
    assert_eq!(csv("SELECT s.Id, s.FirstName FROM COSObject s", CSV_USE).await, "1,Ann\n0,Bob\n");
    assert_eq!(csv("SELECT \"Sum\" FROM COSObject", CSV_USE).await, "50\n200\n");
    let ignored = "<CSV><FileHeaderInfo>IGNORE</FileHeaderInfo></CSV>";
    assert_eq!(csv("SELECT count(*) FROM COSObject s WHERE s._1 < 1", ignored).await, "1\n");

    let person = "{\n\"name\": \"Leon\",\n\"org\": \"Tencent\",\n\"projects\":\n[\n{\"project_name\":\"project1\", \"completed\":true},\n\
                  {\"project_name\":\"project2\", \"completed\":false}\n]\n}\n";
    let json = async |expression: &str, output: &str| select(&bucket, person, expression, DOCUMENT, output).await;
    assert_eq!(json("Select s.name from COSObject s", TO_JSON).await, "{\"name\":\"Leon\"}\n");
    let first = "Select s.projects[0].project_name from COSObject s";
    assert_eq!(json(first, TO_JSON).await, "{\"project_name\":\"project1\"}\n");
    let whole = "{\"name\":\"Leon\",\"org\":\"Tencent\",\"projects\":[{\"project_name\":\"project1\",\"completed\":true},\
                 {\"project_name\":\"project2\",\"completed\":false}]}\n";
    assert_eq!(json("Select * from COSObject", TO_JSON).await, whole);
    assert_eq!(json("SELECT count(*) FROM COSObject s", TO_CSV).await, "1\n");

    let cities = "{\"city\": \"Seattle\", \"country\": \"US\"}\n{\"city\": \"Oslo\", \"country\": \"NO\"}\n";
    let expression = "SELECT s.country, s.city from COSObject s where s.city = 'Seattle'";
    assert_eq!(select(&bucket, cities, expression, LINES, TO_CSV).await, "US,Seattle\n");
}

#[tokio::test]
async fn every_parameter_of_csv_is_heard() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let object = "%gone\r\n'a\r\nb';it\\'s;'\\''\r\nc;d;e";
    let input = "<CSV><FileHeaderInfo>NONE</FileHeaderInfo><RecordDelimiter>\\r\\n</RecordDelimiter><FieldDelimiter>;</FieldDelimiter>\
                 <QuoteCharacter>'</QuoteCharacter><QuoteEscapeCharacter>\\</QuoteEscapeCharacter><Comments>%</Comments>\
                 <AllowQuotedRecordDelimiter>TRUE</AllowQuotedRecordDelimiter></CSV>";
    let all = "SELECT * FROM COSObject";
    assert_eq!(
        select(&bucket, object, all, input, TO_JSON).await,
        "{\"_1\":\"a\\r\\nb\",\"_2\":\"it\\\\'s\",\"_3\":\"'\"}\n{\"_1\":\"c\",\"_2\":\"d\",\"_3\":\"e\"}\n"
    );
    let output = "<CSV><QuoteFields>ALWAYS</QuoteFields><RecordDelimiter>|</RecordDelimiter><FieldDelimiter>\t</FieldDelimiter>\
                  <QuoteCharacter>'</QuoteCharacter><QuoteEscapeCharacter>!</QuoteEscapeCharacter></CSV>";
    assert_eq!(select(&bucket, "a'b,c\n", all, CSV, output).await, "'a!'b'\t'c'|");
    assert_eq!(
        select(&bucket, "a,b\n", all, CSV, "<JSON><RecordDelimiter>,</RecordDelimiter></JSON>").await,
        "{\"_1\":\"a\",\"_2\":\"b\"},"
    );
    // Without FileHeaderInfo the first record is a header.
    assert_eq!(select(&bucket, "a,b\n1,2\n", "SELECT b FROM COSObject", "<CSV/>", TO_JSON).await, "{\"b\":\"2\"}\n");
}

#[tokio::test]
async fn compressed_objects_are_counted_on_both_sides() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let text = "1,2\n".repeat(100_000);
    for (name, stored) in [("GZIP", gzip(text.as_bytes())), ("BZIP2", bzip2(text.as_bytes()))] {
        let scanned = stored.len();
        let input = format!("<CompressionType>{name}</CompressionType>{CSV}");
        let answer = answer(&bucket, stored, "SELECT SUM(_1), MAX(_2) FROM COSObject", &input, TO_CSV).await;
        let selected = Selected::of(&answer);
        let counts = format!(
            "<BytesScanned>{scanned}</BytesScanned><BytesProcessed>400000</BytesProcessed><BytesReturned>9</BytesReturned>"
        );
        assert!(selected.documents[0].ends_with(&format!("<Stats>{counts}</Stats>")), "{selected:?}");
        assert_eq!(selected.text(), "100000,2\n");
    }
}

#[tokio::test]
async fn progress_comes_when_it_is_asked_for() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("o", "1\n").await.assert_status(200);
    let body = request("SELECT * FROM COSObject", CSV, TO_CSV);
    let body = body
        .replace("</OutputSerialization>", "</OutputSerialization><RequestProgress><Enabled>TRUE</Enabled></RequestProgress>");
    let selected = Selected::of(&post(&bucket, "o", body).await);
    assert_eq!(selected.kinds, ["Records", "Progress", "Stats", "End"]);
    let counts = "<BytesScanned>2</BytesScanned><BytesProcessed>2</BytesProcessed><BytesReturned>2</BytesReturned>";
    assert!(selected.documents[0].ends_with(&format!("<Progress>{counts}</Progress>")));
}

#[tokio::test]
async fn a_large_result_comes_in_many_messages_and_none_is_torn() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let text = (0..100_000_u64).map(|number| format!("{number},{}\n", number * number)).collect::<String>();
    bucket.put("o", text.clone()).await.assert_status(200);
    let body = request("SELECT * FROM COSObject", CSV, TO_CSV);
    let mut socket = Socket::open(&cos).await;
    let headers = [format!("Content-Length: {}", body.len()), "Connection: close".to_owned()];
    let head = signed("POST", HOST, "/o?select&select-type=2", &headers.each_ref().map(String::as_str));
    socket.send(format!("{head}{body}")).await;
    socket.answer_to_head().await.assert_status(200);
    let chunks = socket.rest().await;
    let (mut selected, mut rest) = (Selected::default(), &chunks[..]);
    loop {
        let line_end = rest.windows(2).position(|pair| pair == b"\r\n").expect("a chunk's length");
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..line_end]).expect("hex"), 16).expect("hex");
        let mut chunk = &rest[line_end + 2..line_end + 2 + length];
        rest = &rest[line_end + 4 + length..];
        if length == 0 {
            break;
        }
        while !chunk.is_empty() {
            chunk = read_message(chunk, &mut selected);
        }
    }
    assert!(selected.kinds.len() > text.len() / (64 << 10) + 2, "{:?}", selected.kinds);
    assert_eq!(selected.text(), text);
}

#[tokio::test]
async fn encrypted_objects_are_read_with_their_keys() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let text = "1,secret\n".repeat(20_000);
    let body = || request("SELECT COUNT(*) FROM COSObject WHERE _2 = 'secret'", CSV, TO_CSV).into_bytes();
    for (asked, repeated) in [(SSE_COS, &[][..]), (SSE_KMS, &[]), (CUSTOMER, CUSTOMER)] {
        put(&bucket, "o", asked, text.clone().into_bytes()).await.assert_status(200);
        let answer = send(&bucket, Method::POST, "o?select&select-type=2", repeated, body()).await;
        assert_eq!(Selected::of(&answer).text(), "20000\n");
    }
    post(&bucket, "o", body()).await.assert_error(400, "InvalidRequest");
}

#[tokio::test]
async fn what_is_no_readable_object_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let body = || request("SELECT * FROM COSObject", CSV, TO_CSV);
    post(&bucket, "missing", body()).await.assert_error(404, "NoSuchKey");
    post(&cos.bucket("nobucket-1250000000"), "o", body()).await.assert_error(404, "NoSuchBucket");
    for class in ["ARCHIVE", "DEEP_ARCHIVE"] {
        let request = bucket.request(Method::PUT, "archived").header("x-cos-storage-class", class);
        request.body("1\n").send().await.assert_status(200);
        let refused = post(&bucket, "archived", body()).await;
        refused.assert_error(403, "InvalidObjectState");
        assert_eq!(refused.header("x-cos-storage-class"), class);
    }
    bucket.put("o", "1\n").await.assert_status(200);
    let request = bucket.request(Method::POST, "o?select&select-type=2").body(body());
    request.clone().anonymous().send().await.assert_error(403, "AccessDenied");
    request.signed_by(OTHER.1, OTHER.2).send().await.assert_error(403, "AccessDenied");
    bucket.get("o?select&select-type=2").await.assert_error(405, "MethodNotAllowed");
    for target in ["o?select", "o?select&select-type=1", "o?select&select-type="] {
        bucket.post(target, body()).await.assert_error(400, "InvalidArgument");
    }
    bucket.post("o?select&select-type=2&versionId=MTg0", body()).await.assert_error(404, "NoSuchVersion");
    let path_style = cos.request("127.0.0.1", Method::POST, &format!("{BUCKET}/o?select&select-type=2")).body(body());
    assert_eq!(Selected::of(&path_style.send().await).text(), "1\n");
}

#[tokio::test]
async fn bodies_that_ask_for_nothing_possible_are_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("o", "1\n").await.assert_status(200);
    let all = "Select * from COSObject";
    let input = |element: &str| request(all, element, TO_CSV);
    let csv = |element: &str| request(all, &format!("<CSV>{element}</CSV>"), TO_CSV);
    let output = |element: &str| request(all, CSV, element);
    let without = |element: &str| {
        let (whole, tag) = (request(all, CSV, TO_CSV), format!("<{element}>"));
        let (before, rest) = whole.split_once(&tag).expect("an element");
        format!("{before}{}", rest.split_once(&format!("</{element}>")).expect("its end").1)
    };
    for (body, status, code) in [
        (String::new(), 400, "MissingRequestBodyError"),
        ("<SelectRequest>".to_owned(), 400, "InvalidXML"),
        ("x".to_owned(), 400, "InvalidXML"),
        (format!("<SelectRequest>{}</SelectRequest>", " ".repeat(2 << 20)), 400, "XMLSizeLimit"),
        (without("Expression"), 400, "MissingExpectedExpression"),
        (request("", CSV, TO_CSV), 400, "MissingExpectedExpression"),
        (without("ExpressionType"), 400, "MissingRequiredParameter"),
        (request(all, CSV, TO_CSV).replace(">SQL<", ">XPath<"), 400, "InvalidRequestParameter"),
        (without("InputSerialization"), 400, "MissingInputSerialization"),
        (without("OutputSerialization"), 400, "MissingOutputSerialization"),
        (input(""), 400, "MissingInputFormat"),
        (output(""), 400, "MissingOutputFormat"),
        (input(&format!("{CSV}{LINES}")), 400, "InvalidRequestParameter"),
        (output("<CSV/><JSON/>"), 400, "InvalidRequestParameter"),
        (input("<Parquet/>"), 501, "NotImplemented"),
        (
            input(CSV).replace("</SelectRequest>", "<ScanRange><Start>0</Start></ScanRange></SelectRequest>"),
            501,
            "NotImplemented",
        ),
        (input("<CompressionType>ZIP</CompressionType><CSV/>"), 400, "InvalidCompressionFormat"),
        (input("<JSON/>"), 400, "MissingRequiredParameter"),
        (input("<JSON><Type>LIST</Type></JSON>"), 400, "InvalidJsonType"),
        (csv("<FileHeaderInfo>SOME</FileHeaderInfo>"), 400, "InvalidFileHeaderInfo"),
        (csv("<RecordDelimiter>abc</RecordDelimiter>"), 400, "InvalidRequestParameter"),
        (csv("<FieldDelimiter>||</FieldDelimiter>"), 400, "InvalidRequestParameter"),
        (csv("<FieldDelimiter>\n</FieldDelimiter>"), 400, "InvalidRequestParameter"),
        (csv("<QuoteCharacter>''</QuoteCharacter>"), 400, "InvalidRequestParameter"),
        (csv("<QuoteEscapeCharacter>é</QuoteEscapeCharacter>"), 400, "InvalidRequestParameter"),
        (csv("<Comments>--</Comments>"), 400, "InvalidRequestParameter"),
        (csv("<AllowQuotedRecordDelimiter>PERHAPS</AllowQuotedRecordDelimiter>"), 400, "InvalidRequestParameter"),
        (output("<CSV><QuoteFields>NEVER</QuoteFields></CSV>"), 400, "InvalidQuoteFields"),
        (output("<CSV><RecordDelimiter>abc</RecordDelimiter></CSV>"), 400, "InvalidRequestParameter"),
        (output("<CSV><FieldDelimiter>ab</FieldDelimiter></CSV>"), 400, "InvalidRequestParameter"),
        (output("<CSV><QuoteCharacter>ab</QuoteCharacter></CSV>"), 400, "InvalidRequestParameter"),
        (output("<CSV><QuoteEscapeCharacter>ab</QuoteEscapeCharacter></CSV>"), 400, "InvalidRequestParameter"),
        (output("<JSON><RecordDelimiter>abc</RecordDelimiter></JSON>"), 400, "InvalidRequestParameter"),
    ] {
        post(&bucket, "o", body).await.assert_error(status, code);
    }
    let digest = bucket.request(Method::POST, "o?select&select-type=2").header("content-md5", "7o3pGNBWQBRbGPcPTDqmAg==");
    digest.body(input(CSV)).send().await.assert_error(400, "BadDigest");
}

#[tokio::test]
async fn expressions_that_cos_does_not_know_are_refused_by_name() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let too_long = format!("SELECT '{}' FROM COSObject", "a".repeat(256 << 10));
    for (expression, sentence) in [
        ("SELECT FROM COSObject", "the SELECT list is empty"),
        ("SELECT *, _1 FROM COSObject", "beside *, other expressions are allowed only as in alias.*"),
        ("SELECT _1", "FROM is missing: the SELECT list must be followed by FROM COSObject"),
        ("SELECT _1 FROM COSObject GROUP BY _1", "GROUP is not supported"),
        ("SELECT _1 FROM COSObject ORDER BY _1", "ORDER is not supported"),
        ("SELECT _1 FROM COSObject UNION SELECT _1 FROM COSObject", "UNION is not supported"),
        ("SELECT _0 FROM COSObject", "the column _0 is invalid: columns are counted from _1"),
        (
            "SELECT s._1 FROM COSObject s WHERE t._1 = 1",
            "t._1 is no column of a CSV object: before it, only the alias or name of the table may stand",
        ),
        ("SELECT s.CAST FROM COSObject s", "CAST is a reserved word: to name a field, put it in double quotes, as in \"CAST\""),
        (
            "SELECT name FROM COSObject",
            "the column name is unknown: without FileHeaderInfo USE columns are named _1, _2 and so on",
        ),
        (too_long.as_str(), "the SQL expression has 262168 bytes; at most 262144 are allowed"),
    ] {
        let refused = answer(&bucket, "1,2\n", expression, CSV, TO_CSV).await;
        refused.assert_error(400, "SQLParsingError");
        assert_eq!(refused.element("Message"), sentence);
    }
    let named = async |expression: &str| answer(&bucket, "NAME,name\n1,2\n", expression, CSV_USE, TO_CSV).await;
    named("SELECT s.\"Name\" FROM COSObject s").await.assert_error(400, "SQLParsingError");
    named("SELECT s.name FROM COSObject s").await.assert_error(400, "AmbiguousFieldName");
    assert_eq!(Selected::of(&named("SELECT s.\"NAME\" FROM COSObject s").await).text(), "1\n");
}

#[tokio::test]
async fn data_that_cannot_be_read_has_its_code() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let all = "SELECT * FROM COSObject";
    let compressed = |name: &str| format!("<CompressionType>{name}</CompressionType>{CSV}");
    let (as_gzip, as_bzip2) = (compressed("GZIP"), compressed("BZIP2"));
    let long = "x".repeat((1 << 20) + 1);
    let wide = "x".repeat(600 << 10);
    let cut_off = gzip(b"1,2\n")[..15].to_vec();
    for (object, expression, input, output, code) in [
        (b"1,2\n".to_vec(), all, as_gzip.as_str(), TO_CSV, "GzipDecompressError"),
        (cut_off, all, &as_gzip, TO_CSV, "GzipDecompressError"),
        (b"1,2\n".to_vec(), all, &as_bzip2, TO_CSV, "Bzip2DecompressError"),
        (b"\"1\"2\n".to_vec(), all, CSV, TO_CSV, "CSVParsingError"),
        (b"1\n\"2".to_vec(), all, CSV, TO_CSV, "LastRecordParseFail"),
        (b"{a}\n".to_vec(), all, LINES, TO_JSON, "JSONParsingError"),
        (b"{\"a\":\n1}".to_vec(), all, LINES, TO_JSON, "JSONParsingError"),
        (b"{\"a\": [1,\n2]".to_vec(), all, DOCUMENT, TO_JSON, "LastRecordParseFail"),
        (b"\xff,1\n".to_vec(), all, CSV, TO_CSV, "InvalidTextEncoding"),
        (long.clone().into_bytes(), all, CSV, TO_CSV, "OverMaxRecordSize"),
        (format!("[\"{long}\"]").into_bytes(), all, DOCUMENT, TO_JSON, "OverMaxRecordSize"),
        (wide.into_bytes(), "SELECT _1, _1 FROM COSObject", CSV, TO_CSV, "OverMaxRecordSize"),
        (b"x\n".to_vec(), "SELECT _1 FROM COSObject WHERE _1 > 1", CSV, TO_CSV, "ComparisonFailed"),
        (b"x\n".to_vec(), "SELECT CAST(_1 AS INT) FROM COSObject", CSV, TO_CSV, "CastFailed"),
        (b"1e308\n".to_vec(), "SELECT _1 * 10 FROM COSObject", CSV, TO_JSON, "ErrorWritingRow"),
    ] {
        answer(&bucket, object, expression, input, output).await.assert_error(400, code);
    }
}

#[tokio::test]
async fn a_failure_behind_the_first_message_ends_the_stream() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let object = format!("{}x\n3\n", "1\n".repeat(100_000));
    let selected = Selected::of(&answer(&bucket, object, "SELECT CAST(_1 AS INT) FROM COSObject", CSV, TO_CSV).await);
    assert_eq!(selected.error, Some(("CastFailed".to_owned(), "\"x\" is not a number".to_owned())));
    assert_eq!(selected.result, "1\n".repeat(100_000).into_bytes());
    assert!(
        selected.kinds.iter().all(|kind| kind == "Records" || kind == "error") && selected.kinds.ends_with(&["error".to_owned()])
    );
}

#[tokio::test]
async fn more_scans_than_there_may_be_are_told_that_the_service_is_busy() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let scans = &cos.app.services().scans;
    let others = scans.acquire_many(u32::try_from(scans.available_permits()).expect("a few")).await.expect("permits");
    answer(&bucket, "1\n", "SELECT * FROM COSObject", CSV, TO_CSV).await.assert_error(400, "Busy");
    drop(others);
    assert_eq!(select(&bucket, "1\n", "SELECT * FROM COSObject", CSV, TO_CSV).await, "1\n");
}

#[tokio::test]
async fn empty_objects_and_limits_give_empty_results() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    assert_eq!(select(&bucket, "", "SELECT Id FROM COSObject", CSV_USE, TO_CSV).await, "");
    assert_eq!(select(&bucket, "", "SELECT COUNT(*), MAX(_1) FROM COSObject", CSV, TO_CSV).await, "0,\n");
    assert_eq!(select(&bucket, "1\n2\n\"", "SELECT _1 FROM COSObject LIMIT 2", CSV, TO_CSV).await, "1\n2\n");
    assert_eq!(select(&bucket, "1\n", "SELECT _1 FROM COSObject LIMIT 0", CSV, TO_CSV).await, "");
    assert_eq!(select(&bucket, "1\n", "SELECT UTCNOW() FROM COSObject", CSV, TO_CSV).await, "2023-11-14T22:13:20.000Z\n");
}
