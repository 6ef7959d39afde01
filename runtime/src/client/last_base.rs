//! Keeps the base URL of a client's calls: nearly all go to the same one.

use std::sync::{Arc, Mutex, PoisonError};

use crate::data::service::Server;

/// The base URL of the last call, and what it was resolved from.
#[derive(Default)]
pub(super) struct LastBase(Mutex<Option<(Origin, Arc<str>)>>);

/// All that a base URL depends on, besides the client's settings.
pub(super) struct Origin {
    pub(super) servers: &'static [Server],
    /// The endpoint of the call or the client.
    pub(super) own: Option<String>,
    pub(super) region: Option<String>,
}

impl LastBase {
    /// The base URL of this origin, resolved if it is another one than that of the last call.
    pub(super) fn of(
        &self,
        origin: Origin,
        resolve: impl FnOnce(&Origin) -> Result<String, String>,
    ) -> Result<Arc<str>, String> {
        let last = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, base)) = last().as_ref().filter(|(known, _)| known.is(&origin)) {
            return Ok(base.clone());
        }
        let base: Arc<str> = resolve(&origin)?.into();
        *last() = Some((origin, base.clone()));
        Ok(base)
    }
}

impl Origin {
    fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self.servers, other.servers) && self.own == other.own && self.region == other.region
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolved_once_for_each_origin() {
        let last = LastBase::default();
        let of = |own: &str, region: &str| {
            let origin = Origin { servers: &[], own: Some(own.to_owned()), region: Some(region.to_owned()) };
            let mut resolved = false;
            let base = last.of(origin, |origin| {
                resolved = true;
                origin.own.clone().filter(|own| !own.is_empty()).ok_or("none".to_owned())
            });
            (base.as_deref().ok().map(str::to_owned), resolved)
        };
        assert_eq!(of("a", "r"), (Some("a".to_owned()), true));
        assert_eq!(of("a", "r"), (Some("a".to_owned()), false));
        assert_eq!(of("a", "s"), (Some("a".to_owned()), true));
        assert_eq!(of("b", "s"), (Some("b".to_owned()), true));
        assert_eq!(of("", "s"), (None, true));
        assert_eq!(of("", "s"), (None, true), "an error is not kept");
        assert_eq!(of("b", "s"), (Some("b".to_owned()), false));
    }
}
