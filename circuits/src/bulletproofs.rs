//! The suite `ristretto255-bulletproofs`.
