//! A round of the committee protocol, as every party sees it, and how it is entered (`specs/committee.md` 2).

use std::sync::Arc;

use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::packing::Layout;
use veragg_circuits::proof_system::{Binding, ProofSystem, SetUp};

use super::interpolation::Coefficients;
use super::parts::{Parts, COMPLAINT_LEN};
use super::record::Abridged;
use crate::crypto::context::Context;
use crate::crypto::ids::{ClientId, TrusteeId};
use crate::crypto::signing::VerifyingKey;
use crate::pairwise::publish::Publication;
use crate::round::committee::shape::Shape;
use crate::round::committee::trustee::EntryFor;
use crate::round::committee::Committee;
use crate::round::configuration::{Configuration, ConfigurationError, SignedConfiguration};
use crate::round::roster::{self, Roster, RosterError};
use crate::round::{self as any_round, configuration_of, RoundError};
use crate::rule::CommitteeRule;
use crate::wire::checkpoint::Checkpoint;
use crate::wire::header::Header;
use crate::wire::message::{Sender, ENVELOPE_LEN};

/// What follows from the configuration alone. A client knows no more; everybody else has the [roster](Roster) besides.
#[derive(Debug)]
pub struct Round<P: ProofSystem> {
    configuration: Configuration,
    organiser: VerifyingKey,
    context: Context,
    committee: Committee,
    parts: Parts,
    coefficients: Coefficients<P::Group>,
    proofs: P,
}

/// What the organiser sends to a client (2.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The signed configuration.
    pub configuration: SignedConfiguration,
    /// The public key of a set-up; empty in a suite without.
    pub key: Vec<u8>,
    /// The client's number.
    pub client: ClientId,
    /// The inclusion proof of its key in the roster's tree.
    pub path: Vec<u8>,
}

/// What a client knows beforehand, and expects of a round (2.4).
#[derive(Debug, Clone, Default)]
pub struct Expectations {
    /// The identity keys of trustees that it knows.
    pub known: Vec<VerifyingKey>,
    /// How many of these may be corrupt.
    pub corrupt: u32,
    /// The least fraction of corrupt clients that the configuration must assume, in parts per million.
    pub corrupt_ppm: u32,
    /// The least `min_contributors`.
    pub min_contributors: u32,
}

impl Expectations {
    /// Refuses a configuration that assumes less than the client expects.
    fn check(
        &self,
        configuration: &Configuration,
        committee: &Committee,
    ) -> Result<(), RoundError> {
        let trustees = committee.trustees.iter();
        let unknown = trustees
            .filter(|trustee| !self.known.contains(&trustee.identity))
            .count();
        let corrupt = u64::from(self.corrupt) + unknown as u64;
        let few = corrupt <= u64::from(committee.colluding);
        CommitteeRule::FewUnknown.require(few, || RoundError::Colluding {
            unknown,
            corrupt: self.corrupt,
            colluding: committee.colluding,
        })?;
        for (what, got, least) in [
            (
                "corrupt_ppm",
                configuration.assumptions.corrupt_ppm,
                self.corrupt_ppm,
            ),
            (
                "min_contributors",
                configuration.min_contributors,
                self.min_contributors,
            ),
        ] {
            if got < least {
                return Err(RoundError::Expected { what, got, least });
            }
        }
        Ok(())
    }
}

impl Invitation {
    /// The invitation of a client, from the header of a round.
    pub fn of(header: &Header, roster: &Roster, client: ClientId) -> Option<Self> {
        Some(Self {
            configuration: header.configuration.clone(),
            key: header.key.clone(),
            client,
            path: roster.path(client)?,
        })
    }

    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = self.configuration.write(Writer::new());
        let configuration = Configuration::decode(&self.configuration.bytes);
        if configuration.is_ok_and(|configuration| configuration.suite.has_key()) {
            writer = writer.long(&self.key);
        }
        writer.u32(self.client.number()).bytes(&self.path).finish()
    }

    /// Decodes an invitation that fills `bytes`.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let configuration = SignedConfiguration::read(&mut reader)?;
        let key = match Configuration::decode(&configuration.bytes)?.suite.has_key() {
            true => reader.long("key")?.to_vec(),
            false => Vec::new(),
        };
        let client = ClientId::new(reader.u32("client")?);
        let path = reader.bytes(reader.remaining(), "path")?.to_vec();
        Ok(Self {
            configuration,
            key,
            client: client.ok_or(DecodeError::Value { field: "client" })?,
            path,
        })
    }
}

