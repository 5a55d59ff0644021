//! Handing the file on (`specs/set-up.md` 4.8).

use super::error::SetUpError;
use super::phase::{Phase, Stage};
use super::verify::VerifiedSetUp;

impl VerifiedSetUp {
    /// Refuses a file that came back unless it goes on from the one that was sent out: the same header and records, one
    /// record more, and behind the phase of powers the same powers. Otherwise a contributor could leave out those before
    /// it.
    pub fn continues(&self, sent_out: &Self) -> Result<(), SetUpError> {
        let (mine, sent) = (&self.file, &sent_out.file);
        let require = |holds: bool, what| {
            let error = SetUpError::NotContinued(what);
            holds.then_some(()).ok_or(error)
        };
        let goes_on = self.stage() <= Stage::Delta && sent_out.stage() <= self.stage();
        require(goes_on, "it is of another stage")?;
        require(mine.header == sent.header, "it has another header")?;
        let same = mine.powers_records.starts_with(&sent.powers_records)
            && mine.delta_records.starts_with(&sent.delta_records);
        require(same, "records that were in it are not there any more")?;
        let all = |file: &Self| file.records(Phase::Powers) + file.records(Phase::Delta);
        let one_more = all(self) == all(sent_out) + 1;
        require(one_more, "it does not have exactly one record more")?;
        let fixed = self.stage() == Stage::Powers || mine.powers == sent.powers;
        require(fixed, "it has other powers")
    }
}
