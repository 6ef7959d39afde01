//! Failures of calls: what the terminal shows, and the exit code.

use std::process::ExitCode;

use serde_json::Value;
use yundb_runtime::{Error, ErrorCategory, ErrorKind, WaitError};

use super::document::{Document, Lowered, normal, quoted};
use super::secrets::masked;
use super::words;

/// The exit codes, as in the documentation.
pub(super) fn code(error: &Error) -> u8 {
    match (error.kind(), error.category()) {
        (ErrorKind::Config, ErrorCategory::Auth) => 4,
        (ErrorKind::Config, _) => 2,
        (ErrorKind::Invalid, _) => 3,
        (ErrorKind::Credentials, _) => 4,
        (ErrorKind::Job, _) if matches!(error.downcast_ref(), Some(WaitError::Failed { .. })) => 10,
        (ErrorKind::Job, _) => 1,
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

/// Prints a failure, with what the document says about it, and what can be done.
pub(super) fn report(document: &Document, lowered: &Lowered, hidden: &[String], error: &Error) -> ExitCode {
    let name = error.operation().unwrap_or(&lowered.operation.name);
    let message = masked(&with_flags(&error.to_string()), hidden);
    match error.violations() {
        [] if error.kind() == ErrorKind::Credentials => {
            crate::print::complain!(
                "error: {name}: no credentials: pass --access-key, --token or --profile, or set up one of these:"
            );
            let causes = message.split_once(": ").map_or(message.as_str(), |(_, causes)| causes);
            causes.split("; ").for_each(|cause| crate::print::complain!("  {cause}"));
        }
        [] => crate::print::complain!("error: {message}"),
        violations => {
            crate::print::complain!("error: {name} was not sent");
            for violation in violations {
                let text = masked(&with_flags(&violation.to_string()), hidden);
                crate::print::complain!("  {text}{}", taken(&text, lowered).unwrap_or_default());
            }
        }
    }
    if let Some((code, meaning)) = error.code().and_then(|code| Some((code, document.meaning(code)?))) {
        crate::print::complain!("  {code}: {}", meaning.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    if let Some(hint) = tls(&message) {
        crate::print::complain!("  {hint}");
    }
    match error.downcast_ref() {
        Some(WaitError::Failed { last, reason: None, .. }) => {
            if let Some(words) = serde_json::from_slice(last.raw_body()).ok().and_then(|body| words_of(&body)) {
                crate::print::complain!("  {}", masked(&words, hidden));
            }
        }
        Some(WaitError::Timeout { job, .. } | WaitError::Poll { job, .. }) => {
            let also = job.also.iter().map(|(name, value)| format!(" {}", quoted(&format!("{name}={value}"))));
            let (target, also) = (document.quoted(), also.collect::<String>());
            let operation = quoted(job.operation.as_deref().unwrap_or(name));
            crate::print::complain!(
                "  Continue to wait: yundb call {target} {operation} --resume {}{also}",
                quoted(&job.id)
            );
        }
        _ if error.is_retryable() => crate::print::complain!("  The same call may succeed later."),
        _ => {}
    }
    ExitCode::from(code(error))
}

/// The remedy for a missing input whose name is that of a flag of the tool.
fn taken(violation: &str, lowered: &Lowered) -> Option<String> {
    let (name, why) = violation.split_once(": ")?;
    let flag = words::flags().find(|flag| normal(flag) == normal(name))?;
    let is_input = lowered.operation.params.iter().any(|it| it.name == name && it.client.is_none());
    let is_missing = is_input && why == "is required";
    is_missing.then(|| format!(": write `{name}=..`, as `--{flag}` is a flag of the tool"))
}

/// What to do about a failure of TLS that has a common cause.
fn tls(message: &str) -> Option<&'static str> {
    if message.contains("UnknownIssuer") {
        return Some("The server's certificate is from an authority that is not trusted: pass its file with --cacert.");
    }
    let is_plain = message.contains("InvalidContentType");
    is_plain.then_some("The server does not speak TLS: did you mean --endpoint http://..?")
}

/// The error message in the response about a failed job.
fn words_of(body: &Value) -> Option<String> {
    let is_message = |name: &str| {
        let name = normal(name);
        let of_error = ["err", "fail"].iter().any(|word| name.contains(word));
        of_error && ["msg", "message", "reason", "detail", "log"].iter().any(|word| name.ends_with(word))
    };
    match body {
        Value::Object(entries) => {
            let own = entries.iter().find_map(|(name, value)| value.as_str().filter(|_| is_message(name)));
            let own = own.filter(|words| !words.trim().is_empty()).map(str::to_owned);
            own.or_else(|| entries.values().find_map(words_of))
        }
        Value::Array(items) => items.iter().find_map(words_of),
        _ => None,
    }
}

/// The message, which names methods of the client's builder, with the flags that set the same.
fn with_flags(message: &str) -> String {
    let mut out = String::new();
    let mut rest = message;
    while let Some((before, after)) = rest.split_once("`.") {
        out.push_str(before);
        let call = after.split_once('`').filter(|_| after.starts_with(|c: char| c.is_ascii_alphabetic()));
        let Some((call, more)) = call else {
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
    fn a_failed_job_has_a_reason() {
        let body = serde_json::json!({"job": {"status": "Failed", "entities": [{"error_msg": ""}, {"ErrMessage": "no quota"}]}});
        assert_eq!(words_of(&body).as_deref(), Some("no quota"));
        assert_eq!(words_of(&serde_json::json!({"message": "x", "errors": 3})), None);
    }

    #[test]
    fn messages_name_flags() {
        let message =
            "zone: is required: set it with `.parameter(\"zone\", ..)` on the client's builder, or `.project_id(..)`";
        assert_eq!(with_flags(message), "zone: is required: set it with `--zone`, or `--project-id`");
        assert_eq!(with_flags("`x` and `.`"), "`x` and `.`");
    }
}
