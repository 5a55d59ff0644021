//! Attest, dispute and unmask (`specs/audit.md` 2.8, 2.9; `specs/protocol.md` 5.5, 5.6, 5.8).

use std::collections::BTreeMap;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;

use super::attestation::{Attestation, Challenges};
use super::board::{Clients, ATTEST, CONFIRM};
use super::bytes::scalars;
use super::judge::Judge;
use super::judgement::{Counted, Derived};
use super::keys::{edge_key, self_key};
use super::setup::{reconstruct, Revealed, MASK};

impl Judge {
    fn challenges(&self) -> &Challenges {
        self.challenges.as_ref().expect("submit was closed")
    }

    fn mask_key(&self, client: u32) -> Option<RistrettoPoint> {
        Some(self.advertisements.get(&client)?.key(MASK))
    }

    pub(crate) fn attested(&mut self, messages: &[Counted<'_>]) -> Derived {
        // Every message of attest answers the checkpoint of submit.
        if let Some(counted) = messages.first() {
            self.challenges = Some(Challenges::new(&self.frame, &counted.message.answers));
        }
        for counted in messages {
            let client = counted.sender;
            let neighbours = self.frame.h(client, self.listed(CONFIRM));
            let decoded = Attestation::decode(&self.frame, &counted.parts, &neighbours);
            let Some(attestation) = decoded else {
                self.find(client, "V-04");
                continue;
            };
            let keys = neighbours.iter().map(|&neighbour| {
                // 3.2 leaves open whether this is judged at the message or when the phase
                // ends; it matters only if the neighbour attests twice.
                let known = !self.equivocated.contains(&neighbour);
                self.mask_key(neighbour).filter(|_| known)
            });
            let keys: Option<Vec<_>> = keys.collect();
            // V-08.A.2 and V-08.A.3
            let names = keys.is_none_or(|keys| attestation.names(&keys));
            let linked = self.accepted.get(&client).is_none_or(|submission| {
                attestation.is_linked(&self.frame, self.challenges(), client, submission)
            });
            if names && linked {
                self.attestations.insert(client, attestation);
            } else {
                self.find(client, "V-08.A");
            }
        }
        Derived::of(self.attestations.keys().copied().collect())
    }

    /// The edges whose ends attested different commitments (V-08.B.1).
    fn disputed(&self) -> Vec<(u32, u32)> {
        let attested = self.listed(ATTEST);
        let mut edges = Vec::new();
        for &one in attested {
            for other in self.frame.h(one, attested) {
                let ends = (self.attestations.get(&one), self.attestations.get(&other));
                if let (Some(first), Some(second)) = ends {
                    if one < other && first.edges[&other] != second.edges[&one] {
                        edges.push((one, other));
                    }
                }
            }
        }
        edges
    }

    /// The contributors, at the end of dispute.
    pub(crate) fn undisputed(&mut self, messages: &[Counted<'_>]) -> Derived {
        let attested = self.listed(ATTEST).clone();
        let mut excluded = Clients::new();
        let mut opened: BTreeMap<(u32, u32), RistrettoPoint> = BTreeMap::new();
        for counted in messages {
            let client = counted.sender;
            let allowed = self.frame.h(client, &attested);
            let Some(points) = Revealed::decode(&counted.parts[0], &allowed) else {
                self.find(client, "V-04");
                excluded.insert(client);
                continue;
            };
            let mut counting = Vec::new();
            let mut proven = true;
            for revealed in &points {
                let other = revealed.client;
                let keys = (self.mask_key(client), self.mask_key(other));
                let (Some(key), Some(other_key)) = keys else {
                    continue;
                };
                // V-08.C.2 names "edges to clients that have equivocated": that holds for both ends of the edge.
                if self.equivocated.contains(&other) || self.equivocated.contains(&client) {
                    continue;
                }
                proven &= revealed.is_proven(&self.frame, client, MASK, &key, &other_key);
                counting.push(revealed);
            }
            if !proven {
                self.find(client, "V-08.C");
                excluded.insert(client);
                continue;
            }
            for revealed in counting {
                let edge = (client.min(revealed.client), client.max(revealed.client));
                opened.entry(edge).or_insert(revealed.point);
            }
        }
        // V-08.C.3
        let mut dropped = Clients::new();
        for (one, other) in self.disputed() {
            let Some(point) = opened.get(&(one, other)) else {
                dropped.extend([one, other]);
                continue;
            };
            let key = edge_key(&self.frame.context, one, other, point);
            let truth = self.challenges().commit(&self.frame, &key);
            for (end, far) in [(one, other), (other, one)] {
                if self.attestations[&end].edges[&far] != truth {
                    self.find(end, "V-08.C");
                    excluded.insert(end);
                }
            }
        }
        Derived {
            list: &(&attested - &excluded) - &dropped,
            excluded,
            isolated: Clients::new(),
        }
    }

    /// The contributors that a round of unmask leaves.
    pub(crate) fn unmasked(&mut self, round: u8, messages: &[Counted<'_>]) -> Derived {
        let contributors = self.contributors(round);
        let shares = self.shares(round, messages);
        for subject in self.subjects(round) {
            let of_seed = round == 0 && contributors.contains(&subject);
            let none = Vec::new();
            let shares = shares.get(&subject).unwrap_or(&none);
            // V-09.2
            let Some(first) = shares.get(..self.frame.threshold) else {
                continue;
            };
            let secret = reconstruct(first);
            let dealt = self.dealings.get(&subject);
            let (committed, secrets) = match of_seed {
                true => (dealt.map(|dealing| dealing.seed), &mut self.seeds),
                false => {
                    let keys = self.advertisements.get(&subject);
                    (keys.map(|keys| keys.key(MASK)), &mut self.mask_secrets)
                }
            };
            if committed == Some(RistrettoPoint::mul_base(&secret)) {
                secrets.insert(subject, secret);
            }
        }
        // V-09.3
        let mut left = Clients::new();
        for &client in &contributors {
            if self.attested_falsely(client, round) {
                self.find(client, "V-09");
                left.insert(client);
            }
        }
        Derived::of(&contributors - &left)
    }

    /// The shares of each secret that count, in the order of the board (V-09.1).
    fn shares(&mut self, round: u8, messages: &[Counted<'_>]) -> BTreeMap<u32, Vec<(u32, Scalar)>> {
        let contributors = self.contributors(round);
        let subjects = self.subjects(round);
        let mut shares: BTreeMap<u32, Vec<(u32, Scalar)>> = BTreeMap::new();
        for counted in messages {
            let holder = counted.sender;
            let Some(revealed) = scalars(&counted.parts[0]) else {
                self.find(holder, "V-04");
                continue;
            };
            let dealers = self.frame.h(holder, &subjects);
            let mut right = true;
            for (dealer, share) in dealers.iter().zip(&revealed) {
                let dealing = self.dealings.get(dealer);
                let pair = dealing.and_then(|dealing| dealing.pairs.get(&holder));
                let Some(pair) = pair.filter(|_| !counted.equivocated.contains(dealer)) else {
                    continue;
                };
                let committed = match round == 0 && contributors.contains(dealer) {
                    true => pair.seed,
                    false => pair.mask,
                };
                right &= RistrettoPoint::mul_base(share) == committed;
            }
            if !right {
                self.find(holder, "V-09");
                continue;
            }
            for (dealer, share) in dealers.into_iter().zip(revealed) {
                shares.entry(dealer).or_default().push((holder, share));
            }
        }
        shares
    }

    /// V-09.3: whether the secrets that were reconstructed in this round contradict the attestation of a contributor.
    fn attested_falsely(&self, client: u32, round: u8) -> bool {
        let Some(attestation) = self.attestations.get(&client) else {
            return false;
        };
        let context = &self.frame.context;
        let differs = |key: [u8; 32], attested: &[RistrettoPoint]| {
            self.challenges().commit(&self.frame, &key) != attested
        };
        if let Some(seed) = self.seeds.get(&client).filter(|_| round == 0) {
            if differs(self_key(context, client, seed), &attestation.own()) {
                return true;
            }
        }
        let outside = &self.subjects(round) - &self.contributors(round);
        for other in self.frame.h(client, &(&outside - &self.equivocated)) {
            let secrets = (self.mask_key(client), self.mask_secrets.get(&other));
            let (Some(key), Some(secret)) = secrets else {
                continue;
            };
            let edge = edge_key(context, client, other, &(key * secret));
            if differs(edge, &attestation.edges[&other]) {
                return true;
            }
        }
        false
    }
}
