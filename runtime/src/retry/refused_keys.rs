//! The codes by which the vendors' services say that they do not take the keys of a call: others may do, as keys end and are replaced.

/// Each with what may follow it behind a dot. Codes of signatures (`SignatureDoesNotMatch`) are not among them, as these depend on what
/// is signed, nor are those of rights (`Forbidden.RAM`, `APIGW.0302`), which new keys of the same user don't change.
pub(crate) const CODES: &[&str] = &[
    // Alibaba Cloud: `.NotFound`, `.Inactive`.
    "InvalidAccessKeyId",
    "Forbidden.AccessKeyDisabled",
    "NoEnabledAccessKey",
    // `.Expired`, `.Malformed`, `.MismatchWithAccessKey`.
    "InvalidSecurityToken",
    // Keys of a role without their token.
    "MissingSecurityToken",
    // Huawei Cloud's gateway, under either of its names: keys or a token that IAM refuses, ..
    "APIG.0301",
    "APIGW.0301",
    // .. and a token that has to be renewed.
    "APIG.0307",
    "APIGW.0307",
];

/// Whether the service did not take the keys of a call.
pub(crate) fn blames_keys(status: Option<u16>, code: Option<&str>) -> bool {
    let refuses = |code: &str| {
        let rest =
            CODES.iter().find_map(|known| code.strip_prefix(known).filter(|it| it.is_empty() || it.starts_with('.')));
        // Single services call the token's faults in other ways.
        rest.is_some() || code.contains("SecurityToken")
    };
    status == Some(401) || code.is_some_and(refuses)
}
