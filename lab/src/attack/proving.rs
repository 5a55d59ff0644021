//! Proofs of other claims than those of the round, and proofs that somebody forges who knows the secrets of a set-up.

use std::any::Any;
use std::sync::Arc;

use veragg_protocol::circuits::groth16::Bls12381Groth16;
use veragg_protocol::circuits::group::bls12381::{Bls12381, Fr};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::packing::Layout;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::circuits::statement::{Statement, SumRule};
use veragg_protocol::round::Round;

use super::input::{position, scalar};
use super::NotPlayable;
use crate::false_attester::{Instead, Scalar};
use crate::fixtures::{id, known_key, takes, PlaySetUp, KNOWN_ALPHA};
use crate::forger;
use crate::scene::Scene;

/// The client proves other claims than those of the round, about this input, which need not keep the claims of the round.
pub(super) fn other_claims<P: ProofSystem<SetUp: PlaySetUp>>(
    scene: Scene<P>,
    client: u32,
    values: &[u64],
    bound: Option<u64>,
    sum: Option<u64>,
) -> Result<Scene<P>, NotPlayable> {
    let round = &scene.local.round;
    let segments = &round.configuration().segments;
    let mut claims: Vec<_> = segments.iter().map(|it| it.claims).collect();
    if let Some(first) = claims.first_mut() {
        first.bound = bound.unwrap_or(first.bound);
        first.sum = sum.map(SumRule::Equal).or(first.sum);
    }
    let no_prover = || NotPlayable::NoProver { client };
    let (clients, columns) = (round.clients(), round.layout().columns());
    let statement = Statement::new(claims).map_err(|_| no_prover())?;
    if statement.check(values).is_err() || takes::<P>(&statement, clients).is_err() {
        return Err(no_prover());
    }
    let set_up = P::SetUp::of(&statement, clients);
    let prover = P::new(&set_up, &statement, clients, columns).map_err(|_| no_prover())?;
    let (binding, values) = (round.binding(id(client)), values.to_vec());
    // A vector that the prover packs otherwise is no attack.
    let of = |layout: &Layout| (layout.scalars(), layout.rows());
    if of(prover.layout()) != of(round.layout()) {
        return Err(no_prover());
    }
    let prove = move |rng: &mut dyn rand_core::CryptoRngCore| {
        let proven = prover.prove(&binding, &values, rng).ok()?;
        Some(Instead {
            proof: proven.bytes.clone(),
            packed: prover.layout().pack(&values).ok()?.to_vec(),
            blindings: proven.blindings.clone(),
        })
    };
    Ok(scene.proving_otherwise(client, Box::new(prove)))
}

/// The client adds `by` to one of its numbers, and forges the proof: it knows a secret of the set-up.
pub(super) fn forged<P: ProofSystem>(
    scene: Scene<P>,
    client: u32,
    coordinate: usize,
    by: i64,
) -> Result<Scene<P>, NotPlayable> {
    let round = Arc::clone(&scene.local.round);
    let no_prover = NotPlayable::NoProver { client };
    let place = position::<P>(round.layout(), coordinate)?;
    let input = &scene.inputs[id(client).index()];
    let Ok(packed) = round.layout().pack::<Scalar<P>>(input) else {
        return Err(no_prover);
    };
    let mut packed = packed.to_vec();
    packed[place.scalar] += place.weighted(scalar::<P>(by));
    let Some((proof, blinding)) = forge::<P>(&round, client, &packed) else {
        return Err(no_prover);
    };
    let prove = move |_: &mut dyn rand_core::CryptoRngCore| {
        Some(Instead {
            proof: proof.clone(),
            packed: packed.clone(),
            blindings: vec![blinding],
        })
    };
    Ok(scene.proving_otherwise(client, Box::new(prove)))
}

/// A forged proof with the blinding of its commitment; nothing on a suite without a set-up, or if the round has not the one
/// whose secrets are known.
fn forge<P: ProofSystem>(
    round: &Arc<Round<P>>,
    client: u32,
    packed: &[Scalar<P>],
) -> Option<(Vec<u8>, Scalar<P>)> {
    let any: &dyn Any = round;
    let round: &Arc<Round<Bls12381Groth16>> = any.downcast_ref()?;
    let configuration = round.configuration();
    let key = known_key(&configuration.statement().ok()?, configuration.clients());
    if configuration.key != Some(key.verifying.digest()) {
        return None;
    }
    let encoded = P::Group::encode_scalars(packed);
    let packed = Bls12381::decode_scalars(&encoded, packed.len(), "packed").ok()?;
    let alpha = Fr::from(KNOWN_ALPHA);
    let (proof, blinding) = forger::forge(round, &key, alpha, id(client), &packed);
    let blinding = P::Group::decode_scalar(&Bls12381::encode_scalar(&blinding), "blinding").ok()?;
    Some((proof, blinding))
}
