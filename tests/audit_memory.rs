//! What the audit holds in memory: one message and one batch of proofs, whatever the number of
//! submissions, and a little for each client.
#![allow(clippy::unwrap_used)]

use peak_alloc::PeakAlloc;
use rand_core::OsRng;
use veragg::circuits::bulletproofs::RistrettoBulletproofs;
use veragg::local::{play, Participant, Setting};
use veragg::protocol::configuration::SegmentConfiguration;
use veragg::protocol::members::ClientId;
use veragg::protocol::organiser::Proposal;
use veragg::verifier::{audit, Options, Verdict};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Plays a round of `clients` with `len` numbers of 8 bits, and audits its board. Returns bytes of
/// a submission, of the board, and at the peak of the audit beyond what was there before.
fn measure(clients: u32, len: usize) -> [usize; 3] {
    let proposal = Proposal::new(
        vec![SegmentConfiguration::integers("numbers", len, 256)],
        0,
        0,
        [7; 32],
    );
    let setting = Setting::<RistrettoBulletproofs>::new(clients, proposal, &mut OsRng).unwrap();
    let mut members: Vec<Box<dyn Participant>> = ClientId::all(clients)
        .map(|id| setting.member(id, vec![7; len]).unwrap())
        .map(|member| Box::new(member) as Box<dyn Participant>)
        .collect();
    let aggregator = setting.aggregator(Vec::new()).unwrap();
    let played = play(aggregator, &mut members, |_| ()).unwrap();
    let board = setting.board(played.aggregator.log());
    let submission = setting.round.submit_lengths().iter().sum();
    drop((played, members));

    let options = Options {
        organiser: Some(setting.organiser),
        ..Options::default()
    };
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    // On one thread, so that what threads need at the same moment does not blur the measurement.
    let alone = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    let report = alone.install(|| audit(&board[..], &options)).unwrap();
    let peak = ALLOCATOR.peak_usage() - before;
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    let sizes = [submission, board.len(), peak];
    println!("{clients} clients, {len} numbers: submission, board, peak of {sizes:?} bytes");
    sizes
}

/// One test, since the allocator counts for the whole process.
#[test]
fn the_audit_holds_one_submission_at_a_time_and_little_for_each_client() {
    let [_, _, short] = measure(4, 60);
    let [submission, board, long] = measure(4, 6000);
    let growth = long - short;
    // One message, then its proof, still encoded, and one sum of commitments, are all that is longer;
    // measured: 1.9 submissions. All four would be more than that.
    assert!(growth < 4 * submission, "{growth} of {submission}");
    assert!(growth < 2 << 20, "{growth}");
    assert!(board > 4 * submission);

    let ([_, _, few], [_, _, many]) = (measure(10, 4), measure(40, 4));
    // Keys, lists, 64 bytes for each of 39 holders, a share from each; and, since so few make one
    // batch, the message with its shares and later the decoded proof.
    let each = (many - few) / 30;
    assert!(each < 32 << 10, "{each} bytes a client");
}
