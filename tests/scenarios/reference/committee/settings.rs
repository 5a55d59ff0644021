//! The fields of a configuration (`specs/wire.md` 3.1), read once more from its bytes, and what follows from them.

use super::super::bytes::{array, Digest, Front};

pub(super) struct Entry {
    pub(super) identity: [u8; 32],
    /// `E_j`
    pub(super) sealing_key: [u8; 32],
    /// `R` and `z`
    pub(super) possession: [u8; 64],
    pub(super) signature: [u8; 64],
}

pub(super) struct Segment {
    pub(super) name: Vec<u8>,
    pub(super) length: u64,
    /// `M`
    pub(super) bound: u64,
    /// The offset of the norm.
    pub(super) norm: Option<u64>,
    pub(super) has_sum: bool,
}

pub(super) struct Settings {
    pub(super) round_id: [u8; 32],
    /// `C`
    pub(super) columns: u64,
    /// `n`
    pub(super) clients: u64,
    pub(super) corrupt_ppm: u64,
    pub(super) roster: Digest,
    pub(super) aggregator: [u8; 32],
    /// `t`
    pub(super) colluding: u64,
    /// `p`
    pub(super) packed: u64,
    pub(super) deadlines: Vec<u64>,
    pub(super) trustees: Vec<Entry>,
    pub(super) min_contributors: u64,
    pub(super) segments: Vec<Segment>,
}

impl Settings {
    /// Of the bytes of a configuration that decodes: of version 2, of suite 1 and of this protocol, or it panics.
    pub(super) fn read(configuration: &[u8]) -> Self {
        let mut front = Front(configuration);
        assert_eq!(front.integer(2), 2, "the version");
        let round_id = front.digest();
        assert_eq!(front.integer(2), 1, "the suite");
        let (columns, clients) = (front.integer(4), front.integer(4));
        let (corrupt_ppm, _dropout_ppm) = (front.integer(4), front.integer(4));
        let (roster, _beacon) = (front.digest(), front.digest());
        let aggregator = front.digest();
        assert_eq!(front.integer(1), 2, "the protocol");
        let (colluding, packed) = (front.integer(4), front.integer(4));
        let deadlines = (0..4).map(|_| front.integer(8)).collect();
        let count = front.integer(4);
        let trustees = (0..count).map(|_| Entry::read(&mut front)).collect();
        let (min_contributors, _noise) = (front.integer(4), front.integer(1));
        let count = front.integer(4);
        let segments = (0..count).map(|_| Segment::read(&mut front)).collect();
        assert!(front.0.is_empty());
        Self {
            round_id,
            columns,
            clients,
            corrupt_ppm,
            roster,
            aggregator,
            colluding,
            packed,
            deadlines,
            trustees,
            min_contributors,
            segments,
        }
    }

    /// `m`
    pub(super) fn trustees(&self) -> u64 {
        self.trustees.len() as u64
    }

    /// `q = max(p + t, floor((m + t) / 2) + 1)`
    pub(super) fn needed(&self) -> u64 {
        let (packed, colluding) = (self.packed, self.colluding);
        let majority = (self.trustees() + colluding) / 2 + 1;
        majority.max(packed + colluding)
    }
}

impl Entry {
    /// `specs/committee.md` 2.3
    fn read(front: &mut Front<'_>) -> Self {
        let (identity, sealing_key) = (front.digest(), front.digest());
        let possession = array(front.take(64));
        let _noise = front.integer(1);
        Self {
            identity,
            sealing_key,
            possession,
            signature: array(front.take(64)),
        }
    }
}

impl Segment {
    fn read(front: &mut Front<'_>) -> Self {
        let length = front.integer(2) as usize;
        let name = front.take(length).to_vec();
        let (length, bound) = (front.integer(8), front.integer(8));
        let norm = (front.integer(1) == 1).then(|| {
            let (offset, _max_square) = (front.integer(8), front.integer(8));
            offset
        });
        let has_sum = front.integer(1) != 0;
        if has_sum {
            front.integer(8);
        }
        let (_decimals, _offset) = (front.integer(1), front.integer(8));
        let _noise = front.integer(1);
        Self {
            name,
            length,
            bound,
            norm,
            has_sum,
        }
    }

    /// `w`, the bits of a slot, for so many clients (`specs/proofs.md` 2).
    pub(super) fn width(&self, clients: u64) -> u64 {
        let largest = u128::from(clients) * u128::from(self.bound - 1);
        u64::from(u128::BITS - largest.leading_zeros())
    }

    /// `D`, the packed scalars (`specs/proofs.md` 2).
    pub(super) fn scalars(&self, clients: u64, columns: u64) -> u64 {
        let slots = 252 / self.width(clients);
        let scalars = self.length.div_ceil(slots);
        scalars.div_ceil(columns) * columns
    }
}
