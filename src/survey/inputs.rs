//! From rows to the vector that each client contributes.

use super::config::Measure;
use super::decimal;
use super::error::{in_group, Problem, SurveyError};
use super::Survey;

impl Survey {
    /// Each client's vector, in the order of the clients, its coordinates in the order of
    /// [`Survey::segments`].
    ///
    /// An empty cell counts as missing: it adds to no count, sum or square. Refuses a cell that is
    /// no number or outside `min` to `max`, a row of a group without a name, and a client with more
    /// than `max_rows` rows in a group. Time is linear in the table.
    pub fn inputs(&self) -> Result<Vec<Vec<u64>>, SurveyError> {
        let row_groups = self.row_groups()?;
        self.check_rows(&row_groups)?;
        let groups = self.config.group_count();
        let coordinates = self.segments.iter().map(|segment| segment.claims.len).sum();
        let mut vectors = vec![vec![0u64; coordinates]; self.client_count()];
        for (row, (&owner, &group)) in self.dealt.owners.iter().zip(&row_groups).enumerate() {
            let vector = &mut vectors[owner];
            let mut start = 0;
            for (measure, columns) in self.config.measures.iter().zip(&self.columns) {
                let len = columns.len() * groups;
                for (at, &column) in columns.iter().enumerate() {
                    let Some(value) = self.value(row, column, measure)? else {
                        continue;
                    };
                    let count = start + at * groups + group;
                    // At most `max_rows` additions of at most the range and its square: the bounds
                    // of the segments, which fit.
                    vector[count] += 1;
                    vector[count + len] += value;
                    vector[count + 2 * len] += value * value;
                }
                start += 3 * len;
            }
        }
        Ok(vectors)
    }

    /// The value of a cell minus `min`, in units of the measure; `None` if it is missing.
    fn value(
        &self,
        row: usize,
        column: usize,
        measure: &Measure,
    ) -> Result<Option<u64>, SurveyError> {
        let text = self.table.cell(row, column);
        if text.is_empty() {
            return Ok(None);
        }
        let refuse = |problem| Err(self.table.place(row, column).error(problem));
        let value = || text.to_owned();
        let name = || {
            format!(
                "`{}` (line {} of the configuration)",
                measure.name, measure.line
            )
        };
        let Some(scaled) = decimal::parse(text, measure.decimals) else {
            return refuse(Problem::Cell(value()));
        };
        let shifted = scaled - i128::from(measure.min);
        match u128::try_from(shifted) {
            Err(_) => refuse(Problem::BelowMin {
                value: value(),
                min: measure.min_text(),
                measure: name(),
            }),
            Ok(shifted) if shifted > measure.range => refuse(Problem::AboveMax {
                value: value(),
                max: measure.max_text(),
                measure: name(),
            }),
            // The square of the range fits 64 bits.
            Ok(shifted) => Ok(u64::try_from(shifted).ok()),
        }
    }

    /// The group of each row; 0 for all where rows are not grouped.
    fn row_groups(&self) -> Result<Vec<usize>, SurveyError> {
        let (Some(groups), Some(column)) = (&self.config.groups, self.group_column) else {
            return Ok(vec![0; self.table.len()]);
        };
        (0..self.table.len())
            .map(|row| {
                let cell = self.table.cell(row, column);
                let group = groups.names.iter().position(|(value, _)| value == cell);
                group.ok_or_else(|| {
                    let known: Vec<_> = groups
                        .names
                        .iter()
                        .map(|(value, _)| format!("`{value}`"))
                        .collect();
                    self.table.place(row, column).error(Problem::GroupValue {
                        value: cell.to_owned(),
                        known: known.join(", "),
                    })
                })
            })
            .collect()
    }

    /// Refuses the client with the most rows in a group if those are more than `max_rows`, so that
    /// following the message once is enough.
    fn check_rows(&self, row_groups: &[usize]) -> Result<(), SurveyError> {
        let groups = self.config.group_count();
        let mut counts = vec![0u64; self.client_count() * groups];
        for (&owner, &group) in self.dealt.owners.iter().zip(row_groups) {
            counts[owner * groups + group] += 1;
        }
        let max_rows = &self.config.max_rows;
        // The first of equals.
        let most = counts
            .iter()
            .enumerate()
            .rev()
            .max_by_key(|(_, &rows)| rows);
        match most {
            Some((at, &rows)) if rows > max_rows.value => {
                Err(self.config.place(max_rows.line).error(Problem::MaxRows {
                    client: self.describe_client(at / groups),
                    group: in_group(self.config.group_name(at % groups)),
                    rows,
                    max_rows: max_rows.value,
                }))
            }
            _ => Ok(()),
        }
    }
}
