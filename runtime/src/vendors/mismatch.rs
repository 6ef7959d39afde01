//! Signatures that a service refuses.

use crate::data::line::visible;
use crate::response::Failure;

/// A service that refuses a signature may return the string it expected to be signed. That contains all parameters,
/// including secrets, and is hard to read: instead, the message states whether the secret is wrong, or where the
/// strings differ.
pub(crate) fn compare_signed(failure: &mut Failure, ours: Option<&str>) {
    if let Some(message) = failure.message_mut()
        && let Some((before, theirs)) = expected_to_sign(message)
    {
        let verdict = match ours.map(|ours| differs_in(ours, theirs)) {
            Some(None) => "the signed strings are equal: the access key secret is wrong".to_owned(),
            Some(Some(name)) => {
                format!("the signed string differs from the one received, first in `{}`", visible(&name))
            }
            None => "the expected string to sign is in the body".to_owned(),
        };
        *message = format!("{} ({verdict})", before.trim_end_matches([' ', ',', '.', ':']));
    }
}

/// The rest of a message, and the string that the service expected, if it is included.
fn expected_to_sign(message: &str) -> Option<(&str, &str)> {
    const MARKER: &str = "string to sign is:";
    let at = message.to_ascii_lowercase().find(MARKER)?;
    let (before, theirs) = (message.get(..at)?, message.get(at + MARKER.len()..)?);
    Some((before.trim_end().trim_end_matches("server"), theirs.trim()))
}

/// The first parameter in which two strings to sign differ; the method, if they differ before any.
fn differs_in(ours: &str, theirs: &str) -> Option<String> {
    let parts = |text: &str| text.split("%26").map(str::to_owned).collect::<Vec<_>>();
    let (ours, theirs) = (parts(ours), parts(theirs));
    let at = (0..ours.len().max(theirs.len())).find(|at| ours.get(*at) != theirs.get(*at))?;
    let part = ours.get(at).or_else(|| theirs.get(at))?;
    // The first parameter is preceded by the method and the path.
    let name = part.rsplit('&').next()?.split("%3D").next()?;
    Some(name.to_owned())
}
