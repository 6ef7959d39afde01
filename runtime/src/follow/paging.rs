//! Pages: requested one after the other, according to the operation's `x-pagination`, up to the last one.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use futures_util::stream;
use serde_json::{Number, Value};

use super::boxed::BoxStream;
use crate::client::Call;
use crate::codec::decode::{self, Fingerprint};
use crate::data::paging::{Counts, Paging, Position};
use crate::response::{CallError, Operation, Response, is_request_id};

impl Paging {
    /// The start of the next page, if there may be one.
    fn following(&self, call: &Call, seen: usize, count: usize, body: &[u8]) -> Option<Value> {
        if count == 0 {
            return None;
        }
        if self.counts.is_token() {
            // A response may have the token as another type than the request.
            return match decode::value_at(body, self.next?)? {
                Value::String(token) if token.is_empty() => None,
                Value::Null => None,
                Value::Number(token) if self.counts == Counts::Token => Some(Value::from(token.to_string())),
                Value::String(token) if self.counts == Counts::NumberToken => {
                    Some(token.parse::<Number>().map_or(Value::String(token), Value::Number))
                }
                token => Some(token),
            };
        }
        let (seen, count) = (i64::try_from(seen).ok()?, i64::try_from(count).ok()?);
        let position = call.value(self.position).and_then(number).unwrap_or(self.first);
        let size = self.size.and_then(|name| call.value(name)).and_then(number);
        // A call may begin within the list, but the total counts from its start.
        let before = position.checked_sub(self.first)?;
        let (step, seen) = match (self.counts, size) {
            (Counts::Pages, Some(size)) => (1, before.checked_mul(size)?.checked_add(count)?),
            (Counts::Pages, None) => (1, seen),
            _ => (count, before.checked_add(count)?),
        };
        let total = self.total.and_then(|path| decode::value_at(body, path)).as_ref().and_then(number);
        // All items have been read or, without a total, the page is not full.
        if total.map_or(size.is_some_and(|size| count < size), |total| seen >= total) {
            return None;
        }
        position.checked_add(step).map(Value::from)
    }

    /// The call for the first page, with the first page number if it is required and was not set.
    fn beginning(&self, call: Call) -> Call {
        if self.counts.is_token() || call.value(self.position).is_some() {
            return call;
        }
        call.set(self.position, self.first)
    }
}

/// An operation with pages in its responses. Implemented by generated code.
pub trait Paged: Operation {
    /// The type of the items.
    type Item;
    /// How pages are requested.
    const PAGING: Paging;

    /// Returns the items of a page.
    fn items(page: Self::Output) -> Vec<Self::Item>;
}

type Page<O> = Response<<O as Operation>::Output, <O as Operation>::Headers>;

type Failed<O> = CallError<<O as Operation>::Error, <O as Operation>::Headers>;

/// The position of a stream of pages.
struct Listing {
    paging: Paging,
    /// The call for the next page.
    call: Option<Call>,
    /// Number of items so far.
    seen: usize,
    /// Fingerprint of the last page, without its request id.
    last: Option<Fingerprint>,
    /// Hashes of the positions of all pages: a service that returns one of them again would cause an endless loop.
    followed: HashSet<u128>,
}

impl Listing {
    fn new(call: Call, paging: Paging) -> Self {
        let seen = call.seen;
        Self { paging, call: Some(paging.beginning(call)), seen, last: None, followed: HashSet::new() }
    }

    /// Records the position of this page; returns whether the next one is at a new position.
    fn goes_on(&mut self, call: &Call, next: &Value) -> bool {
        let hash = |position: &Value| {
            let text = position.to_string();
            let salted = |salt: u8| {
                let mut hasher = DefaultHasher::new();
                (salt, &text).hash(&mut hasher);
                u128::from(hasher.finish())
            };
            salted(0) << 64 | salted(1)
        };
        self.followed.extend(call.value(self.paging.position).map(hash));
        !self.followed.contains(&hash(next))
    }

    /// The next page and its number of items, which `count` returns; `None` after the last one, and if the service
    /// returns the same page again, as it then ignores the position.
    async fn next<O: Operation>(&mut self, count: impl Fn(&O::Output) -> usize) -> Result<Option<Page<O>>, Failed<O>> {
        let Some(call) = self.call.take() else { return Ok(None) };
        let mut page = call.clone().send::<O>().await?;
        let count = count(&page);
        let body = page.raw_body().clone();
        let fingerprint = decode::fingerprint(&body, is_request_id);
        if count > 0 && fingerprint.is_some() && fingerprint == self.last {
            return Ok(None);
        }
        self.seen += count;
        let next = self.paging.following(&call, self.seen, count, &body);
        if let Some(value) = next.filter(|next| self.goes_on(&call, next)) {
            page.set_next(Position { value: value.clone(), seen: self.seen });
            self.call = Some(call.set(self.paging.position, value));
        }
        self.last = fingerprint;
        Ok(Some(page))
    }
}

