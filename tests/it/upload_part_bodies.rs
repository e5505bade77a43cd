//! Upload Part: bodies that come in pieces, at once, slowly, too long or not whole.

use std::time::{Duration, Instant};

use http::Method;
use proptest::prelude::*;

use crate::folder::{bodies, settle, staged, until};
use crate::harness::{Bucket, HOST, TestServer, bytes};
use crate::raw::{Socket, signed};

/// Large enough for a file, and for more than one write of it.
const LARGE: usize = 600_000;

fn part(upload_id: &str, headers: &[&str]) -> String {
    signed("PUT", HOST, &format!("/a?partNumber=1&uploadId={upload_id}"), headers)
}

/// A request for part 1 of which the server has accepted the head.
async fn begin(cos: &TestServer, upload_id: &str, length: usize) -> Socket {
    let mut socket = Socket::open(cos).await;
    socket.send(part(upload_id, &[&format!("Content-Length: {length}"), "Expect: 100-continue"])).await;
    socket.answer().await.assert_status(100);
    socket
}

async fn sizes(bucket: &Bucket<'_>, upload_id: &str) -> Vec<String> {
    bucket.get(&format!("a?uploadId={upload_id}")).await.elements("Size")
}

#[tokio::test]
async fn a_request_that_does_not_say_how_long_its_body_is_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    let mut socket = Socket::open(&cos).await;
    socket.send(part(&id, &[])).await;
    let answer = socket.answer().await;
    answer.assert_error(411, "MissingContentLength");
    assert!(answer.text().contains("<Message>You must provide the Content-Length HTTP header.</Message>"));
    assert!(sizes(&bucket, &id).await.is_empty());
}

#[tokio::test]
async fn a_chunked_body_is_accepted() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    let mut socket = Socket::open(&cos).await;
    socket.send(part(&id, &["Transfer-Encoding: chunked"])).await;
    socket.send("8\r\n[Object \r\n5;x=y\r\nPart]\r\n0\r\n\r\n").await;
    let answer = socket.answer().await;
    answer.assert_status(200);
    assert_eq!(answer.header("ETag"), "\"108f528eb63b65e734f27ae331f5ffaa\"");
    assert_eq!(sizes(&bucket, &id).await, ["13"]);
}

#[tokio::test]
async fn a_chunked_body_is_held_to_its_limit_and_to_its_end() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    let mut socket = Socket::open(&cos).await;
    socket.send(part(&id, &["Transfer-Encoding: chunked", "x-cos-psize-max: 4"])).await;
    socket.send("5\r\n12345\r\n0\r\n\r\n").await;
    socket.answer().await.assert_error(400, "EntityTooLarge");
    let mut socket = Socket::open(&cos).await;
    socket.send(part(&id, &["Transfer-Encoding: chunked"])).await;
    socket.send("5\r\n12345\r\n").await;
    socket.half_close().await;
    socket.answer().await.assert_error(400, "IncompleteBody");
    assert!(sizes(&bucket, &id).await.is_empty());
}

/// RFC 9112, 6.1: the transfer coding overrides the length.
#[tokio::test]
async fn of_a_chunked_body_with_a_length_all_chunks_are_stored() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    for headers in [["Content-Length: 0", "Transfer-Encoding: chunked"], ["Transfer-Encoding: chunked", "Content-Length: 3"]] {
        let mut socket = Socket::open(&cos).await;
        socket.send(part(&id, &headers)).await;
        socket.send("d\r\n[Object Part]\r\n0\r\n\r\n").await;
        let answer = socket.answer().await;
        answer.assert_status(200);
        assert_eq!(answer.header("ETag"), "\"108f528eb63b65e734f27ae331f5ffaa\"");
    }
}

#[tokio::test]
async fn more_than_5_gib_are_refused_before_the_body() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    for expect in ["Expect: 100-continue", "x-cos-sdk-retry: true"] {
        let mut socket = Socket::open(&cos).await;
        socket.send(part(&id, &["Content-Length: 5368709121", expect])).await;
        socket.answer().await.assert_error(400, "EntityTooLarge");
    }
    begin(&cos, &id, 5 << 30).await;
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_the_part_that_was_there() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    let etag = bucket.part("a", &id, 1, bytes(LARGE)).await;
    for sent in [0, 9, LARGE] {
        let mut socket = Socket::open(&cos).await;
        socket.send(part(&id, &[&format!("Content-Length: {}", LARGE + 1)])).await;
        socket.send(vec![b'x'; sent]).await;
        socket.half_close().await;
        let answer = socket.answer().await;
        answer.assert_error(400, "IncompleteBody");
        assert_eq!(answer.header("Connection"), "close");
    }
    bucket.complete("a", &id, &[(1, &etag)]).await.assert_status(200);
    assert!(bucket.get("a").await.body == bytes(LARGE));
    settle(&cos).await;
    assert_eq!((bodies(&cos).len(), staged(&cos).len()), (1, 0));
}

