//! The budget for retries, so that they cannot multiply the load of an outage.

use std::sync::{Arc, Mutex, PoisonError};

use super::classify::RetryClass;
use super::strategy::RetryContext;
use crate::transport::TransportErrorKind;

/// A budget for retries: when most calls fail, clients stop repeating them, so that retries cannot multiply the load of
/// an outage.
///
/// By default each client has its own; a budget can be shared by the clients of a service or host, through clones. A
/// retry costs 5 units, and 10 after a timeout; they are refunded if it succeeds. A call that succeeds at the first
/// attempt earns one unit. The first retry of a request that the server stated it did not process costs only 1: an
/// HTTP/2 server that closes its connection may affect hundreds of calls at once.
#[derive(Clone, Debug)]
pub struct RetryBudget(Option<Arc<State>>);

#[derive(Debug)]
struct State {
    full: u32,
    left: Mutex<u32>,
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new(500)
    }
}

impl RetryBudget {
    /// Creates a full budget of this many units. The default is 500, which pays for 100 retries.
    pub fn new(units: u32) -> Self {
        Self(Some(Arc::new(State { full: units, left: Mutex::new(units) })))
    }

    /// Creates an unlimited budget.
    pub fn unlimited() -> Self {
        Self(None)
    }

    /// Pays for another attempt. [`earn`](Self::earn) refunds the units if the attempt succeeds.
    pub(crate) fn spend(&self, failed: &RetryContext<'_>) -> Option<u32> {
        let cost = match failed {
            RetryContext { attempts: 1, transport: Some(TransportErrorKind::Unprocessed), .. } => 1,
            RetryContext { class: RetryClass::Timeout, .. } => 10,
            _ => 5,
        };
        if let Some(state) = &self.0 {
            let mut left = state.left.lock().unwrap_or_else(PoisonError::into_inner);
            *left = left.checked_sub(cost)?;
        }
        Some(cost)
    }

    /// Records a success: refunds what its last attempt cost; a success of a first attempt earns a unit.
    pub(crate) fn earn(&self, paid: Option<u32>) {
        if let Some(state) = &self.0 {
            let mut left = state.left.lock().unwrap_or_else(PoisonError::into_inner);
            *left = left.saturating_add(paid.unwrap_or(1)).min(state.full);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(class: RetryClass) -> RetryContext<'static> {
        RetryContext::new("List", 1, class)
    }

    #[test]
    fn an_outage_empties_the_budget() {
        let budget = RetryBudget::default();
        let paid = std::iter::from_fn(|| budget.spend(&after(RetryClass::Transient))).count();
        assert_eq!(paid, 100);
        assert_eq!(budget.spend(&after(RetryClass::Timeout)), None);
        for _ in 0..5 {
            budget.earn(None);
        }
        assert_eq!(budget.spend(&after(RetryClass::Throttled)), Some(5));
        assert_eq!(budget.spend(&after(RetryClass::Throttled)), None);
        budget.earn(Some(10));
        assert_eq!(budget.spend(&after(RetryClass::Timeout)), Some(10));
    }

    #[test]
    fn the_first_retry_of_an_unprocessed_request_is_cheap() {
        let budget = RetryBudget::new(7);
        let mut unprocessed = after(RetryClass::Transient);
        unprocessed.transport = Some(TransportErrorKind::Unprocessed);
        assert_eq!([(); 2].map(|()| budget.spend(&unprocessed)), [Some(1); 2]);
        unprocessed.attempts = 2;
        assert_eq!(budget.spend(&unprocessed), Some(5));
        // A server that refuses everything exhausts it, too.
        unprocessed.attempts = 1;
        assert_eq!(budget.spend(&unprocessed), None);
    }

    #[test]
    fn clones_share_it() {
        let budget = RetryBudget::new(7);
        let other = budget.clone();
        assert_eq!(other.spend(&after(RetryClass::Transient)), Some(5));
        assert_eq!(budget.spend(&after(RetryClass::Transient)), None);
        assert!((0..1000).all(|_| RetryBudget::unlimited().spend(&after(RetryClass::Timeout)).is_some()));
        assert_eq!(RetryBudget::new(0).spend(&after(RetryClass::Transient)), None);
    }
}
