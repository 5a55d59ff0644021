//! The Merkle tree of RFC 6962 section 2.1 over SHA-256 (`specs/wire.md` 1.6).
//!
//! The same tree serves twice: over the messages of the board, and over the parts of one message,
//! so that a part can be shown without the rest. [`Tree`] grows and makes proofs; [`PathTree`] shows the leaves of a finished
//! tree, and does not keep them; [`CompactTree`] gives only the head, in next to no memory.

mod compact;
mod paths;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use sha2::Sha256;

use crate::crypto::hash::Digest;

pub use compact::{CompactTree, Leaf};
pub use paths::PathTree;

/// Most leaves of a tree whose proofs are looked at.
const MAX_LEAVES: u64 = 1 << 62;

/// The root that an audit path gives for a leaf (RFC 6962 section 2.1.1); nothing if the path has another length than that of this
/// leaf in a tree of `size` leaves.
pub fn root_of_path(leaf: &[u8], index: usize, size: usize, path: &[u8]) -> Option<Digest> {
    if index >= size || path.len() != 32 * inclusion_len(index, size) {
        return None;
    }
    // From the root down, on which side of each node the leaf stands.
    let (mut index, mut size, mut is_left) = (index, size, Vec::new());
    while size > 1 {
        let left = largest_power_below(size);
        is_left.push(index < left);
        if index < left {
            size = left;
        } else {
            (index, size) = (index - left, size - left);
        }
    }
    let mut node = Leaf::of(leaf).finish();
    for (sibling, is_left) in path.chunks_exact(32).zip(is_left.into_iter().rev()) {
        let sibling = sibling.try_into().ok()?;
        node = match is_left {
            true => compact::parent(&node, &sibling),
            false => compact::parent(&sibling, &node),
        };
    }
    Some(node)
}

/// Hashes of the audit path of a leaf in a tree of `size` leaves (RFC 6962 section 2.1.1); 0 for a leaf that is not there.
pub fn inclusion_len(index: usize, size: usize) -> usize {
    let (mut index, mut size, mut hashes) = (index, size, 0);
    while size > 1 && index < size {
        let left = largest_power_below(size);
        if index < left {
            size = left;
        } else {
            (index, size) = (index - left, size - left);
        }
        hashes += 1;
    }
    hashes
}

/// Hashes of the proof that a tree of `size` leaves continues one of `old` leaves (RFC 6962 section 2.1.2); 0 if it does not.
pub fn consistency_len(old: usize, size: usize) -> usize {
    let (mut old, mut size, mut hashes, mut is_whole) = (old, size, 0, true);
    if old == 0 || old >= size {
        return 0;
    }
    while old != size {
        let left = largest_power_below(size);
        if old <= left {
            size = left;
        } else {
            (old, size, is_whole) = (old - left, size - left, false);
        }
        hashes += 1;
    }
    hashes + usize::from(!is_whole)
}

/// The largest power of two below a size of 2 or more.
fn largest_power_below(size: usize) -> usize {
    1 << (usize::BITS - 1 - (size - 1).leading_zeros())
}

/// The head of a tree: how many leaves, and the hash over them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Root {
    /// Number of leaves.
    pub size: u64,
    /// `MTH` of RFC 6962 section 2.1.
    pub hash: Digest,
}

/// An append-only tree that keeps its leaves and nodes: about 64 bytes a leaf and the leaf itself.
#[derive(Clone, Default)]
pub struct Tree<L: AsRef<[u8]>>(MemoryBackedTree<Sha256, L>);

impl<L: AsRef<[u8]>> Tree<L> {
    /// The empty tree.
    pub fn new() -> Self {
        Self(MemoryBackedTree::new())
    }

    /// Appends a leaf and returns its index.
    pub fn push(&mut self, leaf: L) -> u64 {
        self.0.push(leaf);
        self.0.len() - 1
    }

    /// Leaves so far.
    pub fn size(&self) -> u64 {
        self.0.len()
    }

    /// The leaf at an index.
    pub fn leaf(&self, index: u64) -> Option<&L> {
        self.0.get(usize::try_from(index).ok()?)
    }

    /// The head.
    pub fn root(&self) -> Root {
        let root = self.0.root();
        Root {
            size: root.num_leaves(),
            hash: (*root.as_bytes()).into(),
        }
    }

    /// The audit path of a leaf (RFC 6962 section 2.1.1); nothing for a leaf that is not there.
    pub fn inclusion(&self, index: u64) -> Option<Vec<u8>> {
        let index = usize::try_from(index)
            .ok()
            .filter(|_| index < self.size())?;
        Some(self.0.prove_inclusion(index).as_bytes().to_vec())
    }

    /// The proof that the first `size` leaves are a prefix of this tree (RFC 6962 section 2.1.2);
    /// nothing if the tree has fewer. From the empty tree nothing needs proving.
    pub fn consistency(&self, size: u64) -> Option<Vec<u8>> {
        if size == 0 {
            return Some(Vec::new());
        }
        let added = usize::try_from(self.size().checked_sub(size)?).ok()?;
        Some(self.0.prove_consistency(added).as_bytes().to_vec())
    }
}

impl<L: AsRef<[u8]>> FromIterator<L> for Tree<L> {
    fn from_iter<I: IntoIterator<Item = L>>(leaves: I) -> Self {
        let mut tree = Self::new();
        for leaf in leaves {
            tree.push(leaf);
        }
        tree
    }
}

