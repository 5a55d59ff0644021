//! What signatures alone show: configurations, checkpoints that clients were shown, and receipts.

use rand_core::OsRng;
use veragg::protocol::crypto::signing::{SigningKey, VerifyingKey};
use veragg::protocol::round::configuration::{Configuration, SignedConfiguration};
use veragg::protocol::round::roster::Roster;
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg::protocol::wire::receipt::Receipt;
use veragg_lab::books::checkpoint_signed_by;
use veragg_lab::local::LocalRound;
use veragg_lab::{local_round, position, Suite};

use super::*;

/// A round with a changed configuration, signed by a new organiser. It was not played.
fn signed(alter: impl FnOnce(&mut Configuration)) -> Broken {
    let mut local = local_round(4, &SMALL);
    let organiser = SigningKey::generate(&mut OsRng);
    let mut configuration = Configuration::decode(&local.header.configuration.bytes).unwrap();
    alter(&mut configuration);
    local.header.configuration = SignedConfiguration::sign(&configuration, &organiser);
    local.organiser = organiser.verifying_key();
    let finished = Finished {
        local,
        inputs: Vec::new(),
        records: Scene::new(4, &SMALL).play().records,
        receipts: Vec::new(),
        refusals: Vec::new(),
        shown: Vec::new(),
    };
    Broken::by(finished, &[(ORGANISER, Check::Configuration)])
}

pub(super) fn a_round_in_which_somebody_may_stand_alone() -> Broken {
    signed(|configuration| configuration.min_contributors = 1)
}

pub(super) fn a_configuration_that_no_suite_takes() -> Broken {
    signed(|configuration| configuration.columns = 3)
}

/// The same with a roster of these clients and this aggregator, which an organiser signs.
fn with_roster(
    aggregator: VerifyingKey,
    keys: impl FnOnce(&LocalRound<Suite>) -> Vec<VerifyingKey>,
) -> Broken {
    let local = local_round(4, &SMALL);
    let bytes: Vec<u8> = keys(&local)
        .iter()
        .flat_map(|key| *key.as_bytes())
        .collect();
    let mut broken = signed(|configuration| {
        configuration.roster = Roster::digest_of(&bytes);
        configuration.aggregator = aggregator;
    });
    broken.finished.local.header.roster = bytes;
    broken.named = vec![(ORGANISER, Check::Roster)];
    broken
}

pub(super) fn one_key_for_two_clients() -> Broken {
    let aggregator = SigningKey::generate(&mut OsRng).verifying_key();
    with_roster(aggregator, |local| {
        let keys = [0, 1, 2, 2].map(|at: usize| local.client_keys[at].verifying_key());
        keys.to_vec()
    })
}

pub(super) fn a_client_with_the_key_of_the_aggregator() -> Broken {
    let aggregator = SigningKey::generate(&mut OsRng).verifying_key();
    with_roster(aggregator, |local| {
        let clients = [0, 1, 2].map(|at: usize| local.client_keys[at].verifying_key());
        clients.into_iter().chain([aggregator]).collect()
    })
}

/// The checkpoint of a phase on the board, with another root, signed by the aggregator.
fn other(finished: &Finished, phase: Phase, byte: u8) -> Checkpoint {
    let mut checkpoints = finished.records.iter().filter_map(|record| {
        let checkpoint = Checkpoint::decode(&record.bytes, 4).ok()?;
        (checkpoint.phase == phase).then_some(checkpoint)
    });
    let mut other = checkpoints.next().unwrap();
    other.root.hash[0] ^= byte;
    checkpoint_signed_by(&finished.local.aggregator_key, other)
}

pub(super) fn another_checkpoint_than_that_of_the_board() -> Broken {
    let finished = Scene::new(4, &SMALL).play();
    let shown = |phase| other(&finished, phase, 1);
    // The first phase, one in the middle, and the last one.
    let checkpoints = [Phase::Publish, Phase::Advertise, Phase::Submit].map(shown);
    let mut broken = Broken::by(finished, &[(AGGREGATOR, Check::Chain)]);
    broken.options.checkpoints = checkpoints.to_vec();
    broken
}

pub(super) fn a_checkpoint_of_a_phase_that_there_was_not() -> Broken {
    let finished = Scene::new(4, &SMALL).play();
    let mut further = other(&finished, Phase::Unmask(0), 0);
    further.phase = Phase::Unmask(1);
    let further = checkpoint_signed_by(&finished.local.aggregator_key, further);
    let mut broken = Broken::by(finished, &[(AGGREGATOR, Check::Chain)]);
    broken.options.checkpoints = vec![further];
    broken
}

pub(super) fn two_checkpoints_of_one_phase() -> Broken {
    let mut finished = Scene::new(4, &SMALL).play();
    let [one, two] = [1, 2].map(|byte| other(&finished, Phase::Unmask(0), byte));
    // The board ends before the phase.
    finished.records.truncate(7);
    let mut broken = Broken::by(finished, &[(AGGREGATOR, Check::Chain)]);
    broken.options.checkpoints = vec![one, two];
    broken
}

/// The board ends before the leaf of the receipts.
pub(super) fn two_receipts_for_one_leaf() -> Broken {
    let mut broken = promised(0);
    broken.finished.records.truncate(3);
    let real = broken.options.receipts[0].clone();
    let key = &broken.finished.local.aggregator_key;
    let mut entry = real.entry;
    entry[0] ^= 1;
    broken.options.receipts = vec![
        real.clone(),
        Receipt::sign(key, real.context, real.index, entry),
    ];
    broken
}

/// The board is not finished, but a checkpoint covers the leaf.
pub(super) fn a_receipt_that_an_unfinished_board_contradicts() -> Broken {
    let mut broken = promised(1);
    let records = &mut broken.finished.records;
    let covering = position(records, 1, Phase::Submit);
    records.truncate(covering);
    broken
}

fn promised(behind: u64) -> Broken {
    let finished = Scene::new(4, &SMALL).play();
    let real = finished.receipts[7].2.clone();
    let key = &finished.local.aggregator_key;
    let promised = Receipt::sign(key, real.context, real.index + behind, real.entry);
    let mut broken = Broken::by(finished, &[(AGGREGATOR, Check::Receipts)]);
    // Other receipts hold.
    broken.options.receipts = vec![real, promised];
    broken
}

pub(super) fn a_receipt_that_was_not_kept() -> Broken {
    promised(1)
}

pub(super) fn a_receipt_for_a_leaf_behind_the_end() -> Broken {
    promised(500)
}
