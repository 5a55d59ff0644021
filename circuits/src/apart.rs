//! Parallel work that waits without beginning other work.

use std::sync::LazyLock;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Acts in a pool of threads of its own, and waits.
///
/// Otherwise a thread of the caller's pool that waits in the middle of one proof, or of one audit, would take up the next
/// one on the same stack, and so on for all clients, until the stack is full. (Arkworks waits in the middle of a sum of
/// points.) Cost: waking the threads; for a caller in another pool, starting one besides.
pub fn apart<T: Send>(act: impl FnOnce() -> T + Send) -> T {
    static POOL: LazyLock<Option<ThreadPool>> =
        LazyLock::new(|| ThreadPoolBuilder::new().build().ok());
    // Within the pool acts of several callers can still nest, as many as there are callers at a time.
    let Some(pool) = POOL
        .as_ref()
        .filter(|pool| pool.current_thread_index().is_none())
    else {
        return act();
    };
    // A thread of no pool waits without doing anything else.
    if rayon::current_thread_index().is_none() {
        return pool.install(act);
    }
    let mut act = Some(act);
    let done = std::thread::scope(|scope| {
        let install = || act.take().map(|act| pool.install(act));
        let spawned = std::thread::Builder::new().spawn_scoped(scope, install);
        let joined = spawned.ok()?.join();
        joined.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    });
    // If there can be no more threads, this one does the work.
    done.or_else(|| act.map(|act| act()))
        .expect("the act was done there, or is done here")
}