impl Root {
    /// The head of the empty tree.
    pub fn empty() -> Self {
        Tree::<[u8; 0]>::new().root()
    }

    /// The arithmetic of the tree ends at 2^63 leaves. No honest aggregator signs a larger head.
    fn is_possible(&self) -> bool {
        self.size <= MAX_LEAVES
    }

    fn head(&self) -> RootHash<Sha256> {
        RootHash::new(self.hash.into(), self.size)
    }

    /// Whether `leaf` is at `index` of the tree with this head.
    #[must_use]
    pub fn includes(&self, leaf: &[u8], index: u64, proof: &[u8]) -> bool {
        self.is_possible()
            && InclusionProof::try_from_bytes(proof.to_vec())
                .is_ok_and(|proof| self.head().verify_inclusion(&leaf, index, &proof).is_ok())
    }

    /// Whether the tree with this head continues the tree with the head `old`.
    #[must_use]
    pub fn continues(&self, old: &Root, proof: &[u8]) -> bool {
        if old.size == 0 {
            return *old == Self::empty() && proof.is_empty();
        }
        self.is_possible()
            && ConsistencyProof::try_from_bytes(proof.to_vec())
                .is_ok_and(|proof| self.head().verify_consistency(&old.head(), &proof).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sha2::Digest as _;

    /// `MTH` as RFC 6962 section 2.1 writes it.
    fn reference(leaves: &[Vec<u8>]) -> Digest {
        match leaves {
            [] => Sha256::digest([]).into(),
            [leaf] => Sha256::new()
                .chain_update([0])
                .chain_update(leaf)
                .finalize()
                .into(),
            _ => {
                let k = leaves.len().next_power_of_two() / 2;
                Sha256::new()
                    .chain_update([1])
                    .chain_update(reference(&leaves[..k]))
                    .chain_update(reference(&leaves[k..]))
                    .finalize()
                    .into()
            }
        }
    }

    proptest! {
        #[test]
        fn proofs_hold_for_what_they_say_and_nothing_else(
            leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..4), 1..40),
            pick: prop::sample::Index,
            prefix: prop::sample::Index,
            flip: prop::sample::Index,
        ) {
            let tree: Tree<_> = leaves.iter().cloned().collect();
            let root = tree.root();
            prop_assert_eq!(root.hash, reference(&leaves));
            let compact: CompactTree = leaves.iter().map(|leaf| Leaf::of(leaf)).collect();
            prop_assert_eq!(compact.root(), root);
            let index = pick.index(leaves.len());
            let proof = tree.inclusion(index as u64).unwrap();
            prop_assert_eq!(proof.len(), 32 * inclusion_len(index, leaves.len()));
            let of_path = |path: &[u8]| root_of_path(&leaves[index], index, leaves.len(), path);
            prop_assert_eq!(of_path(&proof), Some(root.hash));
            prop_assert!(of_path(&[&proof[..], &[0; 32]].concat()).is_none());
            prop_assert!(root.includes(&leaves[index], index as u64, &proof));
            prop_assert!(!root.includes(b"other leaf", index as u64, &proof));
            prop_assert!(!root.includes(&leaves[index], root.size, &proof));
            let size = prefix.index(leaves.len() + 1);
            let old = leaves[..size].iter().cloned().collect::<Tree<_>>().root();
            let proof = tree.consistency(size as u64).unwrap();
            prop_assert_eq!(proof.len(), 32 * consistency_len(size, leaves.len()));
            prop_assert!(root.continues(&old, &proof));
            if !proof.is_empty() {
                let mut bad = proof.clone();
                let at = flip.index(bad.len());
                bad[at] ^= 1;
                prop_assert!(!root.continues(&old, &bad));
                prop_assert!(!root.continues(&old, &proof[1..]));
            }
            let mut forked = leaves.clone();
            forked[0].push(0);
            if size > 0 {
                let fork = forked[..size].iter().cloned().collect::<Tree<_>>().root();
                prop_assert!(!root.continues(&fork, &proof));
            }
        }
    }

    #[test]
    fn what_is_not_there_has_no_proof() {
        let tree: Tree<_> = [b"a", b"b"].into_iter().collect();
        assert_eq!(CompactTree::default().root(), Root::empty());
        assert_eq!(tree.inclusion(2), None);
        assert_eq!(tree.consistency(3), None);
        assert!(!Root {
            size: 0,
            hash: [1; 32]
        }
        .continues(
            &Root {
                size: 0,
                hash: [1; 32]
            },
            &[]
        ));
        assert!(!Root::empty().includes(b"", 0, &[]));
        // A reader must not panic on a head that a corrupt aggregator made up.
        for size in [u64::MAX, u64::MAX / 2 + 2, u64::MAX / 2 + 1, 1 << 62] {
            let made_up = Root {
                size,
                hash: [1; 32],
            };
            for index in [0, 1 << 61, u64::MAX / 2 + 1, u64::MAX - 1] {
                assert!(!made_up.includes(b"a", index, &[0; 64]));
            }
            assert!(!made_up.continues(&tree.root(), &[0; 64]));
            assert!(!tree.root().continues(&made_up, &[0; 64]));
        }
    }
}
