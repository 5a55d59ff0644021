//! Headers of a board with changed fields, which the organiser signs again. A party enters the round exactly if the audit
//! does not refuse it, but for old versions, which are only audited. If anybody is named, it is the organiser.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::Cursor;
use veragg::circuits::proof_system::Suite;
use veragg::circuits::statement::{Norm, SumRule};
use veragg::protocol::crypto::context::Version;
use veragg::protocol::round::configuration::{Configuration, SignedConfiguration};
use veragg::protocol::round::roster::Roster;
use veragg::protocol::round::RoundError;
use veragg::protocol::wire::header::Header;
use veragg::verifier::{audit, Culprit, Options, Verdict};
use veragg::Round;
use veragg_fuzz::{mutate, sample, Script};

/// The most coordinates and columns that are tried. What a party allocates grows with them, as it must.
const MOST: u64 = 1 << 12;

fuzz_target!(|data: &[u8]| {
    let local = &sample().local;
    let mut header = local.header.clone();
    let mut configuration = local.round.configuration().clone();
    let mut script = Script(data);
    let mut kept = true;
    while edit(
        &mut configuration,
        &mut header.roster,
        &mut kept,
        &mut script,
    )
    .is_some()
    {}
    if kept {
        configuration.roster = Roster::digest_of(&header.roster);
    }
    header.configuration = SignedConfiguration::sign(&configuration, &local.organiser_key);
    let bytes = header.encode();
    // With other numbers of clients or of bytes it can be no header. What follows a header is none of it.
    let Ok(header) = Header::read(&mut &bytes[..]) else {
        return;
    };
    assert!(bytes.starts_with(&header.encode()));
    let bytes = header.encode();
    let opened = Round::open(&header, &local.organiser);
    let options = Options::with_organiser(local.organiser);
    let Ok(report) = audit(Cursor::new(&bytes), &options) else {
        assert!(opened.is_err());
        return;
    };
    match &opened {
        Err(RoundError::ReadOnly { .. }) => {}
        Err(error) => assert!(report.round.is_none(), "{error}\n{report}"),
        Ok(_) => assert!(report.round.is_some(), "{report}"),
    }
    assert_ne!(report.verdict, Verdict::Verified);
    for fault in &report.faults {
        assert_eq!(fault.culprit, Culprit::Organiser, "{report}");
    }
});

/// Changes one field. `kept` says whether the digest of the roster is made to fit.
fn edit(
    configuration: &mut Configuration,
    roster: &mut Vec<u8>,
    kept: &mut bool,
    script: &mut Script<'_>,
) -> Option<()> {
    let field = script.byte()?;
    let small = script.number()?;
    match field % 20 {
        0 => configuration.version = Version::ALL[small as usize % 2],
        1 => {
            configuration.suite = *[
                Suite::DEFAULT,
                "ristretto255-bulletproofs".parse().ok()?,
                "bls12381-groth16".parse().ok()?,
            ]
            .get(small as usize % 3)?
        }
        2 => configuration.key = Some([small as u8; 32]),
        3 => {
            configuration.columns = u32::try_from(small)
                .ok()
                .filter(|it| u64::from(*it) <= MOST)?
        }
        4 => configuration.assumptions.clients = (small % 16) as u32,
        5 => configuration.assumptions.corrupt_ppm = small as u32,
        6 => configuration.assumptions.dropout_ppm = small as u32,
        7 => configuration.beacon[0] ^= small as u8,
        8 => configuration.pairwise_mut()?.masking.degree = small as u32,
        9 => configuration.pairwise_mut()?.masking.threshold = small as u32,
        10 => configuration.min_contributors = small as u32,
        11 => configuration.pairwise_mut()?.unmask_rounds = small as u8,
        12 => {
            let at = script.below(configuration.pairwise_mut()?.deadlines.len())?;
            configuration.pairwise_mut()?.deadlines[at] = small;
        }
        13 => *kept = !*kept,
        14 => {
            // Keys are taken away, moved or repeated.
            let count = roster.len() / 32;
            let (from, to) = (script.below(count)? * 32, script.below(count)? * 32);
            match small % 3 {
                0 => drop(roster.drain(from..from + 32)),
                1 => roster.copy_within(from..from + 32, to),
                _ => roster.extend_from_within(from..from + 32),
            }
        }
        15 => mutate(
            roster,
            &[
                script.byte()?,
                script.byte()?,
                script.byte()?,
                script.byte()?,
            ],
        ),
        16 => {
            // A party has two roles.
            let local = &sample().local;
            let keys = [local.organiser, local.round.configuration().aggregator];
            let key = keys[small as usize % 2];
            match script.byte()? % 2 {
                0 => roster.get_mut(..32)?.copy_from_slice(key.as_bytes()),
                _ => configuration.aggregator = key,
            }
        }
        17 => {
            let segments = &mut configuration.segments;
            let at = script.below(segments.len())?;
            let copy = segments[at].clone();
            match small % 3 {
                0 => drop(segments.remove(at)),
                1 => segments.push(copy),
                _ => {
                    let name = "n".repeat(script.byte()?.into());
                    segments.push(veragg::SegmentConfiguration { name, ..copy });
                }
            }
        }
        _ => {
            let segments = &mut configuration.segments;
            let at = script.below(segments.len())?;
            let segment = &mut segments[at];
            match script.byte()? % 8 {
                0 => {
                    segment.claims.len = usize::try_from(small)
                        .ok()
                        .filter(|it| *it as u64 <= MOST)?
                }
                1 => segment.claims.bound = small,
                2 => segment.claims.sum = Some(SumRule::Equal(small)),
                3 => segment.claims.sum = Some(SumRule::AtMost(small)),
                4 => {
                    let max_square = script.number()?;
                    segment.claims.norm = Some(Norm {
                        offset: small,
                        max_square,
                    });
                }
                5 => segment.decimals = small as u8,
                6 => segment.offset = small as i64,
                _ => segment.name = "\u{7}\u{202e}".repeat(small as usize % 100),
            }
        }
    }
    Some(())
}
