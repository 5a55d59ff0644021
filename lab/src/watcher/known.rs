//! The secrets that follow from what a coalition saw: logarithms of public points, and Diffie-Hellman points of two keys.

use std::collections::{BTreeMap, BTreeSet};

use veragg_protocol::circuits::group::ristretto::{KeyPoint, KeyScalar, Ristretto, KEY_TABLE};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::client::ExposedSecrets;
use veragg_protocol::crypto::dleq;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::sealing::Channel;
use veragg_protocol::crypto::sharing::reconstruct;
use veragg_protocol::pairwise::advertise::{Advertisement, RoundKeys};
use veragg_protocol::pairwise::share::{decode_head, DealtPair};
use veragg_protocol::pairwise::unmask;
use veragg_protocol::round::lists;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::message::Message;

use super::{Relation, Watcher};

/// A point, by its encoding.
type Encoded = Vec<u8>;

/// What a client dealt in one message of share.
struct Dealing {
    dealer: ClientId,
    seed: KeyPoint,
    pairs: Vec<(ClientId, DealtPair)>,
}

/// The secrets that a coalition knows.
pub struct Known {
    keys: BTreeMap<ClientId, Vec<RoundKeys>>,
    seeds: BTreeMap<ClientId, Vec<KeyPoint>>,
    logarithms: BTreeMap<Encoded, KeyScalar>,
    shared: BTreeMap<(Encoded, Encoded), KeyPoint>,
}

fn encoded(point: &KeyPoint) -> Encoded {
    Ristretto::encode_point(point)
}

/// Two points, whatever their order.
fn unordered(a: &KeyPoint, b: &KeyPoint) -> (Encoded, Encoded) {
    let (a, b) = (encoded(a), encoded(b));
    (a.clone().min(b.clone()), a.max(b))
}

impl Known {
    /// Everything that follows from what the watcher saw.
    pub(super) fn of<P: ProofSystem>(watcher: &Watcher<P>) -> Self {
        let mut known = Self {
            keys: BTreeMap::new(),
            seeds: BTreeMap::new(),
            logarithms: BTreeMap::new(),
            shared: BTreeMap::new(),
        };
        watcher.drawn.iter().for_each(|secret| known.learn(*secret));
        for secrets in &watcher.secrets {
            known.take_exposed(secrets);
        }
        for (client, message) in watcher.of_phase(Phase::Advertise) {
            if let Ok(body) = Advertisement::decode(&message.body) {
                known.keys.entry(client).or_default().push(body.keys);
            }
        }
        for (_, message) in watcher.messages.iter() {
            if matches!(message.envelope.phase, Phase::Unmask(_)) {
                let shares = unmask::decode(&message.body).unwrap_or_default();
                shares.into_iter().for_each(|share| known.learn(share));
            }
        }
        known.take_revealed(watcher);
        known.take_dealings(watcher);
        known
    }

    /// The logarithm of a point, if it is known.
    pub fn logarithm(&self, point: &KeyPoint) -> Option<&KeyScalar> {
        self.logarithms.get(&encoded(point))
    }

    /// The seeds of a client that are known, of those that it committed to.
    pub fn seed(&self, client: ClientId) -> Option<&KeyScalar> {
        let mut seeds = self.seeds.get(&client)?.iter();
        seeds.find_map(|seed| self.logarithm(seed))
    }

    /// The point that two clients' mask keys share, if it is known.
    pub fn edge(&self, a: ClientId, b: ClientId) -> Option<KeyPoint> {
        self.shared_of(a, b, |keys| &keys.mask)
    }

    /// The point that two clients' channel keys share, if it is known.
    fn channel(&self, a: ClientId, b: ClientId) -> Option<KeyPoint> {
        self.shared_of(a, b, |keys| &keys.channel)
    }

    fn shared_of(
        &self,
        a: ClientId,
        b: ClientId,
        kind: impl Fn(&RoundKeys) -> &KeyPoint,
    ) -> Option<KeyPoint> {
        let (of_a, of_b) = (self.keys.get(&a)?, self.keys.get(&b)?);
        let pairs = of_a.iter().flat_map(|a| of_b.iter().map(move |b| (a, b)));
        let mut pairs = pairs.map(|(a, b)| (kind(a), kind(b)));
        pairs.find_map(|(a, b)| {
            let computed = self.logarithm(a).map(|secret| b * secret);
            let computed = computed.or_else(|| self.logarithm(b).map(|secret| a * secret));
            computed.or_else(|| self.shared.get(&unordered(a, b)).copied())
        })
    }

    fn learn(&mut self, secret: KeyScalar) {
        let point = encoded(&(&secret * KEY_TABLE));
        self.logarithms.insert(point, secret);
    }

