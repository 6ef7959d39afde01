//! Random values: nonces, client tokens, and boundaries of multipart bodies.

/// A source of nonces. It fails rather than repeat one.
pub(crate) type Nonces = dyn Fn() -> Result<String, String> + Send + Sync;

/// A random UUID.
pub(crate) fn nonce() -> Result<String, String> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| "the system provides no random numbers".to_owned())?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonces_are_random_uuids() {
        let [one, other] = [nonce(), nonce()].map(|nonce| nonce.unwrap().parse::<uuid::Uuid>().unwrap());
        assert_ne!(one, other);
        assert_eq!((one.get_version_num(), one.get_variant()), (4, uuid::Variant::RFC4122));
    }
}
