//! The memory of the audit: one batch of proofs, one piece of any other long message, and a little for each
//! client. It does not grow with the number of submissions.
#![allow(clippy::unwrap_used)]

use std::io::{self, Read, Seek, SeekFrom};

use peak_alloc::PeakAlloc;
use veragg::circuits::bitplane::RistrettoBitplane;
use veragg::circuits::group::{Group, Ristretto};
use veragg::circuits::proof_system::ProofSystem;
use veragg::protocol::crypto::context::{Context, Version};
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::crypto::tree::Leaf;
use veragg::protocol::round::configuration::SegmentConfiguration;
use veragg::protocol::round::organiser::ConfigurationBuilder;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::round::protocol::Dialect;
use veragg::protocol::wire::board::{RecordKind, Records, PIECE_LEN, RECORD_HEAD_LEN};
use veragg::protocol::wire::body;
use veragg::protocol::wire::message::{Envelope, Sender, ENVELOPE_LEN};
use veragg::verifier::{audit, Options, Verdict};
use veragg_lab::local::{play, LocalRound, Party};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

type Suite = RistrettoBitplane;

const CLIENTS: u32 = 4;

/// Bytes at the peak of `work`, beyond what was there before.
fn peak<T>(work: impl FnOnce() -> T) -> (usize, T) {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let done = work();
    (ALLOCATOR.peak_usage() - before, done)
}

/// Bytes of a round and of its audit.
#[derive(Debug)]
struct Measured {
    proof: usize,
    peak: usize,
    /// The most that memory grew while a masked vector, or the publication, was read. `reads`: at how many reads
    /// memory was measured.
    passing: usize,
    reads: usize,
}

/// A board that records the position and the memory in use at every read.
struct Watched<'a> {
    bytes: &'a [u8],
    at: usize,
    seen: Vec<(usize, usize)>,
}

impl Seek for Watched<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let mut cursor = io::Cursor::new(self.bytes);
        cursor.set_position(self.at as u64);
        let at = cursor.seek(to)?;
        self.at = at as usize;
        Ok(at)
    }
}

impl Read for Watched<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        assert!(
            self.seen.len() < self.seen.capacity(),
            "more reads than are noted"
        );
        self.seen.push((self.at, ALLOCATOR.current_usage()));
        let read = (&self.bytes[self.at..]).read(out)?;
        self.at += read;
        Ok(read)
    }
}

/// The most by which the memory in use differs between the reads of the long part of one record, and the number of
/// these reads.
fn longest_growth(
    local: &LocalRound<Suite>,
    board: &[u8],
    seen: &[(usize, usize)],
) -> (usize, usize) {
    let [proof, masked] = local.round.submit_lengths()[..] else {
        panic!("a submission has two parts");
    };
    let (mut at, mut most, mut reads) = (local.header.encode().len(), 0, 0);
    while let Some(head) = board.get(at..at + RECORD_HEAD_LEN) {
        let length = u32::from_be_bytes(head[1..].try_into().unwrap()) as usize;
        let end = at + RECORD_HEAD_LEN + length;
        // A submission has a proof before its vector, the publication has none.
        let skip = match length.checked_sub(ENVELOPE_LEN) {
            Some(body) if body == proof + masked => proof,
            Some(body) if body >= masked => 0,
            _ => masked,
        };
        // After one piece, all memory for the record is allocated.
        let start = at + RECORD_HEAD_LEN + ENVELOPE_LEN + skip + PIECE_LEN;
        let inside = seen.iter().filter(|(at, _)| (start..end).contains(at));
        let inside: Vec<(usize, usize)> = inside.copied().collect();
        // A masked vector is read twice; each pass is measured by itself.
        for pass in inside.chunk_by(|one, next| one.0 < next.0) {
            let usage = || pass.iter().map(|(_, usage)| *usage);
            reads += pass.len();
            if let (Some(high), Some(low)) = (usage().max(), usage().min()) {
                most = most.max(high - low);
            }
        }
        at = end;
    }
    (most, reads)
}

