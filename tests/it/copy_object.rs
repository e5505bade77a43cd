//! PUT Object - Copy: what a copy takes along, what it answers, and what is refused.

use cos_emulator::codec::percent;
use cos_emulator::domain::acl::{Acl, CannedAcl};
use cos_emulator::domain::bucket::Versioning;
use cos_emulator::domain::time::Timestamp;
use cos_emulator::storage::{Object, ObjectKind};
use http::Method;

use crate::encryption::{Headers, send};
use crate::harness::{Answer, BUCKET, Bucket, HOST, NOW, OTHER, TestServer, bytes};
use crate::versions;

pub(crate) const SOURCE: &str = "x-cos-copy-source";
const METADATA: &str = "x-cos-metadata-directive";
const TAGGING: &str = "x-cos-tagging-directive";
const CLASS: &str = "x-cos-storage-class";

/// Copies an object of the usual bucket, whose key is given as in a URL.
pub(crate) async fn copy(bucket: &Bucket<'_>, target: &str, source: &str, headers: Headers<'_>) -> Answer {
    let source = format!("{HOST}/{source}");
    send(bucket, Method::PUT, target, &[&[(SOURCE, source.as_str())], headers].concat(), Vec::new()).await
}

/// Changes the record of an object in the usual bucket, as operations do that a test does not need as a whole.
pub(crate) async fn change(cos: &TestServer, key: &str, change: impl FnOnce(&mut Object) + Send + 'static) {
    let (bucket, key) = (BUCKET.parse().expect("a name"), key.parse().expect("a key"));
    let change = move |object: &mut Object| {
        change(object);
        Ok::<_, ()>(())
    };
    cos.app.services().store.change_object(&bucket, &key, None, change).await.expect("stored");
}

/// What is stored in the usual bucket.
fn object(cos: &TestServer, key: &str) -> Object {
    let (bucket, key) = (BUCKET.parse().expect("a name"), key.parse().expect("a key"));
    cos.app.services().store.object(&bucket, &key).expect("read").expect("there")
}

#[tokio::test]
async fn the_answer_names_what_was_made() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "[Object Content]").await.assert_status(200);
    cos.clock.stop(Timestamp::from_seconds(NOW + 60));
    let answer = copy(&bucket, "b", "a", &[]).await;
    answer.assert_document(
        "<CopyObjectResult><ETag>&quot;ee8de918d05640145b18f70f4c3aa602&quot;</ETag><CRC64>16749565679157681890</CRC64>\
         <LastModified>2023-11-14T22:14:20Z</LastModified></CopyObjectResult>",
    );
    answer.assert_headers(&[("content-length", &answer.body.len().to_string()), ("content-type", "application/xml")]);
    let copied = bucket.get("b").await;
    assert_eq!(copied.text(), "[Object Content]");
    assert_eq!(copied.header("last-modified"), "Tue, 14 Nov 2023 22:14:20 GMT");
    assert_eq!(bucket.get("a").await.header("last-modified"), "Tue, 14 Nov 2023 22:13:20 GMT");
}

#[tokio::test]
async fn the_source_may_be_spelled_as_any_client_spells_it() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let target = cos.bucket("target-1250000000");
    target.request(Method::PUT, "").send().await.assert_status(200);
    bucket.put("dir/a%20b%2B%25%3F", "text").await.assert_status(200);
    for (index, source) in [
        format!("{HOST}/dir/a%20b%2B%25%3F"),
        format!("/{HOST}/dir%2Fa%20b+%25%3F"),
        format!("{BUCKET}.cos.na-elsewhere.tencentcos.cn/dir/a%20b+%25%3F"),
        format!("{BUCKET}.cos.localhost:7436/dir/a%20b+%25%3F?versionId="),
        format!("/{BUCKET}/dir/a%20b+%25%3F"),
        format!("{BUCKET}/dir/a b+%25%3F"),
        percent::encode(&format!("/{BUCKET}/dir/a b+%?")),
        format!("127.0.0.1:7436/{BUCKET}/dir/a%20b+%25%3F"),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = send(&target, Method::PUT, &index.to_string(), &[(SOURCE, &source)], Vec::new()).await;
        assert_eq!(answer.status, 200, "{source}: {}", answer.text());
        assert_eq!(target.get(&index.to_string()).await.text(), "text");
    }
}

