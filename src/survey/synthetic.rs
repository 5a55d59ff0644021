//! Numbers from a generator instead of a table, for rounds whose size matters. Anybody can compute the result.

use std::fmt;

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use veragg_circuits::statement::MAX_COORDINATES;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::round::configuration::SegmentConfiguration;
use veragg_protocol::round::parameters::{MAX_CLIENTS, MIN_CLIENTS};

use super::error::{Location, SurveyError};
use super::problem::Problem;
use super::size;
use super::text::{Located, Text};

/// How many sums are shown.
const SHOWN: usize = 5;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a block of keys")]
pub(super) struct RawSynthetic {
    clients: Spanned<u32>,
    len: Spanned<u64>,
    bound: Spanned<u64>,
    seed: u64,
}

/// Synthetic vectors. They are drawn when they are needed, and not held.
#[derive(Debug)]
pub(super) struct Synthetic {
    location: Location,
    clients: u32,
    segment: SegmentConfiguration,
    seed: u64,
}

impl Synthetic {
    pub(super) fn parse(text: &Text<'_>, raw: Spanned<RawSynthetic>) -> Result<Self, SurveyError> {
        let Located { line, value: raw } = text.located(raw);
        let clients = text.counted("clients", raw.clients, MAX_CLIENTS)?;
        if clients.value < MIN_CLIENTS {
            let problem = Problem::FewClients {
                clients: clients.value,
                least: MIN_CLIENTS,
            };
            return Err(text.error(clients.line, problem));
        }
        let len = text.counted("len", raw.len, MAX_COORDINATES as u64)?;
        size::check(clients.value, len.value).map_err(|problem| text.error(len.line, problem))?;
        let (clients, len) = (clients.value, len.value as usize);
        let bound = text.located(raw.bound);
        if bound.value < 2 {
            return Err(text.error(bound.line, Problem::OneValue(bound.value)));
        }
        Ok(Self {
            location: Location::line(text.path, line),
            clients,
            segment: SegmentConfiguration::integers("synthetic", len, bound.value),
            seed: raw.seed,
        })
    }

    /// The line of `[synthetic]`.
    pub(super) fn line(&self) -> Option<usize> {
        self.location.line
    }

    pub(super) fn clients(&self) -> u32 {
        self.clients
    }

    pub(super) fn segments(&self) -> &[SegmentConfiguration] {
        std::slice::from_ref(&self.segment)
    }

    /// The numbers of a client, in order: `floor(u bound / 2^64)` for each 64-bit word `u` of the
    /// ChaCha20 stream whose key comes from the seed and whose nonce is the client's number.
    fn values(&self, client: ClientId) -> impl Iterator<Item = u64> {
        let mut stream = ChaCha20Rng::seed_from_u64(self.seed);
        stream.set_stream(client.number().into());
        let (len, bound) = (self.segment.claims.len, self.segment.claims.bound);
        (0..len).map(move |_| {
            let product = u128::from(stream.next_u64()) * u128::from(bound);
            (product >> 64) as u64
        })
    }

    /// The vector of a client.
    pub(super) fn vector(&self, client: ClientId) -> Vec<u64> {
        self.values(client).collect()
    }

    /// Compares sums with those of the contributors' vectors. The vectors are drawn again, one coordinate at a
    /// time.
    pub(super) fn recompute(
        &self,
        sums: &[u128],
        contributors: &[ClientId],
    ) -> Result<Recomputed, SurveyError> {
        let mut vectors: Vec<_> = contributors.iter().map(|&id| self.values(id)).collect();
        for (coordinate, &sum) in sums.iter().enumerate() {
            let values = vectors.iter_mut().filter_map(Iterator::next);
            let want: u128 = values.map(u128::from).sum();
            if sum != want {
                let problem = Problem::OtherSum {
                    coordinate,
                    sum,
                    want,
                };
                return Err(self.location.clone().error(problem));
            }
        }
        Ok(Recomputed {
            sums: sums.len(),
            contributors: contributors.len(),
            first: sums.iter().take(SHOWN).map(u128::to_string).collect(),
        })
    }
}

