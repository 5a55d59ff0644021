//! A fraud proof: a reconstructed secret that shows an attestation to be false (`specs/protocol.md` 4.8).

use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::ristretto::{decode_key_scalar, KeyPoint, KeyScalar, KEY_TABLE};
use veragg_circuits::proof_system::ProofSystem;

use crate::crypto::encoded_point::EncodedPoint;
use crate::crypto::hash::Digest;
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::masks::Mask;
use crate::pairwise::attest::{keys_digest, Challenges, Head};
use crate::pairwise::share;
use crate::round::lists;
use crate::round::phase::Phase;
use crate::round::Round;
use crate::rule::Rule;
use crate::wire::message::{Envelope, Sender, ENVELOPE_LEN};
use crate::wire::part::Part;

/// A fraud proof. The aggregator sends it to the clients that must reveal a second share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FraudProof {
    /// The envelope of the attestation.
    pub attestation: Envelope,
    /// Part 0 of the attestation.
    pub head: Part,
    /// The secret that shows it to be false, and what links the secret to it.
    pub shows: FalseAttestation,
}

/// The kinds of false attestations, with what shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FalseAttestation {
    /// A false self-mask: the seed, and the message that committed to it.
    Seed {
        /// The seed `b`.
        secret: KeyScalar,
        /// The envelope of the message of share.
        sharing: Envelope,
        /// Part 0 of that message.
        seed: Part,
    },
    /// A false pairwise mask: the mask secret of the other end, and the keys that were attested.
    Edge {
        /// The mask secret `s`.
        secret: KeyScalar,
        /// The client at the other end of the edge.
        neighbour: ClientId,
        /// The keys of all neighbours that participate, in order.
        keys: Vec<EncodedPoint>,
        /// The part of the attestation for that client.
        edges: Part,
    },
}

/// What the client that checks a fraud proof has seen of the round.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a, P: ProofSystem> {
    /// The round that the client is in.
    pub round: &'a Round<P>,
    /// The digest of the checkpoint of advertise.
    pub advertise: &'a Digest,
    /// The clients that advertised.
    pub advertised: &'a ClientSet,
    /// The participants of the round.
    pub participants: &'a ClientSet,
    /// The challenges that follow from the checkpoint of submit.
    pub challenges: &'a Challenges<P>,
}

impl FraudProof {
    /// Writes the fraud proof.
    pub fn write(&self, writer: Writer) -> Writer {
        let writer = self.head.write(writer.bytes(&self.attestation.encode()));
        match &self.shows {
            FalseAttestation::Seed {
                secret,
                sharing,
                seed,
            } => seed.write(
                writer
                    .u8(1)
                    .bytes(secret.as_bytes())
                    .bytes(&sharing.encode()),
            ),
            FalseAttestation::Edge {
                secret,
                neighbour,
                keys,
                edges,
            } => {
                let writer = writer.u8(2).bytes(secret.as_bytes());
                let writer = writer.u32(neighbour.number()).u32(keys.len() as u32);
                let write = |writer: Writer, key: &EncodedPoint| writer.bytes(key.as_bytes());
                edges.write(keys.iter().fold(writer, write))
            }
        }
    }

