//! Lists: where a response has its list, the page that a call requests, and the fields that count.

use serde_json::Value;
use yundb_contract::document::Operation;
use yundb_contract::wire::{Data, Input, scalar_text};

use crate::dotted;
use crate::service::Service;

/// Fields that have the number of all entries, in lower case and without `_`.
const TOTALS: &[&str] = &["total", "totalrecord", "totalrecords", "totalrecordcount", "totalcount", "totalnum"];

/// Ends of the names of fields that count all entries if the sample has the same number there as in its total.
const COUNTS: &[&str] = &["num", "count", "total", "size"];

/// Fields that have the number of entries on the page.
const ON_PAGE: &[&str] = &["pagerecordcount"];

/// Fields that have the number of the page.
const PAGE_NUMBERS: &[&str] = &["pageno", "pagenum", "pagenumber", "pageindex", "curpage", "currentpage"];

/// Fields that have the number of entries that a page can have.
const PAGE_SIZES: &[&str] = &["pagesize", "perpage"];

/// Fields that have the number of pages.
const PAGE_COUNTS: &[&str] = &["totalpage", "totalpages", "pagecount"];

/// The paging of an operation, as its document states it.
pub fn paging<'s>(service: &'s Service, operation: &Operation) -> Option<&'s Value> {
    service.raw(operation).get("x-pagination").filter(|it| it.get("style").is_some())
}

/// A text of a paging.
pub fn text<'p>(paging: Option<&'p Value>, pointer: &str) -> Option<&'p str> {
    paging?.pointer(pointer)?.as_str()
}

/// The dotted path to the list of a response: that of the paging, else the only list of objects.
pub fn place(paging: Option<&Value>, response: &Value) -> Option<String> {
    let of_objects = |value: &Value| value.as_array().is_some_and(|list| list.iter().any(Value::is_object));
    let only = || response.as_object()?.iter().find(|(_, value)| of_objects(value)).map(|(name, _)| name.clone());
    let at = text(paging, "/response/items").map(str::to_owned).or_else(only)?;
    // Some lists are in an object of their own.
    let wrapper = dotted::get(response, &at).and_then(Value::as_object).filter(|it| it.len() == 1);
    match wrapper.and_then(|wrapper| wrapper.iter().next()) {
        Some((name, list)) if list.is_array() => Some(format!("{at}.{name}")),
        _ => Some(at),
    }
}

/// A page of a list.
pub struct Page {
    /// The entries on it.
    pub items: Vec<Value>,
    /// The token of the next page, if there is one.
    pub next: Option<String>,
    /// Number of entries of all pages.
    total: usize,
    /// Number of entries before it.
    start: usize,
    /// Number of entries that it can have.
    size: usize,
    /// The number of the first page, and of the first entry.
    first: usize,
}

impl Page {
    /// The page of a list that a call requests.
    pub fn of(service: &Service, operation: &Operation, input: &Input, all: Vec<Value>) -> Self {
        let total = all.len();
        let Some(paging) = paging(service, operation) else {
            return Self { items: all, next: None, total, start: 0, size: total, first: 0 };
        };
        let text = |pointer: &str| text(Some(paging), pointer);
        let sent = |key: &str| -> Option<String> {
            let name = text(&format!("/request/{key}"))?;
            let in_body = match input.body.as_ref().map(|content| &content.data) {
                Some(Data::Json(body)) => body.get(name),
                _ => None,
            };
            input.query.get(name).or_else(|| input.header.get(name)).or(in_body).map(scalar_text)
        };
        let default = |key: &str| {
            let name = text(&format!("/request/{key}"))?;
            let parameter = operation.parameters.iter().find(|it| it.name == name)?;
            let schema = service.document.root.pointer(&parameter.schema.as_ref()?.0)?;
            service.resolved(schema).get("default").map(scalar_text)
        };
        let number = |key: &str| sent(key).or_else(|| default(key)).and_then(|text| text.parse::<usize>().ok());
        let style = text("/style").unwrap_or_default();
        let usual = usize::from(style == "page");
        let first = paging.get("first").and_then(Value::as_u64).map_or(usual, |it| it as usize);
        let size = number("limit").or_else(|| number("size")).filter(|size| *size > 0).unwrap_or(total);
        let start = match style {
            "offset" => number("offset").unwrap_or(first).saturating_sub(first),
            "page" => number("page").unwrap_or(first).saturating_sub(first).saturating_mul(size),
            _ => match (sent("token"), text("/response/next").and_then(|next| next.split_once("[-1]."))) {
                (None, _) => 0,
                // The token is a field of the last entry.
                (Some(token), Some((_, field))) => {
                    let is_it = |item: &Value| dotted::get(item, field).map(scalar_text).as_deref() == Some(&token);
                    all.iter().position(is_it).map_or(0, |at| at + 1)
                }
                (Some(token), None) => token.parse().unwrap_or(0),
            },
        };
        let end = start.saturating_add(size).min(total);
        let items = all.into_iter().skip(start).take(size).collect();
        Self { items, next: (end < total).then(|| end.to_string()), total, start, size, first }
    }

    /// Sets the fields of a response that count, next to its list and around it.
    pub fn count(&self, paging: Option<&Value>, at: &str, response: &mut Value) {
        let declared = text(paging, "/response/total");
        let before = declared.and_then(|total| dotted::get(response, total)).and_then(number_of);
        if let Some(place) = declared.and_then(|total| dotted::entry(response, total)) {
            set(place, self.total);
        }
        let mut around: Vec<&str> = at.match_indices('.').map(|(end, _)| &at[..end]).collect();
        around.push("");
        for path in around {
            let object = if path.is_empty() { Some(&mut *response) } else { dotted::entry(response, path) };
            for (name, value) in object.and_then(Value::as_object_mut).into_iter().flatten() {
                let Some(stated) = number_of(value) else { continue };
                if let Some(number) = self.counted(paging, name, stated, before) {
                    set(value, number);
                }
            }
        }
    }

    /// The number that a field has, if its name makes it plain, or that the sample has the total there.
    fn counted(&self, paging: Option<&Value>, name: &str, stated: usize, before: Option<usize>) -> Option<usize> {
        let plain = name.replace('_', "").to_lowercase();
        let is_any = |names: &[&str]| names.contains(&plain.as_str());
        let request = |key: &str| text(paging, &format!("/request/{key}")) == Some(name);
        match () {
            () if is_any(TOTALS) => Some(self.total),
            () if paging.is_none() => None,
            () if is_any(ON_PAGE) => Some(self.items.len()),
            () if is_any(PAGE_SIZES) || request("limit") || request("size") => Some(self.size),
            () if request("offset") => Some(self.start + self.first),
            () if is_any(PAGE_NUMBERS) || request("page") => {
                let first = if text(paging, "/style") == Some("page") { self.first } else { 1 };
                Some(self.start / self.size.max(1) + first)
            }
            () if is_any(PAGE_COUNTS) => Some(self.total.div_ceil(self.size.max(1))),
            () if before == Some(stated) && COUNTS.iter().any(|end| plain.ends_with(end)) => Some(self.total),
            () => None,
        }
    }
}

/// A number, also one in a string.
fn number_of(value: &Value) -> Option<usize> {
    match value {
        Value::Number(number) => usize::try_from(number.as_u64()?).ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn set(place: &mut Value, number: usize) {
    *place = if place.is_string() { number.to_string().into() } else { number.into() };
}
