//! Failures of calls: what the terminal shows, and the exit code.

use std::process::ExitCode;

use yundb_runtime::{Error, ErrorCategory, ErrorKind};

use super::document::Document;

/// The exit codes, as in the documentation.
pub(super) fn code(error: &Error) -> u8 {
    match (error.kind(), error.category()) {
        (ErrorKind::Config, ErrorCategory::Auth) => 4,
        (ErrorKind::Config, _) => 2,
        (ErrorKind::Invalid, _) => 3,
        (ErrorKind::Credentials, _) => 4,
        (ErrorKind::Job, _) => 10,
        (_, ErrorCategory::InvalidInput) => 3,
        (_, ErrorCategory::Auth | ErrorCategory::Permission) => 4,
        (_, ErrorCategory::NotFound) => 5,
        (_, ErrorCategory::Conflict | ErrorCategory::Quota) => 6,
        (_, ErrorCategory::Throttled) => 7,
        (_, ErrorCategory::ServerFault) => 8,
        (_, ErrorCategory::Timeout | ErrorCategory::Connection) => 9,
        _ => 1,
    }
}

/// Prints a failure, with what the document says about it.
pub(super) fn report(document: &Document, error: &Error) -> ExitCode {
    match error.violations() {
        [] => eprintln!("error: {}", with_flags(&error.to_string())),
        violations => {
            eprintln!("error: {} was not sent", error.operation().unwrap_or("the call"));
            violations.iter().for_each(|it| eprintln!("  {}", with_flags(&it.to_string())));
        }
    }
    if let Some((code, meaning)) = error.code().and_then(|code| Some((code, document.meaning(code)?))) {
        eprintln!("  {code}: {}", meaning.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    if error.is_retryable() {
        eprintln!("  The same call may succeed later.");
    }
    ExitCode::from(code(error))
}

/// The message, which names methods of the client's builder, with the flags that set the same.
fn with_flags(message: &str) -> String {
    let mut out = String::new();
    let mut rest = message;
    while let Some((before, after)) = rest.split_once("`.") {
        out.push_str(before);
        let Some((call, more)) = after.split_once('`') else {
            out.push_str("`.");
            rest = after;
            continue;
        };
        let (method, arguments) = call.split_once('(').unwrap_or((call, ""));
        // `.parameter("zone", ..)` sets what has a flag of that name.
        let name = match arguments.split('"').nth(1) {
            Some(name) if method == "parameter" => name,
            _ => method,
        };
        let flag = match name {
            "bearer_token" => "token",
            "basic_auth" => "user",
            "credentials" => "access-key",
            name => name,
        };
        out.push_str(&format!("`--{}`", flag.replace('_', "-")));
        rest = more.strip_prefix(" on the client's builder").unwrap_or(more);
    }
    out + rest
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn messages_name_flags() {
        let message =
            "zone: is required: set it with `.parameter(\"zone\", ..)` on the client's builder, or `.project_id(..)`";
        assert_eq!(with_flags(message), "zone: is required: set it with `--zone`, or `--project-id`");
        assert_eq!(with_flags("`x` and `.`"), "`x` and `--`");
    }
}
