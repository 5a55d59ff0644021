//! Unmask: V-09, the revealed shares are the committed ones, they reconstruct the committed secrets, and the
//! reconstructed secrets contradict no attestation.

use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Seek};

use rayon::prelude::*;
use veragg_protocol::circuits::group::ristretto::{KeyPoint, KeyScalar, Ristretto, KEY_TABLE};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::crypto::sharing::reconstruct;
use veragg_protocol::pairwise::false_attestations::{self, Contradiction, Reconstructed, ShownBy};
use veragg_protocol::pairwise::unmask::{self, Against, Secret, Shares};
use veragg_protocol::pairwise::Breach;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::BoardError;

use super::publish::Publish;
use super::{Derived, Judge, Open, PhaseEnd, ReadMessage, Workspace};
use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::pairwise::established::{Attestations, Established, Secrets};
use crate::step::Step;
use crate::words;

/// How many wrong shares of one message a fault shows. Of the others it only names the dealers.
const MOST_SHOWN: usize = 5;

/// A round of unmask: the shares that were revealed in it so far, and the secrets that were reconstructed in
/// the rounds before. At most `t` shares of 36 bytes are kept for each client.
pub(crate) struct Unmask<P: ProofSystem> {
    attestations: Attestations<P>,
    round: u8,
    /// The clients whose secrets are reconstructed in this round.
    subjects: ClientSet,
    shares: HashMap<ClientId, Shares>,
    secrets: Secrets,
}

/// The secret of a client that is reconstructed in this round.
fn wanted<P: ProofSystem>(established: &Established<'_, P>, client: ClientId) -> Secret {
    Secret::to_reconstruct(established.contributors.contains(client))
}

/// The dealer's commitment to a holder's share of the secret that is reconstructed.
fn committed<P: ProofSystem>(
    established: &Established<'_, P>,
    dealer: ClientId,
    holder: ClientId,
) -> Option<[u8; 32]> {
    let dealt = established.dealt.get(&dealer)?;
    let position = dealt.holders.binary_search(&holder).ok()?;
    let shares = dealt.shares.get(position)?;
    shares.get(wanted(established, dealer).index()).copied()
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

    /// V-09.2: reconstructs the secrets of this round; returns the seeds and the mask secrets.
    fn reconstruct_secrets(
        &mut self,
        established: &Established<'_, P>,
        last_leaf: u64,
        findings: &mut Findings,
    ) -> [Shares; 2] {
        let shares = std::mem::take(&mut self.shares);
        let subjects: Vec<_> = self.subjects.iter().collect();
        let secrets: Vec<_> = subjects
            .par_iter()
            .map(|&client| {
                let shares = shares.get(&client).map(Vec::as_slice).unwrap_or_default();
                reconstruct_secret(established, client, shares).map(|secret| (client, secret))
            })
            .collect();
        let (mut seeds, mut masks) = (Shares::new(), Shares::new());
        for secret in secrets {
            match secret {
                Ok(of_client) => match wanted(established, of_client.0) {
                    Secret::Seed => seeds.push(of_client),
                    Secret::Mask => masks.push(of_client),
                },
                // Only if no body is left out it is known which shares there are.
                Err(_) if !Step::SharesOfRest.holds(!established.missing) => continue,
                Err(NoSecret { step, what }) => {
                    let finding = Finding::failure(step, what);
                    findings.record(match step {
                        Step::EnoughShares => finding.by_aggregator(last_leaf),
                        _ => finding,
                    });
                }
            }
            findings.computed(Check::Unmasking, 1);
        }
        [seeds, masks]
    }

    /// V-09.3: finds the attestations that the secrets of this round contradict, by who attested.
    fn contradictions(
        &self,
        established: &Established<'_, P>,
        seeds: &Shares,
        masks: &Shares,
    ) -> BTreeMap<ClientId, Contradiction> {
        // A neighbour may have received the other key of a client that has equivocated, so its secret is not
        // used to judge anybody.
        let counts = |client| Step::SecretOfEquivocator.holds(!established.has_equivocated(client));
        let masks = masks.iter().filter(|(client, _)| counts(*client));
        let masks: Vec<_> = masks.copied().collect();
        let both = (&established.participants, &established.contributors);
        let Attestations {
            challenges,
            attested,
            ..
        } = &self.attestations;
        let reconstructed = Reconstructed {
            seeds,
            masks: &masks,
        };
        false_attestations::find(
            established.round,
            challenges,
            both,
            attested,
            reconstructed,
            |client| established.mask_key(client),
        )
    }

    /// The finding about a false attestation. It names the client that attested, and involves the neighbour
    /// whose secret contradicts it.
    fn finding(
        &self,
        established: &Established<'_, P>,
        culprit: ClientId,
        contradiction: &Contradiction,
    ) -> Finding {
        let (committed, involved, what) = match contradiction.shown_by {
            ShownBy::Seed => (
                established.dealt.get(&culprit).map(|dealt| dealt.leaf),
                None,
                "it attested false commitments about its self-mask: its reconstructed seed gives others".to_owned(),
            ),
            ShownBy::Edge(other) => (
                established.keys.get(&other).map(|advertised| advertised.leaf),
                Some(other),
                format!("it attested false commitments about its edge to client {other}: the reconstructed secret of that client gives others"),
            ),
        };
        let attested = self.attestations.attested.get(&culprit);
        let attested = attested.and_then(|attested| match contradiction.shown_by {
            ShownBy::Seed => Some(attested.own.as_slice()),
            ShownBy::Edge(other) => attested.towards(&established.neighbours(culprit), other),
        });
        let leaves = [committed, self.attestations.leaf(culprit)];
        let leaves = leaves.into_iter().flatten();
        Finding::fault(Step::TrueAttestations, culprit, leaves, what)
            .involving(involved)
            .showing("what it attested", attested.unwrap_or_default())
            .showing("what the reconstructed secret gives", &contradiction.truth)
    }
}

