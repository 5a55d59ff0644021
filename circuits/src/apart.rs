//! Parallel work that waits without beginning other work.

use std::sync::LazyLock;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Acts in a pool of threads of its own, and waits.
///
/// A thread of the caller's pool that waits in the middle of one proof, or of one audit, takes up the next one on the same
/// stack, and so on for all clients, until the stack is full. Arkworks waits in the middle of a sum of points. Cost: starting a thread.
pub fn apart<T: Send>(act: impl FnOnce() -> T + Send) -> T {
    static POOL: LazyLock<Option<ThreadPool>> =
        LazyLock::new(|| ThreadPoolBuilder::new().build().ok());
    // In the pool itself nothing begins that was not begun by the same act.
    let Some(pool) = POOL
        .as_ref()
        .filter(|pool| pool.current_thread_index().is_none())
    else {
        return act();
    };
    // A thread of no pool waits without doing anything else.
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| pool.install(act));
        waiting
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
