//! How time is measured.

use std::hint::black_box;
use std::time::Instant;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Rounds of a comparison of which one takes a second. The longer it takes the fewer there are, by
/// its square root, so that short ones are repeated often and long ones do not take all the time.
const ROUNDS: f64 = 7.0;
const LEAST: f64 = 3.0;
const MOST: f64 = 31.0;

/// Median seconds of each of two, run in turns so that a drift of the machine meets both alike;
/// once before, to warm up.
pub fn in_turns<A, B>(mut a: impl FnMut() -> A, mut b: impl FnMut() -> B) -> [f64; 2] {
    let mut round = || [seconds(&mut a), seconds(&mut b)];
    let warm_up: f64 = round().iter().sum();
    // Odd, so that there is a middle.
    let rounds = (ROUNDS / warm_up.sqrt()).clamp(LEAST, MOST) as usize | 1;
    let measured: Vec<_> = (0..rounds).map(|_| round()).collect();
    [0, 1].map(|side| median(measured.iter().map(|round| round[side]).collect()))
}

/// Seconds of one run.
pub fn seconds<T>(mut run: impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    let result = black_box(run());
    let elapsed = start.elapsed().as_secs_f64();
    // Not earlier: giving memory back is no part of what is measured.
    drop(result);
    elapsed
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A pool of so many threads.
pub fn threads(count: usize) -> ThreadPool {
    ThreadPoolBuilder::new()
        .num_threads(count)
        .build()
        .expect("the machine gives threads")
}
