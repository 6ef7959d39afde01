//! The vendors' error codes for refused keys. Other keys may be accepted, as keys expire and are replaced.

/// Each with its suffixes after a dot. Excluded are codes about signatures (`SignatureDoesNotMatch`), as these depend
/// on the signed text, and about permissions (`Forbidden.RAM`, `APIGW.0302`), which new keys of the same user do not
/// change.
pub(crate) const CODES: &[&str] = &[
    // Alibaba Cloud: `.NotFound`, `.Inactive`.
    "InvalidAccessKeyId",
    "Forbidden.AccessKeyDisabled",
    "NoEnabledAccessKey",
    // `.Expired`, `.Malformed`, `.MismatchWithAccessKey`.
    "InvalidSecurityToken",
    // Keys of a role without their security token.
    "MissingSecurityToken",
    // Huawei Cloud's gateway, under either of its names: keys or a token that IAM refuses, ..
    "APIG.0301",
    "APIGW.0301",
    // .. and an expired token.
    "APIG.0307",
    "APIGW.0307",
];

/// Whether the service refused the keys of a call.
pub(crate) fn blames_keys(status: Option<u16>, code: Option<&str>) -> bool {
    let refuses = |code: &str| {
        let rest =
            CODES.iter().find_map(|known| code.strip_prefix(known).filter(|it| it.is_empty() || it.starts_with('.')));
        // Some services have their own codes for invalid tokens.
        rest.is_some() || code.contains("SecurityToken")
    };
    status == Some(401) || code.is_some_and(refuses)
}
