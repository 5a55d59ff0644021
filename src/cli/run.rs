//! `veragg run`: a whole round on this machine, from a configuration to the audited results.

mod set_up;

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use rand_core::{OsRng, RngCore};
use veragg::circuits::proof_system::ProofSystem;
use veragg::circuits::with_suite;
use veragg::lab::scenario::Cheat;
use veragg::lab::scene::Scene;
use veragg::lab::{Parties, PlaySetUp};
use veragg::local::{play, play_in_turn, LocalRound, LocalRoundError, Party, Played, Progress};
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::crypto::signing::{hex, VerifyingKey};
use veragg::protocol::round::configuration::ConfigurationError;
use veragg::protocol::round::organiser::ConfigurationBuilder;
use veragg::protocol::round::phase::Phase;
use veragg::survey::{Results, Survey};
use veragg::verifier::Options;
use veragg::ClientNames;

use super::aggregate::Aggregate;
use super::audit::audit_file;
use super::error::CliError;
use super::output_folder::OutputFolder;
use super::stopped::StoppedClients;
use super::summary::{Absent, PhaseSummary, SetUpSummary, Spread, Summary, Traffic};
use super::{output, Format, RunArgs};
use set_up::RoundSetUp;

/// Runs the command; the audit's verdict gives the exit code.
pub(super) fn run(args: &RunArgs, format: Format) -> Result<u8, CliError> {
    let survey = Survey::load(&args.config)?;
    for warning in survey.warnings() {
        // If standard error cannot be written, the round goes on.
        let _ = writeln!(std::io::stderr(), "warning: {warning}");
    }
    with_suite!(survey.suite(), P => run_suite::<P>(args, survey, format))
}

fn run_suite<P: ProofSystem<SetUp: RoundSetUp>>(
    args: &RunArgs,
    survey: Survey,
    format: Format,
) -> Result<u8, CliError> {
    let mut beacon = [0; 32];
    OsRng.fill_bytes(&mut beacon);
    let builder = ConfigurationBuilder::new(
        survey.segments().to_vec(),
        survey.corrupt_ppm(),
        survey.dropout_ppm(),
        beacon,
    )
    .columns(survey.columns())
    .min_contributors(survey.min_contributors());
    let refuse = |error: LocalRoundError| survey.refusal(&error);
    let statement = builder.statement();
    let statement = statement.map_err(|error| refuse(ConfigurationError::from(error).into()))?;
    let (set_up, set_up_files) = P::SetUp::obtain(args, &statement, survey.clients())?;
    let local = LocalRound::<P>::with_set_up(&set_up, survey.clients(), builder, &mut OsRng);
    let local = local.map_err(refuse)?;
    let survey = Arc::new(survey);
    let clients = clients(&local, &survey)?;
    let (local, mut clients) = with_cheats(local, clients, &survey, &args.config)?;
    let names = names(&local, &survey)?;

    let folder = OutputFolder::take(&args.out)?;
    let (log, board) = (
        folder.begin(&local.header, &local.organiser)?,
        folder.board(),
    );
    let bar = progress_bar();
    let aggregator = local.aggregator(log);
    let played = aggregator.and_then(|aggregator| {
        let watch = |progress| match progress {
            Progress::Begins(phase) => bar.set_message(phase.name()),
            Progress::Ends(..) => bar.inc(1),
        };
        if Cheat::need_turns(survey.cheats()) {
            play_in_turn(aggregator, &mut clients, watch)
        } else {
            play(aggregator, &mut clients, watch)
        }
    });
    let stopped = StoppedClients::of(&clients, &survey, &local.round);
    let played = match played {
        Ok(played) => played,
        Err(source) => {
            return Err(CliError::Stopped {
                board,
                clients: stopped.explain(&source),
                source,
            })
        }
    };

    let (aggregate, results) = interpret(&board, &local, &survey, &played)?;
    folder.write(&played, &aggregate, names.as_ref(), set_up_files.as_ref())?;
    let mut summary = summarise(&survey, &local, &played, beacon);
    // Nothing of what follows needs an input, and nobody writes to the board any more.
    drop((clients, survey, played));

    bar.set_message("audit");
    if let Some(files) = &set_up_files {
        let keys = files.contributors.iter().map(VerifyingKey::fingerprint);
        summary.set_up = Some(SetUpSummary {
            played: files.played,
            contributors: keys.collect(),
        });
    }
    let (transcript, contributors) = match set_up_files {
        Some(files) => (Some(files.transcript), files.contributors),
        None => (None, Vec::new()),
    };
    let options = Options {
        set_up: transcript,
        contributors,
        organiser: Some(local.organiser),
        aggregate: Some(aggregate.sums()),
        metadata: Some(aggregate.metadata()),
        ..Options::default()
    };
    let start = Instant::now();
    let report = audit_file(&board, &options)?;
    summary.audit_seconds = start.elapsed();
    summary.files = folder.finish()?;
    bar.finish_and_clear();

    for absent in &report.absent {
        let index = absent.client.saturating_sub(1) as usize;
        summary.absent.push(Absent {
            client: absent.client,
            name: summary.names.get(index).cloned().flatten(),
            outcome: absent.outcome.clone(),
            refusal: stopped.refusal(absent.client).map(str::to_owned),
        });
    }
    summary.contributors = report.contributors.len();
    summary.results = Some(results);
    summary.audit = Some(report);
    output::print(format, &summary, &summary)?;
    Ok(summary.audit.map_or(1, |report| report.verdict.exit_code()))
}

