//! Compares one parameter or field of both sides.

use super::{
    Aspect, Topic, detail,
    findings::{Findings, LIST, only, stated},
    reading, text,
};
use crate::fact::{Detail, Field, Kind, Required, Type};

/// The places of two fields.
#[derive(Clone, Copy)]
pub(super) struct Site<'a> {
    /// Parameter or response field.
    pub topic: Topic,
    /// The path of the right field.
    pub path: &'a str,
    /// The enclosing errata.
    pub around: &'a [usize],
}

/// Compares everything about two fields except their inner fields.
pub(super) fn compare(left: &Field, right: &Field, site: Site<'_>, findings: &mut Findings) {
    if right.implied || left.implied {
        return;
    }
    if left.name != right.name {
        let difference = findings.add(
            site.topic,
            Aspect::Name,
            site.path,
            stated(left.name.as_str(), &left.at),
            stated(right.name.as_str(), &right.at),
        );
        difference.explained_by(&right.errata, site.around);
    }
    printed(left, right, site, findings);
    secret(left, right, site, findings);
    ty(left, right, site, findings);
    required(left, right, site, findings);
    let reported = values(left, right, site, findings);
    reading::values(&[left], right, &reported, site, false, findings);
    detail::compare(&[left], &[right], site, findings);
    reading::pattern(&[left], right, site, false, findings);
    reading::statements(&[left], right, site, false, findings);
}

fn printed(left: &Field, right: &Field, site: Site<'_>, findings: &mut Findings) {
    let (before, after) = match findings.lenient() {
        true => (left.printed.as_deref(), None),
        false => (left.printed.as_deref(), right.printed.as_deref()),
    };
    if before != after {
        let (before, after) = (before.unwrap_or(&left.name), after.unwrap_or(&right.name));
        let difference =
            findings.add(site.topic, Aspect::Print, site.path, stated(before, &left.at), stated(after, &right.at));
        difference.soft().explained_by(&right.errata, site.around);
    }
}

/// Names of secrets, without `_`, in lower case.
const SECRETS: &[&str] = &["password", "passwd", "pwd", "secret", "privatekey", "certkey", "securitytoken"];

/// Whether a field is a secret by its name.
pub(crate) fn is_secret(name: &str) -> bool {
    let name: String = name.to_lowercase().chars().filter(|c| *c != '_').collect();
    // The expiration of a password is not a secret.
    !name.contains("expire") && SECRETS.iter().any(|word| name.contains(word))
}

/// Reports a secret that a spec does not mark: programs would print it.
fn secret(left: &Field, right: &Field, site: Site<'_>, findings: &mut Findings) {
    let is_text = left.ty.as_ref().is_none_or(|ty| ty.kind == Kind::String);
    if findings.lenient() && !right.secret && is_text && is_secret(&left.name) {
        let sides = (stated(left.name.as_str(), &left.at), stated("", &right.at));
        let difference = findings.add(site.topic, Aspect::Secret, site.path, sides.0, sides.1);
        difference.explained_by(&right.errata, site.around);
    }
}

/// Compatibility of two types.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    Same,
    /// Different, but the documents use both words for the same type.
    Nearly,
    Different,
}

fn ty(left: &Field, right: &Field, site: Site<'_>, findings: &mut Findings) {
    let (before, after) = (left.ty.as_ref(), right.ty.as_ref());
    let fit = match (before, after) {
        (None, _) if findings.lenient() => Fit::Same,
        (Some(before), Some(after)) if findings.lenient() => match fit(before, after) {
            Fit::Same if after.kind == Kind::Integer && wide(left, findings) => Fit::Different,
            Fit::Nearly if before.kind == Kind::Long || !(wide(left, findings) || is_time(left)) => Fit::Different,
            fit => fit,
        },
        (Some(left), Some(right)) => {
            match (left.kind, left.lists, &left.text) == (right.kind, right.lists, &right.text) {
                true => Fit::Same,
                false => Fit::Different,
            }
        }
        (None, None) => Fit::Same,
        _ => Fit::Different,
    };
    if fit == Fit::Same {
        return;
    }
    let text = |ty: Option<&Type>| ty.map_or_else(String::new, |ty| ty.text.clone());
    let same = matches!((before, after), (Some(before), Some(after)) if (before.kind, after.kind) == (Kind::Integer, Kind::Integer) && before.lists == after.lists);
    let width = if same && findings.lenient() { " with values beyond 32 bits" } else { "" };
    let sides = (stated(text(before) + width, &left.at), stated(text(after), &right.at));
    let difference = findings.add(site.topic, Aspect::Type, site.path, sides.0, sides.1);
    difference.explained_by(&right.errata, site.around);
    difference.soft = fit == Fit::Nearly;
}

