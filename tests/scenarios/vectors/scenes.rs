//! Rounds of the vectors in which more than one rule matters, or which have another shape.

use rand_core::OsRng;
use veragg::circuits::bulletproofs::RistrettoBulletproofs;
use veragg::circuits::group::ristretto::Fr;
use veragg::circuits::statement::{Norm, Segment, SumRule};
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::round::configuration::SegmentConfiguration;
use veragg::protocol::round::organiser::ConfigurationBuilder;
use veragg::protocol::round::phase::Phase;
use veragg::verifier::{Check, Options};
use veragg_lab::books::republished;
use veragg_lab::false_attester::{edge, own, False};
use veragg_lab::local::{play, LocalRound};
use veragg_lab::CorruptAggregator;
use veragg_lab::{configuration_builder, id, Finished, Scene};

use super::case::{Case, Edit};
use super::rounds::Written;
use crate::groth16::RoundWithSetUp;
use crate::reference::cases::path_of_colluders;
use crate::reference::equivocations as two;

/// A round that is played when it is asked for.
type Play = fn() -> Written;

/// The rounds, with their names.
pub(super) const ALL: &[(&str, Play)] = &[
    ("sparse", sparse),
    ("claims", claims),
    ("columns", columns),
    ("bulletproofs", bulletproofs),
    ("groth16", groth16),
    ("edge-that-nobody-opens", || written(unopened(1, 2))),
    ("edge-about-which-both-ends-lie", || written(unopened(5, 5))),
    ("third-round-of-unmask", || written(path_of_colluders(3))),
    ("no-round-of-unmask-left", || written(path_of_colluders(0))),
    ("client-left-out", || written(left_out())),
    ("cheater-kept", cheater_kept),
    ("sum-that-nobody-adds-up-to", || written(impossible())),
    ("complaint-with-two-channel-keys", || {
        written(two::complaint_with_two_channel_keys())
    }),
    ("complaint-about-two-confirmations", || {
        written(two::complaint_about_two_confirmations(9))
    }),
    ("mask-towards-two-keys", || {
        written(two::mask_towards_two_mask_keys(false))
    }),
    ("mask-towards-two-keys-and-dropout", || {
        written(two::mask_towards_two_mask_keys(true))
    }),
    ("edge-opened-with-two-keys", || {
        written(two::edge_opened_with_two_mask_keys())
    }),
    ("false-masks-towards-two-keys", || {
        written(two::false_masks_towards_two_keys_and_another())
    }),
    ("wrong-share-of-two-unmaskings", || {
        written(two::wrong_share_of_two_unmaskings(3, 3))
    }),
    ("later-wrong-share-of-two-unmaskings", || {
        written(two::wrong_share_of_two_unmaskings(7, 4))
    }),
];

fn written(finished: Finished) -> Written {
    Written::new(&finished)
}

/// Clients 3 and 7 attest different commitments about their edge, or the same false one.
fn unopened(one: u64, other: u64) -> Finished {
    let scene = Scene::new(10, &[(3, 100), (2, 7)]);
    let scene = scene.masking_falsely(3, &[edge(7, one)]);
    scene.masking_falsely(7, &[edge(3, other)]).play()
}

/// The aggregator leaves client 2 out of the list of submit, and a client more out of that of acknowledge.
fn left_out() -> Finished {
    let corrupt = CorruptAggregator::new().listing(|phase, mut list| {
        match phase {
            Phase::Submit => list.remove(id(2)),
            Phase::Acknowledge => list.remove(id(1)),
            _ => {}
        }
        list
    });
    corrupt.play(Scene::new(5, &[(3, 100)]))
}

