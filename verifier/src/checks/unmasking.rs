//! V-09: the revealed shares are the committed ones, and rebuild the committed secrets.

use std::collections::HashMap;

use rayon::prelude::*;
use veragg_protocol::circuits::group::ristretto::{KeyPoint, KeyScalar, Ristretto, KEY_TABLE};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::members::{ClientId, ClientSet};
use veragg_protocol::round::Round;
use veragg_protocol::rules;
use veragg_protocol::sharing::reconstruct;
use veragg_protocol::unmask::{self, Secret};

use super::set_up::{Dealt, SetUp};
use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::report::Culprit;

/// The lists that the unmasking stands on, as the contributors acknowledged them.
pub(crate) struct Lists<'a> {
    pub(crate) participants: &'a ClientSet,
    pub(crate) contributors: &'a ClientSet,
}

/// The shares revealed so far: at most `t` a client, 36 bytes each.
#[derive(Default)]
pub(crate) struct Unmasking {
    shares: HashMap<ClientId, Vec<(ClientId, KeyScalar)>>,
    valid: Vec<ClientId>,
}

/// Whether a share is the committed one, where the board has the commitment.
fn matches(dealt: &Dealt, holder: ClientId, secret: Secret, share: &KeyScalar) -> Option<bool> {
    let position = dealt.holders.binary_search(&holder).ok()?;
    let committed = dealt.shares.get(position)?.get(secret.index())?;
    Some(Ristretto::encode_point(&(share * KEY_TABLE)) == committed)
}

impl Unmasking {
    /// V-09.1: judges one client's shares.
    pub(crate) fn take<P: ProofSystem>(
        &mut self,
        round: &Round<P>,
        set_up: &SetUp,
        lists: &Lists<'_>,
        (client, leaf): (ClientId, u64),
        body: &[u8],
        findings: &mut Findings,
    ) {
        let fault = |check, what| Finding {
            check,
            culprit: Some(Culprit::Client(client)),
            evidence: vec![leaf],
            what,
        };
        let shares = match unmask::decode(body) {
            Ok(shares) => shares,
            Err(error) => {
                findings.fault(fault(Check::Messages, error.to_string()));
                return;
            }
        };
        let subjects = rules::holders(round.graph(), lists.participants, client);
        if !findings.skips(Check::Unmasking) {
            findings.computed(Check::Unmasking, 1);
            let wrong = subjects
                .par_iter()
                .zip(&shares)
                .filter(|(dealer, share)| {
                    let secret = Secret::to_rebuild(lists.contributors.contains(**dealer));
                    let dealt = set_up.dealt_to_all(**dealer);
                    // Without one commitment that all saw there is nothing to accuse it with.
                    dealt.and_then(|dealt| matches(dealt, client, secret, share)) == Some(false)
                })
                .map(|(dealer, _)| dealer.number())
                .collect::<Vec<_>>();
            if !wrong.is_empty() {
                findings.fault(fault(
                    Check::Unmasking,
                    format!("it revealed shares of the secrets of clients {wrong:?} that are not the committed ones"),
                ));
                return;
            }
        }
        self.valid.push(client);
        for (dealer, share) in subjects.into_iter().zip(shares) {
            let of_dealer = self.shares.entry(dealer).or_default();
            if of_dealer.len() < round.threshold() {
                of_dealer.push((client, share));
            }
        }
    }

    /// Who has unmasked.
    pub(crate) fn valid(&self, clients: u32) -> ClientSet {
        ClientSet::of(clients, |client| self.valid.binary_search(&client).is_ok())
    }

    /// V-09.2: enough shares were revealed of every participant, and rebuild the secret that it
    /// committed to.
    pub(crate) fn close<P: ProofSystem>(
        &mut self,
        round: &Round<P>,
        set_up: &SetUp,
        lists: &Lists<'_>,
        findings: &mut Findings,
    ) {
        self.valid.sort_unstable();
        if findings.skips(Check::Unmasking) {
            return;
        }
        let participants: Vec<_> = lists.participants.iter().collect();
        findings.computed(Check::Unmasking, participants.len());
        let problems: Vec<String> = participants
            .par_iter()
            .filter_map(|&client| {
                let secret = Secret::to_rebuild(lists.contributors.contains(client));
                let committed: Option<KeyPoint> = match secret {
                    Secret::Mask => set_up.keys.get(&client).map(|keys| keys.mask),
                    Secret::Seed => set_up.dealt.get(&client).map(|dealt| dealt.seed),
                };
                let shares = self.shares.get(&client).map(Vec::as_slice).unwrap_or_default();
                if shares.len() < round.threshold() {
                    let (got, need) = (shares.len(), round.threshold());
                    return Some(format!("{got} shares of a secret of client {client} were revealed; {need} are needed to remove its masks"));
                }
                (committed != Some(&reconstruct(shares) * KEY_TABLE)).then(|| {
                    format!("the shares of client {client} do not rebuild the secret it committed to")
                })
            })
            .collect();
        for what in problems {
            findings.fail(Check::Unmasking, what);
        }
    }
}
