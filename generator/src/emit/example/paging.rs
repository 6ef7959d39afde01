//! Parameters of pages in examples: a listing begins at its first page, whichever the document's sample shows.

use std::borrow::Cow;

use serde_json::Value;

use super::param;
use crate::lower::model::{Example, Input, Operation, PagingStyle, Type};

/// Number of items on a page, if the document has no sample of it.
const SIZE: i64 = 10;

/// The operation without samples of its position, which `items` sets, unless it is required; then it is the first one.
pub(super) fn begun(operation: &Operation) -> Cow<'_, Operation> {
    let Some(paging) = &operation.paging else { return Cow::Borrowed(operation) };
    let mut begun = operation.clone();
    for input in begun.arguments.iter_mut().chain(&mut begun.setters) {
        if input.wire == paging.position {
            let required = param(&operation.params, input).is_some_and(|param| param.required);
            let first = match paging.style {
                PagingStyle::Offset | PagingStyle::Page => Some(Example { value: paging.first.into(), sent: true }),
                // The first token is known only to the document.
                PagingStyle::Token | PagingStyle::NumberToken => input.example.take(),
            };
            input.example = first.filter(|_| required);
        } else if paging.size.as_ref() == Some(&input.wire) && input.example.is_none() && is_plain(input) {
            input.example = Some(Example { value: size(operation, input), sent: false });
        }
    }
    Cow::Owned(begun)
}

fn is_plain(input: &Input) -> bool {
    matches!(input.kind.ty(), Some(Type::String | Type::I32 | Type::I64 | Type::U64 | Type::I128))
}

/// A size of pages within the limits.
fn size(operation: &Operation, input: &Input) -> Value {
    let shape = param(&operation.params, input).map(|param| &param.shape);
    let least = shape.and_then(|shape| shape.minimum.as_ref()?.value.as_i64()).unwrap_or(i64::MIN);
    let most = shape.and_then(|shape| shape.maximum.as_ref()?.value.as_i64()).unwrap_or(i64::MAX);
    SIZE.min(most).max(least).into()
}
