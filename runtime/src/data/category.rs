//! What failures mean to a program.

/// What a failure means to a program: what there is to do about it.
///
/// For an error of the service, the first of these that applies decides: the code, by the service's document; the code, by what
/// all services of the vendor have in common; the HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorCategory {
    /// There are no credentials, or the service refuses them: unknown, disabled, expired, or with a wrong signature. Status 401.
    Auth,
    /// The caller, who is known, may not do this. Status 403.
    Permission,
    /// A quota is used up. It has to be raised, or something deleted.
    Quota,
    /// There is no such thing. Status 404 or 410.
    NotFound,
    /// The state of what is there does not allow this: it exists already, is in use, or another operation is in progress. Status
    /// 409, 412 or 423.
    Conflict,
    /// There are too many calls for now. Status 429.
    Throttled,
    /// The input is wrong, by the document or by the service. Any other status of 400 and above.
    InvalidInput,
    /// A time limit passed, here or at the service. Status 408 or 504.
    Timeout,
    /// There was no connection, or it broke.
    Connection,
    /// The service, or what it depends on, failed or lacks capacity. Any other status of 500 and above.
    ServerFault,
    /// None of these: see the error's kind.
    Other,
}

impl ErrorCategory {
    /// What an HTTP status means by itself.
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
