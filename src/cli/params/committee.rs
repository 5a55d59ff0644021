//! The committee protocol beside the pairwise protocol, with the same vector.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use veragg::circuits::group::Group;
use veragg::circuits::proof_system::ProofSystem;
use veragg::circuits::statement::Statement;
use veragg::costs::{self, Times};
use veragg::protocol::committee::organiser::shortest;
use veragg::protocol::committee::parts::Parts;
use veragg::protocol::committee::sizes;
use veragg::protocol::round::committee::shape::Shape;

use super::SuiteBytes;
use crate::cli::error::CliError;
use crate::cli::{output, ParamsArgs};

/// Bytes of a round of the committee protocol with the same vector, in the suite that was asked for.
#[derive(Debug, Serialize)]
pub(super) struct Comparison {
    trustees: u32,
    colluding: u32,
    absent: u32,
    /// How many trustees must confirm and open.
    needed: u32,
    packed: u32,
    columns: u32,
    client_sent: u64,
    trustee_sent: u64,
    trustee_received_at_most: u64,
    board_at_most: u64,
    /// The same in the pairwise protocol: what a client sends, receives at most, and the board, which holds what clients send.
    pairwise_client_sent: usize,
    pairwise_client_received_at_most: usize,
    pairwise_board: u64,
    /// What the roles take, in seconds of one core.
    times: Times,
    pairwise_times: Times,
    /// Which protocol to take, and why.
    advice: String,
}

impl Comparison {
    pub(super) fn new<P: ProofSystem>(
        args: &ParamsArgs,
        statement: &Statement,
        pairwise: &SuiteBytes,
        pairwise_times: Times,
    ) -> Result<Self, CliError> {
        let refuse = |error: &dyn fmt::Display| CliError::Usage(error.to_string());
        let (trustees, colluding, absent) = (args.trustees, args.colluding, args.absent);
        let shape = Shape::new(trustees, colluding, 1).map_err(|error| refuse(&error))?;
        if shape.may_be_absent() < absent {
            let most = shape.may_be_absent();
            return Err(CliError::Usage(format!(
                "--absent {absent}: of {trustees} trustees of whom {colluding} may collude, at most {most} may be absent; give more --trustees, or lower one of the two"
            )));
        }
        let planned = P::SetUp::default();
        let clients = args.clients;
        let (columns, packed) = shortest::<P>(&planned, statement, clients, shape, (None, absent));
        let planned = P::sizes(&planned, statement, clients, columns as usize);
        let planned = planned.map_err(|error| refuse(&error))?;
        let shape = Shape::new(trustees, colluding, packed).map_err(|error| refuse(&error))?;
        let parts = Parts::new::<P::Group>(shape, &planned);
        let parts = parts.ok_or_else(|| refuse(&"the rows cannot be packed"))?;
        let opening = planned.layout.scalars() + planned.layout.rows();
        let bytes = sizes::Bytes::of(&parts, clients, opening, P::Group::SCALAR_LEN);
        let pairwise_board = pairwise.sent as u64 * u64::from(clients);
        let less = pairwise_board / bytes.board.max(1);
        Ok(Self {
            trustees,
            colluding,
            absent,
            needed: shape.needed(),
            packed,
            columns,
            client_sent: bytes.client_sent,
            trustee_sent: bytes.trustee_sent,
            trustee_received_at_most: bytes.trustee_received,
            board_at_most: bytes.board,
            pairwise_client_sent: pairwise.sent,
            pairwise_client_received_at_most: pairwise.received_at_most,
            pairwise_board,
            times: costs::committee(P::SUITE, statement, clients, &parts),
            pairwise_times,
            advice: format!(
                "take the committee protocol if clients send once and are gone, and if there are {trustees} parties of whom no {} conspire with the aggregator: a client sends {} instead of {} and need not stay, and the board is {less} times as short. Take the pairwise protocol if nobody can name such parties: there only clients must not conspire",
                colluding + 1,
                bytes_of(bytes.client_sent),
                output::bytes(pairwise.sent),
            ),
        })
    }
}

fn bytes_of(bytes: u64) -> String {
    output::bytes(usize::try_from(bytes).unwrap_or(usize::MAX))
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\nthe committee protocol, with {} trustees of whom {} may collude and {} may be absent ({} must open)",
            self.trustees, self.colluding, self.absent, self.needed
        )?;
        writeln!(f, "  {:<26}{:>10}  {:>10}", "", "committee", "pairwise")?;
        let rows = [
            (
                "a client sends",
                bytes_of(self.client_sent),
                output::bytes(self.pairwise_client_sent),
            ),
            (
                "a client receives at most",
                "a receipt".to_owned(),
                output::bytes(self.pairwise_client_received_at_most),
            ),
            (
                "a trustee sends",
                bytes_of(self.trustee_sent),
                "-".to_owned(),
            ),
            (
                "a trustee receives at most",
                bytes_of(self.trustee_received_at_most),
                "-".to_owned(),
            ),
            (
                "the board",
                bytes_of(self.board_at_most),
                bytes_of(self.pairwise_board),
            ),
        ];
        let (times, pairwise) = (&self.times, &self.pairwise_times);
        let time = |seconds: f64| output::seconds(Duration::from_secs_f64(seconds));
        let times = [
            ("a client takes", time(times.client), time(pairwise.client)),
            (
                "a trustee takes",
                times.trustee.map_or_else(String::new, time),
                "-".to_owned(),
            ),
            (
                "the aggregator takes",
                time(times.aggregator),
                time(pairwise.aggregator),
            ),
            (
                "an audit takes",
                time(times.auditor),
                time(pairwise.auditor),
            ),
        ];
        for (what, committee, pairwise) in rows.into_iter().chain(times) {
            writeln!(f, "  {what:<26}{committee:>10}  {pairwise:>10}")?;
        }
        writeln!(
            f,
            "times are of one core of the machine of docs/costs.md, in a round without cheaters; on yours all are longer or shorter by about one factor"
        )?;
        writeln!(f, "{}", self.advice)
    }
}