/// The number of items of a page.
fn counted<O: Paged<Output: Clone>>(page: &O::Output) -> usize {
    O::items(page.clone()).len()
}

/// The pages of a call, each requested after the previous one has been taken.
pub fn pages<O>(call: Call) -> BoxStream<Result<Page<O>, Failed<O>>>
where
    O: Paged<Output: Clone + Send + Sync, Headers: Send + Sync, Error: Send> + 'static,
{
    pages_of::<O>(call, O::PAGING, counted::<O>)
}

/// The pages of a call whose paging is known at run time only. `count` returns the number of items of a page.
pub fn pages_of<O>(
    call: Call,
    paging: Paging,
    count: impl Fn(&O::Output) -> usize + Clone + Send + Sync + 'static,
) -> BoxStream<Result<Page<O>, Failed<O>>>
where
    O: Operation<Output: Send + Sync, Headers: Send + Sync, Error: Send> + 'static,
{
    BoxStream::new(stream::try_unfold(Listing::new(call, paging), move |mut listing| {
        let count = count.clone();
        async move { Ok(listing.next::<O>(count).await?.map(|page| (page, listing))) }
    }))
}

/// The items of all pages, in order.
pub fn items<O>(call: Call) -> BoxStream<Result<O::Item, Failed<O>>>
where
    O: Paged<Item: Send, Output: Clone + Send + Sync, Headers: Send + Sync, Error: Send> + 'static,
{
    let first = (Listing::new(call, O::PAGING), VecDeque::<O::Item>::new());
    BoxStream::new(stream::try_unfold(first, |(mut listing, mut ready)| async move {
        loop {
            if let Some(item) = ready.pop_front() {
                return Ok(Some((item, (listing, ready))));
            }
            match listing.next::<O>(counted::<O>).await? {
                Some(page) => ready = O::items(page.into_inner()).into(),
                None => return Ok(None),
            }
        }
    }))
}

/// The call for the rest of a listing.
#[doc(hidden)]
pub fn starting_at<O: Paged>(mut call: Call, position: Position) -> Call {
    call.seen = position.seen;
    call.set(O::PAGING.position, position.value)
}

/// Like [`pages`], for programs without async.
#[cfg(feature = "blocking")]
pub fn pages_blocking<O>(call: Call) -> crate::blocking::BlockingIter<Result<Page<O>, Failed<O>>>
where
    O: Paged<Output: Clone + Send + Sync, Headers: Send + Sync, Error: Send> + 'static,
{
    crate::blocking::BlockingIter::new(pages::<O>(call).into_inner(), |why| Err(CallError::not_run(O::SPEC, why)))
}

/// Like [`items`], for programs without async.
#[cfg(feature = "blocking")]
pub fn items_blocking<O>(call: Call) -> crate::blocking::BlockingIter<Result<O::Item, Failed<O>>>
where
    O: Paged<Item: Send, Output: Clone + Send + Sync, Headers: Send + Sync, Error: Send> + 'static,
{
    crate::blocking::BlockingIter::new(items::<O>(call).into_inner(), |why| Err(CallError::not_run(O::SPEC, why)))
}

fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Implements paging for an operation: how it pages, where its items are, and the methods `pages` and `items`.
///
/// ```ignore
/// yundb_runtime::paged! {
///     ListPets -> Pet, Response<Pets>, CallError<Fault>;
///     Paging::token("cursor").next("next_cursor");
///     |page| page.pets
/// }
/// ```
#[macro_export]
macro_rules! paged {
    (
        $name:ident -> $item:ty, Response<$output:ty $(, $headers:ty)?>, CallError<$error:ty>;
        $paging:expr;
        |$page:ident| $items:expr
    ) => {
        impl $crate::Paged for $name {
            type Item = $item;
            const PAGING: $crate::Paging = $paging;

            fn items($page: $output) -> ::std::vec::Vec<$item> {
                $items
            }
        }

        impl $name {
            /// Returns all pages from here on as a stream.
            pub fn pages(
                self,
            ) -> $crate::BoxStream<
                ::core::result::Result<$crate::Response<$output $(, $headers)?>, $crate::CallError<$error $(, $headers)?>>,
            > {
                $crate::pages::<Self>(self.0)
            }

            /// Returns the items of all pages from here on as a stream: take one after the other with `next`, or all with
            /// `collect`.
            pub fn items(self) -> $crate::BoxStream<::core::result::Result<$item, $crate::CallError<$error $(, $headers)?>>> {
                $crate::items::<Self>(self.0)
            }

            /// Continues another listing of the same kind from a page's
            /// [`next_position`]($crate::Response::next_position).
            pub fn starting_at(self, position: $crate::Position) -> Self {
                Self($crate::starting_at::<Self>(self.0, position))
            }
        }

        $crate::blocking_paged_methods!($name => $item, Response<$output $(, $headers)?>, CallError<$error>);
    };
}
