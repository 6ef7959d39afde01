//! Categories of failures.

/// The meaning of a failure for a program, which determines how to handle it.
///
/// For an error of the service, the first of these that applies decides: the code, by the service's document; the code,
/// by the conventions of all of the vendor's services; the HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorCategory {
    /// Credentials are missing or refused: unknown, disabled, expired, or with a wrong signature. Status 401.
    Auth,
    /// The caller is authenticated but not authorized. Status 403.
    Permission,
    /// A quota is exhausted. It has to be raised, or resources deleted.
    Quota,
    /// A resource does not exist. Status 404 or 410.
    NotFound,
    /// The state of a resource conflicts with the call: it already exists, is in use, or has another operation in
    /// progress. Status 409, 412 or 423.
    Conflict,
    /// Calls are throttled. Status 429.
    Throttled,
    /// The input is invalid, by the document or by the service. Any other status of 400 and above.
    InvalidInput,
    /// A time limit passed, in the client or in the service. Status 408 or 504.
    Timeout,
    /// A connection could not be established, or broke.
    Connection,
    /// The service, or a dependency of it, failed or lacks capacity. Any other status of 500 and above.
    ServerFault,
    /// None of these: see the error's kind.
    Other,
}

impl ErrorCategory {
    /// The category of an HTTP status by itself.
    pub(crate) fn of_status(status: u16) -> Self {
        match status {
            401 => Self::Auth,
            403 => Self::Permission,
            404 | 410 => Self::NotFound,
            408 | 504 => Self::Timeout,
            409 | 412 | 423 => Self::Conflict,
            429 => Self::Throttled,
            400..500 => Self::InvalidInput,
            500.. => Self::ServerFault,
            _ => Self::Other,
        }
    }
}
