//! V-09: the revealed shares are the committed ones, rebuild the committed secrets, and show what was
//! attested to be true.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;
use veragg_protocol::circuits::group::ristretto::{KeyPoint, KeyScalar, Ristretto, KEY_TABLE};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::crypto::masks::Mask;
use veragg_protocol::crypto::sharing::reconstruct;
use veragg_protocol::pairwise::lies::{self, Rebuilt, ShownBy};
use veragg_protocol::pairwise::unmask::{self, Secret};
use veragg_protocol::round::lists;
use veragg_protocol::round::Round;

use super::attestations::Attestations;
use super::set_up::{Dealt, SetUp};
use crate::check::Check;
use crate::findings::{Details, Finding, Findings};
use crate::report::Culprit;
use crate::step::Step;

/// Wrong shares of one message that are shown; the others are only named.
const MOST_SHOWN: usize = 5;

/// The lists that the unmasking stands on, as the contributors followed them.
pub(crate) struct Lists<'a> {
    pub(crate) participants: &'a ClientSet,
    /// Who was left of the contributors when the round began.
    pub(crate) contributors: &'a ClientSet,
    /// Whose secrets are rebuilt in this round.
    pub(crate) subjects: &'a ClientSet,
}

impl Lists<'_> {
    fn wanted(&self, client: ClientId) -> Secret {
        Secret::to_rebuild(self.contributors.contains(client))
    }
}

/// The shares revealed in this round so far, at most `t` a client, 36 bytes each; and the secrets that
/// were rebuilt.
#[derive(Default)]
pub(crate) struct Unmasking {
    shares: HashMap<ClientId, Vec<(ClientId, KeyScalar)>>,
    seeds: BTreeMap<ClientId, KeyScalar>,
    masks: BTreeMap<ClientId, KeyScalar>,
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
                if !Step::BodyDecodes.holds(false) {
                    findings.fault(fault(Check::Messages, error.to_string()));
                }
                return;
            }
        };
        let subjects = lists::holders(round.graph(), lists.subjects, client);
        if !findings.skips(Check::Unmasking) {
            findings.computed(Check::Unmasking, 1);
            let wrong = subjects
                .par_iter()
                .zip(&shares)
                .filter(|(dealer, share)| {
                    let dealt = set_up.dealt_to_all(Step::ShareOfDoubted, **dealer);
                    let secret = lists.wanted(**dealer);
                    // Without one commitment that all saw there is nothing to accuse it with.
                    dealt.and_then(|dealt| matches(dealt, client, secret, share)) == Some(false)
                })
                .map(|(dealer, share)| (*dealer, *share))
                .collect::<Vec<_>>();
            if !Step::CommittedShare.holds(wrong.is_empty()) {
                let dealers: Vec<u32> = wrong.iter().map(|(dealer, _)| dealer.number()).collect();
                let what = format!("it revealed shares of the secrets of clients {dealers:?} that are not the committed ones");
                let details = Details::involving(wrong.iter().map(|(dealer, _)| *dealer));
                let details = wrong
                    .iter()
                    .take(MOST_SHOWN)
                    .fold(details, |details, wrong| {
                        show_share(details, set_up, lists, client, wrong)
                    });
                findings.fault_with(fault(Check::Unmasking, what), details);
                return;
            }
        }
        for (dealer, share) in subjects.into_iter().zip(shares) {
            let of_dealer = self.shares.entry(dealer).or_default();
            if of_dealer.len() < round.threshold() {
                of_dealer.push((client, share));
            }
        }
    }

    /// V-09.2 and V-09.3: rebuilds the secrets of this round and finds who of the contributors attested
    /// what they show to be false. Returns who is left.
    pub(crate) fn close<P: ProofSystem>(
        &mut self,
        round: &Round<P>,
        set_up: &SetUp,
        attestations: Option<&Attestations<P>>,
        lists: &Lists<'_>,
        findings: &mut Findings,
    ) -> ClientSet {
        let shares = std::mem::take(&mut self.shares);
        let mut left = lists.contributors.clone();
        let Some(attestations) = attestations.filter(|_| !findings.skips(Check::Unmasking)) else {
            return left;
        };
        let subjects: Vec<_> = lists.subjects.iter().collect();
        findings.computed(Check::Unmasking, subjects.len());
        let rebuilt: Vec<_> = subjects
            .par_iter()
            .map(|&client| {
                let shares = shares.get(&client).map(Vec::as_slice).unwrap_or_default();
                rebuild(round, set_up, lists, client, shares).map(|secret| (client, secret))
            })
            .collect();
        let (mut seeds, mut masks) = (Vec::new(), Vec::new());
        for rebuilt in rebuilt {
            match rebuilt {
                Ok((client, secret)) if lists.wanted(client) == Secret::Seed => {
                    seeds.push((client, secret));
                }
                Ok(of_mask) => masks.push(of_mask),
                Err(_) if !!Step::SecretsRebuilt.holds(false) => {}
                Err(what) => findings.fail(Check::Unmasking, what),
            }
        }
        findings.computed(Check::Unmasking, left.len());
        // Who has told two keys may have shown the other one to whoever is judged by the edge.
        let undoubted = masks
            .iter()
            .filter(|(client, _)| set_up.keys_to_all(Step::SecretOfDoubted, *client).is_some());
        let rebuilt = Rebuilt {
            seeds: &seeds,
            masks: &undoubted.copied().collect::<Vec<_>>(),
        };
        let key = |client| set_up.keys.get(&client).map(|keys| keys.mask);
        let both = (lists.participants, lists.contributors);
        let (challenges, said) = (attestations.challenges(), attestations.said());
        let lies = lies::find(round, challenges, both, said, rebuilt, key).into_iter();
        for (liar, lie) in lies.filter(|_| !Step::TrueAttestations.holds(false)) {
            left.remove(liar);
            let neighbours = lists::holders(round.graph(), lists.participants, liar);
            let attested = said.get(&liar).and_then(|said| match lie.shown_by {
                ShownBy::Seed => Some(said.own.as_slice()),
                ShownBy::Edge(other) => said.towards(&neighbours, other),
            });
            let (finding, involved) = accuse(set_up, attestations, liar, lie.shown_by);
            let details = Details::involving(involved)
                .showing("what it attested", attested.unwrap_or_default())
                .showing("what the rebuilt secret gives", &lie.truth);
            findings.fault_with(finding, details);
        }
        self.seeds.extend(seeds);
        self.masks.extend(masks);
        left
    }

    /// The masks that stand in the sum of the contributors' vectors, as they are to be added to take
    /// them away; nothing if a secret is missing.
    pub(crate) fn masks_in_sum<P: ProofSystem>(
        &self,
        round: &Round<P>,
        set_up: &SetUp,
        participants: &ClientSet,
        contributors: &ClientSet,
    ) -> Option<Vec<Mask>> {
        let context = round.context();
        let mut masks = Vec::new();
        for client in participants.iter() {
            if contributors.contains(client) {
                let seed = self.seeds.get(&client)?;
                masks.push(Mask::of_seed(context, client, seed).inverse());
                continue;
            }
            let secret = self.masks.get(&client)?;
            for other in lists::holders(round.graph(), contributors, client) {
                let point = set_up.keys.get(&other)?.mask * secret;
                // The edge as the absent client would have added it is the inverse of what stands there.
                masks.push(Mask::of_point(context, client, other, &point));
            }
        }
        Some(masks)
    }
}

