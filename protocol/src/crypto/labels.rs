//! All domain labels of the protocol. No two uses of a hash, a signature or a key derivation have the same
//! label (`specs/wire.md` 1.4). A label carries the version that gave it its use: version 2 keeps those of version 1
//! whose use is the same.

/// Digest of a configuration with its organiser: the context of everything else.
pub(crate) const CONTEXT: &str = "veragg/1 context";
/// Digest of the roster.
pub(crate) const ROSTER: &str = "veragg/1 roster";
/// Seed of the neighbour graph.
pub(crate) const GRAPH: &str = "veragg/1 graph";
/// Digest of an envelope: the entry of the board's tree.
pub(crate) const ENTRY: &str = "veragg/1 entry";
/// Digest of a checkpoint.
pub(crate) const CHECKPOINT: &str = "veragg/1 checkpoint";
/// Digest of a board, by which reports name it.
pub const BOARD: &str = "veragg/1 board";
/// Digest of bytes that were refused.
pub(crate) const REFUSED: &str = "veragg/1 refused bytes";

/// Signature of the organiser on the configuration.
pub(crate) const SIGN_CONFIGURATION: &str = "veragg/1 sign configuration";
/// Signature on a message.
pub(crate) const SIGN_MESSAGE: &str = "veragg/1 sign message";
/// Signature of the aggregator on a checkpoint.
pub(crate) const SIGN_CHECKPOINT: &str = "veragg/1 sign checkpoint";
/// Signature of the aggregator on a receipt.
pub(crate) const SIGN_RECEIPT: &str = "veragg/1 sign receipt";
/// Signature of the aggregator on a refusal.
pub(crate) const SIGN_REFUSAL: &str = "veragg/1 sign refusal";

/// Signature of the organiser on the names of clients.
pub(crate) const SIGN_NAMES: &str = "veragg/1 sign names";

/// Transcript of a proof of possession.
pub(crate) const POSSESSION: &str = "veragg/1 possession";
/// Digest by which a client recognises the input that it submitted.
#[cfg(any(test, feature = "roles"))]
pub(crate) const OWN_INPUT: &str = "veragg/1 own input";
/// What a client draws the secrets of a round from.
#[cfg(any(test, feature = "roles"))]
pub(crate) const ROUND_SECRETS: &str = "veragg/2 round secrets";
/// Weights of a batch of proofs of possession.
pub(crate) const POSSESSION_BATCH: &str = "veragg/1 possession batch";
/// Transcript of the proof for a revealed point.
pub(crate) const REVEALED: &str = "veragg/1 revealed point";
/// Transcript of the degree test.
pub(crate) const DEGREE: &str = "veragg/1 degree test";
/// Weights of a batch of degree tests.
pub(crate) const DEGREE_BATCH: &str = "veragg/1 degree test batch";
/// Weights of shares that are compared at once.
pub(crate) const SHARES_BATCH: &str = "veragg/1 revealed shares batch";
/// Transcript of the challenge pairs of attestations.
pub(crate) const ATTESTATION: &str = "veragg/1 attestation";
/// Blindings of attested commitments, from the key of a mask.
pub(crate) const ATTESTATION_BLINDING: &str = "veragg/1 attestation blinding";
/// Digest of the keys that a client computed its edges with.
pub(crate) const ATTESTED_KEYS: &str = "veragg/1 attested keys";
/// Transcript of a row link.
pub(crate) const ROW_LINK: &str = "veragg/1 row link";
/// Weights of a batch of row links.
pub(crate) const ROW_LINK_BATCH: &str = "veragg/1 row link batch";
/// Transcript of the challenge under which a publication is recounted.
pub(crate) const RECOUNT: &str = "veragg/1 recount";
/// Transcript of the row weights of the opening.
pub(crate) const OPENING: &str = "veragg/1 opening";

/// Key of a pairwise mask, from the edge's Diffie-Hellman point.
pub(crate) const EDGE_MASK: &str = "veragg/1 edge mask";
/// Key of a self-mask, from the client's seed.
pub(crate) const SELF_MASK: &str = "veragg/1 self mask";
/// Key of the stream of a mask, from the key of the mask.
pub(crate) const MASK_STREAM: &str = "veragg/2 mask stream";
/// Key that seals a pair of shares, from the channel's Diffie-Hellman point.
pub(crate) const SEAL: &str = "veragg/1 sealed shares";

