//! Whether the time of a prover tells what it proves: five kinds of input of the default suite, in
//! turns, the median of each. Fails if the longest takes 1.2 times the shortest or more.
//!
//! `circuits/src/bitplane/tests/work.rs` shows that additions and multiplications are the same in
//! number. Here is what that leaves: caches, and branches inside the field's reductions.

use std::time::{Duration, Instant};

use rand_chacha::ChaCha20Rng;
use rand_core::{OsRng, RngCore, SeedableRng};
use veragg::circuits::bitplane::RistrettoBitplane;
use veragg::circuits::proof_system::{Binding, ProofSystem};
use veragg::circuits::statement::{Segment, Statement};

const LEN: usize = 1 << 16;
const BOUND: u64 = 1 << 16;
const CLIENTS: u32 = 1000;
const TURNS: usize = 60;
const MOST: f64 = 1.2;
const BINDING: Binding = Binding {
    context: [7; 32],
    client: 1,
};

fn inputs() -> [(&'static str, Vec<u64>); 5] {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let mut one_hot = vec![0; LEN];
    one_hot[LEN / 3] = 1;
    let alternating = (0..LEN as u64).map(|j| j % 2 * (BOUND - 1));
    let random = (0..LEN).map(|_| rng.next_u64() % BOUND);
    [
        ("all zeros", vec![0; LEN]),
        ("all maxima", vec![BOUND - 1; LEN]),
        ("one hot", one_hot),
        ("alternating", alternating.collect()),
        ("random", random.collect()),
    ]
}

fn main() {
    let statement = Statement::new(vec![Segment::range(LEN, BOUND)]);
    let statement = statement.expect("a range is a statement");
    let columns = RistrettoBitplane::best_columns(&(), &statement, CLIENTS);
    let suite = RistrettoBitplane::new(&(), &statement, CLIENTS, columns);
    let suite = suite.expect("the suite proves ranges");
    let inputs = inputs();
    // On one thread. Each turn proves all five, each time in another order, so that what else the
    // machine does meets all of them; and a time is compared with those of its own turn.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let pool = pool.expect("a thread can be made");
    let turns: Vec<[Duration; 5]> = pool.install(|| {
        let turn = |turn: usize| {
            let mut times = [Duration::ZERO; 5];
            for place in 0..5 {
                let which = (turn + place) % 5;
                let start = Instant::now();
                let proven = suite.prove(&BINDING, &inputs[which].1, &mut OsRng);
                times[which] = start.elapsed();
                proven.expect("the input is in range");
            }
            times
        };
        (0..TURNS).map(turn).collect()
    });
    let of_turn = |turn: &[Duration; 5]| turn.iter().sum::<Duration>().as_secs_f64() / 5.0;
    let ratios: [f64; 5] = std::array::from_fn(|which| {
        let ratios = turns
            .iter()
            .map(|turn| turn[which].as_secs_f64() / of_turn(turn));
        median(ratios.collect())
    });
    let shortest = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let longest = ratios.iter().copied().fold(0.0, f64::max);
    println!("| input of 2^16 numbers of 16 bits | prove | / the shortest |\n|---|---|---|");
    for (which, (name, _)) in inputs.iter().enumerate() {
        let times = turns.iter().map(|turn| turn[which].as_secs_f64());
        let time = median(times.collect()) * 1e3;
        println!(
            "| {name} | {time:.1} ms | {:.3} |",
            ratios[which] / shortest
        );
    }
    let spread = longest / shortest;
    println!("\nlongest / shortest: {spread:.3}");
    assert!(spread < MOST, "the time tells what is proven");
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
