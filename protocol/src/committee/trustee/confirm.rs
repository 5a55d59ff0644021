//! Confirm: signs the list of contributors, once (`specs/committee.md` 3.3).

use veragg_circuits::proof_system::ProofSystem;

use super::{Checked, Confirmed, Session, Step, Sums, Trustee, TrusteeError};
use crate::committee::pads;
use crate::crypto::encoded_point::EncodedPoint;
use crate::crypto::ids::ClientId;
use crate::round::phase::Phase;
use crate::rule::CommitteeRule;
use crate::wire::checkpoint::Checkpoint;

impl<P: ProofSystem> Trustee<P, Checked<P::Group>> {
    /// 3.3: confirms the list of a package of check. Cost: the pads of each client that left the list.
    pub fn confirm(self, package: &[u8]) -> Step<P, Checked<P::Group>, Confirmed<P::Group>> {
        self.attempt(|session, state| {
            let round = &session.round;
            let check = session
                .read(package, Phase::Check, &state.submit)?
                .checkpoint;
            let least = round.configuration().min_contributors as usize;
            let refuse = |what: String| TrusteeError::List { what };
            let is_part = check.list.is_subset(&state.submit.list);
            CommitteeRule::PartOfAccepted.require(is_part, || {
                refuse("it names a client that was not accepted".to_owned())
            })?;
            let contributors = check.list.len();
            CommitteeRule::EnoughContributors.require(contributors >= least, || {
                refuse(format!(
                    "it has {contributors} clients, and the configuration asks for {least}"
                ))
            })?;
            let accused = |client: &ClientId| state.accused.contains(*client);
            let accused = check.list.iter().find(accused);
            if let Some(client) = accused.filter(|_| !CommitteeRule::NotAccused.holds(false)) {
                return Err(refuse(format!(
                    "this trustee has complained about client {client}, with reason"
                )));
            }
            let message = session.say(Phase::ConfirmList, check.digest(), &[]);
            let sums = without_those_who_left(session, state, &check);
            let confirmed = Confirmed {
                submit: state.submit.clone(),
                check,
                sums,
            };
            Ok((confirmed, message))
        })
    }
}

/// The sums over the contributors.
fn without_those_who_left<P: ProofSystem>(
    session: &Session<P>,
    state: &Checked<P::Group>,
    check: &Checkpoint,
) -> Sums<P::Group> {
    let round = &session.round;
    let mut sums = Sums(state.sums.0.clone());
    for (client, key) in state.submit.list.iter().zip(&state.keys) {
        if check.list.contains(client) {
            continue;
        }
        // It decoded when it was checked.
        let Ok(key) = EncodedPoint::decode(*key, "submission key") else {
            continue;
        };
        let point = state.sealing.shared_point(&key);
        let (context, parts) = (round.context(), round.parts());
        let pads = pads::of_point::<P::Group>(context, client, session.me, &point, parts);
        for (sum, pad) in sums.0.iter_mut().zip(pads.iter()) {
            *sum -= pad;
        }
    }
    sums
}
