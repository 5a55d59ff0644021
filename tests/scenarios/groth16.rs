//! Whole rounds of the suite with a set-up: the key in the header, the transcript, and what the audit says of both.

use std::io::Cursor;

use rand_core::OsRng;
use veragg::circuits::groth16::{Bls12381Groth16, Groth16SetUp};
use veragg::circuits::proof_system::SetUp;
use veragg::circuits::statement::{Norm, Segment, SumRule};
use veragg::lab::set_up::{play_set_up, PlayedSetUp};
use veragg::local::{play, LocalClient, LocalRound, Party};
use veragg::protocol::client::{JoinError, ResumeError};
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::round::RoundError;
use veragg::protocol::wire::header::Header;
use veragg::verifier::{audit, evidence, Check, Options, Report, Status, Verdict};
use veragg::{
    Client, ConfigurationBuilder, Phase, Roster, Round, SegmentConfiguration, SigningKey,
};
use zeroize::Zeroizing;

const CLIENTS: u32 = 4;

fn segments() -> Vec<SegmentConfiguration> {
    let one_of_three = Segment {
        sum: Some(SumRule::Equal(1)),
        ..Segment::range(3, 2)
    };
    let near = Segment {
        norm: Some(Norm {
            offset: 5,
            max_square: 30,
        }),
        ..Segment::range(2, 11)
    };
    let claims = [("choice", one_of_three), ("near", near)];
    let of = |(name, claims): (&str, Segment)| SegmentConfiguration {
        claims,
        ..SegmentConfiguration::integers(name, claims.len, claims.bound)
    };
    claims.map(of).to_vec()
}

fn builder() -> ConfigurationBuilder {
    ConfigurationBuilder::new(segments(), 0, 0, [7; 32])
}

fn input(client: u32) -> Vec<u64> {
    let mut x = vec![0, 0, 0, 4, 8];
    x[client as usize % 3] = 1;
    x
}

/// The board of a round that these clients have played, each made of the honest one.
fn board_of<'a>(
    local: &LocalRound<Bls12381Groth16>,
    party: impl Fn(ClientId, LocalClient) -> Box<dyn Party + 'a>,
) -> Vec<u8> {
    let honest = |id: ClientId| local.client(id, input(id.number())).unwrap();
    let clients = ClientId::all(local.round.clients()).map(|id| party(id, honest(id)));
    let mut clients: Vec<_> = clients.collect();
    let aggregator = local.aggregator(Vec::new()).unwrap();
    let played = play(aggregator, &mut clients, |_| ()).unwrap();
    local.board(&played.aggregator.records().unwrap())
}

/// A round with a set-up that two people made, and the bytes of its board.
struct Played {
    set_up: PlayedSetUp,
    local: LocalRound<Bls12381Groth16>,
    board: Vec<u8>,
}

impl Played {
    fn new() -> Self {
        let statement = builder().statement().unwrap();
        // The key does for larger rosters too.
        let set_up = play_set_up(&statement, 2 * CLIENTS, &mut OsRng).unwrap();
        let local = LocalRound::with_set_up(&set_up.key.set_up(), CLIENTS, builder(), &mut OsRng);
        let local: LocalRound<Bls12381Groth16> = local.unwrap();
        let board = board_of(&local, |_, client| Box::new(client));
        Self {
            set_up,
            local,
            board,
        }
    }

    fn options(&self) -> Options {
        Options {
            organiser: Some(self.local.organiser),
            aggregate: Some(vec![1, 2, 1, 16, 32]),
            set_up: Some(self.set_up.files.transcript.clone()),
            contributors: vec![self.set_up.contributors[1]],
            ..Options::default()
        }
    }

    fn audit(&self, change: impl FnOnce(&mut Options)) -> Report {
        let mut options = self.options();
        change(&mut options);
        audit(Cursor::new(&self.board), &options).unwrap()
    }

    /// The board with another header.
    fn with(&self, change: impl FnOnce(&mut Header)) -> Vec<u8> {
        let mut header = self.local.header.clone();
        let behind = self.board[header.encode().len()..].to_vec();
        change(&mut header);
        [header.encode(), behind].concat()
    }
}

fn status(report: &Report) -> Status {
    report.status(Check::TrustedSetUp).unwrap().clone()
}

