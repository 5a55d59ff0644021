//! The phases as the audit judges them, one file each (`specs/audit.md` 3).
//!
//! A phase knows how long its messages are and how they are read. It judges them, derives its list when it
//! ends, and names the phase that follows. [`crate::pairwise::pass`] goes from one phase to the next.

/// Implements the part of [`Judge`] that reads a body, for phases that hold bodies whole.
macro_rules! whole_body {
    () => {
        type Content<'a>
            = Vec<u8>
        where
            P: 'a;

        fn read<'a, R: std::io::Read>(
            &self,
            _: &crate::pairwise::established::Established<'a, P>,
            _: &veragg_protocol::crypto::hash::Digest,
            body: &mut veragg_protocol::wire::body::Body<'_, R>,
        ) -> Result<Vec<u8>, BoardError> {
            body.whole()
        }
    };
}

pub(crate) mod acknowledge;
pub(crate) mod advertise;
pub(crate) mod attest;
pub(crate) mod confirm;
pub(crate) mod dispute;
pub(crate) mod publish;
pub(crate) mod share;
pub(crate) mod submit;
pub(crate) mod unmask;

use std::io::{Read, Seek};

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{BoardError, RecordPosition, Records};
use veragg_protocol::wire::body::Body;
use veragg_protocol::wire::message::{Envelope, Message};

use crate::check::Check;
use crate::findings::Findings;
use crate::pairwise::established::Established;

/// How many messages are judged together. A phase that judges in batches holds no more messages at once; attest says how many it
/// holds.
const BATCH: usize = 64;

/// A message that passed V-04.2 to V-04.7, and what was read of its body.
pub(crate) struct ReadMessage<C> {
    pub(crate) leaf: u64,
    /// The position of its record in the board.
    pub(crate) position: RecordPosition,
    pub(crate) envelope: Envelope,
    pub(crate) content: C,
}

impl ReadMessage<Vec<u8>> {
    /// The message with its body.
    pub(crate) fn message(self) -> Message {
        Message {
            envelope: self.envelope,
            body: self.content,
        }
    }
}

/// What follows from the board when a phase ends.
pub(crate) struct Derived {
    /// The list that the checkpoint of the phase must hold.
    pub(crate) list: ClientSet,
    /// Clients that are not on the list because they broke a rule. Silent clients are not among them.
    pub(crate) excluded: ClientSet,
    /// Clients that sent a message and broke no rule, but are not on the list.
    pub(crate) cleared: ClientSet,
}

impl Derived {
    /// A list, with no client excluded and no client cleared.
    pub(crate) fn of(list: ClientSet, clients: u32) -> Self {
        Self {
            list,
            excluded: ClientSet::empty(clients),
            cleared: ClientSet::empty(clients),
        }
    }
}

/// The end of a phase: whose messages were received in it, and whom its checkpoint lists.
pub(crate) struct PhaseEnd<'a> {
    pub(crate) received: &'a ClientSet,
    pub(crate) listed: &'a ClientSet,
    /// The last leaf before the checkpoint, 0 if there is none.
    pub(crate) last_leaf: u64,
}

impl PhaseEnd<'_> {
    /// Returns the test whether a client can be on the derived list. Its message must have been received. If
    /// the check that decides about the list is skipped, the checkpoint must list it too, because then nothing
    /// but the checkpoint decides.
    pub(crate) fn may_be_listed(
        &self,
        check: Check,
        findings: &Findings,
    ) -> impl Fn(ClientId) -> bool + '_ {
        let skipped = findings.skips(check);
        move |client| self.received.contains(client) && (!skipped || self.listed.contains(client))
    }
}

/// What a phase reads and changes when it ends.
pub(crate) struct Workspace<'d, 'a, P: ProofSystem, R> {
    /// What the board has established.
    pub(crate) established: &'d mut Established<'a, P>,
    /// The records of the board, of which some are read again.
    pub(crate) records: &'d mut Records<R>,
    /// Everything that was found to be wrong.
    pub(crate) findings: &'d mut Findings,
}

/// The open phase, as the audit judges it.
pub(crate) trait Judge<P: ProofSystem>: Sized {
    /// What is kept of the body of a message.
    type Content<'a>
    where
        P: 'a;

    /// The phase of the protocol that this is.
    fn phase(&self) -> Phase;

    /// The lengths of the parts of a client's message whose body has `body` bytes.
    fn lengths(
        &self,
        established: &Established<'_, P>,
        client: ClientId,
        body: usize,
    ) -> Vec<usize>;

    /// Reads the body of the message with this entry, piece by piece.
    fn read<'a, R: Read>(
        &self,
        established: &Established<'a, P>,
        entry: &Digest,
        body: &mut Body<'_, R>,
    ) -> Result<Self::Content<'a>, BoardError>;

    /// Judges a client's message, or keeps it to judge it together with others.
    fn take(
        &mut self,
        established: &mut Established<'_, P>,
        client: ClientId,
        message: ReadMessage<Self::Content<'_>>,
        findings: &mut Findings,
    );

    /// Judges the message of the aggregator, which only publish has. `None` if its body was left out.
    fn take_aggregators<R: Read + Seek>(
        &mut self,
        _: u64,
        _: Option<ReadMessage<Self::Content<'_>>>,
        _: Workspace<'_, '_, P, R>,
    ) -> Result<(), BoardError> {
        Ok(())
    }

    /// Judges the messages that wait to be judged together with others, each by what it says alone. At the end of a
    /// board that is not finished no other message of the phase comes.
    fn judge_waiting(&mut self, _: &mut Established<'_, P>, _: &mut Findings) {}

    /// Judges what is left, and derives the list when the phase ends (`specs/protocol.md` 5).
    fn close<R: Read + Seek>(
        &mut self,
        end: &PhaseEnd<'_>,
        workspace: Workspace<'_, '_, P, R>,
    ) -> Result<Derived, BoardError>;

    /// Opens the next phase. `list` is the one that the clients follow, whether or not it is right, and
    /// `checkpoint` the digest of the checkpoint that holds it. `None` if the round is over.
    fn follow<R: Read + Seek>(
        self,
        list: ClientSet,
        checkpoint: &Digest,
        workspace: Workspace<'_, '_, P, R>,
    ) -> Result<Option<Open<P>>, BoardError>;
}

/// The open phase, with its state.
pub(crate) enum Open<P: ProofSystem> {
    Advertise(advertise::Advertise),
    Share(share::Share),
    Confirm(confirm::Confirm),
    Submit(submit::Submit),
    Attest(attest::Attest<P>),
    Dispute(dispute::Dispute<P>),
    Acknowledge(acknowledge::Acknowledge<P>),
    Unmask(unmask::Unmask<P>),
    Publish(publish::Publish),
}

/// Evaluates one expression for whichever phase is open.
macro_rules! in_phase {
    ($open:expr, $phase:ident => $act:expr) => {
        match $open {
            $crate::pairwise::phases::Open::Advertise($phase) => $act,
            $crate::pairwise::phases::Open::Share($phase) => $act,
            $crate::pairwise::phases::Open::Confirm($phase) => $act,
            $crate::pairwise::phases::Open::Submit($phase) => $act,
            $crate::pairwise::phases::Open::Attest($phase) => $act,
            $crate::pairwise::phases::Open::Dispute($phase) => $act,
            $crate::pairwise::phases::Open::Acknowledge($phase) => $act,
            $crate::pairwise::phases::Open::Unmask($phase) => $act,
            $crate::pairwise::phases::Open::Publish($phase) => $act,
        }
    };
}
pub(crate) use in_phase;
