//! A round with a corrupt aggregator: what it does otherwise than an honest one.

use rayon::prelude::*;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::pairwise::package::Package;
use veragg_protocol::pairwise::publish::Publication;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::Sender;

use crate::books::Books;
use crate::finished::Finished;
use crate::fixtures::id;
use crate::local::Party;
use crate::scene::Scene;

type Admit = dyn FnMut(Phase, Vec<Vec<u8>>) -> Vec<Vec<u8>>;
type List = dyn FnMut(Phase, ClientSet) -> ClientSet;
type Show = dyn FnMut(ClientId, Package) -> Package;
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

    /// Plays a round to its end, however many clients are left.
    pub fn play(mut self, scene: Scene<P>) -> Finished<P> {
        let Scene {
            local,
            inputs,
            mut parties,
            ..
        } = scene;
        let mut books = Books::new(&local);
        while books.phase != Phase::Publish {
            let phase = books.phase;
            let messages = self.collect(&books, &mut parties);
            for bytes in (self.admit)(phase, messages) {
                books.take(bytes);
            }
            let list = (self.list)(phase, books.list());
            books.close(list);
        }
        let publication = (self.publish)(&books, books.publication());
        books.publish(&publication);
        Finished {
            local,
            inputs,
            records: books.records,
            receipts: Vec::new(),
            refusals: Vec::new(),
        }
    }

    /// The messages of all clients in answer to the packages that they are shown.
    fn collect(&mut self, books: &Books<P>, parties: &mut [Box<dyn Party>]) -> Vec<Vec<u8>> {
        let packages: Vec<_> = parties
            .iter()
            .map(|party| {
                let package = books.package();
                package.map_or(Vec::new(), |package| {
                    (self.show)(party.id(), package).encode()
                })
            })
            .collect();
        let messages = parties.par_iter_mut().zip(packages);
        messages
            .flat_map_iter(|(party, package)| party.speak(books.phase, &package))
            .collect()
    }
}
