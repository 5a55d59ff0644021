//! A client and a trustee of the committee protocol.

use std::io::Cursor;
use std::sync::{Arc, PoisonError};

use veragg_lab::committee::local::{Absences, LocalCommittee, Members};
use veragg_protocol::circuits::bitplane::RistrettoBitplane as Suite;
use veragg_protocol::circuits::group::{Group, Ristretto};
use veragg_protocol::committee::client::Client;
use veragg_protocol::committee::open::reconstruct;
use veragg_protocol::committee::organiser::CommitteeBuilder;
use veragg_protocol::committee::parts::PublicParts;
use veragg_protocol::committee::submit::SubmissionKey;
use veragg_protocol::committee::trustee::Trustee;
use veragg_protocol::committee::{masked, pads};
use veragg_protocol::crypto::ids::{ClientId, TrusteeId};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::Record;
use veragg_protocol::wire::message::{Message, Sender};
use zeroize::Zeroizing;

use super::{generator, id, left_behind, numbers, Secrets, INPUT, ONE};

/// What is no secret. It is freed as it is, so it must be found.
const SENT: &str = "a scalar that is sent";

type Local = LocalCommittee<Suite>;

/// Seven trustees, of whom two may collude and two be absent.
const MEMBERS: Members = Members {
    members: 7,
    colluding: 2,
    absent: 2,
};

fn local(clients: u32) -> Local {
    let with = |round_id, members: Members| {
        let segments = vec![numbers("numbers", INPUT.len())];
        let (colluding, absent) = (members.colluding, members.absent);
        CommitteeBuilder::new(segments, round_id, colluding, absent, Local::DEADLINES)
    };
    Local::new(&(), clients, MEMBERS, with, &mut generator(0)).unwrap()
}

fn submission(local: &Local, number: u32) -> Vec<u8> {
    let key = Arc::clone(&local.client_keys[id(number).index()]);
    let client = Client::new(Arc::clone(&local.round), id(number), key);
    let mut store = Zeroizing::new(Vec::new());
    let sent = client.submit(&INPUT, &mut generator(number), &mut store);
    sent.unwrap().message().to_vec()
}

/// Notes what a client shares with a trustee, and gives what the trustee could compute: the values of the client's polynomials.
fn note_shared(
    local: &Local,
    client: ClientId,
    message: &Message,
    trustee: TrusteeId,
    secrets: &mut Secrets,
) -> Vec<<Ristretto as Group>::Scalar> {
    let (round, parts) = (&local.round, local.round.parts());
    let public = PublicParts::cut(&message.body, parts).unwrap();
    let key = SubmissionKey::decode(public.key).unwrap().key;
    let (_, pair) = &local.trustees[trustee.index()];
    let point = pair.shared_point(&key);
    let name = format!("Diffie-Hellman point of client {client} and trustee {trustee}");
    secrets.add(point.compress().as_bytes(), name);
    let pads = pads::of_point::<Ristretto>(round.context(), client, trustee, &point, parts);
    for (at, pad) in pads.iter().enumerate() {
        let name = format!("scalar {at} of the pads of client {client} for trustee {trustee}");
        secrets.scalar(&Ristretto::encode_scalar(pad), &name);
    }
    let mut values = pads.to_vec();
    let rows = message.body[parts.public_len()..].chunks(parts.masked_len());
    for (place, row) in parts.places().zip(rows) {
        if place.trustee == trustee {
            let row = masked::decode::<Ristretto>(row, parts).unwrap();
            let first = place.block * parts.row_scalars();
            let values = values[first..].iter_mut();
            values.zip(row).for_each(|(value, masked)| *value += masked);
        }
    }
    values
}

#[test]
fn a_client_of_a_committee_round_leaves_nothing() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let local = local(3);
    let round = &local.round;
    let mut secrets = Secrets::of_input::<Suite>(round.layout(), round.configuration(), &INPUT);
    let first = submission(&local, 1);
    let message = Message::decode(&first).unwrap();
    let values: Vec<_> = TrusteeId::all(MEMBERS.members)
        .map(|trustee| {
            (
                trustee,
                note_shared(&local, id(1), &message, trustee, &mut secrets),
            )
        })
        .collect();
    for (trustee, values) in &values {
        for (at, value) in values.iter().enumerate() {
            let name = format!("value {at} of the polynomials at trustee {trustee}");
            secrets.scalar(&Ristretto::encode_scalar(value), &name);
        }
    }
    let rows = reconstruct::<Ristretto>(&values, round.parts()).unwrap();
    for (at, row) in rows.iter().enumerate() {
        let blinding = Ristretto::encode_scalar(row.last().unwrap());
        secrets.scalar(&blinding, &format!("blinding of row {at}"));
    }
    secrets.add(&first[first.len() - 32..], SENT.to_owned());
    let found = left_behind(&secrets.bytes(), || {
        assert_eq!(submission(&local, 1), first);
    });
    let found: Vec<_> = found.into_iter().map(|it| secrets.name(it)).collect();
    assert_eq!(found, [SENT]);
}

#[test]
fn a_trustee_leaves_nothing() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let local = local(3);
    let log: Vec<Record> = Vec::new();
    let input = |_| INPUT.to_vec();
    let played = local.play(log, input, &Absences::default(), |_| ());
    let aggregator = played.unwrap().aggregator;
    let me = TrusteeId::from_index(0);
    let (identity, pair) = &local.trustees[0];
    let mut secrets = Secrets::none::<Suite>();
    secrets.scalar(pair.secret().as_bytes(), "sealing secret");
    for record in aggregator.log() {
        let Ok(message) = Message::decode(&record.bytes) else {
            continue;
        };
        if let (Sender::Client(client), Phase::Submit) =
            (message.envelope.sender, message.envelope.phase)
        {
            note_shared(&local, client, &message, me, &mut secrets);
        }
    }
    let opening = aggregator.log().iter().filter_map(|record| {
        let message = Message::decode(&record.bytes).ok()?;
        let is_own = message.envelope.sender == Sender::Trustee(me);
        (is_own && message.envelope.phase == Phase::Open).then_some(message.body)
    });
    let opening: Vec<_> = opening.collect();
    secrets.add(&opening[0][..32], SENT.to_owned());
    let mut package = Vec::new();
    aggregator.submit_package(me, &mut package).unwrap();
    let check = aggregator.check_package().unwrap();
    let confirm = aggregator.confirm_package().unwrap().unwrap();
    let found = left_behind(&secrets.bytes(), || {
        let (round, roster) = (Arc::clone(&local.round), Arc::clone(&local.roster));
        let store = || Zeroizing::new(Vec::new());
        let ready = Trustee::join(round, roster, Arc::clone(identity), pair.clone()).unwrap();
        let checked = ready
            .check(Cursor::new(&package), u64::MAX, &mut generator(1))
            .unwrap();
        let (checked, _) = checked.save(&mut store()).unwrap();
        let (confirmed, _) = checked.confirm(&check).unwrap().save(&mut store()).unwrap();
        let opened = confirmed.open(&confirm).unwrap();
        drop(opened.save(&mut store()).unwrap());
    });
    let found: Vec<_> = found.into_iter().map(|it| secrets.name(it)).collect();
    assert_eq!(found, [SENT]);
}
