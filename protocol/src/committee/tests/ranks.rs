//! What comes out of sharings, by linear algebra over all small committees (`specs/committee.md` 8.2): of the rules as they stand
//! one sum, and of each form that was broken more.
//!
//! Everything that a coalition sees is a linear form in the rows and the pads of honest clients. Pads are uniform, so it learns of
//! the rows exactly the combinations of these forms in which no pad is left.

use crate::round::committee::shape::Shape;

/// A prime: the field of the forms. The statements are about ranks of small integers, and do not depend on it.
const PRIME: u64 = (1 << 61) - 1;

type Form = Vec<u64>;

fn mul(a: u64, b: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(PRIME)) as u64
}

fn sub(a: u64, b: u64) -> u64 {
    (a + PRIME - b) % PRIME
}

fn inverse(a: u64) -> u64 {
    let (mut power, mut exponent, mut base) = (1, PRIME - 2, a);
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = mul(power, base);
        }
        base = mul(base, base);
        exponent >>= 1;
    }
    power
}

/// Row echelon form, without the rows that vanish.
fn reduce(mut forms: Vec<Form>) -> Vec<Form> {
    let width = forms.first().map_or(0, Vec::len);
    let mut done = 0;
    for column in 0..width {
        let Some(pivot) = (done..forms.len()).find(|&row| forms[row][column] != 0) else {
            continue;
        };
        forms.swap(done, pivot);
        let scale = inverse(forms[done][column]);
        let lead: Form = forms[done].iter().map(|&x| mul(x, scale)).collect();
        for form in &mut forms[done + 1..] {
            let factor = form[column];
            if factor != 0 {
                for (x, &y) in form.iter_mut().zip(&lead) {
                    *x = sub(*x, mul(factor, y));
                }
            }
        }
        forms[done] = lead;
        done += 1;
    }
    forms.truncate(done);
    forms
}

/// A committee, with any `q`: also those that are refused.
#[derive(Debug, Clone, Copy)]
struct Committee {
    m: usize,
    t: usize,
    p: usize,
    q: usize,
}

/// Honest clients of the model.
const CLIENTS: usize = 3;
/// Honest clients, as bits: all, and all but the last.
const ALL: u8 = 0b111;
const WITHOUT_ONE: u8 = 0b011;

impl Committee {
    fn drawn(&self) -> usize {
        self.q - self.p
    }

    /// The pads stand first, so that echelon forms end with what is free of them.
    fn pad(&self, client: usize, trustee: usize) -> usize {
        client * self.m + trustee - 1
    }

    fn row(&self, client: usize, k: usize) -> usize {
        CLIENTS * self.m + client * self.p + k
    }

    fn width(&self) -> usize {
        CLIENTS * (self.m + self.p)
    }

    fn unit(&self, at: usize) -> Form {
        let mut form = vec![0; self.width()];
        form[at] = 1;
        form
    }

    /// `f(j) - pad_j` of a client.
    fn masked(&self, client: usize, j: usize) -> Form {
        let rows = (0..self.p).map(|k| (sub(0, k as u64), self.row(client, k)));
        let drawn = (1..=self.drawn()).map(|s| (s as u64, self.pad(client, s)));
        let points: Vec<(u64, usize)> = rows.chain(drawn).collect();
        let mut form = vec![0; self.width()];
        for (s, (point, at)) in points.iter().enumerate() {
            let others = points.iter().enumerate().filter(|(other, _)| *other != s);
            let product = |of: u64| {
                others
                    .clone()
                    .fold(1, |product, (_, (other, _))| mul(product, sub(of, *other)))
            };
            form[*at] = mul(product(j as u64), inverse(product(*point)));
        }
        let own = self.pad(client, j);
        form[own] = sub(form[own], 1);
        form
    }

    /// `S_j` over the clients of a list.
    fn opening(&self, j: usize, list: u8) -> Form {
        let mut form = vec![0; self.width()];
        for client in (0..CLIENTS).filter(|client| list >> client & 1 == 1) {
            form[self.pad(client, j)] = 1;
        }
        form
    }

    /// The sums of the rows over a list.
    fn sums(&self, list: u8) -> Vec<Form> {
        let sum = |k| {
            let mut form = vec![0; self.width()];
            for client in (0..CLIENTS).filter(|client| list >> client & 1 == 1) {
                form[self.row(client, k)] = 1;
            }
            form
        };
        (0..self.p).map(sum).collect()
    }

