//! Check: looks at every submission, and complains about pads that do not open (`specs/committee.md` 3.2).

use std::io::Read;
use std::slice::from_ref;

use merlin::Transcript;
use rand_core::CryptoRngCore;
use rayon::prelude::*;
use veragg_circuits::ark_ff::Zero;
use veragg_circuits::bad_ones::bad_ones;
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;
use veragg_circuits::transcript::TranscriptExt;
use zeroize::Zeroizing;

use super::{Checked, Ready, Session, Step, Sums, Trustee, TrusteeError};
use crate::committee::check::{ends, Complaint};
use crate::committee::package::{SubmitPackage, Submitted};
use crate::committee::pads::{self, Pads};
use crate::committee::parts::Parts;
use crate::committee::round::Round;
use crate::committee::submit::{claim, pads_of_trustee, SubmissionKey};
use crate::crypto::dh::KeyPair;
use crate::crypto::encoded_point::EncodedPoint;
use crate::crypto::hash::Digest;
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::keys::short_weight;
use crate::crypto::labels;
use crate::crypto::possession::{self, Claimed};
use crate::crypto::tree::{CompactTree, Leaf};
use crate::round::phase::Phase;
use crate::rule::CommitteeRule;
use crate::wire::checkpoint::Checkpoint;
use crate::wire::message::Sender;

/// The most submissions that are looked at together.
const TOGETHER: usize = 256;
/// Scalars of pads that are held at once, but for those of one submission.
const HELD: usize = 1 << 18;

/// How many submissions a trustee looks at together.
pub fn batch(parts: &Parts) -> usize {
    let scalars = parts.blocks() * parts.row_scalars();
    (HELD / scalars.max(1)).clamp(1, TOGETHER)
}

impl<P: ProofSystem> Trustee<P, Ready> {
    /// 3.2: checks the submissions of a package, read from front to back, at a time in seconds since 1970 UTC. Cost for each accepted client: a signature, a proof of
    /// possession, a Diffie-Hellman point, and its pads with a part of one multi-scalar multiplication. Memory: 100 bytes a client, and
    /// a batch of submissions.
    pub fn check(
        self,
        package: impl Read,
        now: u64,
        rng: &mut dyn CryptoRngCore,
    ) -> Step<P, Ready, Checked<P::Group>> {
        self.attempt(|session, Ready { sealing }| {
            let round = &session.round;
            let mut package =
                SubmitPackage::open(package, round.clients(), session.me, round.parts())?;
            let submit = package.checkpoint().clone();
            session.check(&submit, Phase::Submit, &round.context().digest)?;
            if submit.root.size > u64::from(round.clients()) {
                let (phase, what) = (
                    Phase::Submit,
                    "it signs more messages than there are clients",
                );
                return Err(TrusteeError::Checkpoint { phase, what });
            }
            let mut pass = Pass::new(session, sealing, &submit, now);
            pass.require_heard(submit.root.size == u64::from(round.clients()))?;
            let together = batch(round.parts());
            loop {
                let mut batch = Vec::new();
                while batch.len() < together {
                    match package.next_submission()? {
                        Some(submitted) => batch.push(submitted),
                        None => break,
                    }
                }
                if batch.is_empty() {
                    break;
                }
                pass.take(&batch)?;
            }
            let Pass {
                sums,
                keys,
                accused,
                ..
            } = pass.finish()?;
            let mut parts = Vec::with_capacity(accused.len());
            for (client, block) in &accused {
                // Both are sorted by client.
                let at = keys.binary_search_by_key(client, |(of, _)| *of);
                let Some((_, key)) = at.ok().and_then(|at| keys.get(at)) else {
                    continue;
                };
                // It decoded when it was checked.
                let Ok(key) = EncodedPoint::decode(*key, "submission key") else {
                    continue;
                };
                let ends = ends(round, session.me, sealing.public(), *client, &key);
                let revealed = ends.reveal(sealing, rng);
                parts.push(Complaint::of(*client, *block, &revealed).encode());
            }
            let message = session.say(Phase::Check, submit.digest(), &parts);
            let mut about = ClientSet::empty(round.clients());
            accused.iter().for_each(|(client, _)| about.insert(*client));
            let state = Checked {
                sealing: sealing.clone(),
                sums,
                keys: keys.into_iter().map(|(_, key)| key).collect(),
                accused: about,
                submit,
            };
            Ok((state, message))
        })
    }
}

/// A pass over the submissions.
struct Pass<'a, P: ProofSystem> {
    session: &'a Session<P>,
    sealing: &'a KeyPair,
    submit: &'a Checkpoint,
    weights: Weights,
    tree: CompactTree,
    spoken: ClientSet,
    sums: Sums<P::Group>,
    /// The encoded submission keys of accepted clients.
    keys: Vec<(ClientId, [u8; 32])>,
    accused: Vec<(ClientId, u32)>,
    /// The deadline of submit, if it has not passed.
    early: Option<u64>,
}

