use ark_ec::{AffineRepr, CurveGroup};

use super::*;
use crate::groth16::testing::{circuits, torsion, Secrets};
use crate::statement::{Segment, Statement};

fn key() -> ProvingKey {
    Secrets::of(1).key(&circuits()[0], 20)
}

#[test]
fn what_is_encoded_is_decoded() {
    for circuit in circuits() {
        let key = Secrets::of(1).key(&circuit, 20);
        // Some variables stand in no row of V.
        assert!(key.b_1.iter().chain(&key.b_1).any(AffineRepr::is_zero));
        assert_eq!(ProvingKey::decode(&key.encode()), Ok(key));
    }
}

#[test]
fn no_other_length_is_taken() {
    let bytes = key().encode();
    for end in 0..bytes.len() {
        assert!(ProvingKey::decode(&bytes[..end]).is_err(), "{end}");
    }
    let longer = [&bytes[..], &[0]].concat();
    let want = bytes.len();
    let error = KeyFileError::Length {
        got: want + 1,
        want,
    };
    assert_eq!(ProvingKey::decode(&longer), Err(error));
    let mut renamed = bytes;
    renamed[0] ^= 1;
    assert_eq!(ProvingKey::decode(&renamed), Err(KeyFileError::Name));
}

#[test]
fn elements_that_no_key_holds_are_refused_where_they_stand() {
    let refused = |change: fn(&mut ProvingKey)| {
        let mut key = key();
        change(&mut key);
        match ProvingKey::decode(&key.encode()) {
            Err(KeyFileError::Element(error)) => (error.list, error.index),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(|key| key.a[1] = G1Affine::identity()), ("u", 1));
    assert_eq!(refused(|key| key.l[0] = G1Affine::identity()), ("l", 0));
    assert_eq!(refused(|key| key.h[2] = G1Affine::identity()), ("h", 2));
    let at = refused(|key| key.delta = G1Affine::identity());
    assert_eq!(at, ("beta and delta", 1));
    type Place = fn(&mut ProvingKey) -> &mut G1Affine;
    let lists: [(Place, _); 4] = [
        (|key| &mut key.a[2], ("u", 2)),
        (|key| &mut key.b_1[0], ("v", 0)),
        (|key| &mut key.l[0], ("l", 0)),
        (|key| &mut key.h[1], ("h", 1)),
    ];
    for (list, place) in lists {
        let mut key = key();
        let element = list(&mut key);
        *element = (*element + torsion()).into_affine();
        let error = ProvingKey::decode(&key.encode()).unwrap_err();
        let KeyFileError::Element(error) = error else {
            panic!("{error}");
        };
        assert_eq!((error.list, error.index), place);
    }
    // The identity has one encoding.
    let key = key();
    let bytes = key.encode();
    let at = key.b_1.iter().position(AffineRepr::is_zero).unwrap();
    let of_g1 = key.h.len() + key.l.len() + key.b_1.len() - at;
    let start = bytes.len() - 48 * of_g1 - 96 * key.b_2.len();
    assert_eq!(bytes[start], 0xc0);
    for (place, value) in [(0, 0xe0), (0, 0x40), (47, 1)] {
        let mut other = bytes.clone();
        other[start + place] = value;
        assert!(ProvingKey::decode(&other).is_err());
    }
}

/// What `specs/proofs.md` 8.4 refuses, before anything is derived from it.
#[test]
fn a_verifying_key_that_no_set_up_makes_is_refused() {
    let refused = |change: &dyn Fn(&mut VerifyingKey)| {
        let mut key = key();
        change(&mut key.verifying);
        match ProvingKey::decode(&key.encode()) {
            Err(KeyFileError::Verifying(error)) => error,
            other => panic!("{other:?}"),
        }
    };
    let huge = Statement::new(vec![Segment::range(1 << 27, u64::MAX)]).unwrap();
    let error = refused(&|key| key.statement = huge.encode());
    assert!(matches!(error, KeyError::TooLong { got } if got > 1 << 32));
    let error = refused(&|key| key.statement[15] = 0);
    assert!(matches!(error, KeyError::Statement(_)));
    assert_eq!(refused(&|key| key.domain *= 2), KeyError::Other("domain"));
    let matrices = KeyError::Other("constraint system");
    assert_eq!(refused(&|key| key.matrices[0] ^= 1), matrices);
    let count = KeyError::Other("number of public inputs");
    assert_eq!(refused(&|key| key.ic.truncate(1)), count);
    let generator = refused(&|key| key.delta = G2Affine::generator());
    assert_eq!(generator, KeyError::NoContribution);
}
