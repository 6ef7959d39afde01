//! Selects the base URL of a call: by region from the document's servers, or the client's own endpoint.

use std::borrow::Cow;
use std::collections::BTreeMap;

use http::Uri;

use super::values::{Values, setter};
use crate::codec::closest::{closest, joined};
use crate::codec::encode;
use crate::data::service::{Server, Variable};

/// Returns the base URL without a trailing slash.
///
/// `own` is the client's own endpoint, which takes precedence over all servers; `values` provide the region and other
/// variables. An error describes the setting that is missing or wrong.
pub(crate) fn resolve(servers: &[Server], own: Option<&str>, values: &Values) -> Result<String, String> {
    let settings = &values.for_endpoint();
    let unknown = |name: &str, value: &str, hint: String| {
        let source = values.source(name).map(|source| format!(" (from {source})")).unwrap_or_default();
        format!("unknown {name} `{value}`{source}: {hint}")
    };
    if let Some(own) = own {
        if has_user(own) {
            return Err(format!("the endpoint `{}` {NO_USER}", without_user(own)));
        }
        let url = if own.contains("://") { own.to_owned() } else { format!("https://{own}") };
        return valid(&fill(&url, &[], settings, unknown)?);
    }
    let server = choose(servers, settings.get("region").map(String::as_str), unknown)?;
    valid(&fill(server.url, &[server], settings, unknown)?)
}

/// The regions that the servers are declared for.
pub(crate) fn regions(servers: &[Server]) -> impl Iterator<Item = &'static str> {
    let values = |server: &Server| server.variables.iter().filter(|it| it.name == "region").flat_map(|it| it.values);
    servers.iter().flat_map(move |server| server.region.into_iter().chain(values(server).copied()))
}

/// The server of the region: one that is declared for it, else one with a region variable in its URL.
fn choose<'a>(
    servers: &'a [Server],
    region: Option<&str>,
    unknown: impl Fn(&str, &str, String) -> String,
) -> Result<&'a Server, String> {
    let known = || regions(servers);
    let Some(region) = region else {
        // Where servers are declared for regions, the default of a variable that takes any region is one nobody chose.
        let by_region = servers.iter().any(|server| server.region.is_some());
        let open = |server: &Server| {
            let mut variables = server.variables.iter().filter(|_| by_region);
            variables.find(|it| it.name == "region" && it.values.is_empty())
        };
        let central = servers.iter().filter(|server| server.region.is_none() && open(server).is_none());
        // A relative URL needs an unknown base, while the document may have an absolute one.
        let central = central.clone().find(|server| !is_relative(server.url)).or_else(|| central.clone().next());
        return central.ok_or_else(|| match (servers.iter().find_map(open), known().next()) {
            (Some(open), _) => {
                format!("no region: set it with `.region(..)`, such as {}", joined(known().chain([open.default])))
            }
            (None, Some(_)) => format!("no region: set it with `.region(..)`, one of {}", joined(known())),
            (None, None) => "the API's document has no server: set one with `.endpoint(..)`".to_owned(),
        });
    };
    if let Some(server) = servers.iter().find(|server| server.region == Some(region)) {
        return Ok(server);
    }
    let mut of_any_region = servers.iter().filter(|server| server.region.is_none());
    let serves = |it: &Variable| it.name == "region" && (it.values.is_empty() || it.values.contains(&region));
    if let Some(server) = of_any_region.clone().find(|server| server.variables.iter().any(serves)) {
        return Ok(server);
    }
    let absolute = of_any_region.clone().find(|server| !is_relative(server.url));
    match (known().next(), absolute.or_else(|| of_any_region.next())) {
        (Some(_), _) => {
            let hint = format!("{}; or set the address with `.endpoint(..)`", closest(region, known()));
            Err(unknown("region", region, hint))
        }
        // One address serves all regions.
        (None, Some(server)) => Ok(server),
        (None, None) => choose(servers, None, unknown),
    }
}

