//! Headers without a record: configurations and rosters that an audit refuses, and with which step.

use std::fs;

use curve25519_dalek::constants::EIGHT_TORSION;
use rand_core::OsRng;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use veragg::circuits::proof_system::Suite;
use veragg::circuits::statement::{Norm, Segment, SumRule};
use veragg::protocol::crypto::signing::{hex, unhex, SigningKey, VerifyingKey};
use veragg::protocol::round::configuration::{
    Configuration, SegmentConfiguration, SignedConfiguration,
};
use veragg::protocol::round::organiser::ConfigurationBuilder;
use veragg::protocol::round::roster::Roster;
use veragg::protocol::wire::header::Header;

use super::case::Case;
use super::folder;

const FILE: &str = "headers.json";

/// A header, and the audit of the board that has nothing else.
#[derive(Serialize, Deserialize)]
struct Entry {
    header: String,
    audit: Case,
}

/// The parties of all headers.
struct Parties {
    organiser: SigningKey,
    clients: Vec<VerifyingKey>,
    configuration: Configuration,
}

/// A configuration of 5 clients with a sum, as one would ask for it.
fn parties() -> Parties {
    let clients: Vec<_> = (0..5)
        .map(|_| SigningKey::generate(&mut OsRng).verifying_key())
        .collect();
    let roster = Roster::new(clients.clone()).unwrap();
    let aggregator = SigningKey::generate(&mut OsRng).verifying_key();
    let votes = SegmentConfiguration {
        claims: Segment {
            sum: Some(SumRule::Equal(1)),
            ..Segment::range(3, 2)
        },
        ..SegmentConfiguration::integers("vote", 3, 2)
    };
    let segments = vec![SegmentConfiguration::integers("answers", 3, 101), votes];
    let builder = ConfigurationBuilder::new(segments, 0, 250_000, [7; 32]);
    Parties {
        organiser: SigningKey::generate(&mut OsRng),
        configuration: builder.build(&roster, aggregator, &mut OsRng).unwrap(),
        clients,
    }
}

impl Parties {
    fn roster(&self) -> Vec<u8> {
        self.clients
            .iter()
            .flat_map(|key| *key.as_bytes())
            .collect()
    }

    /// These bytes of a configuration, signed by the organiser, in front of this roster.
    fn header_of(&self, bytes: Vec<u8>, roster: Vec<u8>) -> Header {
        let signed = SignedConfiguration {
            version: self.configuration.version,
            organiser: self.organiser.verifying_key(),
            signature: self.organiser.sign("veragg/1 sign configuration", &bytes),
            bytes,
        };
        Header {
            configuration: signed,
            roster,
            key: Vec::new(),
        }
    }

    fn entry(&self, what: &str, header: Vec<u8>) -> Entry {
        let audit = Case::new(what, &self.organiser.verifying_key()).judged(&header);
        Entry {
            header: hex(&header),
            audit,
        }
    }

    /// A header with another configuration.
    fn with(&self, what: &str, change: impl FnOnce(&mut Configuration)) -> Entry {
        let mut configuration = self.configuration.clone();
        change(&mut configuration);
        self.entry(
            what,
            self.header_of(configuration.encode(), self.roster())
                .encode(),
        )
    }

    /// A header of another roster, which the configuration names.
    fn with_roster(
        &self,
        what: &str,
        roster: Vec<u8>,
        change: impl FnOnce(&mut Configuration),
    ) -> Entry {
        let mut configuration = self.configuration.clone();
        configuration.roster = Roster::digest_of(&roster);
        change(&mut configuration);
        self.entry(
            what,
            self.header_of(configuration.encode(), roster).encode(),
        )
    }

    /// A header whose configuration has other bytes from `at` on.
    fn with_bytes(&self, what: &str, at: usize, new: &[u8]) -> Entry {
        let mut bytes = self.configuration.encode();
        bytes.splice(at..at + new.len(), new.iter().copied());
        self.entry(what, self.header_of(bytes, self.roster()).encode())
    }
}

