//! Files of the vector that are changed so that one rule refuses them.

use veragg_circuits::ark_ff::{FftField, Field, One};
use veragg_circuits::groth16::heads::Heads;
use veragg_circuits::groth16::key::ProvingKey;

use super::super::super::record::PowersRecord;
use super::*;

/// The cases, as replacements in parts of the vector.
struct Cases<'a> {
    vector: &'a Value,
    cases: Vec<Value>,
}

impl Cases<'_> {
    fn bytes(&self, name: &str) -> Vec<u8> {
        unhex(part(self.vector, name).as_str().unwrap()).unwrap()
    }

    fn file(&self, place: usize) -> VerifiedSetUp {
        let bytes = self.bytes(&format!("files/{place}"));
        SetUpFile::decode(&bytes).unwrap().verify().unwrap()
    }

    /// Notes what is different in bytes of the same length.
    fn note(&mut self, what: &str, name: &str, rule: &str, changed: &[u8]) {
        let old = self.bytes(name);
        assert_eq!(old.len(), changed.len(), "{what}");
        let differs = |at: &usize| old[*at] != changed[*at];
        let first = (0..old.len()).find(differs).unwrap();
        let last = (0..old.len()).rfind(differs).unwrap();
        self.cases.push(json!({
            "what": what,
            "file": name,
            "at": first,
            "bytes": hex(&changed[first..=last]),
            "rule": rule,
        }));
    }

    /// Changes a file by its parts.
    fn change(
        &mut self,
        what: &str,
        place: usize,
        rule: &str,
        change: impl FnOnce(&mut SetUpFile),
    ) {
        let mut file = self.file(place).file;
        change(&mut file);
        self.note(what, &format!("files/{place}"), rule, &file.encode());
    }

    /// Changes a key by its parts.
    fn key(&mut self, what: &str, name: &str, rule: &str, change: impl FnOnce(&mut ProvingKey)) {
        let mut key = ProvingKey::decode(&self.bytes("proving_key")).unwrap();
        change(&mut key);
        let changed = match name {
            "verifying_key" => key.verifying.encode(),
            _ => key.encode(),
        };
        self.note(what, name, rule, &changed);
    }

    fn of_bytes(&mut self) {
        let done = self.bytes("files/5");
        let mut put = |what: &str, at: usize, new: &[u8]| {
            let mut changed = done.clone();
            changed[at..at + new.len()].copy_from_slice(new);
            self.note(what, "files/5", "2.2", &changed);
        };
        let l = done.len() - 4 * 48;
        let mut torsion = [0; 48];
        torsion[0] = 0x80;
        let mut identity = [0; 48];
        identity[0] = 0xc0;
        put("another name", 0, b"V");
        put("no stage", 14, &[5]);
        put("no client", 15 + 32, &[0; 4]);
        put("another domain", 15 + 36, &8u32.to_be_bytes());
        put("other matrices", 15 + 40, &[0; 32]);
        put("a point of order 3 in L", l, &torsion);
        put("the identity in T", l + 48, &identity);
    }

    fn of_powers(&mut self) {
        let before = self.file(1);
        let (ben, mallory) = (SigningKey::from_bytes(&[2; 32]), mallory());
        let chain = before.powers_chain;
        self.change("signed by another", 2, "5.2", |file| {
            file.powers_records[1].sign(&mallory, &chain);
        });
        self.change("records in another order", 2, "5.2", |file| {
            file.powers_records.swap(0, 1);
        });
        self.change("a response that does not fit", 2, "5.2", |file| {
            file.powers_records[1].knowledge.responses[1] += Fr::one();
            file.powers_records[1].sign(&ben, &chain);
        });
        let factors = *draw_factors::<3>(&mut seeded(0x12));
        self.change("tau in G2 of another", 2, "5.2", |file| {
            let mut heads = file.powers_records[1].heads;
            heads.tau_2 = heads.beta_2;
            let rng = &mut seeded(0x40);
            file.powers_records[1] =
                PowersRecord::make(&ben, &chain, &before.heads, heads, &factors, rng);
        });
        for (at, name) in ["tau", "alpha", "beta"].into_iter().enumerate() {
            let mut factors = factors;
            factors[at] = Fr::one();
            let made = before.with_powers(&ben, &factors, &mut seeded(0x40));
            let what = format!("the factor of {name} is 1");
            self.note(&what, "files/2", "5.2", &made.encode());
            let first = draw_factors::<3>(&mut seeded(0x11));
            factors[at] = first[at].inverse().unwrap();
            let made = before.with_powers(&ben, &factors, &mut seeded(0x40));
            let what = format!("the factors of {name} cancel out");
            self.note(&what, "files/2", "5.2", &made.encode());
        }
        self.change("a contribution that is not applied", 2, "5.3", |file| {
            file.powers = before.file.powers.clone();
        });
        self.change("one element of alpha", 2, "5.3", |file| {
            other(&mut file.powers.alpha[2]);
        });
        self.change("one element of tau in G2", 2, "5.3", |file| {
            file.powers.tau_2[3] = file.powers.beta_2;
        });
        let start = self.file(0);
        let root = Fr::get_root_of_unity(4).unwrap();
        let factors = [root, Fr::from(3u64), Fr::from(5u64)];
        let key = SigningKey::from_bytes(&[1; 32]);
        let made = start.with_powers(&key, &factors, &mut seeded(0x40));
        self.note("tau in the domain", "files/1", "5.3", &made.encode());
    }

    fn of_delta(&mut self) {
        let before = self.file(3);
        let (ben, chain) = (SigningKey::from_bytes(&[2; 32]), before.delta_chain);
        self.change("signed by another", 4, "5.4", |file| {
            file.delta_records[1].sign(&mallory(), &chain);
        });
        let made = before.with_delta(&ben, &[Fr::one()], &mut seeded(0x40));
        self.note("the factor of delta is 1", "files/4", "5.4", &made.encode());
        let first = draw_factors::<1>(&mut seeded(0x21))[0].inverse().unwrap();
        let made = before.with_delta(&ben, &[first], &mut seeded(0x40));
        self.note(
            "the factors of delta cancel out",
            "files/4",
            "5.4",
            &made.encode(),
        );
        self.change("a contribution that is not applied", 4, "5.5", |file| {
            file.rest = before.file.rest.clone();
        });
        self.change("another L", 4, "5.5", |file| other(&mut divided(file).l[0]));
        self.change("another T", 5, "5.5", |file| other(&mut divided(file).h[2]));
        self.change("another beacon", 5, "5.5", |file| {
            let divided = divided(file).clone();
            file.rest = file::Rest::Done(b"A block".to_vec(), divided);
        });
    }

    fn of_keys(&mut self) {
        let verifying = "verifying_key";
        self.key("eta is a multiple of IC_1", verifying, "6.1", |key| {
            key.verifying.eta = (key.verifying.ic[1] * Fr::from(77u64)).into();
        });
        self.key("public inputs that are swapped", verifying, "6.1", |key| {
            key.verifying.ic.swap(0, 1);
        });
        self.key("another delta", verifying, "6.1", |key| {
            key.verifying.delta = (key.verifying.delta * Fr::from(2u64)).into();
        });
        let proving = "proving_key";
        self.key(
            "a verifying key with another domain",
            proving,
            "2.3",
            |key| {
                key.verifying.domain = 8;
            },
        );
        self.key("another beta", proving, "6.2", |key| other(&mut key.beta));
        self.key("another delta", proving, "6.2", |key| other(&mut key.delta));
        self.key("one element of u", proving, "6.2", |key| {
            other(&mut key.a[1])
        });
        self.key("one element of v", proving, "6.2", |key| {
            other(&mut key.b_1[0])
        });
        self.key("one element of v in G2", proving, "6.2", |key| {
            key.b_2[1] = Heads::first().tau_2;
        });
        self.key("one element of l", proving, "6.2", |key| {
            other(&mut key.l[0])
        });
        self.key("one element of h", proving, "6.2", |key| {
            other(&mut key.h[1])
        });
    }
}

pub(super) fn refused(vector: &Value) -> Vec<Value> {
    let mut cases = Cases {
        vector,
        cases: Vec::new(),
    };
    cases.of_bytes();
    cases.of_powers();
    cases.of_delta();
    cases.of_keys();
    cases.cases
}
