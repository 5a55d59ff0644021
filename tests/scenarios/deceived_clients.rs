//! Aggregators that show different or false packages to their clients: what the clients refuse. No input becomes
//! known that way, and no honest party is named.

use std::sync::Arc;

use rand_core::OsRng;
use veragg::protocol::crypto::ids::{ClientId, ClientSet};
use veragg::protocol::crypto::signing::Signature;
use veragg::protocol::pairwise::package::Package;
use veragg::protocol::roles::Client;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::message::Sender;
use veragg::verifier::{Check, Culprit, Verdict};
use veragg_lab::local::{LocalClient, LocalRound, Party};
use veragg_lab::Books;
use veragg_lab::CorruptAggregator;
use veragg_lab::{client, id, input, named, speakers, RecordingClient, Scene, Suite};
use zeroize::Zeroizing;

const SMALL: [(usize, u64); 1] = [(3, 100)];
const AGGREGATOR: Culprit = Culprit::Aggregator;

/// Honest clients that a test drives step by step.
fn clients(local: &LocalRound<Suite>) -> Vec<LocalClient> {
    let all = ClientId::all(local.round.clients());
    all.map(|id| local.client(id, input(id.number(), &SMALL)).unwrap())
        .collect()
}

/// Plays a round that splits into two boards at the close of phase `fork`: clients `1..=split` and 10 are shown a
/// list with client 10, the others a list without it. Gives the clients of each group that reveal shares.
/// `mixed`: whether each board also gets the messages of the other group.
fn split_lists(fork: Phase, split: u32, mixed: bool) -> (Vec<u32>, Vec<u32>) {
    let local = veragg_lab::local_round(10, &SMALL);
    let mut clients = clients(&local);
    let mut books = Books::new(&local);
    let package = |books: &Books| {
        books
            .package()
            .map_or(Vec::new(), |package| package.encode())
    };
    loop {
        let shown = package(&books);
        for client in &mut clients {
            for message in client.speak(books.phase, &shown) {
                books.take(message);
            }
        }
        if books.phase == fork {
            break;
        }
        books.close(books.list());
    }
    let mut groups = [books.clone(), books];
    groups[0].close(ClientSet::of(10, |_| true));
    groups[1].close(ClientSet::of(10, |client| client != id(10)));
    let side = |id: ClientId| usize::from(id.number() > split && id.number() != 10);
    let mut revealed: [Vec<u32>; 2] = Default::default();
    while groups[0].phase != Phase::Publish {
        let phase = groups[0].phase;
        let shown = groups.each_ref().map(package);
        let mut of_groups: [Vec<Vec<u8>>; 2] = Default::default();
        for client in &mut clients {
            let group = side(client.id());
            let messages = client.speak(phase, &shown[group]);
            if phase == Phase::Unmask(0) && !messages.is_empty() {
                revealed[group].push(client.id().number());
            }
            of_groups[group].extend(messages);
        }
        for (group, books) in groups.iter_mut().enumerate() {
            let foreign = of_groups[1 - group].iter().filter(|_| mixed);
            for message in of_groups[group].iter().chain(foreign) {
                books.take(message.clone());
            }
            let list = books.list();
            books.close(list);
        }
    }
    let [with, without] = revealed;
    (with, without)
}

#[test]
fn different_lists_of_contributors_never_get_both_secrets_of_anybody() {
    for fork in [Phase::Submit, Phase::Attest, Phase::Dispute] {
        // Six neighbours must acknowledge the same list, with client 10 or without it. So at most one group unmasks.
        for split in 0..=9 {
            let (with, without) = split_lists(fork, split, false);
            assert!(
                with.is_empty() || without.is_empty(),
                "{with:?} {without:?}"
            );
            assert_eq!(!with.is_empty(), split + 1 >= 7, "{split}: {with:?}");
            assert_eq!(!without.is_empty(), 9 - split >= 7, "{split}: {without:?}");
        }
        // Acknowledgements of the other list do not count.
        for split in [4, 5] {
            assert_eq!(split_lists(fork, split, true), (Vec::new(), Vec::new()));
        }
    }
}

