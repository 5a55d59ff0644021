//! Confirm: V-06.3 and V-06.4, complaints are judged, and the participants follow.

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
use super::{Derived, Judge, Open, PhaseEnd, ReadMessage, Workspace};
use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::pairwise::established::{Dealt, Established};
use crate::step::Step;

/// The confirmations that were received so far and decode. Each complaint takes 100 bytes until it is judged.
#[derive(Default)]
pub(crate) struct Confirm {
    /// How many confirmations were received.
    received: usize,
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
    /// Judges all complaints. The sealed shares are read again from the board, since they are not held.
    fn judge<P: ProofSystem, R: Read + Seek>(
        &mut self,
        established: &Established<'_, P>,
        records: &mut Records<R>,
        findings: &mut Findings,
    ) -> Result<Confirmations, BoardError> {
        let round = established.round;
        let mut confirmations = Confirmations::new(round.clients());
        for (client, leaf, body) in std::mem::take(&mut self.bodies) {
            // It was decoded when it came.
            let decoded = confirm::decode(round, &established.eligible, client, &body);
            let complaints = decoded.unwrap_or_default();
            // A dealer may have received other keys of a client that has equivocated than those that count here.
            let counts = Step::ComplaintOfEquivocator.holds(!established.has_equivocated(client));
            let mut cases = Vec::new();
            for revealed in complaints.iter().filter(|_| counts) {
                if findings.skips(Check::SetUp) {
                    break;
                }
                cases.extend(case(established, client, leaf, revealed, records)?);
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

/// Prepares a complaint for judgement. Returns `None` if the dealer has equivocated, if the keys of one of the
/// two are missing, or if the dealer's message holds nothing for this client.
fn case<'a, P: ProofSystem, R: Read + Seek>(
    established: &'a Established<'_, P>,
    client: ClientId,
    leaf: u64,
    revealed: &'a Revealed,
    records: &mut Records<R>,
) -> Result<Option<Case<'a>>, BoardError> {
    let dealer = revealed.other;
    let counts = Step::ComplaintAboutEquivocator.holds(!established.has_equivocated(dealer));
    let dealt = established.dealt.get(&dealer).filter(|_| counts);
    let (Some(dealt), Some(mine), Some(theirs)) =
        (dealt, established.keys(client), established.keys(dealer))
    else {
        return Ok(None);
    };
    let Ok(position) = dealt.holders.binary_search(&client) else {
        return Ok(None);
    };
    Ok(Some(Case {
        leaf,
        complaint: Complaint {
            context: established.round.context(),
            accuser: (client, mine),
            dealer: (dealer, theirs),
        },
        revealed,
        dealer_leaf: dealt.leaf,
        dealt: sealed_for(position, dealt, records)?,
    }))
}

impl Case<'_> {
    /// The finding that follows from a ruling: the culprit is the dealer or the accuser.
    fn finding(&self, ruling: Ruling) -> Finding {
        let (accuser, dealer) = (self.complaint.accuser.0, self.complaint.dealer.0);
        let (culprit, evidence, what) = match ruling {
            Ruling::Upheld => (
                dealer,
                vec![self.dealer_leaf, self.leaf],
                format!("the shares that it sealed for client {accuser} are not those that it committed to, as the revealed point of their channel shows"),
            ),
            Ruling::Unproven => (
                accuser,
                vec![self.leaf],
                format!("its complaint about client {dealer} reveals a point without a valid proof that it is the point of their channel"),
            ),
            Ruling::Unfounded => (
                accuser,
                vec![self.dealer_leaf, self.leaf],
                format!("its complaint about client {dealer} is false: the shares that this client sealed for it open and are the committed ones"),
            ),
        };
        let other = if culprit == dealer { accuser } else { dealer };
        let finding = Finding::fault(Step::ComplaintsJudged, culprit, evidence, what)
            .involving([other])
            .showing(
                "the point of their channel, as the accuser revealed it",
                &Ristretto::encode_point(&self.revealed.point),
            )
            .showing("what the dealer sealed for the accuser", &self.dealt.sealed);
        let finding = match self.complaint.open(self.revealed, &self.dealt) {
            Some(pair) => finding
                .showing(
                    "the share of the mask secret that was sealed",
                    pair.mask.as_bytes(),
                )
                .showing(
                    "the share of the seed that was sealed",
                    pair.seed.as_bytes(),
                ),
            None => finding.showing("shares that open with the key of that point: none", &[]),
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

/// Reads the pair of shares that a dealer sealed for one holder. The first reading has shown that its
/// commitments decode.
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

    fn lengths(
        &self,
        established: &Established<'_, P>,
        client: ClientId,
        body: usize,
    ) -> Vec<usize> {
        // The clients that may confirm are the dealers.
        let dealers = &established.eligible;
        established.round.confirm_lengths(client, dealers, body)
    }

    fn take(
        &mut self,
        established: &mut Established<'_, P>,
        client: ClientId,
        message: ReadMessage<Vec<u8>>,
        findings: &mut Findings,
    ) {
        self.received += 1;
        // The clients that may confirm are the dealers.
        let (round, dealers, leaf) = (established.round, &established.eligible, message.leaf);
        match confirm::decode(round, dealers, client, &message.content) {
            Ok(_) => self.bodies.push((client, leaf, message.content)),
            Err(error) => {
                let what = format!("its complaints are malformed: {error}");
                findings.record(Finding::fault(Step::BodyDecodes, client, [leaf], what));
            }
        }
    }

    fn close<R: Read + Seek>(
        &mut self,
        end: &PhaseEnd<'_>,
        Workspace {
            established,
            records,
            findings,
        }: Workspace<'_, '_, P, R>,
    ) -> Result<Derived, BoardError> {
        let clients = established.round.clients();
        let confirmed = self.judge(established, records, findings)?;
        if findings.skips(Check::SetUp) {
            let listed = |client| confirmed.honest.contains(client) && end.listed.contains(client);
            return Ok(Derived::of(established.set(listed), clients));
        }
        findings.computed(Check::SetUp, self.received);
        // V-06.4
        let (graph, threshold) = (established.round.graph(), established.round.threshold());
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
        Workspace { established, .. }: Workspace<'_, '_, P, R>,
    ) -> Result<Option<Open<P>>, BoardError> {
        established.participants = list;
        Ok(Some(Open::Submit(Submit::new())))
    }
}
