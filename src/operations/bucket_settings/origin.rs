//! PUT, GET and DELETE Bucket origin: `/?origin` (436/52813, 436/52814, 436/52812).

use http::HeaderMap;

use crate::codec::tree::Tree;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::origin::{
    KeyMapping, Origin, OriginCondition, OriginHost, OriginKind, OriginRule, OriginScheme, StatusPattern,
};
use crate::operations::bucket_settings::document;
use crate::operations::bucket_settings::element::{check_count, choice, number};
use crate::operations::context::Context;
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response};

const ROOT: &str = "OriginConfiguration";
const LARGEST: usize = 64 << 10;
const MOST_HOSTS: usize = 10;
const MOST_ADDED_HEADERS: usize = 10;

const KINDS: [(&str, OriginKind); 3] =
    [("Mirror", OriginKind::Mirror), ("Proxy", OriginKind::Proxy), ("Redirect", OriginKind::Redirect)];
const SCHEMES: [(&str, OriginScheme); 3] =
    [("HTTP", OriginScheme::Http), ("HTTPS", OriginScheme::Https), ("FOLLOW", OriginScheme::Follow)];
const REDIRECT_STATUSES: [(&str, u16); 3] = [("301", 301), ("302", 302), ("307", 307)];
const FLAG: [(&str, bool); 2] = [("true", true), ("false", false)];

/// Of a private origin's credentials; the emulator has no use for it.
const SECRET: &str = "SecretKey";

fn read(mut document: Tree) -> Result<Origin, Error> {
    document.remove(SECRET);
    let mut rules = document.children("OriginRule").map(rule).collect::<Result<Vec<_>, _>>()?;
    if rules.is_empty() {
        return Err(ErrorCode::MalformedXML.because("the element <OriginRule> is missing"));
    }
    rules.sort_by_key(|(priority, _)| *priority);
    if let Some(twins) = rules.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        let message = format!("two rules have the <RulePriority> {}; each must have its own", twins[0].0);
        return Err(ErrorCode::InvalidArgument.because(message));
    }
    let rules = rules.into_iter().map(|(_, rule)| rule).collect();
    Ok(Origin { document, rules })
}

/// A rule and its priority.
fn rule(rule: &Tree) -> Result<(u32, OriginRule), Error> {
    let nothing = Tree::Text(String::new());
    let priority = number("RulePriority", required(rule, "RulePriority")?, 1..=u32::MAX)?;
    let kind = choice("OriginType", required(rule, "OriginType")?, &KINDS)?;
    let parameter = rule.child("OriginParameter").unwrap_or(&nothing);
    let flag = |name, default| parameter.text(name).map_or(Ok(default), |text| choice(name, text, &FLAG));
    let redirect_status = parameter.text("HttpRedirectCode");
    if redirect_status.is_some() && kind == OriginKind::Mirror {
        return Err(ErrorCode::InvalidArgument.because("<HttpRedirectCode> is for the types Redirect and Proxy only"));
    }
    let header = parameter.child("HttpHeader").and_then(|header| header.child("NewHttpHeaders")).unwrap_or(&nothing);
    check_count("Header", header.elements(), MOST_ADDED_HEADERS)?;
    let standby = rule.child("HTTPStandbyCode").unwrap_or(&nothing);
    let standby_status = |code: &Tree| number("StatusCode", code.own_text().unwrap_or_default(), 400..=599);
    let info = rule.child("OriginInfo").ok_or_else(|| missing("OriginInfo"))?;
    let rule = OriginRule {
        kind,
        condition: condition(kind, rule.child("OriginCondition").unwrap_or(&nothing))?,
        hosts: hosts(kind, info)?,
        mapping: mapping(info.child("FileInfo").unwrap_or(&nothing))?,
        scheme: parameter.text("Protocol").map_or(Ok(OriginScheme::Http), |text| choice("Protocol", text, &SCHEMES))?,
        follows_query: flag("FollowQueryString", false)?,
        shows_errors: flag("TransparentErrorCode", false)?,
        stores: flag("CopyOriginData", true)?,
        redirect_status: redirect_status.map_or(Ok(302), |text| choice("HttpRedirectCode", text, &REDIRECT_STATUSES))?,
        standby_statuses: standby.children("StatusCode").map(standby_status).collect::<Result<_, _>>()?,
    };
    Ok((priority, rule))
}

