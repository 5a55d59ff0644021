//! A client that adds false masks to its vector, or submits another proof than that of its input, and attests to them. It
//! knows only what an honest client knows about itself: its own software tells it.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use crate::local::Party;
use rand_core::CryptoRngCore;
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::client::ExposedSecrets;
use veragg_protocol::crypto::dleq;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::crypto::masks::Mask;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::pairwise::attest::link::{self, Subject, Witness};
use veragg_protocol::pairwise::attest::{keys_digest, Attestation, Challenges, Head};
use veragg_protocol::pairwise::dispute;
use veragg_protocol::pairwise::package::Package;
use veragg_protocol::round::lists;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::message::{Message, Sender};
use zeroize::Zeroizing;

use crate::fixtures::id;
use crate::messages::{advertised_keys, sign_again};
use crate::recording::RecordingClient;
use crate::scene::Scene;

/// The scalars of a suite.
pub(crate) type Scalar<P> = <<P as ProofSystem>::Group as Group>::Scalar;

/// A false mask: it differs from the true one in the first scalar.
#[derive(Debug, Clone, Copy)]
pub struct False {
    /// The other client of a pairwise mask; nothing for the self-mask.
    pub towards: Option<u32>,
    /// How much is added to the first scalar.
    pub by: u64,
    /// Whether the client attests to the false mask. If not, only its masked vector holds it.
    pub attested: bool,
}

/// A pairwise mask that is wrong by so much, with the sign with which the client of the lower number adds it.
pub fn edge(towards: u32, by: u64) -> False {
    False {
        towards: Some(towards),
        by,
        attested: true,
    }
}

/// A self-mask that is wrong by so much.
pub fn own(by: u64) -> False {
    False {
        towards: None,
        by,
        attested: true,
    }
}

/// A client that masks falsely.
pub struct FalseAttester<P: ProofSystem> {
    client: RecordingClient<P>,
    round: Arc<Round<P>>,
    key: Arc<SigningKey>,
    input: Vec<u64>,
    masks: Vec<False>,
    keys: Vec<(ClientId, veragg_protocol::pairwise::advertise::RoundKeys)>,
    participants: Option<ClientSet>,
    submission: Digest,
    /// What is added to the first packed scalar of its input, in its masked vector and in its attestation.
    pub more: Scalar<P>,
    /// Changes the commitments of its submission so that they fit `more`.
    pub commit: Option<Box<Commit>>,
    /// Makes what takes the place of its proof.
    prove: Option<Box<Prove<P>>>,
    /// What took the place of its proof.
    instead: Option<Instead<P>>,
    /// In dispute it opens the edge to this client: with the right point if true, with a wrong one if false.
    pub opens: Option<(u32, bool)>,
    /// The first phase in which it sends nothing any more.
    pub silent_from: Option<Phase>,
}

/// What changes the encoded commitments of a submission.
type Commit = dyn Fn(&mut Vec<u8>) + Send;

/// What takes the place of a client's honest proof.
pub(crate) struct Instead<P: ProofSystem> {
    /// Commitments and proof.
    pub(crate) proof: Vec<u8>,
    /// The packed vector that it commits to.
    pub(crate) packed: Vec<Scalar<P>>,
    /// The blinding of each row.
    pub(crate) blindings: Vec<Scalar<P>>,
}

/// Makes what takes the place of a client's honest proof; nothing if that cannot be made.
pub(crate) type Prove<P> = dyn Fn(&mut dyn CryptoRngCore) -> Option<Instead<P>> + Send;

impl<P: ProofSystem> FalseAttester<P> {
    /// The client of the scene with this number, which uses these false masks.
    pub fn new(scene: &Scene<P>, number: u32, masks: &[False]) -> Self {
        Self {
            client: scene.recording(number),
            round: Arc::clone(&scene.local.round),
            key: scene.key(number),
            input: scene.inputs[id(number).index()].clone(),
            masks: masks.to_vec(),
            keys: Vec::new(),
            participants: None,
            submission: [0; 32],
            more: Scalar::<P>::from(0u64),
            commit: None,
            prove: None,
            instead: None,
            opens: None,
            silent_from: None,
        }
    }