#[tokio::test]
async fn of_two_requests_for_a_part_the_later_to_end_stays_whole() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    for begins_first in [true, false] {
        let (winning, losing) = (vec![b'w'; LARGE], vec![b'l'; LARGE]);
        let (mut winner, mut loser) = if begins_first {
            let winner = begin(&cos, &id, LARGE).await;
            (winner, begin(&cos, &id, LARGE).await)
        } else {
            let loser = begin(&cos, &id, LARGE).await;
            (begin(&cos, &id, LARGE).await, loser)
        };
        for piece in 0..2 {
            winner.send(&winning[piece * 200_000..][..200_000]).await;
            loser.send(&losing[piece * 200_000..][..200_000]).await;
        }
        loser.send(&losing[400_000..]).await;
        loser.answer().await.assert_status(200);
        winner.send(&winning[400_000..]).await;
        let won = winner.answer().await;
        won.assert_status(200);
        assert_eq!(bucket.get(&format!("a?uploadId={id}")).await.elements("ETag"), [won.header("ETag").replace('"', "&quot;")]);
    }
    let etag = bucket.get(&format!("a?uploadId={id}")).await.element("ETag");
    bucket.complete("a", &id, &[(1, &etag)]).await.assert_status(200);
    assert!(bucket.get("a").await.body == vec![b'w'; LARGE]);
    settle(&cos).await;
    assert_eq!((bodies(&cos).len(), staged(&cos).len()), (1, 0));
}

#[tokio::test]
async fn requests_for_a_part_that_race_leave_one_body_and_never_a_mixture() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    let put = |letter: u8| bucket.part("a", &id, 1, vec![letter; LARGE]);
    let etags = tokio::join!(put(b'1'), put(b'2'), put(b'3'), put(b'4'));
    let etags = [etags.0, etags.1, etags.2, etags.3];
    let listed = bucket.get(&format!("a?uploadId={id}")).await.element("ETag").replace("&quot;", "\"");
    let winner = etags.iter().position(|etag| *etag == listed).expect("one of them won");
    bucket.complete("a", &id, &[(1, &listed)]).await.assert_status(200);
    assert!(bucket.get("a").await.body == vec![b"1234"[winner]; LARGE]);
    settle(&cos).await;
    assert_eq!((bodies(&cos).len(), staged(&cos).len()), (1, 0));
}

#[tokio::test]
async fn of_two_requests_for_a_part_one_may_break_off() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    let (mut broken, mut whole) = (begin(&cos, &id, LARGE).await, begin(&cos, &id, LARGE).await);
    broken.send(vec![b'b'; LARGE - 1]).await;
    whole.send(vec![b'w'; LARGE / 2]).await;
    broken.half_close().await;
    broken.answer().await.assert_error(400, "IncompleteBody");
    whole.send(vec![b'w'; LARGE / 2]).await;
    let answer = whole.answer().await;
    answer.assert_status(200);
    bucket.complete("a", &id, &[(1, answer.header("ETag"))]).await.assert_status(200);
    assert!(bucket.get("a").await.body == vec![b'w'; LARGE]);
    settle(&cos).await;
    assert_eq!((bodies(&cos).len(), staged(&cos).len()), (1, 0));
}

#[tokio::test]
async fn an_abort_while_a_part_arrives_refuses_it_and_leaves_nothing() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    bucket.part("a", &id, 2, bytes(LARGE)).await;
    let mut arriving = begin(&cos, &id, LARGE).await;
    arriving.send(vec![b'x'; LARGE - 1]).await;
    until("the first bytes are in a file", || staged(&cos).len() == 1).await;
    bucket.delete(&format!("a?uploadId={id}")).await.assert_status(204);
    arriving.send("x").await;
    arriving.answer().await.assert_error(404, "NoSuchUpload");
    bucket.get(&format!("a?uploadId={id}")).await.assert_error(404, "NoSuchUpload");
    settle(&cos).await;
    assert!(bodies(&cos).is_empty() && staged(&cos).is_empty());
}

