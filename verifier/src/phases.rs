//! The phases as the audit judges them, one file each (`specs/audit.md` 3).
//!
//! A phase knows how long its messages are and how they are read, judges what is said in it, gives its list
//! when it ends, and what comes next. [`crate::pass`] leads from one to the next.

/// The body of a message is held whole.
macro_rules! whole_body {
    () => {
        type Content<'a>
            = Vec<u8>
        where
            P: 'a;

        fn read<'a, R: std::io::Read>(
            &self,
            _: &crate::ground::Ground<'a, P>,
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
use crate::ground::Ground;

/// Messages judged together: of a phase that judges in batches they are the only ones in memory at once.
const BATCH: usize = 64;

/// A message that is in its position, and what was read of its body.
pub(crate) struct ReadMessage<C> {
    pub(crate) leaf: u64,
    /// Where its record stands.
    pub(crate) position: RecordPosition,
    pub(crate) envelope: Envelope,
    pub(crate) content: C,
}

impl ReadMessage<Vec<u8>> {
    /// The whole message.
    pub(crate) fn message(self) -> Message {
        Message {
            envelope: self.envelope,
            body: self.content,
        }
    }
}

/// What the board gives when a phase ends.
pub(crate) struct Derived {
    /// The list.
    pub(crate) list: ClientSet,
    /// Clients that are not on the list because they broke a rule. Silent clients are not among them.
    pub(crate) excluded: ClientSet,
    /// Clients that spoke, broke no rule, and are not on the list all the same.
    pub(crate) cleared: ClientSet,
}

impl Derived {
    /// A list beside which nobody is excluded or cleared.
    pub(crate) fn of(list: ClientSet, clients: u32) -> Self {
        Self {
            list,
            excluded: ClientSet::empty(clients),
            cleared: ClientSet::empty(clients),
        }
    }
}

/// Who has spoken in a phase that ends, and whom its checkpoint lists.
pub(crate) struct Ending<'a> {
    pub(crate) received: &'a ClientSet,
    pub(crate) listed: &'a ClientSet,
}

impl Ending<'_> {
    /// Says whether a client can be on the list: it spoke, and, if the check that decides about the list is
    /// skipped, the checkpoint lists it. A list whose check is skipped is taken at its word.
    pub(crate) fn believed(
        &self,
        check: Check,
        findings: &Findings,
    ) -> impl Fn(ClientId) -> bool + '_ {
        let skipped = findings.skips(check);
        move |client| self.received.contains(client) && (!skipped || self.listed.contains(client))
    }
}

/// What a phase works with when it ends.
pub(crate) struct Desk<'d, 'a, P: ProofSystem, R> {
    /// What the board has established.
    pub(crate) ground: &'d mut Ground<'a, P>,
    /// The records, to read some of them again.
    pub(crate) records: &'d mut Records<R>,
    pub(crate) findings: &'d mut Findings,
}

/// A phase of the audit.
pub(crate) trait Judge<P: ProofSystem>: Sized {
    /// What is held of the body of a message.
    type Content<'a>
    where
        P: 'a;

    /// Which phase it is.
    fn phase(&self) -> Phase;

    /// Lengths of the parts of a client's message whose body has `body` bytes.
    fn lengths(&self, ground: &Ground<'_, P>, client: ClientId, body: usize) -> Vec<usize>;

    /// Reads the body of the message with this entry as it streams by.
    fn read<'a, R: Read>(
        &self,
        ground: &Ground<'a, P>,
        entry: &Digest,
        body: &mut Body<'_, R>,
    ) -> Result<Self::Content<'a>, BoardError>;

    /// Judges what a client said, or keeps it to be judged with others.
    fn take(
        &mut self,
        ground: &mut Ground<'_, P>,
        client: ClientId,
        said: ReadMessage<Self::Content<'_>>,
        findings: &mut Findings,
    );

    /// Judges what the aggregator said, which it may in publish alone. It may be there without its body.
    fn take_aggregators<R: Read + Seek>(
        &mut self,
        _: Option<ReadMessage<Self::Content<'_>>>,
        _: Desk<'_, '_, P, R>,
    ) -> Result<(), BoardError> {
        Ok(())
    }

    /// The list that the board gives when the phase ends (`specs/protocol.md` 5).
    fn close<R: Read + Seek>(
        &mut self,
        ending: &Ending<'_>,
        desk: Desk<'_, '_, P, R>,
    ) -> Result<Derived, BoardError>;

    /// Goes on under the list that the clients follow, right or wrong, whose checkpoint has this digest.
    /// Nothing comes next when the round is over.
    fn follow<R: Read + Seek>(
        self,
        list: ClientSet,
        checkpoint: &Digest,
        desk: Desk<'_, '_, P, R>,
    ) -> Result<Option<Open<P>>, BoardError>;
}

/// The phase that is open.
pub(crate) enum Open<P: ProofSystem> {
    Advertise(advertise::Advertise),
    Share(share::Share),
    Confirm(confirm::Confirm),
    Submit(submit::Submit<P>),
    Attest(attest::Attest<P>),
    Dispute(dispute::Dispute<P>),
    Acknowledge(acknowledge::Acknowledge<P>),
    Unmask(unmask::Unmask<P>),
    Publish(publish::Publish),
}

/// Does the same with whichever phase is open.
macro_rules! in_phase {
    ($open:expr, $phase:ident => $act:expr) => {
        match $open {
            $crate::phases::Open::Advertise($phase) => $act,
            $crate::phases::Open::Share($phase) => $act,
            $crate::phases::Open::Confirm($phase) => $act,
            $crate::phases::Open::Submit($phase) => $act,
            $crate::phases::Open::Attest($phase) => $act,
            $crate::phases::Open::Dispute($phase) => $act,
            $crate::phases::Open::Acknowledge($phase) => $act,
            $crate::phases::Open::Unmask($phase) => $act,
            $crate::phases::Open::Publish($phase) => $act,
        }
    };
}
pub(crate) use in_phase;
