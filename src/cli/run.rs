//! `veragg run`: a whole round on this machine, from a configuration to the audited results.

mod committee;
mod pairwise;
mod set_up;

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use veragg::circuits::with_suite;
use veragg::protocol::crypto::context::Context;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::crypto::signing::{SigningKey, VerifyingKey};
use veragg::protocol::pairwise::publish::Published;
use veragg::protocol::round::configuration::Configuration;
use veragg::survey::{Results, Survey};
use veragg::verifier::Options;
use veragg::ClientNames;

use super::aggregate::Aggregate;
use super::audit::audit_file;
use super::error::CliError;
use super::output_folder::OutputFolder;
use super::set_up_files::SetUpFiles;
use super::summary::{Absent, SetUpSummary, Summary};
use super::{output, Format, RunArgs};

/// Runs the command; the audit's verdict gives the exit code.
pub(super) fn run(args: &RunArgs, format: Format) -> Result<u8, CliError> {
    let survey = Survey::load(&args.config)?;
    for warning in survey.warnings() {
        // If standard error cannot be written, the round goes on.
        let _ = writeln!(std::io::stderr(), "warning: {warning}");
    }
    with_suite!(survey.suite(), P => match survey.committee() {
        None => pairwise::run::<P>(args, survey, format),
        Some(members) => committee::run::<P>(args, survey, members, format),
    })
}

/// A round that has ended with a sum, before its audit.
struct Done {
    folder: OutputFolder,
    organiser: VerifyingKey,
    aggregate: Aggregate,
    results: Results,
    set_up_files: Option<SetUpFiles>,
    summary: Summary,
}

impl Done {
    /// Audits the board, puts the results in their place, and prints what came out. `refusal`: why a client went no further.
    fn finish(
        self,
        refusal: impl Fn(u32) -> Option<String>,
        format: Format,
    ) -> Result<u8, CliError> {
        let mut summary = self.summary;
        if let Some(files) = &self.set_up_files {
            let keys = files.contributors.iter().map(VerifyingKey::fingerprint);
            summary.set_up = Some(SetUpSummary {
                played: files.played,
                contributors: keys.collect(),
            });
        }
        let (transcript, contributors) = match self.set_up_files {
            Some(files) => (Some(files.transcript), files.contributors),
            None => (None, Vec::new()),
        };
        let options = Options {
            set_up: transcript,
            contributors,
            organiser: Some(self.organiser),
            aggregate: Some(self.aggregate.sums()),
            metadata: Some(self.aggregate.metadata()),
            ..Options::default()
        };
        let start = Instant::now();
        let report = audit_file(&self.folder.board(), &options)?;
        summary.audit_seconds = start.elapsed();
        summary.files = self.folder.finish()?;
        for absent in &report.absent {
            let index = absent.client.saturating_sub(1) as usize;
            summary.absent.push(Absent {
                client: absent.client,
                name: summary.names.get(index).cloned().flatten(),
                outcome: absent.outcome.clone(),
                refusal: refusal(absent.client),
            });
        }
        summary.contributors = report.contributors.len();
        summary.results = Some(self.results);
        summary.audit = Some(report);
        output::print(format, &summary, &summary)?;
        Ok(summary.audit.map_or(1, |report| report.verdict.exit_code()))
    }
}

/// The names of the clients, signed, if the table gives them.
fn names(
    context: &Context,
    organiser: &SigningKey,
    survey: &Survey,
) -> Result<Option<ClientNames>, CliError> {
    let names: Vec<_> = ClientId::all(survey.clients())
        .filter_map(|id| Some((id.number(), survey.client_name(id)?)))
        .collect();
    if names.is_empty() {
        return Ok(None);
    }
    Ok(Some(ClientNames::sign(context.digest, names, organiser)?))
}

/// One step for each of so many phases and one for the audit; hidden where standard error is no terminal.
fn progress_bar(phases: usize) -> ProgressBar {
    let bar = ProgressBar::new(phases as u64 + 1);
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// The sums that the aggregator published, and what they say.
fn interpret(
    board: &Path,
    configuration: &Configuration,
    context: &Context,
    survey: &Survey,
    published: Option<Published>,
) -> Result<(Aggregate, Results), CliError> {
    let unusable = |reason: String| CliError::malformed(board, reason);
    let no_sum = || unusable("the board holds no publication".to_owned());
    let published = published.ok_or_else(no_sum)?;
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
        configuration,
        context,
        contributors.into_iter().map(ClientId::number).collect(),
        &sums,
        statistics,
    );
    Ok((aggregate, results))
}