#[test]
fn a_round_with_a_set_up_is_verified_if_somebody_vouches_for_it() {
    let played = Played::new();
    let report = played.audit(|_| ());
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    assert_eq!(status(&report), Status::Passed { records: 4 });
    assert_eq!(report.contributors, [1, 2, 3, 4]);
    // Norms and sums are proven with the ranges.
    for check in [Check::InputNorm, Check::InputSum] {
        assert!(
            matches!(report.status(check), Some(Status::NotApplicable { .. })),
            "{report}"
        );
    }

    let unknown = played.audit(|options| options.contributors = vec![played.local.organiser]);
    let nobody = played.audit(|options| options.contributors.clear());
    // Whoever accepts any organiser's board does not accept any set-up.
    let any = played.audit(|options| {
        (options.organiser, options.any_organiser) = (None, true);
        options.contributors.clear();
    });
    for report in [unknown, nobody, any] {
        assert_eq!(report.verdict, Verdict::Incomplete, "{report}");
        assert!(
            matches!(status(&report), Status::PassedInPart { records: 4, .. }),
            "{report}"
        );
    }
    for report in [
        played.audit(|options| options.set_up = None),
        played.audit(|options| options.skip = [Check::TrustedSetUp].into()),
    ] {
        assert_eq!(
            (report.verdict, status(&report)),
            (Verdict::Incomplete, Status::Skipped)
        );
    }
}

/// Nobody has signed the transcript that an auditor is handed, and anybody can exchange the key in a file.
#[test]
fn another_key_or_transcript_fails_and_names_nobody() {
    let played = Played::new();
    let statement = builder().statement().unwrap();
    let other = play_set_up(&statement, 2 * CLIENTS, &mut OsRng).unwrap();
    let report = played.audit(|options| {
        options.set_up = Some(other.files.transcript.clone());
        options.contributors = other.contributors.to_vec();
    });
    assert_eq!(report.verdict, Verdict::Failed);
    assert!(matches!(status(&report), Status::Failed { .. }), "{report}");
    assert_eq!(report.faults, []);

    for key in [other.files.verifying_key, Vec::new(), vec![0; 100]] {
        let board = played.with(|header| header.key = key);
        let report = audit(Cursor::new(board), &played.options()).unwrap();
        assert_eq!(report.verdict, Verdict::Failed);
        let refused = report.status(Check::Configuration);
        assert!(matches!(refused, Some(Status::Failed { .. })), "{report}");
        assert_eq!(report.faults, []);
    }
    // A key that no reader takes, under the organiser's signature, names the organiser.
    let mut configuration = played.local.round.configuration().clone();
    let bad = vec![0; 100];
    configuration.key = Some(
        <veragg::circuits::groth16::Groth16SetUp as veragg::circuits::proof_system::SetUp>::digest(
            &bad,
        ),
    );
    let key = &played.local.organiser_key;
    let board = played.with(|header| {
        let signed =
            veragg::protocol::round::configuration::SignedConfiguration::sign(&configuration, key);
        (header.configuration, header.key) = (signed, bad);
    });
    let report = audit(Cursor::new(board), &played.options()).unwrap();
    let culprits: Vec<_> = report
        .faults
        .iter()
        .map(|fault| fault.culprit.to_string())
        .collect();
    assert_eq!(culprits, ["organiser"], "{report}");
}

/// Why an organiser cannot sign a round of [`CLIENTS`] with this set-up.
fn why_not_signed(set_up: &Groth16SetUp) -> RoundError {
    let key = |_| SigningKey::generate(&mut OsRng);
    let keys: Vec<_> = (0..CLIENTS).map(key).collect();
    let roster = Roster::new(keys.iter().map(SigningKey::verifying_key).collect()).unwrap();
    let aggregator = key(0).verifying_key();
    let builder = builder().key(set_up.public());
    let configuration = builder.build_for::<Bls12381Groth16>(&roster, aggregator, &mut OsRng);
    let signed = Header::sign_with_key(&configuration.unwrap(), &roster, set_up.public(), &key(0));
    signed.unwrap_err()
}

#[test]
fn clients_prove_with_the_key_of_their_round_alone() {
    let played = Played::new();
    let (header, organiser) = (&played.local.header, &played.local.organiser);
    let key = played.local.client_keys[0].clone();
    let verifying = Round::open(header, organiser).unwrap();
    let refused = Client::join(&verifying, key.clone());
    assert!(matches!(refused, Err(JoinError::NoProvingKey)));
    let proving = played.set_up.key.set_up();
    let proving = Round::open_with::<Bls12381Groth16>(&proving, header, organiser).unwrap();
    let mut saved = Zeroizing::new(Vec::new());
    let mut client = Client::join(&proving, key.clone()).unwrap();
    let said = client.advance(&[], None, &mut OsRng, &mut saved).unwrap();
    let refused = Client::resume(&verifying, key.clone(), &saved);
    assert_eq!(refused.err(), Some(ResumeError::NoProvingKey));
    let (client, message) = Client::resume(&proving, key, &saved).unwrap();
    assert_eq!((client.id().number(), message), (1, said));

    let statement = builder().statement().unwrap();
    let other = play_set_up(&statement, CLIENTS, &mut OsRng)
        .unwrap()
        .key
        .set_up();
    let refused = Round::open_with::<Bls12381Groth16>(&other, header, organiser);
    assert_eq!(refused.err(), Some(RoundError::OtherKey));
    // A key for fewer clients than the roster has.
    let few = play_set_up(&statement, CLIENTS - 1, &mut OsRng)
        .unwrap()
        .key
        .set_up();
    let refused = LocalRound::<Bls12381Groth16>::with_set_up(&few, CLIENTS, builder(), &mut OsRng);
    let error = refused.unwrap_err().to_string();
    assert!(error.contains("another number of clients"), "{error}");
    // An organiser must not sign such a round, for which it would be named.
    let refused = why_not_signed(&few);
    assert!(
        refused.to_string().contains("another number of clients"),
        "{refused}"
    );
    // Without a key there is no configuration.
    let refused = LocalRound::<Bls12381Groth16>::new(CLIENTS, builder(), &mut OsRng).unwrap_err();
    assert!(
        refused.to_string().contains("needs the verifying key"),
        "{refused}"
    );
}

