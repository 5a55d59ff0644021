//! The one place where a rule can be left out, so that `necessity/` can show what each is for.
//!
//! Every rule asks [`holds`] whether its condition holds. In every build but one the answer is the
//! condition. In a build with the cfg `veragg_switches`, which `build.rs` sets for tests only, one rule
//! of one thread can be off, and then holds whatever happens.

/// Whether the condition of the rule of this name holds.
#[cfg(not(veragg_switches))]
#[inline(always)]
pub fn holds(_: impl FnOnce() -> &'static str, condition: bool) -> bool {
    condition
}

#[cfg(veragg_switches)]
pub use on::{holds, without};

#[cfg(veragg_switches)]
mod on {
    use std::cell::Cell;

    thread_local! {
        /// The rule that is off on this thread.
        static OFF: Cell<Option<&'static str>> = const { Cell::new(None) };
    }

    /// Whether the condition of the rule of this name holds, or the rule is off.
    pub fn holds(rule: impl FnOnce() -> &'static str, condition: bool) -> bool {
        condition || OFF.get().is_some_and(|off| off == rule())
    }

    /// Acts with a rule off, or with all in force: on a thread of its own, where everything that would be
    /// done in parallel is done too, so that no other test sees the switch.
    pub fn without<T: Send>(rule: Option<&'static str>, act: impl FnOnce() -> T + Send) -> T {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        pool.expect("a thread").install(|| {
            OFF.set(rule);
            act()
        })
    }
}
