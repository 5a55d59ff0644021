//! Commitments, pads and polynomials (`specs/committee.md` 3.1; `specs/protocol.md` 4).

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use hkdf::Hkdf;
use sha2::{Digest as _, Sha256, Sha512};

use super::super::bytes::Digest;
use super::super::keys::mask;
use super::super::transcript::Transcript;

/// `G_0, .., G_(C-1)` and `H` (`specs/proofs.md` 3.1).
pub(super) struct Generators {
    columns: Vec<RistrettoPoint>,
    blinding: RistrettoPoint,
}

impl Generators {
    pub(super) fn new(columns: u64) -> Self {
        let generator = |purpose: &str, index: u64| {
            let label = format!("veragg/1 generator ristretto255-bitplane {purpose}");
            let bytes = [label.as_bytes(), &index.to_be_bytes()].concat();
            RistrettoPoint::from_uniform_bytes(&Sha512::digest(bytes).into())
        };
        Self {
            columns: (0..columns).map(|c| generator("column", c)).collect(),
            blinding: generator("blinding", 0),
        }
    }

    /// `Com(w) = sum_(c < C) w_c G_c + w_C H`
    pub(super) fn commit(&self, w: &[Scalar]) -> RistrettoPoint {
        let (blinding, values) = w.split_last().expect("C + 1 scalars");
        assert_eq!(values.len(), self.columns.len());
        let mut sum = self.blinding * blinding;
        for (generator, value) in self.columns.iter().zip(values) {
            sum += generator * value;
        }
        sum
    }
}

/// The pads of a client for a trustee, block by block, from the point that the two have in common (3.1.3).
pub(super) fn pads(
    context: &Digest,
    client: u32,
    trustee: u32,
    point: &RistrettoPoint,
    (blocks, width): (usize, usize),
) -> Vec<Vec<Scalar>> {
    let label = "veragg/2 committee pad";
    let info = [&context[..], &client.to_be_bytes(), &trustee.to_be_bytes()].concat();
    let hkdf = Hkdf::<Sha256>::new(Some(label.as_bytes()), point.compress().as_bytes());
    let mut key = [0; 32];
    hkdf.expand(&info, &mut key).expect("32 bytes");
    let scalars = mask(2, &key, blocks * width);
    scalars.chunks(width).map(<[Scalar]>::to_vec).collect()
}

/// The Lagrange coefficients at `x` of these points, in their order.
pub(super) fn lagrange(x: Scalar, points: &[Scalar]) -> Vec<Scalar> {
    let coefficient = |point: &Scalar| {
        let others = points.iter().filter(|other| *other != point);
        others
            .map(|other| (x - other) * (point - other).invert())
            .product()
    };
    points.iter().map(coefficient).collect()
}

/// Whether `z G - c P = R`, for the challenge that a transcript gives.
pub(super) fn is_possessed(
    key: &RistrettoPoint,
    commitment: &RistrettoPoint,
    response: &Scalar,
    transcript: &mut Transcript,
) -> bool {
    let challenge = transcript.challenge("challenge");
    RistrettoPoint::mul_base(response) - key * challenge == *commitment
}
