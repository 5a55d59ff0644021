//! A round of seven clients, and what anybody with its file could do to it; what an auditor can be given, and leave out.

use serde_json::{json, Value};
use veragg::protocol::crypto::signing::{hex, SigningKey};
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg::protocol::wire::receipt::Receipt;
use veragg::verifier::{Check, Options};
use veragg_lab::books::checkpoint_signed_by;
use veragg_lab::{Finished, Scene};

use super::case::{Case, Edit};
use super::rounds::{Layout, RecordLayout, Written};

const SEGMENTS: [(usize, u64); 2] = [(3, 100), (2, 8)];

/// The round: the proof of client 2 does not hold, client 4 leaves after confirm, and client 6 never speaks.
fn play() -> Finished {
    let scene = Scene::new(9, &SEGMENTS);
    let lengths = scene.local.round.submit_lengths();
    let end = lengths[0] - 32;
    let scene = scene.dropping(4, Phase::Confirm).silent(6);
    let flip = move |parts: &mut Vec<Vec<u8>>| parts[0][end] ^= 1;
    scene.altering_parts(2, Phase::Submit, lengths, flip).play()
}

pub(super) fn everybody() -> Written {
    let finished = play();
    let mut written = Written::new(&finished);
    let board = &written.board;
    let layout = Layout::of(board);
    let mut changes = Vec::new();
    changes.extend(cut(&finished, board, &layout));
    changes.extend(altered(&finished, board, &layout));
    changes.extend(not_a_board(&finished, &layout));
    changes.extend(given(&finished));
    changes.extend(sums(&finished));
    written.changes = changes;
    written
}

fn case(finished: &Finished, what: &str, edits: impl IntoIterator<Item = Edit>) -> Case {
    Case::new(what, &finished.local.organiser).with_edits(edits)
}

/// The board ends behind each of its records.
fn cut(finished: &Finished, board: &[u8], layout: &Layout) -> Vec<Case> {
    let ends = layout.records.iter().map(|record| record.at);
    let cut = |(records, at)| {
        let what = format!("the board ends behind {records} records");
        case(finished, &what, [Edit::new(at, board.len() - at, &[])])
    };
    (0..).zip(ends).map(cut).collect()
}

/// Bytes of the records with their heads.
fn bytes<'a>(board: &'a [u8], record: &RecordLayout) -> &'a [u8] {
    &board[record.at..record.at + 5 + record.len]
}

/// Bits are changed, and records are taken out, doubled, moved and added.
fn altered(finished: &Finished, board: &[u8], layout: &Layout) -> Vec<Case> {
    let mut cases = Vec::new();
    let flip = |at: usize| Edit::new(at, 1, &[board[at] ^ 1]);
    let mut phase = Phase::Advertise.name();
    let mut first = true;
    for record in &layout.records {
        let content = record.at + 5;
        if record.is_message && first {
            // Behind the version, the context, the phase, the sender, the answer, the root and the signature.
            let fields = [
                ("version", 1),
                ("context", 2),
                ("phase", 34),
                ("sender", 38),
                ("answer", 39),
                ("root", 71),
                ("signature", 103),
                ("body", 167),
                ("last byte", record.len - 1),
            ];
            for (field, at) in fields.into_iter().filter(|(_, at)| *at < record.len) {
                let what = format!("a bit of the first message of {phase} is another: {field}");
                cases.push(case(finished, &what, [flip(content + at)]));
            }
            let out = Edit::new(record.at, 5 + record.len, &[]);
            cases.push(case(
                finished,
                &format!("the first message of {phase} is gone"),
                [out],
            ));
            let twice = Edit::new(record.at, 0, bytes(board, record));
            cases.push(case(
                finished,
                &format!("the first message of {phase} stands twice"),
                [twice],
            ));
            first = false;
        }
        if !record.is_message {
            let fields = [
                ("version", 1),
                ("context", 2),
                ("phase", 34),
                ("previous", 35),
                ("size", 74),
                ("root", 75),
                ("list", 107),
                ("signature", record.len - 64),
            ];
            for (field, at) in fields {
                let what = format!("a bit of the checkpoint of {phase} is another: {field}");
                cases.push(case(finished, &what, [flip(content + at)]));
            }
            let out = Edit::new(record.at, 5 + record.len, &[]);
            cases.push(case(
                finished,
                &format!("the checkpoint of {phase} is gone"),
                [out],
            ));
            let next = layout.records.iter().find(|next| next.at > record.at);
            let next = next
                .filter(|next| board[next.at] == 1)
                .map(|next| board[next.at + 5 + 34]);
            phase = next
                .and_then(Phase::from_number)
                .map_or("a phase without messages", Phase::name);
            first = true;
        }
    }
    let [one, two] = [3, 4].map(|at: usize| &layout.records[at]);
    let both = [bytes(board, two), bytes(board, one)].concat();
    let swapped = Edit::new(one.at, both.len(), &both);
    cases.push(case(
        finished,
        "two messages have changed places",
        [swapped],
    ));
    let added = Edit::new(board.len(), 0, bytes(board, one));
    cases.push(case(finished, "a record follows the end", [added]));
    cases.push(case(
        finished,
        "two records follow the end",
        [added_twice(board, one)],
    ));
    let noise = [&[1, 0, 0, 0, 200][..], &[0xff; 200]].concat();
    cases.push(case(
        finished,
        "a record holds no message",
        [Edit::new(one.at, 0, &noise)],
    ));
    let noise = [&[2, 0, 0, 0, 7][..], &[0xff; 7]].concat();
    cases.push(case(
        finished,
        "a record holds no checkpoint",
        [Edit::new(one.at, 0, &noise)],
    ));
    cases.push(case(
        finished,
        "an empty record",
        [Edit::new(one.at, 0, &[1, 0, 0, 0, 0])],
    ));
    cases
}

