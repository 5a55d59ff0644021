//! The one place where rules can be left out, so that `necessity/` can show what each is for.
//!
//! Every rule asks [`holds`] whether its condition holds. In an ordinary build the answer is the condition.
//! With the cfg `veragg_switches`, rules can be off on a thread, and then hold whatever happens. `build.rs`
//! sets the cfg only if `VERAGG_SWITCHES` is in the environment, and never for a release.

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
    use std::cell::RefCell;

    thread_local! {
        /// The names of the rules that are off on this thread.
        static OFF: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
    }

    /// Whether the condition of the rule of this name holds, or the rule is off.
    pub fn holds(rule: impl FnOnce() -> &'static str, condition: bool) -> bool {
        condition || OFF.with_borrow(|off| !off.is_empty() && off.contains(&rule()))
    }

    /// Acts with these rules off; with none, all are in force. It acts on a thread of its own, where
    /// everything that would be done in parallel is done too, so that no other test sees the switch.
    pub fn without<T: Send>(rules: &[&'static str], act: impl FnOnce() -> T + Send) -> T {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        pool.expect("a thread").install(|| {
            OFF.set(rules.to_vec());
            act()
        })
    }
}
