//! The rules that keep clients safe, by name, so that tests can show that each is needed: in a test
//! build, and in no other, a rule can be switched off, and the attack that it stops goes through
//! (`mutations.rs`).

/// A rule of `specs/protocol.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Rule {
    /// 3.2.2: keys come with proofs that their secrets are known.
    Possession,
    /// 3.3.2: a share is the committed one.
    CommittedShare,
    /// 3.5.3: what is attested is what was submitted.
    SubmittedInput,
    /// 3.8.1: enough neighbours acknowledged the same list.
    Neighbours,
    /// 3.8.2: enough clients in all did.
    Acknowledgements,
    /// 3.8.6: a second share only against a conviction.
    Convicted,
    /// 3.10.2: a checkpoint continues the one that the client answered.
    Chain,
    /// 3.10.4: a message counts if it answers that checkpoint too.
    SameView,
    /// 4.8.3: a conviction goes by the keys that were attested.
    AttestedKeys,
}

/// Whether a condition holds, which is what the rule asks for.
#[cfg(not(test))]
#[inline(always)]
pub(crate) fn holds(_: Rule, condition: bool) -> bool {
    condition
}

#[cfg(test)]
pub(crate) use switches::{holds, without};

#[cfg(test)]
mod switches {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::Mutex;

    use super::Rule;

    /// The rules that are switched off, one bit each; and what keeps tests from switching at once.
    static OFF: AtomicU32 = AtomicU32::new(0);
    static TURN: Mutex<()> = Mutex::new(());

    pub(crate) fn holds(rule: Rule, condition: bool) -> bool {
        condition || OFF.load(Ordering::SeqCst) >> rule as u8 & 1 == 1
    }

    /// Does something with the rule in force, and then again without it.
    pub(crate) fn without<T>(rule: Rule, attack: impl Fn() -> T) -> [T; 2] {
        let turn = TURN.lock();
        let with = attack();
        OFF.store(1 << rule as u8, Ordering::SeqCst);
        let without = std::panic::catch_unwind(std::panic::AssertUnwindSafe(attack));
        OFF.store(0, Ordering::SeqCst);
        drop(turn);
        [with, without.expect("the attack runs without the rule")]
    }
}
