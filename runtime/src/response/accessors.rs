//! Accessors common to the typed error of a call and the general error.

/// Defines accessors of a failed call, for both error types.
macro_rules! accessors {
    () => {
        /// Whether credentials are missing or refused: unknown, disabled, expired, or with a wrong signature.
        pub fn is_auth(&self) -> bool {
            self.category() == ErrorCategory::Auth
        }

        /// Whether the caller is authenticated but not authorized.
        pub fn is_permission(&self) -> bool {
            self.category() == ErrorCategory::Permission
        }

        /// Whether a quota is exhausted.
        pub fn is_quota(&self) -> bool {
            self.category() == ErrorCategory::Quota
        }

        /// Whether a resource does not exist.
        pub fn is_not_found(&self) -> bool {
            self.category() == ErrorCategory::NotFound
        }

        /// Whether the state of a resource conflicts with the call: it already exists, is in use, or has another
        /// operation in progress.
        pub fn is_conflict(&self) -> bool {
            self.category() == ErrorCategory::Conflict
        }

        /// Whether calls are throttled.
        pub fn is_throttled(&self) -> bool {
            self.category() == ErrorCategory::Throttled
        }

        /// Whether the input is invalid, by the document (see [`violations`](Self::violations)) or by the service.
        pub fn is_invalid_input(&self) -> bool {
            self.category() == ErrorCategory::InvalidInput
        }

        /// Whether a time limit passed, in the client or in the service.
        pub fn is_timeout(&self) -> bool {
            self.category() == ErrorCategory::Timeout
        }

        /// Whether a connection could not be established, or broke.
        pub fn is_connection(&self) -> bool {
            self.category() == ErrorCategory::Connection
        }

        /// Whether the service, or a dependency of it, failed or lacks capacity.
        pub fn is_server_fault(&self) -> bool {
            self.category() == ErrorCategory::ServerFault
        }

        /// The HTTP status, if there was a response.
        pub fn status(&self) -> Option<u16> {
            self.failure()?.status()
        }

        /// The service's error code, from whichever field has it; a numeric code as text.
        pub fn code(&self) -> Option<&str> {
            self.failure()?.code()
        }

        /// The service's error message; for a response that is not JSON its title or first line.
        pub fn message(&self) -> Option<&str> {
            self.failure()?.message()
        }

        /// The request id for the service's support, from the body or the headers.
        pub fn request_id(&self) -> Option<&str> {
            self.failure()?.request_id()
        }

        /// The bytes of the response's body; empty if there was no response.
        pub fn raw_body(&self) -> &bytes::Bytes {
            static EMPTY: bytes::Bytes = bytes::Bytes::new();
            self.failure().map_or(&EMPTY, Failure::raw_body)
        }

        /// The response's headers, if there was a response.
        pub fn headers(&self) -> Option<&http::HeaderMap> {
            self.failure()?.headers()
        }

        /// The violations of documented limits. If there are any, nothing was sent.
        pub fn violations(&self) -> &[crate::check::Violation] {
            self.failure().map_or(&[], Failure::violations)
        }

        /// The underlying error, for downcasting: a [`TransportError`](crate::TransportError),
        /// [`CredentialsError`](crate::CredentialsError) or [`DecodeError`](crate::DecodeError).
        ///
        /// `Display` includes its text, so `source` skips it, and reports of all sources repeat nothing.
        pub fn cause(&self) -> Option<&(dyn std::error::Error + 'static)> {
            self.failure()?.cause()
        }

        /// Whether the same call may be sent again and may then succeed. The client has already retried it, according
        /// to its [`RetryPolicy`](crate::RetryPolicy).
        ///
        /// True if the service certainly did not act: another operation is in progress, no connection was established
        /// (or not within `connect_timeout`), status 408 or 429, or a code for throttling. For an idempotent operation
        /// also after status 500, 502, 503 or 504, after a broken connection, and after `timeout`. An operation is
        /// idempotent if the document states it; otherwise if its method is GET, HEAD, PUT, DELETE, OPTIONS or TRACE,
        /// except for Alibaba Cloud's RPC, whose documents have GET for all actions. False for everything else, and for
        /// a call whose body is a stream that has been started.
        pub fn is_retryable(&self) -> bool {
            self.failure().is_some_and(Failure::is_retryable)
        }

        /// Number of times the call was sent; 0 if it was not.
        pub fn attempts(&self) -> u32 {
            self.failure().map_or(0, Failure::attempts)
        }
    };
}

pub(super) use accessors;