/// V-09.2: the committed secret of a client, if enough shares were revealed to rebuild it.
fn rebuild<P: ProofSystem>(
    round: &Round<P>,
    set_up: &SetUp,
    lists: &Lists<'_>,
    client: ClientId,
    shares: &[(ClientId, KeyScalar)],
) -> Result<KeyScalar, String> {
    let committed: Option<KeyPoint> = match lists.wanted(client) {
        Secret::Mask => set_up.keys.get(&client).map(|keys| keys.mask),
        Secret::Seed => set_up.dealt.get(&client).map(|dealt| dealt.seed),
    };
    let (got, need) = (shares.len(), round.threshold());
    if got < need {
        return Err(format!("{got} shares of a secret of client {client} were revealed; {need} are needed to remove its masks"));
    }
    let secret = reconstruct(shares);
    if committed != Some(&secret * KEY_TABLE) {
        return Err(format!(
            "the shares of client {client} do not rebuild the secret it committed to"
        ));
    }
    Ok(secret)
}

/// V-09.3: the fault of a liar, and the neighbour whose secret shows it.
fn accuse<P: ProofSystem>(
    set_up: &SetUp,
    attestations: &Attestations<P>,
    liar: ClientId,
    shown_by: ShownBy,
) -> (Finding, Option<ClientId>) {
    let (committed, involved, what) = match shown_by {
        ShownBy::Seed => (
            set_up.dealt.get(&liar).map(|dealt| dealt.leaf),
            None,
            "what it attested of its self-mask is not what its rebuilt seed gives".to_owned(),
        ),
        ShownBy::Edge(other) => (
            set_up.advertised.get(&other).copied(),
            Some(other),
            format!("what it attested of its edge to client {other} is not what the rebuilt secret of that client gives"),
        ),
    };
    let finding = Finding {
        check: Check::Unmasking,
        culprit: Some(Culprit::Client(liar)),
        evidence: committed
            .into_iter()
            .chain(attestations.leaf(liar))
            .collect(),
        what,
    };
    (finding, involved)
}

/// A share that is not the committed one, and the commitment.
fn show_share(
    details: Details,
    set_up: &SetUp,
    lists: &Lists<'_>,
    holder: ClientId,
    (dealer, share): &(ClientId, KeyScalar),
) -> Details {
    let committed = set_up.dealt.get(dealer).and_then(|dealt| {
        let position = dealt.holders.binary_search(&holder).ok()?;
        dealt
            .shares
            .get(position)?
            .get(lists.wanted(*dealer).index())
    });
    let gives = Ristretto::encode_point(&(share * KEY_TABLE));
    details
        .showing(
            format!("the share of client {dealer} that it revealed"),
            share.as_bytes(),
        )
        .showing("that share times the generator", &gives)
        .showing(
            format!("what client {dealer} committed to"),
            committed.map_or(&[][..], |committed| committed),
        )
}