#[tokio::test]
async fn metadata_and_tags_are_copied_or_replaced_and_nothing_else_is_inherited() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let source: Headers<'_> = &[
        (CLASS, "STANDARD_IA"),
        ("cache-control", "no-store"),
        ("content-type", "text/x-source"),
        ("x-cos-meta-from", "source"),
        ("x-cos-server-side-encryption", "AES256"),
        ("x-cos-tagging", "a=1&b=2"),
    ];
    send(&bucket, Method::PUT, "a.txt", source, b"text".to_vec()).await.assert_status(200);
    change(&cos, "a.txt", |object| {
        object.attributes.acl = Acl::new(Some(CannedAcl::PublicRead), Vec::new()).ok();
        object.retained_until = Some(Timestamp::from_seconds(NOW + 1));
    })
    .await;
    let own: Headers<'_> = &[("content-type", "text/x-own"), ("x-cos-meta-own", "1"), ("x-cos-tagging", "c=3")];
    let (copied, replaced) = (
        [("content-type", "text/x-source"), ("x-cos-meta-from", "source")],
        [("content-type", "text/x-own"), ("x-cos-meta-own", "1")],
    );
    for (directives, metadata, tags) in [
        (&[] as Headers<'_>, copied, "2"),
        (&[(METADATA, "COPY"), (TAGGING, "copy")], copied, "2"),
        (&[(METADATA, "Replaced")], replaced, "2"),
        (&[(METADATA, "REPLACE"), (TAGGING, "replaced")], replaced, "1"),
        (&[(TAGGING, "Replace")], copied, "1"),
    ] {
        copy(&bucket, "b.css", "a.txt", &[own, directives].concat()).await.assert_status(200);
        let read = bucket.get("b.css").await;
        assert_eq!(read.text(), "text");
        assert!(metadata.iter().all(|(name, value)| read.header(name) == *value), "{directives:?}");
        let other = if metadata == copied { "x-cos-meta-own" } else { "x-cos-meta-from" };
        assert_eq!((read.header_opt(other), read.header("x-cos-tagging-count")), (None, tags), "{directives:?}");
        for name in [CLASS, "x-cos-server-side-encryption"] {
            assert_eq!(read.header_opt(name), None);
        }
        let object = object(&cos, "b.css");
        assert_eq!((object.attributes.acl, object.retained_until), (None, None));
    }
    copy(&bucket, "c.css", "a.txt", &[(METADATA, "Replaced"), (TAGGING, "Replaced")]).await.assert_status(200);
    let bare = bucket.get("c.css").await;
    assert_eq!((bare.header("content-type"), bare.header_opt("x-cos-tagging-count")), ("text/css", None));
    copy(&bucket, "d", "a.txt", &[(CLASS, "Archive")]).await.assert_status(200);
    assert_eq!(bucket.head("d").await.header(CLASS), "ARCHIVE");
}

#[tokio::test]
async fn an_object_is_copied_onto_itself_to_change_what_is_said_of_it() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for body in [bytes(10), bytes(100_000)] {
        bucket.put("a", body.clone()).await.assert_status(200);
        for headers in [&[] as Headers<'_>, &[(CLASS, "STANDARD_IA")], &[(METADATA, "Copy"), (TAGGING, "Copy")]] {
            copy(&bucket, "a", "a", headers).await.assert_error(400, "InvalidRequest");
        }
        for (headers, class) in [
            (&[(METADATA, "Replaced"), (CLASS, "STANDARD_IA"), ("x-cos-meta-a", "1")] as Headers<'_>, Some("STANDARD_IA")),
            (&[(TAGGING, "Replaced"), ("x-cos-tagging", "a=1")], None),
        ] {
            copy(&bucket, "a", "a", headers).await.assert_status(200);
            let read = bucket.get("a").await;
            assert!(read.body == body);
            assert_eq!((read.header_opt(CLASS), read.header("x-cos-meta-a")), (class, "1"));
        }
        assert_eq!(bucket.head("a").await.header("x-cos-tagging-count"), "1");
    }
    assert_eq!(bucket.get("").await.elements("Key"), ["a"]);
}

