//! Parses the styles of parameters and form fields.
//!
//! A style does not distinguish a list from a string with a comma: the input does. The result is compared with it, so a
//! misreading shows up as a difference.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Number, Value};

use crate::document::{Parameter, Place, Style, essence, is_json};

/// Name and value in a query, form or cookie, still encoded; and whether a parameter has claimed the pair.
pub(super) struct Pair {
    pub name: String,
    pub raw: String,
    pub claimed: bool,
}

/// Splits `a=b&c=d`; `separator` is `&` or `;`.
pub(super) fn pairs(text: &str, separator: char) -> Vec<Pair> {
    let pairs = text.split(separator).map(str::trim).filter(|pair| !pair.is_empty());
    let pair = |pair: &str| {
        let (name, raw) = pair.split_once('=').unwrap_or((pair, ""));
        Pair { name: decoded(name), raw: raw.to_owned(), claimed: false }
    };
    pairs.map(pair).collect()
}

/// A decoded string of a query or form.
pub(super) fn decoded(raw: &str) -> String {
    percent_decode_str(&raw.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// A decoded part of a path, where a plus is a plus.
fn decoded_path(raw: &str) -> String {
    percent_decode_str(raw).decode_utf8_lossy().into_owned()
}

/// A value from its text; `like` is the input's value.
pub(super) fn scalar(text: &str, like: &Value) -> Value {
    let json = || serde_json::from_str::<Value>(text).ok();
    match like {
        Value::String(_) => None,
        Value::Null => text.is_empty().then_some(Value::Null),
        Value::Number(_) => text.parse::<Number>().ok().map(Value::Number),
        Value::Bool(_) => text.parse::<bool>().ok().map(Value::Bool),
        Value::Array(_) => json().filter(Value::is_array),
        Value::Object(_) => json().filter(Value::is_object),
    }
    .unwrap_or_else(|| Value::String(text.to_owned()))
}

/// The input's value for the elements of a list, or the entries of an object.
static ANY: Value = Value::String(String::new());

fn elements(texts: impl Iterator<Item = String>, like: &[Value]) -> Value {
    let like = like.iter().chain(std::iter::repeat(like.last().unwrap_or(&ANY)));
    texts.zip(like).map(|(text, like)| scalar(&text, like)).collect()
}

/// An object from alternating keys and values.
fn entries(mut texts: impl Iterator<Item = String>, like: &Map<String, Value>) -> Value {
    let mut out = Map::new();
    while let Some(key) = texts.next() {
        let value = scalar(&texts.next().unwrap_or_default(), like.get(&key).unwrap_or(&ANY));
        out.insert(key, value);
    }
    Value::Object(out)
}

/// The encoding of a value as pairs.
pub(super) struct Written<'a> {
    pub name: &'a str,
    pub style: Style,
    pub explode: bool,
    /// The media type, if it has one.
    pub content: Option<&'a str>,
}

impl<'a> From<&'a Parameter> for Written<'a> {
    fn from(parameter: &'a Parameter) -> Self {
        let Parameter { name, style, explode, content, .. } = parameter;
        Self { name, style: *style, explode: *explode, content: content.as_deref() }
    }
}

