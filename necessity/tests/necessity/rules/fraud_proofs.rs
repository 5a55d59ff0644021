//! What a fraud proof must hold. Each attack makes a fraud proof against an honest client. With it the attacker
//! gets the second secret of that client.

use rand_core::OsRng;
use veragg_protocol::circuits::group::ristretto::{KeyScalar, Ristretto, KEY_TABLE};
use veragg_protocol::circuits::group::Group;

use super::attack::Attack;
use super::{everybody, id, Suite, CLIENTS};
use veragg_protocol::client::ExposedSecrets;
use veragg_protocol::crypto::dh::KeyPair;
use veragg_protocol::crypto::encoded_point::EncodedPoint;
use veragg_protocol::pairwise::attest::Challenges;
use veragg_protocol::pairwise::fraud_proof::{FalseAttestation, FraudProof, Seen};
use veragg_protocol::round::lists;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::{Message, Sender};
use veragg_protocol::wire::part::Part;

/// A round up to attest, with both secrets of all clients.
struct Attested {
    attack: Attack,
    secrets: Vec<ExposedSecrets>,
}

impl Attested {
    fn new() -> Self {
        let mut attack = Attack::new().honest_through(Phase::Share);
        let messages = attack.ask_all();
        let secrets = (1..=CLIENTS).map(|number| attack.clients.secrets(number));
        let secrets = secrets.collect();
        attack.close(Phase::Confirm, messages, everybody());
        Self {
            attack: attack.honest_through(Phase::Attest),
            secrets,
        }
    }

    fn mask_of(&self, number: u32) -> KeyScalar {
        *self.secrets[id(number).index()]
            .mask
            .as_ref()
            .unwrap()
            .secret()
    }

    fn seed_of(&self, number: u32) -> KeyScalar {
        **self.secrets[id(number).index()].seed.as_ref().unwrap()
    }

    fn shows_fraud(&self, fraud_proof: &FraudProof) -> bool {
        let (round, everybody) = (&self.attack.round, everybody());
        // The messages of share answer the checkpoint of advertise.
        let advertise = self.attack.of(Phase::Share, 1).envelope.answers;
        let submit = self.attack.of(Phase::Attest, 1).envelope.answers;
        let challenges = Challenges::<Suite>::new(round, &submit);
        let seen = Seen {
            round,
            advertise: &advertise,
            advertised: &everybody,
            participants: &everybody,
            challenges: &challenges,
        };
        fraud_proof.holds(&seen, &self.attack.keys_of(sender_of(fraud_proof)).mask)
    }

    /// Whether a fraud proof by this seed holds, with these messages of attest and share.
    fn by_seed(&self, attested: &Message, secret: KeyScalar, shared: &Message) -> bool {
        self.shows_fraud(&FraudProof {
            attestation: attested.envelope.clone(),
            head: self.attack.part(attested, 0),
            shows: FalseAttestation::Seed {
                secret,
                sharing: shared.envelope.clone(),
                seed: self.attack.part(shared, 0),
            },
        })
    }

    /// Whether a fraud proof by the edge of clients 4 and 5 holds, with these keys of the neighbours of client 4.
    fn by_edge(&self, secret: KeyScalar, keys: Vec<EncodedPoint>) -> bool {
        let attested = self.attack.of(Phase::Attest, 4);
        let at = self.neighbours().iter().position(|&number| number == 5);
        self.shows_fraud(&FraudProof {
            attestation: attested.envelope.clone(),
            head: self.attack.part(attested, 0),
            shows: FalseAttestation::Edge {
                secret,
                neighbour: id(5),
                keys,
                edges: self.attack.part(attested, 1 + at.unwrap()),
            },
        })
    }

    fn neighbours(&self) -> Vec<u32> {
        let neighbours = lists::holders(self.attack.round.graph(), &everybody(), id(4));
        neighbours
            .into_iter()
            .map(|client| client.number())
            .collect()
    }

    fn keys(&self) -> Vec<EncodedPoint> {
        let neighbours = self.neighbours().into_iter();
        neighbours
            .map(|number| self.attack.keys_of(number).mask)
            .collect()
    }

    /// The message of share that client 4 would send, with another seed.
    fn shared_with(&self, seed: &KeyScalar) -> Vec<Vec<u8>> {
        let parts = self.attack.parts(self.attack.of(Phase::Share, 4));
        let parts = (1..parts.size()).map(|at| parts.leaf(at).unwrap().clone());
        let head = Ristretto::encode_point(&(seed * KEY_TABLE));
        std::iter::once(head).chain(parts).collect()
    }
}

