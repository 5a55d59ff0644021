//! The configuration of a round, as the organiser signs it (`specs/wire.md` 3).

use thiserror::Error;
use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::proof_system::Suite;
use veragg_circuits::statement::{Segment, Statement, StatementError, MAX_SEGMENTS};

use crate::crypto::context::{Context, Version};
use crate::crypto::hash::{digest, Digest};
use crate::crypto::labels;
use crate::crypto::signing::{Signature, SigningKey, VerifyingKey};
use crate::round::committee::shape::ShapeError;
use crate::round::committee::Committee;
use crate::round::parameters::{self, Assumptions, ParameterError, MAX_CLIENTS};
use crate::round::phase::Phase;
use crate::round::protocol::{Dialect, Pairwise, Protocol, COMMITTEE, PAIRWISE};
use crate::round::roster::Roster;
use crate::rule::Rule;

pub use crate::round::protocol::NEVER;

/// Bits of security of the masking parameters `k` and `t`: the probability that a round's graph fails one
/// of its purposes is at most `2^-40` (`specs/parameters.md`).
pub const GRAPH_SECURITY_BITS: f64 = 40.0;
/// Longest configuration, in bytes.
pub const MAX_CONFIGURATION_LEN: usize = 1 << 21;
/// Longest name of a segment, in bytes.
pub const MAX_NAME_LEN: usize = 200;

/// A segment of the vector with its claims, and what its numbers mean.
///
/// ```
/// use veragg_protocol::circuits::statement::{Norm, Segment, SumRule};
/// use veragg_protocol::round::configuration::SegmentConfiguration;
///
/// // Three answers from 0 to 100.
/// let answers = SegmentConfiguration::integers("answers", 3, 101);
/// // One choice of four: bits that add up to 1.
/// let one_of_four = Segment { sum: Some(SumRule::Equal(1)), ..Segment::range(4, 2) };
/// let vote = SegmentConfiguration { claims: one_of_four, ..SegmentConfiguration::integers("vote", 4, 2) };
/// // 1000 numbers from -128 to 127, as a vector that is at most 500 long.
/// let clipped = Norm { offset: 128, max_square: 500 * 500 };
/// let update = SegmentConfiguration {
///     name: "update".to_owned(),
///     claims: Segment { norm: Some(clipped), ..Segment::range(1000, 256) },
///     decimals: 0,
///     offset: -128,
/// };
/// # assert_eq!(answers.claims.len + vote.claims.len + update.claims.len, 1007);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentConfiguration {
    /// A name for the readers of reports, up to [`MAX_NAME_LEN`] bytes of UTF-8.
    pub name: String,
    /// What is proven about the numbers of the segment.
    pub claims: Segment,
    /// Decimal digits behind the point: a value `x` means `(x + offset) / 10^decimals`.
    pub decimals: u8,
    /// What was subtracted from each value to make it non-negative.
    pub offset: i64,
}

/// What the organiser fixes before a round begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// The version of the protocol; [`Version::CURRENT`] in new rounds.
    pub version: Version,
    /// 32 random bytes that no other round has.
    pub round_id: [u8; 32],
    /// The suite that proves the statement.
    pub suite: Suite,
    /// Digest of the key of a set-up; nothing for a suite that needs none.
    pub key: Option<Digest>,
    /// `C`, scalars of a committed row.
    pub columns: u32,
    /// `n`, clients on the roster, with `gamma` and `delta`.
    pub assumptions: Assumptions,
    /// Digest of the roster.
    pub roster: Digest,
    /// Public randomness that came after the roster was fixed.
    pub beacon: [u8; 32],
    /// The aggregator's public key.
    pub aggregator: VerifyingKey,
    /// The protocol, with what only this one needs.
    pub protocol: Protocol,
    /// The least number of contributors for which the secrets of a round are opened.
    pub min_contributors: u32,
    /// The segments of the vector, in order.
    pub segments: Vec<SegmentConfiguration>,
}

/// The tag of a round, or of a segment, without noise.
const NO_NOISE: u8 = 0;

