//! Entering a round: what every party checks before the first message (`specs/protocol.md` 2.2).

use veragg_circuits::codec::DecodeError;
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::{ProofSystem, Sizes};

use crate::crypto::context::{Context, Version};
use crate::crypto::dleq::REVEALED_LEN;
use crate::crypto::signing::VerifyingKey;
use crate::pairwise::advertise::Advertisement;
use crate::pairwise::attest::Head;
use crate::pairwise::publish::Publication;
use crate::pairwise::{share, unmask};
use crate::round::configuration::{Configuration, SignedConfiguration};
use crate::round::parameters::challenge_pairs;
use crate::round::roster::Roster;
use crate::round::{Round, RoundError};
use crate::rule::Rule;
use crate::wire::checkpoint::Checkpoint;
use crate::wire::message::ENVELOPE_LEN;

impl<P: ProofSystem> Round<P> {
    /// [`open_with`](Self::open_with) for a suite that needs nothing beyond the configuration. A
    /// suite that needs more refuses it.
    pub fn open(
        signed: &SignedConfiguration,
        roster: &[u8],
        organiser: &VerifyingKey,
    ) -> Result<Self, RoundError> {
        Self::open_with(&P::SetUp::default(), signed, roster, organiser)
    }

    /// Enters the round, after the checks of everything that is known before the first message
    /// (`specs/protocol.md` 2). The caller must have got `set_up` and `organiser`, the organiser's key, from
    /// elsewhere.
    pub fn open_with(
        set_up: &P::SetUp,
        signed: &SignedConfiguration,
        roster: &[u8],
        organiser: &VerifyingKey,
    ) -> Result<Self, RoundError> {
        let (named, is_signed) = (
            signed.organiser == *organiser,
            signed.is_signed_by(organiser),
        );
        if !Rule::NamedOrganiser.holds(named) || !Rule::OrganiserSigned.holds(is_signed) {
            return Err(RoundError::Organiser {
                expected: organiser.fingerprint(),
            });
        }
        let configuration = Configuration::decode(&signed.bytes)?;
        let version = configuration.version;
        if version != signed.version {
            return Err(DecodeError::Value { field: "version" }.into());
        }
        if version != Version::CURRENT {
            return Err(RoundError::ReadOnly { version });
        }
        configuration.check()?;
        let roster = Roster::decode(roster)?;
        let named = roster.digest() == configuration.roster;
        let as_long = roster.clients() == configuration.clients();
        if !Rule::NamedRoster.holds(named) || !Rule::RosterLength.holds(as_long) {
            return Err(RoundError::OtherRoster);
        }
        roster.check_roles(organiser, &configuration.aggregator)?;
        Self::assemble_with(set_up, configuration, signed.context(), roster)
    }

    /// [`assemble_with`](Self::assemble_with) for a suite that needs nothing beyond the
    /// configuration.
    pub fn assemble(
        configuration: Configuration,
        context: Context,
        roster: Roster,
    ) -> Result<Self, RoundError> {
        Self::assemble_with(&P::SetUp::default(), configuration, context, roster)
    }

    /// Derives graph and proof system from a checked configuration and roster. Errors: there is no such graph, or a
    /// message could be longer than a record of a board (2.2.9, 2.2.10).
    pub fn assemble_with(
        set_up: &P::SetUp,
        configuration: Configuration,
        context: Context,
        roster: Roster,
    ) -> Result<Self, RoundError> {
        // This costs nothing, and comes before generators and graph are made.
        let bytes = longest_record::<P>(&configuration, &Self::sizes_of(&configuration)?);
        if u32::try_from(bytes).is_err() {
            return Err(RoundError::TooLong { bytes });
        }
        Self::derive(set_up, configuration, context, roster)
    }

    /// The length of the longest possible record, whatever the lists. A reader of a board never allocates more for
    /// one record.
    pub fn longest_record(&self) -> usize {
        let sizes = Sizes {
            layout: self.layout().clone(),
            proof_len: self.proofs().proof_len(),
        };
        longest_record::<P>(self.configuration(), &sizes)
    }
}

/// The length of the longest possible record of a round of this configuration.
fn longest_record<P: ProofSystem>(configuration: &Configuration, sizes: &Sizes) -> usize {
    let (clients, degree) = (
        configuration.clients(),
        configuration.masking.degree as usize,
    );
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