#[tokio::test]
async fn every_condition_on_the_source_must_hold() {
    const IF_MATCH: &str = "x-cos-copy-source-if-match";
    const IF_NONE_MATCH: &str = "x-cos-copy-source-if-none-match";
    const IF_MODIFIED: &str = "x-cos-copy-source-if-modified-since";
    const IF_UNMODIFIED: &str = "x-cos-copy-source-if-unmodified-since";
    const ETAG: &str = "\"ee8de918d05640145b18f70f4c3aa602\"";
    const BEFORE: &str = "Tue, 14 Nov 2023 22:13:19 GMT";
    const THEN: &str = "Tue, 14 Nov 2023 22:13:20 GMT";
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "[Object Content]").await.assert_status(200);
    let upload = bucket.initiate("b").await;
    let part = format!("b?partNumber=1&uploadId={upload}");
    for (headers, holds) in [
        (&[(IF_MATCH, ETAG)] as Headers<'_>, true),
        (&[(IF_MATCH, "ee8de918d05640145b18f70f4c3aa602")], true),
        (&[(IF_MATCH, "\"x\"")], false),
        (&[(IF_NONE_MATCH, "\"x\"")], true),
        (&[(IF_NONE_MATCH, ETAG)], false),
        (&[(IF_MODIFIED, BEFORE)], true),
        (&[(IF_MODIFIED, THEN)], false),
        (&[(IF_UNMODIFIED, THEN)], true),
        (&[(IF_UNMODIFIED, BEFORE)], false),
        (&[(IF_MATCH, ETAG), (IF_UNMODIFIED, BEFORE)], false),
        (&[(IF_NONE_MATCH, "\"x\""), (IF_MODIFIED, THEN)], false),
        (&[(IF_MATCH, ETAG), (IF_NONE_MATCH, "\"x\""), (IF_MODIFIED, BEFORE), (IF_UNMODIFIED, THEN)], true),
    ] {
        for target in ["b", &part] {
            let answer = copy(&bucket, target, "a", headers).await;
            if holds { answer.assert_status(200) } else { answer.assert_error(412, "PreconditionFailed") }
        }
    }
}

#[tokio::test]
async fn versions_are_copied_and_made() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "null").await.assert_status(200);
    versions::set(&cos, Versioning::Enabled).await;
    let old = bucket.put("a", "old").await.header("x-cos-version-id").to_owned();
    bucket.put("a", "new").await.assert_status(200);
    for (source, named, text) in [
        ("a", None, "new"),
        (&format!("a?versionId={old}"), Some(old.as_str()), "old"),
        ("a?versionId=null", Some("null"), "null"),
    ] {
        let answer = copy(&bucket, "b", source, &[]).await;
        answer.assert_status(200);
        assert_eq!(answer.header_opt("x-cos-copy-source-version-id"), named);
        let id = answer.element("VersionId");
        assert_eq!(answer.header("x-cos-version-id"), id);
        assert_eq!(bucket.get(&format!("b?versionId={id}")).await.text(), text);
        assert_eq!(bucket.get("b").await.text(), text);
    }
    // An older version becomes the newest one again.
    copy(&bucket, "a", &format!("a?versionId={old}"), &[]).await.assert_status(200);
    assert_eq!(bucket.get("a").await.text(), "old");
    copy(&bucket, "a", "a", &[(METADATA, "Replaced")]).await.assert_status(200);
    assert_eq!(bucket.get("?versions&prefix=a").await.elements("VersionId").len(), 5);

    versions::set(&cos, Versioning::Suspended).await;
    let answer = copy(&bucket, "b", "a", &[]).await;
    answer.assert_status(200);
    assert_eq!((answer.elements("VersionId").len(), answer.header_opt("x-cos-version-id")), (0, None));
    assert_eq!(bucket.get("b?versionId=null").await.text(), "old");
    bucket.delete("a").await.assert_status(204);
    copy(&bucket, "b", "a", &[]).await.assert_error(404, "NoSuchKey");
    copy(&bucket, "b", "a?versionId=null", &[]).await.assert_error(400, "InvalidRequest");
    copy(&bucket, "b", "a?versionId=MTg0NDUxNTc1NjIzMTQ1MDAwODg", &[]).await.assert_error(404, "NoSuchVersion");
    copy(&bucket, "b", "a?versionId=none", &[]).await.assert_error(404, "NoSuchVersion");
}

