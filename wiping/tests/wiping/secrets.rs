//! The secrets of a party, in each form in which they stand in memory.

use std::collections::BTreeMap;

use veragg_protocol::circuits::ark_ff::{BigInteger, Field, PrimeField};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::packing::Layout;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::dh::KeyPair;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::roles::Client;
use veragg_protocol::round::configuration::Configuration;

/// Secrets with their names. None is there twice.
pub struct Secrets {
    /// By bytes.
    all: BTreeMap<Vec<u8>, String>,
    /// The pairs of the other clients, and of client 1.
    masks: BTreeMap<ClientId, KeyPair>,
    channels: BTreeMap<ClientId, KeyPair>,
    /// Reads scalars of the group of the suite, and gives their other form.
    montgomery: fn(&[u8]) -> Option<Vec<u8>>,
    scalar_len: usize,
}

/// The limbs in which arkworks keeps a scalar.
fn limbs<G: Group>(encoded: &[u8]) -> Option<Vec<u8>> {
    let scalar = G::decode_scalar(encoded, "scalar").ok()?;
    // The Montgomery form of `x` is the plain form of `x R`.
    let bits = 64 * u64::from(G::Scalar::MODULUS_BIT_SIZE.div_ceil(64));
    let radix = G::Scalar::from(2u64).pow([bits]);
    Some((scalar * radix).into_bigint().to_bytes_le())
}

/// The bytes of a value as it stands in memory.
fn in_memory<T: Copy>(value: &T) -> Vec<u8> {
    let start = std::ptr::from_ref(value).cast::<u8>();
    // SAFETY: these are the bytes of the value, and points have no padding.
    unsafe { std::slice::from_raw_parts(start, size_of::<T>()) }.to_vec()
}

type Scalar<P> = <<P as ProofSystem>::Group as Group>::Scalar;

impl Secrets {
    /// No secrets, of a party of a round in a suite.
    pub fn none<P: ProofSystem>() -> Self {
        Self {
            all: BTreeMap::new(),
            masks: BTreeMap::new(),
            channels: BTreeMap::new(),
            montgomery: limbs::<P::Group>,
            scalar_len: P::Group::SCALAR_LEN,
        }
    }

    /// The numbers of an input, alone and packed.
    pub fn of_input<P: ProofSystem>(
        layout: &Layout,
        configuration: &Configuration,
        input: &[u64],
    ) -> Self {
        let mut secrets = Self::none::<P>();
        for (at, number) in input.iter().enumerate() {
            secrets.add(&number.to_be_bytes(), format!("number {at}, big-endian"));
            secrets.add(&number.to_le_bytes(), format!("number {at}, little-endian"));
        }
        for (at, number) in input.iter().enumerate() {
            let scalar = P::Group::encode_scalar(&Scalar::<P>::from(*number));
            secrets.scalar(&scalar, &format!("number {at} as a scalar"));
        }
        let mut start = 0;
        for segment in &configuration.segments {
            let numbers = &input[start..][..segment.claims.len];
            start += segment.claims.len;
            if let Some(norm) = segment.claims.norm {
                let square = |x: &u64| x.abs_diff(norm.offset).pow(2);
                let size: u64 = numbers.iter().map(square).sum();
                for (value, name) in [
                    (size, "norm"),
                    (norm.max_square - size, "slack of the norm"),
                ] {
                    let scalar = P::Group::encode_scalar(&Scalar::<P>::from(value));
                    secrets.scalar(&scalar, name);
                    secrets.add(&value.to_le_bytes(), format!("{name}, as an integer"));
                }
            }
        }
        let packed = layout.pack::<<P::Group as Group>::Scalar>(input).unwrap();
        for (at, scalar) in packed.iter().enumerate() {
            secrets.scalar(
                &P::Group::encode_scalar(scalar),
                &format!("packed scalar {at}"),
            );
        }
        secrets
    }

    /// Adds a secret.
    pub fn add(&mut self, bytes: &[u8], name: String) {
        // A packed scalar of padding is no secret.
        if bytes.iter().all(|byte| *byte == 0) {
            return;
        }
        self.all.entry(bytes.to_vec()).or_insert(name);
    }

    /// Adds a scalar in both of its forms.
    pub fn scalar(&mut self, encoded: &[u8], name: &str) {
        self.add(encoded, name.to_string());
        if let Some(limbs) = (self.montgomery)(encoded) {
            self.add(&limbs, format!("{name}, as limbs"));
        }
    }

    /// Notes what concerns client 1 of what a client holds now.
    pub fn note(&mut self, client: &Client) {
        #[allow(clippy::disallowed_methods)]
        let held = client.expose_secrets();
        let me = client.id();
        if let Some(pair) = held.mask {
            self.masks.insert(me, pair);
        }
        if let Some(pair) = held.channel {
            self.channels.insert(me, pair);
        }
        let first = ClientId::from_index(0);
        if me != first {
            // What client 1 has dealt.
            if let Some(pair) = held.held.get(&first) {
                self.scalar(
                    pair.mask.as_bytes(),
                    &format!("share of its mask secret for {me}"),
                );
                self.scalar(pair.seed.as_bytes(), &format!("share of its seed for {me}"));
            }
            return;
        }
        if let Some(pair) = self.masks.get(&me).cloned() {
            self.scalar(pair.secret().as_bytes(), "mask secret");
        }
        if let Some(pair) = self.channels.get(&me).cloned() {
            self.scalar(pair.secret().as_bytes(), "channel secret");
        }
        if let Some(seed) = held.seed {
            self.scalar(seed.as_bytes(), "seed");
        }
        if let Some(blindings) = held.blindings {
            for (at, blinding) in blindings.chunks_exact(self.scalar_len).enumerate() {
                self.scalar(blinding, &format!("blinding {at}"));
            }
        }
        // The shares of seeds it reveals in unmask: everybody contributes.
        for (dealer, pair) in &held.held {
            let name = format!("share of the mask secret of {dealer}");
            self.scalar(pair.mask.as_bytes(), &name);
        }
        for (what, pairs) in [
            ("mask", &self.masks.clone()),
            ("channel", &self.channels.clone()),
        ] {
            let Some(mine) = pairs.get(&me) else { continue };
            for (other, theirs) in pairs.iter().filter(|(other, _)| **other != me) {
                let point = mine.shared_point(theirs.public());
                let name = format!("Diffie-Hellman point of the {what} keys with {other}");
                self.add(&in_memory(&*point), format!("{name}, coordinates"));
                self.add(point.compress().as_bytes(), name);
            }
        }
    }

    /// The bytes of all secrets.
    pub fn bytes(&self) -> Vec<Vec<u8>> {
        self.all.keys().cloned().collect()
    }

    /// The name of one of them.
    pub fn name(&self, index: usize) -> String {
        self.all.values().nth(index).cloned().unwrap_or_default()
    }
}
