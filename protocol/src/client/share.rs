//! Share: checks who advertised, and shares the two secrets (`specs/protocol.md` 3.2).

use std::collections::BTreeMap;

use rand_core::CryptoRngCore;
use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::ristretto::{KeyScalar, Ristretto, KEY_TABLE};
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
use crate::crypto::ids::ClientId;
use crate::crypto::sealing::{Channel, SharePair};
use crate::crypto::sharing::Polynomial;
use crate::pairwise::advertise::{Advertisement, RoundKeys};
use crate::pairwise::share::DealtPair;
use crate::round::phase::Phase;
use crate::rule::Rule;

/// Has shared its secrets.
#[derive(ZeroizeOnDrop)]
pub struct Shared {
    pub(super) mask: KeyPair,
    pub(super) channel: KeyPair,
    pub(super) seed: KeyScalar,
    #[zeroize(skip)]
    pub(super) peers: BTreeMap<ClientId, RoundKeys>,
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
            let mut peers = BTreeMap::new();
            for &client in &holders {
                let keys = package
                    .messages
                    .get(&client)
                    .and_then(|item| item.part(0, 1))
                    .ok_or(ClientError::NotShown { phase, client })
                    .map(|body| Advertisement::decode(body).ok())?
                    .filter(|body| {
                        let proven = body.verify(session.round.context(), client).is_some();
                        Rule::Possession.holds(proven)
                    })
                    .map(|body| body.keys);
                let what = "the keys come without proofs of possession";
                peers.insert(
                    client,
                    keys.ok_or(ClientError::FalselyListed {
                        phase,
                        client,
                        what,
                    })?,
                );
            }
            let seed = KeyScalar::random(rng);
            let parts = deal(session, mask, channel, &seed, &peers, rng);
            let answer = session.say(Phase::Share, Some(&package), &parts);
            let (mask, channel) = (mask.clone(), channel.clone());
            Ok((
                answer,
                Shared {
                    mask,
                    channel,
                    seed,
                    peers,
                },
            ))
        })
    }
}

/// The parts of a dealer's message: `B_i`, then a sealed and committed pair for each holder.
fn deal<P: ProofSystem>(
    session: &Session<P>,
    mask: &KeyPair,
    channel: &KeyPair,
    seed: &KeyScalar,
    holders: &BTreeMap<ClientId, RoundKeys>,
    rng: &mut dyn CryptoRngCore,
) -> Vec<Vec<u8>> {
    let threshold = session.round.threshold();
    let of_mask = Polynomial::random(mask.secret(), threshold, rng);
    let of_seed = Polynomial::random(seed, threshold, rng);
    let mut parts = vec![Ristretto::encode_point(&(seed * KEY_TABLE))];
    for (&recipient, keys) in holders {
        let pair = SharePair {
            mask: of_mask.share(recipient),
            seed: of_seed.share(recipient),
        };
        let context = session.round.context();
        let between = Channel {
            context,
            dealer: session.me(),
            recipient,
        };
        let dealt = DealtPair {
            commitments: [&pair.mask * KEY_TABLE, &pair.seed * KEY_TABLE],
            sealed: between.seal(&channel.shared_point(&keys.channel), &pair),
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
            seed: Some(Zeroizing::new(self.seed)),
            ..ExposedSecrets::default()
        }
    }
    fn write(&self, writer: Writer) -> Writer {
        let writer = writer
            .bytes(self.mask.secret().as_bytes())
            .bytes(self.channel.secret().as_bytes())
            .bytes(self.seed.as_bytes());
        let keys = |keys: &RoundKeys| vec![keys.mask, keys.channel];
        write_points(
            writer,
            self.peers.iter().map(|(client, peer)| (client, keys(peer))),
        )
    }
    fn read(reader: &mut Reader<'_>, _: u32) -> Result<Self, DecodeError> {
        Ok(Self {
            mask: read_pair(reader)?,
            channel: read_pair(reader)?,
            seed: read_secret(reader)?,
            peers: read_map(reader, |r| {
                Ok(RoundKeys {
                    mask: read_point(r)?,
                    channel: read_point(r)?,
                })
            })?,
        })
    }
}