/// Plays a round of `clients` with `len` numbers of 8 bits, and audits its board.
fn measure(clients: u32, len: usize) -> Measured {
    let builder = ConfigurationBuilder::new(
        vec![SegmentConfiguration::integers("numbers", len, 256)],
        0,
        0,
        [7; 32],
    );
    let local = veragg_lab::ready_in::<Suite>(clients, builder).unwrap();
    let mut parties: Vec<Box<dyn Party>> = ClientId::all(clients)
        .map(|id| local.client(id, vec![7; len]).unwrap())
        .map(|client| Box::new(client) as Box<dyn Party>)
        .collect();
    let aggregator = local.aggregator(Vec::new()).unwrap();
    let played = play(aggregator, &mut parties, |_| ()).unwrap();
    let board = local.board(&played.aggregator.records().unwrap());
    drop((played, parties));

    let options = Options {
        organiser: Some(local.organiser),
        aggregate: Some(vec![7 * u128::from(clients); len]),
        ..Options::default()
    };
    // With one thread, the measurement does not depend on what several threads need at the same moment.
    let alone = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    let mut watched = Watched {
        bytes: &board,
        at: 0,
        seen: Vec::with_capacity(board.len() / 1024 + 1024),
    };
    let (peak, report) = peak(|| alone.install(|| audit(&mut watched, &options)).unwrap());
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    let (passing, reads) = longest_growth(&local, &board, &watched.seen);
    let measured = Measured {
        proof: local.round.proofs().proof_len(),
        peak,
        passing,
        reads,
    };
    println!("{clients} clients, {len} numbers: {measured:?}");
    measured
}

/// The peak of memory while a body of `len` zeros is read scalar by scalar.
fn read_long_body(len: usize) -> usize {
    let zeros = || io::repeat(0).take(len as u64);
    let mut leaf = Leaf::new();
    io::copy(&mut zeros(), &mut Hashing(&mut leaf)).unwrap();
    let envelope = Envelope {
        context: Context {
            version: Version::CURRENT,
            digest: [1; 32],
        },
        phase: Phase::Publish,
        sender: Sender::Aggregator,
        answers: [2; 32],
        body_root: leaf.finish(),
        signature: [0; 64],
    };
    let length = ENVELOPE_LEN + len;
    let mut head = vec![RecordKind::Message as u8];
    head.extend((length as u32).to_be_bytes());
    head.extend(envelope.encode());
    let dialect = Dialect {
        version: Version::CURRENT,
        is_committee: false,
    };
    let (peak, scalars) = peak(|| {
        let mut records = Records::new(head.chain(zeros()), 0, length);
        let mut record = records.next_record().unwrap().unwrap();
        let envelope = record.envelope(&dialect).unwrap().unwrap();
        let mut scalars = 0;
        let read = body::read(record, &envelope, vec![len], |body| {
            body.scalars::<Ristretto>(len / Ristretto::SCALAR_LEN, "number", |_| scalars += 1)
        });
        assert_eq!(read.unwrap(), Ok(Ok(())));
        scalars
    });
    assert_eq!(scalars, len / Ristretto::SCALAR_LEN);
    println!("body of {len} bytes: {peak}");
    peak
}

struct Hashing<'a>(&'a mut Leaf);

impl io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// This is one test, because the allocator counts for the whole process.
#[test]
fn the_audit_holds_one_batch_of_proofs_and_little_for_each_client() {
    // One piece, and the scalars in it.
    assert!(read_long_body(1 << 25) < 3 * PIECE_LEN);

    let lengths = [60, 6000, 600_000].map(|len| measure(CLIENTS, len));
    for pair in lengths.windows(2) {
        // The vector becomes a hundred times as long, a proof about ten times. The memory grows with the length of
        // a proof: for the generators, for the multiplication of the opening (half of the growth, measured
        // without V-07), and for a batch of decoded proofs. Measured: 6 and 14 times a batch.
        let growth = pair[1].peak.saturating_sub(pair[0].peak);
        let batch = CLIENTS as usize * (pair[1].proof - pair[0].proof);
        assert!(growth < 20 * batch, "{growth} for a batch of {batch}");
        assert!(pair[1].peak < 10 * pair[0].peak, "{pair:?}");
    }
    // Vectors of 790 kB are read, but not kept.
    let [_, _, long] = lengths;
    assert!(long.reads > 20, "{long:?}");
    assert!(long.passing < 2 * PIECE_LEN, "{long:?}");

    let (few, many) = (measure(10, 4), measure(40, 4));
    // For each client: keys, lists, 64 bytes for each of 39 holders, and a share from each. So few clients are in
    // one batch, so also: the message with its shares, the decoded proof, and the decoded attestation with its
    // equations.
    let each = (many.peak - few.peak) / 30;
    assert!(each < 128 << 10, "{each} bytes a client");
}
