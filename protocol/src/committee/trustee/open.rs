//! Open: reveals the sums of the pads over the contributors (`specs/committee.md` 3.4).

use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use super::{Confirmed, Opened, Session, Step, Trustee, TrusteeError};
use crate::crypto::hash::Digest;
use crate::crypto::ids::TrusteeId;
use crate::crypto::signing::Signature;
use crate::round::phase::Phase;
use crate::rule::CommitteeRule;
use crate::wire::message::{Envelope, Sender};

impl<P: ProofSystem> Trustee<P, Confirmed<P::Group>> {
    /// 3.4: opens the sums of the pads over the list that it confirmed. Cost: `q` signatures.
    pub fn open(self, package: &[u8]) -> Step<P, Confirmed<P::Group>, Opened> {
        self.attempt(|session, state| {
            let round = &session.round;
            let package = session.read(package, Phase::ConfirmList, &state.check)?;
            let confirmed = state.check.digest();
            let shown = package.confirmed.iter();
            let others = shown
                .filter(|(trustee, signature)| {
                    *trustee != session.me && signs(session, *trustee, &confirmed, signature)
                })
                .count();
            let (count, needed) = (others + 1, round.shape().needed());
            let enough = count >= needed as usize;
            CommitteeRule::Confirmations.require(enough, || TrusteeError::TooFew {
                confirmed: count,
                needed,
            })?;
            let answers = package.checkpoint.digest();
            let part = P::Group::encode_scalars(&state.sums.0);
            let message = session.say(Phase::Open, answers, &[part]);
            let answered = [
                state.submit.clone(),
                state.check.clone(),
                package.checkpoint,
            ];
            Ok((Opened { answered }, message))
        })
    }
}

/// Whether a trustee has confirmed the list of this checkpoint of check.
fn signs<P: ProofSystem>(
    session: &Session<P>,
    trustee: TrusteeId,
    check: &Digest,
    signature: &Signature,
) -> bool {
    let envelope = Envelope::without_parts(
        *session.round.context(),
        Phase::ConfirmList,
        Sender::Trustee(trustee),
        *check,
        *signature,
    );
    let key = session.round.trustee_key(trustee);
    key.is_some_and(|key| envelope.is_signed_by(&key))
}