/// An accepted client, whose parts decode.
struct Seen<G: Group> {
    client: ClientId,
    key: SubmissionKey,
    committed: Vec<G::Term>,
    pads: Pads<G>,
}

impl<'a, P: ProofSystem> Pass<'a, P> {
    fn new(
        session: &'a Session<P>,
        sealing: &'a KeyPair,
        submit: &'a Checkpoint,
        now: u64,
    ) -> Self {
        let round = &session.round;
        let parts = round.parts();
        let scalars = parts.blocks() * parts.row_scalars();
        Self {
            weights: Weights::new(round, session, &submit.digest()),
            session,
            sealing,
            submit,
            tree: CompactTree::default(),
            spoken: ClientSet::empty(round.clients()),
            sums: Sums(vec![<P::Group as Group>::Scalar::zero(); scalars]),
            keys: Vec::with_capacity(submit.list.len()),
            accused: Vec::new(),
            early: Some(round.configuration().deadline(Phase::Submit)).filter(|it| now <= *it),
        }
    }

    /// 3.2.7: what must hold if it is early.
    fn require_heard(&self, holds: bool) -> Result<(), TrusteeError> {
        let heard = |deadline| {
            CommitteeRule::ClientsHeard.require(holds, || TrusteeError::TooEarly { deadline })
        };
        self.early.map_or(Ok(()), heard)
    }

    /// Judges the next submissions.
    fn take(&mut self, batch: &[Submitted]) -> Result<(), TrusteeError> {
        let first = self.tree.size();
        for (leaf, submitted) in (first..).zip(batch) {
            self.note(leaf, submitted)?;
        }
        let judged: Vec<Option<Seen<P::Group>>> = batch
            .par_iter()
            .enumerate()
            .map(|(at, submitted)| self.look(first + at as u64, submitted))
            .collect::<Result<_, _>>()?;
        let seen: Vec<Seen<P::Group>> = judged.into_iter().flatten().collect();
        let keys = seen
            .iter()
            .map(|seen| (&seen.key.key, &seen.key.possession));
        let claimed = Claimed::of_all(&keys.collect::<Vec<_>>());
        let claims = seen.iter().zip(&claimed);
        let claims: Vec<_> = claims
            .map(|(seen, claimed)| claim(seen.client, claimed))
            .collect();
        let context = self.session.round.context();
        let failing = possession::failing(context, &claims);
        let failing = failing
            .first()
            .filter(|_| !CommitteeRule::KeyPossessed.holds(false));
        if let Some(&failing) = failing {
            let of = Sender::Client(seen[failing].client);
            let at = batch.iter().position(|it| it.envelope.sender == of);
            return Err(TrusteeError::Submission {
                leaf: first + at.unwrap_or(0) as u64,
                what: "it does not show that its sender knows the secret of its key",
            });
        }
        if !CommitteeRule::PadsOpen.holds(self.all_open(&seen)) {
            for at in bad_ones(seen.len(), |part| self.all_open(&seen[part])) {
                let block = self.first_bad(&seen[at]);
                let accused = block.map(|block| (seen[at].client, block));
                self.accused.extend(accused);
            }
        }
        for Seen {
            client, key, pads, ..
        } in seen
        {
            for (sum, pad) in self.sums.0.iter_mut().zip(pads.iter()) {
                *sum += pad;
            }
            self.keys.push((client, *key.key.as_bytes()));
        }
        Ok(())
    }

    /// 3.2.2: notes an envelope, of whomever it is.
    fn note(&mut self, leaf: u64, submitted: &Submitted) -> Result<(), TrusteeError> {
        let refuse = |what| move || TrusteeError::Submission { leaf, what };
        let envelope = &submitted.envelope;
        let round = &self.session.round;
        let Sender::Client(client) = envelope.sender else {
            return Err(refuse("its sender is no client")());
        };
        let of_clients = CommitteeRule::OfClients;
        let listed = client.number() <= round.clients();
        of_clients.require(listed, refuse("its sender is not on the roster"))?;
        let of_round = envelope.context == *round.context() && envelope.phase == Phase::Submit;
        of_clients.require(of_round, refuse("it is no submission of this round"))?;
        let first = !self.spoken.contains(client);
        CommitteeRule::OneSubmission.require(first, refuse("its sender has another one"))?;
        if self.submit.list.contains(client) != submitted.shown.is_some() {
            let what = "its parts are shown although its sender is not accepted, or not shown although it is";
            return Err(refuse(what)());
        }
        self.spoken.insert(client);
        self.tree.push(Leaf::of(&envelope.entry()));
        Ok(())
    }

