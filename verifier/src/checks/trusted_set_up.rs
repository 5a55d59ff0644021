//! V-14: the key of the set-up follows from its transcript, and somebody whom the auditor trusts vouches for it.

use veragg_protocol::circuits::codec::DecodeError;
use veragg_protocol::circuits::groth16::key::VerifyingKey;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::set_up::{Contributors, SetUpError, Transcript};

use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::options::Options;
use crate::step::Step;

/// Checks the key in the header of the board. Its digest is the one that the configuration names, by V-01.4.
pub(crate) fn check<P: ProofSystem>(key: &[u8], options: &Options, findings: &mut Findings) {
    let check = Check::TrustedSetUp;
    if !P::SUITE.has_key() {
        return findings.not_applicable(check, "the suite needs no trusted set-up");
    }
    let transcript = options.set_up.as_ref();
    let Some(transcript) = transcript.filter(|_| !findings.skips(check)) else {
        return findings.skip(check);
    };
    // V-14.1
    let contributors = match judge(transcript, key) {
        Ok(contributors) => contributors,
        Err(what) => return findings.record(Finding::failure(Step::SetUpHolds, what)),
    };
    let records = contributors.powers.len() + contributors.delta.len();
    findings.computed(check, records);
    // V-14.2
    if !Step::Vouched.holds(contributors.vouched_for(&options.contributors)) {
        let part = "V-14.2, who vouches for the set-up: in one of its phases no contributor that was named took part, or it was alone";
        findings.skipped_part(check, part);
    }
}

/// The contributors of a transcript from which the key follows, or why it does not.
fn judge(transcript: &[u8], key: &[u8]) -> Result<Contributors, String> {
    let malformed = |error: DecodeError| format!("the key of the board is malformed: {error}");
    let key = VerifyingKey::decode(key).map_err(malformed)?;
    let refused = |error: SetUpError| format!("the transcript of the set-up is refused: {error}");
    let transcript = Transcript::verify(transcript).map_err(refused)?;
    let other = |error: SetUpError| {
        format!("the key of the board is not the one of the transcript: {error}")
    };
    transcript.check_verifying_key(&key).map_err(other)?;
    Ok(transcript.contributors())
}
