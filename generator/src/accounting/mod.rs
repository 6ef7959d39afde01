//! Accounting: what a document says, and what became of it. Each fact is in the client, left out with a diagnostic, or of no
//! consequence to a client; the three add up to what is there. What is in none of them is lost, and that is a fault.

mod ledger;
mod settle;

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub use ledger::Ledger;
pub use settle::{fates, settle};

use crate::diagnostic::{Diagnostic, Location};
pub use crate::load::{Fact, Reason};

/// What became of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is in the client.
    InClient,
    /// It is left out, and the diagnostic with this code names it.
    LeftOut(&'static str),
    /// It makes no difference to a client.
    Inconsequential(Reason),
    /// None of these: a fault of the generator.
    Lost,
}

/// How many facts of a kind had which fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// All.
    pub stated: usize,
    /// Those in the client.
    pub in_client: usize,
    /// Those left out, each named by a diagnostic.
    pub left_out: usize,
    /// Those of no consequence.
    pub inconsequential: usize,
}

impl Count {
    /// Whether the parts add up to the whole.
    pub fn adds_up(&self) -> bool {
        self.in_client + self.left_out + self.inconsequential == self.stated
    }
}

/// A fact that became nothing.
#[derive(Clone, Debug)]
pub struct Lost {
    /// What it is about.
    pub fact: Fact,
    /// Where it stands.
    pub at: Location,
}

impl Lost {
    /// A warning at its place.
    pub fn diagnostic(&self) -> Diagnostic {
        let message = format!("`{}` is in no place of the client ({})", self.at.text(), self.fact.name());
        Diagnostic::warning("unaccounted", message).at(self.at.clone()).label("left out").left_out()
    }
}

/// What a document says, by kind and by what became of it.
#[derive(Clone, Debug, Default)]
pub struct Account {
    counts: BTreeMap<Fact, Count>,
    /// Facts left out, by kind and code of the diagnostic.
    left_out: BTreeMap<(Fact, &'static str), Vec<Location>>,
    reasons: BTreeMap<(Reason, Fact), usize>,
    /// What is in none of the three parts.
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

    /// The counts of all kinds together.
    pub fn total(&self) -> Count {
        self.counts.values().fold(Count::default(), |sum, count| Count {
            stated: sum.stated + count.stated,
            in_client: sum.in_client + count.in_client,
            left_out: sum.left_out + count.left_out,
            inconsequential: sum.inconsequential + count.inconsequential,
        })
    }

    /// Whether each fact is in one of the three parts.
    pub fn adds_up(&self) -> bool {
        self.counts.values().all(Count::adds_up)
    }

    /// What is left out, in a few words: `2 responses, 14 constraints`. Empty if nothing is.
    pub fn summary(&self) -> String {
        let kinds = Fact::ALL.into_iter().map(|fact| (fact, self.of(fact).left_out));
        let kinds = kinds.filter(|(_, count)| *count > 0).map(|(fact, count)| match (count, fact.name()) {
            (1, "properties") => "1 property".to_owned(),
            (1, name) => format!("1 {}", name.trim_end_matches('s')),
            (count, name) => format!("{count} {name}"),
        });
        kinds.collect::<Vec<_>>().join(", ")
    }

    /// The account as JSON: the counts by kind, each place that is left out, and why the rest makes no difference.
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