impl<P: ProofSystem> Round<P> {
    /// Enters the round as everybody but a client does, with the organiser's key, which was learned elsewhere (2.2).
    pub fn open(
        header: &Header,
        organiser: &VerifyingKey,
    ) -> Result<(Arc<Self>, Roster), RoundError> {
        Self::open_with(None, header, organiser)
    }

    /// The same with the proving key of a set-up, which was checked: for programs in which clients prove, too.
    pub fn open_with(
        set_up: Option<&P::SetUp>,
        header: &Header,
        organiser: &VerifyingKey,
    ) -> Result<(Arc<Self>, Roster), RoundError> {
        let signed = &header.configuration;
        let configuration = configuration_of(signed, organiser)?;
        let roster = Roster::check_keys(&header.roster)?;
        roster.check_distinct()?;
        if Roster::root_digest_of(&header.roster) != configuration.roster
            || roster.clients() != configuration.clients()
        {
            return Err(RoundError::OtherRoster);
        }
        roster.check_roles(organiser, &configuration.aggregator)?;
        let committee = committee_of(&configuration)?;
        for trustee in &committee.trustees {
            roster.check_role(&trustee.identity, "a trustee")?;
        }
        check_trustees(&configuration, committee, organiser)?;
        let round = Self::assemble(
            set_up,
            configuration,
            signed.context(),
            *organiser,
            &header.key,
        )?;
        Ok((Arc::new(round), roster))
    }

    /// Enters the round as a client, whose key is `own` (2.2, 2.4). In a suite with a set-up `set_up` holds the proving key, which the
    /// client has checked.
    pub fn accept(
        set_up: Option<&P::SetUp>,
        invitation: &Invitation,
        own: &VerifyingKey,
        organiser: &VerifyingKey,
        expectations: &Expectations,
    ) -> Result<Arc<Self>, RoundError> {
        let signed = &invitation.configuration;
        let configuration = configuration_of(signed, organiser)?;
        let (client, clients) = (invitation.client, configuration.clients());
        let (path, digest) = (&invitation.path, &configuration.roster);
        let listed = roster::is_listed(own, client, clients, path, digest);
        CommitteeRule::Listed.require(listed, || RoundError::NotListed { client })?;
        let committee = committee_of(&configuration)?.clone();
        let trustees = committee.trustees.iter();
        let trustees = trustees.map(|trustee| (&trustee.identity, "trustee"));
        let others = [
            (organiser, "organiser"),
            (&configuration.aggregator, "aggregator"),
        ];
        let shared = others
            .into_iter()
            .chain(trustees)
            .find(|(key, _)| *key == own);
        if let Some((_, role)) = shared {
            return Err(RosterError::Role(client, role).into());
        }
        check_trustees(&configuration, &committee, organiser)?;
        expectations.check(&configuration, &committee)?;
        let key = &invitation.key;
        let round = Self::assemble(set_up, configuration, signed.context(), *organiser, key)?;
        Ok(Arc::new(round))
    }

    /// Derives everything from a checked configuration whose trustees were checked (2.2). Errors: the suite does not take the statement.
    pub fn assemble(
        set_up: Option<&P::SetUp>,
        configuration: Configuration,
        context: Context,
        organiser: VerifyingKey,
        key: &[u8],
    ) -> Result<Self, RoundError> {
        any_round::Round::<P>::require_suite(&configuration)?;
        let committee = committee_of(&configuration)?.clone();
        let public = any_round::Round::<P>::set_up_of(&configuration, key)?;
        let set_up = match set_up {
            Some(set_up) if set_up.public() != key => return Err(RoundError::OtherKey),
            Some(set_up) => set_up,
            None => &public,
        };
        let sizes = any_round::Round::<P>::sizes_of(set_up, &configuration)?;
        let shape = committee.shape().map_err(ConfigurationError::from)?;
        let parts = Parts::new::<P::Group>(shape, &sizes).ok_or(RoundError::Packed {
            packed: shape.packed(),
            rows: sizes.layout.rows(),
        })?;
        let masked = sizes.layout.scalars() + sizes.layout.rows();
        let bytes = (ENVELOPE_LEN as u64 + parts.body_len()).max(longest_record::<P>(
            &configuration,
            &parts,
            masked,
        ) as u64);
        if u32::try_from(bytes).is_err() {
            return Err(RoundError::TooLong {
                bytes: bytes as usize,
            });
        }
        let statement = configuration
            .statement()
            .map_err(ConfigurationError::from)?;
        let columns = configuration.columns as usize;
        let proofs = P::new(set_up, &statement, configuration.clients(), columns)?;
        Ok(Self {
            coefficients: Coefficients::of(&parts),
            configuration,
            organiser,
            context,
            committee,
            parts,
            proofs,
        })
    }

