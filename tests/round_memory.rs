//! What a round in one process holds in memory: a bounded part of all long messages at a time.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use peak_alloc::PeakAlloc;
use rand_core::OsRng;
use veragg::board_file::BoardFile;
use veragg::circuits::bulletproofs::{RistrettoBulletproofs, MAX_LEN};
use veragg::protocol::aggregator::AggregatorError;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::pairwise::package::Package;
use veragg::protocol::round::configuration::SegmentConfiguration;
use veragg::protocol::round::organiser::Proposal;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::message::{Message, Sender};
use veragg_lab::local::{play, Member, Participant, Setting};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const CLIENTS: u32 = 128;

/// An honest member until it submits: then it says zeros, as many as a submission has, which costs
/// nothing to prove and is refused when it is judged, not before.
struct Idle {
    member: Member<RistrettoBulletproofs>,
    setting: Arc<Setting<RistrettoBulletproofs>>,
}

impl Participant for Idle {
    fn id(&self) -> ClientId {
        self.member.id()
    }

    fn speak(&mut self, phase: Phase, package: &[u8]) -> Vec<Vec<u8>> {
        if phase != Phase::Submit {
            return self.member.speak(phase, package);
        }
        let round = &self.setting.round;
        let parts: Vec<_> = round
            .submit_lengths()
            .into_iter()
            .map(|length| vec![0; length])
            .collect();
        let message = Message::sign(
            &self.setting.clients[self.id().index()],
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
    let proposal = Proposal::new(segments, 0, 0, [7; 32]);
    let setting = Arc::new(Setting::new(CLIENTS, proposal, &mut OsRng).unwrap());
    let mut people: Vec<_> = ClientId::all(CLIENTS)
        .map(|id| Idle {
            member: setting.member(id, Vec::new()).unwrap(),
            setting: Arc::clone(&setting),
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("round.board");
    let log = BoardFile::create(&path, &setting.header).unwrap();
    let aggregator = setting.aggregator(log).unwrap();

    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let played = play(aggregator, &mut people, |_| ());
    let peak = ALLOCATOR.peak_usage() - before;
    // They were taken, and none was good.
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
    // One batch of 32 MiB and a message, and what the set-up leaves: keys, shares, commitments.
    assert!(board > 100 << 20, "{board}");
    assert!(peak < 50 << 20, "{peak}");
}