/// Evidence against a client of such a round is shown without the transcript.
#[test]
fn evidence_needs_no_transcript() {
    let RoundWithSetUp {
        set_up,
        other,
        local,
        board,
    } = RoundWithSetUp::play();
    let options = Options::with_organiser(local.organiser);
    let report = audit(Cursor::new(&board), &options).unwrap();
    assert_eq!(report.contributors, [1, 2, 5, 6, 7]);
    let culprits: Vec<_> = report
        .faults
        .iter()
        .map(|fault| (fault.culprit.to_string(), fault.check))
        .collect();
    assert_eq!(
        culprits,
        [("client 4".to_owned(), Check::InputRange)],
        "{report}"
    );
    let bundle = evidence::bundles(&report).remove(0);
    let mut files = [(bundle, Vec::new())];
    evidence::export(Cursor::new(&board), &options, &report, &mut files).unwrap();
    let shown = evidence::check(Cursor::new(&files[0].1), &local.organiser).unwrap();
    assert_eq!(shown.faults.len(), 1);
    // The transcript changes nothing about who is named.
    for (made, verdict) in [(set_up, Verdict::Verified), (other, Verdict::Failed)] {
        let options = Options {
            set_up: Some(made.files.transcript),
            contributors: made.contributors.to_vec(),
            ..Options::with_organiser(local.organiser)
        };
        let with = audit(Cursor::new(&board), &options).unwrap();
        assert_eq!((with.verdict, &with.faults), (verdict, &report.faults));
    }
}

/// A client whose commitment is to another vector than its proof.
struct Forger {
    client: LocalClient,
    key: std::sync::Arc<SigningKey>,
    lengths: Vec<usize>,
}

impl Forger {
    fn new(local: &LocalRound<Bls12381Groth16>, client: LocalClient) -> Self {
        Self {
            key: local.client_keys[client.id().index()].clone(),
            lengths: local.round.submit_lengths(),
            client,
        }
    }
}

impl Party for Forger {
    fn id(&self) -> ClientId {
        self.client.id()
    }

    fn speak(&mut self, phase: Phase, package: &[u8]) -> Vec<Vec<u8>> {
        let messages = self.client.speak(phase, package);
        if phase != Phase::Submit {
            return messages;
        }
        let mut swap = |parts: &mut Vec<Vec<u8>>| {
            // The commitment to the row, and the one over the key.
            let (row, rest) = parts[0].split_at_mut(48);
            row.swap_with_slice(&mut rest[..48]);
        };
        let (key, lengths) = (&self.key, &self.lengths);
        let again = |bytes: &Vec<u8>| veragg_lab::sign_again(key, bytes, lengths, &mut swap);
        messages.iter().map(again).collect()
    }
}

/// A round in which client 3 drops out and client 4 is a [`Forger`], and another set-up.
pub(crate) struct RoundWithSetUp {
    pub(crate) set_up: PlayedSetUp,
    pub(crate) other: PlayedSetUp,
    pub(crate) local: LocalRound<Bls12381Groth16>,
    pub(crate) board: Vec<u8>,
}

impl RoundWithSetUp {
    pub(crate) fn play() -> Self {
        let builder = ConfigurationBuilder::new(segments(), 150_000, 150_000, [7; 32]);
        let statement = builder.statement().unwrap();
        let [set_up, other] = [(); 2].map(|()| play_set_up(&statement, 7, &mut OsRng).unwrap());
        let local = LocalRound::with_set_up(&set_up.key.set_up(), 7, builder, &mut OsRng);
        let local: LocalRound<Bls12381Groth16> = local.unwrap();
        let board = board_of(&local, |id, client| match id.number() {
            3 => Box::new(client.dropping_out_after(Phase::Confirm)),
            4 => Box::new(Forger::new(&local, client)),
            _ => Box::new(client),
        });
        Self {
            set_up,
            other,
            local,
            board,
        }
    }
}
