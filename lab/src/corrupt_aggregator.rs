//! A round with a corrupt aggregator: what it does otherwise than an honest one.

use rayon::prelude::*;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::pairwise::package::Package;
use veragg_protocol::pairwise::publish::Publication;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::Record;
use veragg_protocol::wire::message::{Message, Sender};
use veragg_protocol::wire::receipt::Receipt;

use crate::books::Books;
use crate::finished::Finished;
use crate::fixtures::id;
use crate::local::{LocalRound, Party};
use crate::network::{Network, Stop};
use crate::scene::Scene;

type Admit = dyn FnMut(Phase, Vec<Vec<u8>>) -> Vec<Vec<u8>>;
type List = dyn FnMut(Phase, ClientSet) -> ClientSet;
type Show = dyn FnMut(ClientId, Package) -> Package;
type Write = dyn FnMut(Vec<u8>) -> Vec<u8>;
type Rewrite<P> = dyn FnMut(&LocalRound<P>, Vec<Record>) -> Vec<Record>;
type Publish<P> = dyn FnMut(
    &Books<P>,
    Publication<<P as ProofSystem>::Group>,
) -> Publication<<P as ProofSystem>::Group>;

/// An aggregator that does what it is asked for, one after the other, and is honest in everything else.
///
/// ```
/// use veragg_lab::{named, CorruptAggregator, Scene};
/// use veragg_protocol::circuits::group::ristretto::Fr;
/// use veragg_verifier::{Check, Culprit, Verdict};
///
/// // It publishes a sum that is off by one in the first coordinate, and signs everything as it must be.
/// let finished = CorruptAggregator::new()
///     .publishing(|_, mut publication| {
///         publication.opening[0] += Fr::from(1u64);
///         publication
///     })
///     .play(Scene::new(4, &[(3, 101)]));
/// let report = finished.audit();
/// assert_eq!(report.verdict, Verdict::Failed);
/// assert_eq!(named(&report), [(Culprit::Aggregator, Check::Opening)].into());
/// ```
pub struct CorruptAggregator<P: ProofSystem> {
    admit: Box<Admit>,
    list: Box<List>,
    show: Box<Show>,
    publish: Box<Publish<P>>,
    write: Box<Write>,
    rewrite: Box<Rewrite<P>>,
    fork: Option<Fork>,
}

/// A second board, which is the same up to the close of a phase.
struct Fork {
    /// The phase.
    at: Phase,
    /// Who is missing on the list that closes the phase on the second board.
    without: ClientId,
    /// Who is shown the second board.
    to: Vec<u32>,
}

impl<P: ProofSystem> Default for CorruptAggregator<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: ProofSystem> CorruptAggregator<P> {
    /// An aggregator that acts like an honest one until a test changes that.
    pub fn new() -> Self {
        Self {
            admit: Box::new(|_, messages| messages),
            list: Box::new(|_, list| list),
            show: Box::new(|_, package| package),
            publish: Box::new(|_, publication| publication),
            write: Box::new(|body| body),
            rewrite: Box::new(|_, records| records),
            fork: None,
        }
    }

    /// Changes which of the messages of a phase go on the board.
    pub fn admitting(
        mut self,
        mut admit: impl FnMut(Phase, Vec<Vec<u8>>) -> Vec<Vec<u8>> + 'static,
    ) -> Self {
        let mut before = self.admit;
        self.admit = Box::new(move |phase, messages| admit(phase, before(phase, messages)));
        self
    }

    /// Changes the list that closes a phase.
    pub fn listing(
        mut self,
        mut list: impl FnMut(Phase, ClientSet) -> ClientSet + 'static,
    ) -> Self {
        let mut before = self.list;
        self.list = Box::new(move |phase, clients| list(phase, before(phase, clients)));
        self
    }

    /// Changes the package that a client is shown.
    pub fn showing(mut self, mut show: impl FnMut(ClientId, Package) -> Package + 'static) -> Self {
        let mut before = self.show;
        self.show = Box::new(move |reader, package| show(reader, before(reader, package)));
        self
    }

    /// A client signed two messages in a phase: clients for which `to` holds are shown the second, all others
    /// the first.
    pub fn showing_second(
        self,
        number: u32,
        phase: Phase,
        to: impl Fn(u32) -> bool + 'static,
    ) -> Self {
        let author = Sender::Client(id(number));
        self.showing(move |reader, mut package| {
            let mut seen = 0;
            package.items.retain(|item| {
                let is_one = item.envelope.phase == phase && item.envelope.sender == author;
                seen += usize::from(is_one);
                !is_one || (seen == 2) == to(reader.number())
            });
            package
        })
    }

    /// Changes the publication.
    pub fn publishing(
        mut self,
        mut publish: impl FnMut(&Books<P>, Publication<P::Group>) -> Publication<P::Group> + 'static,
    ) -> Self {
        let mut before = self.publish;
        self.publish = Box::new(move |books, honest| {
            let publication = before(books, honest);
            publish(books, publication)
        });
        self
    }

    /// Changes the bytes of the publication before they are signed.
    pub fn writing(mut self, mut write: impl FnMut(Vec<u8>) -> Vec<u8> + 'static) -> Self {
        let mut before = self.write;
        self.write = Box::new(move |body| write(before(body)));
        self
    }

