//! The audit of a round that was played.
#![allow(clippy::unwrap_used)]

use std::io::Cursor;

use veragg_protocol::round::configuration::Configuration;
use veragg_protocol::wire::message::Sender;
use veragg_protocol::wire::receipt::Receipt;
use veragg_verifier::{audit, Options};

use super::Player;
use crate::attack::file::FileOf;
use crate::committee::collector::Collector;
use crate::committee::file;
use crate::committee::local::published;
use crate::finished::sum_of;
use crate::scenario::expected::VerdictName;
use crate::scenario::outcome::Outcome;
use crate::scenario::Unplayable;

impl Player<'_> {
    /// The audit of the first board.
    pub(super) fn finish(self, stopped: Option<String>) -> Result<Outcome, Unplayable> {
        let first = self.boards.first();
        let records = first.map(Collector::records).unwrap_or_default();
        let desk = first.map(Collector::desk);
        let round = desk.as_ref().map(|desk| &desk.round);
        let (mut header, mut in_file) = (self.parties.header.clone(), records.clone());
        // The organiser has signed it.
        let configuration = Configuration::decode(&header.configuration.bytes).unwrap();
        let of = FileOf {
            configuration: &configuration,
            earlier: &self.earlier.records,
            parts: round.map(|round| round.parts()),
        };
        for attack in &self.scenario.file {
            attack.apply(&of, &mut header, &mut in_file)?;
        }
        let honest = round.filter(|_| self.scenario.aggregator.is_empty());
        let said = honest.and_then(|round| {
            let mut records = records.iter().rev();
            records.find_map(|record| published(round, record))
        });
        let ended = first.and_then(|board| board.ended.clone());
        let board = file(&header, &in_file);
        let options = self.options();
        let inputs = self.scenario.round.inputs();
        let expected = &self.scenario.expect;
        let is_verified = expected.verdict == VerdictName::Verified;
        let given = Options {
            aggregate: is_verified.then(|| sum_of(&inputs, &expected.contributors)),
            ..options.clone()
        };
        let report = audit(Cursor::new(&board), &given);
        let refused = self.refused.iter().filter_map(|sender| match sender {
            Sender::Client(client) => Some(client.number()),
            _ => None,
        });
        Ok(Outcome {
            report: report.map_err(|error| Unplayable::Board(error.to_string()))?,
            board,
            refused: self.refused.len(),
            refused_of: refused.collect(),
            stopped: stopped.or(ended),
            published: said,
            receipts: self.receipts.into_iter().map(|(_, it)| it).collect(),
            noticed: Vec::new(),
            silent: self.silent,
            options,
            inputs,
        })
    }

    /// What the auditor has, but for the sum.
    fn options(&self) -> Options {
        let auditor = &self.scenario.auditor;
        let mut options = Options::with_organiser(self.parties.organiser.verifying_key());
        for (sender, receipt) in &self.receipts {
            let Sender::Client(client) = sender else {
                continue;
            };
            if auditor.receipts.contains(&client.number()) {
                options.receipts.push(receipt.clone());
            }
            if auditor.forged_receipts.contains(&client.number()) {
                let key = &self.parties.clients[client.index()];
                let (context, index) = (receipt.context, receipt.index);
                let forged = Receipt::sign(key, context, index, receipt.entry);
                options.receipts.push(forged);
            }
        }
        for message in &auditor.messages {
            let sent = self
                .sent
                .iter()
                .filter(|(sender, phase, _)| (*sender, *phase) == (message.sender, message.phase));
            options.messages.extend(sent.map(|(.., it)| it.clone()));
        }
        if let Some((first, others)) = self.boards.split_first().filter(|_| auditor.shown) {
            let published = first.checkpoints();
            let others = others.iter().flat_map(Collector::checkpoints);
            let shown = others.filter(|it| !published.contains(it));
            options.checkpoints = shown.collect();
        }
        options
    }
}
