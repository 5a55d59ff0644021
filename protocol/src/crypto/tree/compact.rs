//! The tree of RFC 6962 for those who need its head and no proof: one hash for each full subtree.

use sha2::{Digest as _, Sha256};

use super::Root;
use crate::crypto::hash::Digest;

/// A leaf, hashed as its bytes come: `SHA-256(0x00 || bytes)`.
#[derive(Debug, Clone)]
pub struct Leaf(Sha256);

impl Leaf {
    /// A leaf of which no byte has come yet.
    pub fn new() -> Self {
        Self(Sha256::new().chain_update([0]))
    }

    /// A leaf that is there as a whole.
    pub fn of(bytes: &[u8]) -> Self {
        let mut leaf = Self::new();
        leaf.update(bytes);
        leaf
    }

    /// The next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of the leaf: also the head of the tree that has no other.
    pub fn finish(self) -> Digest {
        self.0.finalize().into()
    }
}

impl Default for Leaf {
    fn default() -> Self {
        Self::new()
    }
}

/// An append-only tree that keeps neither leaves nor inner nodes: 32 bytes for each binary digit
/// of its size.
#[derive(Debug, Clone, Default)]
pub struct CompactTree {
    size: u64,
    /// Roots of the full subtrees that the leaves fall into, from the left: one for each binary
    /// digit 1 of the size.
    subtrees: Vec<Digest>,
}

impl CompactTree {
    /// Appends a leaf.
    pub fn push(&mut self, leaf: Leaf) {
        // As in counting: each trailing 1 is a full subtree that becomes the left half of a larger.
        let mut node = leaf.finish();
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                node = parent(&left, &node);
            }
        }
        self.subtrees.push(node);
        self.size += 1;
    }

    /// Leaves so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The head.
    pub fn root(&self) -> Root {
        let from_the_right = self.subtrees.iter().rev().copied();
        let hash = from_the_right.reduce(|right, left| parent(&left, &right));
        Root {
            size: self.size,
            hash: hash.unwrap_or_else(|| Sha256::digest([]).into()),
        }
    }
}

impl FromIterator<Leaf> for CompactTree {
    fn from_iter<I: IntoIterator<Item = Leaf>>(leaves: I) -> Self {
        let mut tree = Self::default();
        for leaf in leaves {
            tree.push(leaf);
        }
        tree
    }
}

pub(super) fn parent(left: &Digest, right: &Digest) -> Digest {
    let hash = Sha256::new().chain_update([1]);
    hash.chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}
