//! The tree of RFC 6962 for those who show its leaves: it gives audit paths, and keeps no leaf.

use super::compact::{parent, Leaf};
use crate::crypto::hash::Digest;

/// A finished tree: about 64 bytes a leaf.
#[derive(Debug, Clone, Default)]
pub struct PathTree {
    leaves: usize,
    /// The hashes of the leaves, then of each level above it. A node without a right neighbour goes up as it is: so the heads of
    /// subtrees are those of RFC 6962 section 2.1.
    levels: Vec<Digest>,
}

impl PathTree {
    /// The hashes of a level above one of `below` nodes.
    fn above(below: usize) -> usize {
        below.div_ceil(2)
    }

    /// The audit path of a leaf (RFC 6962 section 2.1.1); nothing for a leaf that is not there.
    pub fn inclusion(&self, index: usize) -> Option<Vec<u8>> {
        if index >= self.leaves {
            return None;
        }
        let (mut path, mut at, mut level, mut start) = (Vec::new(), index, self.leaves, 0);
        while level > 1 {
            if (at ^ 1) < level {
                path.extend_from_slice(&self.levels[start + (at ^ 1)]);
            }
            start += level;
            level = Self::above(level);
            at /= 2;
        }
        Some(path)
    }
}

impl FromIterator<Leaf> for PathTree {
    fn from_iter<I: IntoIterator<Item = Leaf>>(leaves: I) -> Self {
        let mut levels: Vec<Digest> = leaves.into_iter().map(Leaf::finish).collect();
        let leaves = levels.len();
        levels.reserve_exact(leaves + usize::BITS as usize);
        let (mut start, mut level) = (0, leaves);
        while level > 1 {
            for pair in 0..Self::above(level) {
                let at = start + 2 * pair;
                let node = match 2 * pair + 1 < level {
                    true => parent(&levels[at], &levels[at + 1]),
                    false => levels[at],
                };
                levels.push(node);
            }
            start += level;
            level = Self::above(level);
        }
        levels.shrink_to_fit();
        Self { leaves, levels }
    }
}