/// Fills the variables in the URL: from the client's settings, else the document's defaults.
fn fill(
    url: &str,
    server: &[&Server],
    settings: &BTreeMap<String, String>,
    unknown: impl Fn(&str, &str, String) -> String,
) -> Result<String, String> {
    let mut filled = String::with_capacity(url.len());
    let mut is_set = false;
    let mut rest = url;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        filled.push_str(before);
        let variable = server.iter().flat_map(|server| server.variables).find(|variable| variable.name == name);
        let set = settings.get(name).map(String::as_str);
        let value = set.or(variable.map(|variable| variable.default)).unwrap_or_default();
        if value.is_empty() {
            return Err(format!("the endpoint {url} needs `{name}`: set it with `{}`", setter(name)));
        }
        if let Some(allowed) = variable.map(|variable| variable.values).filter(|allowed| !allowed.is_empty())
            && !allowed.contains(&value)
        {
            return Err(unknown(name, value, closest(value, allowed.iter().copied())));
        }
        // Documented values are used verbatim.
        let known = variable.is_some_and(|variable| variable.values.contains(&value) || variable.default == value);
        let place = Place::of(url, url.len() - rest.len() + before.len());
        match set.filter(|_| !known).map(|value| place.take(value)) {
            None => filled.push_str(value),
            Some(Some(text)) => filled.push_str(&text),
            Some(None) => return Err(format!("`{value}` cannot be the {name} of the endpoint {url}")),
        }
        is_set |= set.is_some();
        rest = after;
    }
    filled.push_str(rest);
    // URL parsers would resolve these.
    if is_set && filled.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(format!("the path of the endpoint {url} must not contain `.` or `..`"));
    }
    Ok(filled)
}

/// The part of a server's URL that contains a variable. Its value cannot leave that part: calls are signed, and must
/// not be sent elsewhere.
#[derive(Clone, Copy)]
enum Place {
    /// The URL begins with the variable, which determines the address.
    Whole,
    Scheme,
    Host,
    Path,
}

impl Place {
    fn of(url: &str, at: usize) -> Self {
        let path = |host: usize| url.get(host..).and_then(|rest| Some(host + rest.find('/')?));
        match url.find("://") {
            None if at == 0 => Self::Whole,
            None => Self::Path,
            Some(end) if at < end => Self::Scheme,
            Some(end) if path(end + 3).is_none_or(|path| at < path) => Self::Host,
            Some(_) => Self::Path,
        }
    }

    /// The value in this part of the URL, if it is allowed.
    fn take(self, value: &str) -> Option<Cow<'_, str>> {
        let only = |others: &str| value.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c));
        match self {
            Self::Path => Some(encode::strict(value).into()),
            Self::Whole => (only("-._~/:[]%") && !has_user(value)).then_some(value.into()),
            Self::Scheme => matches!(value, "http" | "https").then_some(value.into()),
            Self::Host => only("-._").then_some(value.into()),
        }
    }
}

const NO_USER: &str = "contains a user, which is never sent: remove it";

/// The end of the user information in a URL, which may include a password, if there is any.
fn user_end(url: &str) -> Option<(usize, usize)> {
    let begin = url.find("://").map_or(0, |at| at + 3);
    let authority = url.get(begin..)?.split(['/', '?', '#']).next()?;
    Some((begin, begin + authority.rfind('@')?))
}

fn has_user(url: &str) -> bool {
    user_end(url).is_some()
}

/// A URL without user and password, for display.
pub(crate) fn without_user(url: &str) -> Cow<'_, str> {
    match user_end(url).and_then(|(begin, end)| Some((url.get(..begin)?, url.get(end..)?))) {
        Some((scheme, host)) => format!("{scheme}***{host}").into(),
        None => url.into(),
    }
}

/// Whether a server's URL is relative to that of the document. For one that begins with a variable, its value decides.
fn is_relative(url: &str) -> bool {
    !url.starts_with('{') && !url.contains("://")
}

