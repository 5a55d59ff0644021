//! Submit: commits to the input, proves the statement, masks (`specs/protocol.md` 3.4).

use rand_core::CryptoRngCore;
use veragg_circuits::ark_ff::Zero;
use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::ristretto::KeyScalar;
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::codec::{read_pair, read_secret, write_secret, State};
use super::confirm::Confirmed;
use super::error::ClientError;
use super::exposed::ExposedSecrets;
use super::received::Received;
use super::{Client, Step};
use crate::crypto::dh::KeyPair;
use crate::crypto::hash::{digest, Digest};
use crate::crypto::ids::ClientSet;
use crate::crypto::labels;
use crate::crypto::masks::{self, Mask};
use crate::round::phase::Phase;
use crate::wire::message::Message;

/// Has submitted its masked vector.
#[derive(ZeroizeOnDrop)]
pub struct Submitted {
    pub(super) mask: KeyPair,
    pub(super) seed: Box<KeyScalar>,
    /// `rhat`, encoded.
    pub(super) blindings: Vec<u8>,
    /// What tells the input from another.
    pub(super) input: Digest,
    /// The entry of the submission.
    #[zeroize(skip)]
    pub(super) entry: Digest,
    #[zeroize(skip)]
    pub(super) participants: ClientSet,
    /// The masks of its vector, which zeroize themselves. They are not written down: after a restart there are none, and they are
    /// computed again.
    #[zeroize(skip)]
    pub(super) masks: Vec<Mask>,
    /// Its secrets zeroize themselves.
    #[zeroize(skip)]
    pub(super) received: Received,
}

impl<P: ProofSystem> Client<P, Confirmed> {
    /// 3.4: commits to the input, proves the statement, masks input and blindings.
    pub fn submit(
        self,
        package: &[u8],
        x: &[u64],
        rng: &mut dyn CryptoRngCore,
    ) -> Step<P, Confirmed, Submitted> {
        self.attempt(|session, state| {
            let phase = Phase::Confirm;
            let package = session.check(phase, package)?;
            let neighbours = session.enough_neighbours(phase, &package.list)?;
            let accused = neighbours
                .iter()
                .find(|&client| !state.received.held.contains_key(client));
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
            let secrets = (&*state.seed, &state.mask);
            let masks = state.received.masks(session, secrets, &package.list)?;
            let masked = mask::<P::Group>(
                &Zeroizing::new(round.layout().pack(x)?),
                &proven.blindings,
                &masks,
            );
            let parts = [std::mem::take(&mut proven.bytes), masked];
            let answer = session.say(Phase::Submit, Some(&package), &parts);
            let blindings = P::Group::encode_scalars(&proven.blindings);
            let entry = answer.1.as_deref().map(Message::entry_of).transpose()?;
            Ok((
                answer,
                Submitted {
                    mask: state.mask.clone(),
                    seed: state.seed.clone(),
                    input: own_input(x, &blindings),
                    blindings,
                    entry: entry.unwrap_or_default(),
                    participants: package.list,
                    masks,
                    received: state.received.clone(),
                },
            ))
        })
    }
}

/// A digest of an input that says nothing without the blindings.
pub(super) fn own_input(x: &[u64], blindings: &[u8]) -> Digest {
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

impl State for Submitted {
    const TAG: u8 = 4;
    fn next_phase(&self, _: u8) -> Option<Phase> {
        Some(Phase::Attest)
    }
    fn expose(&self) -> ExposedSecrets {
        ExposedSecrets {
            mask: Some(self.mask.clone()),
            seed: Some(Zeroizing::new(*self.seed)),
            blindings: Some(Zeroizing::new(self.blindings.clone())),
            ..ExposedSecrets::of_shares(&self.received.held)
        }
    }
    fn write(&self, writer: Writer) -> Writer {
        let writer = write_secret(writer, &self.mask)
            .bytes(self.seed.as_bytes())
            .long(&self.blindings)
            .bytes(&self.input)
            .bytes(&self.entry)
            .bytes(self.participants.as_bytes());
        self.received.write(writer)
    }
    fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError> {
        Ok(Self {
            mask: read_pair(reader)?,
            seed: Box::new(read_secret(reader)?),
            blindings: reader.long("row blindings")?.to_vec(),
            input: reader.array("digest of the input")?,
            entry: reader.array("entry of the submission")?,
            participants: ClientSet::read(reader, clients, "participants")?,
            masks: Vec::new(),
            received: Received::read(reader, clients)?,
        })
    }
}