    fn take_exposed(&mut self, secrets: &ExposedSecrets) {
        let pairs = [&secrets.mask, &secrets.channel].into_iter().flatten();
        pairs.for_each(|pair| self.learn(*pair.secret()));
        if let Some(seed) = &secrets.seed {
            self.learn(**seed);
        }
        for pair in secrets.held.values() {
            self.learn(pair.mask);
            self.learn(pair.seed);
        }
    }

    /// The points that complaints and disputes reveal. Which keys they are of does not stand in the message: each pair
    /// of keys is possible, and a wrong one opens nothing.
    fn take_revealed<P: ProofSystem>(&mut self, watcher: &Watcher<P>) {
        let others: Vec<_> = ClientId::all(watcher.round.clients()).collect();
        // What a corrupt client reveals is no news.
        let honest = |client: &ClientId| !watcher.corrupt.contains(client);
        for (client, message) in watcher.messages.iter().filter(|(it, _)| honest(it)) {
            let kind: fn(&RoundKeys) -> &KeyPoint = match message.envelope.phase {
                Phase::Confirm => |keys| &keys.channel,
                Phase::Dispute => |keys| &keys.mask,
                _ => continue,
            };
            for revealed in dleq::decode(&message.body, &others).unwrap_or_default() {
                let keys = |client| self.keys.get(client).into_iter().flatten().map(kind);
                let mut pairs = Vec::new();
                for mine in keys(client) {
                    pairs.extend(keys(&revealed.other).map(|other| (*mine, *other)));
                }
                for (mine, other) in pairs {
                    self.share(&watcher.relations, &mine, &other, revealed.point);
                }
            }
        }
    }

    /// Takes the point that two keys share, and the one that follows for the key of which one of the two is a multiple.
    fn share(&mut self, relations: &[Relation], a: &KeyPoint, b: &KeyPoint, point: KeyPoint) {
        self.shared.insert(unordered(a, b), point);
        for Relation { key, of, factor } in relations {
            for (multiple, other) in [(a, b), (b, a)] {
                if multiple == key {
                    let divided = point * factor.invert();
                    self.shared.insert(unordered(of, other), divided);
                }
            }
        }
    }

    /// Opens what was sealed for others, and reconstructs each secret of which it has enough shares.
    fn take_dealings<P: ProofSystem>(&mut self, watcher: &Watcher<P>) {
        let round = &watcher.round;
        let messages = watcher.of_phase(Phase::Share);
        let dealings: Vec<Dealing> = messages
            .filter_map(|(dealer, message)| dealt(watcher, dealer, message))
            .collect();
        for Dealing {
            dealer,
            seed,
            pairs,
        } in &dealings
        {
            self.seeds.entry(*dealer).or_default().push(*seed);
            for (recipient, pair) in pairs {
                self.open(round, *dealer, *recipient, pair);
            }
        }
        for dealing in &dealings {
            for which in [0, 1] {
                let mine = self.shares(dealing, which);
                if let Some(enough) = mine.get(..round.threshold()) {
                    self.learn(reconstruct(enough));
                }
            }
        }
    }

    fn open<P: ProofSystem>(
        &mut self,
        round: &Round<P>,
        dealer: ClientId,
        recipient: ClientId,
        dealt: &DealtPair,
    ) {
        let channel = Channel {
            context: round.context(),
            dealer,
            recipient,
        };
        let point = self.channel(dealer, recipient);
        if let Some(pair) = point.and_then(|point| channel.open(&point, &dealt.sealed)) {
            self.learn(pair.mask);
            self.learn(pair.seed);
        }
    }

    /// The shares of one secret of a dealing whose logarithms are known, each with its holder.
    fn shares(&self, dealing: &Dealing, which: usize) -> Vec<(ClientId, KeyScalar)> {
        let pairs = dealing.pairs.iter();
        let shares = pairs.filter_map(|(holder, pair)| {
            let share = self.logarithm(&pair.commitments[which])?;
            Some((*holder, *share))
        });
        shares.collect()
    }
}

/// What a message of share deals, if it is one.
fn dealt<P: ProofSystem>(
    watcher: &Watcher<P>,
    dealer: ClientId,
    message: &Message,
) -> Option<Dealing> {
    let round = &watcher.round;
    let advertised = &watcher.answered(message)?.list;
    let parts = message
        .parts(&round.share_lengths(dealer, advertised))
        .ok()?;
    let (head, pairs) = parts.split_first()?;
    let holders = lists::holders(round.graph(), advertised, dealer).into_iter();
    let pairs = holders.zip(pairs).filter_map(|(holder, part)| {
        let pair = DealtPair::decode(part).ok()?;
        Some((holder, pair))
    });
    Some(Dealing {
        dealer,
        seed: *decode_head(head).ok()?,
        pairs: pairs.collect(),
    })
}

impl std::fmt::Debug for Known {
    // What it holds are secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let known: BTreeSet<_> = self.keys.keys().collect();
        f.debug_struct("Known")
            .field("clients", &known)
            .finish_non_exhaustive()
    }
}
