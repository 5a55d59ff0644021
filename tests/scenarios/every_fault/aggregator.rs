//! What the aggregator alone can have done.

use std::sync::Arc;

use veragg::circuits::proof_system::ProofSystem;
use veragg::protocol::crypto::signing::SigningKey;
use veragg::protocol::pairwise::publish::Outcome;
use veragg::protocol::round::configuration::Configuration;
use veragg::protocol::round::roster::Roster;
use veragg::protocol::round::Round;
use veragg::protocol::wire::board::{Record, RecordKind};
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg::protocol::wire::message::{Envelope, Message, Sender};
use veragg_lab::books::{checkpoint_signed_by, republished, signed_anew};
use veragg_lab::Books;
use veragg_lab::CorruptAggregator;
use veragg_lab::{configuration_builder, id, position, PlaySetUp, Suite, SuiteScalar};

use super::*;

pub(super) fn a_client_that_is_not_listed() -> Broken {
    let corrupt = CorruptAggregator::new().listing(|phase, mut list| {
        if phase == Phase::Acknowledge {
            list.remove(id(4));
        }
        list
    });
    let finished = corrupt.play(Scene::new(4, &SMALL));
    Broken::by(finished, &[(AGGREGATOR, Check::Chain)])
}

/// A message of client 4 in unmask, as far as it is signed.
struct Forged {
    envelope: Envelope,
    body: Vec<u8>,
    key: Arc<SigningKey>,
}

impl Forged {
    fn signed(self) -> Vec<u8> {
        let Envelope {
            context,
            phase,
            sender,
            answers,
            ..
        } = self.envelope;
        Message::sign(&self.key, context, phase, sender, answers, &[self.body]).encode()
    }
}

/// An honest round in which the aggregator puts one more message on the board at the end of unmask. No client answers
/// it any more, so the aggregator can sign anew what follows.
fn with_another(make: impl FnOnce(&Finished, Forged) -> Vec<u8>) -> Finished {
    let mut finished = Scene::new(4, &SMALL).play();
    let last = position(&finished.records, 4, Phase::Unmask(0));
    let Message { envelope, body } = Message::decode(&finished.records[last].bytes).unwrap();
    let key = Arc::clone(&finished.local.client_keys[3]);
    let bytes = make(
        &finished,
        Forged {
            envelope,
            body,
            key,
        },
    );
    let kind = RecordKind::Message;
    finished.records.insert(last + 1, Record { kind, bytes });
    finished.records = signed_anew(&finished.local, &finished.records);
    finished
}

fn taken(make: impl FnOnce(&Finished, Forged) -> Vec<u8>) -> Broken {
    Broken::by(with_another(make), &[(AGGREGATOR, Check::Messages)])
}

pub(super) fn a_message_of_another_round() -> Broken {
    taken(|_, mut forged| {
        forged.envelope.context.digest[0] ^= 1;
        forged.signed()
    })
}

pub(super) fn a_message_with_another_answer() -> Broken {
    taken(|_, mut forged| {
        forged.envelope.answers[0] ^= 1;
        forged.signed()
    })
}

/// Bytes that are no message are no leaf: what follows keeps its leaf.
pub(super) fn after_bytes_that_are_no_message() -> Broken {
    let mut broken = a_message_with_another_answer();
    let noise = Record {
        kind: RecordKind::Message,
        bytes: vec![0xff; 200],
    };
    broken.finished.records.insert(10, noise);
    broken
}

pub(super) fn a_message_of_the_aggregator_among_the_clients() -> Broken {
    taken(|finished, mut forged| {
        forged.envelope.sender = Sender::Aggregator;
        forged.key = Arc::clone(&finished.local.aggregator_key);
        forged.signed()
    })
}

pub(super) fn a_message_that_the_aggregator_forged() -> Broken {
    taken(|finished, mut forged| {
        forged.key = Arc::clone(&finished.local.aggregator_key);
        forged.signed()
    })
}

/// Client 4 signs in unmask what the aggregator must refuse.
fn badly_cut(make: impl FnOnce(Forged) -> Vec<u8>) -> Broken {
    let finished = with_another(|_, forged| make(forged));
    let named = [(client(4), Check::Messages), (AGGREGATOR, Check::Messages)];
    Broken::by(finished, &named)
}