    /// 3.2.3: the parts of an accepted client.
    fn look(
        &self,
        leaf: u64,
        submitted: &Submitted,
    ) -> Result<Option<Seen<P::Group>>, TrusteeError> {
        let refuse = |what| move || TrusteeError::Submission { leaf, what };
        let Sender::Client(client) = submitted.envelope.sender else {
            return Ok(None);
        };
        let Session {
            round, roster, me, ..
        } = self.session;
        let envelope = &submitted.envelope;
        let answers = envelope.answers == round.context().digest;
        let is_signed = || {
            let key = roster.key(client);
            key.is_some_and(|key| envelope.is_signed_by(&key))
        };
        let Some(shown) = &submitted.shown else {
            // Who is not accepted has spoken, too. It is asked only where it matters.
            return match self.early {
                None => Ok(None),
                Some(_) => self.require_heard(answers && is_signed()).map(|()| None),
            };
        };
        let signed = CommitteeRule::SubmissionSigned;
        signed.require(answers, refuse("it does not answer the configuration"))?;
        signed.require(is_signed(), refuse("its sender did not sign it"))?;
        let are_parts = shown.are_of(&envelope.body_root, *me, round.parts());
        let what = "the parts that are shown are not those that its sender signed";
        CommitteeRule::PartsSigned.require(are_parts, refuse(what))?;
        let Ok(key) = SubmissionKey::decode(&shown.key) else {
            return Err(refuse("its key is malformed")());
        };
        let Ok(committed) = pads_of_trustee::<P::Group>(&shown.pads, round.parts()) else {
            return Err(refuse("its pads for this trustee are malformed")());
        };
        let point = self.sealing.shared_point(&key.key);
        Ok(Some(Seen {
            pads: pads::of_point::<P::Group>(round.context(), client, *me, &point, round.parts()),
            client,
            key,
            committed,
        }))
    }

    /// 4.3, for some clients. The combination of pads is secret: [`pads::commit`] does the same operations whatever it is.
    fn all_open(&self, seen: &[Seen<P::Group>]) -> bool {
        let round = &self.session.round;
        let parts = round.parts();
        let (mut scalars, mut terms) = (Vec::new(), Vec::new());
        let mut combined = Zeroizing::new(vec![
            <P::Group as Group>::Scalar::zero();
            parts.row_scalars()
        ]);
        for one in seen {
            let weights = self.weights.of::<P::Group>(one.client, parts.blocks());
            for (weight, row) in weights.iter().zip(one.pads.chunks(parts.row_scalars())) {
                for (sum, pad) in combined.iter_mut().zip(row) {
                    *sum += *weight * pad;
                }
            }
            scalars.extend(weights);
            terms.extend(one.committed.iter().copied());
        }
        let committed = pads::commit::<P::Group>(round.proofs().key(), from_ref(&combined));
        committed == P::Group::encode_point(&P::Group::sum_of_terms(&scalars, &terms))
    }

    /// The first block whose pad does not open what a client committed to.
    fn first_bad(&self, seen: &Seen<P::Group>) -> Option<u32> {
        let round = &self.session.round;
        let own = pads::commit::<P::Group>(round.proofs().key(), from_ref(&seen.pads));
        let own = own.chunks(P::Group::POINT_LEN);
        let mut both = (0..).zip(own.zip(&seen.committed));
        both.find(|(_, (own, committed))| {
            **own != P::Group::encode_point(&P::Group::element(committed))
        })
        .map(|(block, _)| block)
    }

    /// Refuses a pass that was not over the messages under the checkpoint.
    fn finish(mut self) -> Result<Self, TrusteeError> {
        let same = self.tree.root() == self.submit.root;
        CommitteeRule::SameTree.require(same, || TrusteeError::OtherTree)?;
        let missing = self
            .submit
            .list
            .iter()
            .find(|client| !self.spoken.contains(*client));
        if let Some(client) = missing.filter(|_| !CommitteeRule::EverybodyShown.holds(false)) {
            return Err(TrusteeError::NotShown { client });
        }
        self.keys.sort_unstable_by_key(|(client, _)| *client);
        self.accused.sort_unstable_by_key(|(client, _)| *client);
        Ok(self)
    }
}

/// The weights of 4.3.
struct Weights(Transcript);

impl Weights {
    fn new<P: ProofSystem>(round: &Round<P>, session: &Session<P>, submit: &Digest) -> Self {
        let mut transcript = Transcript::new(labels::PADS_BATCH.as_bytes());
        transcript.append_message(b"context", &round.context().digest);
        transcript.absorb_u64(b"trustee", u64::from(session.me.number()));
        transcript.append_message(b"submit", submit);
        Self(transcript)
    }

    /// Those of a client, for each block.
    fn of<G: Group>(&self, client: ClientId, blocks: usize) -> Vec<G::Scalar> {
        let mut transcript = self.0.clone();
        transcript.absorb_u64(b"client", u64::from(client.number()));
        (0..blocks)
            .map(|_| G::Scalar::from(short_weight(&mut transcript)))
            .collect()
    }
}
