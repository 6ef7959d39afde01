//! What both types of errors have, the typed one of a call and the one for all.

/// What is known of a failed call: methods of both types of its error.
macro_rules! accessors {
    () => {
        /// Whether there are no credentials, or the service refuses them: unknown, disabled, expired, or with a wrong signature.
        pub fn is_auth(&self) -> bool {
            self.category() == ErrorCategory::Auth
        }

        /// Whether the caller, who is known, may not do this.
        pub fn is_permission(&self) -> bool {
            self.category() == ErrorCategory::Permission
        }

        /// Whether a quota is used up.
        pub fn is_quota(&self) -> bool {
            self.category() == ErrorCategory::Quota
        }

        /// Whether the service has no such thing.
        pub fn is_not_found(&self) -> bool {
            self.category() == ErrorCategory::NotFound
        }

        /// Whether the state of what is there does not allow the call: it exists already, is in use, or another operation is in
        /// progress.
        pub fn is_conflict(&self) -> bool {
            self.category() == ErrorCategory::Conflict
        }

        /// Whether there are too many calls for now.
        pub fn is_throttled(&self) -> bool {
            self.category() == ErrorCategory::Throttled
        }

        /// Whether the input is wrong, by the document (see [`violations`](Self::violations)) or by the service.
        pub fn is_invalid_input(&self) -> bool {
            self.category() == ErrorCategory::InvalidInput
        }

        /// Whether a time limit passed, here or at the service.
        pub fn is_timeout(&self) -> bool {
            self.category() == ErrorCategory::Timeout
        }

        /// Whether there was no connection, or it broke.
        pub fn is_connection(&self) -> bool {
            self.category() == ErrorCategory::Connection
        }

        /// Whether the service, or what it depends on, failed or lacks capacity.
        pub fn is_server_fault(&self) -> bool {
            self.category() == ErrorCategory::ServerFault
        }

        /// The HTTP status, if there was a response.
        pub fn status(&self) -> Option<u16> {
            self.failure()?.status()
        }

        /// The service's error code, from whichever field has it; a number as its text.
        pub fn code(&self) -> Option<&str> {
            self.failure()?.code()
        }

        /// The service's error message; of a response that is not JSON its title or first line.
        pub fn message(&self) -> Option<&str> {
            self.failure()?.message()
        }

        /// The request id that the service's support asks for, from the body or the headers.
        pub fn request_id(&self) -> Option<&str> {
            self.failure()?.request_id()
        }

        /// The response's bytes; empty if there was no response.
        pub fn raw_body(&self) -> &bytes::Bytes {
            static EMPTY: bytes::Bytes = bytes::Bytes::new();
            self.failure().map_or(&EMPTY, Failure::raw_body)
        }

        /// The response's headers, if there was a response.
        pub fn headers(&self) -> Option<&http::HeaderMap> {
            self.failure()?.headers()
        }

        /// The values that break documented limits. If there are any, nothing was sent.
        pub fn violations(&self) -> &[crate::check::Violation] {
            self.failure().map_or(&[], Failure::violations)
        }

        /// What the failure comes from, to be downcast: a [`TransportError`](crate::TransportError),
        /// [`CredentialsError`](crate::CredentialsError) or [`DecodeError`](crate::DecodeError).
        ///
        /// Its text is part of this error's, so `source` passes over it, and reports with all sources have nothing twice.
        pub fn cause(&self) -> Option<&(dyn std::error::Error + 'static)> {
            self.failure()?.cause()
        }

        /// Whether the same call may be sent again, and may then succeed. The client has already retried it, as its
        /// [`RetryPolicy`](crate::RetryPolicy) says.
        ///
        /// True if the service certainly did not act: another operation is in progress, there was no connection (or none within
        /// `connect_timeout`), status 408 or 429, or a code for throttling. For an idempotent operation also after status 500,
        /// 502, 503 or 504, after a broken connection, and after `timeout`. An operation is idempotent if the document says so;
        /// otherwise if its method is GET, HEAD, PUT, DELETE, OPTIONS or TRACE, except for Alibaba Cloud's RPC, whose documents
        /// have GET for all actions. False for everything else, and for a call whose body is a stream that was begun.
        pub fn is_retryable(&self) -> bool {
            self.failure().is_some_and(Failure::is_retryable)
        }

        /// How often the call was sent; 0 if it was not.
        pub fn attempts(&self) -> u32 {
            self.failure().map_or(0, Failure::attempts)
        }
    };
}

pub(super) use accessors;