fn configurations(parties: &Parties) -> Vec<Entry> {
    let first = |claims: fn(&mut Segment)| {
        move |configuration: &mut Configuration| claims(&mut configuration.segments[0].claims)
    };
    let masking = |degree: u32, threshold: u32| {
        move |configuration: &mut Configuration| {
            configuration.pairwise_mut().unwrap().masking.degree = degree;
            configuration.pairwise_mut().unwrap().masking.threshold = threshold;
        }
    };
    vec![
        parties.with("as it should be", |_| ()),
        parties.with("no segment", |it| it.segments.clear()),
        parties.with("a segment of no coordinate", first(|it| it.len = 0)),
        parties.with("a bound of 1", first(|it| it.bound = 1)),
        parties.with(
            "the offset of a norm at the bound",
            first(|it| {
                it.norm = Some(Norm {
                    offset: 101,
                    max_square: 9,
                })
            }),
        ),
        parties.with(
            "a sum that no vector has",
            first(|it| it.sum = Some(SumRule::Equal(301))),
        ),
        parties.with("two segments of one name", |it| {
            it.segments[1].name = "answers".to_owned()
        }),
        parties.with("a segment without a name", |it| it.segments[1].name.clear()),
        parties.with("a name of 200 bytes", |it| {
            it.segments[1].name = "x".repeat(200)
        }),
        parties.with("a name of 201 bytes", |it| {
            it.segments[1].name = "x".repeat(201)
        }),
        parties.with("a degree that is too small", masking(2, 2)),
        parties.with("a degree that is too large", masking(5, 3)),
        parties.with("a threshold that is too small", masking(4, 2)),
        parties.with("a threshold that is too large", masking(4, 4)),
        parties.with("more than all corrupt", |it| {
            it.assumptions.corrupt_ppm = 1_000_001
        }),
        parties.with("too many corrupt", |it| {
            it.assumptions.corrupt_ppm = 400_000
        }),
        parties.with("too many absent", |it| it.assumptions.dropout_ppm = 400_000),
        parties.with("one contributor", |it| it.min_contributors = 1),
        parties.with("six contributors", |it| it.min_contributors = 6),
        parties.with("a deadline before that of the phase before", |it| {
            let deadlines = &mut it.pairwise_mut().unwrap().deadlines;
            deadlines[3] = deadlines[2] - 1;
        }),
        parties.with("64 further rounds of unmask", |it| {
            it.pairwise_mut().unwrap().unmask_rounds = 64
        }),
        parties.with("65 further rounds of unmask", |it| {
            it.pairwise_mut().unwrap().unmask_rounds = 65
        }),
        parties.with("no column", |it| it.columns = 0),
        parties.with("three columns", |it| it.columns = 3),
        parties.with("2^17 columns", |it| it.columns = 1 << 17),
        parties.with("a suite that does not take sums", |it| {
            it.suite = Suite::RistrettoBulletproofs;
            it.columns = 1;
        }),
        parties.with("that suite without sums", |it| {
            it.suite = Suite::RistrettoBulletproofs;
            it.columns = 1;
            it.segments.pop();
        }),
        parties.with("that suite with two columns", |it| {
            it.suite = Suite::RistrettoBulletproofs;
            it.columns = 2;
            it.segments.pop();
        }),
        parties.with("more bit rows than 2^20", |it| {
            it.columns = 1;
            it.segments = vec![SegmentConfiguration::integers("all", 1 << 20, 5)];
        }),
        parties.with("a segment longer than any", |it| {
            it.segments = vec![SegmentConfiguration::integers("all", (1 << 27) + 1, 5)];
        }),
        parties.with("two segments that are longer than any together", |it| {
            let segment = |name| SegmentConfiguration::integers(name, 1 << 27, 5);
            it.segments = vec![segment("one"), segment("two")];
        }),
        parties.with("messages that no record holds", |it| {
            it.columns = 1 << 16;
            it.segments = (0..2048)
                .map(|number| SegmentConfiguration::integers(&number.to_string(), 1, 100))
                .collect();
        }),
        parties.with("four clients, with the graph of five", |it| {
            it.assumptions.clients = 4
        }),
    ]
}

/// Bytes that are no configuration of version 2. Places: the structure of `specs/wire.md` 3.1.
fn bytes(parties: &Parties) -> Vec<Entry> {
    let encoded = parties.configuration.encode();
    let aggregator = 34 + 2 + 16 + 32 + 32;
    let protocol = aggregator + 32;
    let noise = protocol + 1 + 12 + 64 + 4;
    let end = encoded.len();
    let small_order = EIGHT_TORSION[1].compress().to_bytes();
    let mut longer = encoded.clone();
    longer.push(0);
    let header = |bytes| parties.header_of(bytes, parties.roster()).encode();
    let mut organiser = header(encoded.clone());
    organiser.splice(12 + end..12 + end + 32, small_order);
    vec![
        parties.with_bytes("suite 3", 34, &[0, 3]),
        parties.with_bytes("suite 0", 34, &[0, 0]),
        parties.with_bytes("2^20 + 1 clients", 40, &[0, 16, 0, 1]),
        parties.with_bytes(
            "an aggregator's key of small order",
            aggregator,
            &small_order,
        ),
        parties.with_bytes("an aggregator's key that is no point", aggregator, &[2; 32]),
        parties.with_bytes(
            "an aggregator's key with y = 2^255 - 18",
            aggregator,
            &not_reduced(),
        ),
        parties.with_bytes("protocol 2", protocol, &[2]),
        parties.with_bytes("protocol 0", protocol, &[0]),
        parties.with_bytes("a round with noise", noise, &[1]),
        parties.with_bytes("a segment with noise", end - 1, &[1]),
        parties.with_bytes("a segment less than there are", noise + 1, &[0, 0, 0, 1]),
        parties.with_bytes("a segment more than there are", noise + 1, &[0, 0, 0, 3]),
        parties.with_bytes("more segments than 2^12", noise + 1, &[0, 0, 16, 1]),
        parties.with_bytes("a name that is not UTF-8", noise + 1 + 4 + 2, &[0xff]),
        parties.entry("a byte behind the configuration", header(longer)),
        parties.entry(
            "a configuration that ends too early",
            header(encoded[..end - 1].to_vec()),
        ),
        parties.entry("an organiser's key of small order", organiser),
    ]
}

