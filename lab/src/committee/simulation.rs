//! Random rounds of the committee protocol with random attackers, and an oracle that is too simple to be wrong: nobody honest is named,
//! whoever is honest and speaks is in the sum of an honest aggregator, and a verified sum is that of the contributors' inputs.
#![allow(clippy::unwrap_used)]

mod corrupt;
mod draw;
mod honest;

use std::collections::BTreeSet;
use std::panic::{catch_unwind, AssertUnwindSafe};

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use veragg_protocol::circuits::group::Ristretto;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::pairwise::publish::Publication;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{Record, RecordKind};
use veragg_protocol::wire::message::Message;
use veragg_verifier::{Culprit, Options, Report, Verdict};

use self::draw::Drawn;
use super::{audited, Parties};
use crate::workers::side_by_side;

/// Something that must not happen.
#[derive(Debug)]
pub struct Finding {
    /// The number of the round, from 0.
    pub round: u64,
    /// Who was corrupt, and how.
    pub drawn: String,
    /// What the oracle objects to.
    pub what: String,
}

/// What a simulation came to.
#[derive(Debug, Default)]
pub struct Simulated {
    /// Rounds that were played.
    pub played: u64,
    /// Rounds that ended without a sum.
    pub unfinished: u64,
    /// Rounds in which somebody was named.
    pub named: u64,
    /// What must not happen, in the order of the rounds.
    pub findings: Vec<Finding>,
}

/// A round that was played, before it is judged.
struct Played {
    /// The board as a file.
    file: Vec<u8>,
    records: Vec<Record>,
    /// Who has broken a rule, as a report names it.
    corrupt: BTreeSet<String>,
    /// Whether the round must have come to a verified sum.
    must_deliver: bool,
}

/// Plays so many rounds. The seed decides who is corrupt, and what they do; keys are fresh in each round.
pub fn simulate(rounds: u64, seed: u64) -> Simulated {
    let mut simulated = Simulated::default();
    for (round, came) in (0..).zip(side_by_side(rounds, |round| play(round, seed))) {
        simulated.played += 1;
        match came {
            Ok((finished, named)) => {
                simulated.unfinished += u64::from(!finished);
                simulated.named += u64::from(named);
            }
            Err((drawn, what)) => simulated.findings.push(Finding { round, drawn, what }),
        }
    }
    simulated
}

/// Plays one round. Gives whether it is finished, and whether somebody is named; or what must not happen.
fn play(round: u64, seed: u64) -> Result<(bool, bool), (String, String)> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&round.to_le_bytes());
    let mut rng = ChaCha20Rng::from_seed(bytes);
    let drawn = Drawn::new(&mut rng);
    let shown = format!("{drawn:?}");
    let played = catch_unwind(AssertUnwindSafe(|| {
        let parties = drawn.parties();
        let played = match drawn.is_corrupt {
            true => corrupt::play(&drawn, &parties, &mut rng),
            false => honest::play(&drawn, &parties, &mut rng),
        };
        judge(&drawn, &parties, &played)
    }));
    match played {
        Ok(Ok(came)) => Ok(came),
        Ok(Err(what)) => Err((shown, what)),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or(panic.downcast_ref::<&str>().map(|it| (*it).to_owned()));
            Err((shown, format!("panicked: {}", text.unwrap_or_default())))
        }
    }
}

fn judge(drawn: &Drawn, parties: &Parties, played: &Played) -> Result<(bool, bool), String> {
    let options = Options::with_organiser(parties.organiser.verifying_key());
    let report = audited(&played.file, &options);
    for fault in &report.faults {
        let culprit = fault.culprit.to_string();
        let guilty = match fault.culprit {
            Culprit::Aggregator => drawn.is_corrupt,
            _ => played.corrupt.contains(&culprit),
        };
        if !guilty {
            return Err(format!("{culprit} is named, and honest\n{report}"));
        }
    }
    let verified = report.verdict == Verdict::Verified;
    if played.must_deliver && !verified {
        return Err(format!("the round has no verified sum\n{report}"));
    }
    if verified {
        is_right(drawn, parties, &report, &played.records)?;
    }
    if played.must_deliver {
        let missing = drawn.honest().find(|it| !report.contributors.contains(it));
        if let Some(client) = missing {
            return Err(format!(
                "client {client} is honest, spoke, and is not in the sum\n{report}"
            ));
        }
    }
    Ok((verified, !report.faults.is_empty()))
}

/// Whether the published sum is that of the inputs of the contributors.
fn is_right(
    drawn: &Drawn,
    parties: &Parties,
    report: &Report,
    records: &[Record],
) -> Result<(), String> {
    let (round, _) = parties.round();
    let publication = records.iter().rev().find_map(|record| {
        let message = Message::decode(&record.bytes).ok()?;
        let is_one = record.kind == RecordKind::Message && message.envelope.phase == Phase::Publish;
        is_one.then_some(message.body)
    });
    let (scalars, clients) = (round.opening_scalars(), round.clients());
    let published = Publication::<Ristretto>::decode_committee(
        &publication.ok_or("a verified board has no publication")?,
        scalars,
        clients,
    );
    let published = published.map_err(|error| error.to_string())?;
    let layout = round.proofs().layout();
    let packed = &published.opening[..layout.scalars()];
    let sums = layout.unpack(packed, report.contributors.len() as u32);
    let mut want = vec![0; drawn.len];
    for client in &report.contributors {
        for (sum, x) in want.iter_mut().zip(drawn.input(*client)) {
            *sum += u128::from(x);
        }
    }
    match sums == Ok(want) {
        true => Ok(()),
        false => Err(format!("the verified sum is another one\n{report}")),
    }
}
