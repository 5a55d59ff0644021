//! An allocator that searches each block for known secrets when the block is freed.

use std::alloc::{GlobalAlloc, Layout, System};
use std::backtrace::Backtrace;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::RwLock;

/// The first bytes of a secret, by which it is found.
const NEEDLE: usize = 8;
/// Secrets that can be searched for at most.
const MOST: usize = 4096;

/// Searches blocks that are freed.
pub struct Searching;

/// Sorted, each with the index of its secret. Nothing is allocated or locked for writing while a search goes on.
static NEEDLES: RwLock<Vec<(u64, usize)>> = RwLock::new(Vec::new());
static SEARCHES: AtomicBool = AtomicBool::new(false);
/// Whether it is printed who frees a block: if `WIPING_TRACE` is set.
static TRACES: AtomicBool = AtomicBool::new(false);
static FOUND: [AtomicBool; MOST] = [const { AtomicBool::new(false) }; MOST];

// SAFETY: all memory comes from, and goes back to, the system's allocator. `realloc` is the default one, which allocates, copies and
// frees, so that a block that moves is searched, too.
unsafe impl GlobalAlloc for Searching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those of `System`.
        unsafe {
            match SEARCHES.load(Ordering::Relaxed) {
                // So that nothing is found that was left there before the search began.
                true => System.alloc_zeroed(layout),
                false => System.alloc(layout),
            }
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if SEARCHES.load(Ordering::Relaxed) {
            // SAFETY: the block is still allocated, and `layout` has its size.
            unsafe { search(block, layout.size()) };
        }
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
}

/// Notes which secrets stand in a block.
unsafe fn search(block: *const u8, size: usize) {
    let Ok(needles) = NEEDLES.try_read() else {
        return;
    };
    let mut window = 0u64;
    for at in 0..size {
        // SAFETY: `at` is inside the block. Volatile, since the block need not have been written to.
        let byte = unsafe { block.add(at).read_volatile() };
        window = window << 8 | u64::from(byte);
        if at + 1 < NEEDLE {
            continue;
        }
        let start = needles.partition_point(|(needle, _)| *needle < window);
        for (needle, index) in &needles[start..] {
            if *needle != window {
                break;
            }
            if !FOUND[*index].swap(true, Ordering::Relaxed) && TRACES.load(Ordering::Relaxed) {
                trace(*index, size);
            }
        }
    }
}

/// Prints who frees a block with a secret.
fn trace(index: usize, size: usize) {
    SEARCHES.store(false, Ordering::SeqCst);
    let trace = Backtrace::force_capture();
    println!("secret {index}, in a block of {size} bytes:\n{trace}");
    SEARCHES.store(true, Ordering::SeqCst);
}

/// Runs something, and gives the indices of the secrets that were left in blocks which it freed.
pub fn left_behind(secrets: &[Vec<u8>], run: impl FnOnce()) -> BTreeSet<usize> {
    assert!(secrets.len() <= MOST);
    let mut needles: Vec<(u64, usize)> = secrets
        .iter()
        .enumerate()
        .map(|(index, secret)| {
            let first: [u8; NEEDLE] = secret[..NEEDLE].try_into().unwrap();
            (u64::from_be_bytes(first), index)
        })
        .collect();
    needles.sort_unstable();
    *NEEDLES.write().unwrap() = needles;
    for found in &FOUND {
        found.store(false, Ordering::Relaxed);
    }
    TRACES.store(std::env::var_os("WIPING_TRACE").is_some(), Ordering::SeqCst);
    SEARCHES.store(true, Ordering::SeqCst);
    run();
    SEARCHES.store(false, Ordering::SeqCst);
    let found = |index: &usize| FOUND[*index].load(Ordering::Relaxed);
    (0..secrets.len()).filter(found).collect()
}