/// Client 3 masks another vector than it committed to, and the aggregator keeps it among those who attested. Who leaves out
/// V-08 takes the lists at their word, and nobody is named for the sum.
fn cheater_kept() -> Written {
    let unattested = False {
        attested: false,
        ..own(5)
    };
    let scene = Scene::new(10, &[(3, 100)]).masking_falsely(3, &[unattested]);
    let corrupt = CorruptAggregator::new().listing(|phase, mut list| {
        if phase == Phase::Attest {
            list.insert(id(3));
        }
        list
    });
    let finished = corrupt.play(scene);
    let without = Case {
        skip: vec![Check::RowLinks.id().to_owned()],
        ..Case::new("without V-08.A", &finished.local.organiser)
    };
    Written {
        changes: vec![without],
        ..written(finished)
    }
}

/// The aggregator publishes -1 in place of a packed scalar.
fn impossible() -> Finished {
    let mut finished = Scene::new(4, &[(3, 100)]).play();
    finished.records = republished(&finished, |publication| {
        publication.opening[0] = -Fr::from(1u64);
    });
    finished
}

/// A sparse graph: 300 clients, of which each has some neighbours. Most neighbours of client 1 do not confirm, client 250
/// attests its self-mask falsely, and client 200 leaves after submit.
fn sparse() -> Written {
    loop {
        let segments = vec![SegmentConfiguration::integers("answer", 2, 2)];
        let builder = ConfigurationBuilder::new(segments, 4_000, 10_000, [7; 32]).columns(1);
        let local = veragg_lab::ready(300, builder).unwrap();
        let (graph, stay) = (local.round.graph(), local.round.threshold());
        let silent = graph.neighbours(id(1))[stay - 1..].to_vec();
        let gone: Vec<_> = silent.iter().copied().chain([id(1), id(200)]).collect();
        // Nobody else loses as many neighbours. Otherwise the round could not be delivered.
        let keeps_enough = |client| {
            let neighbours = graph.neighbours(client).iter();
            gone.contains(&client)
                || neighbours.filter(|other| !gone.contains(other)).count() >= stay
        };
        let others = [id(200), id(250)];
        if silent.iter().any(|client| others.contains(client))
            || !ClientId::all(300).all(keeps_enough)
        {
            continue;
        }
        let leave = |scene: Scene, client: &ClientId| scene.dropping(client.number(), Phase::Share);
        let scene = silent.iter().fold(Scene::of(local), leave);
        let scene = scene.dropping(200, Phase::Submit);
        return written(scene.masking_falsely(250, &[own(1)]).play());
    }
}

/// A one-hot vote, a clipped norm and a sum at most. The proof of client 2 fails in its range, that of client 4 in the
/// norm, and that of client 6 in the sum.
fn claims() -> Written {
    let segment = |name: &str, claims| SegmentConfiguration {
        name: name.to_owned(),
        claims,
        decimals: 0,
        offset: 0,
    };
    let segments = vec![
        segment(
            "vote",
            Segment {
                sum: Some(SumRule::Equal(1)),
                ..Segment::range(4, 2)
            },
        ),
        segment(
            "clipped",
            Segment {
                norm: Some(Norm {
                    offset: 50,
                    max_square: 100,
                }),
                ..Segment::range(3, 100)
            },
        ),
        segment(
            "budget",
            Segment {
                sum: Some(SumRule::AtMost(9)),
                ..Segment::range(3, 8)
            },
        ),
    ];
    let builder = ConfigurationBuilder::new(segments, 100_000, 200_000, [7; 32]);
    let local = veragg_lab::ready(10, builder).unwrap();
    let mut scene = Scene::of(local);
    for number in 1..=10 {
        let mut input = vec![0; 4];
        input[number as usize % 4] = 1;
        input.extend([50, 45 + u64::from(number), 52]);
        input.extend([u64::from(number % 8), 1, 0]);
        scene.inputs[id(number).index()] = input;
        scene.parties[id(number).index()] = Box::new(scene.honest(number));
    }
    let lengths = scene.local.round.submit_lengths();
    // A range proof of one value of 64 bits ends with its last scalar; the norm's comes before the sum's.
    let range = 32 * (9 + 2 * 6);
    let proof = lengths[0];
    let places = [
        (2, proof - 2 * range - 32),
        (4, proof - range - 32),
        (6, proof - 32),
    ];
    let change = |scene: Scene, (number, at): (u32, usize)| {
        scene.altering_parts(number, Phase::Submit, lengths.clone(), move |parts| {
            parts[0][at] ^= 1
        })
    };
    written(places.into_iter().fold(scene, change).play())
}

