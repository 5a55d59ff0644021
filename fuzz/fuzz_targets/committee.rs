//! The committee protocol: files of boards that somebody without a key has changed, messages that nobody signed, uploads of clients, and
//! packages for trustees. Nothing panics; nobody is named for what anybody could have done; a trustee checks only what the checkpoint signs.
#![no_main]

use std::io::Cursor;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use rand_core::OsRng;
use veragg::lab::boards::{Case, BOARDS};
use veragg::lab::committee::play::{honest_submit, input, parties};
use veragg::lab::committee::{store, Parties, Suite};
use veragg::protocol::aggregator::Reply;
use veragg::protocol::committee::aggregator::Aggregator;
use veragg::protocol::committee::client::Saved;
use veragg::protocol::committee::package::TrusteePackage;
use veragg::protocol::committee::round::Invitation;
use veragg::protocol::crypto::ids::TrusteeId;
use veragg::protocol::wire::board::Record;
use veragg::verifier::{audit, evidence, Culprit};
use veragg_fuzz::Script;

/// A board, whom an audit of it may name, and where its records begin.
struct Board {
    case: Case,
    guilty: Vec<String>,
    ends: Vec<usize>,
}

/// How many boards there are.
fn boards() -> usize {
    BOARDS.iter().map(|cases| cases.len()).sum()
}

/// One of them. It is played when the first input asks for it: all of them together take longer than one input may.
fn board_at(at: usize) -> &'static Board {
    static ALL: OnceLock<Vec<OnceLock<Board>>> = OnceLock::new();
    let all = ALL.get_or_init(|| (0..boards()).map(|_| OnceLock::new()).collect());
    all[at].get_or_init(|| {
        let mut builds = BOARDS.into_iter().flatten();
        let (_, build) = builds.nth(at).expect("the place is below their number");
        board(build())
    })
}

fn board(case: Case) -> Board {
    let report = case.report();
    let named = report.faults.iter().map(|fault| fault.culprit.to_string());
    let guilty = named.chain(case.unnamed.iter().cloned()).collect();
    let header = veragg::protocol::wire::header::Header::read(&mut &case.board[..]).unwrap();
    let mut ends = vec![header.encode().len()];
    while let Some(at) = ends.last().copied().filter(|at| *at < case.board.len()) {
        let length: [u8; 4] = case.board[at + 1..at + 5].try_into().unwrap();
        ends.push(at + 5 + u32::from_be_bytes(length) as usize);
    }
    Board { case, guilty, ends }
}

/// A round of which submit is closed, and the package of each trustee.
struct Checked {
    parties: Parties,
    packages: Vec<Vec<u8>>,
}

fn checked() -> &'static Checked {
    static ONE: OnceLock<Checked> = OnceLock::new();
    ONE.get_or_init(|| {
        let parties = parties();
        let desk = honest_submit(&parties);
        let packages = TrusteeId::all(4)
            .map(|trustee| desk.submit_package(trustee))
            .collect();
        Checked { parties, packages }
    })
}

fuzz_target!(|data: &[u8]| {
    let mut script = Script(data);
    match script.byte() {
        Some(kind) if kind % 4 == 0 => package(&mut script),
        Some(kind) if kind % 4 == 1 => bytes(script.0),
        Some(kind) if kind % 8 == 7 => upload(&mut script),
        Some(_) => file(&mut script),
        None => {}
    }
});

/// A file that somebody has changed, and messages that were handed over.
fn file(script: &mut Script<'_>) {
    let Some(at) = script.below(boards()) else {
        return;
    };
    let board = board_at(at);
    let mut records: Vec<Vec<u8>> = board
        .ends
        .windows(2)
        .map(|pair| board.case.board[pair[0]..pair[1]].to_vec())
        .collect();
    let mut options = board.case.options.clone();
    while edit(&mut records, &mut options.messages, script).is_some() {}
    let header = &board.case.board[..board.ends[0]];
    let changed = [header, &records.concat()].concat();
    let Ok(report) = audit(Cursor::new(&changed), &options) else {
        return;
    };
    for fault in &report.faults {
        let culprit = fault.culprit.to_string();
        let signed = fault.culprit == Culprit::Organiser;
        assert!(signed || board.guilty.contains(&culprit), "{report}");
    }
}