fn sender_of(fraud_proof: &FraudProof) -> u32 {
    fraud_proof.culprit().unwrap().number()
}

/// Client 2 attested under other challenges than those of the clients that check the fraud proof.
pub(super) fn by_an_attestation_to_another_checkpoint() -> bool {
    let mut attack = Attack::new().honest_through(Phase::Share);
    let messages = attack.ask_all();
    let seed = *attack.clients.secrets(2).seed.unwrap();
    attack.close(Phase::Confirm, messages, everybody());
    let (attack, of_two) = attack.two_views();
    let shared = attack.of(Phase::Share, 2).clone();
    let secrets = Vec::new();
    Attested { attack, secrets }.by_seed(&of_two, seed, &shared)
}

/// The aggregator forges the attestation of client 4.
pub(super) fn by_an_attestation_of_somebody_else() -> bool {
    let round = Attested::new();
    let (attested, other) = (
        round.attack.of(Phase::Attest, 4),
        round.attack.of(Phase::Attest, 5),
    );
    let own = other.parts(&round.attack.lengths(other)).unwrap();
    let mut forged = round
        .attack
        .altered(attested, |parts| parts[0] = own[0].to_vec());
    forged.envelope.signature = [0; 64];
    let shared = round.attack.of(Phase::Share, 4);
    round.by_seed(&forged, round.seed_of(4), shared)
}

/// Client 4 shared another seed in another round.
pub(super) fn by_a_seed_of_another_round() -> bool {
    let round = Attested::new();
    let (seed, attack) = (KeyScalar::random(&mut OsRng), &round.attack);
    let (key, sender) = (&attack.clients.keys[3], Sender::Client(id(4)));
    let parts = round.shared_with(&seed);
    let shared = Message::sign(key, super::ELSEWHERE, Phase::Share, sender, [9; 32], &parts);
    round.by_seed(attack.of(Phase::Attest, 4), seed, &shared)
}

/// The aggregator forges the message of share of client 4.
pub(super) fn by_a_seed_of_somebody_else() -> bool {
    let round = Attested::new();
    let (seed, attack) = (KeyScalar::random(&mut OsRng), &round.attack);
    let answers = attack.of(Phase::Share, 4).envelope.answers;
    let (context, sender) = (*attack.round.context(), Sender::Client(id(4)));
    let parts = round.shared_with(&seed);
    let shared = Message::sign(&attack.key, context, Phase::Share, sender, answers, &parts);
    round.by_seed(attack.of(Phase::Attest, 4), seed, &shared)
}

/// The seed is random.
pub(super) fn by_a_seed_that_was_not_committed() -> bool {
    let round = Attested::new();
    let seed = KeyScalar::random(&mut OsRng);
    let of = |phase| round.attack.of(phase, 4);
    round.by_seed(of(Phase::Attest), seed, of(Phase::Share))
}

/// The seed is the true one, and client 4 attested truly to its self-mask.
pub(super) fn by_its_true_seed() -> bool {
    let round = Attested::new();
    let of = |phase| round.attack.of(phase, 4);
    round.by_seed(of(Phase::Attest), round.seed_of(4), of(Phase::Share))
}

/// The fraud proof shows another key of client 5 than the one that client 4 was shown.
pub(super) fn by_a_key_that_it_never_saw() -> bool {
    let round = Attested::new();
    let (other, mut keys) = (KeyPair::generate(&mut OsRng), round.keys());
    let at = round.neighbours().iter().position(|&number| number == 5);
    keys[at.unwrap()] = *other.public();
    round.by_edge(*other.secret(), keys)
}

/// The secret is random.
pub(super) fn by_a_secret_of_no_key() -> bool {
    let round = Attested::new();
    round.by_edge(KeyScalar::random(&mut OsRng), round.keys())
}

/// The secret is the true one of client 5, and client 4 attested truly to the pairwise mask.
pub(super) fn by_the_true_secret_of_a_neighbour() -> bool {
    let round = Attested::new();
    round.by_edge(round.mask_of(5), round.keys())
}

/// The aggregator exchanges the attested part for that of another client.
pub(super) fn by_a_spoilt_part() -> bool {
    let round = Attested::new();
    let (attested, shared) = (
        round.attack.of(Phase::Attest, 4),
        round.attack.of(Phase::Share, 4),
    );
    let other: Part = round.attack.part(round.attack.of(Phase::Attest, 5), 0);
    round.shows_fraud(&FraudProof {
        attestation: attested.envelope.clone(),
        head: other,
        shows: FalseAttestation::Seed {
            secret: round.seed_of(4),
            sharing: shared.envelope.clone(),
            seed: round.attack.part(shared, 0),
        },
    })
}
