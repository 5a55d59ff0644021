//! Confirm: V-06.3 and V-06.4, complaints are judged, and who, then, participates.

use std::io::{Read, Seek};

use rayon::prelude::*;
use veragg_protocol::circuits::group::{Group, Ristretto};
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::dleq::Revealed;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::pairwise::confirm::{self, Complaint, Confirmations, Ruling};
use veragg_protocol::pairwise::share::{DealtPair, HEAD_LEN, PAIR_LEN};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{BoardError, Records};
use veragg_protocol::wire::message::ENVELOPE_LEN;

use super::submit::Submit;
use super::{Derived, Desk, Ending, Judge, Open, ReadMessage};
use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::ground::{Dealt, Ground};
use crate::step::Step;

/// The confirmations so far. 100 bytes a complaint, until they are judged.
#[derive(Default)]
pub(crate) struct Confirm {
    bodies: Vec<(ClientId, u64, Vec<u8>)>,
}

/// A complaint about a dealer whose message is on the board.
struct Case<'a> {
    leaf: u64,
    complaint: Complaint<'a>,
    revealed: &'a Revealed,
    dealer_leaf: u64,
    dealt: DealtPair,
}

impl Confirm {
    /// Judges all complaints. What was sealed is read again from the board: it is not held.
    fn judge<P: ProofSystem, R: Read + Seek>(
        &mut self,
        ground: &Ground<'_, P>,
        records: &mut Records<R>,
        findings: &mut Findings,
    ) -> Result<Confirmations, BoardError> {
        let round = ground.round;
        let mut confirmations = Confirmations::new(round.clients());
        for (client, leaf, body) in std::mem::take(&mut self.bodies) {
            let complaints = match confirm::decode(round, &ground.eligible, client, &body) {
                Ok(complaints) => complaints,
                Err(error) => {
                    let what = format!("its complaints are malformed: {error}");
                    findings.record(Finding::fault(Step::BodyDecodes, client, [leaf], what));
                    continue;
                }
            };
            // Of a client with two messages a dealer may have been shown other keys than the board counts.
            let one = Step::ComplaintOfEquivocator.holds(ground.said_one_thing(client));
            let mut cases = Vec::new();
            for revealed in complaints.iter().filter(|_| one) {
                if findings.skips(Check::SetUp) {
                    break;
                }
                cases.extend(case(ground, client, leaf, revealed, records)?);
            }
            let rulings: Vec<_> = cases
                .par_iter()
                .map(|case| {
                    let ruling = case.complaint.judge(case.revealed, &case.dealt);
                    (case.revealed.other, ruling)
                })
                .collect();
            for (case, (_, ruling)) in cases.iter().zip(&rulings) {
                findings.record(case.finding(*ruling));
            }
            confirmations.take(client, &rulings);
        }
        Ok(confirmations)
    }
}

/// Prepares a complaint for judgement. Gives nothing if the dealer signed two messages, if a key of the two
/// is missing, or if the dealer dealt nothing to this client.
fn case<'a, P: ProofSystem, R: Read + Seek>(
    ground: &'a Ground<'_, P>,
    client: ClientId,
    leaf: u64,
    revealed: &'a Revealed,
    records: &mut Records<R>,
) -> Result<Option<Case<'a>>, BoardError> {
    let dealer = revealed.other;
    let one = Step::ComplaintAboutEquivocator.holds(ground.said_one_thing(dealer));
    let dealt = ground.dealt.get(&dealer).filter(|_| one);
    let (Some(dealt), Some(mine), Some(theirs)) = (dealt, ground.keys(client), ground.keys(dealer))
    else {
        return Ok(None);
    };
    let Ok(position) = dealt.holders.binary_search(&client) else {
        return Ok(None);
    };
    Ok(Some(Case {
        leaf,
        complaint: Complaint {
            context: ground.round.context(),
            accuser: (client, mine),
            dealer: (dealer, theirs),
        },
        revealed,
        dealer_leaf: dealt.leaf,
        dealt: sealed_for(position, dealt, records)?,
    }))
}