/// Why a configuration is refused.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ConfigurationError {
    /// The bytes are not the canonical encoding of a configuration.
    #[error("the configuration is malformed: {0}")]
    Decode(#[from] DecodeError),
    /// The suite needs the key of a set-up, and none was given that decodes.
    #[error("the suite {suite} needs the verifying key of a set-up: {error}")]
    Key {
        /// The suite that needs it.
        suite: Suite,
        /// What is wrong with the bytes that were given.
        error: DecodeError,
    },
    /// The statement is not valid.
    #[error("the statement is refused: {0}")]
    Statement(#[from] StatementError),
    /// The degree, the threshold or the fractions are not secure.
    #[error("the parameters are refused: {0}")]
    Parameters(#[from] ParameterError),
    /// The minimum of contributors is too small for privacy, or can never be reached.
    #[error("min_contributors is {got}; with these fractions it must be between {least} and {most}, so that at least two honest clients contribute")]
    MinContributors {
        /// The configured minimum.
        got: u32,
        /// The least that is allowed, `gamma n + 2`.
        least: u32,
        /// The most that is allowed: the number of clients.
        most: u32,
    },
    /// The committee is refused.
    #[error("the committee is refused: {0}")]
    Committee(#[from] ShapeError),
    /// A phase of the committee protocol has no deadline.
    #[error("the phase {phase} has no deadline, and every phase of the committee protocol needs one; set it")]
    NoDeadline {
        /// The phase without a deadline.
        phase: Phase,
    },
    /// The deadline of a phase is earlier than that of the phase before it, or, in the committee protocol, the same.
    #[error("the deadline of {phase} is not after that of the phase before it; set a later one")]
    Deadline {
        /// The phase with the earlier deadline.
        phase: Phase,
    },
    /// The name of a segment is empty, too long, or used twice.
    #[error("segment {segment} (counted from 0) needs a name of 1 to {MAX_NAME_LEN} bytes that no other segment has")]
    Name {
        /// Index of the segment, from 0.
        segment: usize,
    },
}

impl Configuration {
    /// The statement that every input must satisfy.
    pub fn statement(&self) -> Result<Statement, StatementError> {
        Statement::new(self.segments.iter().map(|segment| segment.claims).collect())
    }

    /// What decodes in the round.
    pub fn dialect(&self) -> Dialect {
        Dialect {
            version: self.version,
            is_committee: self.committee().is_some(),
        }
    }

    /// `n`, clients on the roster.
    pub fn clients(&self) -> u32 {
        self.assumptions.clients
    }

    /// What the pairwise protocol needs; nothing in a round of another protocol.
    pub fn pairwise(&self) -> Option<&Pairwise> {
        match &self.protocol {
            Protocol::Pairwise(pairwise) => Some(pairwise),
            Protocol::Committee(_) => None,
        }
    }

    /// What the committee protocol needs; nothing in a round of another protocol.
    pub fn committee(&self) -> Option<&Committee> {
        match &self.protocol {
            Protocol::Committee(committee) => Some(committee),
            Protocol::Pairwise(_) => None,
        }
    }

    /// The same, to change it.
    pub fn committee_mut(&mut self) -> Option<&mut Committee> {
        match &mut self.protocol {
            Protocol::Committee(committee) => Some(committee),
            Protocol::Pairwise(_) => None,
        }
    }

    /// What the pairwise protocol needs, to change it.
    pub fn pairwise_mut(&mut self) -> Option<&mut Pairwise> {
        match &mut self.protocol {
            Protocol::Pairwise(pairwise) => Some(pairwise),
            Protocol::Committee(_) => None,
        }
    }

    /// The digest that a configuration of this protocol holds of a roster.
    pub fn digest_of(&self, roster: &Roster) -> Digest {
        match &self.protocol {
            Protocol::Pairwise(_) => roster.digest(),
            Protocol::Committee(_) => roster.root_digest(),
        }
    }

    /// The digest that a configuration of this protocol holds of an encoded roster.
    pub fn digest_of_encoded(&self, roster: &[u8]) -> Digest {
        match &self.protocol {
            Protocol::Pairwise(_) => Roster::digest_of(roster),
            Protocol::Committee(_) => Roster::root_digest_of(roster),
        }
    }

    /// When a phase ends; the aggregator's own phase, and further rounds of unmask, have no deadline.
    pub fn deadline(&self, phase: Phase) -> u64 {
        let mut deadlines = self.protocol.deadlines();
        let found = deadlines.find(|(of, _)| *of == phase);
        found.map_or(NEVER, |(_, deadline)| deadline)
    }

    /// The least number of clients that must advertise: all but the corrupt and the absent ones, `n - C - A`.
    pub fn min_advertised(&self) -> usize {
        let missing = self.assumptions.corrupt() + self.assumptions.absent();
        self.clients().saturating_sub(missing) as usize
    }

    /// Refuses a configuration that is not as secure as the specification asks (`specs/protocol.md` 2.2).
    pub fn check(&self) -> Result<(), ConfigurationError> {
        self.statement()?;
        match &self.protocol {
            Protocol::Pairwise(Pairwise { masking, .. }) => {
                parameters::check(&self.assumptions, *masking, GRAPH_SECURITY_BITS)?;
            }
            Protocol::Committee(committee) => self.check_committee(committee)?,
        }
        let least = self.assumptions.min_contributors();
        let (got, most) = (self.min_contributors, self.clients());
        let in_range = (least..=most).contains(&got);
        Rule::MinContributors.require(in_range, || ConfigurationError::MinContributors {
            got,
            least,
            most,
        })?;
        // In the committee protocol whoever may go on only when a deadline has passed would be late at once.
        let may_be_equal = matches!(self.protocol, Protocol::Pairwise(_));
        let mut before = None;
        for (phase, deadline) in self.protocol.deadlines() {
            let in_order =
                before.is_none_or(|before| before < deadline || may_be_equal && before == deadline);
            Rule::Deadlines.require(in_order, || ConfigurationError::Deadline { phase })?;
            before = Some(deadline);
        }
        let mut names = std::collections::HashSet::new();
        for (index, segment) in self.segments.iter().enumerate() {
            let name = segment.name.as_str();
            let is_own = (1..=MAX_NAME_LEN).contains(&name.len()) && names.insert(name);
            Rule::Names.require(is_own, || ConfigurationError::Name { segment: index })?;
        }
        Ok(())
    }

    /// Refuses a committee as `specs/committee.md` 2.2 does, in so far as it can be judged without the rows of the suite.
    fn check_committee(&self, committee: &Committee) -> Result<(), ConfigurationError> {
        self.assumptions.check_sizes()?;
        committee.shape()?;
        let never = self.protocol.deadlines().find(|(_, at)| *at == NEVER);
        match never {
            Some((phase, _)) => Err(ConfigurationError::NoDeadline { phase }),
            None => Ok(()),
        }
    }

    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        let v2 = self.version >= Version::V2;
        let mut writer = Writer::new()
            .u16(self.version.number())
            .bytes(&self.round_id)
            .u16(self.suite.number());
        if self.suite.has_key() {
            writer = writer.bytes(&self.key.unwrap_or_default());
        }
        writer = writer
            .u32(self.columns)
            .u32(self.assumptions.clients)
            .u32(self.assumptions.corrupt_ppm)
            .u32(self.assumptions.dropout_ppm)
            .bytes(&self.roster)
            .bytes(&self.beacon)
            .bytes(self.aggregator.as_bytes());
        if v2 {
            writer = writer.u8(self.protocol.number());
        }
        match &self.protocol {
            Protocol::Pairwise(pairwise) => {
                writer = pairwise.write_masking(writer);
                if !v2 {
                    writer = writer.u32(self.min_contributors);
                }
                writer = pairwise.write_rest(writer);
            }
            Protocol::Committee(committee) => writer = committee.write(writer),
        }
        if v2 {
            writer = writer.u32(self.min_contributors).u8(NO_NOISE);
        }
        writer = writer.u32(self.segments.len() as u32);
        for segment in &self.segments {
            writer = segment.write(writer);
            if v2 {
                writer = writer.u8(NO_NOISE);
            }
        }
        writer.finish()
    }

    /// Decodes a configuration that fills `bytes`.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let version = Version::read(&mut reader)?;
        let v2 = version >= Version::V2;
        let only = |reader: &mut Reader<'_>, field, value| match v2 {
            true if reader.u8(field)? != value => Err(DecodeError::Value { field }),
            _ => Ok(()),
        };
        let round_id = reader.array("round id")?;
        let suite = Suite::from_number(reader.u16("suite")?)
            .filter(|suite| v2 || !suite.has_key())
            .ok_or(DecodeError::Value { field: "suite" })?;
        let key = match suite.has_key() {
            true => Some(reader.array("digest of the key")?),
            false => None,
        };
        let columns = reader.u32("columns")?;
        let assumptions = Assumptions {
            clients: reader.u32("clients")?,
            corrupt_ppm: reader.u32("corrupt fraction")?,
            dropout_ppm: reader.u32("dropout fraction")?,
        };
        if assumptions.clients > MAX_CLIENTS {
            return Err(DecodeError::Value { field: "clients" });
        }
        let roster = reader.array("roster digest")?;
        let beacon = reader.array("beacon")?;
        let aggregator = VerifyingKey::read(&mut reader, "aggregator's key")?;
        let mut min_contributors = 0;
        let number = if v2 { reader.u8("protocol")? } else { PAIRWISE };
        let protocol = match number {
            PAIRWISE => {
                let masking = Pairwise::read_masking(&mut reader)?;
                if !v2 {
                    min_contributors = reader.u32("min contributors")?;
                }
                Protocol::Pairwise(Pairwise::read_rest(masking, &mut reader)?)
            }
            COMMITTEE => {
                // These have no meaning in this protocol, and a structure has one encoding.
                if assumptions.dropout_ppm != 0 {
                    return Err(DecodeError::Value {
                        field: "dropout fraction",
                    });
                }
                if beacon != [0; 32] {
                    return Err(DecodeError::Value { field: "beacon" });
                }
                Protocol::Committee(Committee::read(&mut reader)?)
            }
            _ => return Err(DecodeError::Value { field: "protocol" }),
        };
        if v2 {
            min_contributors = reader.u32("min contributors")?;
        }
        only(&mut reader, "noise", NO_NOISE)?;
        let count = reader.u32("segments")? as usize;
        if count > MAX_SEGMENTS {
            return Err(DecodeError::Value { field: "segments" });
        }
        let segments = (0..count)
            .map(|_| {
                let segment = SegmentConfiguration::read(&mut reader)?;
                only(&mut reader, "noise of a segment", NO_NOISE)?;
                Ok(segment)
            })
            .collect::<Result<_, _>>()?;
        reader.finish()?;
        Ok(Self {
            version,
            round_id,
            suite,
            key,
            columns,
            assumptions,
            roster,
            beacon,
            aggregator,
            protocol,
            min_contributors,
            segments,
        })
    }
}

