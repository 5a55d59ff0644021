//! Entering a round: what every party checks before the first message (`specs/protocol.md` 2.2).

use veragg_circuits::group::Group;
use veragg_circuits::proof_system::{ProofSystem, SetUp, Sizes};

use crate::crypto::context::Context;
use crate::crypto::dleq::REVEALED_LEN;
use crate::crypto::signing::VerifyingKey;
use crate::pairwise::advertise::Advertisement;
use crate::pairwise::attest::Head;
use crate::pairwise::publish::Publication;
use crate::pairwise::{share, unmask};
use crate::round::configuration::Configuration;
use crate::round::parameters::challenge_pairs;
use crate::round::roster::Roster;
use crate::round::{configuration_of, pairwise_of, Round, RoundError};
use crate::rule::Rule;
use crate::wire::checkpoint::Checkpoint;
use crate::wire::header::Header;
use crate::wire::message::ENVELOPE_LEN;

impl<P: ProofSystem> Round<P> {
    /// Enters the round, after the checks of everything that is known before the first message
    /// (`specs/protocol.md` 2). The caller must have got `organiser`, the organiser's key, from elsewhere. In a suite
    /// with a set-up a client uses [`open_with`](Self::open_with).
    pub fn open(header: &Header, organiser: &VerifyingKey) -> Result<Self, RoundError> {
        Self::enter(None, header, organiser)
    }

    /// The same for who has more of the set-up than its public part: a client, who proves. It must have checked that.
    pub fn open_with(
        set_up: &P::SetUp,
        header: &Header,
        organiser: &VerifyingKey,
    ) -> Result<Self, RoundError> {
        Self::enter(Some(set_up), header, organiser)
    }

    fn enter(
        set_up: Option<&P::SetUp>,
        header: &Header,
        organiser: &VerifyingKey,
    ) -> Result<Self, RoundError> {
        let Header {
            configuration: signed,
            roster,
            key,
        } = header;
        let configuration = configuration_of(signed, organiser)?;
        let roster = Roster::decode(roster)?;
        let named = roster.digest() == configuration.roster;
        let as_long = roster.clients() == configuration.clients();
        if !Rule::NamedRoster.holds(named) || !Rule::RosterLength.holds(as_long) {
            return Err(RoundError::OtherRoster);
        }
        roster.check_roles(organiser, &configuration.aggregator)?;
        Self::assemble(set_up, configuration, signed.context(), roster, key)
    }

    /// Derives graph and proof system from a checked configuration and roster, and the public key of a set-up, which is
    /// empty in a suite without. Who has more of the set-up than that gives it. Errors: the key is another, there is no
    /// such graph, or a message could be longer than a record of a board (2.2.9, 2.2.10).
    pub fn assemble(
        set_up: Option<&P::SetUp>,
        configuration: Configuration,
        context: Context,
        roster: Roster,
        key: &[u8],
    ) -> Result<Self, RoundError> {
        Self::require_suite(&configuration)?;
        let public = Self::set_up_of(&configuration, key)?;
        let set_up = match set_up {
            Some(set_up) if set_up.public() != key => return Err(RoundError::OtherKey),
            Some(set_up) => set_up,
            None => &public,
        };
        // This costs nothing, and comes before generators and graph are made.
        let sizes = Self::sizes_of(set_up, &configuration)?;
        let degree = pairwise_of(&configuration)?.masking.degree;
        let bytes = longest_record::<P>(&configuration, degree, &sizes);
        if u32::try_from(bytes).is_err() {
            return Err(RoundError::TooLong { bytes });
        }
        Self::derive(set_up, configuration, context, roster)
    }

    /// The length of the longest possible record, whatever the lists. A reader of a board never allocates more for
    /// one record.
    pub fn longest_record(&self) -> usize {
        longest_record::<P>(
            self.configuration(),
            self.pairwise().masking.degree,
            &self.sizes(),
        )
    }
}

/// The length of the longest possible record of a round of this configuration.
fn longest_record<P: ProofSystem>(
    configuration: &Configuration,
    degree: u32,
    sizes: &Sizes,
) -> usize {
    let (clients, degree) = (configuration.clients(), degree as usize);
    let layout = &sizes.layout;
    let masked = layout.scalars() + layout.rows();
    let pairs = challenge_pairs::<P::Group>(configuration.assumptions.corrupt(), masked) as usize;
    let bodies = [
        Advertisement::LEN,
        share::HEAD_LEN + degree * share::PAIR_LEN,
        sizes.proof_len + masked * P::Group::SCALAR_LEN,
        degree * REVEALED_LEN,
        Head::<P::Group>::encoded_len(pairs, layout.columns())
            + degree * pairs * P::Group::POINT_LEN,
        degree * unmask::SHARE_LEN,
        Publication::<P::Group>::encoded_len(masked, clients),
    ];
    let message = ENVELOPE_LEN + bodies.into_iter().max().unwrap_or(0);
    message.max(Checkpoint::encoded_len(clients))
}