fn condition(kind: OriginKind, condition: &Tree) -> Result<OriginCondition, Error> {
    let text = condition.text("HTTPStatusCode").unwrap_or("404");
    let status = StatusPattern::read(text).filter(|status| kind == OriginKind::Redirect || *status == StatusPattern::One(404));
    let Some(status) = status else {
        let right = if kind == OriginKind::Redirect { "a status from 400 to 599, 4xx or 5xx" } else { "404" };
        let message = format!("the element <HTTPStatusCode> is {text:?}; for this type of rule it must be {right}");
        return Err(ErrorCode::InvalidArgument.because(message));
    };
    let given = |name| condition.text(name).unwrap_or_default().to_owned();
    Ok(OriginCondition { status, prefix: given("Prefix"), suffix: given("Suffix") })
}

fn hosts(kind: OriginKind, info: &Tree) -> Result<Vec<OriginHost>, Error> {
    let hosts = info.children("HostInfo").map(host).collect::<Result<Vec<_>, _>>()?;
    if hosts.is_empty() {
        return Err(missing("HostInfo"));
    }
    check_count("HostInfo", &hosts, if kind == OriginKind::Mirror { MOST_HOSTS } else { 1 })?;
    Ok(hosts)
}

fn host(host: &Tree) -> Result<OriginHost, Error> {
    let of_private = |host: &Tree| host.text("Host").map(str::to_owned);
    let name = host.text("HostName").map(str::to_owned).or_else(|| host.child("PrivateHost").and_then(of_private));
    let standbys = host.elements().iter().filter_map(|(name, tree)| match name.split_once('_') {
        Some(("StandbyHostName", _)) => tree.own_text().map(str::to_owned),
        Some(("PrivateStandbyHost", _)) => of_private(tree),
        _ => None,
    });
    let standbys: Vec<String> = standbys.collect();
    check_count("StandbyHostName", &standbys, MOST_HOSTS)?;
    Ok(OriginHost { name: name.ok_or_else(|| missing("HostName"))?, standbys })
}

/// Both the elements of today and those of old, which add to a key instead of replacing a part of it.
fn mapping(file: &Tree) -> Result<KeyMapping, Error> {
    let pair = |configuration: &str, end: &str, replacement: &str| match file.child(configuration) {
        Some(replaced) => {
            let text = |name| replaced.text(name).unwrap_or_default().to_owned();
            Some((text(end), text(replacement)))
        }
        None => file.text(end).map(|added| (String::new(), added.to_owned())),
    };
    let fixed = file.child("FixedFileConfiguration").map(|fixed| required(fixed, "FixedFilePath")).transpose()?;
    Ok(KeyMapping {
        prefix: pair("PrefixConfiguration", "Prefix", "ReplacedWithPrefix"),
        suffix: pair("SuffixConfiguration", "Suffix", "ReplacedWithSuffix"),
        fixed: fixed.map(str::to_owned),
    })
}

fn required<'a>(tree: &'a Tree, name: &str) -> Result<&'a str, Error> {
    tree.text(name).ok_or_else(|| missing(name))
}

fn missing(name: &str) -> Error {
    ErrorCode::MalformedXML.because(format!("the element <{name}> is missing or empty"))
}

pub(crate) async fn put(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let origin = read(context.head.read_xml(body, ROOT, LARGEST).await?)?;
    document::change(context, |_, _| Ok(Some(origin))).await?;
    Ok(response::empty(http::StatusCode::OK, HeaderMap::new()))
}

pub(crate) fn get(context: &Context<'_>) -> Result<Response, Error> {
    match context.store().setting::<Origin>(context.bucket()?)? {
        Some(origin) => Ok(response::document(ROOT, &origin.document, HeaderMap::new())),
        None => Err(ErrorCode::OriginConfigurationNotFoundError.into()),
    }
}

pub(crate) async fn delete(context: &Context<'_>) -> Result<Response, Error> {
    document::delete::<Origin>(context).await
}
