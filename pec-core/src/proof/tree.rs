//! Proofs that an entry stands in a log (RFC 6962 §2.1.1; the hashes of C2SP tlog-tiles).

use crate::crypto::{DigestAlgorithm, digest};

/// A node of the tree.
pub(super) type Node = [u8; 32];

/// More levels than any log has.
const DEEPEST: usize = 64;

fn sha256(bytes: &[u8]) -> Node {
    let mut node = [0; 32];
    node.copy_from_slice(digest(DigestAlgorithm::Sha256, bytes).as_bytes());
    node
}

/// The hash of an entry.
pub(super) fn leaf(entry: &[u8]) -> Node {
    sha256(&[&[0], entry].concat())
}

fn parent(left: &Node, right: &Node) -> Node {
    sha256(&[&[1][..], left, right].concat())
}

/// The root to which `path` leads from entry `index` of `size`; `None` where it is no path there (RFC 9162 §2.1.3.2).
pub(super) fn root(leaf: Node, index: u64, size: u64, path: &[Node]) -> Option<Node> {
    if index >= size || path.len() > DEEPEST {
        return None;
    }
    let (mut place, mut last, mut node) = (index, size - 1, leaf);
    for next in path {
        if last == 0 {
            return None;
        }
        if place & 1 == 1 || place == last {
            node = parent(next, &node);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            node = parent(&node, next);
        }
        place >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(node)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6962 §2.1 as it is written, by recursion.
    fn tree(entries: &[Vec<u8>]) -> Node {
        match entries {
            [] => sha256(b""),
            [one] => leaf(one),
            many => {
                let left = many.len().next_power_of_two() / 2;
                parent(&tree(&many[..left]), &tree(&many[left..]))
            }
        }
    }

    fn path(index: usize, entries: &[Vec<u8>]) -> Vec<Node> {
        if entries.len() <= 1 {
            return Vec::new();
        }
        let left = entries.len().next_power_of_two() / 2;
        let (mut inside, beside) = if index < left {
            (path(index, &entries[..left]), tree(&entries[left..]))
        } else {
            (path(index - left, &entries[left..]), tree(&entries[..left]))
        };
        inside.push(beside);
        inside
    }

    #[test]
    fn every_path_of_every_small_tree_leads_to_its_root_and_nowhere_else() {
        for size in 1..=33_usize {
            let entries: Vec<Vec<u8>> = (0..size).map(|n| vec![n as u8]).collect();
            let expected = tree(&entries);
            for index in 0..size {
                let proof = path(index, &entries);
                let of = |index: usize, size: usize, entry: u8, proof: &[Node]| {
                    root(leaf(&[entry]), index as u64, size as u64, proof)
                };
                assert_eq!(of(index, size, index as u8, &proof), Some(expected));
                assert_ne!(of(index, size, 200, &proof), Some(expected));
                assert_ne!(of((index + 1) % size.max(2), size, index as u8, &proof), Some(expected));
                if let Some((_, shorter)) = proof.split_last() {
                    assert_ne!(of(index, size, index as u8, shorter), Some(expected));
                }
                let longer = [&proof[..], &[[0; 32]]].concat();
                assert_ne!(of(index, size, index as u8, &longer), Some(expected));
            }
        }
    }
}