    /// The error in its first masked scalar.
    fn shift(&self) -> Scalar<P> {
        let me = self.id();
        self.masks
            .iter()
            .map(|mask| match mask.towards {
                Some(other) if id(other) < me => -Scalar::<P>::from(mask.by),
                _ => Scalar::<P>::from(mask.by),
            })
            .sum()
    }

    fn submit(&mut self, package: &[u8], honest: &[u8]) -> Vec<u8> {
        let participants = Package::decode(package, self.round.clients()).unwrap();
        self.participants = Some(participants.checkpoint.list);
        let prove = self.prove.as_ref();
        self.instead = prove.and_then(|prove| prove(&mut self.client.apart(3)));
        let mut more = self.difference();
        more[0] += self.shift() + self.more;
        let (scalars, instead, commit) = (more.len(), &self.instead, &self.commit);
        let alter = &mut |parts: &mut Vec<Vec<u8>>| {
            let mut masked = P::Group::decode_scalars(&parts[1], scalars, "masked").unwrap();
            masked
                .iter_mut()
                .zip(&more)
                .for_each(|(y, more)| *y += more);
            parts[1] = P::Group::encode_scalars(&masked);
            if let Some(instead) = instead {
                parts[0].clone_from(&instead.proof);
            }
            if let Some(commit) = commit {
                commit(&mut parts[0]);
            }
        };
        let message = sign_again(&self.key, honest, &self.round.submit_lengths(), alter);
        self.submission = Message::entry_of(&message).unwrap();
        message
    }

    /// Its packed input, and the blindings of its rows as they are encoded.
    fn committed(&self, blindings: &[u8]) -> (Zeroizing<Vec<Scalar<P>>>, Vec<Scalar<P>>) {
        let layout = self.round.layout();
        if let Some(instead) = &self.instead {
            return (
                Zeroizing::new(instead.packed.clone()),
                instead.blindings.clone(),
            );
        }
        let blindings = P::Group::decode_scalars(blindings, layout.rows(), "blinding").unwrap();
        (
            Zeroizing::new(layout.pack(&self.input).unwrap().to_vec()),
            blindings,
        )
    }

    /// What the vector and the blindings that it commits to are more than those that its software committed to.
    fn difference(&self) -> Vec<Scalar<P>> {
        let Some(instead) = &self.instead else {
            return vec![Scalar::<P>::from(0u64); self.round.masked_scalars()];
        };
        let layout = self.round.layout();
        let own = self.client.client.expose_secrets().blindings.unwrap();
        let blindings = P::Group::decode_scalars(&own, layout.rows(), "blinding").unwrap();
        let packed = layout.pack(&self.input).unwrap();
        let own = packed.iter().chain(&blindings);
        let others = instead.packed.iter().chain(&instead.blindings);
        own.zip(others).map(|(own, other)| *other - own).collect()
    }

    /// The message of dispute that opens the edge to another client.
    fn open(
        &self,
        package: &[u8],
        before: &ExposedSecrets,
        other: ClientId,
        proven: bool,
    ) -> Vec<u8> {
        let mask = before.mask.as_ref().unwrap();
        let (context, me) = (self.round.context(), self.id());
        let key = |client: ClientId| {
            let found = self.keys.iter().find(|(id, _)| *id == client);
            &found.unwrap().1.mask
        };
        let ends = dispute::ends(context, (me, mask.public()), (other, key(other)));
        let mut opened = ends.reveal(mask, &mut self.client.apart(1));
        if !proven {
            opened.point += **key(other);
        }
        let answers = Package::decode(package, self.round.clients())
            .unwrap()
            .checkpoint
            .digest();
        let parts = [dleq::encode(&[opened])];
        let sender = Sender::Client(me);
        Message::sign(&self.key, *context, Phase::Dispute, sender, answers, &parts).encode()
    }

