//! Share: checks who advertised, and shares the two secrets (`specs/protocol.md` 3.2).

use std::collections::BTreeMap;

use rand_core::CryptoRngCore;
use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::ristretto::{KeyPoint, KeyScalar, Ristretto, KEY_TABLE};
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::advertise::Advertised;
use super::codec::{read_map, read_pair, read_point, read_secret, write_points, State};
use super::error::ClientError;
use super::exposed::ExposedSecrets;
use super::session::Session;
use super::{Client, Step};
use crate::crypto::dh::KeyPair;
use crate::crypto::draws::Use;
use crate::crypto::ids::ClientId;
use crate::crypto::sealing::{Channel, SharePair};
use crate::crypto::sharing::Polynomial;
use crate::pairwise::advertise::{self, Advertisement, RoundKeys};
use crate::pairwise::share::{self, DealtPair};
use crate::round::phase::Phase;
use crate::rule::Rule;

/// Has shared its secrets.
#[derive(ZeroizeOnDrop)]
pub struct Shared {
    pub(super) mask: KeyPair,
    pub(super) channel: KeyPair,
    pub(super) seed: Box<KeyScalar>,
    #[zeroize(skip)]
    pub(super) peers: BTreeMap<ClientId, RoundKeys>,
    /// The Diffie-Hellman points of the channels, which zeroize themselves. They are not written down: after a restart there are
    /// none, and each is computed again where it is needed. In boxes, as the shares that are received.
    #[zeroize(skip)]
    pub(super) points: BTreeMap<ClientId, Box<Zeroizing<KeyPoint>>>,
}

impl<P: ProofSystem> Client<P, Advertised> {
    /// 3.2: checks who advertised, and shares the mask secret and a fresh seed among the
    /// neighbours that did.
    pub fn share(self, package: &[u8], rng: &mut dyn CryptoRngCore) -> Step<P, Advertised, Shared> {
        self.attempt(|session, Advertised { mask, channel }| {
            let phase = Phase::Advertise;
            let package = session.check(phase, package)?;
            let (got, need) = (
                package.list.len(),
                session.round.configuration().min_advertised(),
            );
            if got < need {
                return Err(ClientError::TooFew { phase, got, need });
            }
            let holders = session.enough_neighbours(phase, &package.list)?;
            let unproven = |client| ClientError::FalselyListed {
                phase,
                client,
                what: "the keys come without proofs of possession",
            };
            let mut bodies = Vec::new();
            for client in holders {
                let item = package.messages.get(&client);
                let body = item.and_then(|item| item.part(0, 1));
                let body = body.ok_or(ClientError::NotShown { phase, client })?;
                let body = Advertisement::decode(body).map_err(|_| unproven(client))?;
                bodies.push((client, body));
            }
            let advertised: Vec<_> = bodies
                .iter()
                .map(|(client, body)| (*client, body))
                .collect();
            let failing = advertise::unproven(session.round.context(), &advertised);
            Rule::Possession.require(failing.is_empty(), || unproven(bodies[failing[0]].0))?;
            let keys = |(client, body): (ClientId, Advertisement)| (client, body.keys);
            let peers: BTreeMap<ClientId, RoundKeys> = bodies.into_iter().map(keys).collect();
            let points: BTreeMap<ClientId, Box<Zeroizing<KeyPoint>>> = peers
                .iter()
                .map(|(&client, keys)| (client, Box::new(channel.shared_point(&keys.channel))))
                .collect();
            let rng = &mut session.draws(package.answers(), Use::Dealing, rng);
            let seed = Box::new(KeyScalar::random(rng));
            let parts = deal(session, mask, &seed, &points, rng);
            let answer = session.say(Phase::Share, Some(&package), &parts);
            let (mask, channel) = (mask.clone(), channel.clone());
            Ok((
                answer,
                Shared {
                    mask,
                    channel,
                    seed,
                    peers,
                    points,
                },
            ))
        })
    }
}

/// The parts of a dealer's message: `B_i`, then a sealed and committed pair for each holder. `points` are those of the channels to
/// the holders.
fn deal<P: ProofSystem>(
    session: &Session<P>,
    mask: &KeyPair,
    seed: &KeyScalar,
    points: &BTreeMap<ClientId, Box<Zeroizing<KeyPoint>>>,
    rng: &mut dyn CryptoRngCore,
) -> Vec<Vec<u8>> {
    let threshold = session.round.threshold();
    let of_mask = Polynomial::random(mask.secret(), threshold, rng);
    let of_seed = Polynomial::random(seed, threshold, rng);
    let pairs: Vec<SharePair> = points
        .keys()
        .map(|&holder| SharePair {
            mask: of_mask.share(holder),
            seed: of_seed.share(holder),
        })
        .collect();
    let mut parts = vec![Ristretto::encode_point(&(seed * KEY_TABLE))];
    let committed = share::commit(&pairs);
    for (((&recipient, point), pair), commitments) in points.iter().zip(&pairs).zip(committed) {
        let between = Channel {
            context: session.round.context(),
            dealer: session.me(),
            recipient,
        };
        let dealt = DealtPair {
            commitments,
            sealed: between.seal(point, pair),
        };
        parts.push(dealt.encode());
    }
    parts
}

impl State for Shared {
    const TAG: u8 = 2;
    fn next_phase(&self, _: u8) -> Option<Phase> {
        Some(Phase::Confirm)
    }
    fn expose(&self) -> ExposedSecrets {
        ExposedSecrets {
            mask: Some(self.mask.clone()),
            channel: Some(self.channel.clone()),
            seed: Some(Zeroizing::new(*self.seed)),
            ..ExposedSecrets::default()
        }
    }
    fn write(&self, writer: Writer) -> Writer {
        let writer = writer
            .bytes(self.mask.secret().as_bytes())
            .bytes(self.channel.secret().as_bytes())
            .bytes(self.seed.as_bytes());
        let keys = |keys: &RoundKeys| [keys.mask, keys.channel];
        write_points(
            writer,
            self.peers.iter().map(|(client, peer)| (client, keys(peer))),
        )
    }
    fn read(reader: &mut Reader<'_>, _: u32) -> Result<Self, DecodeError> {
        Ok(Self {
            mask: read_pair(reader)?,
            channel: read_pair(reader)?,
            seed: Box::new(read_secret(reader)?),
            peers: read_map(reader, |r| {
                Ok(RoundKeys {
                    mask: read_point(r)?,
                    channel: read_point(r)?,
                })
            })?,
            points: BTreeMap::new(),
        })
    }
}
