//! What a client may spend on retries, so that these cannot multiply an outage.

use std::sync::{Mutex, PoisonError};

use super::classify::Class;

/// What a client may still spend on retries.
#[derive(Debug)]
pub(crate) struct Budget(Mutex<u32>);

impl Budget {
    const FULL: u32 = 500;

    pub(crate) fn new() -> Self {
        Self(Mutex::new(Self::FULL))
    }

    /// Pays for another attempt. What was paid comes back with [`earn`](Self::earn), if the attempt succeeds.
    pub(crate) fn spend(&self, class: Class) -> Option<u32> {
        let cost = if class == Class::Timeout { 10 } else { 5 };
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *left = left.checked_sub(cost)?;
        Some(cost)
    }

    /// A success, for whose last attempt this was paid; one of a first attempt earns a little.
    pub(crate) fn earn(&self, paid: Option<u32>) {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *left = (*left + paid.unwrap_or(1)).min(Self::FULL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_empties_the_budget() {
        let budget = Budget::new();
        let paid = std::iter::from_fn(|| budget.spend(Class::Transient)).count();
        assert_eq!(paid, 100);
        assert_eq!(budget.spend(Class::Timeout), None);
        for _ in 0..5 {
            budget.earn(None);
        }
        assert_eq!(budget.spend(Class::Throttled), Some(5));
        assert_eq!(budget.spend(Class::Throttled), None);
        budget.earn(Some(10));
        assert_eq!(budget.spend(Class::Timeout), Some(10));
    }
}
