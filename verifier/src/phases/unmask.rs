//! Unmask: V-09, the revealed shares are the committed ones, rebuild the committed secrets, and show what
//! was attested to be true.

use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Seek};

use rayon::prelude::*;
use veragg_protocol::circuits::group::ristretto::{KeyPoint, KeyScalar, Ristretto, KEY_TABLE};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::crypto::sharing::reconstruct;
use veragg_protocol::pairwise::false_attestations::{self, Contradiction, Rebuilt, ShownBy};
use veragg_protocol::pairwise::unmask::{self, Secret, Shares};
use veragg_protocol::pairwise::Breach;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::BoardError;

use super::publish::Publish;
use super::{Derived, Desk, Ending, Judge, Open, ReadMessage};
use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::ground::{Attestations, Ground, Secrets};
use crate::step::Step;

/// Wrong shares of one message that are shown; the others are only named.
const MOST_SHOWN: usize = 5;

/// A round of unmask: the shares revealed in it so far, at most `t` a client, 36 bytes each; and the secrets
/// that were rebuilt before.
pub(crate) struct Unmask<P: ProofSystem> {
    attestations: Attestations<P>,
    round: u8,
    /// Whose secrets are rebuilt in this round.
    subjects: ClientSet,
    shares: HashMap<ClientId, Shares>,
    secrets: Secrets,
}

/// Which secret of a client is rebuilt.
fn wanted<P: ProofSystem>(ground: &Ground<'_, P>, client: ClientId) -> Secret {
    Secret::to_rebuild(ground.contributors.contains(client))
}

/// What a dealer committed to for a holder, of the secret that is rebuilt.
fn committed<P: ProofSystem>(
    ground: &Ground<'_, P>,
    dealer: ClientId,
    holder: ClientId,
) -> Option<[u8; 32]> {
    let dealt = ground.dealt.get(&dealer)?;
    let position = dealt.holders.binary_search(&holder).ok()?;
    let shares = dealt.shares.get(position)?;
    shares.get(wanted(ground, dealer).index()).copied()
}

impl<P: ProofSystem> Unmask<P> {
    pub(crate) fn new(attestations: Attestations<P>, subjects: ClientSet) -> Self {
        Self {
            attestations,
            round: 0,
            subjects,
            shares: HashMap::new(),
            secrets: Secrets::default(),
        }
    }

    /// V-09.2: rebuilds the secrets of this round.
    fn rebuild(&mut self, ground: &Ground<'_, P>, findings: &mut Findings) -> [Shares; 2] {
        let shares = std::mem::take(&mut self.shares);
        let subjects: Vec<_> = self.subjects.iter().collect();
        findings.computed(Check::Unmasking, subjects.len());
        let rebuilt: Vec<_> = subjects
            .par_iter()
            .map(|&client| {
                let shares = shares.get(&client).map(Vec::as_slice).unwrap_or_default();
                rebuild(ground, client, shares).map(|secret| (client, secret))
            })
            .collect();
        let (mut seeds, mut masks) = (Shares::new(), Shares::new());
        for rebuilt in rebuilt {
            match rebuilt {
                Ok(of_client) => match wanted(ground, of_client.0) {
                    Secret::Seed => seeds.push(of_client),
                    Secret::Mask => masks.push(of_client),
                },
                Err(what) => findings.record(Finding::failure(Step::SecretsRebuilt, what)),
            }
        }
        [seeds, masks]
    }

    /// V-09.3: whose attestation the secrets of this round contradict.
    fn contradictions(
        &self,
        ground: &Ground<'_, P>,
        seeds: &Shares,
        masks: &Shares,
    ) -> BTreeMap<ClientId, Contradiction> {
        // Who has told two keys may have shown the other one to whoever is judged by the edge.
        let one = |client| Step::SecretOfEquivocator.holds(ground.said_one_thing(client));
        let told = masks.iter().filter(|(client, _)| one(*client)).copied();
        let masks: Vec<_> = told.collect();
        let both = (&ground.participants, &ground.contributors);
        let Attestations {
            challenges, said, ..
        } = &self.attestations;
        let rebuilt = Rebuilt {
            seeds,
            masks: &masks,
        };
        false_attestations::find(ground.round, challenges, both, said, rebuilt, |client| {
            ground.mask_key(client)
        })
    }

    /// The finding about a false attestation: its author, and the neighbour whose secret shows it.
    fn finding(
        &self,
        ground: &Ground<'_, P>,
        culprit: ClientId,
        contradiction: &Contradiction,
    ) -> Finding {
        let (committed, involved, what) = match contradiction.shown_by {
            ShownBy::Seed => (
                ground.dealt.get(&culprit).map(|dealt| dealt.leaf),
                None,
                "what it attested of its self-mask is not what its rebuilt seed gives".to_owned(),
            ),
            ShownBy::Edge(other) => (
                ground.keys.get(&other).map(|advertised| advertised.leaf),
                Some(other),
                format!("what it attested of its edge to client {other} is not what the rebuilt secret of that client gives"),
            ),
        };
        let said = self.attestations.said.get(&culprit);
        let attested = said.and_then(|said| match contradiction.shown_by {
            ShownBy::Seed => Some(said.own.as_slice()),
            ShownBy::Edge(other) => said.towards(&ground.neighbours(culprit), other),
        });
        let leaves = [committed, self.attestations.leaf(culprit)];
        let leaves = leaves.into_iter().flatten();
        Finding::fault(Step::TrueAttestations, culprit, leaves, what)
            .involving(involved)
            .showing("what it attested", attested.unwrap_or_default())
            .showing("what the rebuilt secret gives", &contradiction.truth)
    }
}

