//! Online: submit, acknowledge, unmask (`specs/protocol.md` 3.4 to 3.6).

use std::collections::BTreeMap;

use rand_core::CryptoRngCore;
use veragg_circuits::ark_ff::Zero;
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::error::ClientError;
use super::session::Session;
use super::setup::{enough_neighbours, Confirmed};
use super::{Client, Step};
use crate::masks::{self, Mask};
use crate::members::{ClientId, ClientSet};
use crate::phase::Phase;
use crate::sealing::SharePair;
use crate::unmask::{self, Secret};

/// Has submitted its masked vector.
#[derive(ZeroizeOnDrop)]
pub struct Submitted {
    #[zeroize(skip)]
    pub(super) participants: ClientSet,
    /// Its entries zeroize themselves.
    #[zeroize(skip)]
    pub(super) held: BTreeMap<ClientId, SharePair>,
}

/// Has signed the list of contributors.
#[derive(ZeroizeOnDrop)]
pub struct Acknowledged {
    #[zeroize(skip)]
    pub(super) participants: ClientSet,
    #[zeroize(skip)]
    pub(super) contributors: ClientSet,
    /// Its entries zeroize themselves.
    #[zeroize(skip)]
    pub(super) held: BTreeMap<ClientId, SharePair>,
}

/// Has unmasked, and holds no secret any more.
#[derive(Debug)]
pub struct Finished;

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
            let accused = neighbours.iter().find(|&c| !state.held.contains_key(c));
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
            let masks = self_and_edges(session, state, &neighbours)?;
            let masked = mask::<P::Group>(
                &Zeroizing::new(round.layout().pack(x)?),
                &proven.blindings,
                &masks,
            );
            let parts = [std::mem::take(&mut proven.bytes), masked];
            let said = session.say(Phase::Submit, Some(&packet), &parts);
            let held = state.held.clone();
            Ok((
                said,
                Submitted {
                    participants: packet.list,
                    held,
                },
            ))
        })
    }
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

/// A participant's masks: its own, and one towards each neighbour that participates.
fn self_and_edges<P: ProofSystem>(
    session: &Session<P>,
    state: &Confirmed,
    neighbours: &[ClientId],
) -> Result<Vec<Mask>, ClientError> {
    let (context, me) = (session.round.context(), session.me());
    let mut all = vec![Mask::of_seed(context, me, &state.seed)];
    for &client in neighbours {
        let phase = Phase::Confirm;
        let public = state
            .peers
            .get(&client)
            .ok_or(ClientError::NotShown { phase, client })?;
        all.push(Mask::of_edge(context, me, &state.mask, client, public));
    }
    Ok(all)
}

impl<P: ProofSystem> Client<P, Submitted> {
    /// 3.5: signs the list of contributors, by answering the checkpoint that holds it.
    pub fn acknowledge(self, packet: &[u8]) -> Step<P, Submitted, Acknowledged> {
        self.attempt(|session, state| {
            let phase = Phase::Submit;
            let packet = session.check(phase, packet)?;
            let need = session.round.configuration().min_contributors as usize;
            let got = packet.list.len();
            if got < need {
                return Err(ClientError::TooFew { phase, got, need });
            }
            let said = session.say(Phase::Acknowledge, Some(&packet), &[]);
            let (participants, held) = (state.participants.clone(), state.held.clone());
            Ok((
                said,
                Acknowledged {
                    participants,
                    contributors: packet.list,
                    held,
                },
            ))
        })
    }
}

impl<P: ProofSystem> Client<P, Acknowledged> {
    /// 3.6: having seen enough acknowledgements of the same list, reveals for each neighbour that
    /// participated the share of its seed if it contributed, else that of its mask secret. Never
    /// both: the state is consumed, and the message is saved before it is sent.
    pub fn unmask(self, packet: &[u8]) -> Step<P, Acknowledged, Finished> {
        self.attempt(|session, state| {
            let phase = Phase::Acknowledge;
            let packet = session.check(phase, packet)?;
            enough_neighbours(session, phase, &packet.list)?;
            // Every acknowledgement in `said` was verified; this client's own is one more.
            let got = packet.said.len() + 1;
            let need = session.round.configuration().min_contributors as usize;
            if got < need {
                return Err(ClientError::TooFew { phase, got, need });
            }
            let mut shares = Vec::new();
            for client in session.neighbours(&state.participants) {
                let pair = state
                    .held
                    .get(&client)
                    .ok_or(ClientError::NotShown { phase, client })?;
                shares.push(
                    match Secret::to_rebuild(state.contributors.contains(client)) {
                        Secret::Seed => pair.seed,
                        Secret::Mask => pair.mask,
                    },
                );
            }
            let said = session.say(Phase::Unmask, Some(&packet), &[unmask::encode(&shares)]);
            Ok((said, Finished))
        })
    }
}