/// Parses a parameter of a query, form or cookie, and claims its pairs. None if there are none.
pub(super) fn of_pairs(
    written: &Written<'_>,
    like: Option<&Value>,
    pairs: &mut [Pair],
) -> Result<Option<Value>, String> {
    if let Some(content) = written.content {
        let Some(raw) = one(written.name, pairs)? else { return Ok(None) };
        return of_content(content, &decoded(&raw), like.unwrap_or(&ANY)).map(Some);
    }
    let decoded = |raw: &str| if written.style == Style::Cookie { raw.to_owned() } else { decoded(raw) };
    let separators: &[&str] = match written.style {
        Style::SpaceDelimited => &["%20", "+", " "],
        Style::PipeDelimited => &["%7C", "%7c", "|"],
        _ => &[","],
    };
    Ok(match like {
        Some(Value::Array(like)) if written.style != Style::DeepObject => {
            if written.explode {
                let all = claim(pairs, |name| name == written.name);
                (!all.is_empty()).then(|| elements(all.iter().map(|raw| decoded(raw)), like))
            } else {
                let raw = one(written.name, pairs)?;
                raw.map(|raw| elements(split(&raw, separators).into_iter().map(|raw| decoded(&raw)), like))
            }
        }
        Some(like @ (Value::Object(_) | Value::Array(_))) if written.style == Style::DeepObject => {
            deep(written.name, like, pairs)
        }
        Some(Value::Object(like)) if written.explode => {
            let mut out = Map::new();
            for (key, like) in like {
                if let Some(raw) = one(key, pairs)? {
                    out.insert(key.clone(), scalar(&decoded(&raw), like));
                }
            }
            (!out.is_empty()).then_some(Value::Object(out))
        }
        Some(Value::Object(like)) => {
            let raw = one(written.name, pairs)?;
            raw.map(|raw| entries(split(&raw, separators).into_iter().map(|raw| decoded(&raw)), like))
        }
        Some(like) => one(written.name, pairs)?.map(|raw| scalar(&decoded(&raw), like)),
        // There is no input value: the string is only displayed.
        None => claim(pairs, |name| name == written.name).first().map(|raw| Value::String(decoded(raw))),
    })
}

/// A value encoded as a media type.
pub(super) fn of_content(content: &str, text: &str, like: &Value) -> Result<Value, String> {
    if is_json(&essence(content)) {
        return serde_json::from_str(text).map_err(|error| format!("`{text}` is not JSON: {error}"));
    }
    Ok(scalar(text, like))
}

fn claim(pairs: &mut [Pair], is: impl Fn(&str) -> bool) -> Vec<String> {
    let mut all = Vec::new();
    for pair in pairs.iter_mut().filter(|pair| !pair.claimed && is(&pair.name)) {
        pair.claimed = true;
        all.push(pair.raw.clone());
    }
    all
}

fn one(name: &str, pairs: &mut [Pair]) -> Result<Option<String>, String> {
    let mut all = claim(pairs, |other| other == name);
    match all.len() {
        0 | 1 => Ok(all.pop()),
        count => Err(format!("is sent {count} times")),
    }
}

fn split(raw: &str, separators: &[&str]) -> Vec<String> {
    let mut raw = raw.to_owned();
    if let [first, others @ ..] = separators {
        for other in others {
            raw = raw.replace(other, first);
        }
        return raw.split(first).map(str::to_owned).collect();
    }
    vec![raw]
}

/// `name[key][0]=value`.
fn deep(name: &str, like: &Value, pairs: &mut [Pair]) -> Option<Value> {
    match like {
        Value::Object(like) => {
            let keys = like.iter();
            let out: Map<String, Value> = keys
                .filter_map(|(key, like)| Some((key.clone(), deep(&format!("{name}[{key}]"), like, pairs)?)))
                .collect();
            (!out.is_empty()).then_some(Value::Object(out))
        }
        Value::Array(like) => {
            let items = like.iter().enumerate();
            let out: Vec<Value> = items.filter_map(|(at, like)| deep(&format!("{name}[{at}]"), like, pairs)).collect();
            (!out.is_empty()).then_some(Value::Array(out))
        }
        like => claim(pairs, |other| other == name).first().map(|raw| scalar(&decoded(raw), like)),
    }
}

/// `Name.1.Key=value`, as in Alibaba Cloud's RPC.
pub(super) fn flattened(name: &str, like: &Value, pairs: &mut [Pair]) -> Option<Value> {
    match like {
        Value::Object(like) => {
            let keys = like.iter();
            let out: Map<String, Value> = keys
                .filter_map(|(key, like)| Some((key.clone(), flattened(&format!("{name}.{key}"), like, pairs)?)))
                .collect();
            (!out.is_empty()).then_some(Value::Object(out))
        }
        Value::Array(like) => {
            let items = like.iter().enumerate();
            let out: Vec<Value> =
                items.filter_map(|(at, like)| flattened(&format!("{name}.{}", at + 1), like, pairs)).collect();
            (!out.is_empty()).then_some(Value::Array(out))
        }
        like => claim(pairs, |other| other == name).first().map(|raw| scalar(&decoded(raw), like)),
    }
}