/// Whether the document has a value of a field that 32 bits cannot hold.
fn wide(field: &Field, findings: &Findings) -> bool {
    let wide = |value: &String| value.parse::<i64>().is_ok_and(|value| i32::try_from(value).is_err());
    let stated = field.details.iter().filter(|it| it.detail.is_bound() || it.detail == Detail::Example);
    let sampled = findings.left_values.get(&field.name.to_lowercase());
    stated.map(|it| &it.value).chain(sampled.into_iter().flatten()).any(wide)
}

/// Whether a field may be a time in milliseconds, which 32 bits cannot hold.
fn is_time(field: &Field) -> bool {
    let mut units = field.details.iter().filter(|it| it.detail == Detail::Unit).map(|it| it.value.as_str());
    units.next() == Some("milliseconds") && units.next().is_none()
}

/// Compares the type of one of several fields of a name with theirs, where the document gives them all the same one.
pub(super) fn compare_type(lefts: &[&Field], right: &Field, site: Site<'_>, findings: &mut Findings) {
    let Some((first, rest)) = lefts.split_first() else { return };
    let kind = |field: &Field| field.ty.as_ref().map(|ty| (ty.kind, ty.lists));
    if rest.iter().all(|other| kind(other) == kind(first)) {
        ty(first, right, site, findings);
    }
}

/// Compatibility of a spec's type with a document's.
fn fit(left: &Type, right: &Type) -> Fit {
    use Kind::{Any, Integer, Long, Map, Object};
    if left.kind == Any {
        // `Array` without an element type still means a list.
        let listless = left.lists > 0 && right.lists == 0 && right.kind != Any;
        return if listless { Fit::Different } else { Fit::Same };
    }
    if left.lists != right.lists {
        return Fit::Different;
    }
    match (left.kind, right.kind) {
        (left, right) if left == right && left != Map => Fit::Same,
        (Integer, Long) | (Long, Integer) => Fit::Nearly,
        (Object, Map | Any) => Fit::Same,
        (Map, Any) => Fit::Same,
        (Map, Map | Object) => match (left.of_map(), right.of_map()) {
            (Some(left), Some(right)) if right.kind != Any => fit(&left, &right),
            _ if right.kind == Map || right.of.is_none() => Fit::Same,
            _ => Fit::Different,
        },
        _ => Fit::Different,
    }
}

fn required(left: &Field, right: &Field, site: Site<'_>, findings: &mut Findings) {
    let soft = match (left.required, right.required) {
        (left, right) if left == right => return,
        _ if !findings.lenient() => false,
        (Required::Unknown, Required::Required) if site.topic == Topic::Parameter => true,
        (Required::Unknown, _) | (Required::Conditional, Required::Optional) | (_, Required::Unknown) => return,
        _ => false,
    };
    let difference = findings.add(
        site.topic,
        Aspect::Required,
        site.path,
        stated(left.required.to_string(), &left.at),
        stated(right.required.to_string(), &right.at),
    );
    difference.explained_by(&right.errata, site.around);
    difference.soft = soft;
}

