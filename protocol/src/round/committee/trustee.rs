//! The entry of a trustee: its keys, signed by itself (`specs/committee.md` 2.3).

use merlin::Transcript;
use veragg_circuits::codec::{DecodeError, Reader, Writer};

use crate::crypto::encoded_point::EncodedPoint;
use crate::crypto::labels;
use crate::crypto::possession::Possession;
use crate::crypto::signing::{Signature, VerifyingKey};

/// The tag of an entry of a trustee that makes no noise.
const NO_NOISE: u8 = 0;
/// The version of the entries.
const VERSION: u16 = 2;

/// A trustee, as the configuration names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trustee {
    /// Its long-term key.
    pub identity: VerifyingKey,
    /// `E_j`, its key for the pads of the round.
    pub sealing_key: EncodedPoint,
    /// The proof that it knows the secret of the sealing key.
    pub possession: Possession,
    /// Its signature on the above, and on organiser and round id.
    pub signature: Signature,
}

/// The round that an entry is made for. The context, which holds the entry, does not exist yet.
#[derive(Debug, Clone, Copy)]
pub struct EntryFor<'a> {
    /// The organiser's key.
    pub organiser: &'a VerifyingKey,
    /// The round id.
    pub round_id: &'a [u8; 32],
}

impl EntryFor<'_> {
    /// The transcript of the proof of possession, up to the key.
    fn transcript(&self, identity: &VerifyingKey, key: &EncodedPoint) -> Transcript {
        let mut transcript = self.begin(labels::TRUSTEE_POSSESSION, identity);
        transcript.append_message(b"key", key.as_bytes());
        transcript
    }

    fn begin(&self, label: &'static str, identity: &VerifyingKey) -> Transcript {
        let mut transcript = Transcript::new(label.as_bytes());
        transcript.append_message(b"organiser", self.organiser.as_bytes());
        transcript.append_message(b"round", self.round_id);
        transcript.append_message(b"identity", identity.as_bytes());
        transcript
    }

    /// What a trustee signs.
    fn signed_bytes(&self, key: &EncodedPoint, possession: &Possession) -> Vec<u8> {
        let writer = Writer::new()
            .u16(VERSION)
            .bytes(self.organiser.as_bytes())
            .bytes(self.round_id)
            .bytes(key.as_bytes());
        possession.write(writer).u8(NO_NOISE).finish()
    }
}

impl Trustee {
    /// Bytes of an entry.
    pub const LEN: usize = 32 + 32 + Possession::LEN + 1 + 64;

    /// Whether the trustee has signed the entry, for this round.
    #[must_use]
    pub fn is_signed(&self, of: &EntryFor<'_>) -> bool {
        let signed = of.signed_bytes(&self.sealing_key, &self.possession);
        self.identity
            .verify(labels::SIGN_TRUSTEE, &signed, &self.signature)
    }

    /// Whether the trustee has shown, for this round, that it knows the secret of its sealing key.
    #[must_use]
    pub fn is_possessed(&self, of: &EntryFor<'_>) -> bool {
        let transcript = of.transcript(&self.identity, &self.sealing_key);
        self.possession.holds(transcript, &self.sealing_key)
    }

    /// Writes the entry.
    pub fn write(&self, writer: Writer) -> Writer {
        let writer = writer
            .bytes(self.identity.as_bytes())
            .bytes(self.sealing_key.as_bytes());
        let writer = self.possession.write(writer);
        writer.u8(NO_NOISE).bytes(&self.signature)
    }

    /// Reads an entry. Whether it is signed is not judged here.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let identity = VerifyingKey::read(reader, "trustee's key")?;
        let sealing_key = EncodedPoint::read(reader, "sealing key")?;
        let possession = Possession::read(reader)?;
        let field = "noise of a trustee";
        if reader.u8(field)? != NO_NOISE {
            return Err(DecodeError::Value { field });
        }
        Ok(Self {
            identity,
            sealing_key,
            possession,
            signature: reader.array("trustee's signature")?,
        })
    }
}

#[cfg(any(test, feature = "roles"))]
mod own {
    use rand_core::CryptoRngCore;
    use veragg_circuits::group::ristretto::KeyScalar;
    use veragg_circuits::hedged::Hedge;

    use super::{EntryFor, Trustee};
    use crate::crypto::dh::KeyPair;
    use crate::crypto::labels;
    use crate::crypto::possession::Possession;
    use crate::crypto::signing::SigningKey;

    impl EntryFor<'_> {
        /// Draws the sealing key of a trustee for this round, and makes its entry. A trustee makes one entry for an organiser
        /// and a round id, and keeps the secret on stable storage before it hands out the entry.
        pub fn make(
            &self,
            identity: &SigningKey,
            rng: &mut dyn CryptoRngCore,
        ) -> (KeyPair, Trustee) {
            let own = identity.verifying_key();
            let transcript = self.begin(labels::TRUSTEE_SECRETS, &own);
            let hedge = Hedge::new(&transcript, "sealing key");
            let hedge = hedge.secret(b"identity", identity.to_bytes().as_ref());
            let pair = KeyPair::from_secret(KeyScalar::random(&mut hedge.stream(rng)));
            let sealing_key = *pair.public();
            let transcript = self.transcript(&own, &sealing_key);
            let possession = Possession::prove_under(transcript, &pair, rng);
            let signed = self.signed_bytes(&sealing_key, &possession);
            let entry = Trustee {
                identity: own,
                sealing_key,
                possession,
                signature: identity.sign(labels::SIGN_TRUSTEE, &signed),
            };
            (pair, entry)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::signing::SigningKey;
    use rand_core::OsRng;

    #[test]
    fn an_entry_is_bound_to_organiser_round_and_trustee() {
        let [organiser, other, identity, stranger] =
            [1, 2, 3, 4].map(|seed| SigningKey::from_bytes(&[seed; 32]));
        let (key, other_key) = (organiser.verifying_key(), other.verifying_key());
        let of = |organiser, round_id| EntryFor {
            organiser,
            round_id,
        };
        let (pair, entry) = of(&key, &[7; 32]).make(&identity, &mut OsRng);
        assert_eq!(entry.sealing_key, *pair.public());
        let holds =
            |entry: &Trustee, of: &EntryFor<'_>| [entry.is_signed(of), entry.is_possessed(of)];
        assert_eq!(holds(&entry, &of(&key, &[7; 32])), [true, true]);
        assert_eq!(holds(&entry, &of(&key, &[8; 32])), [false, false]);
        assert_eq!(holds(&entry, &of(&other_key, &[7; 32])), [false, false]);
        // Another trustee that claims the key, with a signature of its own.
        let here = of(&key, &[7; 32]);
        let signed = here.signed_bytes(&entry.sealing_key, &entry.possession);
        let copied = Trustee {
            identity: stranger.verifying_key(),
            signature: stranger.sign(labels::SIGN_TRUSTEE, &signed),
            ..entry.clone()
        };
        assert_eq!(holds(&copied, &here), [true, false]);
        let bytes = entry.write(Writer::new()).finish();
        assert_eq!(bytes.len(), Trustee::LEN);
        assert_eq!(Trustee::read(&mut Reader::new(&bytes)), Ok(entry));
        for end in 0..bytes.len() {
            assert!(Trustee::read(&mut Reader::new(&bytes[..end])).is_err());
        }
        let mut noisy = bytes;
        noisy[128] = 1;
        let field = "noise of a trustee";
        assert_eq!(
            Trustee::read(&mut Reader::new(&noisy)),
            Err(DecodeError::Value { field })
        );
    }
}