/// Parses the value of a path parameter.
pub(super) fn of_path(parameter: &Parameter, raw: &str, like: Option<&Value>) -> Result<Value, String> {
    let like = like.unwrap_or(&ANY);
    if let Some(content) = &parameter.content {
        return of_content(content, &decoded_path(raw), like);
    }
    let name = &parameter.name;
    let prefixed = |raw: &str, prefix: &str| {
        raw.strip_prefix(prefix).map(str::to_owned).ok_or_else(|| format!("`{raw}` does not start with `{prefix}`"))
    };
    match (parameter.style, parameter.explode) {
        (Style::Label, explode) => {
            let separator = if explode { '.' } else { ',' };
            simple(&prefixed(raw, ".")?, separator, explode, like, &decoded_path)
        }
        (Style::Matrix, explode) => {
            let raw = prefixed(raw, ";")?;
            let named = |part: &str| {
                let (found, value) = part.split_once('=').unwrap_or((part, ""));
                if decoded_path(found) == *name {
                    Ok(value.to_owned())
                } else {
                    Err(format!("`{part}` does not belong to `{name}`"))
                }
            };
            match like {
                Value::Array(_) if explode => {
                    let parts: Result<Vec<_>, _> = raw.split(';').map(named).collect();
                    simple(&parts?.join(","), ',', explode, like, &decoded_path)
                }
                Value::Object(_) if explode => simple(&raw, ';', explode, like, &decoded_path),
                like => simple(&named(&raw)?, ',', explode, like, &decoded_path),
            }
        }
        (_, explode) => simple(raw, ',', explode, like, &decoded_path),
    }
}

/// Parses a header.
pub(super) fn of_header(parameter: &Parameter, text: &str, like: Option<&Value>) -> Result<Value, String> {
    let like = like.unwrap_or(&ANY);
    match &parameter.content {
        Some(content) => of_content(content, text, like),
        None => simple(text, ',', parameter.explode, like, &|text| text.trim().to_owned()),
    }
}

fn simple(
    raw: &str,
    separator: char,
    explode: bool,
    like: &Value,
    decode: &dyn Fn(&str) -> String,
) -> Result<Value, String> {
    let parts = || raw.split(separator);
    Ok(match like {
        Value::Array(like) => elements(parts().map(decode), like),
        Value::Object(like) if explode => {
            let mut texts = Vec::new();
            for part in parts() {
                let (key, value) = part.split_once('=').ok_or_else(|| format!("`{part}` has no `=`"))?;
                texts.extend([decode(key), decode(value)]);
            }
            entries(texts.into_iter(), like)
        }
        Value::Object(like) => entries(parts().map(decode), like),
        like => scalar(&decode(raw), like),
    })
}