/// Why a secret is not reconstructed.
struct NoSecret {
    step: Step,
    what: String,
}

/// V-09.2: the committed secret of a client, or what is wrong with the shares that were revealed of it.
fn reconstruct_secret<P: ProofSystem>(
    established: &Established<'_, P>,
    client: ClientId,
    shares: &[(ClientId, KeyScalar)],
) -> Result<KeyScalar, NoSecret> {
    let committed: Option<KeyPoint> = match wanted(established, client) {
        Secret::Mask => established.mask_key(client).map(|key| *key),
        Secret::Seed => established.dealt.get(&client).map(|dealt| dealt.seed),
    };
    let (got, need) = (shares.len(), established.round.threshold());
    let step = Step::EnoughShares;
    step.require(got >= need, || NoSecret {
        step,
        what: format!("{got} shares of a secret of client {client} were revealed, but {need} are needed to reconstruct it and to remove masks; before that the aggregator must not close the phase"),
    })?;
    let secret = reconstruct(shares);
    if committed != Some(&secret * KEY_TABLE) {
        return Err(NoSecret {
            step: Step::SecretsReconstructed,
            what: format!(
                "the revealed shares of a secret of client {client} do not reconstruct the secret that this client committed to"
            ),
        });
    }
    Ok(secret)
}

/// Adds to a finding a share that is not the committed one, and the commitment.
fn show<P: ProofSystem>(
    finding: Finding,
    established: &Established<'_, P>,
    holder: ClientId,
    (dealer, share): &(ClientId, KeyScalar),
) -> Finding {
    let committed = committed(established, *dealer, holder);
    let gives = Ristretto::encode_point(&(share * KEY_TABLE));
    finding
        .showing(
            format!("the share from client {dealer}, as it was revealed"),
            share.as_bytes(),
        )
        .showing("this share times the generator", &gives)
        .showing(
            format!("the commitment of client {dealer} to this share"),
            committed.as_ref().map_or(&[][..], |committed| committed),
        )
}

impl<P: ProofSystem> Judge<P> for Unmask<P> {
    whole_body!();

    fn phase(&self) -> Phase {
        Phase::Unmask(self.round)
    }

