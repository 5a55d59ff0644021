//! Bytes that are no file of a set-up, and in which order they are refused (`specs/set-up.md` 2.2).

use veragg_circuits::codec::{DecodeError, Writer};
use veragg_circuits::groth16::derive::Powers;

use super::super::record::{DeltaRecord, PowersRecord};
use super::*;

/// Bytes in front of the header, then of its id.
const HEADER: usize = 15;
/// Where fields of the header stand.
const MAX_CLIENTS: usize = HEADER + 32;
const DOMAIN: usize = MAX_CLIENTS + 4;
const MATRICES: usize = DOMAIN + 4;
const STATEMENT: usize = MATRICES + 32;

fn power_count() -> usize {
    HEADER + header().encode().len()
}

fn files() -> Vec<Vec<u8>> {
    let stages = stages();
    let files = [
        &stages.start,
        &stages.powers_2,
        &stages.delta_2,
        &stages.done,
    ];
    let mut files: Vec<_> = files.map(VerifiedSetUp::encode).into();
    files.push(stages.finished.transcript.clone());
    files
}

/// Decodes a file that was changed at one place.
#[track_caller]
fn with(bytes: &[u8], at: usize, new: &[u8]) -> SetUpError {
    let mut bytes = bytes.to_vec();
    bytes[at..at + new.len()].copy_from_slice(new);
    let error = SetUpFile::decode(&bytes).expect_err("it must not decode");
    assert_eq!(error.rule(), "2.2");
    error
}

#[test]
fn what_decodes_encodes_to_the_same_bytes() {
    for bytes in files() {
        assert_eq!(SetUpFile::decode(&bytes).unwrap().encode(), bytes);
    }
}

#[test]
fn every_other_length_is_refused() {
    for bytes in files() {
        for end in 0..bytes.len() {
            let error = SetUpFile::decode(&bytes[..end]).unwrap_err();
            assert_eq!(error.rule(), "2.2", "{end}");
        }
        let extra = SetUpFile::decode(&[&bytes[..], &[0]].concat()).unwrap_err();
        let trailing = DecodeError::Trailing { extra: 1 };
        assert_eq!(extra, SetUpError::Length(trailing));
    }
}

#[test]
fn fields_hold_what_they_may() {
    let bytes = &stages().done.encode();
    assert_eq!(with(bytes, 0, b"V"), SetUpError::Name);
    for stage in [0, 5, 255] {
        let error = with(bytes, 14, &[stage]);
        assert!(matches!(error, SetUpError::Stage { got, .. } if got == stage));
    }
    for clients in [0, (1 << 20) + 1] {
        let error = with(bytes, MAX_CLIENTS, &u32::to_be_bytes(clients));
        assert_eq!(error, SetUpError::MaxClients(clients));
    }
    // A segment of no coordinate; a bound of 1.
    let first = STATEMENT + 4 + 8;
    for (at, value) in [(first + 7, 0), (first + 15, 1)] {
        let error = with(bytes, at, &[value]);
        assert!(matches!(error, SetUpError::Statement(_)), "{error}");
    }
    let source = power_count() - "a block".len();
    assert_eq!(with(bytes, source, &[0xff]), SetUpError::BeaconSource);
    for got in [2, 8] {
        let error = with(bytes, DOMAIN, &u32::to_be_bytes(got));
        assert_eq!(error, SetUpError::Domain { got, want: 4 });
    }
    assert_eq!(with(bytes, MATRICES, &[0; 32]), SetUpError::Matrices);
    let delta_count = power_count() + 4 + 2 * PowersRecord::LEN + Powers::encoded_len(4);
    for (phase, at) in [(Phase::Powers, power_count()), (Phase::Delta, delta_count)] {
        for got in [0, (1 << 12) + 1, u32::MAX] {
            let error = with(bytes, at, &got.to_be_bytes());
            assert_eq!(error, SetUpError::Count { phase, got });
        }
        // A count that is allowed, and not there.
        let error = with(bytes, at, &(1u32 << 12).to_be_bytes());
        assert!(matches!(error, SetUpError::Length(_)));
    }
    let at_first = delta_count + 4;
    let mut weak = [0; 32];
    weak[0] = 1;
    let error = with(bytes, at_first, &weak);
    let (phase, record) = (Phase::Delta, 1);
    let reason = DecodeError::Identity {
        field: "the contributor's key",
    };
    assert_eq!(
        error,
        SetUpError::Contributor {
            phase,
            record,
            reason
        }
    );
    // The response, before the signature.
    let error = with(bytes, at_first + DeltaRecord::LEN - 96, &[0xff; 32]);
    assert!(matches!(error, SetUpError::RecordScalar { record: 1, .. }));
}

/// There is no file of these stages without records, whatever else it holds.
#[test]
fn later_stages_have_records_of_both_phases() {
    let stages = stages();
    for file in [&stages.delta_2, &stages.done, &stages.transcript.verified] {
        let phase = Phase::Delta;
        let error = refused(file, |file| file.delta_records.clear());
        assert_eq!(error, SetUpError::Count { phase, got: 0 });
        let phase = Phase::Powers;
        let error = refused(file, |file| file.powers_records.clear());
        assert_eq!(error, SetUpError::Count { phase, got: 0 });
    }
}