fn added_twice(board: &[u8], record: &RecordLayout) -> Edit {
    Edit::new(board.len(), 0, &[bytes(board, record); 2].concat())
}

/// Files that are no board.
fn not_a_board(finished: &Finished, layout: &Layout) -> Vec<Case> {
    let (first, last) = (&layout.records[0], layout.records.last().unwrap());
    let end = last.at + 5 + last.len;
    let cut = |at: usize| Edit::new(at, end - at, &[]);
    let cases = [
        ("nothing", cut(0)),
        ("the file ends in its beginning", cut(5)),
        ("the file ends in the configuration", cut(50)),
        ("the file ends in the roster", cut(layout.header - 1)),
        ("the file ends in the head of a record", cut(first.at + 3)),
        ("the file ends in a record", cut(first.at + 100)),
        ("the file ends in the last record", cut(end - 1)),
        ("a byte follows the end", Edit::new(end, 0, &[1])),
        (
            "a record of an unknown kind follows the end",
            Edit::new(end, 0, &[3, 0, 0, 0, 0]),
        ),
        ("another beginning", Edit::new(0, 1, b"w")),
        ("a version that there is not", Edit::new(7, 1, &[3])),
        (
            "another version than that of the configuration",
            Edit::new(7, 1, &[1]),
        ),
        ("a record of kind 0", Edit::new(first.at, 1, &[0])),
        ("a record of kind 3", Edit::new(first.at, 1, &[3])),
        (
            "a record that is longer than any of the round",
            Edit::new(first.at + 1, 1, &[1]),
        ),
        (
            "a configuration that is longer than any",
            Edit::new(8, 1, &[1]),
        ),
    ];
    let cases = cases
        .into_iter()
        .map(|(what, edit)| case(finished, what, [edit]));
    cases.collect()
}

