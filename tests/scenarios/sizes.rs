//! The predicted bytes of a client are those of a real round.
use rand_core::OsRng;
use veragg::circuits::bitplane::RistrettoBitplane;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::pairwise::sizes;
use veragg::protocol::round::configuration::SegmentConfiguration;
use veragg::protocol::round::organiser::ConfigurationBuilder;
use veragg::protocol::wire::board::RecordKind;
use veragg::protocol::wire::message::{Message, Sender};
use veragg_lab::local::{play, LocalClient, LocalRound};

/// The prediction is exact for what a client sends, and a close bound for what it receives.
#[test]
fn a_client_sends_and_receives_what_is_predicted() {
    let (clients, len) = (5, 9);
    let builder = ConfigurationBuilder::new(
        vec![SegmentConfiguration::integers("numbers", len, 1001)],
        0,
        0,
        [7; 32],
    );
    let local = LocalRound::<RistrettoBitplane>::new(clients, builder, &mut OsRng).unwrap();
    let mut parties: Vec<LocalClient> = ClientId::all(clients)
        .map(|id| local.client(id, vec![3; len]).unwrap())
        .collect();
    let aggregator = local.aggregator(Vec::new()).unwrap();
    let played = play(aggregator, &mut parties, |_| ()).unwrap();
    let me = ClientId::from_index(1);
    let sent: Vec<_> = played
        .aggregator
        .records()
        .unwrap()
        .iter()
        .filter(|record| record.kind == RecordKind::Message)
        .map(|record| {
            (
                Message::decode(&record.bytes).unwrap().envelope,
                record.bytes.len(),
            )
        })
        .filter(|(envelope, _)| envelope.sender == Sender::Client(me))
        .map(|(envelope, bytes)| (envelope.phase, bytes))
        .collect();

    let predicted = sizes::of_round(&local.round);
    // In dispute a client sends nothing if its attestation agrees with those of its neighbours.
    let sending = predicted.iter().filter(|p| p.sent > 0);
    let want: Vec<_> = sending.map(|p| (p.phase, p.sent)).collect();
    assert_eq!(sent, want);
    let received = played.traffic[me.index()].down;
    let most: usize = predicted.iter().map(|p| p.received).sum();
    assert!(
        received <= most && most * 9 < received * 10,
        "{received} {most}"
    );
}
