//! The steps of `specs/committee.md` 6: for each a board on which it stops an attack, or prevents that somebody honest is named.

use veragg_verifier::step::Step;

use super::case::Case;
use super::judged::Off;

/// A test for each step: the board, and what its audit reports with the step and without it.
macro_rules! boards {
    ($($step:ident: $board:literal, $with:literal, $without:literal;)*) => {
        /// The steps that have a board.
        pub(crate) const CASES: &[Step] = &[$(Step::$step),*];

        #[allow(non_snake_case)]
        mod is_needed {
            use super::{Case, Off, Step};
            $(#[test]
            fn $step() {
                let off = Off::of_step(Step::$step);
                Case::on_board($board).assert_summaries(&off, $with, $without);
            })*
        }
    };
}

boards! {
    EntrySigned: "an entry that is not signed", "failed V-15, naming organiser V-15", "unfinished";
    SealingKeyPossessed: "a sealing key that nobody possesses", "failed V-15, naming organiser V-15", "unfinished";
    TrusteesDiffer: "two trustees with one key", "failed V-15, naming organiser V-15", "unfinished";
    SharingHolds: "another possession", "verified, naming client 3 V-16", "verified";
    MaskedRow: "another row", "verified, naming client 3 V-16", "failed V-16";
    ReasonShown: "a shown row taken out", "failed V-16", "failed V-03 V-10 V-11, naming aggregator V-03, aggregator V-10, aggregator V-11";
    NothingShown: "shows a good row", "failed V-16", "verified";
    NobodyLeftOut: "leaves out a client that hands its message over", "failed V-16, naming aggregator V-16", "failed V-16";
    AnswersSubmissions: "two submissions, and the trustees go on", "failed V-04, naming client 3 V-04, trustee 1 V-17, trustee 2 V-17, trustee 3 V-17, trustee 4 V-17, aggregator V-04", "failed V-04, naming client 3 V-04, aggregator V-04";
    ComplaintsDecode: "complaints out of order", "verified, naming trustee 1 V-17", "verified";
    ComplaintTrue: "a false complaint", "verified, naming trustee 1 V-17", "verified";
    ConfirmsPart: "lists who is not accepted", "failed V-03 V-16, naming trustee 1 V-17, aggregator V-03", "failed V-03 V-16, naming aggregator V-03";
    ConfirmsEnough: "lists too few", "failed V-10, naming trustee 1 V-17, trustee 2 V-17, trustee 3 V-17, trustee 4 V-17, aggregator V-10", "failed V-10, naming aggregator V-10";
    ConfirmsNobodyAccused: "a confirmation of the accused", "failed V-03 V-11, naming client 3 V-17, trustee 4 V-17, aggregator V-03, aggregator V-11", "failed V-03 V-11, naming client 3 V-17, aggregator V-03, aggregator V-11";
    EnoughConfirmed: "closes confirm early", "failed V-17, naming aggregator V-17", "unfinished";
    OpeningHolds: "a false opening", "verified, naming trustee 1 V-18", "verified";
    PadsKnown: "a damaged submission", "failed V-04", "failed V-04 V-18, naming trustee 1 V-18, trustee 2 V-18, trustee 3 V-18, trustee 4 V-18, aggregator V-18";
    EnoughOpened: "closes open early", "failed V-18, naming aggregator V-18", "unfinished";
    AllOpeningsJudged: "a damaged submission", "failed V-04", "failed V-04 V-18, naming aggregator V-18";
    GivenOfRound: "given messages of another round", "failed V-04", "verified, naming trustee 2 V-04";
    OneMessageSigned: "two confirmations, one given", "verified, naming trustee 2 V-04", "verified";
    DamagedListed: "a damaged submission of who is not listed", "failed V-04 V-11, naming aggregator V-11", "failed V-04";
    DamagedAsListed: "a damaged submission", "failed V-04", "failed V-03 V-04, naming aggregator V-03";
    ChainAuthentic: "a submission taken out", "failed V-03 V-10 V-11 V-17", "failed V-03 V-10 V-11, naming trustee 1 V-17, trustee 2 V-17, trustee 3 V-17, trustee 4 V-17";
}
