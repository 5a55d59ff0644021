//! The bytes of messages and of the board (`specs/wire.md`).
//!
//! | module | what it holds |
//! |---|---|
//! | [`message`] | signed envelopes and whole messages |
//! | [`body`] | a body that is read as a stream |
//! | [`part`] | one part of a body, with its path |
//! | [`checkpoint`], [`receipt`] | what the aggregator signs |
//! | [`header`], [`board`] | the file: what it begins with, and the records |

pub mod board;
pub mod body;
pub mod checkpoint;
pub mod header;
pub mod message;
pub mod part;
pub mod parts;
pub mod receipt;