    /// What a coalition with these trustees learns of the rows from openings, of whom and of which lists.
    fn learned(&self, corrupt: &[usize], openings: &[(usize, u8)]) -> Vec<Form> {
        let mut view = Vec::new();
        for client in 0..CLIENTS {
            view.extend(corrupt.iter().map(|&j| self.unit(self.pad(client, j))));
            view.extend((self.drawn() + 1..=self.m).map(|j| self.masked(client, j)));
        }
        view.extend(openings.iter().map(|&(j, list)| self.opening(j, list)));
        let pads = CLIENTS * self.m;
        let is_free = |form: &Form| form[..pads].iter().all(|&x| x == 0);
        reduce(view).into_iter().filter(is_free).collect()
    }

    /// Whether all that was learned follows from the sums over one list.
    fn is_one_sum(&self, learned: &[Form]) -> bool {
        [ALL, WITHOUT_ONE].into_iter().any(|list| {
            let both = [self.sums(list), learned.to_vec()].concat();
            reduce(both).len() == self.p
        })
    }
}

/// The rules of 3.3 and 3.4 that the argument rests on.
#[derive(Debug, Clone, Copy)]
struct Rules {
    /// 3.3: a trustee confirms once.
    once: bool,
    /// 3.4.2: `q` confirmations of one list.
    confirmations: bool,
}

const IN_FORCE: Rules = Rules {
    once: true,
    confirmations: true,
};

/// What a trustee was shown: which checkpoint of submit, and which of two lists that go back to it.
type Shown = (usize, usize);

/// The list of a checkpoint of check: two checkpoints of submit, and two lists that go back to each. Of the second checkpoint one client
/// is not accepted; so of that one both lists differ in corrupt clients at most.
fn list_of(submit: usize, number: usize) -> u8 {
    match (submit, number) {
        (0, 0) => ALL,
        _ => WITHOUT_ONE,
    }
}

/// Which lists are opened by whom.
struct Played {
    openings: Vec<(usize, u8)>,
    /// Lists that honest trustees open.
    open: usize,
    /// Lists that can get `q` confirmations, those of corrupt trustees among them: what can still be published.
    publishable: usize,
}

fn play(committee: &Committee, rules: Rules, honest: &[usize], shown: &[Shown]) -> Played {
    let Committee { t, q, .. } = *committee;
    let mut played = Played {
        openings: Vec::new(),
        open: 0,
        publishable: 0,
    };
    for (submit, number) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let confirms = |of: &Shown| of.0 == submit && (of.1 == number || !rules.once);
        let confirmed: Vec<usize> = honest
            .iter()
            .zip(shown)
            .filter(|(_, of)| confirms(of))
            .map(|(&j, _)| j)
            .collect();
        let enough = confirmed.len() + t >= q;
        if confirmed.is_empty() || rules.confirmations && !enough {
            continue;
        }
        played.open += 1;
        played.publishable += usize::from(enough);
        let list = list_of(submit, number);
        played.openings.extend(confirmed.iter().map(|&j| (j, list)));
    }
    played
}

/// Every set of `size` of the numbers `1..=m`.
fn subsets(m: usize, size: usize) -> Vec<Vec<usize>> {
    let all = (0u32..1 << m).filter(|bits| bits.count_ones() as usize == size);
    let members = |bits: u32| (1..=m).filter(|j| bits >> (j - 1) & 1 == 1).collect();
    all.map(members).collect()
}

/// Every committee that is taken, up to this size.
fn committees(most: usize) -> Vec<Committee> {
    let mut all = Vec::new();
    for (m, t, p) in
        (1..=most).flat_map(|m| (1..=m).flat_map(move |t| (1..=m).map(move |p| (m, t, p))))
    {
        if let Ok(shape) = Shape::new(m as u32, t as u32, p as u32) {
            let q = shape.needed() as usize;
            all.push(Committee { m, t, p, q });
        }
    }
    all
}

/// Every run of a committee: which trustees are corrupt, and what each honest one was shown. Says whether all hold.
fn all_runs(
    committee: &Committee,
    rules: Rules,
    mut holds: impl FnMut(&[usize], &Played) -> bool,
) -> bool {
    let Committee { m, t, .. } = *committee;
    subsets(m, t).into_iter().all(|corrupt| {
        let honest: Vec<usize> = (1..=m).filter(|j| !corrupt.contains(j)).collect();
        (0..4usize.pow(honest.len() as u32)).all(|code| {
            let of = |at: usize| (code >> (2 * at) & 1, code >> (2 * at + 1) & 1);
            let shown: Vec<Shown> = (0..honest.len()).map(of).collect();
            holds(&corrupt, &play(committee, rules, &honest, &shown))
        })
    })
}

