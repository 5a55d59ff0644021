//! A round with corrupt parties, played to its end: everybody honest answers what the corrupt parties sent.

use std::sync::{Arc, Mutex, PoisonError};

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use veragg::lab::{CorruptAggregator, Scene};
use veragg::local::Party;
use veragg::protocol::client::Blame;
use veragg::protocol::crypto::ids::{ClientId, ClientSet};
use veragg::protocol::pairwise::publish::Outcome;
use veragg::protocol::roles::Client;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::board::Record;
use veragg::protocol::wire::message::{Message, Sender};
use zeroize::Zeroizing;

use crate::edits::mutate_parts;
use crate::packages::{edit_checkpoint, edit_package};
use crate::records::toggle;
use crate::sample::{input, sample, Sample, CLIENTS};
use crate::script::Script;
use crate::signed::{cut, sign_again};

/// Bytes of one action in the input.
const ACTION: usize = 8;

/// What one corrupt party does in one phase, as bytes that are read when the phase comes.
type Action = [u8; ACTION];

/// What corrupt parties do.
#[derive(Debug, Clone)]
pub struct Corrupt {
    /// The corrupt clients.
    pub clients: ClientSet,
    /// Whether the aggregator is corrupt.
    pub aggregator: bool,
    actions: Vec<Action>,
}

/// A round that was played.
#[derive(Debug)]
pub struct Played {
    /// The records of its board, to its end, or to where an honest aggregator stopped.
    pub records: Vec<Record>,
    /// Whether an honest aggregator stopped before the end.
    pub stopped: bool,
    /// What honest clients said of others.
    pub blamed: Vec<(ClientId, Blame, String)>,
}

impl Corrupt {
    /// Reads who is corrupt, and the actions, from the input of a fuzzer.
    pub fn read(script: &mut Script<'_>) -> Option<Self> {
        let bits = script.byte()?;
        let chunks = script.rest().chunks_exact(ACTION);
        Some(Self {
            clients: ClientSet::of(CLIENTS, |client| bits >> client.index() & 1 == 1),
            aggregator: bits & 0x80 != 0,
            actions: chunks.filter_map(|chunk| chunk.try_into().ok()).collect(),
        })
    }

    /// What is done in this phase, by the aggregator or by this client.
    fn of(&self, phase: Phase, client: Option<ClientId>) -> Vec<Action> {
        let index = phase.index().min(Phase::PAIRWISE.len() - 1);
        let is_one = |action: &&Action| {
            let who = usize::from(action[1]) % (CLIENTS as usize + 1);
            let who = (who > 0).then(|| ClientId::from_index(who - 1));
            usize::from(action[0]) % Phase::PAIRWISE.len() == index && who == client
        };
        self.actions.iter().filter(is_one).copied().collect()
    }
}

/// Plays the sample's round anew, with these corrupt parties.
pub fn play(corrupt: &Corrupt) -> Played {
    let local = sample().fresh();
    let blamed = Arc::new(Mutex::new(Vec::new()));
    let ids = ClientId::all(CLIENTS);
    let honest = |id| Box::new(Honest::new(id, Arc::clone(&blamed))) as Box<dyn Party>;
    let inputs = ids.clone().map(|id| input(id).to_vec()).collect();
    let parties = ids.map(honest).collect();
    let mut scene = Scene::around(local, inputs, parties, &mut ChaCha20Rng::from_seed([9; 32]));
    for client in corrupt.clients.iter() {
        let plan = corrupt.clone();
        scene = scene.taken_over(client.number());
        scene = scene.altering(client.number(), move |phase, _, messages| {
            let actions = plan.of(phase, Some(client));
            actions
                .iter()
                .fold(messages, |messages, action| act(action, messages))
        });
    }
    let (records, stopped) = if corrupt.aggregator {
        (corrupt_aggregator(corrupt).play(scene).records, false)
    } else {
        with_honest_aggregator(scene.parties)
    };
    let blamed = std::mem::take(&mut *blamed.lock().unwrap_or_else(PoisonError::into_inner));
    Played {
        records,
        stopped,
        blamed,
    }
}

fn with_honest_aggregator(mut parties: Vec<Box<dyn Party>>) -> (Vec<Record>, bool) {
    let mut aggregator = sample().aggregator(0);
    let mut stopped = false;
    while aggregator.phase() != Phase::Publish && !stopped {
        let phase = aggregator.phase();
        for party in &mut parties {
            let package = aggregator.package(party.id());
            for message in party.speak(phase, &package) {
                aggregator.receive(message, 0).expect("a log in memory");
            }
        }
        stopped = aggregator.close().is_err();
    }
    (aggregator.records().expect("a log in memory"), stopped)
}

/// What a corrupt client makes of the messages that it would send.
fn act(action: &Action, mut messages: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut script = Script(&action[2..]);
    let Some(first) = messages.first() else {
        return messages;
    };
    let (Some(kind), Ok(mut message)) = (script.byte(), Message::decode(first)) else {
        return messages;
    };
    let Sender::Client(sender) = message.envelope.sender else {
        return messages;
    };
    let answers = message.envelope.answers;
    // What the client said in the sample, or what another one said there.
    let author = match kind & 0x80 {
        0 => sender.index(),
        _ => (sender.index() + 1) % CLIENTS as usize,
    };
    let phase = message.envelope.phase.index().min(Phase::OF_CLIENTS - 1);
    let other = Message::decode(&sample().steps[phase][author].message);
    match kind % 8 {
        0 => messages.clear(),
        1 => {
            message.envelope.signature[0] ^= 1;
            messages = vec![message.encode()];
        }
        2 => {
            if let Ok(other) = other {
                message.body = other.body;
                messages = vec![sign_again(message, answers).encode()];
            }
        }
        number => {
            let mut parts = cut(&message);
            let other = other.map(|other| cut(&other)).unwrap_or_default();
            // One edit of a part; what is left of the action decides which.
            let _ = mutate_parts(&mut parts, &other, &mut script);
            let context = message.envelope.context;
            let key = &sample().local.client_keys[sender.index()];
            let phase = message.envelope.phase;
            let changed =
                Message::sign(key, context, phase, Sender::Client(sender), answers, &parts);
            match number {
                // It says both.
                3 => messages.push(changed.encode()),
                4 => messages.insert(0, changed.encode()),
                _ => messages = vec![changed.encode()],
            }
        }
    }
    messages
}

