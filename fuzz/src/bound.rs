//! A bound on what is allocated. libFuzzer has an option for that, but it only works with a sanitizer, and these targets
//! are mostly run without.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The most bytes that are allocated at any time. The inputs have kilobytes, and the rounds have six clients.
pub const MOST_ALLOCATED: usize = 128 << 20;

/// The allocator of all targets. It ends the process, as a crash that the fuzzer keeps, where more is allocated than the
/// bound.
struct Bounded;

static ALLOCATED: AtomicUsize = AtomicUsize::new(0);

fn count(bytes: usize) {
    let before = ALLOCATED.fetch_add(bytes, Ordering::Relaxed);
    if before.saturating_add(bytes) > MOST_ALLOCATED {
        // The message itself allocates nothing.
        eprintln!("more than {MOST_ALLOCATED} bytes are allocated, with the last {bytes}");
        std::process::abort();
    }
}

// SAFETY: every call goes to the allocator of the system, unchanged; counting does not touch the memory.
unsafe impl GlobalAlloc for Bounded {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        System.alloc(layout)
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        System.alloc_zeroed(layout)
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        ALLOCATED.fetch_sub(layout.size(), Ordering::Relaxed);
        System.realloc(old, layout, size)
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        ALLOCATED.fetch_sub(layout.size(), Ordering::Relaxed);
        System.dealloc(old, layout);
    }
}

#[global_allocator]
static ALLOCATOR: Bounded = Bounded;
