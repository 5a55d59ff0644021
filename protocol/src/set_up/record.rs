//! Records of contributions: made, encoded and verified, the same way in both phases (`specs/set-up.md` 4.2, 4.3, 5.2, 5.4).

use rand_core::CryptoRngCore;
use veragg_circuits::codec::Reader;
use veragg_circuits::groth16::contribution::{challenge, Knowledge, Nonces};
use veragg_circuits::groth16::heads::{Delta, Heads};
use veragg_circuits::groth16::points::{self, Element};
use veragg_circuits::group::bls12381::{Fr, G1Affine};
use veragg_circuits::group::{Bls12381, Group};

use super::error::SetUpError;
use super::phase::Multiplied;
use crate::crypto::hash::{digest, Digest};
use crate::crypto::signing::{Signature, SigningKey, VerifyingKey as PublicKey, SIGNATURE_LEN};

/// Bytes of a contributor's key.
const KEY_LEN: usize = 32;

/// A contribution of `M` factors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record<H, const M: usize> {
    pub(super) contributor: PublicKey,
    /// The heads behind the contribution.
    pub(super) heads: H,
    /// That the contributor knows its factors.
    pub(super) knowledge: Knowledge<M>,
    pub(super) signature: Signature,
}

pub(super) type PowersRecord = Record<Heads, 3>;
pub(super) type DeltaRecord = Record<Delta, 1>;

impl<H: Multiplied<M>, const M: usize> Record<H, M> {
    /// Bytes of a record.
    pub(super) const LEN: usize =
        KEY_LEN + H::LEN + M * (G1Affine::LEN + Bls12381::SCALAR_LEN) + SIGNATURE_LEN;

    /// The record of a contribution that multiplies `before` to `heads`. The factors are the caller's to wipe.
    pub(super) fn make(
        key: &SigningKey,
        chain: &Digest,
        before: &H,
        heads: H,
        factors: &[Fr; M],
        rng: &mut dyn CryptoRngCore,
    ) -> Self {
        let nonces = Nonces::<M>::draw(rng);
        let mut record = Self {
            contributor: key.verifying_key(),
            heads,
            knowledge: Knowledge {
                announcements: nonces.announce(&before.proven()),
                responses: [Fr::from(0u64); M],
            },
            signature: [0; SIGNATURE_LEN],
        };
        record.knowledge.responses = nonces.respond(&record.challenge(chain), factors);
        record.sign(key, chain);
        record
    }

    /// Signs the record, whatever it holds, in its place of the chain.
    pub(super) fn sign(&mut self, key: &SigningKey, chain: &Digest) {
        let message = [&chain[..], &self.signed()].concat();
        self.signature = key.sign(H::PHASE.sign_label(), &message);
    }

    /// The bytes up to the announcements, them included.
    fn announced(&self) -> Vec<u8> {
        let mut bytes = self.contributor.as_bytes().to_vec();
        bytes.extend(self.heads.encode());
        bytes.extend(points::encode(&self.knowledge.announcements));
        bytes
    }

    /// The bytes up to the signature.
    fn signed(&self) -> Vec<u8> {
        let responses = Bls12381::encode_scalars(&self.knowledge.responses);
        [self.announced(), responses].concat()
    }

    pub(super) fn challenge(&self, chain: &Digest) -> Fr {
        challenge(H::PHASE.challenge_label(), chain, &self.announced())
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        [&self.signed()[..], &self.signature].concat()
    }

    /// The contributor of record `number` (from 1), whose bytes these are.
    fn contributor(bytes: &[u8], number: usize) -> Result<PublicKey, SetUpError> {
        let key = PublicKey::read(&mut Reader::new(bytes), "the contributor's key");
        key.map_err(|reason| SetUpError::Contributor {
            phase: H::PHASE,
            record: number,
            reason,
        })
    }

    /// The contributors of the records that fill `bytes`.
    pub(super) fn contributors(bytes: &[u8]) -> Result<Vec<PublicKey>, SetUpError> {
        let records = bytes.chunks_exact(Self::LEN).zip(1..);
        records
            .map(|(bytes, number)| Self::contributor(bytes, number))
            .collect()
    }