#[tokio::test]
async fn what_cannot_be_copied_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("kept", "kept").await.assert_status(200);
    for key in ["a", "appended", "archived", "zones", "link", "link-to-link", "loose-link"] {
        bucket.put(key, "text").await.assert_status(200);
    }
    change(&cos, "appended", |object| object.kind = ObjectKind::Appendable).await;
    change(&cos, "archived", |object| object.attributes.storage_class = "DEEP_ARCHIVE".parse().expect("a class")).await;
    change(&cos, "zones", |object| object.attributes.storage_class = "MAZ_STANDARD_IA".parse().expect("a class")).await;
    for (link, target) in [("link", "a"), ("link-to-link", "link"), ("loose-link", "missing")] {
        change(&cos, link, move |object| object.kind = ObjectKind::Symlink(target.parse().expect("a key"))).await;
    }
    for (source, headers, status, code) in [
        ("missing", &[] as Headers<'_>, 404, "NoSuchKey"),
        ("loose-link", &[], 404, "NoSuchKey"),
        ("link-to-link", &[], 400, "InvalidRequest"),
        ("appended", &[], 400, "InvalidRequest"),
        ("archived", &[], 403, "InvalidObjectState"),
        ("zones", &[], 400, "InvalidRequest"),
        ("zones", &[(CLASS, "STANDARD_IA")], 400, "InvalidRequest"),
        ("", &[], 400, "InvalidCopySource"),
        ("%FF", &[], 400, "InvalidCopySource"),
        ("a", &[(METADATA, "Keep")], 400, "InvalidArgument"),
        ("a", &[(TAGGING, "Keep")], 400, "InvalidArgument"),
        ("a", &[(TAGGING, "Replaced"), ("x-cos-tagging", "=v")], 400, "InvalidTag"),
        ("a", &[(CLASS, "REDUCED")], 400, "NotSupportedStorageClass"),
        ("a", &[("x-cos-server-side-encryption", "AES789")], 400, "InvalidArgument"),
        ("a", &[("x-cos-forbid-overwrite", "true")], 409, "FileAlreadyExists"),
    ] {
        copy(&bucket, "kept", source, headers).await.assert_error(status, code);
        assert_eq!(bucket.get("kept").await.text(), "kept", "{source}");
    }
    for source in ["/", "a", "no_bucket.com/a", BUCKET] {
        let answer = send(&bucket, Method::PUT, "kept", &[(SOURCE, source)], Vec::new()).await;
        answer.assert_error(400, "InvalidCopySource");
    }
    let elsewhere = send(&bucket, Method::PUT, "kept", &[(SOURCE, "missing-1250000000/a")], Vec::new()).await;
    elsewhere.assert_error(404, "NoSuchBucket");
    cos.bucket("missing-1250000000").request(Method::PUT, "a").header(SOURCE, "x").send().await.assert_error(404, "NoSuchBucket");
    bucket
        .request(Method::PUT, "a?live")
        .header(SOURCE, &format!("{HOST}/kept"))
        .send()
        .await
        .assert_error(501, "NotImplemented");
    change(&cos, "kept", |object| object.retained_until = Some(Timestamp::from_seconds(NOW + 1))).await;
    copy(&bucket, "kept", "a", &[]).await.assert_error(409, "ObjectLocked");
    assert_eq!(bucket.get("kept").await.text(), "kept");
}

#[tokio::test]
async fn a_link_is_copied_as_what_it_leads_to() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.request(Method::PUT, "a").header("x-cos-meta-of", "target").body(bytes(100_000)).send().await.assert_status(200);
    bucket.put("link", "link").await.assert_status(200);
    change(&cos, "link", |object| object.kind = ObjectKind::Symlink("a".parse().expect("a key"))).await;
    copy(&bucket, "b", "link", &[]).await.assert_status(200);
    let read = bucket.get("b").await;
    assert!(read.body == bytes(100_000) && read.header("x-cos-meta-of") == "target");
    assert_eq!(object(&cos, "b").kind, ObjectKind::Normal);
}

#[tokio::test]
async fn source_and_target_must_be_the_callers() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "mine").await.assert_status(200);
    let theirs = cos.bucket("theirs-1250000001");
    theirs.request(Method::PUT, "").signed_by(OTHER.1, OTHER.2).send().await.assert_status(200);
    theirs.request(Method::PUT, "a").signed_by(OTHER.1, OTHER.2).body("theirs").send().await.assert_status(200);
    let send = |to: &Bucket<'_>, source: &str| cos.request(&to.host, Method::PUT, "b").header(SOURCE, source);
    let (mine, foreign) = (format!("{BUCKET}/a"), "theirs-1250000001/a");
    for (to, source) in [(&bucket, foreign), (&bucket, "theirs-1250000001/missing"), (&theirs, &mine)] {
        send(to, source).send().await.assert_error(403, "AccessDenied");
    }
    for (to, source) in [(&theirs, mine.as_str()), (&bucket, foreign)] {
        send(to, source).signed_by(OTHER.1, OTHER.2).send().await.assert_error(403, "AccessDenied");
        send(to, source).anonymous().send().await.assert_error(403, "AccessDenied");
    }
    send(&theirs, foreign).signed_by(OTHER.1, OTHER.2).send().await.assert_status(200);
}
