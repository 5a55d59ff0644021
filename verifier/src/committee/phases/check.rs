//! Check: V-17, the complaints of trustees, and the list that they answer.

use std::io::{Read, Seek};

use veragg_protocol::circuits::codec::DecodeError;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::committee::check::{Complaint, Complaints};
use veragg_protocol::committee::parts::COMPLAINT_LEN;
use veragg_protocol::committee::submit::SharedWith;
use veragg_protocol::crypto::ids::{ClientId, ClientSet, TrusteeId};
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{BoardError, RecordPosition, Records};
use veragg_protocol::wire::body::Body;
use veragg_protocol::wire::message::ENVELOPE_LEN;

use crate::check::Check;
use crate::committee::again::public_parts;
use crate::committee::established::{Complaining, Established};
use crate::findings::{Finding, Findings};
use crate::step::Step;

/// How many complaints are in memory at once.
const TOGETHER: usize = 256;

/// V-17.1: judges whether the sender of a message of check may answer the checkpoint.
pub(crate) fn answers<P: ProofSystem>(
    established: &Established<'_, P>,
    trustee: TrusteeId,
    leaf: u64,
    findings: &mut Findings,
) {
    if findings.skips(Check::Trustees) {
        return;
    }
    findings.computed(Check::Trustees, 1);
    if let Some(why) = &established.unanswerable {
        let what = format!("it answers a checkpoint of submit that no trustee may answer: {why}");
        let finding = Finding::fault(Step::AnswersSubmissions, trustee, [leaf], what);
        findings.record(finding.by_chain(findings.so_far()));
    }
}

/// V-17.2: reads a body of check, and gives the number of complaints.
pub(crate) fn read<P: ProofSystem, R: Read>(
    established: &Established<'_, P>,
    complaints: usize,
    body: &mut Body<'_, R>,
) -> Result<Result<usize, DecodeError>, BoardError> {
    let mut decoder = Complaints::new(&established.accepted);
    let mut left = complaints;
    while left > 0 {
        let now = left.min(TOGETHER);
        let bytes = body.bytes(now * COMPLAINT_LEN)?;
        if let Err(error) = decoder.decode(&bytes) {
            return Ok(Err(error));
        }
        left -= now;
    }
    Ok(Ok(complaints))
}

/// Keeps where a message of check stands that passes V-04.6 and V-17.2.
pub(crate) fn take<P: ProofSystem>(
    established: &mut Established<'_, P>,
    trustee: TrusteeId,
    (leaf, position): (u64, RecordPosition),
    complaints: Result<usize, DecodeError>,
    findings: &mut Findings,
) {
    match complaints {
        Ok(complaints) => {
            if let Some(state) = established.trustee_mut(trustee) {
                state.complaints = Some(Complaining {
                    leaf,
                    position,
                    count: complaints,
                    before: findings.so_far(),
                });
            }
        }
        Err(_) if findings.skips(Check::Trustees) => {}
        Err(error) => {
            let what = format!("its complaints do not decode: {error}");
            let finding = Finding::fault(Step::ComplaintsDecode, trustee, [leaf], what);
            findings.record(finding.by_chain(findings.so_far()));
        }
    }
}

/// V-17.3: judges all complaints, in the order of the messages. Gives the clients about whom one is upheld. `listed`: the list of
/// the checkpoint of check, if there is one; of each trustee it is noted whether it complained about somebody on it.
pub(crate) fn judge<P: ProofSystem, R: Read + Seek>(
    established: &mut Established<'_, P>,
    listed: Option<&ClientSet>,
    records: &mut Records<R>,
    findings: &mut Findings,
) -> Result<ClientSet, BoardError> {
    let mut upheld = ClientSet::empty(established.round.clients());
    if findings.skips(Check::Trustees) {
        return Ok(upheld);
    }
    let trustees = TrusteeId::all(established.round.shape().trustees());
    let messages = trustees.filter_map(|trustee| {
        let complaints = established.trustee(trustee)?.complaints;
        complaints.map(|message| (trustee, message))
    });
    let mut messages: Vec<_> = messages.collect();
    messages.sort_by_key(|(_, message)| message.leaf);
    for (trustee, message) in messages {
        let (mut counts, mut accused) = (true, None);
        for first in (0..message.count).step_by(TOGETHER) {
            for complaint in read_again(established, &message, first, records)? {
                let on_list = listed.is_some_and(|listed| listed.contains(complaint.client));
                accused = accused.or(on_list.then_some(complaint.client));
                counts = counts && {
                    let said = Said {
                        trustee,
                        message,
                        complaint,
                    };
                    said.judge(established, &mut upheld, records, findings)?
                };
            }
        }
        if let Some(state) = established.trustee_mut(trustee) {
            state.accused = accused;
        }
    }
    Ok(upheld)
}

fn read_again<P: ProofSystem, R: Read + Seek>(
    established: &Established<'_, P>,
    message: &Complaining,
    first: usize,
    records: &mut Records<R>,
) -> Result<Vec<Complaint>, BoardError> {
    let start = ENVELOPE_LEN + first * COMPLAINT_LEN;
    let now = (message.count - first).min(TOGETHER);
    records.again(message.position, start, |mut record| {
        let bytes = record.bytes(now * COMPLAINT_LEN)?;
        let complaints = Complaints::new(&established.accepted).decode(&bytes);
        // The first reading has decoded them.
        complaints.map_err(|_| BoardError::changed())
    })
}

/// A complaint, and who made it.
struct Said {
    trustee: TrusteeId,
    message: Complaining,
    complaint: Complaint,
}

impl Said {
    /// Judges the complaint. Returns whether what stands behind it in its message counts.
    fn judge<P: ProofSystem, R: Read + Seek>(
        &self,
        established: &Established<'_, P>,
        upheld: &mut ClientSet,
        records: &mut Records<R>,
        findings: &mut Findings,
    ) -> Result<bool, BoardError> {
        let (trustee, client) = (self.trustee, self.complaint.client);
        if upheld.contains(client) {
            return Ok(true);
        }
        let round = established.round;
        let submitted = established.submitted(client);
        let Some((of, position)) = submitted.and_then(|it| Some((it.leaf, it.whole?))) else {
            return Ok(true);
        };
        let shared = public_parts(round, position, records, |parts| {
            SharedWith::<P::Group>::decode(parts, trustee, round.parts())
        })?;
        let Ok(shared) = shared else {
            return Ok(true);
        };
        findings.computed(Check::Trustees, 1);
        let leaves = [of, self.message.leaf];
        let is_upheld = self.complaint.is_upheld(round, trustee, &shared);
        let finding = if is_upheld {
            upheld.insert(client);
            let what = format!("its pads for trustee {trustee} are not those that it committed to: the complaint of the trustee is true");
            Finding::fault(Step::ComplaintTrue, client, leaves, what)
        } else {
            let what = format!("its complaint about client {client} is false");
            let finding = Finding::fault(Step::ComplaintTrue, trustee, leaves, what);
            finding.involving([client])
        };
        findings.record(finding.by_chain(self.message.before));
        Ok(is_upheld)
    }
}

/// 3.7: the outcome of each client that was accepted and is not on the derived list.
pub(crate) fn decide<P: ProofSystem>(established: &mut Established<'_, P>, derived: &ClientSet) {
    let leaving = established
        .accepted
        .iter()
        .filter(|it| !derived.contains(*it));
    for client in leaving.collect::<Vec<ClientId>>() {
        if let Some(outcome) = established.outcomes.get_mut(client.index()) {
            outcome.get_or_insert(Outcome::Faulty(Phase::Check));
        }
    }
}