    /// Changes the records of the board when the round is over.
    pub fn rewriting(
        mut self,
        mut rewrite: impl FnMut(&LocalRound<P>, Vec<Record>) -> Vec<Record> + 'static,
    ) -> Self {
        let mut before = self.rewrite;
        self.rewrite = Box::new(move |local, records| rewrite(local, before(local, records)));
        self
    }

    /// Signs a second checkpoint for a phase, with a list that lacks a client, and shows the clients `to` what follows from
    /// that one. The board that is published is the one of the other clients.
    pub fn forking(mut self, at: Phase, without: u32, to: &[u32]) -> Self {
        let (without, to) = (id(without), to.to_vec());
        self.fork = Some(Fork { at, without, to });
        self
    }

    /// Plays a round to its end, however many clients are left.
    pub fn play(self, scene: Scene<P>) -> Finished<P> {
        self.play_by(scene, None)
    }

    /// The same over a network, with one client after the other, so that the same seed gives the same board. The network
    /// loses and repeats nothing, since this aggregator takes every message that it is given.
    pub(crate) fn play_over(self, scene: Scene<P>, network: Network) -> Finished<P> {
        self.play_by(scene, Some(network))
    }

    fn play_by(mut self, scene: Scene<P>, mut network: Option<Network>) -> Finished<P> {
        let Scene {
            local,
            inputs,
            mut parties,
            ..
        } = scene;
        let (mut books, mut second) = (Books::new(&local), None::<Books<P>>);
        let (mut receipts, mut shown) = (Vec::new(), Vec::new());
        while books.phase != Phase::Publish {
            let phase = books.phase;
            let [messages, of_second] =
                self.collect(&mut network, &books, second.as_ref(), &mut parties);
            if let Some(second) = &mut second {
                for bytes in (self.admit)(phase, of_second) {
                    second.take(bytes);
                }
                let list = (self.list)(phase, second.list());
                second.close(list);
            }
            // It gives a receipt for everything, as if it would put everything on the board.
            for (leaf, bytes) in (books.leaves()..).zip(&messages) {
                receipts.extend(receipt(&local, leaf, bytes));
            }
            for bytes in (self.admit)(phase, messages) {
                books.take(bytes);
            }
            let list = (self.list)(phase, books.list());
            if let Some(fork) = self.fork.as_ref().filter(|fork| fork.at == phase) {
                let mut other = books.clone();
                let mut without = list.clone();
                without.remove(fork.without);
                other.close(without);
                shown.extend(other.package().map(|package| package.checkpoint));
                second = Some(other);
            }
            books.close(list);
        }
        let publication = (self.publish)(&books, books.publication());
        books.publish((self.write)(publication.encode()));
        let records = (self.rewrite)(&local, books.records);
        Finished {
            local,
            inputs,
            records,
            receipts,
            refusals: Vec::new(),
            shown,
        }
    }

    /// The messages of clients in answer to the packages that they are shown: those for the first board, and those for the
    /// second.
    fn collect(
        &mut self,
        network: &mut Option<Network>,
        first: &Books<P>,
        second: Option<&Books<P>>,
        parties: &mut [Box<dyn Party>],
    ) -> [Vec<Vec<u8>>; 2] {
        let phase = first.phase;
        let shown: Vec<(usize, Vec<u8>)> = parties
            .iter()
            .map(|party| {
                let board = second.filter(|_| self.follows_second(party.id()));
                let package = board.unwrap_or(first).package();
                let package = package.map(|package| (self.show)(party.id(), package).encode());
                (usize::from(board.is_some()), package.unwrap_or_default())
            })
            .collect();
        let said: Vec<(usize, Vec<Vec<u8>>)> = match network {
            None => {
                let said = parties.par_iter_mut().zip(&shown);
                said.map(|(party, (board, package))| (*board, party.speak(phase, package)))
                    .collect()
            }
            Some(network) => {
                let order = network.order(parties.len());
                let in_turn = order.into_iter().map(|place| {
                    let (party, (board, package)) = (&mut parties[place], &shown[place]);
                    let stops = network.stops_at_turn();
                    if stops == Some(Stop::Before) {
                        party.restart();
                    }
                    let said = party.speak(phase, package);
                    if stops == Some(Stop::After) {
                        party.restart();
                    }
                    (*board, said)
                });
                in_turn.collect()
            }
        };
        let mut of_boards: [Vec<Vec<u8>>; 2] = Default::default();
        for (board, messages) in said {
            of_boards[board].extend(messages);
        }
        of_boards
    }

    fn follows_second(&self, client: ClientId) -> bool {
        let fork = self.fork.as_ref();
        fork.is_some_and(|fork| fork.to.contains(&client.number()))
    }
}

/// The receipt for a client's message that becomes a leaf.
fn receipt<P: ProofSystem>(
    local: &LocalRound<P>,
    leaf: u64,
    bytes: &[u8],
) -> Option<(ClientId, Phase, Receipt)> {
    let envelope = Message::decode(bytes).ok()?.envelope;
    let Sender::Client(client) = envelope.sender else {
        return None;
    };
    let (key, context) = (&local.aggregator_key, *local.round.context());
    let receipt = Receipt::sign(key, context, leaf, envelope.entry());
    Some((client, envelope.phase, receipt))
}
