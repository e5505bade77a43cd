//! The check of one request's signature, as an SDK signs an Upload Part.

use std::hint::black_box;

use cos_emulator::codec::signature::{Authorization, SignedRequest, verify};
use criterion::{Criterion, criterion_group, criterion_main};
use http::{HeaderMap, HeaderValue};

/// `protocol.md` V4 without its SSE-C headers, signed with the same key.
const AUTHORIZATION: &str = "q-sign-algorithm=sha1&q-ak=cos-emulator-test-id&q-sign-time=1700000000;1700007200\
    &q-key-time=1700000000;1700007200&q-header-list=content-length;content-md5;content-type;host&q-url-param-list=partnumber;uploadid\
    &q-signature=0000000000000000000000000000000000000000";

fn signature(criterion: &mut Criterion) {
    let headers: HeaderMap =
        [("content-length", "13"), ("content-md5", "EI9SjrY7Zec08nrjMfX/qg=="), ("content-type", "application/octet-stream")]
            .into_iter()
            .map(|(name, value)| (name.parse().expect("a name"), HeaderValue::from_static(value)))
            .collect();
    let query = [("partNumber", "1"), ("uploadId", "1585130821cbb7df1d11846c073ad648e8f33b087cec2381df437acdc833cf654b9ecc6361")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let request = SignedRequest {
        method: "PUT",
        paths: &["/exampleobject"],
        hosts: &["examplebucket-1250000000.cos.ap-beijing.myqcloud.com"],
        query: &query,
        headers: &headers,
    };
    criterion.bench_function("parse and check a signature", |bencher| {
        bencher.iter(|| {
            let authorization: Authorization = black_box(AUTHORIZATION).parse().expect("well-formed");
            verify(black_box("cos-emulator-test-key"), &authorization, request)
        });
    });
}

criterion_group!(benches, signature);
criterion_main!(benches);
