//! The phases as the audit judges them, one file each (`specs/committee.md` 6).

pub(crate) mod check;
pub(crate) mod confirm;
pub(crate) mod open;
pub(crate) mod publish;
pub(crate) mod submit;
