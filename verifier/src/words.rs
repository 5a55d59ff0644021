//! Parts of the sentences of a report.

use veragg_protocol::pairwise::Breach;

/// The most clients that are listed.
const MOST: usize = 20;

/// The first clients of a list in words, such as `clients 2, 3 and 7`; `None` if there are none.
pub(crate) fn clients(clients: &[u32]) -> Option<String> {
    let numbers: Vec<_> = clients.iter().take(MOST).map(u32::to_string).collect();
    match (&numbers[..], clients.len() - numbers.len()) {
        ([], _) => None,
        ([one], _) => Some(format!("client {one}")),
        ([some @ .., last], 0) => Some(format!("clients {} and {last}", some.join(", "))),
        (some, more) => Some(format!("clients {} and {more} more", some.join(", "))),
    }
}

/// Why a message does not count, in words.
pub(crate) fn breach(breach: &Breach) -> String {
    match breach {
        Breach::Malformed(error) => format!("its message does not decode: {error}"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut() {
        let words = |numbers: std::ops::RangeInclusive<u32>| {
            clients(&numbers.collect::<Vec<_>>()).unwrap_or_default()
        };
        assert_eq!(clients(&[]), None);
        assert_eq!(words(3..=3), "client 3");
        assert_eq!(words(3..=5), "clients 3, 4 and 5");
        assert!(words(1..=20).ends_with("19 and 20"));
        assert!(words(1..=29).ends_with("19, 20 and 9 more"));
    }
}
