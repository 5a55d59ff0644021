//! Keys that are refused, and one that must be.

use super::*;

/// Keys that a verifier must not take.
#[test]
fn keys_are_checked() {
    let setting = Setting::new();
    let good = &setting.key.verifying;
    let checked = |key: &VerifyingKey, clients: u32| key.check(&setting.circuit, clients);
    assert_eq!(checked(good, 20), Ok(()));
    assert!(matches!(checked(good, 21), Err(KeyError::Other(_))));
    let no_contribution = VerifyingKey {
        delta: G2Affine::generator(),
        ..good.clone()
    };
    assert_eq!(checked(&no_contribution, 20), Err(KeyError::NoContribution));
    let mut fewer = good.clone();
    fewer.ic.pop();
    let mut more = good.clone();
    more.ic.push(good.ic[0]);
    let other_domain = VerifyingKey {
        domain: good.domain * 2,
        ..good.clone()
    };
    let other_matrices = VerifyingKey {
        matrices: [0; 32],
        ..good.clone()
    };
    let mut other_statement = good.clone();
    other_statement.statement[8] ^= 1;
    for key in [fewer, more, other_domain, other_matrices, other_statement] {
        assert!(matches!(checked(&key, 20), Err(KeyError::Other(_))));
    }
    // Bytes: one encoding, no identity, no point outside the subgroup, no count that is believed.
    let bytes = good.encode();
    assert_eq!(VerifyingKey::decode(&bytes).unwrap(), *good);
    assert!(VerifyingKey::decode(&bytes[..bytes.len() - 1]).is_err());
    assert!(VerifyingKey::decode(&[&bytes[..], &[0]].concat()).is_err());
    let identity = VerifyingKey {
        eta: G1Affine::identity(),
        ..good.clone()
    };
    assert!(VerifyingKey::decode(&identity.encode()).is_err());
    let count = bytes.len() - 48 * good.ic.len() - 4;
    let mut huge = bytes.clone();
    huge[count..count + 4].fill(0xff);
    assert!(VerifyingKey::decode(&huge).is_err());
    let nobody = VerifyingKey {
        max_clients: 0,
        ..good.clone()
    };
    assert!(VerifyingKey::decode(&nobody.encode()).is_err());
    assert_ne!(
        VerifyingKey {
            max_clients: 19,
            ..good.clone()
        }
        .digest(),
        good.digest()
    );
}

/// Without a checked `eta` anybody proves one vector of his choice, with no secret of the set-up: 8.4.5 asks that the key
/// follows from the transcript.
#[test]
fn a_key_with_another_eta_proves_what_its_maker_chose() {
    let mut setting = Setting::new();
    let columns = setting.circuit.layout().scalars();
    let p = vec![Fr::from(u64::MAX); columns];
    let ic = &setting.key.verifying.ic;
    let sum: G1Projective = ic[1..].iter().zip(&p).map(|(point, p)| *point * p).sum();
    setting.key.verifying.eta = (-(sum + ic[0])).into_affine();
    setting.suite = verifying(&setting.circuit, &setting.key.verifying, CLIENTS);
    let x = Fr::from(31u64);
    let verifying = &setting.key.verifying;
    let forged = Forged {
        packed: setting.over_key(&p, Fr::one()),
        row: setting.over_row(&p, Fr::from(5u64)),
        p,
        sigma: Fr::one(),
        rhat: Fr::from(5u64),
        a: verifying.alpha + setting.key.delta * x,
        b: verifying.beta.into_group(),
        q: setting.key.beta * x,
    };
    // `IC_0 + Phat` is the identity, which is no element of a proof.
    let proof = setting.linked(forged);
    assert!(setting.suite.verify_batch(&[(BINDING, &proof)]).is_empty());
}

/// What the suite refuses before it looks at a key (`specs/proofs.md` 8.2).
#[test]
fn long_statements_and_other_columns_are_refused() {
    let planned = Groth16SetUp::default();
    let of = |len| Statement::new(vec![crate::statement::Segment::range(len, 2)]).unwrap();
    let columns = |len| Bls12381Groth16::best_columns(&planned, &of(len), 1);
    let sizes = |len, columns| Bls12381Groth16::sizes(&planned, &of(len), 1, columns);
    // One bit a slot: 254 in a scalar, which has a row and an instance variable.
    let most = (1..)
        .find(|len| len + 2 * columns(*len) + 1 > key::MAX_DOMAIN)
        .unwrap();
    assert!(sizes(most - 1, columns(most - 1)).is_ok());
    let refused = sizes(most, columns(most));
    assert!(matches!(
        refused,
        Err(Unsupported::Key(KeyError::TooLong { .. }))
    ));
    let refused = sizes(300, 1);
    assert!(matches!(refused, Err(Unsupported::Columns { got: 1, .. })));
    let missing = Bls12381Groth16::new(&planned, &of(300), 1, columns(300));
    assert!(matches!(missing, Err(Unsupported::Key(KeyError::Missing))));
}