/// Rows of four columns, and a client whose proof does not hold.
fn columns() -> Written {
    let builder = configuration_builder(5, &[(90, 100), (2, 8)]).columns(4);
    let scene = Scene::of(veragg_lab::ready(5, builder).unwrap());
    let lengths = scene.local.round.submit_lengths();
    let end = lengths[0] - 32;
    let scene = scene.altering_parts(2, Phase::Submit, lengths, move |parts| parts[0][end] ^= 1);
    written(scene.play())
}

/// The other suite, with two honest clients less in the end.
fn bulletproofs() -> Written {
    let segments = vec![SegmentConfiguration::integers("answers", 3, 101)];
    let builder = ConfigurationBuilder::new(segments, 0, 250_000, [7; 32]);
    let local = LocalRound::<RistrettoBulletproofs>::new(5, builder, &mut OsRng).unwrap();
    let client = |number: u32| {
        let client = local
            .client(id(number), vec![100, 0, u64::from(number)])
            .unwrap();
        match number {
            3 => client.dropping_out_after(Phase::Confirm),
            _ => client,
        }
    };
    let mut clients: Vec<_> = (1..=5).map(client).collect();
    let aggregator = local.aggregator(Vec::new()).unwrap();
    let played = play(aggregator, &mut clients, |_| ()).unwrap();
    let records = played.aggregator.records().unwrap();
    Written {
        board: local.board(&records),
        options: Options::with_organiser(local.organiser),
        changes: Vec::new(),
    }
}

/// The suite with a set-up: client 3 drops out, and client 4 proves something else than it commits to.
fn groth16() -> Written {
    let RoundWithSetUp {
        set_up,
        other,
        local,
        board,
    } = RoundWithSetUp::play();
    let transcript = set_up.files.transcript;
    let options = Options {
        organiser: Some(local.organiser),
        set_up: Some(transcript.clone()),
        contributors: vec![set_up.contributors[0]],
        ..Options::default()
    };
    let case = |what: &str, change: &dyn Fn(&mut Options)| {
        let mut options = options.clone();
        change(&mut options);
        Case::new(what, &local.organiser).given(&options)
    };
    // The key fills the end of the header, behind its length.
    let header = local.header.encode().len();
    let start = header - local.header.key.len();
    let another_key = Edit::new(start - 4, header - start + 4, &{
        let key = &other.files.verifying_key;
        [&(key.len() as u32).to_be_bytes(), &key[..]].concat()
    });
    let mut flipped = transcript.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let longer = [&transcript[..], &[0]].concat();
    let changes = vec![
        case("no transcript", &|options| options.set_up = None),
        case("nobody is named", &|options| options.contributors.clear()),
        case("somebody else is named", &|options| {
            options.contributors = vec![local.organiser];
        }),
        case("both contributors are named", &|options| {
            options.contributors = set_up.contributors.to_vec();
        }),
        case("the transcript of another set-up", &|options| {
            options.set_up = Some(other.files.transcript.clone());
            options.contributors = other.contributors.to_vec();
        }),
        case("the beacon was changed", &|options| {
            options.set_up = Some(flipped.clone())
        }),
        case("a byte behind the transcript", &|options| {
            options.set_up = Some(longer.clone())
        }),
        case("the key of another set-up in the file", &|_| ()).with_edits([another_key]),
        case("a byte of the key was changed", &|_| ()).with_edits([Edit::new(
            header - 1,
            1,
            &[board[header - 1] ^ 1],
        )]),
    ];
    Written {
        board,
        options,
        changes,
    }
}
