//! Tests of what a client leaves in memory that it has freed (`specs/threat-model.md` 6.1). They are a package of their own, since
//! the allocator that looks needs `unsafe`, which the other packages forbid.
