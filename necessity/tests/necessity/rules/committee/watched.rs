//! Attempts of the laboratory to read inputs or to choose a sum.

use crate::watched::committee::attempt;

/// Whether each of these attempts succeeds.
macro_rules! succeed {
    ($($name:ident,)*) => {
        $(pub(super) fn $name() -> bool {
            attempt(stringify!($name)).play().is_some()
        })*
    };
}

succeed! {
    sealing_keys_beside_honest_names,
    one_trustee_that_stands_for_three,
    trustees_that_nobody_knows,
    hashes_on_the_board,
    clients_in_whose_names_the_aggregator_writes,
    clients_that_sent_nothing,
    a_copied_submission_key,
    a_list_of_one_client,
    a_sum_that_is_known_before_a_list_is_confirmed,
    a_confirmation_that_counts_twice,
}
