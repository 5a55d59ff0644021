//! With the input: submit and attest (`specs/protocol.md` 3.4, 3.5).

use rand_core::CryptoRngCore;
use veragg_circuits::ark_ff::Zero;
use veragg_circuits::group::ristretto::KeyScalar;
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::error::ClientError;
use super::session::Session;
use super::setup::{enough_neighbours, Confirmed, Holding};
use super::{Client, Step};
use crate::crypto::dh::KeyPair;
use crate::crypto::hash::{digest, Digest};
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::labels;
use crate::crypto::masks::{self, Mask};
use crate::pairwise::attest::link::{self, Subject, Witness};
use crate::pairwise::attest::{keys_digest, Attestation, Challenges, Head};
use crate::round::phase::Phase;
use crate::rule::Rule;
use crate::wire::message::Message;

/// Has submitted its masked vector.
#[derive(ZeroizeOnDrop)]
pub struct Submitted {
    pub(super) mask: KeyPair,
    pub(super) seed: KeyScalar,
    /// `rhat`, encoded.
    pub(super) blindings: Vec<u8>,
    /// What tells the input from another.
    pub(super) input: Digest,
    /// The entry of the submission.
    #[zeroize(skip)]
    pub(super) entry: Digest,
    #[zeroize(skip)]
    pub(super) participants: ClientSet,
    /// Its secrets zeroize themselves.
    #[zeroize(skip)]
    pub(super) holding: Holding,
}

/// Has attested what it masked.
#[derive(ZeroizeOnDrop)]
pub struct Attested {
    pub(super) mask: KeyPair,
    /// The digest of the checkpoint of submit.
    #[zeroize(skip)]
    pub(super) submit: Digest,
    /// What it said about its edges, in the order of the neighbours that participate.
    #[zeroize(skip)]
    pub(super) edges: Vec<Vec<u8>>,
    #[zeroize(skip)]
    pub(super) participants: ClientSet,
    /// Its secrets zeroize themselves.
    #[zeroize(skip)]
    pub(super) holding: Holding,
}

impl<P: ProofSystem> Client<P, Confirmed> {
    /// 3.4: commits to the input, proves the statement, masks input and blindings.
    pub fn submit(
        self,
        packet: &[u8],
        x: &[u64],
        rng: &mut impl CryptoRngCore,
    ) -> Step<P, Confirmed, Submitted> {
        self.attempt(|session, state| {
            let phase = Phase::Confirm;
            let packet = session.check(phase, packet)?;
            let neighbours = enough_neighbours(session, phase, &packet.list)?;
            let accused = neighbours
                .iter()
                .find(|&client| !state.holding.held.contains_key(client));
            if let Some(&client) = accused {
                let what = "this client has complained about it, with reason";
                return Err(ClientError::FalselyListed {
                    phase,
                    client,
                    what,
                });
            }
            let round = &session.round;
            let mut proven = round.proofs().prove(&round.binding(session.me()), x, rng)?;
            let own = Mask::of_seed(round.context(), session.me(), &state.seed);
            let edges = edges(session, &state.mask, &state.holding, &packet.list)?;
            let masks: Vec<_> = std::iter::once(own).chain(edges).collect();
            let masked = mask::<P::Group>(
                &Zeroizing::new(round.layout().pack(x)?),
                &proven.blindings,
                &masks,
            );
            let parts = [std::mem::take(&mut proven.bytes), masked];
            let said = session.say(Phase::Submit, Some(&packet), &parts);
            let blindings = P::Group::encode_scalars(&proven.blindings);
            let entry = said.1.as_deref().map(Message::entry_of).transpose()?;
            Ok((
                said,
                Submitted {
                    mask: state.mask.clone(),
                    seed: state.seed,
                    input: own_input(x, &blindings),
                    blindings,
                    entry: entry.unwrap_or_default(),
                    participants: packet.list,
                    holding: state.holding.clone(),
                },
            ))
        })
    }
}

/// A digest of an input that says nothing without the blindings.
fn own_input(x: &[u64], blindings: &[u8]) -> Digest {
    let x: Zeroizing<Vec<u8>> = Zeroizing::new(x.iter().flat_map(|x| x.to_be_bytes()).collect());
    digest(labels::OWN_INPUT, &[&x, blindings])
}

/// The bytes of packed values and blindings under masks. The masks are there first, so that no
/// buffer ever holds a vector without them.
fn mask<G: Group>(packed: &[G::Scalar], blindings: &[G::Scalar], masks: &[Mask]) -> Vec<u8> {
    let mut vector = vec![G::Scalar::zero(); packed.len() + blindings.len()];
    masks::apply::<G>(&mut vector, masks);
    for (sum, value) in vector.iter_mut().zip(packed.iter().chain(blindings)) {
        *sum += value;
    }
    G::encode_scalars(&vector)
}

/// A participant's masks towards each neighbour that participates, in order.
fn edges<P: ProofSystem>(
    session: &Session<P>,
    mask: &KeyPair,
    holding: &Holding,
    participants: &ClientSet,
) -> Result<Vec<Mask>, ClientError> {
    let (context, me) = (session.round.context(), session.me());
    let neighbours = session.neighbours(participants).into_iter();
    neighbours
        .map(|client| {
            let phase = Phase::Confirm;
            let public = holding.peers.get(&client);
            let public = public.ok_or(ClientError::NotShown { phase, client })?;
            Ok(Mask::of_edge(context, me, mask, client, public))
        })
        .collect()
}

impl<P: ProofSystem> Client<P, Submitted> {
    /// 3.5: commits to fingerprints of its masks and proves that what is left of its masked vector is
    /// what it committed to. `x` is the vector that it submitted.
    pub fn attest(
        self,
        packet: &[u8],
        x: &[u64],
        rng: &mut impl CryptoRngCore,
    ) -> Step<P, Submitted, Attested> {
        self.attempt(|session, state| {
            let phase = Phase::Submit;
            let packet = session.check(phase, packet)?;
            let round = &session.round;
            let need = round.configuration().min_contributors as usize;
            let got = packet.list.len();
            if got < need {
                return Err(ClientError::TooFew { phase, got, need });
            }
            let same = own_input(x, &state.blindings) == state.input;
            if !Rule::SubmittedInput.holds(same) {
                return Err(ClientError::OtherInput);
            }
            let challenges = Challenges::new(round, packet.answers());
            let own = Mask::of_seed(round.context(), session.me(), &state.seed);
            let masks = edges(session, &state.mask, &state.holding, &state.participants)?;
            let own = challenges.commit(round, &own);
            let edges = challenges.commit_all(round, &masks);
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
                .filter_map(|client| state.holding.peers.get(client));
            let head = Head {
                keys: keys_digest(keys),
                links,
            };
            let attestation = Attestation::new(head, &edges);
            let said = session.say(Phase::Attest, Some(&packet), &attestation.parts());
            Ok((
                said,
                Attested {
                    mask: state.mask.clone(),
                    submit: *packet.answers(),
                    edges: attestation.edges,
                    participants: state.participants.clone(),
                    holding: state.holding.clone(),
                },
            ))
        })
    }
}