    fn lengths(&self, established: &Established<'_, P>, client: ClientId, _: usize) -> Vec<usize> {
        established.round.unmask_lengths(client, &self.subjects)
    }

    /// V-09.1: judges one client's shares.
    fn take(
        &mut self,
        established: &mut Established<'_, P>,
        client: ClientId,
        message: ReadMessage<Vec<u8>>,
        findings: &mut Findings,
    ) {
        let (leaf, skip) = (message.leaf, findings.skips(Check::Unmasking));
        // The client may have received another commitment of a dealer that has equivocated, so such shares are not
        // judged.
        let counts = |dealer| Step::ShareOfEquivocator.holds(!established.has_equivocated(dealer));
        let against = |dealer| {
            let committed =
                committed(established, dealer, client).filter(|_| !skip && counts(dealer));
            committed.map_or(Against::Nothing, Against::Commitment)
        };
        let body = &message.content;
        let judged = unmask::judge(established.round, &self.subjects, client, body, against);
        if !skip && !matches!(judged, Err(Breach::Malformed(_))) {
            findings.computed(Check::Unmasking, 1);
        }
        match judged {
            Ok(shares) => {
                for (dealer, share) in shares {
                    let of_dealer = self.shares.entry(dealer).or_default();
                    if of_dealer.len() < established.round.threshold() {
                        of_dealer.push((client, share));
                    }
                }
            }
            Err(ref breach @ Breach::Shares(ref wrong)) => {
                let dealers: Vec<_> = wrong.iter().map(|(dealer, _)| *dealer).collect();
                let what = words::breach(breach);
                let finding = Finding::fault(Step::CommittedShare, client, [leaf], what);
                let finding = wrong
                    .iter()
                    .take(MOST_SHOWN)
                    .fold(finding.involving(dealers), |finding, wrong| {
                        show(finding, established, client, wrong)
                    });
                findings.record(finding);
            }
            Err(breach) => {
                let what = words::breach(&breach);
                findings.record(Finding::fault(Step::BodyDecodes, client, [leaf], what));
            }
        }
    }

    fn close<R: Read + Seek>(
        &mut self,
        end: &PhaseEnd<'_>,
        Workspace {
            established,
            findings,
            ..
        }: Workspace<'_, '_, P, R>,
    ) -> Result<Derived, BoardError> {
        let clients = established.round.clients();
        if findings.skips(Check::Unmasking) {
            self.shares.clear();
            return Ok(Derived::of(end.listed.clone(), clients));
        }
        let [seeds, masks] = self.reconstruct_secrets(established, end.last_leaf, findings);
        let mut left = established.contributors.clone();
        findings.computed(Check::Unmasking, left.len());
        for (culprit, contradiction) in self.contradictions(established, &seeds, &masks) {
            left.remove(culprit);
            findings.record(self.finding(established, culprit, &contradiction));
        }
        self.secrets.seeds.extend(seeds);
        self.secrets.masks.extend(masks);
        Ok(Derived {
            excluded: established.set(|client| !left.contains(client)),
            cleared: established.set(|_| false),
            list: left,
        })
    }

    fn follow<R: Read + Seek>(
        mut self,
        list: ClientSet,
        _: &Digest,
        Workspace {
            established,
            findings,
            ..
        }: Workspace<'_, '_, P, R>,
    ) -> Result<Option<Open<P>>, BoardError> {
        if list == established.contributors {
            return Ok(Some(Open::Publish(Publish::new(self.secrets))));
        }
        // Another round reconstructs the mask secrets of the clients that left.
        let left = |c| established.contributors.contains(c) && !list.contains(c);
        self.subjects = established.set(left);
        established.eligible =
            established.set(|c| established.acknowledged.contains(c) && list.contains(c));
        established.contributors = list;
        if self.round < established.round.pairwise().unmask_rounds {
            self.round += 1;
            return Ok(Some(Open::Unmask(self)));
        }
        // V-09.4
        if !findings.skips(Check::Unmasking) {
            let what = "clients attested falsely, and no round of unmask is left in which to remove their masks: there is no sum";
            findings.record(Finding::failure(Step::NobodyLeaves, what));
        }
        Ok(None)
    }
}
