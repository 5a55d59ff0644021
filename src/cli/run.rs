//! `veragg run`: a whole round on this machine, from a CSV table to the audited statistics.

use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use rand_core::{OsRng, RngCore};
use veragg::board_file::BoardFile;
use veragg::circuits::proof_system::{ProofSystem, Suite};
use veragg::circuits::with_suite;
use veragg::local::{play, Member, Played, Progress, Setting};
use veragg::protocol::aggregator::AnyAggregator;
use veragg::protocol::members::ClientId;
use veragg::protocol::organiser::Proposal;
use veragg::protocol::phase::Phase;
use veragg::protocol::signing::hex;
use veragg::survey::Survey;
use veragg::verifier::Options;

use super::aggregate::Aggregate;
use super::audit::audit_file;
use super::error::CliError;
use super::places::Places;
use super::summary::{Absent, PhaseSummary, Spread, Summary, Traffic};
use super::{output, Format, RunArgs};

/// Runs the command; the audit's verdict gives the exit code.
pub(super) fn run(args: &RunArgs, format: Format) -> Result<u8, CliError> {
    let survey = Survey::load(&args.config)?;
    let suite: Suite = survey
        .suite()
        .parse()
        .map_err(|error| CliError::malformed(&args.config, error))?;
    with_suite!(suite, P => run_suite::<P>(args, survey, format))
}

fn run_suite<P: ProofSystem>(
    args: &RunArgs,
    survey: Survey,
    format: Format,
) -> Result<u8, CliError> {
    let inputs = survey.inputs()?;
    let mut beacon = [0; 32];
    OsRng.fill_bytes(&mut beacon);
    let proposal = Proposal {
        min_contributors: survey.min_contributors(),
        ..Proposal::new(
            survey.segments().to_vec(),
            survey.corrupt_ppm(),
            survey.dropout_ppm(),
            beacon,
        )
    };
    let setting = Setting::<P>::new(survey.clients(), proposal, &mut OsRng).map_err(|source| {
        CliError::Setting {
            file: args.config.clone(),
            source,
        }
    })?;
    let mut members = members(&setting, &survey, inputs);

    let files = Places::create(&args.out, &setting.organiser)?;
    let write = CliError::write(&files.board);
    let log = BoardFile::create(&files.board, &setting.header).map_err(write)?;
    let bar = progress_bar();
    let aggregator = setting.aggregator(log);
    let played = aggregator.and_then(|aggregator| {
        play(aggregator, &mut members, |progress| match progress {
            Progress::Begins(phase) => bar.set_message(phase.name()),
            Progress::Ends(..) => bar.inc(1),
        })
    });
    let played = played.map_err(|source| CliError::Stopped {
        board: files.board.clone(),
        source,
    })?;

    let aggregate = aggregate(&files.board, &setting, &survey, &played)?;
    files.write(&played, &aggregate)?;
    let mut summary = summarise(&survey, &setting, &played, beacon);
    // Nothing of what follows needs an input.
    drop((members, survey, played));

    bar.set_message("audit");
    let options = Options {
        organiser: Some(setting.organiser),
        aggregate: aggregate.sums().ok(),
        caption: Some(aggregate.caption()),
        ..Options::default()
    };
    let start = Instant::now();
    let report = audit_file(&files.board, &options)?;
    summary.audit_seconds = start.elapsed();
    bar.finish_and_clear();

    for absent in &report.absent {
        let index = absent.client.saturating_sub(1) as usize;
        summary.absent.push(Absent {
            client: absent.client,
            name: summary.names.get(index).cloned().flatten(),
            outcome: absent.outcome.clone(),
        });
    }
    summary.contributors = report.contributors.len();
    summary.statistics = aggregate.statistics;
    summary.files = files.names();
    summary.audit = Some(report);
    output::print(format, &summary, &summary)?;
    Ok(summary.audit.map_or(1, |report| report.verdict.exit_code()))
}

fn members<P: ProofSystem>(
    setting: &Setting<P>,
    survey: &Survey,
    inputs: Vec<Vec<u64>>,
) -> Vec<Member<P>> {
    ClientId::all(survey.clients())
        .zip(inputs)
        .filter_map(|(id, input)| {
            let member = setting.member(id, input)?;
            let mut dropouts = survey.dropouts().iter();
            Some(
                match dropouts.find(|dropout| dropout.client == id.number()) {
                    Some(dropout) => member.dropping_out_after(dropout.after),
                    None => member,
                },
            )
        })
        .collect()
}

/// One step for each phase and one for the audit; hidden where standard error is no terminal.
fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(Phase::OF_CLIENTS as u64 + 1);
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// The sums that the aggregator published, and what they say.
fn aggregate<P: ProofSystem>(
    board: &Path,
    setting: &Setting<P>,
    survey: &Survey,
    played: &Played<P, BoardFile>,
) -> Result<Aggregate, CliError> {
    let unusable = |reason: String| CliError::malformed(board, reason);
    let AnyAggregator::Published(aggregator) = &played.aggregator else {
        return Err(unusable("the board holds no publication".to_owned()));
    };
    let (round, publication) = (&setting.round, aggregator.publication());
    let list = publication.contributors();
    let contributors: Vec<u32> = list.iter().map(ClientId::number).collect();
    let scalars = round.layout().scalars();
    let packed = publication.opening.get(..scalars).unwrap_or_default();
    let count = contributors.len() as u32;
    let sums = round.layout().unpack(packed, count);
    let sums = sums.map_err(|error| unusable(error.to_string()))?;
    let statistics = survey.interpret(&sums, count)?;
    let (configuration, context) = (round.configuration(), round.context());
    Ok(Aggregate::new(
        configuration,
        context,
        contributors,
        &sums,
        statistics,
    ))
}

fn summarise<P: ProofSystem>(
    survey: &Survey,
    setting: &Setting<P>,
    played: &Played<P, BoardFile>,
    beacon: [u8; 32],
) -> Summary {
    let traffic = |pick: fn(&veragg::local::Traffic) -> usize| {
        Spread::of(played.traffic.iter().map(pick).collect())
    };
    Summary {
        title: survey.title().to_owned(),
        suite: P::SUITE.name(),
        clients: survey.clients(),
        coordinates: setting.round.layout().coordinates(),
        corrupt: setting.round.configuration().assumptions.corrupt(),
        may_be_absent: setting.round.configuration().assumptions.absent(),
        degree: setting.round.configuration().choice.degree,
        threshold: setting.round.configuration().choice.threshold,
        beacon: hex(&beacon),
        phases: played.phases.iter().map(PhaseSummary::from).collect(),
        traffic: Traffic {
            up: traffic(|traffic| traffic.up),
            down: traffic(|traffic| traffic.down),
        },
        refusals: played.refusals.len(),
        names: ClientId::all(survey.clients())
            .map(|id| survey.client_name(id.number()).map(str::to_owned))
            .collect(),
        ..Summary::default()
    }
}