/// Other keys, receipts and checkpoints, and checks that are left out.
fn given(finished: &Finished) -> Vec<Case> {
    let as_it_is = |what: &str| case(finished, what, []);
    let stranger = SigningKey::from_bytes(&[9; 32]);
    let aggregator = &finished.local.aggregator_key;
    let mut cases = vec![
        Case {
            organiser: None,
            ..as_it_is("without a key")
        },
        Case {
            organiser: None,
            any_organiser: true,
            ..as_it_is("any organiser will do")
        },
        Case {
            organiser: Some(stranger.verifying_key().fingerprint()),
            ..as_it_is("another key")
        },
    ];
    let with_receipts = |what: &str, receipts: Vec<Receipt>| {
        let options = Options {
            receipts,
            ..Options::default()
        };
        as_it_is(what).given(&options)
    };
    let real = |at: usize| finished.receipts[at].2.clone();
    let Receipt {
        context,
        index,
        entry,
        ..
    } = real(7);
    let mut of_another_round = context;
    of_another_round.digest[0] ^= 1;
    cases.extend([
        with_receipts(
            "with all receipts",
            finished
                .receipts
                .iter()
                .map(|given| given.2.clone())
                .collect(),
        ),
        with_receipts(
            "a receipt for another leaf",
            vec![
                real(3),
                Receipt::sign(aggregator, context, index + 1, entry),
            ],
        ),
        with_receipts(
            "a receipt for a leaf behind the end",
            vec![Receipt::sign(aggregator, context, 9999, entry)],
        ),
        with_receipts(
            "a receipt of somebody else",
            vec![Receipt::sign(&stranger, context, index, entry)],
        ),
        with_receipts(
            "a receipt of another round",
            vec![Receipt::sign(aggregator, of_another_round, index, entry)],
        ),
        with_receipts(
            "25 receipts that were not kept",
            (0..25)
                .map(|more| Receipt::sign(aggregator, context, 9000 + more, entry))
                .collect(),
        ),
    ]);
    let checkpoints: Vec<Checkpoint> = finished
        .records
        .iter()
        .filter_map(|record| Checkpoint::decode(&record.bytes, 9).ok())
        .collect();
    let with_checkpoints = |what: &str, checkpoints: Vec<Checkpoint>| {
        let options = Options {
            checkpoints,
            ..Options::default()
        };
        as_it_is(what).given(&options)
    };
    let signed_by = |key: &SigningKey, of: &Checkpoint, phase: Phase, byte: u8| {
        let mut other = of.clone();
        other.phase = phase;
        other.root.hash[0] ^= byte;
        checkpoint_signed_by(key, other)
    };
    let submit = &checkpoints[3];
    let further = signed_by(aggregator, submit, Phase::Unmask(1), 0);
    cases.extend([
        with_checkpoints("with all checkpoints", checkpoints.clone()),
        with_checkpoints(
            "another checkpoint",
            vec![signed_by(aggregator, submit, Phase::Submit, 1)],
        ),
        with_checkpoints(
            "another checkpoint of somebody else",
            vec![signed_by(&stranger, submit, Phase::Submit, 1)],
        ),
        with_checkpoints(
            "a checkpoint of a phase that there was not",
            vec![further.clone()],
        ),
        with_checkpoints(
            "two checkpoints of such a phase",
            vec![further, signed_by(aggregator, submit, Phase::Unmask(1), 1)],
        ),
    ]);
    for check in Check::ALL.iter().filter(|check| check.can_be_skipped()) {
        let skip = vec![check.id().to_owned()];
        cases.push(Case {
            skip,
            ..as_it_is(&format!("without {}", check.id()))
        });
    }
    cases
}

/// Sums that were published elsewhere.
fn sums(finished: &Finished) -> Vec<Case> {
    let contributors = [1, 3, 5, 7, 8, 9];
    let sums: Vec<_> = finished
        .sum(&contributors)
        .iter()
        .map(u128::to_string)
        .collect();
    let (one, two) = sums.split_at(SEGMENTS[0].0);
    let segment = |name: &str, sums: &[String]| json!({ "name": name, "decimals": 0, "offset": 0, "sums": sums });
    let right = json!({
        "protocol": 2,
        "context": finished.local.round.context().to_string(),
        "contributors": contributors,
        "segments": [segment("segment 0", one), segment("segment 1", two)],
    });
    let with = |what: &str, change: &dyn Fn(&mut Value)| {
        let mut aggregate = right.clone();
        change(&mut aggregate);
        Case {
            aggregate: Some(aggregate),
            ..case(finished, what, [])
        }
    };
    vec![
        with("with the sums", &|_| {}),
        with("another sum", &|it| {
            it["segments"][0]["sums"][1] = json!("7")
        }),
        with("sums of other contributors", &|it| {
            it["contributors"] = json!([1, 2, 3])
        }),
        with("sums of another round", &|it| {
            it["context"] = json!("00".repeat(32))
        }),
        with("a segment of another name", &|it| {
            it["segments"][1]["name"] = json!("other")
        }),
        with("a segment of another offset", &|it| {
            it["segments"][1]["offset"] = json!(-1)
        }),
        with("other decimals", &|it| {
            it["segments"][1]["decimals"] = json!(2)
        }),
        with("a sum too few", &|it| {
            it["segments"][1]["sums"].as_array_mut().unwrap().pop();
        }),
        with("a segment too few", &|it| {
            it["segments"].as_array_mut().unwrap().pop();
        }),
        Case {
            what: "other sums, and V-12 left out".to_owned(),
            skip: vec![Check::Aggregate.id().to_owned()],
            ..with("", &|it| it["segments"][0]["sums"][1] = json!(hex(&[7])))
        },
    ]
}
