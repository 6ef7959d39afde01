//! Determines the fate of each fact from the ledger's marks, the diagnostics, and the reasons that apply wherever a key
//! occurs.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use super::{Account, Fate, Ledger};
use crate::diagnostic::{Diagnostics, Location};
use crate::load::{Fact, Facts, Reason, Step};

/// The counts of all facts, by kind and fate.
pub fn settle(facts: &Facts, ledger: &Ledger, diagnostics: &Diagnostics) -> Account {
    let mut account = Account::default();
    for (fact, at, fate) in fates(facts, ledger, diagnostics) {
        account.count(fact, fate, at);
    }
    account
}

/// The fate of each fact, in the document's order.
pub fn fates<'a>(facts: &'a Facts, ledger: &Ledger, diagnostics: &Diagnostics) -> Vec<(Fact, &'a Location, Fate)> {
    let place = |at: &Location, start: u32| (Arc::as_ptr(at.source()), start);
    let mut left_out: HashMap<_, &'static str> = HashMap::default();
    for diagnostic in diagnostics.iter() {
        left_out.extend(diagnostic.left_out.iter().map(|at| (place(at, offset(at)), diagnostic.code)));
    }
    let code = |step: &Step| {
        let value = step.value.and_then(|value| left_out.get(&place(&step.at, value)));
        left_out.get(&place(&step.at, offset(&step.at))).or(value).copied()
    };
    // A step shares the fate of the nearest enclosing one that was left out or ignored.
    let mut covered: Vec<Option<Fate>> = vec![None; facts.steps.len()];
    let mut open: Vec<(usize, Fate)> = Vec::new();
    for (index, step) in facts.steps.iter().enumerate() {
        while open.last().is_some_and(|(end, _)| *end <= index) {
            open.pop();
        }
        let own = code(step).or_else(|| ledger.left_out(&step.at)).map(Fate::LeftOut);
        let own = own.or_else(|| ledger.ignored(&step.at).or(step.reason).map(Fate::Inconsequential));
        if let Some(fate) = own {
            open.push((step.end as usize, fate));
        }
        if let Some(slot) = covered.get_mut(index) {
            *slot = open.last().map(|(_, fate)| *fate);
        }
    }
    let through = components_fates(facts, &covered, ledger);
    let fates = facts.steps.iter().enumerate().filter_map(|(index, step)| {
        let fate = if ledger.has(&step.at) {
            Fate::InClient
        } else if let Some(fate) = covered.get(index).copied().flatten() {
            fate
        } else if let Some(fate) = through.get(index).copied().flatten() {
            fate
        } else {
            Fate::Lost
        };
        Some((step.fact?, &step.at, fate))
    });
    fates.collect()
}

/// The fates, by step, of components that the client does not need: those that only left-out parts refer to are left
/// out with them; the others are unreferenced.
fn components_fates(facts: &Facts, covered: &[Option<Fate>], ledger: &Ledger) -> Vec<Option<Fate>> {
    let by_name: HashMap<(&str, &str), usize> = facts
        .components
        .iter()
        .enumerate()
        .map(|(index, component)| ((component.section.as_str(), component.name.as_str()), index))
        .collect();
    let mut owners: Vec<Option<usize>> = vec![None; facts.steps.len()];
    for (index, component) in facts.components.iter().enumerate() {
        owners.get_mut(component.steps.clone()).into_iter().flatten().for_each(|owner| *owner = Some(index));
    }
    // The components that each component refers to, with the fate of the reference.
    let mut edges: HashMap<Option<usize>, Vec<(usize, Option<Fate>)>> = HashMap::default();
    for (step, section, name) in &facts.references {
        let Some(to) = by_name.get(&(section.as_str(), name.as_str())) else { continue };
        let taken = facts.steps.get(*step).is_some_and(|step| ledger.has(&step.at));
        let fate = covered.get(*step).copied().flatten().filter(|_| !taken);
        edges.entry(owners.get(*step).copied().flatten()).or_default().push((*to, fate));
    }
    let mut fates: Vec<Option<Option<Fate>>> = vec![None; facts.components.len()];
    // First along references in the client, then along left-out ones, last along inconsequential ones.
    let rank = |fate: &Option<Fate>| match fate {
        None => 0,
        Some(Fate::LeftOut(_)) => 1,
        Some(_) => 2,
    };
    for round in 0..3 {
        let sources = std::iter::once((None, None)).chain(
            fates.iter().enumerate().filter_map(|(index, fate)| Some((Some(index), (*fate)?))).collect::<Vec<_>>(),
        );
        let mut open: Vec<(Option<usize>, Option<Fate>)> = sources.collect();
        let mut seen: HashSet<Option<usize>> = HashSet::default();
        while let Some((from, so_far)) = open.pop() {
            if !seen.insert(from) {
                continue;
            }
            for (to, fate) in edges.get(&from).into_iter().flatten() {
                let fate = so_far.or(*fate);
                if rank(&fate) == round && fates.get(*to) == Some(&None) {
                    if let Some(slot) = fates.get_mut(*to) {
                        *slot = Some(fate);
                    }
                    open.push((Some(*to), fate));
                }
            }
        }
    }
    let mut by_step = vec![None; facts.steps.len()];
    for (component, fate) in facts.components.iter().zip(fates) {
        let fate = fate.unwrap_or(Some(Fate::Inconsequential(Reason::Unreferenced)));
        by_step.get_mut(component.steps.clone()).into_iter().flatten().for_each(|step| *step = fate);
    }
    by_step
}

fn offset(at: &Location) -> u32 {
    u32::try_from(at.start()).unwrap_or(u32::MAX)
}