impl SegmentConfiguration {
    /// `len` integers in `0..bound`, without decimals and offset.
    pub fn integers(name: &str, len: usize, bound: u64) -> Self {
        Self {
            name: name.to_owned(),
            claims: Segment::range(len, bound),
            decimals: 0,
            offset: 0,
        }
    }

    fn write(&self, writer: Writer) -> Writer {
        let writer = self.claims.write(writer.short(self.name.as_bytes()));
        writer.u8(self.decimals).i64(self.offset)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let name = std::str::from_utf8(reader.short("segment name")?)
            .map_err(|_| DecodeError::Value {
                field: "segment name",
            })?
            .to_owned();
        let claims = Segment::read(reader)?;
        let decimals = reader.u8("decimals")?;
        let offset = reader.i64("offset")?;
        Ok(Self {
            name,
            claims,
            decimals,
            offset,
        })
    }
}

/// A configuration's bytes under the organiser's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedConfiguration {
    /// The version of the protocol, which the bytes begin with.
    pub version: Version,
    /// The canonical bytes of the [`Configuration`].
    pub bytes: Vec<u8>,
    /// The public key of the organiser. Only [`is_signed_by`](Self::is_signed_by) shows whether it signed.
    pub organiser: VerifyingKey,
    /// The organiser's signature on the bytes.
    pub signature: Signature,
}