    /// The message of attest, with the false masks that are attested.
    fn attest(&self, package: &[u8], before: &ExposedSecrets) -> Vec<u8> {
        let ExposedSecrets {
            mask: Some(mask),
            seed: Some(seed),
            blindings: Some(blindings),
            ..
        } = before
        else {
            panic!("it attests, so it has submitted");
        };
        let round = &self.round;
        let submit = Package::decode(package, round.clients())
            .unwrap()
            .checkpoint
            .digest();
        let challenges = Challenges::new(round, &submit);
        let (context, me) = (round.context(), self.id());
        let participants = self.participants.as_ref().unwrap();
        let neighbours = lists::holders(round.graph(), participants, me);
        let value = round.proofs().key().columns()[0];
        let committed = |mask: &Mask, towards: Option<ClientId>| {
            let mut committed = challenges.commit(round, mask);
            let masks = self.masks.iter().filter(|mask| mask.attested);
            for mask in masks.filter(|mask| mask.towards.map(id) == towards) {
                for point in &mut committed.points {
                    *point = *point + P::Group::msm(&[Scalar::<P>::from(mask.by)], &[value]);
                }
            }
            committed
        };
        let own = committed(&Mask::of_seed(context, me, seed), None);
        let key = |client: ClientId| {
            let found = self.keys.iter().find(|(id, _)| *id == client);
            found.unwrap().1.mask
        };
        let edges: Vec<_> = neighbours
            .iter()
            .map(|&other| {
                let mask = Mask::of_edge(context, me, mask, other, &key(other));
                committed(&mask, Some(other))
            })
            .collect();
        let (mut packed, blindings) = self.committed(blindings);
        packed[0] += self.more;
        let witness = Witness {
            packed: &packed,
            blindings: &blindings,
            own: &own,
            edges: &edges,
        };
        let subject = Subject {
            context,
            client: me,
            submission: &self.submission,
        };
        let keys: Vec<_> = neighbours.iter().map(|&other| key(other)).collect();
        let head = Head {
            keys: keys_digest(&keys),
            links: link::prove(
                round,
                &challenges,
                &subject,
                &witness,
                &mut self.client.apart(2),
            ),
        };
        let attestation = Attestation::new(head, &edges);
        let parts = attestation.parts();
        Message::sign(
            &self.key,
            *context,
            Phase::Attest,
            Sender::Client(me),
            submit,
            &parts,
        )
        .encode()
    }
}

impl<P: ProofSystem> Party for FalseAttester<P> {
    fn id(&self) -> ClientId {
        self.client.id()
    }

    fn restart(&mut self) {
        self.client.restart();
    }

    fn speak(&mut self, phase: Phase, package: &[u8]) -> Vec<Vec<u8>> {
        if self.silent_from.is_some_and(|from| phase >= from) {
            return Vec::new();
        }
        if phase == Phase::Share {
            self.keys = advertised_keys(package, self.round.clients());
        }
        let before = self.client.client.expose_secrets();
        let messages = self.client.speak(phase, package);
        match phase {
            Phase::Submit if !messages.is_empty() => vec![self.submit(package, &messages[0])],
            Phase::Attest if !messages.is_empty() => vec![self.attest(package, &before)],
            // The honest software knows only true masks: it would dispute the same false mask of a colluder.
            Phase::Dispute => match self.opens {
                // Who is out of the round is shown nothing, and of who has not advertised there is no key.
                Some((other, proven))
                    if !package.is_empty() && self.keys.iter().any(|(it, _)| *it == id(other)) =>
                {
                    vec![self.open(package, &before, id(other), proven)]
                }
                _ => Vec::new(),
            },
            _ => messages,
        }
    }
}

impl<P: ProofSystem> Scene<P> {
    /// The client submits what `prove` makes, with a masked vector that fits, and attests to that.
    pub(crate) fn proving_otherwise(self, number: u32, prove: Box<Prove<P>>) -> Self {
        let mut attester = FalseAttester::new(&self, number, &[]);
        attester.prove = Some(prove);
        self.with(number, attester)
    }

    /// This client uses these false masks.
    pub fn masking_falsely(mut self, number: u32, masks: &[False]) -> Self {
        let attester = FalseAttester::new(&self, number, masks);
        self.parties[id(number).index()] = Box::new(attester);
        self
    }
}
