//! V-01, V-02 and V-15: whether the round is entered (`specs/audit.md` 2.1, 2.2; `specs/committee.md` 2.2, 6.3).

use std::collections::BTreeSet;

use veragg::circuits::proof_system::ProofSystem;
use veragg_lab::Suite;

use super::super::bytes::{digest, is_signed, point, scalar, tree_root};
use super::super::transcript::Transcript;
use super::arithmetic::is_possessed;
use super::board::{is_key, Header};
use super::findings::{Finding, Findings};
use super::round::Round;
use super::settings::{Entry, Settings};

/// The round, or nothing if it is refused.
pub(super) fn enter(
    header: &Header<'_>,
    organiser: Option<&[u8; 32]>,
    findings: &mut Findings,
) -> Option<Round> {
    findings.count("V-01", 1);
    let rule = match refused(header, organiser) {
        Ok(round) => {
            findings.count("V-02", u64::from(round.clients));
            findings.count("V-15", round.trustees() as u64);
            return Some(round);
        }
        Err(rule) => rule,
    };
    findings.fail(&rule[..4]);
    // Of V-01.1, V-01.2 and V-02.1 nobody can be named.
    let names = !["V-01.1", "V-01.2", "V-02.1"].contains(&rule);
    if names && organiser.is_some() {
        let finding = Finding::new("organiser".to_owned(), rule, Vec::new());
        findings.failure_at_once(finding, 0);
    }
    None
}

/// The first rule that is broken, in the order V-01, V-02, V-15, V-01.4.
fn refused(header: &Header<'_>, organiser: Option<&[u8; 32]>) -> Result<Round, &'static str> {
    let hold = |holds: bool, rule: &'static str| holds.then_some(()).ok_or(rule);
    let key = &header.organiser;
    hold(organiser.is_none_or(|given| given == key), "V-01.1")?;
    let label = "veragg/1 sign configuration";
    let is_organisers = is_signed(key, label, header.bytes, header.signature);
    hold(is_organisers, "V-01.2")?;
    let settings = Settings::read(header.bytes);
    hold(is_secure(&settings), "V-01.3")?;
    let roster = &header.roster;
    hold(is_named(&settings, roster), "V-02.1")?;
    let distinct: BTreeSet<_> = roster.iter().collect();
    let are_keys = roster.iter().all(is_key) && distinct.len() == roster.len();
    hold(are_keys, "V-02.2")?;
    let mut others = vec![key, &settings.aggregator];
    others.extend(settings.trustees.iter().map(|trustee| &trustee.identity));
    let are_clients_alone = others.iter().all(|other| !distinct.contains(other));
    hold(are_clients_alone, "V-02.3")?;
    let mut entries = settings.trustees.iter();
    let are_made = entries.all(|entry| is_made(entry, key, &settings.round_id));
    hold(are_made, "V-15.1")?;
    // The identities, with organiser and aggregator, are different, and so are the sealing keys.
    let sealing_keys = settings.trustees.iter().map(|trustee| trustee.sealing_key);
    let sealing_keys: BTreeSet<_> = sealing_keys.collect();
    let parties = [key, &settings.aggregator];
    let identities = others[2..].iter().collect::<BTreeSet<_>>();
    let are_apart = identities.len() == settings.trustees.len()
        && sealing_keys.len() == settings.trustees.len()
        && parties.iter().all(|party| !identities.contains(party));
    hold(are_apart, "V-15.2")?;
    takes(header, settings).ok_or("V-01.4")
}

/// V-01.3: `specs/protocol.md` 2.2, steps 3 to 7, with step 4 of `specs/committee.md` 2.2.
fn is_secure(settings: &Settings) -> bool {
    let numbers = [
        (3..=1 << 20).contains(&settings.clients),
        settings.corrupt_ppm <= 1_000_000,
        (1..=128).contains(&settings.trustees()),
        settings.colluding >= 1,
        settings.packed >= 1,
        settings.needed() <= settings.trustees(),
        settings.deadlines[3] != u64::MAX,
    ];
    let corrupt = settings.clients * settings.corrupt_ppm / 1_000_000;
    let contributors = corrupt + 2..=settings.clients;
    is_statement(settings)
        && numbers.iter().all(|holds| *holds)
        && contributors.contains(&settings.min_contributors)
        && settings.deadlines.windows(2).all(|pair| pair[0] < pair[1])
        && are_named(settings)
}

/// `specs/proofs.md` 1.2
fn is_statement(settings: &Settings) -> bool {
    let segments = &settings.segments;
    let coordinates: u64 = segments.iter().map(|segment| segment.length).sum();
    let mut each = segments.iter();
    let are_segments = each.all(|segment| {
        let norm = segment.norm.is_none_or(|offset| offset < segment.bound);
        segment.length >= 1 && segment.bound >= 2 && norm
    });
    (1..=1 << 12).contains(&segments.len()) && coordinates <= 1 << 27 && are_segments
}

/// `specs/protocol.md` 2.2, step 7
fn are_named(settings: &Settings) -> bool {
    let names: Vec<_> = settings
        .segments
        .iter()
        .map(|segment| &segment.name)
        .collect();
    let distinct: BTreeSet<_> = names.iter().collect();
    let lengths = names.iter().all(|name| (1..=200).contains(&name.len()));
    lengths && distinct.len() == names.len()
}

/// V-02.1, of the digest of `specs/wire.md` 3.3 for this protocol.
fn is_named(settings: &Settings, roster: &[[u8; 32]]) -> bool {
    let clients = (roster.len() as u32).to_be_bytes();
    let root = tree_root(roster);
    let named = digest("veragg/2 roster", &[&clients[..], &root]);
    named == settings.roster && roster.len() as u64 == settings.clients
}

/// V-15.1: the entry of a trustee is signed, and its possession holds (2.3).
fn is_made(entry: &Entry, organiser: &[u8; 32], round_id: &[u8; 32]) -> bool {
    let mut signed = 2u16.to_be_bytes().to_vec();
    signed.extend(
        [
            &organiser[..],
            round_id,
            &entry.sealing_key,
            &entry.possession,
        ]
        .concat(),
    );
    // Without noise.
    signed.push(0);
    let label = "veragg/2 sign trustee";
    let keys = (
        point(&entry.sealing_key),
        point(&entry.possession[..32]),
        scalar(&entry.possession[32..]),
    );
    let (Some(key), Some(commitment), Some(response)) = keys else {
        return false;
    };
    let mut transcript = Transcript::open("veragg/2 trustee possession");
    transcript
        .bytes("organiser", organiser)
        .bytes("round", round_id)
        .bytes("identity", &entry.identity)
        .bytes("key", &entry.sealing_key)
        .bytes("commitment", &entry.possession[..32]);
    is_signed(&entry.identity, label, &signed, &entry.signature)
        && is_possessed(&key, &commitment, &response, &mut transcript)
}

/// V-01.4: the suite takes statement and columns, `p` divides `R`, and no message is too long.
fn takes(header: &Header<'_>, settings: Settings) -> Option<Round> {
    let statement = header.configuration.statement().ok()?;
    let columns = settings.columns as usize;
    let clients = settings.clients as u32;
    let proofs = Suite::new(&(), &statement, clients, columns).ok()?;
    let context = digest("veragg/1 context", &[header.bytes, &header.organiser]);
    Round::new(settings, context, &header.roster, proofs)
}