/// An aggregator that does what the actions say, and is honest else.
fn corrupt_aggregator(corrupt: &Corrupt) -> CorruptAggregator {
    let [admitting, listing, showing, publishing] = std::array::from_fn(|_| corrupt.clone());
    CorruptAggregator::new()
        .admitting(move |phase, mut messages| {
            for action in admitting.of(phase, None) {
                let _ = admit(&mut messages, &mut Script(&action[2..]));
            }
            messages
        })
        .listing(move |phase, mut list| {
            for action in listing.of(phase, None) {
                if action[2] % 4 == 1 {
                    toggle(&mut list, action[3]);
                }
            }
            list
        })
        .showing(move |reader, mut package| {
            for action in showing.of(package.checkpoint.phase, None) {
                // The last byte says who is deceived.
                if action[2] % 4 != 2 || action[ACTION - 1] >> reader.index() & 1 == 0 {
                    continue;
                }
                let mut script = Script(&action[3..]);
                if action[ACTION - 1] & 0x40 == 0 {
                    let other = package.clone();
                    let _ = edit_package(&mut package, &other, &mut script);
                } else if let Some(checkpoint) = edit_checkpoint(&package.checkpoint, &mut script) {
                    package.checkpoint = checkpoint;
                }
            }
            package
        })
        .publishing(move |_, mut publication| {
            for action in publishing.of(Phase::Publish, None) {
                let outcomes = &mut publication.outcomes;
                match action[2] % 3 {
                    0 => {
                        let at = usize::from(action[3]) % publication.opening.len();
                        publication.opening[at] +=
                            veragg::lab::SuiteScalar::from(u64::from(action[4]));
                    }
                    1 => {
                        let at = usize::from(action[3]) % outcomes.len();
                        let phase = Phase::PAIRWISE[usize::from(action[5]) % Phase::PAIRWISE.len()];
                        outcomes[at] = match action[4] % 4 {
                            0 => Outcome::Contributed,
                            1 => Outcome::Dropped(phase),
                            2 => Outcome::Faulty(phase),
                            _ => Outcome::Isolated,
                        };
                    }
                    _ => publication.opening.swap(0, usize::from(action[3]) % 2),
                }
            }
            publication
        })
}

/// What of the clients' messages goes on the board.
fn admit(messages: &mut Vec<Vec<u8>>, script: &mut Script<'_>) -> Option<()> {
    let kind = script.byte()?;
    if kind % 4 != 0 {
        return None;
    }
    let at = script.below(messages.len())?;
    match script.byte()? % 4 {
        0 => drop(messages.remove(at)),
        1 => {
            let to = script.below(messages.len())?;
            messages.swap(at, to);
        }
        2 => messages.push(messages[at].clone()),
        _ => {
            // A message in the name of its sender that the sender did not sign.
            let mut message = Message::decode(&messages[at]).ok()?;
            let byte = script.below(message.body.len())?;
            message.body[byte] ^= script.byte()?;
            let local = &sample().local;
            let envelope = message.envelope.clone();
            let (phase, sender, answers) = (envelope.phase, envelope.sender, envelope.answers);
            let parts = cut(&message);
            let key = &local.aggregator_key;
            messages[at] =
                Message::sign(key, envelope.context, phase, sender, answers, &parts).encode();
        }
    }
    Some(())
}

/// An honest client that says whom it blames, and then stops.
struct Honest {
    id: ClientId,
    client: Client,
    rng: ChaCha20Rng,
    store: Zeroizing<Vec<u8>>,
    stopped: bool,
    blamed: Arc<Mutex<Vec<(ClientId, Blame, String)>>>,
}

impl Honest {
    fn new(id: ClientId, blamed: Arc<Mutex<Vec<(ClientId, Blame, String)>>>) -> Self {
        let sample: &Sample = sample();
        let (_, client) = sample.client(0, id.index() as u8);
        Self {
            id,
            client,
            rng: ChaCha20Rng::from_seed([id.index() as u8; 32]),
            store: Zeroizing::new(Vec::new()),
            stopped: false,
            blamed,
        }
    }
}

impl Party for Honest {
    fn id(&self) -> ClientId {
        self.id
    }

    fn speak(&mut self, _: Phase, package: &[u8]) -> Vec<Vec<u8>> {
        if self.stopped {
            return Vec::new();
        }
        let input = input(self.id);
        let answer = self
            .client
            .advance(package, Some(&input), &mut self.rng, &mut self.store);
        match answer {
            Ok(message) => message.into_iter().collect(),
            Err(error) => {
                self.stopped = true;
                let said = (self.id, error.blame(), error.to_string());
                self.blamed
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(said);
                Vec::new()
            }
        }
    }
}