pub(super) fn a_body_that_is_too_long() -> Broken {
    badly_cut(|mut forged| {
        forged.body.push(0);
        forged.signed()
    })
}

fn with_parts(forged: &Forged, parts: &[Vec<u8>]) -> Vec<u8> {
    let Envelope {
        context,
        phase,
        sender,
        answers,
        ..
    } = forged.envelope;
    Message::sign(&forged.key, context, phase, sender, answers, parts).encode()
}

pub(super) fn no_body_where_one_is_due() -> Broken {
    badly_cut(|forged| with_parts(&forged, &[]))
}

pub(super) fn an_empty_part_where_more_is_due() -> Broken {
    badly_cut(|forged| with_parts(&forged, &[Vec::new()]))
}

/// The same bytes, signed as one part and as two. Of the two parts nobody can say where the second begins, so the body
/// counts as damaged; the envelopes show that both are signed.
pub(super) fn two_messages_of_which_one_is_cut_otherwise() -> Broken {
    badly_cut(|forged| {
        let (one, two) = forged.body.split_at(32);
        with_parts(&forged, &[one.to_vec(), two.to_vec()])
    })
}

pub(super) fn the_same_message_twice() -> Broken {
    taken(|finished, _| {
        let records = &finished.records;
        records[position(records, 4, Phase::Unmask(0))]
            .bytes
            .clone()
    })
}

pub(super) fn two_messages_of_one_client() -> Broken {
    let finished = with_another(|_, mut forged| {
        forged.body[0] ^= 1;
        forged.signed()
    });
    let named = [(client(4), Check::Messages), (AGGREGATOR, Check::Messages)];
    Broken::by(finished, &named)
}

/// The aggregator signs another last checkpoint.
fn with_last_checkpoint(alter: impl FnOnce(&mut Checkpoint)) -> Broken {
    let mut finished = Scene::new(4, &SMALL).play();
    let last = finished.records.last_mut().unwrap();
    let mut checkpoint = Checkpoint::decode(&last.bytes, 4).unwrap();
    alter(&mut checkpoint);
    let key = &finished.local.aggregator_key;
    last.bytes = checkpoint_signed_by(key, checkpoint).encode();
    Broken::by(finished, &[(AGGREGATOR, Check::Chain)])
}

/// It continues another one than the board's.
pub(super) fn a_checkpoint_that_continues_another() -> Broken {
    with_last_checkpoint(|checkpoint| checkpoint.previous[0] ^= 1)
}

/// It continues the board's, but closes another phase than the one that follows.
pub(super) fn a_checkpoint_of_another_phase() -> Broken {
    with_last_checkpoint(|checkpoint| checkpoint.phase = Phase::Unmask(1))
}

/// Both stand on the board, where only one belongs.
pub(super) fn two_checkpoints_on_one_board() -> Broken {
    let mut broken = a_checkpoint_of_another_phase();
    let again = Scene::new(4, &SMALL).play();
    let local = &again.local;
    let mut records = again.records.clone();
    let at = records
        .iter()
        .position(|record| record.kind == RecordKind::Checkpoint)
        .unwrap();
    let mut other = Checkpoint::decode(&records[at].bytes, 4).unwrap();
    other.root.hash[0] ^= 1;
    let other = checkpoint_signed_by(&local.aggregator_key, other);
    let kind = RecordKind::Checkpoint;
    let bytes = other.encode();
    records.insert(at + 1, Record { kind, bytes });
    broken.options = veragg_lab::auditor(local);
    broken.finished = again;
    broken.finished.records = records;
    broken
}

/// It is over fewer messages than the one before it.
pub(super) fn a_checkpoint_over_fewer_messages() -> Broken {
    with_last_checkpoint(|checkpoint| checkpoint.root.size = 3)
}

pub(super) fn no_publication() -> Broken {
    let mut finished = Scene::new(4, &SMALL).play();
    finished.records.remove(finished.records.len() - 2);
    finished.records = signed_anew(&finished.local, &finished.records);
    Broken::by(finished, &[(AGGREGATOR, Check::Chain)])
}

/// The aggregator closes unmask before enough shares have come, and publishes any sum.
pub(super) fn unmask_closed_too_early() -> Broken {
    let mut finished = Scene::new(4, &SMALL).play();
    for number in 1..=3 {
        let at = position(&finished.records, number, Phase::Unmask(0));
        finished.records.remove(at);
    }
    finished.records = signed_anew(&finished.local, &finished.records);
    Broken::by(finished, &[(AGGREGATOR, Check::Unmasking)])
}

