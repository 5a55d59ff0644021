//! The parts of a body, each of which can be shown alone (`specs/wire.md` 4.2).

use crate::crypto::tree::{Leaf, PathTree};
use crate::wire::part::Part;

/// The parts of a body with the tree over them: 68 bytes a part, and the body itself.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    bytes: Vec<u8>,
    /// Where each part ends.
    ends: Vec<u32>,
    tree: PathTree,
}

impl Parts {
    /// The body of these parts, of at most 4 GiB in all.
    pub fn of(parts: &[impl AsRef<[u8]>]) -> Self {
        let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.as_ref().len()).sum());
        let mut ends = Vec::with_capacity(parts.len());
        for part in parts {
            bytes.extend_from_slice(part.as_ref());
            ends.push(bytes.len() as u32);
        }
        let tree = parts.iter().map(|part| Leaf::of(part.as_ref())).collect();
        Self { bytes, ends, tree }
    }

    /// The bytes of a part.
    pub fn bytes(&self, position: usize) -> Option<&[u8]> {
        let end = *self.ends.get(position)? as usize;
        let start = position
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize);
        self.bytes.get(start..end)
    }

    /// A part with its path.
    pub fn part(&self, position: usize) -> Option<Part> {
        Some(Part {
            position: position as u32,
            bytes: self.bytes(position)?.to_vec(),
            proof: self.tree.inclusion(position)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::tree::Tree;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parts_are_shown_as_the_tree_of_all_shows_them(
            parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..5), 0..40),
        ) {
            let (body, tree) = (Parts::of(&parts), parts.iter().collect::<Tree<_>>());
            for (position, bytes) in parts.iter().enumerate() {
                let part = body.part(position).unwrap();
                prop_assert_eq!(&part.bytes, bytes);
                prop_assert_eq!(part.position as usize, position);
                prop_assert_eq!(Some(part.proof), tree.inclusion(position as u64));
            }
            prop_assert!(body.part(parts.len()).is_none());
            prop_assert!(body.bytes(usize::MAX).is_none());
        }
    }
}