impl Case<'_> {
    fn finding(&self, ruling: Ruling) -> Finding {
        let (accuser, dealer) = (self.complaint.accuser.0, self.complaint.dealer.0);
        let (culprit, evidence, what) = match ruling {
            Ruling::Upheld => (
                dealer,
                vec![self.dealer_leaf, self.leaf],
                format!("what it sealed for client {accuser} are not the shares that it committed to, as the revealed point of their channel shows"),
            ),
            Ruling::Unproven => (
                accuser,
                vec![self.leaf],
                format!("it complained about client {dealer} with a point that is not proven to be their channel's"),
            ),
            Ruling::Unfounded => (
                accuser,
                vec![self.dealer_leaf, self.leaf],
                format!("it complained about client {dealer}, whose shares for it open and are the committed ones"),
            ),
        };
        let other = if culprit == dealer { accuser } else { dealer };
        let finding = Finding::fault(Step::ComplaintsJudged, culprit, evidence, what)
            .involving([other])
            .showing(
                "the point of their channel, as the accuser reveals it",
                &Ristretto::encode_point(&self.revealed.point),
            )
            .showing("what the dealer sealed for the accuser", &self.dealt.sealed);
        let finding = match self.complaint.open(self.revealed, &self.dealt) {
            Some(pair) => finding
                .showing("the share of the mask secret in it", pair.mask.as_bytes())
                .showing("the share of the seed in it", pair.seed.as_bytes()),
            None => finding.showing("what opens with the key of that point: nothing", &[]),
        };
        let [mask, seed] = self
            .dealt
            .commitments
            .map(|point| Ristretto::encode_point(&point));
        finding
            .showing(
                "the dealer's commitment to the share of its mask secret",
                &mask,
            )
            .showing("the dealer's commitment to the share of its seed", &seed)
    }
}

/// What a dealer's message holds for a holder. Its commitments decoded when it was first read.
fn sealed_for<R: Read + Seek>(
    position: usize,
    dealt: &Dealt,
    records: &mut Records<R>,
) -> Result<DealtPair, BoardError> {
    let start = ENVELOPE_LEN + HEAD_LEN + position * PAIR_LEN;
    records.again(dealt.position, start, |mut record| {
        let part = record.bytes(PAIR_LEN)?;
        DealtPair::decode(&part).map_err(|_| BoardError::changed())
    })
}

impl<P: ProofSystem> Judge<P> for Confirm {
    whole_body!();

    fn phase(&self) -> Phase {
        Phase::Confirm
    }

    fn lengths(&self, ground: &Ground<'_, P>, client: ClientId, body: usize) -> Vec<usize> {
        // Whoever may confirm is on the list of dealers.
        let dealers = &ground.eligible;
        ground.round.confirm_lengths(client, dealers, body)
    }

    fn take(
        &mut self,
        _: &mut Ground<'_, P>,
        client: ClientId,
        said: ReadMessage<Vec<u8>>,
        findings: &mut Findings,
    ) {
        if !findings.skips(Check::SetUp) {
            findings.computed(Check::SetUp, 1);
        }
        self.bodies.push((client, said.leaf, said.content));
    }

    fn close<R: Read + Seek>(
        &mut self,
        ending: &Ending<'_>,
        Desk {
            ground,
            records,
            findings,
        }: Desk<'_, '_, P, R>,
    ) -> Result<Derived, BoardError> {
        let clients = ground.round.clients();
        let confirmed = self.judge(ground, records, findings)?;
        if findings.skips(Check::SetUp) {
            let listed =
                |client| confirmed.honest.contains(client) && ending.listed.contains(client);
            return Ok(Derived::of(ground.set(listed), clients));
        }
        // V-06.4
        let (graph, threshold) = (ground.round.graph(), ground.round.threshold());
        Ok(Derived {
            list: confirmed.participants(graph, threshold),
            excluded: confirmed.culprits,
            cleared: confirmed.honest,
        })
    }

    fn follow<R: Read + Seek>(
        self,
        list: ClientSet,
        _: &Digest,
        Desk { ground, .. }: Desk<'_, '_, P, R>,
    ) -> Result<Option<Open<P>>, BoardError> {
        ground.participants = list;
        Ok(Some(Open::Submit(Submit::new())))
    }
}