/// The clients, whose inputs are made when they submit.
fn clients<P: ProofSystem>(
    local: &LocalRound<P>,
    survey: &Arc<Survey>,
) -> Result<Parties, CliError> {
    let dropouts = survey.dropouts().iter();
    let dropouts: HashMap<_, _> = dropouts.map(|it| (it.client, it.after)).collect();
    ClientId::all(survey.clients())
        .map(|id| {
            let of = Arc::clone(survey);
            let client = local.client(id, move || of.input(id))?;
            Ok(match dropouts.get(&id.number()) {
                Some(&after) => client.dropping_out_after(after),
                None => client,
            })
        })
        .map(|client| client.map(|client| Box::new(client) as Box<dyn Party>))
        .collect()
}

/// The round and its clients, of whom those of `[[cheat]]` do not keep to the rules.
fn with_cheats<P: ProofSystem<SetUp: PlaySetUp>>(
    local: LocalRound<P>,
    clients: Parties,
    survey: &Survey,
    config: &Path,
) -> Result<(LocalRound<P>, Parties), CliError> {
    let cheats = survey.cheats();
    if cheats.is_empty() {
        return Ok((local, clients));
    }
    let input = |id: ClientId| match cheats.iter().any(|it| it.client == id.number()) {
        true => survey.input(id),
        // Who is honest has its input from the survey, when it needs it.
        false => Vec::new(),
    };
    let inputs = ClientId::all(survey.clients()).map(input).collect();
    let mut scene = Scene::around(local, inputs, clients, &mut OsRng);
    for cheat in cheats {
        scene = scene.taken_over(cheat.client);
    }
    let scene = Cheat::apply_all(cheats, scene).map_err(|error| CliError::Malformed {
        file: config.to_path_buf(),
        reason: format!("[[cheat]]: {error}"),
    })?;
    // A cheater that leaves does both.
    let of_cheaters = survey.dropouts().iter();
    let of_cheaters = of_cheaters.filter(|it| cheats.iter().any(|by| by.client == it.client));
    let scene = of_cheaters.fold(scene, |scene, it| scene.leaving(it.client, it.after));
    Ok((scene.local, scene.parties))
}

/// The names of the clients, signed, if the table gives them.
fn names<P: ProofSystem>(
    local: &LocalRound<P>,
    survey: &Survey,
) -> Result<Option<ClientNames>, CliError> {
    let names: Vec<_> = ClientId::all(survey.clients())
        .filter_map(|id| Some((id.number(), survey.client_name(id)?)))
        .collect();
    if names.is_empty() {
        return Ok(None);
    }
    let context = local.round.context().digest;
    Ok(Some(ClientNames::sign(
        context,
        names,
        &local.organiser_key,
    )?))
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
fn interpret<P: ProofSystem>(
    board: &Path,
    local: &LocalRound<P>,
    survey: &Survey,
    played: &Played,
) -> Result<(Aggregate, Results), CliError> {
    let unusable = |reason: String| CliError::malformed(board, reason);
    let published = played.aggregator.published();
    let no_sum = || unusable("the board holds no publication".to_owned());
    let (round, published) = (&local.round, published.ok_or_else(no_sum)?);
    let contributors: Vec<_> = published.contributors().iter().collect();
    let sums = published
        .sums
        .map_err(|error| unusable(error.to_string()))?;
    let results = survey.interpret(&sums, &contributors)?;
    let statistics = match &results {
        Results::Statistics(statistics) => Some(statistics.clone()),
        Results::Recomputed(_) => None,
    };
    let aggregate = Aggregate::new(
        round.configuration(),
        round.context(),
        contributors.into_iter().map(ClientId::number).collect(),
        &sums,
        statistics,
    );
    Ok((aggregate, results))
}

fn summarise<P: ProofSystem>(
    survey: &Survey,
    local: &LocalRound<P>,
    played: &Played,
    beacon: [u8; 32],
) -> Summary {
    let traffic = |pick: fn(&veragg::local::Traffic) -> usize| {
        Spread::of(played.traffic.iter().map(pick).collect())
    };
    Summary {
        title: survey.title().to_owned(),
        suite: P::SUITE.name(),
        clients: survey.clients(),
        coordinates: local.round.layout().coordinates(),
        corrupt: local.round.configuration().assumptions.corrupt(),
        may_be_absent: local.round.configuration().assumptions.absent(),
        degree: local.round.pairwise().masking.degree,
        threshold: local.round.pairwise().masking.threshold,
        beacon: hex(&beacon),
        phases: played.phases.iter().map(PhaseSummary::from).collect(),
        traffic: Traffic {
            up: traffic(|traffic| traffic.up),
            down: traffic(|traffic| traffic.down),
        },
        refusals: played.refusals.len(),
        names: ClientId::all(survey.clients())
            .map(|id| survey.client_name(id).map(str::to_owned))
            .collect(),
        warnings: survey.warnings().iter().map(ToString::to_string).collect(),
        ..Summary::default()
    }
}
