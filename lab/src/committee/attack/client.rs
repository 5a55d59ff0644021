//! What a malicious client does.
// What is unwrapped here is a message that the client's own software has made.
#![allow(clippy::unwrap_used)]

use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use veragg_protocol::circuits::group::ristretto::{Fr, Ristretto};
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::committee::parts::{MaskedPlace, PublicParts};
use veragg_protocol::committee::round::Round;
use veragg_protocol::committee::submit::SubmissionKey;
use veragg_protocol::crypto::encoded_point::EncodedPoint;
use veragg_protocol::crypto::ids::{ClientId, TrusteeId};
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::{Message, Sender};

use super::{Earlier, MOST_MESSAGES};
use crate::attack::message::{flip_bit, resize_last, unhex, write_bytes};
use crate::attack::{input, Copied, NotPlayable};
use crate::committee::{altered, changes, store, Parties, Suite};

/// What a malicious client does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum ClientAttack {
    /// It adds `by` to one of its numbers, in its commitment and in what it shares alike, so that only the proof of its input can
    /// show it.
    Shift {
        /// Which number, counted from 0.
        coordinate: usize,
        /// How much.
        by: i64,
    },
    /// It commits to another pad for a trustee than the one that the trustee finds, with masked rows that fit it: only the trustee can
    /// see it.
    AnotherPad {
        /// The trustee.
        trustee: u32,
        /// The block of the pad, counted from 0.
        #[serde(default)]
        block: usize,
    },
    /// It sends a masked row that is no value of what it committed to.
    AnotherRow {
        /// To which trustee the row belongs.
        trustee: u32,
        /// To which block, counted from 0.
        #[serde(default)]
        block: usize,
    },
    /// It sends the submission key of another client as its own.
    CopiedKey {
        /// The other client, who has a lower number.
        from: u32,
    },
    /// It sends a submission key that is the sum of its own and that of another client.
    RelatedKey {
        /// The other client, who has a lower number.
        from: u32,
    },
    /// It sends the commitments and the proof of another client as its own.
    Copy {
        /// The other client, who has a lower number.
        from: u32,
        /// What it makes of the commitments.
        #[serde(default)]
        made: Copied,
    },
    /// Two points of its proof change places.
    Swap {
        /// Which points, counted from 0. The first are commitments.
        points: [usize; 2],
    },
    /// It sends the message that it sent in an earlier round of the same parties.
    Replay {},
    /// It changes one bit of a part of its message, and signs the message.
    Flip {
        /// The part of the body.
        #[serde(default)]
        part: usize,
        /// The byte, counted from 0, or from the end if it is negative.
        byte: i64,
    },
    /// It writes these bytes into a part of its message, and signs the message.
    Overwrite {
        /// The part of the body.
        #[serde(default)]
        part: usize,
        /// The first byte, counted from 0.
        at: usize,
        /// The bytes, in hexadecimal digits.
        bytes: String,
    },
    /// It makes the body of its message longer by so many bytes, or shorter.
    Length {
        /// How many bytes more.
        by: i64,
    },
    /// It signs a second message, with other secrets.
    TwoMessages {},
    /// It sends its message twice.
    Repeat {},
    /// The signature of its message does not hold.
    BadSignature {},
    /// It sends its message in another client's name.
    Impersonate {
        /// The other client.
        victim: u32,
    },
    /// It sends its message when submit is closed.
    Late {},
}

/// A client that speaks, and what it knows.
pub(crate) struct Speaker<'a> {
    pub(crate) client: ClientId,
    pub(crate) parties: &'a Parties,
    pub(crate) round: &'a Round<Suite>,
    pub(crate) input: &'a [u64],
    /// Whole messages of clients that spoke before it.
    pub(crate) heard: &'a [(Sender, Vec<u8>)],
    pub(crate) earlier: &'a Earlier,
}

/// What a client sends.
#[derive(Default)]
pub(crate) struct Said {
    /// In submit.
    pub(crate) now: Vec<Vec<u8>>,
    /// Behind submit.
    pub(crate) late: Vec<Vec<u8>>,
}

impl ClientAttack {
    /// The other clients that the attack names.
    pub fn others(&self) -> Option<u32> {
        match self {
            Self::CopiedKey { from } | Self::RelatedKey { from } | Self::Copy { from, .. } => {
                Some(*from)
            }
            Self::Impersonate { victim } => Some(*victim),
            _ => None,
        }
    }

    /// Whether it needs an earlier round.
    pub(crate) fn needs_earlier(&self) -> bool {
        matches!(self, Self::Replay {})
    }

    /// The trustee that the attack names.
    pub fn trustee(&self) -> Option<u32> {
        match self {
            Self::AnotherPad { trustee, .. } | Self::AnotherRow { trustee, .. } => Some(*trustee),
            _ => None,
        }
    }