    /// The records that fill `bytes`, of these contributors.
    pub(super) fn decode_all(
        bytes: &[u8],
        contributors: &[PublicKey],
    ) -> Result<Vec<Self>, SetUpError> {
        let records = bytes.chunks_exact(Self::LEN).zip(contributors).zip(1..);
        records
            .map(|((bytes, contributor), number)| Self::decode(bytes, *contributor, number))
            .collect()
    }

    fn decode(bytes: &[u8], contributor: PublicKey, number: usize) -> Result<Self, SetUpError> {
        let (phase, record) = (H::PHASE, number);
        let element = |reason| SetUpError::RecordElement {
            phase,
            record,
            reason,
        };
        let (heads, rest) = bytes[KEY_LEN..].split_at(H::LEN);
        let (announced, rest) = rest.split_at(M * G1Affine::LEN);
        let (responses, signature) = rest.split_at(M * Bls12381::SCALAR_LEN);
        let heads = H::decode(heads).map_err(element)?;
        let announced: Vec<G1Affine> =
            points::decode(announced, "announcements").map_err(element)?;
        let responses = Bls12381::decode_scalars(responses, M, "response");
        let responses = responses.map_err(|reason| SetUpError::RecordScalar {
            phase,
            record,
            reason,
        })?;
        let mut out = [0; SIGNATURE_LEN];
        out.copy_from_slice(signature);
        Ok(Self {
            contributor,
            heads,
            knowledge: Knowledge {
                announcements: std::array::from_fn(|at| announced[at]),
                responses: std::array::from_fn(|at| responses[at]),
            },
            signature: out,
        })
    }

    /// The digest of the chain behind the record.
    pub(super) fn chain(&self, before: &Digest) -> Digest {
        digest(H::PHASE.record_label(), &[before, &self.encode()])
    }

    /// Checks record `number`, behind a chain and its heads. Cost: a signature, two multiplications a factor, and two
    /// pairings for each element in `G2`.
    fn verify(&self, number: usize, chain: &Digest, before: &H) -> Result<(), SetUpError> {
        let (phase, record) = (H::PHASE, number);
        let message = [&chain[..], &self.signed()].concat();
        let signed = self
            .contributor
            .verify(phase.sign_label(), &message, &self.signature);
        if !signed {
            return Err(SetUpError::Signature { phase, record });
        }
        // In G2 they then differ too, since they agree with those in G1.
        let (old, new) = (before.proven(), self.heads.proven());
        if let Some(at) = (0..M).find(|at| old[*at] == new[*at]) {
            let head = H::NAMES[at];
            return Err(SetUpError::Unchanged {
                phase,
                record,
                head,
            });
        }
        let challenge = self.challenge(chain);
        if let Some(at) = self.knowledge.first_bad(&old, &new, &challenge) {
            let head = H::NAMES[at];
            return Err(SetUpError::Knowledge {
                phase,
                record,
                head,
            });
        }
        if !self.heads.agree() {
            return Err(SetUpError::Groups { phase, record });
        }
        Ok(())
    }

    /// Checks all records of a phase behind a chain, and gives chain and heads behind the last.
    pub(super) fn verify_all(records: &[Self], start: Digest) -> Result<(Digest, H), SetUpError> {
        let (mut chain, mut heads) = (start, H::start());
        for (record, number) in records.iter().zip(1..) {
            record.verify(number, &chain, &heads)?;
            chain = record.chain(&chain);
            heads = record.heads;
        }
        let (first, last) = (H::start().proven(), heads.proven());
        let one = (0..M).find(|at| first[*at] == last[*at]);
        if let Some(at) = one.filter(|_| !records.is_empty()) {
            let (phase, head) = (H::PHASE, H::NAMES[at]);
            return Err(SetUpError::One { phase, head });
        }
        Ok((chain, heads))
    }
}
