//! Uses of the response in examples: waiting for a job, iterating a list, or printing a field.

use super::value::{Values, plain};
use crate::lower::model::{Field, Operation, Payload, Presence, ResponseBody, Struct, Type, TypeKind};

/// Fields that every response of a service has, so no call is made for them.
const ENVELOPE: [&str; 14] = [
    "request_id",
    "success",
    "code",
    "message",
    "err_code",
    "err_message",
    "error_code",
    "error_msg",
    "error_message",
    "http_status_code",
    "status_code",
    "dynamic_code",
    "dynamic_message",
    "err_msg",
];

/// The statements from the call on.
pub(super) fn used(values: &Values<'_>, operation: &Operation, call: &str) -> Vec<String> {
    if let Some(paging) = &operation.paging {
        let item = match fields(values, &paging.item).and_then(shown) {
            Some(field) => format!("item?.{}", field.ident),
            None => "item?".to_owned(),
        };
        let items = format!("let mut items = {call}.items();");
        return vec![items, looped("while let Some(item) = items.next().await", &item)];
    }
    let response = format!("let response = {call}.await?;");
    if operation.job.is_some() {
        return vec![response, "client.wait_for(&response).await?;".to_owned()];
    }
    let payload = match &operation.output {
        ResponseBody::One(payload) => payload,
        ResponseBody::ByStatus(_) => return vec![response, print("*response")],
    };
    match payload {
        Payload::Empty => vec![format!("{call}.await?;")],
        Payload::Text => vec![response, print("*response").replace(":?", "")],
        Payload::Stream => {
            vec![format!("let body = {call}.await?.into_inner().collect().await?;"), print("body.len()")]
        }
        Payload::Events(ty, _) => {
            let event = if field_of(values, ty, "data") { "event?" } else { "event?.data" };
            let events = format!("let mut events = {call}.await?.into_inner();");
            vec![events, looped("while let Some(event) = events.next().await", event)]
        }
        Payload::Lines(_) => {
            let lines = format!("let mut lines = {call}.await?.into_inner();");
            vec![lines, looped("while let Some(line) = lines.next().await", "line?")]
        }
        Payload::Json(Type::List(item)) => vec![response, each(values, "response.iter()", item)],
        Payload::Json(ty) => {
            let Some(body) = fields(values, ty) else { return vec![response, print("*response")] };
            let list = body.fields.iter().find_map(|field| match &field.ty {
                Type::List(item) if plainly_there(field) && fields(values, item).is_some() => Some((field, item)),
                _ => None,
            });
            let lists = operation.method_name.starts_with("list") || operation.summary.starts_with("List");
            match (list, shown(body)) {
                (Some((field, item)), one) if lists || one.is_none_or(|one| one.ident == field.ident) => {
                    vec![response, each(values, &format!("&response.{}", field.ident), item)]
                }
                (_, Some(field)) => vec![response, print(&format!("response.{}", field.ident))],
                (_, None) => vec![response, print("*response")],
            }
        }
    }
}

fn field_of(values: &Values<'_>, ty: &Type, name: &str) -> bool {
    fields(values, ty).is_some_and(|body| body.fields.iter().any(|field| plain(&field.ident) == name))
}

fn print(expression: &str) -> String {
    format!("println!(\"{{:?}}\", {expression});")
}

fn looped(head: &str, shown: &str) -> String {
    format!("{head} {{\n    {}\n}}", print(shown))
}

fn each(values: &Values<'_>, list: &str, item: &Type) -> String {
    let shown = fields(values, item).and_then(shown).map(|field| format!("item.{}", field.ident));
    looped(&format!("for item in {list}"), shown.as_deref().unwrap_or("item"))
}

/// The struct of a type, if it is one.
fn fields<'v>(values: &Values<'v>, ty: &Type) -> Option<&'v Struct> {
    match ty {
        Type::Named(id) => match &values.service.types[*id].kind {
            TypeKind::Struct(body) => Some(body),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the list is always present, though perhaps empty.
fn plainly_there(field: &Field) -> bool {
    matches!(field.presence, Presence::Empty | Presence::Always) && !field.boxed
}

/// The most informative field: an id or a name, else the first one that is not about the call itself.
fn shown(body: &Struct) -> Option<&Field> {
    let open = |field: &&Field| field.ty != Type::Secret && !field.deprecated;
    let useful = |field: &&Field| open(field) && !ENVELOPE.contains(&plain(&field.ident));
    let fields = || body.fields.iter();
    let called = |name: &str| fields().filter(useful).find(|field| plain(&field.ident) == name);
    let ends = |end: &str| fields().filter(useful).find(|field| plain(&field.ident).ends_with(end));
    let named = || called("id").or_else(|| called("name")).or_else(|| ends("_id")).or_else(|| ends("_name"));
    named().or_else(|| fields().find(useful)).or_else(|| fields().find(open))
}
