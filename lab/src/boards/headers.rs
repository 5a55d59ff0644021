//! Configurations that an organiser must not sign.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use crate::committee::{file, Parties};
use veragg_protocol::circuits::codec::Writer;
use veragg_protocol::crypto::encoded_point::EncodedPoint;
use veragg_protocol::round::committee::Committee;
use veragg_protocol::round::configuration::{Configuration, SignedConfiguration};
use veragg_verifier::Verdict::Failed;

use super::case::{Builds, Case};
use crate::committee::play::parties;

pub(crate) const CASES: Builds = &[
    ("an entry that is not signed", || {
        changed(
            |committee, _| committee.trustees[1].signature[0] ^= 1,
            "V-15.1",
            "V-15",
        )
    }),
    ("an entry of another round", entry_of_another_round),
    ("a sealing key that nobody possesses", sealing_key_of_nobody),
    ("a trustee that is the aggregator", trustee_is_aggregator),
    ("two trustees with one key", || {
        changed(
            |committee, _| committee.trustees[1] = committee.trustees[0].clone(),
            "V-15.2",
            "V-15",
        )
    }),
    ("a trustee that is a client", trustee_is_client),
    ("too few trustees", || {
        changed(|committee, _| committee.colluding = 4, "V-01.3", "V-01")
    }),
    ("rows that do not divide", || {
        changed(|committee, _| committee.packed = 2, "V-01.4", "V-01")
    }),
];

fn with(
    parties: &Parties,
    change: impl FnOnce(&mut Configuration),
    rule: &str,
    check: &str,
) -> Case {
    let mut configuration = Configuration::decode(&parties.header.configuration.bytes).unwrap();
    change(&mut configuration);
    let mut header = parties.header.clone();
    header.configuration = SignedConfiguration::sign(&configuration, &parties.organiser);
    let board = file(&header, &[]);
    Case::new(parties, board, Failed, &[("organiser", rule)]).failing(&[check])
}

fn changed(change: fn(&mut Committee, &Parties), rule: &str, check: &str) -> Case {
    let parties = parties();
    let apply = |configuration: &mut Configuration| {
        change(configuration.committee_mut().unwrap(), &parties);
    };
    with(&parties, apply, rule, check)
}

fn entry_of_another_round() -> Case {
    changed(
        |committee, _| {
            let other = self::parties();
            let configuration = &other.header.configuration.bytes;
            let of_another = Configuration::decode(configuration).unwrap();
            let entries = &of_another.committee().unwrap().trustees;
            committee.trustees[0] = entries[0].clone();
        },
        "V-15.1",
        "V-15",
    )
}

/// Trustee 1 signs a sealing key that follows from those of trustees 2 and 3, and of which nobody knows the secret.
fn sealing_key_of_nobody() -> Case {
    changed(
        |committee, parties| {
            let others = [&committee.trustees[1], &committee.trustees[2]];
            let [one, other] = others.map(|it| *it.sealing_key);
            let sum = EncodedPoint::from(one + other);
            let entry = &mut committee.trustees[0];
            entry.sealing_key = sum;
            let configuration = &parties.header.configuration.bytes;
            let configuration = Configuration::decode(configuration).unwrap();
            let organiser = parties.organiser.verifying_key();
            let writer = Writer::new()
                .u16(2)
                .bytes(organiser.as_bytes())
                .bytes(&configuration.round_id)
                .bytes(entry.sealing_key.as_bytes());
            let signed = entry.possession.write(writer).u8(0).finish();
            entry.signature = parties.trustees[0].0.sign("veragg/2 sign trustee", &signed);
        },
        "V-15.1",
        "V-15",
    )
}

/// The entry is signed and possessed, and the aggregator of the configuration has the same key.
fn trustee_is_aggregator() -> Case {
    let parties = parties();
    let key = parties.trustees[0].0.verifying_key();
    let change = |configuration: &mut Configuration| configuration.aggregator = key;
    with(&parties, change, "V-15.2", "V-15")
}

fn trustee_is_client() -> Case {
    let mut parties = parties();
    let (own, of_client) = (parties.trustees[0].0.clone(), 0);
    parties.clients[of_client] = Arc::clone(&own);
    let keys = parties
        .clients
        .iter()
        .map(|key| key.verifying_key())
        .collect();
    let roster = veragg_protocol::round::roster::Roster::new(keys).unwrap();
    let mut configuration = Configuration::decode(&parties.header.configuration.bytes).unwrap();
    configuration.roster = roster.root_digest();
    let mut header = parties.header.clone();
    header.roster = roster.encode();
    header.configuration = SignedConfiguration::sign(&configuration, &parties.organiser);
    let board = file(&header, &[]);
    let named = [("organiser", "V-02.3")];
    Case::new(&parties, board, Failed, &named).failing(&["V-02"])
}
