//! The memory of a round in one process: a bounded part of all long messages at a time.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use peak_alloc::PeakAlloc;
use rand_core::OsRng;
use veragg::circuits::bulletproofs::{RistrettoBulletproofs, MAX_LEN};
use veragg::protocol::aggregator::AggregatorError;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::pairwise::package::Package;
use veragg::protocol::round::configuration::SegmentConfiguration;
use veragg::protocol::round::organiser::ConfigurationBuilder;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::message::{Message, Sender};
use veragg::BoardFile;
use veragg_lab::local::{play, LocalClient, LocalRound, Party};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const CLIENTS: u32 = 128;

/// A client that is honest until it submits. Then it sends a submission of zeros: this costs nothing to make, and is
/// refused only when it is verified.
struct Idle {
    client: LocalClient,
    local: Arc<LocalRound<RistrettoBulletproofs>>,
}

impl Party for Idle {
    fn id(&self) -> ClientId {
        self.client.id()
    }

    fn speak(&mut self, phase: Phase, package: &[u8]) -> Vec<Vec<u8>> {
        if phase != Phase::Submit {
            return self.client.speak(phase, package);
        }
        let round = &self.local.round;
        let parts: Vec<_> = round
            .submit_lengths()
            .into_iter()
            .map(|length| vec![0; length])
            .collect();
        let message = Message::sign(
            &self.local.client_keys[self.id().index()],
            *round.context(),
            phase,
            Sender::Client(self.id()),
            Package::decode(package, CLIENTS)
                .unwrap()
                .checkpoint
                .digest(),
            &parts,
        );
        vec![message.encode()]
    }
}

#[test]
fn neither_driver_nor_aggregator_holds_all_submissions() {
    let segments = vec![SegmentConfiguration::integers("numbers", MAX_LEN, 1 << 16)];
    let builder = ConfigurationBuilder::new(segments, 0, 0, [7; 32]);
    let local = Arc::new(LocalRound::new(CLIENTS, builder, &mut OsRng).unwrap());
    let mut parties: Vec<_> = ClientId::all(CLIENTS)
        .map(|id| Idle {
            client: local.client(id, Vec::new()).unwrap(),
            local: Arc::clone(&local),
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("round.board");
    let log = BoardFile::create(&path, &local.header).unwrap();
    let aggregator = local.aggregator(log).unwrap();

    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let played = play(aggregator, &mut parties, |_| ());
    let peak = ALLOCATOR.peak_usage() - before;
    // The submissions were received, but none was valid.
    let ended = played.map(|_| ()).err();
    assert!(
        matches!(
            ended,
            Some(AggregatorError::TooFew {
                phase: Phase::Submit,
                got: 0,
                ..
            })
        ),
        "{ended:?}"
    );
    let board = std::fs::metadata(&path).unwrap().len() as usize;
    println!("board and peak of {:?} bytes", [board, peak]);
    // One batch of 32 MiB, one message, and what the set-up keeps: keys, shares, commitments.
    assert!(board > 100 << 20, "{board}");
    assert!(peak < 50 << 20, "{peak}");
}
