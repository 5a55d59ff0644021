//! Edits of bytes, and of a body that is cut into parts.

use crate::script::Script;

/// Changes valid bytes by edits from the input of a fuzzer. An edit is an operation, a position of two bytes (taken modulo
/// the length, so that all positions of long inputs are reached), and a byte.
pub fn mutate(bytes: &mut Vec<u8>, edits: &[u8]) {
    for edit in edits.chunks_exact(4) {
        let (operation, position, byte) = (
            edit[0],
            usize::from(u16::from_be_bytes([edit[1], edit[2]])),
            edit[3],
        );
        let at = position % (bytes.len() + 1);
        let span = usize::from(byte).min(bytes.len() - at);
        match operation % 6 {
            0 if at < bytes.len() => bytes[at] ^= byte,
            1 => bytes.insert(at, byte),
            2 => drop(bytes.drain(at..at + span)),
            3 => bytes.truncate(at),
            4 => {
                let copy = bytes[at..at + span].to_vec();
                bytes.extend(copy);
            }
            _ => bytes[at..at + span].reverse(),
        }
    }
}

/// Changes one part of a body, and keeps its length. The parts of `other` are those of another message of the same
/// phase.
pub fn mutate_parts(
    parts: &mut [Vec<u8>],
    other: &[Vec<u8>],
    script: &mut Script<'_>,
) -> Option<()> {
    let at = script.below(parts.len())?;
    let operation = script.byte()?;
    match operation % 6 {
        0 | 1 => {
            let position = script.below(parts[at].len())?;
            let byte = script.byte()?;
            let old = &mut parts[at][position];
            // What is added to the low byte of a scalar leaves a scalar.
            *old = if operation % 6 == 0 {
                *old ^ byte
            } else {
                old.wrapping_add(byte)
            };
        }
        2 => {
            let with = script.below(parts.len())?;
            if parts[with].len() == parts[at].len() {
                parts.swap(at, with);
            }
        }
        3 => {
            let from = other.get(script.below(other.len())?)?;
            if from.len() == parts[at].len() {
                parts[at].clone_from(from);
            }
        }
        4 => parts[at].fill(0),
        _ => {
            // A point or a scalar in the place of another.
            let count = parts[at].len() / 32;
            let (to, from) = (script.below(count)? * 32, script.below(count)? * 32);
            parts[at].copy_within(from..from + 32, to);
        }
    }
    Some(())
}