    /// What the organiser signed.
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// The organiser's key.
    pub fn organiser(&self) -> &VerifyingKey {
        &self.organiser
    }

    /// The context: the digest that every message and proof of the round is bound to.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The committee.
    pub fn committee(&self) -> &Committee {
        &self.committee
    }

    /// `m`, `t`, `p`, and what follows from them.
    pub fn shape(&self) -> &Shape {
        self.parts.shape()
    }

    /// The parts of a submission.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// The Lagrange coefficients of masked rows.
    pub fn coefficients(&self) -> &Coefficients<P::Group> {
        &self.coefficients
    }

    /// The suite, set up for this round's statement.
    pub fn proofs(&self) -> &P {
        &self.proofs
    }

    /// How inputs are packed into scalars.
    pub fn layout(&self) -> &Layout {
        self.proofs.layout()
    }

    /// `n`, clients on the roster.
    pub fn clients(&self) -> u32 {
        self.configuration.clients()
    }

    /// The context and the client that a proof of input is bound to.
    pub fn binding(&self, client: ClientId) -> Binding {
        Binding {
            context: self.context.digest,
            client: client.number(),
        }
    }

    /// `D + R`, scalars of a publication's opening.
    pub fn opening_scalars(&self) -> usize {
        self.layout().scalars() + self.layout().rows()
    }

    /// The length of the longest possible record of the board (5.6).
    pub fn longest_record(&self) -> usize {
        longest_record::<P>(&self.configuration, &self.parts, self.opening_scalars())
    }

    /// The key that verifies a sender's messages.
    pub fn key_of(&self, roster: &Roster, sender: Sender) -> Option<VerifyingKey> {
        match sender {
            Sender::Aggregator => Some(self.configuration.aggregator),
            Sender::Client(client) => roster.key(client),
            Sender::Trustee(trustee) => self.trustee_key(trustee),
        }
    }

    /// The identity key of a trustee.
    pub fn trustee_key(&self, trustee: TrusteeId) -> Option<VerifyingKey> {
        let entry = self.committee.trustee(trustee);
        entry.map(|entry| entry.identity)
    }
}

fn committee_of(configuration: &Configuration) -> Result<&Committee, RoundError> {
    configuration
        .committee()
        .ok_or(RoundError::OtherProtocol { want: "committee" })
}

/// Refuses a committee with an entry that its trustee did not make for this round, or with a key twice.
fn check_trustees(
    configuration: &Configuration,
    committee: &Committee,
    organiser: &VerifyingKey,
) -> Result<(), RoundError> {
    let of = EntryFor {
        organiser,
        round_id: &configuration.round_id,
    };
    for (index, trustee) in committee.trustees.iter().enumerate() {
        let refuse = |what| RoundError::Trustee {
            trustee: TrusteeId::from_index(index),
            what,
        };
        CommitteeRule::EntrySigned.require(trustee.is_signed(&of), || {
            refuse("its entry does not carry its signature for this round")
        })?;
        CommitteeRule::EntryPossessed.require(trustee.is_possessed(&of), || {
            refuse("it has not shown that it knows the secret of its sealing key")
        })?;
    }
    let others = [
        (organiser, "organiser"),
        (&configuration.aggregator, "aggregator"),
    ];
    match committee.shared_key(&others) {
        Some(shared) if !CommitteeRule::TrusteesDiffer.holds(false) => {
            Err(RoundError::SharedKey(shared))
        }
        _ => Ok(()),
    }
}

fn longest_record<P: ProofSystem>(
    configuration: &Configuration,
    parts: &Parts,
    opening: usize,
) -> usize {
    let clients = configuration.clients();
    let bodies = [
        Abridged::longest(parts),
        COMPLAINT_LEN * clients as usize,
        parts.opening_len(),
        Publication::<P::Group>::encoded_len(opening, clients),
    ];
    let message = ENVELOPE_LEN + bodies.into_iter().max().unwrap_or(0);
    message.max(Checkpoint::encoded_len(clients))
}
