//! Converts the result of a call to the types of its operation.

use crate::codec::decode::{self, DecodeError};
use crate::codec::media_type;
use crate::data::operation::Spec;
use crate::response::{CallError, Failure, Head, Operation, RawResponse, ReadAs, Reading, Response};

/// The result of a call.
pub(super) type CallResult<O, T> =
    Result<Response<T, <O as Operation>::Headers>, CallError<<O as Operation>::Error, <O as Operation>::Headers>>;

/// Reads the response as the requested representation, or as the operation's own.
pub(super) fn read<O: Operation, T>(
    outcome: Result<RawResponse, Box<Failure>>,
    requested: Option<Reading>,
    decode: impl FnOnce(RawResponse) -> Result<T, DecodeError>,
) -> CallResult<O, T> {
    let response = match outcome {
        Ok(response) => response,
        Err(failure) => {
            let body = failure.response().and_then(|response| O::decode_error(response).ok());
            let headers = failure.headers().and_then(|headers| decode::from_headers(headers).ok());
            return Err(CallError::new(failure, body, headers));
        }
    };
    let (head, raw_body) = (response.head().clone(), response.raw_body());
    let decoded = another(O::SPEC, requested, &head).and_then(|()| {
        let headers = decode::from_headers(&head.headers)?;
        Ok((headers, decode(response)?))
    });
    match decoded {
        Ok((headers, value)) => Ok(Response::new(value, headers, head, raw_body)),
        Err(error) => {
            let error = with_media_types(O::SPEC, requested, &head, error);
            Err(CallError::new(Failure::decode(head, raw_body, error), None, None))
        }
    }
}

/// An error if the service returned another documented representation than the requested one.
fn another(spec: &Spec, requested: Option<Reading>, head: &Head) -> Result<(), DecodeError> {
    let Some(found) = media_type::of(&head.headers) else { return Ok(()) };
    let is_other = |media_type: &str| spec.others.iter().any(|it| media_type::same(it, media_type));
    let is_own = |media_type: &str| spec.accept.split(',').any(|it| media_type::same(it, media_type));
    let wrong = match requested.and_then(|reading| Some((reading.form, reading.media_type?))) {
        None => is_other(found) && !is_own(found),
        Some((_, requested)) if media_type::matches(requested, found) => false,
        // All JSON has the same type, except that of `others`.
        Some((ReadAs::Json, requested)) if media_type::is_json(found) => match is_other(requested) {
            true => is_own(found),
            false => is_other(found),
        },
        Some((ReadAs::Lines, _)) if media_type::is_json(found) => false,
        Some(_) => is_own(found) || is_other(found),
    };
    if wrong { Err(DecodeError::new("", "the response has another representation")) } else { Ok(()) }
}

/// Adds the response's media type to the error if it differs from the requested one.
fn with_media_types(spec: &Spec, requested: Option<Reading>, head: &Head, error: DecodeError) -> DecodeError {
    let requested = requested.and_then(|reading| reading.media_type).unwrap_or(spec.accept);
    match media_type::of(&head.headers) {
        Some(found)
            if !requested.is_empty() && !requested.split(',').any(|it| media_type::matches(it.trim(), found)) =>
        {
            let message = format!("{} (requested `{requested}`, received `{found}`)", error.message());
            DecodeError::new(error.path(), message)
        }
        _ => error,
    }
}
