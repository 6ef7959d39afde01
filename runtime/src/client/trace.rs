//! Spans of calls and of their attempts. Names follow the semantic conventions of OpenTelemetry for RPC and HTTP clients;
//! `otel.name` and `otel.kind` are read by `tracing-opentelemetry`.

use http::Request;
use tracing::Span;
use tracing::field::Empty;

use crate::data::operation::Spec;
use crate::data::service::Service;
use crate::response::ErrorKind;

/// The span of a call with all its attempts.
pub(super) fn call(service: &Service, operation: &Spec) -> Span {
    tracing::debug_span!(
        "call",
        otel.name = format_args!("{}/{}", service.name(), operation.name),
        rpc.service = service.name(),
        rpc.method = operation.name,
    )
}

/// The span of an attempt, from 1.
pub(super) fn attempt(number: u32) -> Span {
    let span = tracing::debug_span!(
        "attempt",
        otel.name = Empty,
        otel.kind = "client",
        http.request.method = Empty,
        http.request.resend_count = Empty,
        http.response.status_code = Empty,
        server.address = Empty,
        server.port = Empty,
        "error.type" = Empty,
    );
    // Absent from the first request, by the conventions.
    if number > 1 {
        span.record("http.request.resend_count", number - 1);
    }
    span
}

/// Records the request of an attempt.
pub(super) fn begin<B>(span: &Span, request: &Request<B>) {
    let (method, url) = (request.method().as_str(), request.uri());
    span.record("otel.name", method).record("http.request.method", method);
    let default = if url.scheme_str() == Some("http") { 80 } else { 443 };
    span.record("server.address", url.host()).record("server.port", url.port_u16().unwrap_or(default));
}

/// Records the outcome of an attempt. A failure is known by its status or, without one, by its kind.
pub(super) fn end(span: &Span, status: Option<u16>, failure: Option<ErrorKind>) {
    span.record("http.response.status_code", status);
    if let Some(kind) = failure {
        let kind = || format!("{kind:?}").to_lowercase();
        span.record("error.type", status.map_or_else(kind, |status| status.to_string()));
    }
}