/// Sums of synthetic vectors. If there is a value of this type, each sum is equal to the sum of the contributors'
/// vectors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recomputed {
    /// The number of sums.
    sums: usize,
    /// The number of vectors in each sum.
    contributors: usize,
    /// The first sums, as decimal strings.
    first: Vec<String>,
}

impl fmt::Display for Recomputed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = if self.first.len() < self.sums {
            ", .."
        } else {
            ""
        };
        writeln!(f, "{} sums: {}{more}", self.sums, self.first.join(", "))?;
        writeln!(
            f,
            "checked: every one is the sum of the synthetic vectors of the {} contributors, drawn again",
            self.contributors
        )
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::survey::{Results, Survey};

    const CONFIG: &str = r#"[round]
title = "synthetic"
corrupt = 0
dropout = 0.2

[synthetic]
clients = 5
len = 1_000
bound = 1000
seed = 7

[[dropout]]
client = 2
after = "share"
"#;

    fn survey(text: &str) -> Result<Survey, String> {
        Survey::parse(Path::new("dir/c.toml"), text).map_err(|error| error.to_string())
    }

    fn ids(numbers: &[u32]) -> Vec<ClientId> {
        let ids = numbers.iter().copied().filter_map(ClientId::new);
        ids.collect()
    }

    #[test]
    fn vectors_are_in_range_and_differ_by_client_and_seed() {
        let survey = survey(CONFIG).unwrap();
        assert_eq!(survey.clients(), 5);
        assert_eq!(
            survey.segments(),
            [SegmentConfiguration::integers("synthetic", 1000, 1000)]
        );
        let vectors: Vec<_> = ClientId::all(5).map(|id| survey.input(id)).collect();
        for vector in &vectors {
            assert_eq!(vector.len(), 1000);
            // About 500, by far more than five deviations of the mean of uniform numbers.
            let sum: u64 = vector.iter().sum();
            assert!((450_000..550_000).contains(&sum), "{sum}");
            assert!(vector.iter().all(|&value| value < 1000));
            assert_eq!(vectors.iter().filter(|other| *other == vector).count(), 1);
        }
        assert_eq!(
            survey.input(ids(&[3])[0]),
            vectors[2],
            "the same when drawn again"
        );
        let other = self::survey(&CONFIG.replace("seed = 7", "seed = 8")).unwrap();
        assert_ne!(other.input(ids(&[1])[0]), vectors[0]);
    }

    /// `specs/` does not define this stream, but another program that checks a round needs it.
    #[test]
    fn the_stream_is_the_one_that_is_documented() {
        let survey =
            survey(&CONFIG.replace("bound = 1000", "bound = 9_223_372_036_854_775_807")).unwrap();
        let mut words = ChaCha20Rng::seed_from_u64(7);
        words.set_stream(3);
        let vector = survey.input(ids(&[3])[0]);
        for value in vector {
            // (2^63 - 1) u / 2^64 is just below u / 2.
            let half = words.next_u64() / 2;
            assert!(value == half || value + 1 == half, "{value} {half}");
        }
    }

    #[test]
    fn only_the_right_sums_are_recomputed() {
        let survey = survey(CONFIG).unwrap();
        let contributors = ids(&[1, 4, 5]);
        let mut sums = vec![0u128; 1000];
        for &id in &contributors {
            for (sum, value) in sums.iter_mut().zip(survey.input(id)) {
                *sum += u128::from(value);
            }
        }
        let results = survey.interpret(&sums, &contributors).unwrap();
        assert!(
            matches!(&results, Results::Recomputed(r) if r.sums == 1000 && r.contributors == 3)
        );
        let first: Vec<_> = sums.iter().take(5).map(u128::to_string).collect();
        assert_eq!(
            results.to_string(),
            format!("1000 sums: {}, ..\nchecked: every one is the sum of the synthetic vectors of the 3 contributors, drawn again\n", first.join(", "))
        );
        let refused = |sums: &[u128], contributors: &[u32]| {
            let error = survey.interpret(sums, &ids(contributors)).unwrap_err();
            error.to_string()
        };
        let (good, want) = (sums.clone(), sums[999]);
        sums[999] = want.abs_diff(1);
        assert_eq!(
            refused(&sums, &[1, 4, 5]),
            format!("dir/c.toml:6: number 999 of the sums (counted from 0) is {}, but the synthetic vectors of the contributors add up to {want}; a client contributed other numbers than those of its seed, so do not use these sums", sums[999])
        );
        assert!(refused(&good, &[1, 3, 5])
            .starts_with("dir/c.toml:6: number 0 of the sums (counted from 0) is "));
        assert!(refused(&good[1..], &[1, 4, 5]).starts_with("dir/c.toml: 999 sums were given"));
    }

    #[test]
    fn mistakes() {
        const HINT: &str = "; `veragg init FILE` writes a configuration that explains every key";
        for (from, to, want) in [
            ("clients = 5", "clients = 0", "dir/c.toml:7: `clients = 0` is too small; give at least 3"),
            ("clients = 5", "clients = 2", "dir/c.toml:7: 2 clients are too few: from a sum of two numbers each of the two clients learns the other's; a round has at least 3"),
            ("clients = 5", "clients = 1_048_577", "dir/c.toml:7: `clients = 1048577` is too large; give at most 1048576"),
            ("clients = 5", "clients = 4_294_967_295", "dir/c.toml:7: `clients = 4294967295` is too large; give at most 1048576"),
            ("len = 1_000", "len = 9_223_372_036_854_775_807", "dir/c.toml:8: `len = 9223372036854775807` is too large; give at most 134217728"),
            ("clients = 5\nlen = 1_000", "clients = 1_048_576\nlen = 16_385", "dir/c.toml:8: 1048576 clients with 16385 numbers each are 17180917760 numbers, more than one machine can work through; a round has at most 17179869184 (clients times numbers)"),
            ("len = 1_000", "len = 0", "dir/c.toml:8: `len = 0` is too small; give at least 1"),
            ("len = 1_000", "len = 134_217_729", "dir/c.toml:8: `len = 134217729` is too large; give at most 134217728"),
            ("bound = 1000", "bound = 1", "dir/c.toml:9: `bound = 1` is too small, since every value must be below it; give at least 2"),
            ("client = 2", "client = 6", "dir/c.toml:12: client 6 does not exist; the clients are numbered from 1 to 5"),
            ("dropout = 0.2", "dropout = 0.2\nmin_contributors = 6", "dir/c.toml:5: `min_contributors = 6` can never be reached with 5 clients; lower it to at most 5"),
            ("seed = 7\n", "seed = 7\n[data]\nfile = \"t.csv\"\ndeal = \"blocks\"\nmax_rows = 1\n", "dir/c.toml:6: [synthetic] and [data] both say where the clients' numbers come from; remove one of the two"),
            ("seed = 7\n", "seed = 7\n[groups]\ncolumn = \"kind\"\nnames = {}\n", "dir/c.toml:11: [groups] is about a table, but [synthetic] has none; remove it"),
            ("seed = 7\n", "seed = 7\n[[measure]]\ncolumns = []\ndecimals = 0\nmax = 1\n", "dir/c.toml:11: [[measure]] is about a table, but [synthetic] has none; remove it"),
        ] {
            assert_eq!(CONFIG.matches(from).count(), 1, "{from}");
            assert_eq!(survey(&CONFIG.replace(from, to)).unwrap_err(), want);
        }
        for (from, to, want) in [
            ("seed = 7\n", "", "dir/c.toml:6: the key `seed` is missing"),
            ("seed = 7\n", "seed = 7\nbits = 8\n", "dir/c.toml:11: there is no key `bits` here; the keys are `clients`, `len`, `bound`, `seed`"),
        ] {
            let want = format!("{want}{HINT}");
            assert_eq!(survey(&CONFIG.replace(from, to)).unwrap_err(), want);
        }
        let neither = &CONFIG[..CONFIG.find("[synthetic]").unwrap()];
        assert_eq!(
            survey(neither).unwrap_err(),
            "dir/c.toml:1: the configuration does not say where the clients' numbers come from; add [data] with a table, or [synthetic]"
        );
    }
}
