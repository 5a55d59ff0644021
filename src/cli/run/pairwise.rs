//! A round of the pairwise protocol.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use rand_core::{OsRng, RngCore};
use veragg::circuits::proof_system::ProofSystem;
use veragg::lab::scenario::Cheat;
use veragg::lab::scene::Scene;
use veragg::lab::{Parties, PlaySetUp};
use veragg::local::{play, play_in_turn, LocalRound, LocalRoundError, Party, Played, Progress};
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::crypto::signing::hex;
use veragg::protocol::round::configuration::ConfigurationError;
use veragg::protocol::round::organiser::ConfigurationBuilder;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::message::Sender;
use veragg::survey::Survey;

use super::set_up::RoundSetUp;
use super::{interpret, names, progress_bar, Done};
use crate::cli::error::CliError;
use crate::cli::output_folder::OutputFolder;
use crate::cli::stopped::StoppedClients;
use crate::cli::summary::{PhaseSummary, ProtocolSummary, Spread, Summary, Traffic};
use crate::cli::{Format, RunArgs};

/// Runs a round of the pairwise protocol.
pub(super) fn run<P: ProofSystem<SetUp: RoundSetUp>>(
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
    let context = local.round.context();
    let names = names(context, &local.organiser_key, &survey)?;

    let folder = OutputFolder::take(&args.out)?;
    let (log, board) = (
        folder.begin(&local.header, &local.organiser)?,
        folder.board(),
    );
    let bar = progress_bar(Phase::OF_CLIENTS);
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

    let published = played.aggregator.published();
    let configuration = local.round.configuration();
    let (aggregate, results) = interpret(&board, configuration, context, &survey, published)?;
    let receipts = played.receipts.iter();
    let receipts =
        receipts.map(|(client, phase, receipt)| (Sender::Client(*client), *phase, receipt));
    folder.write(
        survey.clients(),
        receipts,
        &aggregate,
        names.as_ref(),
        set_up_files.as_ref(),
    )?;
    let summary = summarise(&survey, &local, &played, beacon);
    // Nothing of what follows needs an input, and nobody writes to the board any more.
    drop((clients, survey, played));
    bar.set_message("audit");
    let done = Done {
        folder,
        organiser: local.organiser,
        aggregate,
        results,
        set_up_files,
        summary,
    };
    let ended = done.finish(|client| stopped.refusal(client).map(str::to_owned), format);
    bar.finish_and_clear();
    ended
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
        protocol: ProtocolSummary::Pairwise {
            may_be_absent: local.round.configuration().assumptions.absent(),
            degree: local.round.pairwise().masking.degree,
            threshold: local.round.pairwise().masking.threshold,
            beacon: hex(&beacon),
        },
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