    /// Makes this of what the client sends.
    pub(crate) fn apply(
        &self,
        of: &Speaker<'_>,
        said: &mut Said,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<(), NotPlayable> {
        match self {
            Self::Shift { coordinate, by } => {
                let layout = of.round.proofs().layout();
                let position = input::position::<Suite>(layout, *coordinate)?;
                let by = input::scalar::<Suite>(*by);
                of.alter(said, |parts| {
                    changes::shift(parts, of.round, &position, by);
                });
            }
            Self::AnotherPad { trustee, block } => {
                let last = of.round.parts().blocks() - 1;
                if *block > last {
                    return Err(NotPlayable::NoSuchBlock {
                        block: *block,
                        last,
                    });
                }
                let trustee = TrusteeId::from_index(*trustee as usize - 1);
                of.alter(said, |parts| {
                    changes::another_pad(parts, of.round, trustee, *block, Fr::from(1u64));
                });
            }
            Self::AnotherRow { trustee, block } => {
                let place = of.place(*trustee, *block)?;
                of.alter(said, |parts| {
                    changes::add_to_row(parts, of.round, place, 0, Fr::from(1u64));
                });
            }
            Self::CopiedKey { from } => {
                let copied = of.key_of(*from, "copied-key")?;
                of.alter(said, |parts| {
                    if let Some((part, copied)) = parts.get_mut(1).zip(copied) {
                        *part = copied.encode();
                    }
                });
            }
            Self::RelatedKey { from } => {
                let other = of.key_of(*from, "related-key")?;
                of.alter(said, |parts| {
                    let Some((part, other)) = parts.get_mut(1).zip(other) else {
                        return;
                    };
                    if let Ok(mut own) = SubmissionKey::decode(part) {
                        own.key = EncodedPoint::from(*own.key + *other.key);
                        *part = own.encode();
                    }
                });
            }
            Self::Copy { from, made } => {
                let other = of.message_of(*from, "copy")?;
                of.alter(said, |parts| {
                    let cut = other
                        .as_ref()
                        .and_then(|it| PublicParts::cut(&it.body, of.round.parts()));
                    if let Some((part, cut)) = parts.first_mut().zip(cut) {
                        *part = cut.proof.to_vec();
                        made.make::<Suite>(part, of.round.proofs().key());
                    }
                });
            }
            Self::Swap { points } => of.alter(said, |parts| {
                input::swap_points::<Ristretto>(parts, *points);
            }),
            Self::Replay {} => {
                let sent = of.earlier.message(Sender::Client(of.client), Phase::Submit);
                said.now = sent.into_iter().collect();
            }
            Self::Flip { part, byte } => of.alter(said, |parts| flip_bit(parts, *part, *byte)),
            Self::Overwrite { part, at, bytes } => {
                let bytes = unhex(bytes)?;
                of.alter(said, |parts| write_bytes(parts, *part, *at, &bytes));
            }
            Self::Length { by } => of.alter(said, |parts| resize_last(parts, *by)),
            Self::TwoMessages {} => {
                let client = of.parties.client(of.client.number());
                let sent = client.submit(of.input, rng, &mut store());
                said.now.extend(sent.map(|sent| sent.message().to_vec()));
            }
            Self::Repeat {} => {
                let again = said.now.clone();
                said.now.extend(again);
                said.now.truncate(MOST_MESSAGES);
            }
            Self::BadSignature {} => {
                let other = SigningKey::from_bytes(&[0x5a; 32]);
                of.sign(said, &other, of.client);
            }
            Self::Impersonate { victim } => {
                let victim = ClientId::from_index(*victim as usize - 1);
                of.sign(said, of.key(), victim);
            }
            Self::Late {} => said.late.append(&mut said.now),
        }
        Ok(())
    }
}

impl Speaker<'_> {
    fn key(&self) -> &SigningKey {
        &self.parties.clients[self.client.index()]
    }

    /// The client changes the parts of its messages, and signs them.
    fn alter(&self, said: &mut Said, mut alter: impl FnMut(&mut Vec<Vec<u8>>)) {
        let lengths = self.round.parts().lengths();
        for message in &mut said.now {
            *message = altered(self.key(), message, &lengths, &mut alter);
        }
    }

    /// Its messages are signed with this key, in the name of this client.
    fn sign(&self, said: &mut Said, key: &SigningKey, sender: ClientId) {
        let lengths = self.round.parts().lengths();
        for bytes in &mut said.now {
            let message = Message::decode(bytes).unwrap();
            let envelope = &message.envelope;
            let parts = message.parts(&lengths).unwrap_or_default();
            let parts: Vec<_> = parts.into_iter().map(<[u8]>::to_vec).collect();
            let sender = Sender::Client(sender);
            let (context, answers) = (envelope.context, envelope.answers);
            let signed = Message::sign(key, context, envelope.phase, sender, answers, &parts);
            *bytes = signed.encode();
        }
    }

    /// What another client has sent, who must have a lower number. Nothing if it has sent nothing.
    fn message_of(&self, from: u32, attack: &'static str) -> Result<Option<Message>, NotPlayable> {
        let client = self.client.number();
        if from >= client {
            return Err(NotPlayable::NotBefore {
                client,
                attack,
                other: from,
            });
        }
        let sender = Sender::Client(ClientId::from_index(from as usize - 1));
        let heard = self.heard.iter().find(|(of, _)| *of == sender);
        Ok(heard.map(|(_, bytes)| Message::decode(bytes).unwrap()))
    }

    /// Its submission key.
    fn key_of(
        &self,
        from: u32,
        attack: &'static str,
    ) -> Result<Option<SubmissionKey>, NotPlayable> {
        let message = self.message_of(from, attack)?;
        Ok(message.and_then(|message| {
            let cut = PublicParts::cut(&message.body, self.round.parts())?;
            SubmissionKey::decode(cut.key).ok()
        }))
    }

    fn place(&self, trustee: u32, block: usize) -> Result<MaskedPlace, NotPlayable> {
        let parts = self.round.parts();
        let (first, last) = (parts.shape().drawn() + 1, parts.shape().trustees());
        if !(first..=last).contains(&trustee) || block >= parts.blocks() {
            return Err(NotPlayable::NoMaskedRow {
                client: self.client.number(),
                trustee,
                block,
                first,
                last,
                last_block: parts.blocks() - 1,
            });
        }
        Ok(MaskedPlace {
            trustee: TrusteeId::from_index(trustee as usize - 1),
            block,
        })
    }
}
