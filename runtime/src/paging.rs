//! Pages: asking for one after the other, as the operation's `x-pagination` says, and knowing the last one.

use std::collections::VecDeque;
use std::pin::Pin;

use futures_core::Stream;
use futures_util::stream;
use serde_json::Value;

use crate::answer::Response;
use crate::call::Call;
use crate::error::Error;
use crate::operation::Operation;

/// How the pages of an operation are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Paging {
    style: Style,
    position: &'static str,
    first: i64,
    size: Option<&'static str>,
    total: Option<&'static str>,
    next: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Offset,
    Page,
    Token,
}

impl Paging {
    const fn new(style: Style, position: &'static str, first: i64) -> Self {
        Self { style, position, first, size: None, total: None, next: None }
    }

    /// The parameter `position` counts rows from `first`.
    pub const fn offset(position: &'static str, first: i64) -> Self {
        Self::new(Style::Offset, position, first)
    }

    /// The parameter `position` counts pages from `first`.
    pub const fn page(position: &'static str, first: i64) -> Self {
        Self::new(Style::Page, position, first)
    }

    /// The parameter `position` takes the token that the page before gave.
    pub const fn token(position: &'static str) -> Self {
        Self::new(Style::Token, position, 0)
    }

    /// The parameter with the size of a page.
    pub const fn size(mut self, parameter: &'static str) -> Self {
        self.size = Some(parameter);
        self
    }

    /// Where the answer says how many items there are: a dotted path.
    pub const fn total(mut self, path: &'static str) -> Self {
        self.total = Some(path);
        self
    }

    /// Where the answer has the next token: a dotted path.
    pub const fn next(mut self, path: &'static str) -> Self {
        self.next = Some(path);
        self
    }

    /// The call for the page after this one, if there may be one.
    fn following(&self, call: Call, seen: usize, count: usize, body: &[u8]) -> Option<Call> {
        if count == 0 {
            return None;
        }
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        if self.style == Style::Token {
            let next = match lookup(&body, self.next?)? {
                Value::String(token) if token.is_empty() => return None,
                Value::Null => return None,
                token => token.clone(),
            };
            // The same token again would bring the same page again.
            return (call.value(self.position) != Some(&next)).then(|| call.set(self.position, next));
        }
        let (seen, count) = (i64::try_from(seen).ok()?, i64::try_from(count).ok()?);
        let position = call.value(self.position).and_then(number).unwrap_or(self.first);
        let size = self.size.and_then(|name| call.value(name)).and_then(number);
        // A call may begin within the list, and the total counts from its start.
        let before = position.checked_sub(self.first)?;
        let (step, seen) = match (self.style, size) {
            (Style::Page, Some(size)) => (1, before.checked_mul(size)?.checked_add(count)?),
            (Style::Page, None) => (1, seen),
            _ => (count, before.checked_add(count)?),
        };
        let total = self.total.and_then(|path| lookup(&body, path)).and_then(number);
        // All that there are; where nobody says how many, a page that is not full.
        if total.map_or(size.is_some_and(|size| count < size), |total| seen >= total) {
            return None;
        }
        Some(call.set(self.position, position.checked_add(step)?))
    }

    /// The call for the first page: a page number that must be given need not be given here.
    fn beginning(&self, call: Call) -> Call {
        if self.style == Style::Token || call.value(self.position).is_some() {
            return call;
        }
        call.set(self.position, self.first)
    }
}

/// An operation that answers in pages. Generated code implements it.
pub trait Paged: Operation {
    /// What the pages list.
    type Item;
    /// How they are asked for.
    const PAGING: Paging;

    /// The items of a page.
    fn items(page: Self::Output) -> Vec<Self::Item>;
}

/// A stream that can be held, moved and polled as it is.
pub type BoxStream<T> = Pin<Box<dyn Stream<Item = T> + Send>>;

type Page<O> = Response<<O as Operation>::Output, <O as Operation>::Headers>;

/// The pages of a call, each sent when the one before has been taken.
pub fn pages<O>(call: Call) -> BoxStream<Result<Page<O>, Error<O::Error>>>
where
    O: Paged<Output: Clone + Send + Sync, Headers: Send + Sync, Error: Send> + 'static,
{
    let first = O::PAGING.beginning(call);
    Box::pin(stream::try_unfold((Some(first), 0), |(call, seen)| async move {
        let Some(call) = call else { return Ok(None) };
        let page = call.clone().send::<O>().await?;
        let count = O::items((*page).clone()).len();
        let seen = seen + count;
        let next = O::PAGING.following(call, seen, count, page.raw_body());
        Ok(Some((page, (next, seen))))
    }))
}

/// The items of all pages, in order.
pub fn items<O>(call: Call) -> BoxStream<Result<O::Item, Error<O::Error>>>
where
    O: Paged<Item: Send, Output: Send, Headers: Send, Error: Send> + 'static,
{
    let first = State::<O::Item> { ready: VecDeque::new(), call: Some(O::PAGING.beginning(call)), seen: 0 };
    Box::pin(stream::try_unfold(first, |mut state| async move {
        loop {
            if let Some(item) = state.ready.pop_front() {
                return Ok(Some((item, state)));
            }
            let Some(call) = state.call.take() else { return Ok(None) };
            let page = call.clone().send::<O>().await?;
            let body = page.raw_body().clone();
            state.ready = O::items(page.into_inner()).into();
            state.seen += state.ready.len();
            state.call = O::PAGING.following(call, state.seen, state.ready.len(), &body);
        }
    }))
}

/// Where a stream of items stands.
struct State<T> {
    /// Items of the page at hand.
    ready: VecDeque<T>,
    /// The call for the next page.
    call: Option<Call>,
    seen: usize,
}

/// The value at a dotted path; services drift in the case of keys.
pub(crate) fn lookup<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, key| {
        let object = value.as_object()?;
        object
            .get(key)
            .or_else(|| object.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value))
    })
}

fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The methods of operations that answer in pages: `pages` and `items`.
#[macro_export]
macro_rules! paged_methods {
    ($name:ident => $item:ty, Response<$output:ty $(, $headers:ty)?>, Error<$error:ty> $(,)?) => {
        impl $name {
            /// All pages from here on, one after the other, as a stream.
            pub fn pages(
                self,
            ) -> $crate::BoxStream<
                ::core::result::Result<$crate::Response<$output $(, $headers)?>, $crate::Error<$error>>,
            > {
                $crate::pages::<Self>(self.0)
            }

            /// The items of all pages from here on, as a stream.
            pub fn items(self) -> $crate::BoxStream<::core::result::Result<$item, $crate::Error<$error>>> {
                $crate::items::<Self>(self.0)
            }
        }
    };
}
