//! Whole rounds side by side, each on threads of its own.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Threads of a round: more than one, so that what it computes in parallel is computed in parallel.
const THREADS: usize = 2;

/// What `act` gives for the numbers below `count`, in their order. So many at a time as there are cores, each in a pool of
/// threads of its own.
///
/// *Why not all in one pool:* a thread that waits in the middle of one round would begin the next on the same stack, and so
/// on, until the stack is full.
pub(crate) fn side_by_side<T: Send>(count: u64, act: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let next = AtomicU64::new(0);
    let work = || {
        let pool = ThreadPoolBuilder::new().num_threads(THREADS).build().ok();
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return done;
            }
            done.push((number, inside(pool.as_ref(), || act(number))));
        }
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let mut all = thread::scope(|scope| {
        let spawned: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
        let mut all = work();
        for worker in spawned {
            match worker.join() {
                Ok(done) => all.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_by_key(|(number, _)| *number);
    all.into_iter().map(|(_, done)| done).collect()
}

fn inside<T: Send>(pool: Option<&ThreadPool>, act: impl FnOnce() -> T + Send) -> T {
    // A caller in a pool would take up other work while it waits.
    match pool.filter(|_| rayon::current_thread_index().is_none()) {
        Some(pool) => pool.install(act),
        None => act(),
    }
}