/// Client 4 signs an acknowledgement with a body, and the aggregator takes it.
pub(super) fn an_acknowledgement_with_a_body() -> Broken {
    let scene = Scene::new(4, &SMALL);
    let key = scene.key(4);
    let scene = scene.altering(4, move |phase, _, messages| {
        let with_body = |bytes: Vec<u8>| {
            let Envelope {
                context,
                phase,
                sender,
                answers,
                ..
            } = Message::decode(&bytes).unwrap().envelope;
            Message::sign(&key, context, phase, sender, answers, &[vec![7]]).encode()
        };
        match phase {
            Phase::Acknowledge => messages.into_iter().map(with_body).collect(),
            _ => messages,
        }
    });
    let corrupt = CorruptAggregator::new().listing(|phase, mut list| {
        if phase == Phase::Acknowledge {
            list.remove(id(4));
        }
        list
    });
    let named = [(client(4), Check::Messages), (AGGREGATOR, Check::Messages)];
    Broken::by(corrupt.play(scene), &named)
}

pub(super) fn two_publications() -> Broken {
    let mut finished = Scene::new(4, &SMALL).play();
    let at = finished.records.len() - 2;
    finished.records.insert(at, finished.records[at].clone());
    finished.records = signed_anew(&finished.local, &finished.records);
    Broken::by(finished, &[(AGGREGATOR, Check::Messages)])
}

pub(super) fn a_publication_that_is_none() -> Broken {
    let mut finished = Scene::new(4, &SMALL).play();
    let mut books = Books::new(&finished.local);
    for record in &finished.records {
        let mut bytes = record.bytes.clone();
        if record.kind == RecordKind::Checkpoint {
            books.close(Checkpoint::decode(&bytes, 4).unwrap().list);
            continue;
        }
        if books.phase == Phase::Publish {
            let Message { envelope, mut body } = Message::decode(&bytes).unwrap();
            body[..32].fill(0xff);
            let key = Arc::clone(&finished.local.aggregator_key);
            bytes = Forged {
                envelope,
                body,
                key,
            }
            .signed();
        }
        books.take(bytes);
    }
    finished.records = books.records;
    Broken::by(finished, &[(AGGREGATOR, Check::Messages)])
}

pub(super) fn another_outcome() -> Broken {
    let mut finished = Scene::new(4, &SMALL).dropping(4, Phase::Confirm).play();
    finished.records = republished(&finished, |publication| {
        publication.outcomes[0] = Outcome::Faulty(Phase::Submit);
        publication.outcomes[3] = Outcome::Faulty(Phase::Submit);
    });
    Broken::by(finished, &[(AGGREGATOR, Check::Contributors)])
}

/// The configuration asks for the acknowledgements of all four clients, but clients and aggregator go on with three.
pub(super) fn too_few_acknowledgements() -> Broken {
    let builder = configuration_builder(4, &SMALL).min_contributors(4);
    #[allow(clippy::let_unit_value)] // Not in every suite.
    let set_up = <Suite as ProofSystem>::SetUp::of(&builder.statement().unwrap(), 4);
    let mut local = veragg_lab::ready(4, builder).unwrap();
    let signed = &local.header.configuration;
    let mut configuration = Configuration::decode(&signed.bytes).unwrap();
    configuration.min_contributors = 3;
    let roster = Roster::decode(&local.header.roster).unwrap();
    let (context, key) = (signed.context(), &local.header.key);
    let round = Round::assemble(Some(&set_up), configuration, context, roster, key);
    local.round = Arc::new(round.unwrap());
    let scene = Scene::of(local).dropping(4, Phase::Attest);
    let finished = CorruptAggregator::new().play(scene);
    Broken::by(finished, &[(AGGREGATOR, Check::Contributors)])
}

pub(super) fn a_false_sum() -> Broken {
    let mut finished = Scene::new(4, &SMALL).play();
    finished.records = republished(&finished, |publication| {
        publication.opening[0] += SuiteScalar::from(1u64);
    });
    Broken::by(finished, &[(AGGREGATOR, Check::Opening)])
}
