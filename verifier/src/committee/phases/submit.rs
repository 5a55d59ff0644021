//! Submit: V-07 and V-16, every input satisfies the statement, and every sharing is what its pads say.

use veragg_protocol::circuits::codec::DecodeError;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::committee::masked;
use veragg_protocol::committee::parts::{MaskedPlace, PublicParts};
use veragg_protocol::committee::record::Abridged;
use veragg_protocol::committee::submit::{decode, judge, verify, Decoded, Shared, SubmissionFault};
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::{Envelope, Message, Sender};

use crate::check::Check;
use crate::checks::inputs;
use crate::committee::established::Established;
use crate::committee::sums::Adding;
use crate::findings::{Finding, Findings};
use crate::given::GivenMessage;
use crate::step::Step;

/// A submission that was not judged yet.
struct Waiting {
    client: ClientId,
    leaf: u64,
    body: Vec<u8>,
}

/// The submissions that were not judged yet.
#[derive(Default)]
pub(crate) struct Submit {
    waiting: Vec<Waiting>,
}

/// Whether the body of a submission's record is whole (`specs/committee.md` 5.4). If so, whether it shows a masked row.
pub(crate) fn is_whole<P: ProofSystem>(
    established: &Established<'_, P>,
    envelope: &Envelope,
    body: &[u8],
) -> Option<bool> {
    let parts = established.round.parts();
    let abridged = Abridged::cut(body, parts).ok()?;
    let whole = abridged.is_of(&envelope.body_root, parts);
    whole.then_some(abridged.shown.is_some())
}

impl Submit {
    /// Takes a submission whose body is whole, and judges it, or keeps it to judge it together with others.
    pub(crate) fn take<P: ProofSystem>(
        &mut self,
        established: &mut Established<'_, P>,
        client: ClientId,
        leaf: u64,
        body: Vec<u8>,
        findings: &mut Findings,
    ) {
        let computed = usize::from(!inputs::skipped(findings));
        findings.computed(Check::InputCommitments, computed);
        self.waiting.push(Waiting { client, leaf, body });
        if self.waiting.len() >= established.round.proofs().best_batch() {
            self.judge(established, findings);
        }
    }

    /// V-07.1, V-16.1, V-07.3 and V-16.2: judges the submissions that wait, in one batch, and adds up those that hold. If V-07 is
    /// skipped, every submission whose proof decodes is added up.
    pub(crate) fn judge<P: ProofSystem>(
        &mut self,
        established: &mut Established<'_, P>,
        findings: &mut Findings,
    ) {
        let round = established.round;
        let layout = round.parts();
        let waiting = std::mem::take(&mut self.waiting);
        let abridged = waiting.iter().filter_map(|it| {
            let abridged = Abridged::cut(&it.body, layout).ok()?;
            let parts = PublicParts::cut(abridged.public, layout)?;
            Some((it, parts, abridged.shown))
        });
        let abridged: Vec<_> = abridged.collect();
        let parts: Vec<PublicParts<'_>> = abridged.iter().map(|(_, parts, _)| *parts).collect();
        let skipped = inputs::skipped(findings);
        let mut sound = Vec::with_capacity(abridged.len());
        let mut adding = Vec::with_capacity(abridged.len());
        for (decoded, (it, _, shown)) in decode(round, &parts).into_iter().zip(&abridged) {
            let (client, leaf) = (it.client, it.leaf);
            match decoded {
                Err(error) => inputs::refuse_proof(client, leaf, &error, findings),
                Ok(decoded) if skipped => {
                    adding.push(Adding {
                        client,
                        proof: decoded.proof,
                        pads: decoded.sharing.ok().map(|sharing| sharing.pads),
                    });
                }
                Ok(Decoded { proof, sharing }) => {
                    findings.computed(Check::Sharing, 1);
                    match sharing {
                        Err(error) => refuse_sharing(client, leaf, Some(&error), findings),
                        Ok(sharing) => sound.push((client, leaf, *shown, proof, sharing)),
                    }
                }
            }
        }
        if skipped {
            established.add(&adding);
            return;
        }
        let (told, batch): (Vec<_>, Vec<_>) = sound
            .into_iter()
            .map(|(client, leaf, shown, proof, sharing)| {
                ((client, leaf, shown), (client, proof, sharing))
            })
            .unzip();
        let judged: Vec<Result<Shared<P>, SubmissionFault>> = verify(round, batch);
        let parts = judged.iter().filter_map(|judged| match judged {
            Ok(_) => Some(Ok(())),
            Err(SubmissionFault::Input(part)) => Some(Err(*part)),
            Err(_) => None,
        });
        let parts: Vec<_> = parts.collect();
        inputs::count::<P>(round.configuration(), &parts, findings);
        for ((client, leaf, shown), judged) in told.into_iter().zip(judged) {
            let shared = match judged {
                Ok(shared) => shared,
                Err(SubmissionFault::Input(part)) => {
                    inputs::refuse_input(client, leaf, part, findings);
                    continue;
                }
                Err(_) => {
                    refuse_sharing(client, leaf, None, findings);
                    continue;
                }
            };
            // V-16.2
            let shown = shown.map(|shown| (shown.place, shown.part));
            let keeps = shown.is_none_or(|shown| are_values(established, &shared, [shown]));
            if !Step::MaskedRow.holds(keeps) {
                let of = shown.map_or_else(String::new, |(MaskedPlace { trustee, block }, _)| {
                    format!(" for trustee {trustee}, block {block},")
                });
                let what = format!(
                    "its masked row{of} is no value of the polynomial that it committed to"
                );
                findings.record(Finding::fault(Step::MaskedRow, client, [leaf], what));
                continue;
            }
            adding.push(Adding {
                client,
                proof: shared.proof,
                pads: Some(shared.pads),
            });
        }
        established.add(&adding);
    }

