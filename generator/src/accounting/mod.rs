//! Accounting: the facts that a document states, and the outcome for each. A fact is in the client, left out with a
//! diagnostic, or inconsequential for a client; the three add up to the total. A fact in none of them is lost, which is
//! a bug in the generator.

mod ledger;
mod settle;

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub use ledger::Ledger;
pub use settle::{fates, settle};

use crate::diagnostic::{Diagnostic, Location};
pub use crate::load::{Fact, Reason};

/// The outcome for a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is in the client.
    InClient,
    /// It is left out, with a diagnostic of this code.
    LeftOut(&'static str),
    /// It makes no difference to a client.
    Inconsequential(Reason),
    /// None of these: a bug in the generator.
    Lost,
}

/// Number of facts of a kind, by fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Total.
    pub stated: usize,
    /// In the client.
    pub in_client: usize,
    /// Left out, each with a diagnostic.
    pub left_out: usize,
    /// Inconsequential.
    pub inconsequential: usize,
}

impl Count {
    /// Whether the parts add up to the total.
    pub fn adds_up(&self) -> bool {
        self.in_client + self.left_out + self.inconsequential == self.stated
    }
}

/// A fact without a fate.
#[derive(Clone, Debug)]
pub struct Lost {
    /// Its kind.
    pub fact: Fact,
    /// Its place.
    pub at: Location,
}

impl Lost {
    /// The warning at its place.
    pub fn diagnostic(&self) -> Diagnostic {
        let message = format!("`{}` is missing from the client ({})", self.at.text(), self.fact.name());
        Diagnostic::warning("unaccounted", message).at(self.at.clone()).label("left out").left_out()
    }
}

/// The facts of a document, by kind and fate.
#[derive(Clone, Debug, Default)]
pub struct Account {
    counts: BTreeMap<Fact, Count>,
    /// Facts left out, by kind and by code of the diagnostic.
    left_out: BTreeMap<(Fact, &'static str), Vec<Location>>,
    reasons: BTreeMap<(Reason, Fact), usize>,
    /// Facts in none of the three groups.
    pub lost: Vec<Lost>,
}

impl Account {
    fn count(&mut self, fact: Fact, fate: Fate, at: &Location) {
        let count = self.counts.entry(fact).or_default();
        count.stated += 1;
        match fate {
            Fate::InClient => count.in_client += 1,
            Fate::LeftOut(code) => {
                count.left_out += 1;
                self.left_out.entry((fact, code)).or_default().push(at.clone());
            }
            Fate::Inconsequential(reason) => {
                count.inconsequential += 1;
                *self.reasons.entry((reason, fact)).or_default() += 1;
            }
            Fate::Lost => self.lost.push(Lost { fact, at: at.clone() }),
        }
    }

    /// The count of a kind.
    pub fn of(&self, fact: Fact) -> Count {
        self.counts.get(&fact).copied().unwrap_or_default()
    }

    /// The sum over all kinds.
    pub fn total(&self) -> Count {
        self.counts.values().fold(Count::default(), |sum, count| Count {
            stated: sum.stated + count.stated,
            in_client: sum.in_client + count.in_client,
            left_out: sum.left_out + count.left_out,
            inconsequential: sum.inconsequential + count.inconsequential,
        })
    }

    /// Whether each fact is in one of the three groups.
    pub fn adds_up(&self) -> bool {
        self.counts.values().all(Count::adds_up)
    }

    /// A short summary of the facts left out: `2 responses, 14 constraints`. Empty if there are none.
    pub fn summary(&self) -> String {
        let kinds = Fact::ALL.into_iter().map(|fact| (fact, self.of(fact).left_out));
        let kinds = kinds.filter(|(_, count)| *count > 0).map(|(fact, count)| match (count, fact.name()) {
            (1, "properties") => "1 property".to_owned(),
            (1, name) => format!("1 {}", name.trim_end_matches('s')),
            (count, name) => format!("{count} {name}"),
        });
        kinds.collect::<Vec<_>>().join(", ")
    }

    /// The account as JSON: counts by kind, the place of each fact left out, and the reasons why facts are
    /// inconsequential.
    pub fn to_json(&self) -> Value {
        let count = |count: &Count, lost: usize| {
            json!({
                "stated": count.stated,
                "in_client": count.in_client,
                "left_out": count.left_out,
                "inconsequential": count.inconsequential,
                "lost": lost,
            })
        };
        let lost = |fact: Fact| self.lost.iter().filter(|lost| lost.fact == fact).count();
        let kinds = self.counts.iter().map(|(fact, of)| (fact.name().to_owned(), count(of, lost(*fact))));
        let left_out = self.left_out.iter().map(|((fact, code), places)| {
            let places: Vec<String> = places.iter().map(ToString::to_string).collect();
            json!({"kind": fact.name(), "diagnostic": code, "count": places.len(), "places": places})
        });
        let reasons = Reason::ALL.into_iter().filter_map(|reason| {
            let of = self.reasons.iter().filter(|((other, _), _)| *other == reason);
            let of: serde_json::Map<String, Value> =
                of.map(|((_, fact), count)| (fact.name().to_owned(), json!(count))).collect();
            (!of.is_empty()).then(|| json!({"reason": reason.name(), "why": reason.why(), "counts": of}))
        });
        let places = self.lost.iter().map(|lost| json!({"kind": lost.fact.name(), "place": lost.at.to_string()}));
        json!({
            "adds_up": self.adds_up(),
            "total": count(&self.total(), self.lost.len()),
            "kinds": kinds.collect::<serde_json::Map<String, Value>>(),
            "left_out": left_out.collect::<Vec<_>>(),
            "inconsequential": reasons.collect::<Vec<_>>(),
            "lost": places.collect::<Vec<_>>(),
        })
    }
}
