//! PUT, GET and DELETE Bucket origin.

use std::fs;

use crate::folder;
use crate::harness::TestServer;

/// The page's elements, and one that it does not have.
const WHOLE: &str = "<OriginConfiguration><OriginRule><RulePriority>2</RulePriority><OriginType>Mirror</OriginType><OriginCondition>\
    <HTTPStatusCode>404</HTTPStatusCode><Prefix>p/</Prefix><Suffix>.jpg</Suffix></OriginCondition><OriginParameter>\
    <Protocol>FOLLOW</Protocol><TransparentErrorCode>true</TransparentErrorCode><FollowQueryString>true</FollowQueryString>\
    <HttpHeader><FollowAllHeaders>false</FollowAllHeaders><NewHttpHeaders><Header><Key>x</Key><Value>y</Value></Header>\
    </NewHttpHeaders></HttpHeader><FollowRedirection>true</FollowRedirection><CopyOriginData>true</CopyOriginData>\
    </OriginParameter><HTTPStandbyCode><StatusCode>404</StatusCode><StatusCode>403</StatusCode></HTTPStandbyCode><OriginInfo>\
    <HostInfo><HostName>a.example.com</HostName><Weight>10</Weight><StandbyHostName_1>b.example.com</StandbyHostName_1></HostInfo>\
    <HostInfo><HostName>c.example.com</HostName></HostInfo><FileInfo><PrefixConfiguration><Prefix>a/</Prefix>\
    <ReplacedWithPrefix>b/</ReplacedWithPrefix></PrefixConfiguration></FileInfo></OriginInfo></OriginRule><OriginRule>\
    <RulePriority>1</RulePriority><OriginType>Redirect</OriginType><OriginCondition><HTTPStatusCode>4xx</HTTPStatusCode>\
    </OriginCondition><OriginParameter><HttpRedirectCode>301</HttpRedirectCode></OriginParameter><OriginInfo><HostInfo>\
    <HostName>d.example.com</HostName></HostInfo></OriginInfo><Novelty><Of>2030</Of></Novelty></OriginRule></OriginConfiguration>";

fn rule(priority: &str, kind: &str, elements: &str, info: &str) -> String {
    format!(
        "<OriginRule><RulePriority>{priority}</RulePriority><OriginType>{kind}</OriginType>{elements}\
         <OriginInfo>{info}</OriginInfo></OriginRule>"
    )
}

fn document(priority: &str, kind: &str, elements: &str, info: &str) -> String {
    format!("<OriginConfiguration>{}</OriginConfiguration>", rule(priority, kind, elements, info))
}

const HOST: &str = "<HostInfo><HostName>a.example.com</HostName></HostInfo>";

#[tokio::test]
async fn the_document_comes_back_as_it_was_put() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let answer = bucket.put("?origin", WHOLE).await;
    answer.assert_status(200);
    answer.assert_headers(&[("content-length", "0")]);
    bucket.get("?origin").await.assert_document(WHOLE);
    // Node's live test repeats an element.
    let twice =
        "<OriginParameter><HttpRedirectCode>302</HttpRedirectCode><HttpRedirectCode>302</HttpRedirectCode></OriginParameter>";
    let repeated = document("1", "Proxy", twice, HOST);
    bucket.put("?origin", repeated.clone()).await.assert_status(200);
    bucket.get("?origin").await.assert_document(&repeated);
}

#[tokio::test]
async fn what_was_never_set_or_is_deleted_is_not_there() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.get("?origin").await.assert_error(404, "OriginConfigurationNotFoundError");
    bucket.delete("?origin").await.assert_status(204);
    bucket.put("?origin", WHOLE).await.assert_status(200);
    bucket.delete("?origin").await.assert_status(204);
    bucket.get("?origin").await.assert_error(404, "OriginConfigurationNotFoundError");
    bucket.post("?origin", WHOLE).await.assert_error(405, "MethodNotAllowed");
}