    /// The derived list of the phase. V-16.3 to V-16.5 are judged.
    pub(crate) fn close<P: ProofSystem>(
        &mut self,
        listed: &ClientSet,
        established: &mut Established<'_, P>,
        given: &[(u64, &GivenMessage)],
        findings: &mut Findings,
    ) -> ClientSet {
        self.judge(established, findings);
        let clients = established.round.clients();
        let skipped = inputs::skipped(findings);
        let mut derived = ClientSet::empty(clients);
        for client in ClientId::all(clients) {
            let Some(submitted) = established.submitted(client) else {
                continue;
            };
            let is_listed = listed.contains(client);
            let (leaf, sound) = (submitted.leaf, established.sound.contains(client));
            let counts = if submitted.whole.is_none() {
                // 6.5
                is_listed && !Step::DamagedAsListed.holds(false)
            } else if sound && !is_listed && !skipped && !Step::ReasonShown.holds(false) {
                // V-16.3
                let what = format!("leaf {leaf} holds a submission that keeps all rules as far as it is shown, but client {client} is not listed, and no masked row that breaks a rule is shown: ask the aggregator for another copy");
                findings.record(Finding::failure(Step::ReasonShown, what));
                false
            } else {
                sound && (is_listed || !skipped)
            };
            if counts {
                derived.insert(client);
            }
            // V-16.4
            if !skipped && is_listed && established.shown.contains(client) {
                let what = format!("the record of client {client} at leaf {leaf} shows a masked row, although the client is listed; ask the aggregator for another copy");
                findings.record(Finding::failure(Step::NothingShown, what));
            }
        }
        decide(established, &derived);
        if !skipped {
            for (leaf, message) in given {
                left_out(*leaf, message, listed, established, findings);
            }
        }
        derived
    }
}

/// Whether masked rows decode and keep their equations.
fn are_values<'a, P: ProofSystem>(
    established: &Established<'_, P>,
    shared: &Shared<P>,
    rows: impl IntoIterator<Item = (MaskedPlace, &'a [u8])>,
) -> bool {
    let round = established.round;
    let committed = round.proofs().rows(&shared.proof);
    rows.into_iter().all(|(place, part)| {
        let row = masked::decode::<P::Group>(part, round.parts());
        row.is_ok_and(|row| masked::holds(round, &committed, shared, place, &row))
    })
}

/// V-16.1: submission key or pads do not decode, or the key is not possessed.
fn refuse_sharing(
    client: ClientId,
    leaf: u64,
    error: Option<&DecodeError>,
    findings: &mut Findings,
) {
    let what = match error {
        Some(error) => format!("its submission key or its pads do not decode: {error}"),
        None => "it has not shown that it knows the secret of its submission key".to_owned(),
    };
    findings.record(Finding::fault(Step::SharingHolds, client, [leaf], what));
}

/// 3.7: the outcome of each client that is not on the derived list.
fn decide<P: ProofSystem>(established: &mut Established<'_, P>, derived: &ClientSet) {
    let submitted = established.submitted.iter();
    let outcomes = submitted.enumerate().map(|(index, submitted)| {
        match (derived.contains(ClientId::from_index(index)), submitted) {
            (true, _) => None,
            (false, Some(_)) => Some(Outcome::Faulty(Phase::Submit)),
            (false, None) => Some(Outcome::Dropped(Phase::Submit)),
        }
    });
    established.outcomes = outcomes.collect();
}

/// V-16.5: a whole message that keeps all rules, and whose sender is not listed.
fn left_out<P: ProofSystem>(
    leaf: u64,
    message: &GivenMessage,
    listed: &ClientSet,
    established: &Established<'_, P>,
    findings: &mut Findings,
) {
    let Sender::Client(client) = message.envelope.sender else {
        return;
    };
    if listed.contains(client) || !keeps_all_rules(client, message, established) {
        return;
    }
    let what = format!("it left out client {client}, whose whole message keeps all rules");
    let finding = Finding::failure(Step::NobodyLeftOut, what).by_aggregator(leaf);
    findings.record(finding.involving([client]));
}

fn keeps_all_rules<P: ProofSystem>(
    client: ClientId,
    given: &GivenMessage,
    established: &Established<'_, P>,
) -> bool {
    let round = established.round;
    let parts = round.parts();
    let message = Message {
        envelope: given.envelope.clone(),
        body: given.body.clone(),
    };
    let Ok(cut) = message.parts(&parts.lengths()) else {
        return false;
    };
    let Some(public) = PublicParts::cut(&message.body, parts) else {
        return false;
    };
    let judged = judge(round, &[(client, public)]).pop();
    let Some(Ok(shared)) = judged else {
        return false;
    };
    let masked = cut.into_iter().skip(parts.public());
    are_values(established, &shared, parts.places().zip(masked))
}
