//! What is left of an earlier round of the same parties, in which everybody was honest.

use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::Record;
use veragg_protocol::wire::message::Sender;

/// An earlier round. Without anything there was none, since no attack needs one.
#[derive(Default)]
pub(crate) struct Earlier {
    /// Everything that clients and trustees sent, in order.
    pub(crate) sent: Vec<(Sender, Phase, Vec<u8>)>,
    /// The records of the board.
    pub(crate) records: Vec<Record>,
}

impl Earlier {
    /// What a client or a trustee sent in a phase.
    pub(crate) fn message(&self, of: Sender, when: Phase) -> Option<Vec<u8>> {
        let mut sent = self.sent.iter();
        let found = sent.find(|(sender, phase, _)| (*sender, *phase) == (of, when));
        found.map(|(.., message)| message.clone())
    }
}