/// Compares the values. Returns those that it reports.
fn values(left: &Field, right: &Field, site: Site<'_>, findings: &mut Findings) -> Vec<String> {
    // In running text a document may name only some values as such, and others elsewhere in the row.
    let named = |value: &&String| left.details.iter().any(|it| it.detail == Detail::Mention && it.value == **value);
    let known: Vec<String> = match findings.lenient() && !left.values.is_empty() {
        true => left.values.iter().chain(right.values.iter().filter(named)).cloned().collect(),
        false => left.values.clone(),
    };
    // The list is one of what a string consists of, and no enum can have it.
    let in_words = |value: &String| {
        right.values.is_empty() && !takes_enum(left, right) && detail::mentions(&right.prose.text, value)
    };
    let stated_values: Vec<String> = match findings.lenient() {
        true => {
            left.values.iter().filter(|value| !in_words(value)).map(|value| as_listed(value, &right.values)).collect()
        }
        false => left.values.clone(),
    };
    let known = known.iter().map(|value| as_listed(value, &right.values)).collect::<Vec<_>>();
    let (missing, extra) = (only(&stated_values, &right.values), only(&right.values, &known));
    // A scan may join the items of a list; and a range of numbers has the same values as their list.
    let joined = left.values.concat() == right.values.concat();
    let in_range = right.values.is_empty() && !left.values.is_empty() && covers(right, &left.values);
    if findings.lenient() && (joined || in_range) {
        return Vec::new();
    }
    if missing.is_empty() && extra.is_empty() || findings.lenient() && lists_booleans(left, right) {
        return Vec::new();
    }
    if !findings.lenient() || !left.values.is_empty() {
        let reported = [missing.as_str(), extra.as_str()];
        let reported = reported.iter().flat_map(|list| list.split(LIST)).map(str::to_owned).collect();
        let sides = (stated(missing, &left.at), stated(extra, &right.at));
        let difference = findings.add(Topic::Value, Aspect::Values, site.path, sides.0, sides.1);
        difference.explained_by(&right.errata, site.around);
        return reported;
    }
    // The document does not list values as such; but a value that it never mentions is extra.
    let known = |value: &str, words: &String| {
        let value = without_blanks(value);
        let elsewhere = findings.mentioned.get(&left.name);
        text::plain(words).contains(&text::plain(&value))
            || findings.states.contains(&value)
            || elsewhere.is_some_and(|words| words.contains(&value))
    };
    let words: String = left.details.iter().map(|stated| stated.value.as_str()).collect();
    let unmentioned: Vec<&str> =
        right.values.iter().map(String::as_str).filter(|value| !known(value, &words)).collect();
    let reported = unmentioned.iter().map(|value| (*value).to_owned()).collect();
    if unmentioned.is_empty() {
        let difference =
            findings.add(Topic::Value, Aspect::Values, site.path, stated("", &left.at), stated(extra, &right.at));
        difference.soft().explained_by(&right.errata, site.around);
    } else {
        let right_stated = stated(unmentioned.join(LIST), &right.at);
        let difference = findings.add(Topic::Value, Aspect::Extra, site.path, stated("", &left.at), right_stated);
        difference.explained_by(&right.errata, site.around);
    }
    reported
}

/// Compares the values of one of several fields of a name with theirs: which row describes it is unknown.
pub(super) fn compare_values(lefts: &[&Field], right: &Field, site: Site<'_>, findings: &mut Findings) {
    reading::values(lefts, right, &[], site, true, findings);
}

/// Whether an enum can have what a request's field states: a description alone checks nothing.
fn takes_enum(left: &Field, right: &Field) -> bool {
    let scalar = |ty: &Type| ty.lists == 0 && ty.kind == Kind::String && ty.text == "string";
    let bounded = right.details.iter().any(|it| matches!(it.detail, Detail::Pattern | Detail::MaxLength));
    let several = right.prose.text.to_lowercase().contains("separated");
    !several && left.required != Required::Unknown && right.ty.as_ref().is_some_and(scalar) && !bounded
}

/// A value as in a list, which may have spaces that a narrow cell lost.
fn as_listed(value: &str, list: &[String]) -> String {
    let same = |listed: &&String| without_blanks(listed) == without_blanks(value);
    list.iter().find(same).map_or_else(|| value.to_owned(), String::clone)
}

/// Whether a field's bounds are the least and the greatest of some numbers.
fn covers(field: &Field, values: &[String]) -> bool {
    let bound = |detail: Detail| {
        let stated = field.details.iter().find(|it| it.detail == detail);
        stated.and_then(|it| it.value.parse::<f64>().ok())
    };
    let Ok(numbers) = values.iter().map(|value| value.parse::<f64>()).collect::<Result<Vec<_>, _>>() else {
        return false;
    };
    let (least, greatest) = (bound(Detail::Minimum), bound(Detail::Maximum));
    let among = |bound: Option<f64>| bound.is_some_and(|bound| numbers.contains(&bound));
    among(least) && among(greatest)
}

/// Without spaces, as descriptions are kept: a narrow cell breaks words.
fn without_blanks(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// A list of `true` and `false` adds nothing to the type.
fn lists_booleans(left: &Field, right: &Field) -> bool {
    let boolean = right.ty.as_ref().is_some_and(|ty| ty.kind == Kind::Boolean);
    boolean && left.values.iter().all(|value| matches!(value.to_ascii_lowercase().as_str(), "true" | "false"))
}