/// Digest of the root of a roster, in the committee protocol.
pub(crate) const ROSTER_ROOT: &str = "veragg/2 roster";
/// Signature of a trustee on its entry.
pub(crate) const SIGN_TRUSTEE: &str = "veragg/2 sign trustee";
/// Transcript of the proof of possession of a sealing key.
pub(crate) const TRUSTEE_POSSESSION: &str = "veragg/2 trustee possession";
/// What a trustee draws its sealing key from.
#[cfg(any(test, feature = "roles"))]
pub(crate) const TRUSTEE_SECRETS: &str = "veragg/2 trustee secrets";
/// What a client draws its submission from.
#[cfg(any(test, feature = "roles"))]
pub(crate) const SUBMISSION_SECRETS: &str = "veragg/2 submission secrets";
/// Weights under which a trustee checks the pads of all clients.
#[cfg(any(test, feature = "roles"))]
pub(crate) const PADS_BATCH: &str = "veragg/2 pads batch";
/// Key of the pads that a client and a trustee have in common.
pub(crate) const COMMITTEE_PAD: &str = "veragg/2 committee pad";
/// Weights of a batch of masked rows.
pub(crate) const SHARING_BATCH: &str = "veragg/2 sharing batch";
/// Weights of the blocks of a trustee's opening.
pub(crate) const COMMITTEE_OPENING: &str = "veragg/2 committee opening";

/// Digest of the header of a set-up: the first of its chain.
pub(crate) const SET_UP_HEADER: &str = "veragg/2 setup header";
/// Digest of the chain of a set-up behind a record of powers.
pub(crate) const SET_UP_POWERS_RECORD: &str = "veragg/2 setup powers record";
/// Digest of the chain of a set-up behind its powers.
pub(crate) const SET_UP_POWERS: &str = "veragg/2 setup powers";
/// Digest of the chain of a set-up behind a record of delta.
pub(crate) const SET_UP_DELTA_RECORD: &str = "veragg/2 setup delta record";
/// Key of the weights under which the file of a set-up is verified.
pub(crate) const SET_UP_WEIGHTS: &str = "veragg/2 setup weights";
/// Key of the weights under which the keys of a set-up are verified.
pub(crate) const SET_UP_KEY_WEIGHTS: &str = "veragg/2 setup key weights";
/// Digest of the file of a proving key, under which a client keeps that it has checked it; never leaves it.
pub(crate) const SET_UP_PROVING_KEY: &str = "veragg/2 setup proving key";
/// Signature of a contributor to powers.
pub(crate) const SIGN_SET_UP_POWERS: &str = "veragg/2 sign setup powers";
/// Signature of a contributor to delta.
pub(crate) const SIGN_SET_UP_DELTA: &str = "veragg/2 sign setup delta";

/// Every label, for the test that keeps them distinct.
#[cfg(test)]
const ALL: [&str; 50] = [
    CONTEXT,
    ROSTER,
    GRAPH,
    ENTRY,
    CHECKPOINT,
    BOARD,
    REFUSED,
    SIGN_CONFIGURATION,
    SIGN_MESSAGE,
    SIGN_CHECKPOINT,
    SIGN_RECEIPT,
    SIGN_REFUSAL,
    SIGN_NAMES,
    EDGE_MASK,
    SELF_MASK,
    MASK_STREAM,
    SEAL,
    POSSESSION,
    POSSESSION_BATCH,
    ROUND_SECRETS,
    OWN_INPUT,
    REVEALED,
    ATTESTATION,
    ATTESTATION_BLINDING,
    ATTESTED_KEYS,
    ROW_LINK,
    ROW_LINK_BATCH,
    RECOUNT,
    DEGREE,
    DEGREE_BATCH,
    SHARES_BATCH,
    OPENING,
    ROSTER_ROOT,
    SIGN_TRUSTEE,
    TRUSTEE_POSSESSION,
    TRUSTEE_SECRETS,
    SUBMISSION_SECRETS,
    PADS_BATCH,
    COMMITTEE_PAD,
    SHARING_BATCH,
    COMMITTEE_OPENING,
    SET_UP_HEADER,
    SET_UP_POWERS_RECORD,
    SET_UP_POWERS,
    SET_UP_DELTA_RECORD,
    SET_UP_WEIGHTS,
    SET_UP_KEY_WEIGHTS,
    SET_UP_PROVING_KEY,
    SIGN_SET_UP_POWERS,
    SIGN_SET_UP_DELTA,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_distinct_and_carry_the_version() {
        for (i, label) in ALL.iter().enumerate() {
            assert!(label.starts_with("veragg/1 ") || label.starts_with("veragg/2 "));
            assert!(ALL[..i].iter().all(|other| other != label));
        }
    }
}
