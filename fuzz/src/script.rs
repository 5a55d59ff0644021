//! The input of a fuzzer, read as a list of choices.

/// What is left of an input. Each choice takes the next bytes; when there are none, the list of edits ends.
#[derive(Debug, Clone, Copy)]
pub struct Script<'a>(pub &'a [u8]);

impl<'a> Script<'a> {
    /// The next byte.
    pub fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    /// A number below `count`, from one byte up to 256, else from two; nothing if there is nothing to choose.
    pub fn below(&mut self, count: usize) -> Option<usize> {
        if count == 0 {
            return None;
        }
        let first = usize::from(self.byte()?);
        if count <= 256 {
            return Some(first % count);
        }
        Some((first << 8 | usize::from(self.byte()?)) % count)
    }

    /// One of these.
    pub fn one_of<'b, T>(&mut self, all: &'b [T]) -> Option<&'b T> {
        let at = self.below(all.len())?;
        all.get(at)
    }

    /// A number of eight bytes: near a power of two, since that is where mistakes are.
    pub fn number(&mut self) -> Option<u64> {
        let (shift, near) = (self.byte()?, self.byte()?);
        let power = 1u64.checked_shl(u32::from(shift)).unwrap_or(0);
        Some(power.wrapping_add(u64::from(near)).wrapping_sub(8))
    }

    /// All bytes that are left.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }
}
