//! Boards of which corrupt parties signed again what belongs to them.

use veragg::protocol::crypto::hash::Digest;
use veragg::protocol::crypto::ids::{ClientId, ClientSet};
use veragg::protocol::crypto::tree::Tree;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::board::{Record, RecordKind};
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg::protocol::wire::message::{Message, Sender};
use veragg::verifier::Culprit;

use crate::sample::{sample, CLIENTS};

/// Who signs again: the aggregator always does, and these clients.
#[derive(Debug, Clone)]
pub struct Signers(pub ClientSet);

impl Signers {
    /// The clients whose bits are set.
    pub fn of(bits: u8) -> Self {
        Self(ClientSet::of(CLIENTS, |client| {
            bits >> client.index() & 1 == 1
        }))
    }

    /// Whether this party signs again.
    pub fn has(&self, culprit: Culprit) -> bool {
        match culprit {
            Culprit::Client(client) => self.0.contains(client),
            Culprit::Aggregator => true,
            _ => false,
        }
    }

    /// The records with every checkpoint made to fit those before it, and with every message of the signers answering
    /// the checkpoint before it. The messages of all others stay as they are.
    pub fn sign(&self, records: &[Record]) -> Vec<Record> {
        let local = &sample().local;
        let mut tree = Tree::new();
        let mut chain = local.round.context().digest;
        let mut signed = records.to_vec();
        for record in &mut signed {
            match record.kind {
                RecordKind::Message | RecordKind::Submission => {
                    let Ok(message) = Message::decode(&record.bytes) else {
                        continue;
                    };
                    let sender = message.envelope.sender;
                    let signs = match sender {
                        Sender::Aggregator => true,
                        Sender::Client(client) => self.0.contains(client),
                        Sender::Trustee(_) => false,
                    };
                    let message = if signs {
                        sign_again(message, chain)
                    } else {
                        message
                    };
                    tree.push(message.envelope.entry());
                    record.bytes = message.encode();
                }
                RecordKind::Checkpoint => {
                    let Ok(Checkpoint { phase, list, .. }) =
                        Checkpoint::decode(&record.bytes, CLIENTS)
                    else {
                        continue;
                    };
                    let (key, context) = (&local.aggregator_key, *local.round.context());
                    let checkpoint =
                        Checkpoint::sign(key, context, phase, chain, tree.root(), list);
                    chain = checkpoint.digest();
                    record.bytes = checkpoint.encode();
                }
            }
        }
        signed
    }
}

/// The message as its sender signs it again, in answer to this checkpoint. The round has no client behind the last one:
/// a message of such a client stays as it is.
pub fn sign_again(message: Message, answers: Digest) -> Message {
    let local = &sample().local;
    let sender = message.envelope.sender;
    let key = match sender {
        Sender::Aggregator => Some(&local.aggregator_key),
        Sender::Client(client) => local.client_keys.get(client.index()),
        Sender::Trustee(_) => None,
    };
    let Some(key) = key else { return message };
    let (phase, parts) = (message.envelope.phase, cut(&message));
    Message::sign(key, *local.round.context(), phase, sender, answers, &parts)
}

/// The parts of a body in a round in which everybody is on every list. A body of another length is one part.
pub fn cut(message: &Message) -> Vec<Vec<u8>> {
    let round = &sample().local.round;
    let body = &message.body;
    let everybody = ClientSet::of(CLIENTS, |_| true);
    let lengths = match (message.envelope.sender, message.envelope.phase) {
        (Sender::Client(sender), phase) if sender.number() <= CLIENTS => {
            lengths(sender, phase, &everybody, body.len())
        }
        (_, Phase::Publish) => round.publish_lengths(),
        _ => Vec::new(),
    };
    if lengths.iter().sum::<usize>() != body.len() {
        return vec![body.clone()];
    }
    let mut rest = &body[..];
    let cut = lengths.iter().map(|&length| {
        let (part, behind) = rest.split_at(length);
        rest = behind;
        part.to_vec()
    });
    cut.collect()
}

/// Lengths of the parts of a client's message, if these clients are on all lists.
fn lengths(sender: ClientId, phase: Phase, listed: &ClientSet, len: usize) -> Vec<usize> {
    let round = &sample().local.round;
    match phase {
        Phase::Advertise => round.advertise_lengths(),
        Phase::Share => round.share_lengths(sender, listed),
        Phase::Submit => round.submit_lengths(),
        Phase::Confirm => round.confirm_lengths(sender, listed, len),
        Phase::Attest => round.attest_lengths(sender, listed),
        Phase::Dispute => round.dispute_lengths(sender, listed, len),
        Phase::Unmask(_) => round.unmask_lengths(sender, listed),
        _ => Vec::new(),
    }
}
