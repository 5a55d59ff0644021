//! What one state of a generator in two proofs gives away, and that it gives away nothing of
//! proofs of the suite, whose draws are hedged (`specs/proofs.md` 4.4).

use super::*;

/// From two proofs with the same nonces: the packed scalars, `p = (z - z') / (e - e')`.
fn told(setting: &Setting, [one, other]: [(&Elements, &Responses, Binding); 2]) -> Vec<Fr> {
    let prefix = Prefix::new(&setting.key.verifying, CLIENTS);
    let e = [one, other].map(|(elements, _, binding)| elements.challenge(&prefix, &binding));
    let over = (e[0] - e[1]).inverse().unwrap();
    let pairs = one.1.packed.iter().zip(&other.1.packed);
    pairs.map(|(z, y)| (*z - y) * over).collect()
}

#[test]
fn a_repeated_generator_gives_nothing_away() {
    let setting = Setting::new();
    let packed = setting.circuit.layout().pack::<Fr>(&setting.x).unwrap();
    // Straight from the generator: two proofs of the same scalars with another element between them.
    let forged = setting.forge(packed.clone());
    let plain = |multiple: u64| {
        let g = G1Projective::generator() * Fr::from(multiple);
        setting.link_with(forged.clone(), &mut rng(), |elements| {
            elements.a = (elements.a + g).into_affine();
        })
    };
    let (one, other) = (plain(1), plain(2));
    let pair = [(&one.0, &one.1, BINDING), (&other.0, &other.1, BINDING)];
    assert_eq!(told(&setting, pair), packed);

    let context = Binding {
        context: [4; 32],
        ..BINDING
    };
    let client = Binding {
        client: 8,
        ..BINDING
    };
    let (first, of_first) = setting.proven(&BINDING);
    for binding in [context, client] {
        let (other, of_other) = setting.proven(&binding);
        let pair = [
            (&first.elements, &first.responses, BINDING),
            (&other.elements, &other.responses, binding),
        ];
        assert_ne!(told(&setting, pair), packed);
        assert_ne!(of_first.blindings, of_other.blindings);
    }
    // Another input: another blinding, so that the rows do not tell the difference.
    let circuit = &circuits()[0];
    let key = Secrets::of(1).key(circuit, CLIENTS);
    let suite = proving(circuit, &key, CLIENTS);
    let blindings = |x: u64| {
        let proven = suite.prove(&BINDING, &[x], &mut rng()).unwrap();
        proven.blindings.clone()
    };
    assert_ne!(blindings(0), blindings(1));
    assert_eq!(setting.proven(&BINDING).1.bytes, of_first.bytes);
}