impl SignedConfiguration {
    /// Signs a configuration, whatever the roster is. An organiser signs both by
    /// [`Header::sign`](crate::wire::header::Header::sign), which refuses a roster for which it would be named.
    pub fn sign(configuration: &Configuration, key: &SigningKey) -> Self {
        let bytes = configuration.encode();
        let signature = key.sign(labels::SIGN_CONFIGURATION, &bytes);
        Self {
            version: configuration.version,
            bytes,
            organiser: key.verifying_key(),
            signature,
        }
    }

    /// Whether the signature is `key`'s.
    #[must_use]
    pub fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        key.verify(labels::SIGN_CONFIGURATION, &self.bytes, &self.signature)
    }

    /// The context: the digest that everything in the round is bound to (`specs/protocol.md` 2.3).
    pub fn context(&self) -> Context {
        Context {
            version: self.version,
            digest: digest(labels::CONTEXT, &[&self.bytes, self.organiser.as_bytes()]),
        }
    }

    /// Writes length and bytes, then the key, then the signature.
    pub fn write(&self, writer: Writer) -> Writer {
        writer
            .long(&self.bytes)
            .bytes(self.organiser.as_bytes())
            .bytes(&self.signature)
    }

    /// Reads what [`write`](Self::write) wrote.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bytes = reader.long("configuration")?.to_vec();
        Ok(Self {
            version: Version::read(&mut Reader::new(&bytes))?,
            bytes,
            organiser: VerifyingKey::read(reader, "organiser's key")?,
            signature: reader.array("organiser's signature")?,
        })
    }
}

#[cfg(test)]
pub(crate) mod tests;
