//! V-10 to V-13: the publication, what the auditor compares it with, and receipts.

use std::sync::Arc;

use veragg_protocol::circuits::group::ristretto::Fr;
use veragg_protocol::circuits::group::Ristretto;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::pairwise::publish::{Outcome, Publication};
use veragg_protocol::round::configuration::Configuration;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::roster::Roster;
use veragg_protocol::round::Round;
use veragg_protocol::wire::receipt::Receipt;

use super::case::Case;
use super::judged::Off;
use super::{ALL, SMALL};
use veragg_lab::books::republished;
use veragg_lab::CorruptAggregator;
use veragg_lab::{configuration_builder, Finished, Scene};
use veragg_verifier::aggregate_metadata::{AggregateMetadata, SegmentMetadata};
use veragg_verifier::Check;

fn honest() -> Finished {
    Scene::new(4, &SMALL).play()
}

/// The round with a changed publication.
fn publishing(finished: &Finished, alter: impl FnOnce(&mut Publication<Ristretto>)) -> Case {
    Case::with(finished, &republished(finished, alter))
}

pub(super) fn another_outcome(off: &Off) {
    // A contributor left out, an absent client invented, and one accused.
    for (client, outcome) in [
        (1, Outcome::Dropped(Phase::Submit)),
        (3, Outcome::Contributed),
        (3, Outcome::Faulty(Phase::Submit)),
    ] {
        let finished = Scene::new(4, &SMALL).dropping(4, Phase::Confirm).play();
        let case = publishing(&finished, |publication| {
            publication.outcomes[client] = outcome
        });
        case.assert_summaries(off, "failed V-10, naming aggregator V-10", "verified");
    }
}

/// A round whose configuration asks for the acknowledgements of all four clients. Its clients and its aggregator use
/// another configuration, by which three are enough.
pub(super) fn careless() -> Scene {
    let builder = configuration_builder(4, &SMALL).min_contributors(4);
    let local = veragg_lab::ready(4, builder);
    let mut local = local.unwrap();
    let signed = &local.header.configuration;
    let mut configuration = Configuration::decode(&signed.bytes).unwrap();
    configuration.min_contributors = 3;
    let roster = Roster::decode(&local.header.roster).unwrap();
    let round = Round::assemble(None, configuration, signed.context(), roster, &[]);
    local.round = Arc::new(round.unwrap());
    Scene::of(local)
}

pub(super) fn too_few_acknowledgements(off: &Off) {
    let finished = CorruptAggregator::new().play(careless().dropping(4, Phase::Attest));
    let case = Case::of(&finished).and_sums(finished.sum(&ALL));
    case.assert_summaries(off, "failed V-10, naming aggregator V-10", "verified");
}

pub(super) fn a_false_sum(off: &Off) {
    let finished = honest();
    let mut sums = finished.sum(&ALL);
    sums[0] += 1;
    let case = publishing(&finished, |publication| {
        publication.opening[0] += Fr::from(1u64);
    });
    let failed = "failed V-11, naming aggregator V-11";
    case.and_sums(sums)
        .assert_summaries(off, failed, "verified");
}

pub(super) fn a_false_sum_and_its_author(off: &Off) {
    let case = publishing(&honest(), |publication| {
        publication.opening[0] += Fr::from(1u64);
    });
    case.assert_summaries(off, "failed V-11, naming aggregator V-11", "failed V-11");
}

pub(super) fn a_sum_beyond_all_sums(off: &Off) {
    // Three coordinates of nine bits are packed into one scalar. If V-11 and V-07 hold, this step holds too; so it
    // is needed only where one of them is skipped.
    let mut case = publishing(&honest(), |publication| {
        publication.opening[0] += Fr::from(1u64 << 27);
    });
    case.options.skip.insert(Check::Opening);
    case.assert_summaries(off, "failed V-12", "incomplete");
}

pub(super) fn metadata_of_other_sums(off: &Off) {
    let finished = honest();
    let metadata = AggregateMetadata {
        context: finished.local.round.context().to_string(),
        contributors: ALL.to_vec(),
        segments: vec![SegmentMetadata {
            name: "segment 0".to_owned(),
            len: 3,
            decimals: 0,
            offset: 0,
        }],
    };
    let alterations: [fn(&mut AggregateMetadata); 3] = [
        |metadata| metadata.context.push('0'),
        |metadata| metadata.contributors.truncate(3),
        |metadata| metadata.segments[0].decimals = 1,
    ];
    for alter in alterations {
        let mut metadata = metadata.clone();
        alter(&mut metadata);
        let mut case = Case::of(&finished);
        case.options.metadata = Some(metadata);
        case.assert_summaries(off, "failed V-12", "verified");
    }
}

pub(super) fn sums_that_are_others(off: &Off) {
    let finished = honest();
    let mut others = finished.sum(&ALL);
    others[2] += 1;
    let more = [finished.sum(&ALL), vec![0]].concat();
    for sums in [others, more] {
        let case = Case::of(&finished).and_sums(sums);
        case.assert_summaries(off, "failed V-12", "verified");
    }
}

/// The auditor has a receipt for a real message, but with an index that is too high by `behind`.
fn promised(finished: &Finished, key: &SigningKey, behind: u64) -> Case {
    let real = &finished.receipts[7].2;
    let mut case = Case::of(finished);
    let receipt = Receipt::sign(key, real.context, real.index + behind, real.entry);
    case.options.receipts = vec![receipt];
    case
}

pub(super) fn a_receipt_that_somebody_made_up(off: &Off) {
    let finished = honest();
    let case = promised(&finished, &finished.local.client_keys[2], 1);
    let framed = "failed V-13, naming aggregator V-13";
    case.assert_summaries(off, "failed V-13", framed);
}

pub(super) fn a_receipt_that_was_not_kept(off: &Off) {
    let finished = honest();
    for behind in [1, 500] {
        let case = promised(&finished, &finished.local.aggregator_key, behind);
        case.assert_summaries(off, "failed V-13, naming aggregator V-13", "verified");
    }
}

pub(super) fn two_receipts_for_one_leaf(off: &Off) {
    let finished = honest();
    let mut case = Case::with(&finished, &finished.records[..2]);
    let real = finished.receipts[3].2.clone();
    let other = finished.receipts[2].2.entry;
    let key = &finished.local.aggregator_key;
    let twice = Receipt::sign(key, real.context, real.index, other);
    case.options.receipts = vec![real, twice];
    let named = "failed V-13, naming aggregator V-13";
    case.assert_summaries(off, named, "unfinished");
}

pub(super) fn receipts_for_what_is_still_to_come(off: &Off) {
    let finished = honest();
    let mut case = Case::with(&finished, &finished.records[..10]);
    let receipts = finished.receipts.iter().map(|given| given.2.clone());
    case.options.receipts = receipts.collect();
    // The board is valid as far as it goes.
    case.assert_summaries(off, "unfinished", "failed V-13");
}
