//! Strongly connected components of a graph, in linear time and memory.

/// Returns the number of each node's component. `edges` lists the successors of each node.
/// Kosaraju's algorithm, without recursion, as graphs of types can be as deep as they are long. `petgraph` has it, too,
/// but would add a second version of `hashbrown` for these few lines.
pub(super) fn cycles(edges: &[Vec<usize>]) -> Vec<usize> {
    let mut back: Vec<Vec<usize>> = vec![Vec::new(); edges.len()];
    for (from, targets) in edges.iter().enumerate() {
        targets.iter().for_each(|to| back[*to].push(from));
    }
    // A node is done when all its successors are; the last one done is in a component without incoming edges.
    let mut done = Vec::with_capacity(edges.len());
    let mut seen = vec![false; edges.len()];
    for start in 0..edges.len() {
        let mut open = vec![(start, 0)];
        while let Some((node, next)) = open.pop() {
            if next == 0 && std::mem::replace(&mut seen[node], true) {
                continue;
            }
            match edges[node].get(next) {
                Some(target) => open.extend([(node, next + 1), (*target, 0)]),
                None => done.push(node),
            }
        }
    }
    let mut cycle: Vec<Option<usize>> = vec![None; edges.len()];
    for (number, start) in done.into_iter().rev().enumerate() {
        let mut open = vec![start];
        while let Some(node) = open.pop() {
            if cycle[node].is_none() {
                cycle[node] = Some(number);
                open.extend(&back[node]);
            }
        }
    }
    cycle.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::cycles;

    proptest::proptest! {
        /// Two nodes have the same number if and only if each can reach the other.
        #[test]
        fn nodes_that_reach_each_other_share_a_component(pairs in proptest::collection::vec((0usize..9, 0usize..9), 0..20)) {
            let mut edges = vec![Vec::new(); 9];
            pairs.iter().for_each(|(from, to)| edges[*from].push(*to));
            let leads = |from: usize, to: usize| {
                let mut seen = [false; 9];
                let mut open = vec![from];
                while let Some(node) = open.pop() {
                    if !std::mem::replace(&mut seen[node], true) {
                        open.extend(&edges[node]);
                    }
                }
                seen[to]
            };
            let found = cycles(&edges);
            for a in 0..9 {
                for b in 0..9 {
                    proptest::prop_assert_eq!(found[a] == found[b], leads(a, b) && leads(b, a), "{} {}", a, b);
                }
            }
        }
    }
}
