//! Who may enter a round, and who may speak in which phase.

use super::rounds::sums_of;
use super::table::{id, input, parties, sums};
use veragg_lab::committee::{CheckedTrustee, Table};
use veragg_protocol::aggregator::Reply;
use veragg_protocol::committee::round::{Expectations, Invitation, Round};
use veragg_protocol::crypto::ids::{ClientSet, TrusteeId};
use veragg_protocol::round::configuration::Configuration;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::RoundError;
use veragg_protocol::wire::message::{Message, Sender};
use veragg_protocol::wire::receipt::Reason;

#[test]
fn admission_takes_each_party_in_its_phase() {
    let parties = parties();
    let mut table = Table::new(&parties);
    let refusal =
        |table: &mut Table<'_>, message: Vec<u8>| match table.aggregator.receive(message, 0) {
            Ok(Reply::Refusal(refusal)) => Some(refusal.reason),
            _ => None,
        };
    let context = *table.round.context();
    let (trustee, key) = (
        Sender::Trustee(TrusteeId::new(1).unwrap()),
        &parties.trustees[0].0,
    );
    let early = Message::sign(key, context, Phase::Check, trustee, context.digest, &[]);
    assert_eq!(refusal(&mut table, early.encode()), Some(Reason::Early));
    let in_submit = Message::sign(key, context, Phase::Submit, trustee, context.digest, &[]);
    assert_eq!(
        refusal(&mut table, in_submit.encode()),
        Some(Reason::NotEligible)
    );
    let pairwise = Message::sign(key, context, Phase::Advertise, trustee, context.digest, &[]);
    assert_eq!(
        refusal(&mut table, pairwise.encode()),
        Some(Reason::Malformed)
    );
    let client = Sender::Client(id(1));
    let own = &parties.clients[0];
    let short = Message::sign(
        own,
        context,
        Phase::Submit,
        client,
        context.digest,
        &[vec![1]],
    );
    assert_eq!(refusal(&mut table, short.encode()), Some(Reason::Malformed));
    let (first, second) = (
        table.submission(1, &input(1)),
        table.submission(1, &input(1)),
    );
    assert_ne!(first, second);
    table.take(first.clone());
    table.take(first);
    assert_eq!(refusal(&mut table, second), Some(Reason::Occupied));
    // Two are too few for a sum.
    let message = table.submission(2, &input(2));
    table.take(message);
    assert!(table.aggregator.close(u64::MAX).is_err());
    for client in 3..=6 {
        let message = table.submission(client, &input(client));
        table.take(message);
    }
    table.aggregator.close(u64::MAX).unwrap();
    let late = table.submission(1, &input(1));
    assert!(matches!(
        refusal(&mut table, late),
        Some(Reason::Occupied | Reason::Late)
    ));
    // Who did not check may not confirm.
    let checked: Vec<_> = (0..3).map(|index| table.check(index)).collect();
    table.aggregator.close(u64::MAX).unwrap();
    let (last, key) = (
        Sender::Trustee(TrusteeId::new(4).unwrap()),
        &parties.trustees[3].0,
    );
    let chain = table.aggregator.checkpoint().unwrap().digest();
    let unchecked = Message::sign(key, context, Phase::ConfirmList, last, chain, &[]);
    assert_eq!(
        refusal(&mut table, unchecked.encode()),
        Some(Reason::NotEligible)
    );
    assert_eq!(finish_confirmed(table, checked), sums(&[1, 2, 3, 4, 5, 6]));
}

fn finish_confirmed(mut table: Table<'_>, checked: Vec<CheckedTrustee>) -> Vec<u128> {
    let confirmed = table.confirm(checked);
    table.aggregator.close(u64::MAX).unwrap();
    table.open(confirmed);
    table.aggregator.close(u64::MAX).unwrap();
    let all = ClientSet::of(6, |_| true);
    sums_of(&table.round, &table.board(), &all)
}

#[test]
fn rounds_that_nobody_should_enter_are_refused() {
    let parties = parties();
    let organiser = parties.organiser.verifying_key();
    let configuration = Configuration::decode(&parties.header.configuration.bytes).unwrap();
    let open = |change: &dyn Fn(&mut Configuration)| {
        let mut changed = configuration.clone();
        change(&mut changed);
        let mut header = parties.header.clone();
        header.configuration = veragg_protocol::round::configuration::SignedConfiguration::sign(
            &changed,
            &parties.organiser,
        );
        Round::<veragg_lab::committee::Suite>::open(&header, &organiser).err()
    };
    assert!(open(&|_| ()).is_none());
    fn committee(
        configuration: &mut Configuration,
    ) -> &mut veragg_protocol::round::committee::Committee {
        configuration.committee_mut().unwrap()
    }
    type Change = Box<dyn Fn(&mut Configuration)>;
    let refused: Vec<Change> = vec![
        Box::new(|it| committee(it).colluding = 0),
        Box::new(|it| committee(it).colluding = 4),
        Box::new(|it| committee(it).packed = 2),
        Box::new(|it| committee(it).deadlines = [u64::MAX; 4]),
        Box::new(|it| committee(it).deadlines[1] = 5),
        Box::new(|it| committee(it).deadlines[1] = 10),
        Box::new(|it| committee(it).trustees.clear()),
        Box::new(|it| it.min_contributors = 1),
        Box::new(|it| it.round_id = [8; 32]),
        Box::new(|it| {
            let first = committee(it).trustees[0].clone();
            committee(it).trustees[1] = first;
        }),
        Box::new(|it| {
            let first = committee(it).trustees[0].clone();
            let second = &mut committee(it).trustees[1];
            (second.sealing_key, second.possession) = (first.sealing_key, first.possession);
        }),
        Box::new(|it| it.aggregator = committee(it).trustees[2].identity),
        Box::new(|it| it.roster[0] ^= 1),
    ];
    for (number, change) in refused.iter().enumerate() {
        assert!(open(change).is_some(), "{number}");
    }
    let of_client = |number: u32, key: usize, expectations: &Expectations| {
        let invitation = Invitation::of(&parties.header, &parties.roster, id(number)).unwrap();
        let own = parties.clients[key].verifying_key();
        Round::<veragg_lab::committee::Suite>::accept(
            None,
            &invitation,
            &own,
            &organiser,
            expectations,
        )
        .err()
    };
    let known = |count: usize, corrupt| Expectations {
        known: parties.trustees[..count]
            .iter()
            .map(|(key, _)| key.verifying_key())
            .collect(),
        corrupt,
        ..Expectations::default()
    };
    assert!(of_client(1, 0, &known(4, 1)).is_none());
    assert!(of_client(1, 0, &known(3, 0)).is_none());
    assert!(matches!(
        of_client(1, 1, &known(4, 1)),
        Some(RoundError::NotListed { .. })
    ));
    assert!(matches!(
        of_client(1, 0, &known(3, 1)),
        Some(RoundError::Colluding { unknown: 1, .. })
    ));
    assert!(matches!(
        of_client(1, 0, &known(4, 2)),
        Some(RoundError::Colluding { .. })
    ));
    let more = Expectations {
        min_contributors: 4,
        ..known(4, 1)
    };
    assert!(matches!(
        of_client(1, 0, &more),
        Some(RoundError::Expected { .. })
    ));
}
