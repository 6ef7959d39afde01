//! Amounts.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// An amount with its currency, which the service writes as `12 EUR`.
#[derive(Clone, Debug, PartialEq)]
pub struct Money {
    pub amount: u64,
    pub currency: String,
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{} {}", self.amount, self.currency))
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (amount, currency) = text.split_once(' ').ok_or_else(|| D::Error::custom("no currency"))?;
        let amount = amount.parse().map_err(D::Error::custom)?;
        Ok(Self { amount, currency: currency.to_owned() })
    }
}
