//! Proofs of trees (`specs/wire.md` 1.6), each by the recursion that defines it.

use sha2::{Digest as _, Sha256};

use super::super::bytes::Digest;

/// The largest power of two below `size`.
fn split(size: usize) -> usize {
    let mut left = 1;
    while left * 2 < size {
        left *= 2;
    }
    left
}

fn node(left: &Digest, right: &Digest) -> Digest {
    Sha256::digest([&[1], &left[..], right].concat()).into()
}

/// How many hashes `PATH(index, D[size])` has.
pub(super) fn path_length(index: usize, size: usize) -> usize {
    if size == 1 {
        return 0;
    }
    let left = split(size);
    match index < left {
        true => 1 + path_length(index, left),
        false => 1 + path_length(index - left, size - left),
    }
}

/// The root that a path gives; nothing if it has another length than `PATH(index, D[size])`.
pub(super) fn path_root(leaf: &[u8], index: usize, size: usize, path: &[Digest]) -> Option<Digest> {
    if size == 1 {
        let root = Sha256::digest([&[0], leaf].concat()).into();
        return path.is_empty().then_some(root);
    }
    let (last, below) = path.split_last()?;
    let left = split(size);
    match index < left {
        true => Some(node(&path_root(leaf, index, left, below)?, last)),
        false => {
            let right = path_root(leaf, index - left, size - left, below)?;
            Some(node(last, &right))
        }
    }
}

/// How many hashes `PROOF(old, D[new])` has.
pub(super) fn consistency_length(old: usize, new: usize) -> usize {
    subproof_length(old, new, true)
}

fn subproof_length(old: usize, new: usize, is_known: bool) -> usize {
    if old == new {
        return usize::from(!is_known);
    }
    let left = split(new);
    match old <= left {
        true => 1 + subproof_length(old, left, is_known),
        false => 1 + subproof_length(old - left, new - left, false),
    }
}

/// Whether `PROOF(old, D[new])` shows that the tree with the new root continues the one with the old root.
pub(super) fn is_continued(
    (old, old_root): (usize, &Digest),
    (new, new_root): (usize, &Digest),
    proof: &[Digest],
) -> bool {
    subproof(old, new, Some(old_root), proof) == Some((*old_root, *new_root))
}

/// Both roots that a part of a proof gives: of the first `old` leaves of a tree and of all `new`. The root is known as
/// long as the tree begins with the whole old one.
fn subproof(
    old: usize,
    new: usize,
    known: Option<&Digest>,
    proof: &[Digest],
) -> Option<(Digest, Digest)> {
    if old == new {
        return match (known, proof) {
            (Some(root), []) | (None, [root]) => Some((*root, *root)),
            _ => None,
        };
    }
    let (last, below) = proof.split_last()?;
    let left = split(new);
    if old <= left {
        let (first, all) = subproof(old, left, known, below)?;
        return Some((first, node(&all, last)));
    }
    let (first, all) = subproof(old - left, new - left, None, below)?;
    Some((node(last, &first), node(last, &all)))
}