#[tokio::test]
async fn the_secret_of_a_private_origin_is_not_kept() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let private = |secret: &str| {
        format!(
            "<HostInfo><PrivateHost><Host>a.example.com</Host><CredentialProvider><SecretId>AKIDorigin</SecretId>{secret}\
             </CredentialProvider></PrivateHost></HostInfo>"
        )
    };
    let put = document("1", "Mirror", "", &private("<SecretKey>very-secret-text</SecretKey>"));
    bucket.put("?origin", put).await.assert_status(200);
    bucket.get("?origin").await.assert_document(&document("1", "Mirror", "", &private("")));
    folder::settle(&cos).await;
    let files: Vec<Vec<u8>> = folder::files(cos.app.data_dir()).iter().map(|file| fs::read(file).expect("readable")).collect();
    let is_kept = |text: &str| files.iter().any(|file| file.windows(text.len()).any(|window| window == text.as_bytes()));
    assert!(is_kept("AKIDorigin") && !is_kept("very-secret-text"));
}

#[tokio::test]
async fn an_origin_that_cannot_be_is_refused_and_changes_nothing() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("?origin", WHOLE).await.assert_status(200);
    let parameter = |name: &str, value: &str| {
        document("1", "Mirror", &format!("<OriginParameter><{name}>{value}</{name}></OriginParameter>"), HOST)
    };
    let condition = |kind: &str, status: &str| {
        document("1", kind, &format!("<OriginCondition><HTTPStatusCode>{status}</HTTPStatusCode></OriginCondition>"), HOST)
    };
    let headers = "<Header><Key>k</Key><Value>v</Value></Header>".repeat(11);
    let headers =
        format!("<OriginParameter><HttpHeader><NewHttpHeaders>{headers}</NewHttpHeaders></HttpHeader></OriginParameter>");
    let two = rule("1", "Mirror", "", HOST).repeat(2);
    let standbys: String = (1..12).map(|index| format!("<StandbyHostName_{index}>s</StandbyHostName_{index}>")).collect();
    for (body, code) in [
        (String::new(), "MissingRequestBodyError"),
        ("<OriginConfiguration/>".to_owned(), "MalformedXML"),
        (format!("<OriginConfiguration>{}</OriginConfiguration>", "<A>".repeat(9) + &"</A>".repeat(9)), "MalformedXML"),
        (document("", "Mirror", "", HOST), "MalformedXML"),
        (document("1", "", "", HOST), "MalformedXML"),
        (document("1", "Mirror", "", ""), "MalformedXML"),
        (document("1", "Mirror", "", "<HostInfo/>"), "MalformedXML"),
        (document("1", "Mirror", "", &format!("{HOST}<FileInfo><FixedFileConfiguration/></FileInfo>")), "MalformedXML"),
        (document("0", "Mirror", "", HOST), "InvalidArgument"),
        (format!("<OriginConfiguration>{two}</OriginConfiguration>"), "InvalidArgument"),
        (document("1", "mirror", "", HOST), "InvalidArgument"),
        (document("1", "Mirror", "", &HOST.repeat(11)), "InvalidArgument"),
        (document("1", "Redirect", "", &HOST.repeat(2)), "InvalidArgument"),
        (document("1", "Mirror", "", &HOST.replace("</HostInfo>", &format!("{standbys}</HostInfo>"))), "InvalidArgument"),
        (document("1", "Mirror", &headers, HOST), "InvalidArgument"),
        (document("1", "Mirror", "<HTTPStandbyCode><StatusCode>200</StatusCode></HTTPStandbyCode>", HOST), "InvalidArgument"),
        (condition("Mirror", "403"), "InvalidArgument"),
        (condition("Redirect", "302"), "InvalidArgument"),
        (parameter("Protocol", "ftp"), "InvalidArgument"),
        (parameter("FollowQueryString", "yes"), "InvalidArgument"),
        (parameter("HttpRedirectCode", "302"), "InvalidArgument"),
        (parameter("HttpRedirectCode", "303").replace("Mirror", "Proxy"), "InvalidArgument"),
    ] {
        bucket.put("?origin", body).await.assert_error(400, code);
    }
    bucket.get("?origin").await.assert_document(WHOLE);
}