/// V-09.2: the committed secret of a client, if enough shares were revealed to rebuild it.
fn rebuild<P: ProofSystem>(
    ground: &Ground<'_, P>,
    client: ClientId,
    shares: &[(ClientId, KeyScalar)],
) -> Result<KeyScalar, String> {
    let committed: Option<KeyPoint> = match wanted(ground, client) {
        Secret::Mask => ground.mask_key(client),
        Secret::Seed => ground.dealt.get(&client).map(|dealt| dealt.seed),
    };
    let (got, need) = (shares.len(), ground.round.threshold());
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

/// Shows a share that is not the committed one, and the commitment.
fn show<P: ProofSystem>(
    finding: Finding,
    ground: &Ground<'_, P>,
    holder: ClientId,
    (dealer, share): &(ClientId, KeyScalar),
) -> Finding {
    let committed = committed(ground, *dealer, holder);
    let gives = Ristretto::encode_point(&(share * KEY_TABLE));
    finding
        .showing(
            format!("the share of client {dealer} that it revealed"),
            share.as_bytes(),
        )
        .showing("that share times the generator", &gives)
        .showing(
            format!("what client {dealer} committed to"),
            committed.as_ref().map_or(&[][..], |committed| committed),
        )
}

impl<P: ProofSystem> Judge<P> for Unmask<P> {
    whole_body!();

    fn phase(&self) -> Phase {
        Phase::Unmask(self.round)
    }

    fn lengths(&self, ground: &Ground<'_, P>, client: ClientId, _: usize) -> Vec<usize> {
        ground.round.unmask_lengths(client, &self.subjects)
    }

    /// V-09.1: judges one client's shares.
    fn take(
        &mut self,
        ground: &mut Ground<'_, P>,
        client: ClientId,
        said: ReadMessage<Vec<u8>>,
        findings: &mut Findings,
    ) {
        let (leaf, skip) = (said.leaf, findings.skips(Check::Unmasking));
        // Without one commitment that all saw there is nothing to accuse the client with.
        let one = |dealer| Step::ShareOfEquivocator.holds(ground.said_one_thing(dealer));
        let is_right = |dealer, share: &_| {
            let committed = committed(ground, dealer, client).filter(|_| !skip && one(dealer));
            committed.is_none_or(|committed| unmask::is_committed(share, &committed))
        };
        let body = &said.content;
        let judged = unmask::judge(ground.round, &self.subjects, client, body, is_right);
        if !skip && !matches!(judged, Err(Breach::Malformed(_))) {
            findings.computed(Check::Unmasking, 1);
        }
        match judged {
            Ok(shares) => {
                for (dealer, share) in shares {
                    let of_dealer = self.shares.entry(dealer).or_default();
                    if of_dealer.len() < ground.round.threshold() {
                        of_dealer.push((client, share));
                    }
                }
            }
            Err(ref breach @ Breach::Shares(ref wrong)) => {
                let dealers: Vec<_> = wrong.iter().map(|(dealer, _)| *dealer).collect();
                let what = breach.to_string();
                let finding = Finding::fault(Step::CommittedShare, client, [leaf], what);
                let finding = wrong
                    .iter()
                    .take(MOST_SHOWN)
                    .fold(finding.involving(dealers), |finding, wrong| {
                        show(finding, ground, client, wrong)
                    });
                findings.record(finding);
            }
            Err(breach) => {
                let what = breach.to_string();
                findings.record(Finding::fault(Step::BodyDecodes, client, [leaf], what));
            }
        }
    }

    fn close<R: Read + Seek>(
        &mut self,
        ending: &Ending<'_>,
        Desk {
            ground, findings, ..
        }: Desk<'_, '_, P, R>,
    ) -> Result<Derived, BoardError> {
        let clients = ground.round.clients();
        if findings.skips(Check::Unmasking) {
            self.shares.clear();
            return Ok(Derived::of(ending.listed.clone(), clients));
        }
        let [seeds, masks] = self.rebuild(ground, findings);
        let mut left = ground.contributors.clone();
        findings.computed(Check::Unmasking, left.len());
        for (culprit, contradiction) in self.contradictions(ground, &seeds, &masks) {
            left.remove(culprit);
            findings.record(self.finding(ground, culprit, &contradiction));
        }
        self.secrets.seeds.extend(seeds);
        self.secrets.masks.extend(masks);
        Ok(Derived {
            excluded: ground.set(|client| !left.contains(client)),
            cleared: ground.set(|_| false),
            list: left,
        })
    }

    fn follow<R: Read + Seek>(
        mut self,
        list: ClientSet,
        _: &Digest,
        Desk {
            ground, findings, ..
        }: Desk<'_, '_, P, R>,
    ) -> Result<Option<Open<P>>, BoardError> {
        if list == ground.contributors {
            return Ok(Some(Open::Publish(Publish::new(self.secrets))));
        }
        // The mask secrets of those who left are rebuilt in another round.
        let left = |c| ground.contributors.contains(c) && !list.contains(c);
        self.subjects = ground.set(left);
        ground.eligible = ground.set(|c| ground.acknowledged.contains(c) && list.contains(c));
        ground.contributors = list;
        if self.round < ground.round.configuration().unmask_rounds {
            self.round += 1;
            return Ok(Some(Open::Unmask(self)));
        }
        // V-09.4
        if !findings.skips(Check::Unmasking) {
            let what = "clients that attested falsely were left when the last round of unmask was over: there is no sum";
            findings.record(Finding::failure(Step::NobodyLeaves, what));
        }
        Ok(None)
    }
}