/// A value in the style `simple`, for response headers.
pub(super) fn simple_text(parameter: &Parameter, value: &Value) -> String {
    debug_assert!(parameter.place == Place::Header, "only headers are written");
    if parameter.content.as_deref().is_some_and(|content| is_json(&essence(content))) {
        return value.to_string();
    }
    let text = super::scalar_text;
    match value {
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        Value::Object(entries) if parameter.explode => {
            let pair = |(key, value): (&String, &Value)| format!("{key}={}", text(value));
            entries.iter().map(pair).collect::<Vec<_>>().join(",")
        }
        Value::Object(entries) => {
            let pair = |(key, value): (&String, &Value)| format!("{key},{}", text(value));
            entries.iter().map(pair).collect::<Vec<_>>().join(",")
        }
        value => text(value),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn query(style: Style, explode: bool, text: &str, like: &Value) -> Value {
        let mut all = pairs(text, '&');
        let written = Written { name: "color", style, explode, content: None };
        let found = of_pairs(&written, Some(like), &mut all).unwrap().unwrap_or(Value::Null);
        assert!(all.iter().all(|pair| pair.claimed) || found.is_null(), "{text}");
        found
    }

    fn path(style: Style, explode: bool, text: &str, like: &Value) -> Result<Value, String> {
        let parameter = Parameter {
            name: "color".to_owned(),
            place: Place::Path,
            required: true,
            style,
            explode,
            allow_reserved: false,
            content: None,
            schema: None,
            client: None,
        };
        of_path(&parameter, text, Some(like))
    }

    /// The examples of RFC 6570 and of OpenAPI 3.0.4.
    #[test]
    fn query_styles_are_parsed() {
        let (list, object) = (json!(["blue", "b,n", "a b"]), json!({"R": 100, "G": true, "B": "1 5"}));
        assert_eq!(query(Style::Form, true, "color=blue&color=b%2Cn&color=a+b", &list), list);
        assert_eq!(query(Style::Form, false, "color=blue,b%2Cn,a%20b", &list), list);
        assert_eq!(query(Style::PipeDelimited, false, "color=blue%7Cb%2Cn|a%20b", &list), list);
        assert_eq!(query(Style::SpaceDelimited, false, "color=blue%20b%2Cn", &list), json!(["blue", "b,n"]));
        assert_eq!(query(Style::Form, true, "R=100&G=true&B=1%205", &object), object);
        assert_eq!(query(Style::Form, false, "color=R,100,G,true,B,1%205", &object), object);
        assert_eq!(query(Style::DeepObject, true, "color%5BR%5D=100&color[G]=true&color[B]=1%205", &object), object);
        assert_eq!(query(Style::Form, true, "color=", &json!("")), json!(""));
        assert_eq!(query(Style::Form, true, "shade=1", &json!("")), Value::Null);
        // A string in place of a number differs, and vice versa.
        assert_eq!(query(Style::Form, true, "color=1", &json!("1")), json!("1"));
        assert_eq!(query(Style::Form, true, "color=x", &json!(1)), json!("x"));
        let nested = json!({"a": {"b": 1}, "c": [{"d": "x"}]});
        assert_eq!(query(Style::DeepObject, true, "color[a][b]=1&color[c][0][d]=x", &nested), nested);
    }

    #[test]
    fn path_styles_are_parsed() {
        let (list, object) = (json!(["blue", "b,n"]), json!({"R": 100, "B": "1 5"}));
        assert_eq!(path(Style::Simple, false, "blue,b%2Cn", &list), Ok(list.clone()));
        assert_eq!(path(Style::Simple, false, "R,100,B,1%205", &object), Ok(object.clone()));
        assert_eq!(path(Style::Simple, true, "R=100,B=1%205", &object), Ok(object.clone()));
        assert_eq!(path(Style::Label, true, ".blue.b%2Cn", &list), Ok(list.clone()));
        assert_eq!(path(Style::Label, false, ".blue,b%2Cn", &list), Ok(list.clone()));
        assert_eq!(path(Style::Label, true, ".R=100.B=1%205", &object), Ok(object.clone()));
        assert_eq!(path(Style::Matrix, true, ";color=blue;color=b%2Cn", &list), Ok(list.clone()));
        assert_eq!(path(Style::Matrix, false, ";color=blue,b%2Cn", &list), Ok(list));
        assert_eq!(path(Style::Matrix, true, ";R=100;B=1%205", &object), Ok(object.clone()));
        assert_eq!(path(Style::Matrix, false, ";color=R,100,B,1%205", &object), Ok(object));
        assert_eq!(path(Style::Matrix, false, ";color", &json!("")), Ok(json!("")));
        assert!(path(Style::Matrix, false, ";shade=1", &json!("")).is_err());
        assert!(path(Style::Label, false, "blue", &json!("")).is_err());
        assert_eq!(path(Style::Simple, false, "a+b%2Fc", &json!("")), Ok(json!("a+b/c")));
    }

    #[test]
    fn flattened_lists_and_objects_are_parsed() {
        let like = json!([{"Key": "a", "Tags": ["x", "y"]}, {"Key": 2}]);
        let mut all = pairs("Name.1.Key=a&Name.1.Tags.1=x&Name.1.Tags.2=y&Name.2.Key=2&Name.3.Key=lost", '&');
        assert_eq!(flattened("Name", &like, &mut all), Some(like));
        assert_eq!(all.iter().filter(|pair| !pair.claimed).count(), 1);
    }
}
