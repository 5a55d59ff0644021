//! Configurations as bytes, and which are refused.

use super::*;
use crate::round::parameters::MaskingParameters;
use veragg_circuits::statement::{Norm, SumRule};

/// A configuration for `clients` clients with one corrupt and one absent, where that fits.
pub(crate) fn sample(clients: u32) -> Configuration {
    let ppm = 1_000_000 / clients + 1;
    let assumptions = Assumptions {
        clients,
        corrupt_ppm: ppm,
        dropout_ppm: ppm,
    };
    let key = SigningKey::from_bytes(&[9; 32]).verifying_key();
    Configuration {
        version: Version::CURRENT,
        round_id: [1; 32],
        suite: Suite::DEFAULT,
        key: None,
        columns: 1,
        assumptions,
        roster: [2; 32],
        beacon: [3; 32],
        aggregator: key,
        protocol: Protocol::Pairwise(Pairwise {
            masking: MaskingParameters::for_assumptions(&assumptions, GRAPH_SECURITY_BITS).unwrap(),
            unmask_rounds: 3,
            deadlines: [10, 20, 30, 40, 50, 60, 70, NEVER],
        }),
        min_contributors: 3,
        segments: vec![
            SegmentConfiguration {
                name: "counts".into(),
                claims: Segment::range(3, 65),
                decimals: 0,
                offset: 0,
            },
            SegmentConfiguration {
                name: "update".into(),
                claims: Segment {
                    len: 2,
                    bound: 1 << 16,
                    norm: Some(Norm {
                        offset: 1 << 15,
                        max_square: 77,
                    }),
                    sum: Some(SumRule::AtMost(1 << 16)),
                },
                decimals: 4,
                offset: -32768,
            },
        ],
    }
}

#[test]
fn configurations_round_trip_and_are_bound_to_their_organiser() {
    let mut configuration = sample(10);
    for version in Version::ALL {
        configuration.version = version;
        let bytes = configuration.encode();
        assert_eq!(Configuration::decode(&bytes), Ok(configuration.clone()));
        for end in 0..bytes.len() {
            assert!(Configuration::decode(&bytes[..end]).is_err());
        }
        // The same bytes are no configuration of another version.
        for other in [0, 1, 2, 3]
            .into_iter()
            .filter(|&number| number != version.number())
        {
            let bytes = [&other.to_be_bytes(), &bytes[2..]].concat();
            assert!(Configuration::decode(&bytes).is_err(), "{version} {other}");
        }
    }
    let key = SigningKey::from_bytes(&[5; 32]);
    let signed = SignedConfiguration::sign(&configuration, &key);
    assert!(signed.is_signed_by(&key.verifying_key()));
    let written = signed.write(Writer::new()).finish();
    assert_eq!(
        SignedConfiguration::read(&mut Reader::new(&written)),
        Ok(signed.clone())
    );
    let other = SignedConfiguration::sign(&configuration, &SigningKey::from_bytes(&[6; 32]));
    assert_ne!(signed.context(), other.context());
}

#[test]
fn a_key_is_named_from_version_2_on() {
    let mut configuration = sample(10);
    configuration.suite = Suite::Bls12381Groth16;
    configuration.key = Some([5; 32]);
    let bytes = configuration.encode();
    assert_eq!(Configuration::decode(&bytes), Ok(configuration.clone()));
    configuration.version = Version::V1;
    let refused = Configuration::decode(&configuration.encode());
    assert_eq!(refused, Err(DecodeError::Value { field: "suite" }));
}

#[test]
fn tags_that_are_kept_for_later_are_refused() {
    let configuration = sample(10);
    let bytes = configuration.encode();
    // The protocol stands behind the aggregator's key; the round's noise in front of the number of segments, and
    // that of the last segment at the end.
    let protocol = 2 + 32 + 2 + 4 + 4 + 4 + 4 + 32 + 32 + 32;
    let noise = protocol + 1 + 4 + 4 + 4 + 64 + 4;
    for (at, value, field) in [
        (noise, NO_NOISE, "noise"),
        (bytes.len() - 1, NO_NOISE, "noise of a segment"),
    ] {
        assert_eq!(bytes[at], value);
        let mut other = bytes.clone();
        other[at] += 1;
        assert_eq!(
            Configuration::decode(&other),
            Err(DecodeError::Value { field })
        );
    }
}

#[test]
fn a_protocol_that_is_not_known_is_refused() {
    let bytes = sample(10).encode();
    let protocol = 2 + 32 + 2 + 4 + 4 + 4 + 4 + 32 + 32 + 32;
    assert_eq!(bytes[protocol], PAIRWISE);
    for number in (0..=u8::MAX).filter(|number| ![PAIRWISE, COMMITTEE].contains(number)) {
        let mut other = bytes.clone();
        other[protocol] = number;
        let field = "protocol";
        assert_eq!(
            Configuration::decode(&other),
            Err(DecodeError::Value { field })
        );
    }
}

#[test]
fn insecure_configurations_are_refused() {
    assert!(sample(10).check().is_ok());
    let refused = |change: fn(&mut Configuration)| {
        let mut configuration = sample(10);
        change(&mut configuration);
        configuration.check().unwrap_err()
    };
    assert_eq!(
        refused(|c| c.min_contributors = 2),
        ConfigurationError::MinContributors {
            got: 2,
            least: 3,
            most: 10
        }
    );
    assert_eq!(
        refused(|c| c.pairwise_mut().unwrap().deadlines[2] = 5),
        ConfigurationError::Deadline {
            phase: Phase::Confirm
        }
    );
    assert_eq!(
        refused(|c| c.segments[1].name = "counts".into()),
        ConfigurationError::Name { segment: 1 }
    );
    assert!(matches!(
        refused(|c| c.segments.clear()),
        ConfigurationError::Statement(StatementError::Segments(0))
    ));
    for change in [
        (|c| c.pairwise_mut().unwrap().masking.threshold -= 3) as fn(&mut Configuration),
        |c| c.pairwise_mut().unwrap().masking.threshold = 10,
        |c| c.pairwise_mut().unwrap().masking.degree = 4,
        |c| c.assumptions.corrupt_ppm = 400_000,
    ] {
        assert!(matches!(refused(change), ConfigurationError::Parameters(_)));
    }
}
