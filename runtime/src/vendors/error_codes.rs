//! Categories of error codes: of a service by its document, and those common to all services of a vendor.

use crate::data::category::ErrorCategory::{
    self, Auth, Conflict, InvalidInput, NotFound, Permission, Quota, ServerFault, Throttled,
};
use crate::data::service::Service;

/// Codes by category. `A` matches itself and suffixes after a dot (`A.B`), `A*` a prefix, `*A` a suffix, and `*A*` a
/// part. The first match wins.
pub(crate) type Codes = &'static [(ErrorCategory, &'static [&'static str])];

/// Codes common to services of any kind.
pub(super) const COMMON: Codes = &[(Throttled, &["Throttling*", "RequestLimitExceeded", "TooManyRequests"])];

/// The public error codes of Alibaba Cloud's RPC services, and the naming conventions of others.
pub(super) const ALIYUN: Codes = &[
    (
        Auth,
        &[
            "InvalidAccessKeyId",
            "MissingAccessKeyId",
            "NoEnabledAccessKey",
            "Forbidden.AccessKeyDisabled",
            "*SecurityToken*",
            "SignatureDoesNotMatch",
            "IncompleteSignature",
            "InvalidSignature",
            "SignatureNonceUsed",
            "InvalidTimeStamp",
            "IllegalTimestamp",
        ],
    ),
    (Permission, &["Forbidden", "NoPermission", "NotAuthorized"]),
    (Quota, &["QuotaExceed*", "*QuotaExceeded", "*.QuotaExceed", "LimitExceeded"]),
    (NotFound, &["EntityNotExist", "*.NotFound", "*.NotExist"]),
    (
        Conflict,
        &["EntityAlreadyExists", "*.Duplicate", "*.AlreadyExist", "*AlreadyExists", "IdempotentParameterMismatch"],
    ),
    (ServerFault, &["InternalError", "ServiceUnavailable"]),
    (InvalidInput, &["InvalidParameter*", "Missing*", "UnsupportedOperation", "UnsupportedHTTPMethod"]),
];

/// The codes of Huawei Cloud's gateway, which has two names, in front of all services.
pub(super) const HUAWEI: Codes = &[
    (Auth, &["APIG*.0301", "APIG*.0303", "APIG*.0305", "APIG*.0307", "APIG*.0311"]),
    (Permission, &["APIG*.0302", "APIG*.0304", "APIG*.0306"]),
    (NotFound, &["APIG*.0101"]),
    (Throttled, &["APIG*.0308"]),
];

/// The category of a service's error, given the codes of its vendor.
pub(crate) fn category(vendor: Codes, service: &Service, status: u16, code: Option<&str>) -> ErrorCategory {
    code.and_then(|code| {
        let own = service.errors.iter().find(|(_, codes)| codes.contains(&code)).map(|(category, _)| *category);
        own.or_else(|| service.busy.contains(&code).then_some(Conflict))
            .or_else(|| vendor.iter().chain(COMMON).find_map(|known| meaning(known, code)))
    })
    .unwrap_or_else(|| ErrorCategory::of_status(status))
}

fn meaning((category, patterns): &(ErrorCategory, &[&str]), code: &str) -> Option<ErrorCategory> {
    patterns.iter().any(|pattern| fits(pattern, code)).then_some(*category)
}

fn fits(pattern: &str, code: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else {
        return code.strip_prefix(pattern).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    };
    match after.strip_suffix('*') {
        Some(within) => code.contains(within),
        None => code.strip_prefix(before).is_some_and(|rest| rest.ends_with(after)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::service::Protocol;
    use crate::retry;

    fn service(errors: Codes) -> Service {
        Service {
            package: "x/1",
            version: "",
            product: "",
            protocol: Protocol::Http,
            servers: &[],
            schemes: &[],
            security: &[],
            jobs: &[],
            limits: &[],
            busy: &["InUse"],
            errors,
        }
    }

    /// Each error of a service, and its category.
    #[test]
    fn the_table() {
        const OWN: Codes = &[(Quota, &["DBS.200046"]), (NotFound, &["Forbidden.Gone"]), (Throttled, &["SlowDown"])];
        use ErrorCategory::{Other, Timeout};
        use Protocol::{AliyunRpc, Http, HuaweiRest};
        let service = service(OWN);
        let table = [
            // protocol, status, code, category
            (Http, 400, "", InvalidInput),
            (Http, 401, "", Auth),
            (Http, 403, "", Permission),
            (Http, 404, "", NotFound),
            (Http, 405, "", InvalidInput),
            (Http, 408, "", Timeout),
            (Http, 409, "", Conflict),
            (Http, 410, "", NotFound),
            (Http, 412, "", Conflict),
            (Http, 422, "X", InvalidInput),
            (Http, 423, "", Conflict),
            (Http, 429, "X", Throttled),
            (Http, 500, "", ServerFault),
            (Http, 503, "", ServerFault),
            (Http, 504, "", Timeout),
            (Http, 200, "", Other),
            (Http, 302, "", Other),
            // The document's own codes take precedence.
            (HuaweiRest, 413, "DBS.200046", Quota),
            (AliyunRpc, 403, "Forbidden.Gone", NotFound),
            (Http, 400, "SlowDown", Throttled),
            (Http, 400, "InUse", Conflict),
            // Codes common to services of any kind.
            (Http, 400, "TooManyRequests", Throttled),
            (Http, 400, "RequestLimitExceeded", Throttled),
            (Http, 403, "InvalidAccessKeyId", Permission),
            // Alibaba Cloud.
            (AliyunRpc, 404, "InvalidAccessKeyId.NotFound", Auth),
            (AliyunRpc, 403, "InvalidAccessKeyId.Inactive", Auth),
            (AliyunRpc, 400, "InvalidSecurityToken.Expired", Auth),
            (AliyunRpc, 400, "MissingSecurityToken", Auth),
            (AliyunRpc, 403, "Forbidden.AccessKeyDisabled", Auth),
            (AliyunRpc, 400, "SignatureDoesNotMatch", Auth),
            (AliyunRpc, 400, "InvalidTimeStamp.Expired", Auth),
            (AliyunRpc, 400, "SignatureNonceUsed", Auth),
            (AliyunRpc, 403, "Forbidden.RAM", Permission),
            (AliyunRpc, 400, "NoPermission", Permission),
            (AliyunRpc, 200, "QuotaExceeded.Instance", Quota),
            (AliyunRpc, 400, "InstanceQuotaExceeded", Quota),
            (AliyunRpc, 400, "InvalidDBInstanceId.NotFound", NotFound),
            (AliyunRpc, 404, "EntityNotExist.Role", NotFound),
            (AliyunRpc, 409, "EntityAlreadyExists.User", Conflict),
            (AliyunRpc, 400, "InvalidInstanceName.Duplicate", Conflict),
            (AliyunRpc, 400, "Throttling", Throttled),
            (AliyunRpc, 200, "Throttling.User", Throttled),
            (AliyunRpc, 200, "InvalidParameter", InvalidInput),
            (AliyunRpc, 200, "InternalError", ServerFault),
            (AliyunRpc, 200, "Unheard", Other),
            (AliyunRpc, 503, "ServiceUnavailable", ServerFault),
            // Huawei Cloud.
            (HuaweiRest, 401, "APIGW.0301", Auth),
            (HuaweiRest, 200, "APIG.0307", Auth),
            (HuaweiRest, 403, "APIGW.0302", Permission),
            (HuaweiRest, 404, "APIG.0101", NotFound),
            (HuaweiRest, 403, "APIG.0308", Throttled),
            (HuaweiRest, 400, "DBS.280001", InvalidInput),
        ];
        for (protocol, status, code, expected) in table {
            let code = Some(code).filter(|code| !code.is_empty());
            let found = category(super::super::of(protocol).error_codes(), &service, status, code);
            assert_eq!(found, expected, "{protocol:?} {status} {code:?}");
        }
    }

    /// Refused credentials that may be replaced by others.
    #[test]
    fn refused_keys_are_of_one_category() {
        for code in retry::REFUSED_KEYS {
            let protocol = if code.starts_with("APIG") { Protocol::HuaweiRest } else { Protocol::AliyunRpc };
            let codes = super::super::of(protocol).error_codes();
            assert_eq!(category(codes, &service(&[]), 400, Some(code)), Auth, "{code}");
        }
    }
}