#[test]
fn the_beacon_has_its_bytes() {
    for (value, holds) in [(0, false), (1, true), (1000, true), (1001, false)] {
        let file = SetUpFile {
            rest: file::Rest::Transcript(vec![7; value]),
            ..stages().transcript.verified.file.clone()
        };
        let decoded = SetUpFile::decode(&file.encode());
        assert_eq!(decoded.is_ok(), holds);
        assert!(holds || decoded == Err(SetUpError::BeaconValue(value)));
    }
    for (source, holds) in [(0, false), (1, true), (1000, true), (1001, false)] {
        let made = SetUpHeader::new(&statement(), 3, &"x".repeat(source), &mut rng());
        assert_eq!(made.is_ok(), holds);
        let header = Writer::new()
            .bytes(&header().encode()[..power_count() - HEADER - 9])
            .short("x".repeat(source).as_bytes())
            .finish();
        let bytes = &stages().start.encode();
        let file = [&bytes[..HEADER], &header, &bytes[power_count()..]].concat();
        assert_eq!(SetUpFile::decode(&file).is_ok(), holds);
    }
}

/// A point of order 3, `(0, 2)`, added to an element: two of three weights would see it.
fn torsion() -> [u8; 48] {
    let mut bytes = [0; 48];
    bytes[0] = 0x80;
    bytes
}

#[test]
fn elements_outside_the_groups_are_refused_where_they_stand() {
    let mut identity = [0; 48];
    identity[0] = 0xc0;
    let records = power_count() + 4;
    let powers = records + 2 * PowersRecord::LEN;
    let delta_records = powers + Powers::encoded_len(4) + 4;
    let bytes = &stages().done.encode();
    let l = bytes.len() - 4 * 48;
    for element in [torsion(), identity] {
        for (at, place) in [
            (
                records + 32,
                "record 1 of powers: element 0 (counted from 0) of heads in G1",
            ),
            (
                records + 32 + 144,
                "record 1 of powers: element 0 (counted from 0) of heads in G2",
            ),
            (
                records + 32 + 336 + 48,
                "record 1 of powers: element 1 (counted from 0) of announcements",
            ),
            (powers + 48, "element 1 (counted from 0) of tau"),
            (
                powers + 7 * 48 + 3 * 96,
                "element 3 (counted from 0) of tau_2",
            ),
            (
                powers + 7 * 48 + 4 * 96,
                "element 0 (counted from 0) of alpha",
            ),
            (
                delta_records + 32,
                "record 1 of delta: element 0 (counted from 0) of delta in G1",
            ),
            (
                delta_records + 32 + 48,
                "record 1 of delta: element 0 (counted from 0) of delta in G2",
            ),
            (l, "element 0 (counted from 0) of L"),
            (l + 3 * 48, "element 2 (counted from 0) of T"),
        ] {
            let error = with(bytes, at, &element).to_string();
            assert!(error.starts_with(place), "{error}");
        }
    }
}

/// Thirty bytes of a statement ask for `2^33` rows. If they were made, this test would not end.
#[test]
fn a_circuit_that_is_too_long_is_refused_before_it_is_made() {
    let huge = Statement::new(vec![Segment::range(1 << 27, u64::MAX)]).unwrap();
    let made = SetUpHeader::new(&huge, 3, "a block", &mut rng());
    assert!(matches!(made, Err(SetUpError::TooLong(_))));
    let huge = huge.encode();
    let mut bytes = stages().done.encode();
    bytes[STATEMENT + 4..][..huge.len()].copy_from_slice(&huge);
    let error = SetUpFile::decode(&bytes).unwrap_err();
    assert!(matches!(error, SetUpError::TooLong(_)), "{error}");
}

/// Of two faults the one that stands first in 2.2 is named: what is dear is looked at last.
#[test]
fn faults_are_named_in_order() {
    let bytes = stages().done.encode();
    let records = power_count() + 4;
    // From the last to the first: each change is named before those that were made already.
    let element = (records + 32, &[0u8; 48][..]);
    let contributor = (records, &[0xff; 32][..]);
    let matrices = (MATRICES, &[0; 32][..]);
    let count = (power_count(), &[0xff; 4][..]);
    let domain = (DOMAIN, &[0xff; 4][..]);
    let source = (power_count() - 7, &[0xff; 1][..]);
    let clients = (MAX_CLIENTS, &[0xff; 4][..]);
    let mut bad = bytes.clone();
    let mut names = Vec::new();
    for (step, (at, new)) in [
        element,
        contributor,
        matrices,
        count,
        domain,
        source,
        clients,
    ]
    .into_iter()
    .enumerate()
    {
        bad[at..at + new.len()].copy_from_slice(new);
        if step == 3 {
            // Between matrices and counts stands the length.
            let shorter =
                SetUpFile::decode(&[&bad[..power_count()], &bytes[power_count()..][..99]].concat());
            assert!(matches!(shorter, Err(SetUpError::Length(_))));
        }
        let error = SetUpFile::decode(&bad).unwrap_err();
        let text = format!("{error:?}");
        names.push(text.split([' ', '(']).next().unwrap().to_owned());
    }
    let expected = [
        "RecordElement",
        "Contributor",
        "Matrices",
        "Count",
        "Domain",
        "BeaconSource",
        "MaxClients",
    ];
    assert_eq!(names, expected);
}
