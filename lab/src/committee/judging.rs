//! What an honest aggregator finds on a desk: whom it lists, which masked rows it shows, and which openings hold.

use veragg_protocol::circuits::group::ristretto::Ristretto;
use veragg_protocol::circuits::group::Group;
use veragg_protocol::committee::check;
use veragg_protocol::committee::masked::{self, Masked};
use veragg_protocol::committee::open::{decode, holds};
use veragg_protocol::committee::parts::{MaskedPlace, PublicParts};
use veragg_protocol::committee::submit::{judge, SharedWith};
use veragg_protocol::crypto::ids::{ClientId, ClientSet, TrusteeId};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::{Message, Sender};

use super::Desk;

/// What submit comes to.
pub(crate) struct Accepted {
    /// Who is accepted.
    pub(crate) list: ClientSet,
    /// The masked row that shows why a client is not, if its public parts do not show it.
    pub(crate) shown: Vec<(ClientId, MaskedPlace)>,
}

/// What is found in a submission.
enum Found {
    Accepted,
    Faulty,
    Masked(MaskedPlace),
}

impl Desk<'_> {
    /// The first message of a sender in a phase that carries its signature.
    fn signed(&self, sender: Sender, phase: Phase) -> Option<&Message> {
        let key = self.round.key_of(&self.roster, sender)?;
        self.messages().iter().find(|message| {
            let envelope = &message.envelope;
            (envelope.sender, envelope.phase) == (sender, phase) && envelope.is_signed_by(&key)
        })
    }

    /// Who is accepted (`specs/committee.md` 3.1).
    pub(crate) fn accepted(&self) -> Accepted {
        let clients = self.round.clients();
        let mut accepted = Accepted {
            list: ClientSet::empty(clients),
            shown: Vec::new(),
        };
        for client in ClientId::all(clients) {
            let message = self.signed(Sender::Client(client), Phase::Submit);
            match message.map(|message| self.judge(client, message)) {
                Some(Found::Accepted) => accepted.list.insert(client),
                Some(Found::Masked(place)) => accepted.shown.push((client, place)),
                Some(Found::Faulty) | None => {}
            }
        }
        accepted
    }

    fn judge(&self, client: ClientId, message: &Message) -> Found {
        let (round, parts) = (&*self.round, self.round.parts());
        if message.parts(&parts.lengths()).is_err() {
            return Found::Faulty;
        }
        let cut = PublicParts::cut(&message.body, parts);
        let judged = cut.and_then(|cut| judge(round, &[(client, cut)]).pop());
        let Some(Ok(shared)) = judged else {
            return Found::Faulty;
        };
        let masked = message.body.get(parts.public_len()..).unwrap_or_default();
        let places = parts.places().zip(masked.chunks(parts.masked_len()));
        let rows = places.map(|(place, part)| {
            masked::decode::<Ristretto>(part, parts).map_err(|_| Found::Masked(place))
        });
        let rows = match rows.collect::<Result<Vec<_>, Found>>() {
            Ok(rows) => rows,
            Err(found) => return found,
        };
        let masked = Masked {
            entry: message.envelope.entry(),
            shared: &shared,
            rows,
        };
        masked::first_bad(round, &masked).map_or(Found::Accepted, Found::Masked)
    }

    /// Who of the accepted is left when the complaints are judged (3.2).
    pub(crate) fn contributors(&self, accepted: &ClientSet) -> ClientSet {
        let mut list = accepted.clone();
        for message in self.messages() {
            let Sender::Trustee(trustee) = message.envelope.sender else {
                continue;
            };
            let first = self.signed(Sender::Trustee(trustee), Phase::Check);
            if !first.is_some_and(|first| std::ptr::eq(first, message)) {
                continue;
            }
            let complaints = check::decode(&message.body, accepted).unwrap_or_default();
            for complaint in complaints {
                if !list.contains(complaint.client) {
                    continue;
                }
                let shared = self.shared_with(complaint.client, trustee);
                if !shared.is_some_and(|it| complaint.is_upheld(&self.round, trustee, &it)) {
                    break;
                }
                list.remove(complaint.client);
            }
        }
        list
    }

    /// What a client shares with a trustee, if it decodes.
    fn shared_with(&self, client: ClientId, trustee: TrusteeId) -> Option<SharedWith<Ristretto>> {
        let parts = self.round.parts();
        let message = self.signed(Sender::Client(client), Phase::Submit)?;
        let cut = PublicParts::cut(&message.body, parts)?;
        SharedWith::decode(&cut, trustee, parts).ok()
    }

    /// How many trustees have spoken in a phase.
    pub(crate) fn spoke(&self, phase: Phase) -> usize {
        TrusteeId::all(self.round.shape().trustees())
            .filter(|trustee| self.signed(Sender::Trustee(*trustee), phase).is_some())
            .count()
    }

    /// The trustees whose openings hold for a list (3.4).
    pub(crate) fn holding(&self, list: &ClientSet) -> Vec<TrusteeId> {
        let trustees = TrusteeId::all(self.round.shape().trustees());
        trustees
            .filter(|trustee| self.holds(*trustee, list).unwrap_or(false))
            .collect()
    }

    fn holds(&self, trustee: TrusteeId, list: &ClientSet) -> Option<bool> {
        let parts = self.round.parts();
        let opening = self.signed(Sender::Trustee(trustee), Phase::Open)?;
        let scalars = decode::<Ristretto>(&opening.body, parts).ok()?;
        let mut sums = vec![Ristretto::identity(); parts.blocks()];
        for client in list.iter() {
            let pads = self.shared_with(client, trustee)?.pads;
            let pads = Ristretto::sums_by_place(&[&pads]);
            sums.iter_mut().zip(pads).for_each(|(sum, pad)| *sum += pad);
        }
        let entry = opening.envelope.entry();
        Some(holds(&self.round, &entry, &scalars, &sums))
    }
}
