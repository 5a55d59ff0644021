//! V-06.3 and V-06.4: complaints are judged, and who, then, participates.

use std::io::{Read, Seek};

use rayon::prelude::*;
use veragg_protocol::circuits::group::{Group, Ristretto};
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::dleq::{self, Revealed};
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::pairwise::confirm::{Complaint, Confirmations, Ruling};
use veragg_protocol::pairwise::share::{DealtPair, HEAD_LEN, PAIR_LEN};
use veragg_protocol::round::lists;
use veragg_protocol::round::Round;
use veragg_protocol::wire::board::{BoardError, Records};
use veragg_protocol::wire::message::ENVELOPE_LEN;

use super::set_up::{Dealt, SetUp};
use crate::check::Check;
use crate::findings::{Details, Finding, Findings};
use crate::report::Culprit;
use crate::step::Step;

/// The confirmations so far. 100 bytes a complaint, until they are judged.
#[derive(Default)]
pub(crate) struct Complaints {
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

impl Complaints {
    /// Takes a confirmation.
    pub(crate) fn take(&mut self, by: (ClientId, u64), body: Vec<u8>, findings: &mut Findings) {
        if !findings.skips(Check::SetUp) {
            findings.computed(Check::SetUp, 1);
        }
        self.bodies.push((by.0, by.1, body));
    }

    /// Judges all complaints. What was sealed is read again from the board: it is not held.
    pub(crate) fn close<P: ProofSystem, R: Read + Seek>(
        &mut self,
        round: &Round<P>,
        set_up: &SetUp,
        dealers: &ClientSet,
        records: &mut Records<R>,
        findings: &mut Findings,
    ) -> Result<Confirmations, BoardError> {
        let mut confirmations = Confirmations::new(round.clients());
        for (client, leaf, body) in std::mem::take(&mut self.bodies) {
            let others = lists::holders(round.graph(), dealers, client);
            let complaints = match dleq::decode(&body, &others) {
                Ok(complaints) => complaints,
                Err(error) => {
                    if !Step::BodyDecodes.holds(false) {
                        findings.fault(Finding {
                            check: Check::Messages,
                            culprit: Some(Culprit::Client(client)),
                            evidence: vec![leaf],
                            what: format!("its complaints are malformed: {error}"),
                        });
                    }
                    continue;
                }
            };
            // Of a client with two messages a dealer may have been shown other keys than the board counts.
            let judged = !findings.skips(Check::SetUp)
                && Step::ComplaintOfDoubted.holds(!set_up.is_doubted(client))
                && !Step::ComplaintsJudged.holds(false);
            if !judged {
                confirmations.take(client, &[]);
                continue;
            }
            let mut cases = Vec::new();
            for revealed in &complaints {
                let dealer = revealed.other;
                let keys = (set_up.keys.get(&client), set_up.keys.get(&dealer));
                // Without one message that all saw there is nothing to judge by, and nobody to blame.
                let dealt = set_up.dealt_to_all(Step::ComplaintAboutDoubted, dealer);
                let (Some(dealt), (Some(mine), Some(theirs))) = (dealt, keys) else {
                    continue;
                };
                // Nor where nothing was dealt: whoever is no holder was listed falsely.
                let Ok(position) = dealt.holders.binary_search(&client) else {
                    continue;
                };
                cases.push(Case {
                    leaf,
                    complaint: Complaint {
                        context: round.context(),
                        accuser: (client, mine),
                        dealer: (dealer, theirs),
                    },
                    revealed,
                    dealer_leaf: dealt.leaf,
                    dealt: sealed_for(position, dealt, records)?,
                });
            }
            let rulings: Vec<_> = cases
                .par_iter()
                .map(|case| (case.revealed.other, case.judge()))
                .collect();
            for (case, (_, ruling)) in cases.iter().zip(&rulings) {
                let (finding, details) = case.finding(*ruling);
                findings.fault_with(finding, details);
            }
            confirmations.take(client, &rulings);
        }
        Ok(confirmations)
    }
}

impl Case<'_> {
    fn judge(&self) -> Ruling {
        let proven = self.complaint.ends().hold(self.revealed);
        if !Step::ChannelPoint.holds(proven) {
            return Ruling::Unproven;
        }
        self.complaint.judge_proven(self.revealed, &self.dealt)
    }

    fn finding(&self, ruling: Ruling) -> (Finding, Details) {
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
        let details = Details::involving([other])
            .showing(
                "the point of their channel, as the accuser reveals it",
                &Ristretto::encode_point(&self.revealed.point),
            )
            .showing("what the dealer sealed for the accuser", &self.dealt.sealed);
        let details = match self.complaint.open(self.revealed, &self.dealt) {
            Some(pair) => details
                .showing("the share of the mask secret in it", pair.mask.as_bytes())
                .showing("the share of the seed in it", pair.seed.as_bytes()),
            None => details.showing("what opens with the key of that point: nothing", &[]),
        };
        let [mask, seed] = self
            .dealt
            .commitments
            .map(|point| Ristretto::encode_point(&point));
        let details = details
            .showing(
                "the dealer's commitment to the share of its mask secret",
                &mask,
            )
            .showing("the dealer's commitment to the share of its seed", &seed);
        let finding = Finding {
            check: Check::SetUp,
            culprit: Some(Culprit::Client(culprit)),
            evidence,
            what,
        };
        (finding, details)
    }
}

/// What a dealer's message holds for a holder. Its commitments decoded when it was first read.
fn sealed_for<R: Read + Seek>(
    position: usize,
    dealt: &Dealt,
    records: &mut Records<R>,
) -> Result<DealtPair, BoardError> {
    let start = ENVELOPE_LEN + HEAD_LEN + position * PAIR_LEN;
    records.again(dealt.place, start, |mut record| {
        let part = record.bytes(PAIR_LEN)?;
        DealtPair::decode(&part).map_err(|_| BoardError::changed())
    })
}
