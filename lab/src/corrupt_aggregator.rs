//! A round with a crooked aggregator: what it does otherwise than an honest one.

use rayon::prelude::*;
use veragg_protocol::circuits::group::Ristretto;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::pairwise::package::Package;
use veragg_protocol::pairwise::publish::Publication;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::Sender;

use crate::books::Books;
use crate::local::Party;
use crate::{id, Finished, Scene};

type Admit = dyn FnMut(Phase, Vec<Vec<u8>>) -> Vec<Vec<u8>>;
type List = dyn FnMut(Phase, ClientSet) -> ClientSet;
type Show = dyn FnMut(ClientId, Package) -> Package;
type Publish = dyn FnMut(&Books, Publication<Ristretto>) -> Publication<Ristretto>;

/// What the aggregator does otherwise than it should; nothing, to begin with.
pub struct CorruptAggregator {
    admit: Box<Admit>,
    list: Box<List>,
    show: Box<Show>,
    publish: Box<Publish>,
}

impl Default for CorruptAggregator {
    fn default() -> Self {
        Self::new()
    }
}

impl CorruptAggregator {
    /// One that does as an honest one.
    pub fn new() -> Self {
        Self {
            admit: Box::new(|_, said| said),
            list: Box::new(|_, list| list),
            show: Box::new(|_, package| package),
            publish: Box::new(|_, publication| publication),
        }
    }

    /// What goes on the board of what was said in a phase.
    pub fn admitting(
        mut self,
        admit: impl FnMut(Phase, Vec<Vec<u8>>) -> Vec<Vec<u8>> + 'static,
    ) -> Self {
        self.admit = Box::new(admit);
        self
    }

    /// Which list closes a phase.
    pub fn listing(mut self, list: impl FnMut(Phase, ClientSet) -> ClientSet + 'static) -> Self {
        self.list = Box::new(list);
        self
    }

    /// What a client is shown.
    pub fn showing(mut self, show: impl FnMut(ClientId, Package) -> Package + 'static) -> Self {
        self.show = Box::new(show);
        self
    }

    /// Of the two messages that a client signed in a phase, some are shown the second, others the first.
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

    /// What is published.
    pub fn publishing(
        mut self,
        publish: impl FnMut(&Books, Publication<Ristretto>) -> Publication<Ristretto> + 'static,
    ) -> Self {
        self.publish = Box::new(publish);
        self
    }

    /// Plays a round to its end, whoever is left.
    pub fn play(mut self, scene: Scene) -> Finished {
        let Scene {
            local,
            inputs,
            mut parties,
        } = scene;
        let mut books = Books::new(&local);
        while books.phase != Phase::Publish {
            let phase = books.phase;
            let said = self.hear(&books, &mut parties);
            for bytes in (self.admit)(phase, said) {
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

    /// What everybody says to the packages that they are shown.
    fn hear(&mut self, books: &Books, parties: &mut [Box<dyn Party>]) -> Vec<Vec<u8>> {
        let packages: Vec<_> = parties
            .iter()
            .map(|person| {
                let package = books.package();
                package.map_or(Vec::new(), |package| {
                    (self.show)(person.id(), package).encode()
                })
            })
            .collect();
        let said = parties.par_iter_mut().zip(packages);
        said.flat_map_iter(|(person, package)| person.speak(books.phase, &package))
            .collect()
    }
}
