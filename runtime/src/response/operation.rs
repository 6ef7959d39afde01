//! How the response of an operation is read, and into which types. Implemented by generated code.

use serde::de::DeserializeOwned;

use super::raw::RawResponse;
use super::read_as::ReadAs;
use crate::codec::decode::DecodeError;
use crate::data::operation::Spec;
use crate::transport::ByteStream;

/// One operation of a service. Generated code implements it for the struct of the operation's input.
pub trait Operation {
    /// The type of a success.
    type Output: FromResponse;
    /// The documented response headers, of successes and errors; `()` where there are none.
    type Headers: DeserializeOwned;
    /// The documented body of an error.
    type Error: FromResponse;
    /// How the operation is addressed and sent.
    const SPEC: &'static Spec;

    /// Reads a success, depending on its status.
    fn decode(response: RawResponse) -> Result<Self::Output, DecodeError> {
        Self::Output::from_response(response)
    }

    /// Reads an error body, depending on its status.
    fn decode_error(response: RawResponse) -> Result<Self::Error, DecodeError> {
        Self::Error::from_response(response)
    }
}

/// A type that a response can be read as: any type deserialized from JSON, a stream of bytes, or a choice by status.
pub trait FromResponse: Sized {
    /// The form in which the body is read.
    const READ_AS: ReadAs = ReadAs::Json;
    /// Statuses (`200`) or ranges (`2` for all 2xx, `0` for every success) with bodies that are passed on as they
    /// arrive instead of being read.
    const STREAMS: &'static [u16] = &[];

    /// Reads the response.
    fn from_response(response: RawResponse) -> Result<Self, DecodeError>;
}

impl<T: DeserializeOwned> FromResponse for T {
    fn from_response(response: RawResponse) -> Result<Self, DecodeError> {
        response.json()
    }
}

impl FromResponse for ByteStream {
    const READ_AS: ReadAs = ReadAs::Bytes;
    const STREAMS: &'static [u16] = &[0];

    fn from_response(response: RawResponse) -> Result<Self, DecodeError> {
        Ok(response.stream())
    }
}
