//! Attest: commits to fingerprints of the masks (`specs/protocol.md` 3.5).

use rand_core::CryptoRngCore;
use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::codec::{read_pair, write_secret, State};
use super::error::ClientError;
use super::exposed::ExposedSecrets;
use super::received::Received;
use super::submit::{own_input, Submitted};
use super::{Client, Step};
use crate::crypto::dh::KeyPair;
use crate::crypto::hash::Digest;
use crate::crypto::ids::{ClientId, ClientSet};
use crate::pairwise::attest::link::{self, Subject, Witness};
use crate::pairwise::attest::{keys_digest, Attestation, Challenges, Edges, Head};
use crate::round::phase::Phase;
use crate::rule::Rule;

/// Has attested what it masked.
#[derive(ZeroizeOnDrop)]
pub struct Attested {
    pub(super) mask: KeyPair,
    /// The digest of the checkpoint of submit.
    #[zeroize(skip)]
    pub(super) submit: Digest,
    /// What it attested about its edges, in the order of the neighbours that participate.
    #[zeroize(skip)]
    pub(super) edges: Edges,
    #[zeroize(skip)]
    pub(super) participants: ClientSet,
    /// Its secrets zeroize themselves.
    #[zeroize(skip)]
    pub(super) received: Received,
}

impl<P: ProofSystem> Client<P, Submitted> {
    /// 3.5: commits to fingerprints of its masks and proves that what is left of its masked vector is
    /// what it committed to. `x` is the vector that it submitted.
    pub fn attest(
        self,
        package: &[u8],
        x: &[u64],
        rng: &mut dyn CryptoRngCore,
    ) -> Step<P, Submitted, Attested> {
        self.attempt(|session, state| {
            let phase = Phase::Submit;
            let package = session.check(phase, package)?;
            let round = &session.round;
            let need = round.configuration().min_contributors as usize;
            let got = package.list.len();
            if got < need {
                return Err(ClientError::TooFew { phase, got, need });
            }
            let same = own_input(x, &state.blindings) == state.input;
            Rule::SubmittedInput.require(same, || ClientError::OtherInput)?;
            let challenges = Challenges::new(round, package.answers());
            let again;
            let masks = match &state.masks[..] {
                [] => {
                    let secrets = (&*state.seed, &state.mask);
                    let participants = &state.participants;
                    again = state.received.masks(session, secrets, participants)?;
                    &again
                }
                kept => kept,
            };
            let (own, edges) = masks.split_at(1);
            let own = challenges.commit(round, &own[0]);
            let edges = challenges.commit_all(round, edges);
            let rows = round.layout().rows();
            let blindings = P::Group::decode_scalars(&state.blindings, rows, "row blinding")?;
            let witness = Witness {
                packed: &Zeroizing::new(round.layout().pack(x)?),
                blindings: &Zeroizing::new(blindings),
                own: &own,
                edges: &edges,
            };
            let subject = Subject {
                context: round.context(),
                client: session.me(),
                submission: &state.entry,
            };
            let links = link::prove(round, &challenges, &subject, &witness, rng);
            let neighbours: Vec<ClientId> = session.neighbours(&state.participants);
            let keys = neighbours
                .iter()
                .filter_map(|client| state.received.peers.get(client));
            let head = Head {
                keys: keys_digest(keys),
                links,
            };
            let attestation = Attestation::new(head, &edges);
            let answer = session.say(Phase::Attest, Some(&package), &attestation.parts());
            Ok((
                answer,
                Attested {
                    mask: state.mask.clone(),
                    submit: *package.answers(),
                    edges: attestation.edges,
                    participants: state.participants.clone(),
                    received: state.received.clone(),
                },
            ))
        })
    }
}

impl State for Attested {
    const TAG: u8 = 5;
    fn next_phase(&self, _: u8) -> Option<Phase> {
        Some(Phase::Dispute)
    }
    fn expose(&self) -> ExposedSecrets {
        ExposedSecrets {
            mask: Some(self.mask.clone()),
            ..ExposedSecrets::of_shares(&self.received.held)
        }
    }
    fn write(&self, writer: Writer) -> Writer {
        let writer = write_secret(writer, &self.mask)
            .bytes(&self.submit)
            .u32(self.edges.parts().len() as u32);
        let edges = self.edges.parts();
        let writer = edges
            .fold(writer, |writer, edge| writer.long(edge))
            .bytes(self.participants.as_bytes());
        self.received.write(writer)
    }
    fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError> {
        let mask = read_pair(reader)?;
        let submit = reader.array("checkpoint of submit")?;
        let mut edges = Vec::new();
        for _ in 0..reader.u32("edges")? {
            edges.push(reader.long("edge")?);
        }
        if edges.iter().any(|edge| edge.len() != edges[0].len()) {
            return Err(DecodeError::Value { field: "edge" });
        }
        Ok(Self {
            mask,
            submit,
            edges: Edges::of(edges.into_iter()),
            participants: ClientSet::read(reader, clients, "participants")?,
            received: Received::read(reader, clients)?,
        })
    }
}
