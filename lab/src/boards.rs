//! Boards of the committee protocol, honest and not, with what an audit must find on them. Those on which somebody attacks are
//! boards of scenarios, wherever a scenario can say what happens.
#![allow(clippy::unwrap_used)]

mod aggregator;
mod case;
mod clients;
mod files;
mod headers;
mod honest;
mod trustees;

pub use self::case::{Builds, Case};

/// All boards, by what happened.
pub const BOARDS: [Builds; 6] = [
    honest::CASES,
    clients::CASES,
    trustees::CASES,
    aggregator::CASES,
    files::CASES,
    headers::CASES,
];

/// The board on which this happened. A test gives up where there is none.
#[must_use]
pub fn board(name: &str) -> Case {
    let mut boards = BOARDS.into_iter().flatten();
    let found = boards.find(|(of, _)| *of == name);
    let Some((_, build)) = found else {
        panic!("there is no board `{name}`");
    };
    build()
}
