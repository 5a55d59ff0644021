//! Advertise to submit (`specs/audit.md` 2.6, 2.7; `specs/protocol.md` 5.1 to 5.4).

use veragg::circuits::proof_system::{Binding, ProofPart, ProofSystem};

use super::attestation::Submission;
use super::board::{Clients, ADVERTISE, ATTEST, CONFIRM, DISPUTE, SHARE, SUBMIT};
use super::bytes::scalars;
use super::judge::Judge;
use super::judgement::{Counted, Derived};
use super::setup::{participants, Advertisement, Dealing, Revealed, CHANNEL, MASK};

impl Judge {
    /// The lengths of the parts of a message; of confirm and dispute the most that there can be
    /// (`specs/wire.md` 4.3).
    pub(crate) fn lengths(&self, phase: u8, client: u32) -> Vec<usize> {
        let frame = &self.frame;
        let count = |list: &Clients| frame.h(client, list).len();
        let parts = |first: usize, each: usize, count: usize| {
            let mut lengths = vec![first];
            lengths.resize(1 + count, each);
            lengths
        };
        let pairs = frame.pairs;
        match phase {
            ADVERTISE => vec![192],
            SHARE => parts(32, 144, count(self.listed(ADVERTISE))),
            CONFIRM => vec![100 * count(self.listed(SHARE))],
            SUBMIT => {
                let proof = frame.proofs.proof_len();
                vec![proof, 32 * (frame.scalars + frame.rows)]
            }
            ATTEST => {
                let head = 32 + pairs * 32 * (frame.columns + 5);
                parts(head, 32 * pairs, count(self.listed(CONFIRM)))
            }
            DISPUTE => vec![100 * count(self.listed(ATTEST))],
            super::board::ACKNOWLEDGE => Vec::new(),
            super::board::UNMASK => vec![32 * count(&self.subjects(0))],
            round => vec![32 * count(&self.subjects(round - 64))],
        }
    }

    pub(crate) fn advertised(&mut self, messages: &[Counted<'_>]) -> Derived {
        let mut list = Clients::new();
        for counted in messages {
            let Some(advertisement) = Advertisement::decode(&counted.parts[0]) else {
                self.find(counted.sender, "V-04");
                continue;
            };
            if advertisement.is_possessed(&self.frame, counted.sender) {
                list.insert(counted.sender);
            } else {
                self.find(counted.sender, "V-06");
            }
            self.advertisements.insert(counted.sender, advertisement);
        }
        Derived::of(list)
    }

    pub(crate) fn dealers(&mut self, messages: &[Counted<'_>]) -> Derived {
        let mut list = Clients::new();
        for counted in messages {
            let dealer = counted.sender;
            let holders = self.frame.h(dealer, self.listed(ADVERTISE));
            let Some(dealing) = Dealing::decode(&counted.parts, &holders) else {
                self.find(dealer, "V-04");
                continue;
            };
            let holds = match self.advertisements.get(&dealer) {
                Some(keys) => {
                    let key = keys.key(MASK);
                    dealing.is_of_degree(&self.frame, dealer, &key, counted.message)
                }
                None => true,
            };
            if holds {
                list.insert(dealer);
            } else {
                self.find(dealer, "V-06");
                self.misdealt.insert(dealer);
            }
            self.dealings.insert(dealer, dealing);
        }
        Derived::of(list)
    }

    pub(crate) fn participants(&mut self, messages: &[Counted<'_>]) -> Derived {
        let dealers = self.listed(SHARE).clone();
        let (mut confirmed, mut upheld) = (Clients::new(), Clients::new());
        for counted in messages {
            let accuser = counted.sender;
            let allowed = self.frame.h(accuser, &dealers);
            let Some(complaints) = Revealed::decode(&counted.parts[0], &allowed) else {
                self.find(accuser, "V-04");
                continue;
            };
            let mut is_false = false;
            for complaint in &complaints {
                match self.is_upheld(accuser, complaint) {
                    None => {}
                    Some(true) => {
                        self.find(complaint.client, "V-06");
                        upheld.insert(complaint.client);
                    }
                    Some(false) => {
                        self.find(accuser, "V-06");
                        is_false = true;
                    }
                }
            }
            if !is_false {
                confirmed.insert(accuser);
            }
        }
        let candidates = &confirmed - &upheld;
        Derived {
            list: participants(&self.frame, candidates.clone()),
            excluded: upheld,
            isolated: candidates,
        }
    }

    /// V-06.3; nothing if the complaint is not to be judged. By 3.2 that is at the end of the phase.
    fn is_upheld(&self, accuser: u32, complaint: &Revealed) -> Option<bool> {
        let dealer = complaint.client;
        if self.equivocated.contains(&dealer) || self.equivocated.contains(&accuser) {
            return None;
        }
        if self.misdealt.contains(&dealer) {
            return None;
        }
        let dealer_key = self.advertisements.get(&dealer)?.key(CHANNEL);
        let key = self.advertisements.get(&accuser)?.key(CHANNEL);
        let dealing = self.dealings.get(&dealer)?;
        dealing.pairs.get(&accuser)?;
        let proven = complaint.is_proven(&self.frame, accuser, CHANNEL, &key, &dealer_key);
        Some(proven && complaint.shows_fraud(&self.frame, accuser, dealing))
    }

    pub(crate) fn accepted(&mut self, messages: &[Counted<'_>]) -> Derived {
        for counted in messages {
            let client = counted.sender;
            // 2.7 does not say so, but of V-07.1 to V-07.3 the first that does not hold decides.
            let Ok(proof) = self.frame.proofs.decode(&counted.parts[0]) else {
                self.find(client, "V-07.A");
                continue;
            };
            let Some(masked) = scalars(&counted.parts[1]) else {
                self.find(client, "V-04");
                continue;
            };
            let binding = Binding {
                context: self.frame.context,
                client,
            };
            let bad = self.frame.proofs.verify_batch(&[(binding, &proof)]);
            if let [(_, part)] = bad[..] {
                let check = match part {
                    ProofPart::Commitments => "V-07.A",
                    ProofPart::Range => "V-07.B",
                    ProofPart::Norm => "V-07.C",
                    ProofPart::Sum => "V-07.D",
                };
                self.find(client, check);
                continue;
            }
            let submission = Submission {
                entry: counted.message.entry,
                masked,
                rows: self.frame.proofs.rows(&proof),
            };
            self.accepted.insert(client, submission);
        }
        Derived::of(self.accepted.keys().copied().collect())
    }
}