#[test]
fn packages_that_lack_or_alter_something_are_refused() {
    type Alter = fn(Package) -> Package;
    let alterations: [(&str, Alter); 8] = [
        ("a neighbour's message is missing", |mut package| {
            package.items.pop();
            package
        }),
        ("another leaf", |mut package| {
            package.items[1].index += 1;
            package
        }),
        ("another signature", |mut package| {
            package.items[1].envelope.signature[3] ^= 1;
            package
        }),
        ("a path cut off", |mut package| {
            package.items[1].inclusion.truncate(32);
            package
        }),
        ("no proof that the tree was continued", |mut package| {
            package.consistency.push(0);
            package
        }),
        (
            "another's message under a neighbour's number",
            |mut package| {
                let one = ClientId::new(1).unwrap();
                package.items[1].envelope.sender = Sender::Client(one);
                package
            },
        ),
        ("a list that was not signed", |mut package| {
            package.checkpoint.list.remove(ClientId::new(4).unwrap());
            package
        }),
        ("the messages of nobody", |mut package| {
            package.items.clear();
            package
        }),
    ];
    let phases = [
        (Phase::Advertise, Phase::Share),
        (Phase::Confirm, Phase::Submit),
        (Phase::Submit, Phase::Attest),
        (Phase::Attest, Phase::Acknowledge),
    ];
    for (closed, next) in phases {
        for (what, alter) in alterations {
            // All clients need the items of clients 2 and 4, and these two need each other's.
            let corrupt = CorruptAggregator::new().showing(move |_, package| {
                if package.checkpoint.phase == closed {
                    alter(package)
                } else {
                    package
                }
            });
            let finished = corrupt.play(Scene::new(4, &SMALL));
            let senders = speakers(&finished.records, next);
            // Only the sender of the changed message does not need it.
            assert!(senders.len() <= 1, "{closed}, {what}: {senders:?}");
        }
    }
}

#[test]
fn acknowledgements_that_are_missing_or_altered_are_refused() {
    type Alter = fn(&mut Vec<(ClientId, Signature)>);
    let alterations: [(&str, Alter); 4] = [
        ("a neighbour's is missing", |shown| shown.truncate(1)),
        ("another signature", |shown| shown[1].1[3] ^= 1),
        ("another's under a neighbour's number", |shown| {
            shown[1].1 = shown[0].1;
        }),
        ("those of nobody", Vec::clear),
    ];
    for (what, alter) in alterations {
        let corrupt = CorruptAggregator::new().showing(move |_, mut package| {
            if package.checkpoint.phase == Phase::Acknowledge {
                alter(&mut package.acknowledgements);
            }
            package
        });
        let finished = corrupt.play(Scene::new(4, &SMALL));
        let senders = speakers(&finished.records, Phase::Unmask(0));
        // Only the sender of the changed acknowledgement does not need it.
        assert!(senders.len() <= 1, "{what}: {senders:?}");
    }
}

/// A dealer that sends two valid messages of share for one advertisement.
struct TwoDeals(RecordingClient, Arc<LocalRound<Suite>>);

impl Party for TwoDeals {
    fn id(&self) -> ClientId {
        self.0.id()
    }

    fn speak(&mut self, phase: Phase, package: &[u8]) -> Vec<Vec<u8>> {
        let saved = self.0.store.to_vec();
        let mut messages = self.0.speak(phase, package);
        if phase == Phase::Share {
            let key = Arc::clone(&self.1.client_keys[self.id().index()]);
            let resumed = Client::resume(Arc::clone(&self.1.round), key, &saved);
            let (mut client, _) = resumed.unwrap();
            let mut store = Zeroizing::new(Vec::new());
            let again = client.advance(package, None, &mut OsRng, &mut store);
            messages.extend(again.unwrap());
        }
        messages
    }
}

#[test]
fn a_dealer_and_an_aggregator_cannot_frame_a_holder() {
    let mut scene = Scene::new(4, &SMALL);
    let dealer = scene.recording(3);
    let local = LocalRound {
        round: Arc::clone(&scene.local.round),
        header: scene.local.header.clone(),
        organiser: scene.local.organiser,
        organiser_key: Arc::clone(&scene.local.organiser_key),
        aggregator_key: Arc::clone(&scene.local.aggregator_key),
        client_keys: scene.local.client_keys.clone(),
    };
    scene.parties[2] = Box::new(TwoDeals(dealer, Arc::new(local)));
    // Client 1 is shown the second message, the others the first.
    let corrupt = CorruptAggregator::new().showing_second(3, Phase::Share, |reader| reader == 1);
    let finished = corrupt.play(scene);
    // All clients went on to the end, so client 1 revealed a share of the second message.
    assert_eq!(speakers(&finished.records, Phase::Unmask(0)), [1, 2, 3, 4]);
    let report = finished.audit();
    assert_eq!(report.verdict, Verdict::Failed, "{report}");
    let faults = [(client(3), Check::Messages), (AGGREGATOR, Check::Messages)];
    assert_eq!(named(&report), faults.into(), "{report}");
}
