//! Paging: `x-pagination`, resolved against the operation's parameters and response type.

use serde_json::Value;

use super::Lower;
use super::model::{InputKind, Paging, PagingStyle, Payload, ResponseBody, Step, Type, TypeKind};
use super::operation::{Found, Inputs};

impl<'a> Lower<'a, '_> {
    pub(super) fn paging(&mut self, found: &Found<'a>, inputs: &Inputs, output: &ResponseBody) -> Option<Paging> {
        let paging = found.operation.item.extensions.get("x-pagination")?;
        let at = found.operation.place("x-pagination");
        let text = |group: &str, key: &str| paging.get(group)?.get(key)?.as_str().map(str::to_owned);
        // Third-party documents use this key with other meanings.
        let (style, position, size) = match paging.get("style")?.as_str()? {
            "offset" => (PagingStyle::Offset, text("request", "offset"), text("request", "limit")),
            "page" => (PagingStyle::Page, text("request", "page"), text("request", "size")),
            "token" => (PagingStyle::Token, text("request", "token"), text("request", "size")),
            style => {
                self.warn(
                    "x-pagination",
                    format!("`style: {style}` is not a style of paging"),
                    at,
                    "write `offset`, `page` or `token`",
                );
                return None;
            }
        };
        let Some(position) = position else {
            self.warn(
                "x-pagination",
                "`request` does not name the parameter with the position".to_owned(),
                at,
                "write `offset:`, `page:` or `token:` with a parameter's name",
            );
            return None;
        };
        for name in [Some(&position), size.as_ref()].into_iter().flatten() {
            if !inputs.params.iter().any(|param| param.name == *name) {
                self.warn(
                    "x-pagination",
                    format!("the operation has no parameter `{name}`"),
                    at,
                    "name a parameter of this operation",
                );
                return None;
            }
        }
        let path = text("response", "items").unwrap_or_default();
        let Some((items, item)) = self.steps(&path, output) else {
            self.warn(
                "x-pagination",
                format!("`items: {path}` does not lead to a list in the response"),
                at,
                "write the dotted path of a list",
            );
            return None;
        };
        let next = text("response", "next");
        let lost = [next.as_ref(), text("response", "total").as_ref()]
            .into_iter()
            .flatten()
            .find(|path| !self.leads_somewhere(path, output))
            .cloned();
        if let Some(path) = lost {
            self.warn(
                "x-pagination",
                format!("`{path}` does not lead to a field of the response"),
                at,
                "write the dotted path of a field; `[-1]` is the last element of a list",
            );
            return None;
        }
        if style == PagingStyle::Token && next.is_none() {
            self.warn(
                "x-pagination",
                "`response` does not name the field with the next token".to_owned(),
                at,
                "write `next:` with the dotted path of a field, such as `items[-1].id`",
            );
            return None;
        }
        self.take_members(&found.operation, &["x-pagination"]);
        let style =
            if style == PagingStyle::Token && is_number(inputs, &position) { PagingStyle::NumberToken } else { style };
        Some(Paging {
            first: paging.get("first").and_then(Value::as_i64).unwrap_or(i64::from(style == PagingStyle::Page)),
            style,
            size,
            position,
            items,
            item,
            total: text("response", "total"),
            next,
        })
    }

    /// Whether a dotted path leads to a field of the response, as far as it is typed.
    fn leads_somewhere(&self, path: &str, output: &ResponseBody) -> bool {
        let ResponseBody::One(Payload::Json(ty)) = output else { return false };
        let mut ty = ty;
        let path = path.replace("[-1]", ".[-1]");
        for step in path.split('.') {
            while let Type::Nullable(inner) = ty {
                ty = inner;
            }
            ty = match ty {
                Type::List(item) if step == "[-1]" => item,
                Type::Map(item) => item,
                Type::Value => return true,
                Type::Named(id) => match &self.types[*id].kind {
                    TypeKind::Struct(body) => match body.fields.iter().find(|field| field.wire == step) {
                        Some(field) => &field.ty,
                        None => return body.additional.is_some(),
                    },
                    TypeKind::Union(_) | TypeKind::Newtype(_) | TypeKind::Own(_) => return true,
                    _ => return false,
                },
                _ => return false,
            };
        }
        true
    }

    /// The fields from the response to the list of items, and the type of an item.
    fn steps(&self, path: &str, output: &ResponseBody) -> Option<(Vec<Step>, Type)> {
        let ResponseBody::One(Payload::Json(ty)) = output else { return None };
        let mut ty = ty.clone();
        let mut steps = Vec::new();
        for name in path.split('.').filter(|name| !name.is_empty()) {
            let Type::Named(id) = ty else { return None };
            let TypeKind::Struct(body) = &self.types[id].kind else { return None };
            let field = body.fields.iter().find(|field| field.wire == name)?;
            let (json_text, inner) = match &field.ty {
                Type::JsonText(inner) => (true, inner.as_ref().clone()),
                other => (false, other.clone()),
            };
            // Responses have lists without `Option`, and everything else with it unless its presence is guaranteed.
            let list = !json_text && matches!(inner, Type::List(_));
            steps.push(Step { ident: field.ident.clone(), optional: !list && !field.required, json_text });
            ty = inner;
        }
        match ty {
            Type::List(item) => Some((steps, *item)),
            _ => None,
        }
    }
}

/// Whether a parameter takes numbers.
fn is_number(inputs: &Inputs, name: &str) -> bool {
    let mut all = inputs.arguments.iter().chain(&inputs.setters);
    let kind = all.find(|input| input.wire == name).map(|input| &input.kind);
    let Some(InputKind::Value(ty, _) | InputKind::Optional(ty, _)) = kind else { return false };
    matches!(ty, Type::I32 | Type::I64 | Type::U64 | Type::I128 | Type::F64)
}