fn secret(committee: &Committee, rules: Rules) -> bool {
    all_runs(committee, rules, |corrupt, played| {
        let learned = committee.learned(corrupt, &played.openings);
        committee.is_one_sum(&learned)
    })
}

/// Whether whoever knows a sum can no longer choose what is published.
fn fair(committee: &Committee, rules: Rules) -> bool {
    all_runs(committee, rules, |corrupt, played| {
        let known = !committee.learned(corrupt, &played.openings).is_empty();
        !known || (played.open == 1 && played.publishable == 1)
    })
}

#[test]
fn one_sum_comes_out_and_nothing_else() {
    let all = committees(5);
    assert!(all.len() >= 10, "{}", all.len());
    for committee in &all {
        assert!(secret(committee, IN_FORCE), "{committee:?}");
        assert!(fair(committee, IN_FORCE), "{committee:?}");
    }
}

#[test]
fn q_openings_give_the_sum_and_fewer_do_not() {
    for committee in committees(6) {
        let Committee { m, q, .. } = committee;
        for count in 0..=m {
            for openers in subsets(m, count) {
                let openings: Vec<_> = openers.iter().map(|&j| (j, ALL)).collect();
                let learned = committee.learned(&[], &openings).len();
                // A ramp: below `q` some of it may come out.
                assert_eq!(
                    learned == committee.p,
                    count >= q,
                    "{committee:?} {openers:?}"
                );
            }
        }
    }
}

/// A form that was broken.
struct Broken {
    /// What is different in it.
    what: &'static str,
    /// The committee that it makes of one; nothing where that is the same.
    committee: fn(Committee) -> Option<Committee>,
    rules: Rules,
    /// The committees of which it gives away no more than one sum all the same.
    is_secret: fn(&Committee) -> bool,
    /// Those in which it lets nobody choose a sum all the same.
    is_fair: fn(&Committee) -> bool,
}

const NONE: fn(&Committee) -> bool = |_| false;

/// There is one honest trustee, and it opens one list.
const ONE_HONEST: fn(&Committee) -> bool = |it| it.t + 1 == it.m;

/// Over all small committees: each form gives away more than one sum, or lets somebody choose, but of the committees that it says.
#[test]
fn forms_that_were_broken_are_broken() {
    let forms = [
        Broken {
            what: "trustees confirm several lists",
            committee: Some,
            rules: Rules {
                once: false,
                ..IN_FORCE
            },
            is_secret: NONE,
            is_fair: NONE,
        },
        Broken {
            what: "trustees open what too few have confirmed",
            committee: Some,
            rules: Rules {
                confirmations: false,
                ..IN_FORCE
            },
            // Each trustee opens one list, so of two lists one has fewer than `q` openings. They tell nothing where one row is shared.
            is_secret: |it| it.p == 1,
            is_fair: ONE_HONEST,
        },
        Broken {
            what: "fewer values are drawn than trustees collude",
            committee: |it| {
                let q = it.p + it.t - 1;
                Some(Committee { q, ..it })
            },
            rules: IN_FORCE,
            is_secret: NONE,
            is_fair: ONE_HONEST,
        },
        Broken {
            what: "two lists get enough confirmations without an honest trustee in common",
            committee: |it| {
                let q = (it.p + it.t).max((it.m + it.t) / 2);
                (q < it.q).then_some(Committee { q, ..it })
            },
            rules: IN_FORCE,
            is_secret: NONE,
            is_fair: NONE,
        },
    ];
    for form in forms {
        let all: Vec<Committee> = committees(5)
            .into_iter()
            .filter_map(form.committee)
            .collect();
        assert!(all.len() >= 7, "{}", form.what);
        for committee in all {
            let found = (secret(&committee, form.rules), fair(&committee, form.rules));
            let want = ((form.is_secret)(&committee), (form.is_fair)(&committee));
            assert_eq!(found, want, "{}: {committee:?}", form.what);
        }
    }
    // Two lists of one trustee give the client in which they differ.
    let committee = Committee {
        m: 3,
        t: 1,
        p: 1,
        q: 3,
    };
    let both: Vec<_> = (1..=3).flat_map(|j| [(j, ALL), (j, WITHOUT_ONE)]).collect();
    assert!(!committee.is_one_sum(&committee.learned(&[1], &both)));
}