/// One edit of the records, or of what was handed over.
fn edit(
    records: &mut Vec<Vec<u8>>,
    messages: &mut Vec<Vec<u8>>,
    script: &mut Script<'_>,
) -> Option<()> {
    let kind = script.byte()?;
    let at = script.below(records.len())?;
    match kind % 7 {
        0 => {
            records.remove(at);
        }
        1 => records.insert(at, records[at].clone()),
        2 => {
            let to = script.below(records.len())?;
            records.swap(at, to);
        }
        3 => {
            let place = script.below(records[at].len())?;
            let byte = script.byte()?;
            records[at][place] ^= byte;
        }
        4 => records.truncate(at),
        // Messages of this and of other rounds are handed over, cut or whole.
        5 => {
            let bytes = records[at].get(5..)?;
            let length = [167, bytes.len()][usize::from(script.byte()? & 1)];
            messages.push(bytes.get(..length)?.to_vec());
        }
        _ => {
            let other = board_at(script.below(boards())?);
            let of = script.below(other.ends.len().checked_sub(1)?)?;
            let record = other.case.board.get(other.ends[of]..other.ends[of + 1])?;
            records.insert(at, record.to_vec());
        }
    }
    Some(())
}

/// A package that was changed on the way. If the trustee answers it, it is the true one.
fn package(script: &mut Script<'_>) {
    let round = checked();
    let Some(index) = script.below(4) else { return };
    let mut changed = round.packages[index].clone();
    change(&mut changed, script);
    let same = changed == round.packages[index];
    let trustee = round.parties.trustee(index);
    let answered = trustee.check(Cursor::new(changed), u64::MAX, &mut OsRng).is_ok();
    assert_eq!(answered, same);
}

/// A client's upload that was changed on the way. If the aggregator takes it, it is the true one, and the log holds the whole message.
fn upload(script: &mut Script<'_>) {
    static SENT: OnceLock<Saved> = OnceLock::new();
    let parties = &checked().parties;
    let sent = SENT.get_or_init(|| {
        let client = parties.client(1);
        let sent = client.submit(&input(1), &mut OsRng, &mut store());
        sent.expect("an honest input")
    });
    let mut changed = sent.upload();
    change(&mut changed, script);
    let same = changed == sent.upload();
    let mut aggregator = aggregator(parties);
    let reply = aggregator.receive(changed, 0).expect("a log in memory");
    assert_eq!(matches!(reply, Reply::Receipt(_)), same);
    let taken = aggregator.log().iter().map(|record| &record.bytes[..]);
    assert!(taken.eq(same.then_some(sent.message())));
}

/// An aggregator to whom nobody has spoken.
fn aggregator(parties: &Parties) -> Aggregator<Suite, Vec<Record>> {
    let (entered, roster) = parties.round();
    let key = std::sync::Arc::clone(&parties.aggregator);
    Aggregator::open(entered, roster, key, Vec::new()).expect("an empty log")
}

/// Changes of bytes.
fn change(bytes: &mut Vec<u8>, script: &mut Script<'_>) {
    while let (Some(byte), Some(at)) = (script.byte(), script.below(bytes.len())) {
        match byte {
            0 => bytes.truncate(at),
            _ => bytes[at] ^= byte,
        }
        if bytes.is_empty() {
            break;
        }
    }
}

/// Bytes that may be anything.
fn bytes(bytes: &[u8]) {
    let round = &checked().parties;
    let _ = Invitation::decode(bytes).map(|it| assert_eq!(it.encode(), bytes));
    let _ = TrusteePackage::decode(bytes, 6).map(|it| assert_eq!(it.encode(), bytes));
    let _ = Saved::decode(bytes);
    let organiser = round.organiser.verifying_key();
    let _ = evidence::check(Cursor::new(bytes), &organiser);
    let mut aggregator = aggregator(round);
    let reply = aggregator.receive(bytes.to_vec(), 0);
    assert!(matches!(reply, Ok(Reply::Refusal(_))));
}
