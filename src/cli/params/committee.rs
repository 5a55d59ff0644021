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

use super::pairwise::SuiteBytes;
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
    client_received: u64,
    trustee_sent: u64,
    trustee_received_at_most: u64,
    board_at_most: u64,
    /// What the roles take, in seconds of one core.
    times: Times,
    /// The same in the pairwise protocol, if that is possible.
    #[serde(flatten)]
    beside: Option<Beside>,
    /// Which protocol to take, and why.
    advice: String,
}

/// A round of the pairwise protocol with the same vector: what a client sends, receives at most, and the board, which holds what clients
/// send.
#[derive(Debug, Serialize)]
struct Beside {
    pairwise_client_sent: usize,
    pairwise_client_received_at_most: usize,
    pairwise_board: u64,
    pairwise_times: Times,
}

/// The committee that was asked for.
pub(super) fn shape(args: &ParamsArgs) -> Result<Shape, CliError> {
    let (trustees, colluding, absent) = (args.trustees, args.colluding, args.absent);
    let shape = Shape::new(trustees, colluding, 1).map_err(|error| {
        CliError::Usage(format!(
            "--trustees {trustees}, --colluding {colluding}: {error}"
        ))
    })?;
    let most = shape.may_be_absent();
    match most < absent {
        true => Err(CliError::Usage(format!(
            "--absent {absent}: of {trustees} trustees of whom {colluding} may collude, at most {most} may be absent; give more --trustees, or lower one of the two"
        ))),
        false => Ok(shape),
    }
}

impl Comparison {
    /// The round with a committee of this shape, beside the bytes and times of the pairwise protocol.
    pub(super) fn new<P: ProofSystem>(
        args: &ParamsArgs,
        statement: &Statement,
        shape: Shape,
        pairwise: Option<(SuiteBytes, Times)>,
    ) -> Result<Self, CliError> {
        let refuse = |error: &dyn fmt::Display| CliError::Usage(error.to_string());
        let (trustees, colluding, absent) = (args.trustees, args.colluding, args.absent);
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
        let beside = pairwise.map(|(pairwise, times)| Beside {
            pairwise_client_sent: pairwise.sent,
            pairwise_client_received_at_most: pairwise.received_at_most,
            pairwise_board: pairwise.sent as u64 * u64::from(clients),
            pairwise_times: times,
        });
        Ok(Self {
            trustees,
            colluding,
            absent,
            needed: shape.needed(),
            packed,
            columns,
            client_sent: bytes.client_sent,
            client_received: bytes.client_received,
            trustee_sent: bytes.trustee_sent,
            trustee_received_at_most: bytes.trustee_received,
            board_at_most: bytes.board,
            times: costs::committee(P::SUITE, statement, clients, &parts),
            beside,
            advice: String::new(),
        }
        .with_advice())
    }

    fn with_advice(mut self) -> Self {
        let parties = format!(
            "{} parties of whom no {} conspire with the aggregator",
            self.trustees,
            self.colluding + 1
        );
        self.advice = match &self.beside {
            None => format!("take the committee protocol if there are {parties}"),
            Some(pairwise) => {
                let sent = (self.client_sent, pairwise.pairwise_client_sent as u64);
                let board = (self.board_at_most, pairwise.pairwise_board);
                let (own, other) = (&self.times, &pairwise.pairwise_times);
                let dearer = [
                    ("bytes of a client", sent.0 > sent.1),
                    ("bytes of the board", board.0 > board.1),
                    ("time of a client", own.client > other.client),
                    ("time of the aggregator", own.aggregator > other.aggregator),
                    ("time of an audit", own.auditor > other.auditor),
                ];
                let dearer = dearer.iter().filter(|(_, is_dearer)| *is_dearer);
                let dearer: Vec<&str> = dearer.map(|(what, _)| *what).collect();
                let (but, or) = match dearer.is_empty() {
                    true => (String::new(), ""),
                    false => (
                        format!(
                            " It costs more than the pairwise protocol in this: {}.",
                            dearer.join(", ")
                        ),
                        ", or if clients can stay and these costs matter more",
                    ),
                };
                let shorter = match board.1 / board.0.max(1) {
                    0 | 1 => String::new(),
                    times => format!(", and the board is {times} times as short"),
                };
                format!(
                    "take the committee protocol if clients send once and are gone, and if there are {parties}: a client sends {} in one message, instead of {} in several, and need not stay{shorter}.{but} Take the pairwise protocol if nobody can name such parties{or}: there only clients must not conspire",
                    bytes_of(sent.0),
                    bytes_of(sent.1),
                )
            }
        };
        self
    }
}

fn seconds(seconds: f64) -> String {
    output::seconds(Duration::from_secs_f64(seconds))
}

fn bytes_of(bytes: u64) -> String {
    output::bytes(usize::try_from(bytes).unwrap_or(usize::MAX))
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\nthe committee protocol, with {} trustees of whom {} may collude and {} may be absent ({} must open; rows packed at once: {})",
            self.trustees, self.colluding, self.absent, self.needed, self.packed
        )?;
        let beside = self.beside.as_ref();
        let heading = beside.map_or("", |_| "pairwise");
        writeln!(f, "  {:<26}{:>10}  {heading:>10}", "", "committee")?;
        let of_pairwise = |of: fn(&Beside) -> String| beside.map_or_else(String::new, of);
        let times = &self.times;
        let rows = [
            (
                "a client sends",
                bytes_of(self.client_sent),
                of_pairwise(|it| output::bytes(it.pairwise_client_sent)),
            ),
            (
                "a client receives at most",
                bytes_of(self.client_received),
                of_pairwise(|it| output::bytes(it.pairwise_client_received_at_most)),
            ),
            (
                "a trustee sends",
                bytes_of(self.trustee_sent),
                of_pairwise(|_| "-".to_owned()),
            ),
            (
                "a trustee receives at most",
                bytes_of(self.trustee_received_at_most),
                of_pairwise(|_| "-".to_owned()),
            ),
            (
                "the board",
                bytes_of(self.board_at_most),
                of_pairwise(|it| bytes_of(it.pairwise_board)),
            ),
            (
                "a client takes",
                seconds(times.client),
                of_pairwise(|it| seconds(it.pairwise_times.client)),
            ),
            (
                "a trustee takes",
                times.trustee.map_or_else(String::new, seconds),
                of_pairwise(|_| "-".to_owned()),
            ),
            (
                "the aggregator takes",
                seconds(times.aggregator),
                of_pairwise(|it| seconds(it.pairwise_times.aggregator)),
            ),
            (
                "an audit takes",
                seconds(times.auditor),
                of_pairwise(|it| seconds(it.pairwise_times.auditor)),
            ),
        ];
        for (what, committee, pairwise) in rows {
            let line = format!("  {what:<26}{committee:>10}  {pairwise:>10}");
            writeln!(f, "{}", line.trim_end())?;
        }
        writeln!(
            f,
            "bytes are without what everybody is given first: the header of the round, or a client's invitation to it; times are of one core of the machine of docs/costs.md, in a round without cheaters; on yours all are longer or shorter by about one factor"
        )?;
        writeln!(f, "{}", self.advice)
    }
}