#[tokio::test]
async fn a_completion_while_a_part_arrives_does_without_it() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    let mut arriving = begin(&cos, &id, LARGE).await;
    arriving.send(vec![b'x'; LARGE - 1]).await;
    let etag = bucket.part("a", &id, 2, bytes(LARGE)).await;
    bucket.complete("a", &id, &[(2, &etag)]).await.assert_status(200);
    arriving.send("x").await;
    arriving.answer().await.assert_error(404, "NoSuchUpload");
    assert!(bucket.get("a").await.body == bytes(LARGE));
    settle(&cos).await;
    assert_eq!((bodies(&cos).len(), staged(&cos).len()), (1, 0));
}

#[tokio::test]
async fn a_traffic_limit_outside_its_range_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    let id = bucket.initiate("a").await;
    let target = format!("a?partNumber=1&uploadId={id}");
    for limit in ["819199", "838860801", "0", "-819200", "1e6", "fast"] {
        for (method, target) in [(Method::PUT, target.as_str()), (Method::GET, "a?x")] {
            let request =
                |target: &str| bucket.request(method.clone(), target).body(if method == Method::PUT { "x" } else { "" });
            request(target).header("x-cos-traffic-limit", limit).send().await.assert_error(400, "InvalidArgument");
            request(&format!("{target}&x-cos-traffic-limit={limit}")).send().await.assert_error(400, "InvalidArgument");
        }
    }
    for limit in ["819200", "838860800"] {
        let request = bucket.request(Method::PUT, &target).header("x-cos-traffic-limit", limit);
        request.body("x").send().await.assert_status(200);
    }
}

#[tokio::test]
async fn a_traffic_limit_slows_parts_and_objects_down() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    bucket.put("o", bytes(150_000)).await.assert_status(200);
    let timed = async |method: Method, target: String, header: &str| {
        let body = if method == Method::PUT { bytes(150_000) } else { Vec::new() };
        let begun = Instant::now();
        let answer = bucket.request(method, &target).header("x-cos-traffic-limit", header).body(body).send().await;
        answer.assert_status(200);
        assert!(begun.elapsed() > Duration::from_secs(1), "{target} took {:?}", begun.elapsed());
        answer.body
    };
    let part = |number: u16| format!("a?partNumber={number}&uploadId={id}");
    let (_, _, by_header, by_parameter) = tokio::join!(
        timed(Method::PUT, part(1), "819200"),
        timed(Method::PUT, format!("{}&x-cos-traffic-limit=819200", part(2)), ""),
        timed(Method::GET, "o".to_owned(), "819200"),
        timed(Method::GET, "o?x-cos-traffic-limit=819200".to_owned(), ""),
    );
    assert!(by_header == bytes(150_000) && by_parameter == bytes(150_000));
    assert_eq!(sizes(&bucket, &id).await, ["150000", "150000"]);
}

/// Sizes of all parts but the last, the last one's, and the order of sending.
fn plan() -> impl Strategy<Value = (Vec<usize>, usize, Vec<usize>)> {
    let sizes = prop::collection::vec((1 << 20)..(1 << 20) + 70_000_usize, 0..4);
    (sizes, 0..40_000_usize).prop_flat_map(|(sizes, last)| {
        let order: Vec<usize> = (0..=sizes.len()).collect();
        (Just(sizes), Just(last), Just(order).prop_shuffle())
    })
}

#[test]
fn parts_of_any_size_sent_in_any_order_join_to_the_same_object() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let cos = runtime.block_on(TestServer::start());
    let bucket = runtime.block_on(cos.put_bucket());
    proptest!(ProptestConfig::with_cases(8), |((mut sizes, last, order) in plan(), from: u32, length in 0..2_000_000_usize)| {
        sizes.push(last);
        let whole = bytes(sizes.iter().sum());
        runtime.block_on(async {
            let id = bucket.initiate("a").await;
            let mut parts = vec![(0, String::new()); sizes.len()];
            for index in order {
                let start = sizes[..index].iter().sum::<usize>();
                let number = u16::try_from(index * 7 + 1).expect("small");
                let etag = bucket.part("a", &id, number, whole[start..start + sizes[index]].to_vec()).await;
                parts[index] = (number, etag);
            }
            let parts: Vec<(u16, &str)> = parts.iter().map(|(number, etag)| (*number, etag.as_str())).collect();
            bucket.complete("a", &id, &parts).await.assert_status(200);
            assert!(bucket.get("a").await.body == whole);
            if !whole.is_empty() {
                let first = from as usize % whole.len();
                let end = (first + length + 1).min(whole.len());
                let request = bucket.request(Method::GET, "a").header("range", &format!("bytes={first}-{}", first + length));
                let slice = request.send().await;
                slice.assert_status(206);
                assert!(slice.body == whole[first..end]);
            }
        });
    });
}