/// The point with `y = 1`, written as `2^255 - 18`.
fn not_reduced() -> [u8; 32] {
    let mut bytes = [0xff; 32];
    bytes[0] = 0xee;
    bytes[31] = 0x7f;
    bytes
}

fn signatures(parties: &Parties) -> Vec<Entry> {
    let header = || parties.header_of(parties.configuration.encode(), parties.roster());
    let (mut forged, mut copied) = (header(), header());
    forged.configuration.signature[63] ^= 1;
    copied.configuration.bytes[2] ^= 1;
    let other = SigningKey::generate(&mut OsRng);
    let mut another = header();
    another.configuration = SignedConfiguration::sign(&parties.configuration, &other);
    vec![
        parties.entry("a signature that does not hold", forged.encode()),
        parties.entry("a signature of another configuration", copied.encode()),
        parties.entry("the configuration of another organiser", another.encode()),
    ]
}

fn rosters(parties: &Parties) -> Vec<Entry> {
    let keys = |last: VerifyingKey| {
        let mut roster = parties.roster();
        roster.splice(128.., *last.as_bytes());
        roster
    };
    let raw = |last: [u8; 32]| {
        let mut roster = parties.roster();
        roster.splice(128.., last);
        roster
    };
    let aggregator = parties.configuration.aggregator;
    let mut exchanged = parties.header_of(parties.configuration.encode(), parties.roster());
    exchanged.roster[5] ^= 1;
    vec![
        parties.entry(
            "another roster than the configuration names",
            exchanged.encode(),
        ),
        parties.with_roster("a key that stands twice", keys(parties.clients[0]), |_| ()),
        parties.with_roster(
            "a key of small order",
            raw(EIGHT_TORSION[3].compress().to_bytes()),
            |_| (),
        ),
        parties.with_roster("a key that is no point", raw([2; 32]), |_| ()),
        parties.with_roster("a key that is not reduced", raw(not_reduced()), |_| ()),
        parties.with_roster(
            "a client with the key of the organiser",
            keys(parties.organiser.verifying_key()),
            |_| (),
        ),
        parties.with_roster(
            "a client with the key of the aggregator",
            keys(aggregator),
            |_| (),
        ),
        parties.with_roster(
            "a key that stands twice, and three columns",
            keys(parties.clients[0]),
            |it| it.columns = 3,
        ),
    ]
}

#[test]
#[ignore = "draws keys anew and writes the vectors"]
fn write() {
    let parties = parties();
    let mut entries = configurations(&parties);
    entries.extend(bytes(&parties));
    entries.extend(signatures(&parties));
    entries.extend(rosters(&parties));
    let lines: Vec<_> = entries
        .iter()
        .map(|entry| serde_json::to_string(entry).unwrap())
        .collect();
    fs::write(folder(FILE), format!("[\n{}\n]\n", lines.join(",\n"))).unwrap();
}

#[test]
fn audits_of_headers_say_what_the_vectors_say() {
    let entries: Vec<Entry> = serde_json::from_slice(&fs::read(folder(FILE)).unwrap()).unwrap();
    for Entry { header, audit } in &entries {
        let board = unhex(header).unwrap();
        assert_eq!(audit.outcome(&board), audit.expected, "{}", audit.what);
    }
    // What must come out, whatever the verifier says: who makes a section says which check it fails.
    let mut outcomes = entries.iter().map(|entry| match &entry.audit.expected {
        Value::Object(report) => {
            let checks = report["checks"].as_object().unwrap();
            let failed = checks
                .iter()
                .find(|(_, status)| status.as_str().unwrap().starts_with("failed"));
            failed.map_or("nothing", |(check, _)| check)
        }
        _ => "malformed",
    });
    let mut section = |count: usize| outcomes.by_ref().take(count).collect::<Vec<_>>();
    let configurations = section(33);
    let good = [
        "as it should be",
        "a sum that no vector has",
        "a name of 200 bytes",
        "64 further rounds of unmask",
        "that suite without sums",
    ];
    for (entry, outcome) in entries.iter().zip(configurations) {
        let what = &entry.audit.what[..];
        let expected = match what {
            "65 further rounds of unmask" | "a segment longer than any" => "malformed",
            _ if good.contains(&what) => "nothing",
            _ => "V-01",
        };
        assert_eq!(outcome, expected, "{what}");
    }
    assert_eq!(section(17), ["malformed"; 17]);
    assert_eq!(section(3), ["V-01"; 3]);
    assert_eq!(section(8), ["V-02"; 8]);
    assert_eq!(section(1), [""; 0]);
}
