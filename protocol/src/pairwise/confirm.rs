//! Confirm: complaints about dealers, and how they are judged (`specs/protocol.md` 3.3, 4.6).

use veragg_circuits::proof_system::ProofSystem;

use crate::crypto::context::Context;
use crate::crypto::dleq::{self, Ends, Revealed};
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::possession::Purpose;
use crate::crypto::sealing::{Channel, SharePair};
use crate::pairwise::advertise::RoundKeys;
use crate::pairwise::share::DealtPair;
use crate::pairwise::Breach;
use crate::round::graph::Graph;
use crate::round::lists;
use crate::round::Round;
use crate::rule::Rule;

/// The result of a complaint: who is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// The dealer: the sealed shares are not the committed ones.
    Upheld,
    /// The accuser: the point is not proven to be that of the channel.
    Unproven,
    /// The accuser: the sealed shares open, and are the committed ones.
    Unfounded,
}

/// The two ends of a complaint.
#[derive(Debug, Clone, Copy)]
pub struct Complaint<'a> {
    /// Digest of the round's configuration.
    pub context: &'a Context,
    /// The client that complains, with its keys.
    pub accuser: (ClientId, &'a RoundKeys),
    /// The client that it complains about, with its keys.
    pub dealer: (ClientId, &'a RoundKeys),
}

impl<'a> Complaint<'a> {
    /// The two ends of the channel, whose Diffie-Hellman point the complaint reveals.
    pub fn ends(&self) -> Ends<'a> {
        Ends {
            context: self.context,
            purpose: Purpose::Channel,
            revealer: self.accuser.0.number(),
            key: &self.accuser.1.channel,
            other: self.dealer.0,
            other_key: &self.dealer.1.channel,
        }
    }

    /// The shares that were dealt to the accuser; nothing if the revealed point does not open them.
    pub fn open(&self, revealed: &Revealed, dealt: &DealtPair) -> Option<SharePair> {
        let channel = Channel {
            context: self.context,
            dealer: self.dealer.0,
            recipient: self.accuser.0,
        };
        channel.open(&revealed.point, &dealt.sealed)
    }

    /// Judges the complaint: opens the shares that were dealt to the accuser with the revealed point (4.6.5).
    #[must_use]
    pub fn judge(&self, revealed: &Revealed, dealt: &DealtPair) -> Ruling {
        if !Rule::ProvenComplaint.holds(self.ends().hold(revealed)) {
            return Ruling::Unproven;
        }
        let opened = self.open(revealed, dealt);
        let is_bad = opened.is_none_or(|pair| !dealt.commits_to(&pair));
        if Rule::FoundedComplaint.holds(is_bad) {
            Ruling::Upheld
        } else {
            Ruling::Unfounded
        }
    }
}

/// The confirmations of a phase, with their complaints judged.
#[derive(Debug, Clone)]
pub struct Confirmations {
    /// Clients whose confirmation decodes and holds no false complaint.
    pub honest: ClientSet,
    /// Dealers about which a complaint is upheld.
    pub culprits: ClientSet,
}

impl Confirmations {
    /// No confirmations yet, for a roster of `clients`.
    pub fn new(clients: u32) -> Self {
        Self {
            honest: ClientSet::empty(clients),
            culprits: ClientSet::empty(clients),
        }
    }

    /// Takes a confirmation that decodes: its complaints, each with its dealer.
    pub fn take(&mut self, client: ClientId, complaints: &[(ClientId, Ruling)]) {
        let upheld = |ruling: &Ruling| *ruling == Ruling::Upheld;
        for (dealer, _) in complaints.iter().filter(|(_, ruling)| upheld(ruling)) {
            self.culprits.insert(*dealer);
        }
        if complaints.iter().all(|(_, ruling)| upheld(ruling)) {
            self.honest.insert(client);
        }
    }

    /// The participants (5.3).
    pub fn participants(&self, graph: &Graph, threshold: usize) -> ClientSet {
        let stays = |client: ClientId| Rule::UpheldComplaint.holds(!self.culprits.contains(client));
        let mut rest = self.honest.clone();
        for dealer in self.honest.iter().filter(|&client| !stays(client)) {
            rest.remove(dealer);
        }
        lists::participants(graph, &rest, threshold)
    }
}

/// The complaints of a confirmation, in order. `dealers` are the clients that it may complain about.
pub fn decode<P: ProofSystem>(
    round: &Round<P>,
    dealers: &ClientSet,
    client: ClientId,
    body: &[u8],
) -> Result<Vec<Revealed>, Breach> {
    let dealers = lists::holders(round.graph(), dealers, client);
    Ok(dleq::decode(body, &dealers)?)
}

impl<P: ProofSystem> Round<P> {
    /// Lengths of the one part of a confirmation, given the dealers and the length of its body.
    pub fn confirm_lengths(
        &self,
        client: ClientId,
        dealers: &ClientSet,
        body: usize,
    ) -> Vec<usize> {
        let most = lists::holders(self.graph(), dealers, client).len();
        vec![dleq::body_len(body, most)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::dh::KeyPair;
    use crate::pairwise::share;
    use rand_core::OsRng;
    use veragg_circuits::group::ristretto::KeyScalar;

    #[test]
    fn a_bad_dealer_and_a_false_accuser_are_found() {
        let (i, j) = (ClientId::from_index(0), ClientId::from_index(1));
        let [mask, accuser, dealer] = [0; 3].map(|_| KeyPair::generate(&mut OsRng));
        let keys = |channel: &KeyPair| RoundKeys {
            mask: *mask.public(),
            channel: *channel.public(),
        };
        let (of_accuser, of_dealer) = (keys(&accuser), keys(&dealer));
        let complaint = Complaint {
            context: &Context::sample(1),
            accuser: (i, &of_accuser),
            dealer: (j, &of_dealer),
        };
        let channel = Channel {
            context: &Context::sample(1),
            dealer: j,
            recipient: i,
        };
        let pair = |seed: u64| SharePair {
            mask: KeyScalar::from(5u64),
            seed: KeyScalar::from(seed),
        };
        let point = dealer.shared_point(accuser.public());
        let deal = |sealed: &SharePair, committed: &SharePair| DealtPair {
            commitments: share::commit(std::slice::from_ref(committed))[0],
            sealed: channel.seal(&point, sealed),
        };
        let revealed = complaint.ends().reveal(&accuser, &mut OsRng);
        let good = deal(&pair(6), &pair(6));
        assert_eq!(complaint.judge(&revealed, &good), Ruling::Unfounded);
        let wrong = deal(&pair(6), &pair(7));
        assert_eq!(complaint.judge(&revealed, &wrong), Ruling::Upheld);
        let mut garbage = good.clone();
        garbage.sealed[70] ^= 1;
        assert_eq!(complaint.judge(&revealed, &garbage), Ruling::Upheld);
        // With a wrong point no share opens, so the point needs a proof.
        let other = KeyPair::generate(&mut OsRng);
        let point = *other.shared_point(dealer.public());
        let forged = Revealed { point, ..revealed };
        assert_eq!(complaint.judge(&forged, &good), Ruling::Unproven);
    }
}
