//! A round of the committee protocol.

use std::collections::BTreeSet;

use rand_core::OsRng;
use veragg::circuits::proof_system::ProofSystem;
use veragg::lab::committee::local::{Absences, LocalCommittee, Members, PlayedCommittee};
use veragg::local::LocalRoundError;
use veragg::protocol::aggregator::Log;
use veragg::protocol::committee::organiser::CommitteeBuilder;
use veragg::protocol::committee::round::Invitation;
use veragg::protocol::crypto::ids::{ClientId, TrusteeId};
use veragg::protocol::crypto::tree::inclusion_len;
use veragg::protocol::round::configuration::ConfigurationError;
use veragg::protocol::round::phase::Phase;
use veragg::survey::Survey;

use super::set_up::RoundSetUp;
use super::{interpret, names, progress_bar, Done};
use crate::cli::error::CliError;
use crate::cli::output_folder::OutputFolder;
use crate::cli::summary::{PhaseSummary, ProtocolSummary, Spread, Summary, Traffic};
use crate::cli::{Format, RunArgs};

/// Runs a round of the committee protocol.
pub(super) fn run<P: ProofSystem<SetUp: RoundSetUp>>(
    args: &RunArgs,
    survey: Survey,
    members: Members,
    format: Format,
) -> Result<u8, CliError> {
    let with = |round_id, members: Members| {
        let segments = survey.segments().to_vec();
        let (colluding, absent) = (members.colluding, members.absent);
        let deadlines = LocalCommittee::<P>::DEADLINES;
        CommitteeBuilder::new(segments, round_id, colluding, absent, deadlines)
            .corrupt_ppm(survey.corrupt_ppm())
            .columns(survey.columns())
            .min_contributors(survey.min_contributors())
    };
    let refuse = |error: LocalRoundError| survey.refusal(&error);
    let statement = with([0; 32], members).statement();
    let statement = statement.map_err(|error| refuse(ConfigurationError::from(error).into()))?;
    let (set_up, set_up_files) = P::SetUp::obtain(args, &statement, survey.clients())?;
    let local = LocalCommittee::<P>::new(&set_up, survey.clients(), members, with, &mut OsRng);
    let local = local.map_err(refuse)?;
    let context = local.round.context();
    let names = names(context, &local.organiser_key, &survey)?;

    let folder = OutputFolder::take(&args.out)?;
    let log = folder.begin_log(&local.header, &local.organiser)?;
    let bar = progress_bar(Phase::COMMITTEE.len() - 1);
    let watch = |phase: Phase| {
        bar.set_message(phase.name());
        bar.inc(u64::from(phase != Phase::Submit));
    };
    let absences = absences(&survey);
    let played = local.begin(log);
    let mut played = played.map_err(|error| CliError::malformed(&folder.log(), error))?;
    let ended = played.to_the_end(&local, |client| survey.input(client), &absences, watch);
    let board = folder.board();
    let mut file = folder.begin_board(&local.header)?;
    let unusable = |error: &dyn ToString| CliError::malformed(&board, error.to_string());
    for record in played.aggregator.board() {
        let record = record.map_err(|error| unusable(&error))?;
        let length = file.len();
        let appended = file.append(length, vec![record]);
        appended.map_err(|error| unusable(&error))?;
    }
    drop(file);
    if let Err(source) = ended {
        // The round does not go on, and nobody may find the masked rows.
        drop(played);
        folder.remove_log()?;
        let source = Box::new(source);
        return Err(CliError::CommitteeStopped { board, source });
    }
    let published = played.published(&local.round);
    let published = published.map_err(|error| unusable(&error))?;
    let configuration = local.round.configuration();
    let (aggregate, results) = interpret(&board, configuration, context, &survey, published)?;
    let receipts = played.receipts.iter();
    let receipts = receipts.map(|(sender, phase, receipt)| (*sender, *phase, receipt));
    let clients = survey.clients();
    folder.write(
        clients,
        receipts,
        &aggregate,
        names.as_ref(),
        set_up_files.as_ref(),
    )?;
    let summary = summarise(&survey, &absences, &local, &played);
    // The masked rows are needed no more, and nobody may find them.
    drop((survey, played));
    folder.remove_log()?;
    bar.set_message("audit");
    let done = Done {
        folder,
        organiser: local.organiser,
        aggregate,
        results,
        set_up_files,
        summary,
    };
    let ended = done.finish(|_| None, format);
    bar.finish_and_clear();
    ended
}

/// Who takes no part, as the configuration says. A client sends one message: so it takes no part if it leaves before submit.
fn absences(survey: &Survey) -> Absences {
    let before = [Phase::Advertise, Phase::Share, Phase::Confirm];
    let leaving = survey.dropouts().iter();
    let leaving = leaving.filter(|dropout| before.contains(&dropout.after));
    let clients: BTreeSet<ClientId> = leaving
        .filter_map(|dropout| ClientId::new(dropout.client))
        .collect();
    let trustees = survey.absences().iter();
    let trustees = trustees.filter_map(|it| Some((TrusteeId::new(it.trustee)?, it.after)));
    Absences {
        clients,
        trustees: trustees.collect(),
    }
}

/// The bytes of the invitation of each client that takes part. They differ by the paths in the tree over the keys.
fn invited<P: ProofSystem>(absences: &Absences, local: &LocalCommittee<P>) -> Vec<usize> {
    let clients = local.round.clients();
    let path = |client: ClientId| 32 * inclusion_len(client.index(), clients as usize);
    let first = ClientId::from_index(0);
    let invitation = Invitation::of(&local.header, &local.roster, first);
    let whole = invitation.map_or(0, |invitation| invitation.encode().len());
    let besides = whole.saturating_sub(path(first));
    ClientId::all(clients)
        .filter(|client| !absences.clients.contains(client))
        .map(|client| besides + path(client))
        .collect()
}

fn summarise<P: ProofSystem, L: Log>(
    survey: &Survey,
    absences: &Absences,
    local: &LocalCommittee<P>,
    played: &PlayedCommittee<P, L>,
) -> Summary {
    let spread = |bytes: Vec<usize>| Spread::of(bytes);
    let shape = local.round.shape();
    Summary {
        title: survey.title().to_owned(),
        suite: P::SUITE.name(),
        clients: survey.clients(),
        coordinates: local.round.layout().coordinates(),
        corrupt: local.round.configuration().assumptions.corrupt(),
        protocol: ProtocolSummary::Committee {
            trustees: shape.trustees(),
            colluding: shape.colluding(),
            packed: shape.packed(),
            needed: shape.needed(),
            trustee_traffic: Traffic {
                up: spread(played.trustees.iter().map(|it| it.up).collect()),
                down: spread(played.trustees.iter().map(|it| it.down).collect()),
            },
        },
        phases: played.phases.iter().map(PhaseSummary::from).collect(),
        traffic: Traffic {
            up: spread(played.clients.iter().map(|it| it.up).collect()),
            down: spread(invited(absences, local)),
        },
        refusals: played.refusals.len(),
        names: ClientId::all(survey.clients())
            .map(|id| survey.client_name(id).map(str::to_owned))
            .collect(),
        warnings: survey.warnings().iter().map(ToString::to_string).collect(),
        ..Summary::default()
    }
}