fn valid(url: &str) -> Result<String, String> {
    if is_relative(url) {
        return Err(format!(
            "the server of the API's document, `{url}`, is relative to the document's own location: set an absolute address \
             on the client's builder with `.endpoint(..)`"
        ));
    }
    if url.contains(['?', '#']) {
        return Err(format!("the endpoint `{url}` must end with its path"));
    }
    // Spaces and non-ASCII letters occur in paths of documents.
    let path = url.find("://").and_then(|at| Some(at + 3 + url.get(at + 3..)?.find('/')?));
    let (host, path) = url.split_at(path.unwrap_or(url.len()));
    let url = format!("{host}{}", encode::literal(path));
    let uri = url.parse::<Uri>().map_err(|error| format!("the endpoint `{url}` is not a URL: {error}"))?;
    match uri.scheme_str() {
        Some("http" | "https") => {}
        _ => return Err(format!("the endpoint `{url}` is neither http nor https")),
    }
    Ok(url.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::service::Variable;

    const fn regional(url: &'static str, region: &'static str) -> Server {
        Server { url, region: Some(region), variables: &[] }
    }

    const VARIABLE: Server = Server {
        url: "https://sts.{region}.example.com/",
        region: None,
        variables: &[Variable { name: "region", default: "north", values: &[] }],
    };
    const CENTRAL: Server = Server { url: "https://sts.example.com", region: None, variables: &[] };
    const LISTED: &[Server] = &[
        regional("https://hangzhou.example.com", "cn-hangzhou"),
        regional("https://shanghai.example.com", "cn-shanghai"),
        regional("https://qingdao.example.com", "cn-qingdao"),
        regional("https://beijing.example.com", "cn-beijing"),
        regional("https://frankfurt.example.com", "eu-central-1"),
        regional("https://virginia.example.com", "us-east-1"),
    ];

    fn at(servers: &[Server], own: Option<&str>, settings: &[(&str, &str)]) -> Result<String, String> {
        let set = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (variable, environment) = (|_: &str| None, |_: &str| None);
        resolve(
            servers,
            own,
            &Values { set, found: std::collections::HashMap::new(), by_region: &[], variable, environment },
        )
    }

    #[test]
    fn a_listed_region_has_its_own_server() {
        assert_eq!(at(LISTED, None, &[("region", "cn-shanghai")]).as_deref(), Ok("https://shanghai.example.com"));
    }

    #[test]
    fn an_unknown_region_names_the_closest() {
        let error = at(LISTED, None, &[("region", "cn-shanghia")]).expect_err("is wrong");
        let begin = "unknown region `cn-shanghia` (from `.region(..)`): the closest are cn-shanghai, ";
        assert!(error.starts_with(begin), "{error}");
        let error = at(LISTED, None, &[]).expect_err("is wrong");
        assert!(error.starts_with("no region: set it with `.region(..)`, one of cn-hangzhou, "), "{error}");
    }

    #[test]
    fn a_region_cannot_change_the_host() {
        for region in ["evil.com/", "evil.com:80", "a@evil.com", "a b"] {
            let error = at(&[VARIABLE], None, &[("region", region)]).expect_err("is wrong");
            assert!(error.contains("cannot be the region"), "{error}");
        }
    }

    #[test]
    fn a_variable_takes_any_region() {
        let servers = &[regional("https://eu.example.eu", "eu"), VARIABLE];
        assert_eq!(at(servers, None, &[("region", "south")]).as_deref(), Ok("https://sts.south.example.com"));
        assert_eq!(at(servers, None, &[("region", "eu")]).as_deref(), Ok("https://eu.example.eu"));
        assert!(at(servers, None, &[("region", "evil.com/#")]).is_err());
        // The default is for services without regions of their own.
        assert_eq!(at(&[VARIABLE], None, &[]).as_deref(), Ok("https://sts.north.example.com"));
        let error = at(servers, None, &[]).expect_err("nobody chose a region");
        assert_eq!(error, "no region: set it with `.region(..)`, such as eu, north");
    }

    #[test]
    fn a_central_server_is_used_without_a_region() {
        let servers = &[CENTRAL, VARIABLE];
        assert_eq!(at(servers, None, &[]).as_deref(), Ok("https://sts.example.com"));
        assert_eq!(at(servers, None, &[("region", "south")]).as_deref(), Ok("https://sts.south.example.com"));
        assert_eq!(at(&[CENTRAL], None, &[("region", "south")]).as_deref(), Ok("https://sts.example.com"));
    }

    #[test]
    fn variables_with_values() {
        const PORT: Server = Server {
            url: "http://{host}:{port}/v1",
            region: None,
            variables: &[
                Variable { name: "port", default: "80", values: &["80", "8080"] },
                Variable { name: "host", default: "", values: &[] },
            ],
        };
        assert_eq!(at(&[PORT], None, &[("host", "h"), ("port", "8080")]).as_deref(), Ok("http://h:8080/v1"));
        assert_eq!(
            at(&[PORT], None, &[("host", "h"), ("port", "1")]).expect_err("is wrong"),
            "unknown port `1` (from `.parameter(\"port\", ..)`): there are 80, 8080"
        );
        assert_eq!(
            at(&[PORT], None, &[]).expect_err("is wrong"),
            "the endpoint http://{host}:{port}/v1 needs `host`: set it with `.parameter(\"host\", ..)`"
        );
    }

    #[test]
    fn a_value_cannot_leave_its_part_of_the_url() {
        const ALL: Server = Server {
            url: "{scheme}://{host}.example.com/v1/{tenant}{more}/x",
            region: None,
            variables: &[
                Variable { name: "scheme", default: "https", values: &[] },
                Variable { name: "host", default: "api", values: &[] },
                Variable { name: "tenant", default: "a/b", values: &[] },
                Variable { name: "more", default: "c", values: &["c", "d/e", "."] },
            ],
        };
        assert_eq!(at(&[ALL], None, &[]).as_deref(), Ok("https://api.example.com/v1/a/bc/x"));
        for (name, value, url) in [
            ("scheme", "http", "http://api.example.com/v1/a/bc/x"),
            ("tenant", "../admin", "https://api.example.com/v1/..%2Fadminc/x"),
            ("tenant", "ü?#%2e@:", "https://api.example.com/v1/%C3%BC%3F%23%252e%40%3Ac/x"),
            ("tenant", "a/b", "https://api.example.com/v1/a/bc/x"),
            ("more", "d/e", "https://api.example.com/v1/a/bd/e/x"),
        ] {
            assert_eq!(at(&[ALL], None, &[(name, value)]).as_deref(), Ok(url), "{name}={value}");
        }
        for settings in [
            &[("scheme", "https://evil.com/x")][..],
            &[("scheme", "ftp")],
            &[("scheme", "")],
            &[("host", "evil.com/")],
            &[("host", "a@evil.com")],
            &[("host", "evil.com:1")],
            &[("host", "evil.com?")],
            &[("host", "evil.com\\")],
            &[("tenant", "."), ("more", ".")],
        ] {
            assert!(at(&[ALL], None, settings).is_err(), "{settings:?}");
        }
        const WHOLE: Server = Server {
            url: "{address}/v1/{tenant}",
            region: None,
            variables: &[
                Variable { name: "address", default: "https://api.example.com", values: &[] },
                Variable { name: "tenant", default: "t", values: &[] },
            ],
        };
        let whole = |address, tenant| at(&[WHOLE], None, &[("address", address), ("tenant", tenant)]);
        assert_eq!(whole("http://[::1]:80/base", "a/b").as_deref(), Ok("http://[::1]:80/base/v1/a%2Fb"));
        for address in ["https://user:pw@evil.com", "https://x/..", "https://x?", "//x", "ftp://x"] {
            assert!(whole(address, "t").is_err(), "{address}");
        }
        assert!(whole("https://x", "..").is_err());
    }

    #[test]
    fn an_endpoint_with_a_user_is_rejected_and_not_shown() {
        for (url, shown) in [
            ("http://user:pw@host/a", "http://***@host/a"),
            ("user:pw@host", "***@host"),
            ("https://a@b:pw@host?x", "https://***@host?x"),
        ] {
            assert_eq!(without_user(url), shown);
            let error = at(&[], Some(url), &[]).expect_err("is wrong");
            assert!(error.contains(shown) && !error.contains("pw"), "{error}");
        }
        for url in ["https://host/a@b", "host", "", "http://"] {
            assert_eq!(without_user(url), url);
        }
    }

    #[test]
    fn literal_paths_of_documents() {
        const SPELLED: Server = Server {
            url: "https://x.example.com/{base}/%20",
            region: None,
            variables: &[Variable { name: "base", default: "v 1/é", values: &[] }],
        };
        assert_eq!(at(&[SPELLED], None, &[]).as_deref(), Ok("https://x.example.com/v%201/%C3%A9/%20"));
    }

    #[test]
    fn the_clients_endpoint_wins() {
        let region = &[("region", "south")];
        assert_eq!(at(LISTED, Some("http://127.0.0.1:80/base/"), region).as_deref(), Ok("http://127.0.0.1:80/base"));
        assert_eq!(at(LISTED, Some("x.{region}.example.com"), region).as_deref(), Ok("https://x.south.example.com"));
        for wrong in ["ftp://x", "http://x/?a=b", "http://x/#a", "http://", "a b"] {
            assert!(at(LISTED, Some(wrong), region).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_document_without_an_address() {
        const RELATIVE: Server = Server { url: "/v1", region: None, variables: &[] };
        for servers in [&[][..], &[RELATIVE]] {
            for settings in [&[][..], &[("region", "x")]] {
                let error = at(servers, None, settings).expect_err("is wrong");
                assert!(error.ends_with("with `.endpoint(..)`"), "{error}");
            }
        }
    }
}
