//! Whether the time of a prover tells what it proves: five kinds of input of the default suite, in
//! turns, the least of several times each. Fails if the longest takes 1.2 times the shortest or more.
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
    let mut least = [Duration::MAX; 5];
    // On one thread, and in turns, so that what else the machine does meets all of them.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let pool = pool.expect("a thread can be made");
    pool.install(|| {
        for _ in 0..TURNS {
            for ((_, x), least) in inputs.iter().zip(&mut least) {
                let start = Instant::now();
                let proven = suite.prove(&BINDING, x, &mut OsRng);
                *least = start.elapsed().min(*least);
                proven.expect("the input is in range");
            }
        }
    });
    let shortest = least.iter().min().map_or(1.0, Duration::as_secs_f64);
    println!("| input of 2^16 numbers of 16 bits | prove | / the shortest |\n|---|---|---|");
    for ((name, _), time) in inputs.iter().zip(&least) {
        let time = time.as_secs_f64();
        println!("| {name} | {:.1} ms | {:.3} |", time * 1e3, time / shortest);
    }
    let longest = least.iter().max().map_or(1.0, Duration::as_secs_f64);
    let spread = longest / shortest;
    println!("\nlongest / shortest: {spread:.3}");
    assert!(spread < MOST, "the time tells what is proven");
}
