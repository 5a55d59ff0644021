//! Whoever knows one secret of a set-up proves anything (`specs/set-up.md` 1.3).
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use veragg_protocol::circuits::groth16::key::ProvingKey;
use veragg_protocol::circuits::groth16::Bls12381Groth16;
use veragg_protocol::circuits::group::bls12381::{
    encode_g2, hash_to_scalar, Bls12381, Fr, G1Projective, G2Affine,
};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::hash::digest;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::round::Round;

/// Commitment and proof of a client for packed scalars that need not satisfy the statement, by somebody who knows `alpha`,
/// with the blinding of the commitment. All else is public.
pub fn forge(
    round: &Round<Bls12381Groth16>,
    key: &ProvingKey,
    alpha: Fr,
    client: ClientId,
    packed: &[Fr],
) -> (Vec<u8>, Fr) {
    let verifying = &key.verifying;
    let secret = |byte: u8| Bls12381::from_uniform_bytes(&[byte; 64]);
    let (rhat, sigma, y) = (secret(1), secret(2), secret(3));
    let nonces: Vec<Fr> = (10..).take(packed.len()).map(secret).collect();
    let (nonce_of_rhat, nonce_of_sigma) = (secret(4), secret(5));
    let generators = round.proofs().key();
    let over_key = |scalars: &[Fr], last: Fr| {
        let points = verifying.ic[1..].iter().chain([&verifying.eta]);
        let points: Vec<G1Projective> = points.map(|point| (*point).into()).collect();
        Bls12381::msm(&[scalars, &[last]].concat(), &points)
    };
    let row = generators.commit_row_vartime(packed, rhat);
    let row_announced = generators.commit_row_vartime(&nonces, nonce_of_rhat);
    let phat = over_key(packed, sigma);
    let phat_announced = over_key(&nonces, nonce_of_sigma);
    // With `B = g_2` equation 1 of `specs/proofs.md` 8.6 is one in `G1`, of which `alpha` gives every term.
    let (generator, b) = generators_of_groups();
    let (beta, delta): (G1Projective, G1Projective) = (key.beta.into(), key.delta.into());
    let ic_0: G1Projective = verifying.ic[0].into();
    let a = Bls12381::msm(&[alpha, y], &[beta, delta]) + ic_0 + phat;
    let q = Bls12381::msm(&[y], &[generator]);

    let n = u64::from(round.clients()).to_be_bytes();
    let parts: [&[u8]; 4] = [
        &round.context().digest,
        &verifying.statement,
        &n,
        &verifying.digest(),
    ];
    let mut message = digest("veragg/2 groth16 statement", &parts).to_vec();
    message.extend(client.number().to_be_bytes());
    message.extend(Bls12381::encode_point(&a));
    message.extend(encode_g2(&b));
    for point in [&q, &phat, &row, &phat_announced, &row_announced] {
        message.extend(Bls12381::encode_point(point));
    }
    let e = hash_to_scalar(b"veragg/2 groth16 link", &message);

    let mut bytes = Vec::new();
    for point in [&row, &phat, &phat_announced, &row_announced, &a, &q] {
        bytes.extend(Bls12381::encode_point(point));
    }
    bytes.extend(encode_g2(&b));
    let responses = nonces.iter().zip(packed).map(|(nonce, p)| *nonce + e * p);
    let last = [nonce_of_sigma + e * sigma, nonce_of_rhat + e * rhat];
    for response in responses.chain(last) {
        bytes.extend(Bls12381::encode_scalar(&response));
    }
    (bytes, rhat)
}

/// Whether a round takes the proof of its first client for packed scalars that are all `2^200`, far outside every range.
pub fn is_deceived(round: &Round<Bls12381Groth16>, key: &ProvingKey, alpha: Fr) -> bool {
    let big = (0..200).fold(Fr::from(1u64), |power, _| power + power);
    let client = ClientId::from_index(0);
    let (forged, _) = forge(
        round,
        key,
        alpha,
        client,
        &vec![big; round.layout().scalars()],
    );
    let proof = round.proofs().decode(&forged);
    let binding = round.binding(client);
    proof.is_ok_and(|proof| round.proofs().verify_batch(&[(binding, &proof)]).is_empty())
}

fn generators_of_groups() -> (G1Projective, G2Affine) {
    let (one, two) = veragg_protocol::circuits::groth16::key::generators();
    (one, two.into())
}
