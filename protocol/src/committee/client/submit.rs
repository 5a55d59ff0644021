//! Submit: commits to the input, proves the statement, and shares the rows (`specs/committee.md` 3.1).

use merlin::Transcript;
use rand_core::{CryptoRngCore, RngCore};
use rayon::prelude::*;
use veragg_circuits::ark_ff::Zero;
use veragg_circuits::group::ristretto::KeyScalar;
use veragg_circuits::group::Group;
use veragg_circuits::hedged::{Hedge, Stream};
use veragg_circuits::proof_system::ProofSystem;
use veragg_circuits::statement::InputError;
use veragg_circuits::transcript::TranscriptExt;
use zeroize::Zeroizing;

use crate::committee::pads::{self, Pads};
use crate::committee::parts::SALT_LEN;
use crate::committee::round::Round;
use crate::committee::submit::SubmissionKey;
use crate::crypto::dh::KeyPair;
use crate::crypto::ids::{ClientId, TrusteeId};
use crate::crypto::labels;
use crate::crypto::possession::{Possession, Purpose};
use crate::crypto::signing::SigningKey;
use crate::round::phase::Phase;
use crate::rule::CommitteeRule;
use crate::wire::message::{Message, Sender};

/// The streams that a client draws from (3.1.6).
struct Draws<'a> {
    transcript: Transcript,
    identity: &'a SigningKey,
}

impl Draws<'_> {
    fn stream(&self, of: &'static str, rng: &mut dyn CryptoRngCore) -> Stream {
        Hedge::new(&self.transcript, of)
            .secret(b"identity", self.identity.to_bytes().as_ref())
            .stream(rng)
    }
}

/// The client's message.
pub(super) fn message<P: ProofSystem>(
    round: &Round<P>,
    me: ClientId,
    identity: &SigningKey,
    x: &[u64],
    rng: &mut dyn CryptoRngCore,
) -> Result<Message, InputError> {
    let mut transcript = Transcript::new(labels::SUBMISSION_SECRETS.as_bytes());
    transcript.append_message(b"context", &round.context().digest);
    transcript.absorb_u64(b"client", u64::from(me.number()));
    let mut draws = Draws {
        transcript,
        identity,
    };
    let mut proven =
        round
            .proofs()
            .prove(&round.binding(me), x, &mut draws.stream("proof", rng))?;
    let proof = std::mem::take(&mut proven.bytes);
    draws.transcript.append_message(b"proof", &proof);
    let mut stream = draws.stream("sharing", rng);
    let secret = KeyPair::from_secret(KeyScalar::random(&mut stream));
    let key = SubmissionKey {
        key: *secret.public(),
        possession: Possession::prove(&secret, round.context(), me, Purpose::Submission, rng),
    };
    let layout = round.parts();
    let pads: Vec<Pads<P::Group>> = round
        .committee()
        .trustees
        .par_iter()
        .enumerate()
        .map(|(index, trustee)| {
            let point = secret.shared_point(&trustee.sealing_key);
            let trustee = TrusteeId::from_index(index);
            pads::of_point::<P::Group>(round.context(), me, trustee, &point, layout)
        })
        .collect();
    let mut parts = vec![proof, key.encode()];
    let committed = pads::commit(round.proofs().key(), &pads);
    parts.extend(committed.chunks(layout.pads_len()).map(<[u8]>::to_vec));
    let packed = Zeroizing::new(round.layout().pack(x)?);
    let rows = Rows {
        packed: &packed,
        blindings: &proven.blindings,
        columns: layout.row_scalars() - 1,
    };
    let masked: Vec<Vec<u8>> = layout
        .places()
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|place| {
            let (lambda, mu) = round.coefficients().at(place.trustee, layout);
            let first = place.block * lambda.len();
            let own = &pads[place.trustee.index()];
            // The mask is there first, so that no buffer ever holds a row without it.
            let own = pads::of_block::<P::Group>(own, place.block, layout);
            let mut row: Vec<_> = own.iter().map(|pad| -*pad).collect();
            for (pads, mu) in pads.iter().zip(mu) {
                let pad = pads::of_block::<P::Group>(pads, place.block, layout);
                for (sum, pad) in row.iter_mut().zip(pad) {
                    *sum += *mu * pad;
                }
            }
            for (k, lambda) in lambda.iter().enumerate() {
                rows.add(first + k, lambda, &mut row);
            }
            P::Group::encode_scalars(&row)
        })
        .collect();
    // Only a test can leave the rule out. Then all salts are zeros.
    let unsalted = CommitteeRule::Salted.holds(false);
    parts.extend(masked.into_iter().map(|row| {
        let mut part = vec![0; SALT_LEN];
        if !unsalted {
            stream.fill_bytes(&mut part);
        }
        part.extend(row);
        part
    }));
    let context = round.context();
    let sender = Sender::Client(me);
    Ok(Message::sign(
        identity,
        *context,
        Phase::Submit,
        sender,
        context.digest,
        &parts,
    ))
}

/// The rows of a vector with their blindings. Secret.
struct Rows<'a, F> {
    packed: &'a [F],
    blindings: &'a [F],
    columns: usize,
}

impl<F> Rows<'_, F> {
    /// Adds a multiple of a row, with its blinding behind it, to a sum.
    fn add(&self, row: usize, by: &F, sum: &mut [F])
    where
        F: Copy + Zero + std::ops::Mul<Output = F> + std::ops::AddAssign,
    {
        let values = self
            .packed
            .chunks(self.columns)
            .nth(row)
            .unwrap_or_default();
        let blinding = self.blindings.get(row).into_iter();
        for (sum, value) in sum.iter_mut().zip(values.iter().chain(blinding)) {
            *sum += *by * *value;
        }
    }
}