    /// Reads a fraud proof. It allocates as much as there are bytes, whatever the counts in them say.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let attestation = read_envelope(reader)?;
        let head = Part::read(reader)?;
        let kind = reader.u8("kind of fraud proof")?;
        let secret = decode_key_scalar(
            reader.bytes(32, "reconstructed secret")?,
            "reconstructed secret",
        )?;
        let shows = match kind {
            1 => FalseAttestation::Seed {
                secret,
                sharing: read_envelope(reader)?,
                seed: Part::read(reader)?,
            },
            2 => {
                let neighbour = ClientId::new(reader.u32("neighbour")?);
                let mut keys = Vec::new();
                for _ in 0..reader.u32("keys")? {
                    keys.push(EncodedPoint::read(reader, "attested key")?);
                }
                FalseAttestation::Edge {
                    secret,
                    neighbour: neighbour.ok_or(DecodeError::Value { field: "neighbour" })?,
                    keys,
                    edges: Part::read(reader)?,
                }
            }
            _ => {
                let field = "kind of fraud proof";
                return Err(DecodeError::Value { field });
            }
        };
        Ok(Self {
            attestation,
            head,
            shows,
        })
    }

    /// The client that attested falsely; nothing if the sender is no client.
    pub fn culprit(&self) -> Option<ClientId> {
        match self.attestation.sender {
            Sender::Client(client) => Some(client),
            Sender::Aggregator | Sender::Trustee(_) => None,
        }
    }

    /// Whether it holds for a reader who knows the culprit's mask key (4.8). Cost: a
    /// fingerprint of one mask.
    #[must_use]
    pub fn holds<P: ProofSystem>(&self, seen: &Seen<'_, P>, mask_key: &KeyPoint) -> bool {
        self.shows_falsehood(seen, mask_key).unwrap_or(false)
    }

    fn shows_falsehood<P: ProofSystem>(
        &self,
        seen: &Seen<'_, P>,
        mask_key: &KeyPoint,
    ) -> Option<bool> {
        let Seen {
            round,
            advertise,
            advertised,
            participants,
            challenges,
        } = seen;
        let culprit = self.culprit()?;
        let is_of_view = |envelope: &Envelope, phase, answers: &Digest| {
            envelope.context == *round.context()
                && envelope.phase == phase
                && envelope.sender == Sender::Client(culprit)
                && envelope.answers == *answers
        };
        let is_signed = |envelope: &Envelope| {
            let key = round.roster().key(culprit);
            key.is_some_and(|key| envelope.is_signed_by(&key))
        };
        // Step 1.
        let of_view = is_of_view(&self.attestation, Phase::Attest, challenges.submit());
        if !Rule::AttestationView.holds(of_view)
            || !Rule::AttestationSigned.holds(is_signed(&self.attestation))
        {
            return None;
        }
        let neighbours = lists::holders(round.graph(), participants, culprit);
        let count = 1 + neighbours.len();
        let head = self.head.of(&self.attestation, 0, count)?;
        let head = Head::<P::Group>::decode(round, head).ok()?;
        match &self.shows {
            // Step 2.
            FalseAttestation::Seed {
                secret,
                sharing,
                seed,
            } => {
                let of_view = is_of_view(sharing, Phase::Share, advertise);
                if !Rule::SharingView.holds(of_view)
                    || !Rule::SharingSigned.holds(is_signed(sharing))
                {
                    return None;
                }
                let holders = lists::holders(round.graph(), advertised, culprit);
                let seed = seed.of(sharing, 0, 1 + holders.len())?;
                let is_committed = *share::decode_head(seed).ok()? == secret * KEY_TABLE;
                if !Rule::CommittedSeed.holds(is_committed) {
                    return None;
                }
                let mask = Mask::of_seed(round.context(), culprit, secret);
                let differs = challenges.commit(round, &mask).encode() != head.own();
                Some(Rule::FalseOwn.holds(differs))
            }
            // Step 3.
            FalseAttestation::Edge {
                secret,
                neighbour,
                keys,
                edges,
            } => {
                let at = neighbours.binary_search(neighbour).ok()?;
                let attested = keys_digest(keys) == head.keys;
                if keys.len() != neighbours.len() || !Rule::AttestedKeys.holds(attested) {
                    return None;
                }
                let is_of_key = **keys.get(at)? == secret * KEY_TABLE;
                if !Rule::SecretOfKey.holds(is_of_key) {
                    return None;
                }
                let edges = edges.of(&self.attestation, 1 + at, count)?;
                let point = mask_key * secret;
                let mask = Mask::of_point(round.context(), culprit, *neighbour, &point);
                let differs = challenges.commit(round, &mask).encode() != edges;
                Some(Rule::FalseEdge.holds(differs))
            }
        }
    }
}

fn read_envelope(reader: &mut Reader<'_>) -> Result<Envelope, DecodeError> {
    Envelope::decode_pairwise(reader.bytes(ENVELOPE_LEN, "envelope")?)
}
