//! Messages that are changed, kept back, doubled, or sent in another's name, whatever they say.
// What is unwrapped here is a message that the client's own software has made.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use veragg_protocol::circuits::group::ristretto::Ristretto;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::crypto::signing::{unhex as bytes_of, SigningKey};
use veragg_protocol::pairwise::package::Package;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::message::{Message, Sender};

use super::NotPlayable;
use crate::encoding::add_order;
use crate::fixtures::{id, PlaySetUp};
use crate::messages::{message_of, sign_again};
use crate::scene::Scene;

/// The bytes of hexadecimal digits.
pub(crate) fn unhex(digits: &str) -> Result<Vec<u8>, NotPlayable> {
    bytes_of(digits).ok_or_else(|| NotPlayable::NotHex(digits.to_owned()))
}

/// How the body of each message of a client is cut into parts.
struct Cuts<P: ProofSystem> {
    round: Arc<Round<P>>,
    me: ClientId,
    /// The list that closed each phase.
    lists: BTreeMap<Phase, ClientSet>,
}

impl<P: ProofSystem> Cuts<P> {
    fn of(scene: &Scene<P>, client: u32) -> Self {
        Self {
            round: Arc::clone(&scene.local.round),
            me: id(client),
            lists: BTreeMap::new(),
        }
    }

    /// Remembers the list of a package.
    fn see(&mut self, package: &[u8]) {
        if let Ok(package) = Package::decode(package, self.round.clients()) {
            let checkpoint = package.checkpoint;
            self.lists.insert(checkpoint.phase, checkpoint.list);
        }
    }

    /// The lengths of the parts of a message.
    fn lengths(&self, phase: Phase, bytes: &[u8]) -> Vec<usize> {
        let list = |phase| self.lists.get(&phase);
        let lengths = match phase {
            Phase::Advertise => Some(self.round.advertise_lengths()),
            Phase::Share => list(Phase::Advertise).map(|it| self.round.share_lengths(self.me, it)),
            Phase::Submit => Some(self.round.submit_lengths()),
            Phase::Attest => list(Phase::Confirm).map(|it| self.round.attest_lengths(self.me, it)),
            _ => None,
        };
        let body = Message::decode(bytes).unwrap().body.len();
        lengths
            .filter(|lengths| lengths.iter().sum::<usize>() == body)
            .unwrap_or_else(|| uncut(phase, body))
    }
}

/// The lengths of the parts of a body that is not cut: acknowledge has no part, all other phases have one, which may be
/// empty.
fn uncut(phase: Phase, body: usize) -> Vec<usize> {
    if phase == Phase::Acknowledge && body == 0 {
        Vec::new()
    } else {
        vec![body]
    }
}

/// The parts of a body that is not cut.
pub(super) fn as_one_part(phase: Phase, body: Vec<u8>) -> Vec<Vec<u8>> {
    let parts = uncut(phase, body.len()).len();
    std::iter::repeat_n(body, parts).collect()
}

/// The client changes the parts of its message of a phase, and signs the message.
pub(super) fn altering<P: ProofSystem>(
    scene: Scene<P>,
    client: u32,
    when: Phase,
    mut alter: impl FnMut(&mut Vec<Vec<u8>>) + Send + 'static,
) -> Scene<P> {
    let (key, mut cuts) = (scene.key(client), Cuts::of(&scene, client));
    scene.altering(client, move |phase, package, messages| {
        cuts.see(package);
        if phase != when {
            return messages;
        }
        let again = |bytes: &Vec<u8>| {
            let lengths = cuts.lengths(phase, bytes);
            sign_again(&key, bytes, &lengths, &mut alter)
        };
        messages.iter().map(again).collect()
    })
}

/// The place of a byte that is counted from the beginning of so many, or from their end if it is negative.
pub(super) fn place(len: usize, byte: i64) -> Option<usize> {
    let start = if byte < 0 { len as i64 } else { 0 };
    let at = start.checked_add(byte)?;
    usize::try_from(at).ok().filter(|at| *at < len)
}

/// One bit of a part is changed. A byte that the part does not have changes nothing.
pub(super) fn flip<P: ProofSystem>(
    scene: Scene<P>,
    client: u32,
    phase: Phase,
    part: usize,
    byte: i64,
) -> Scene<P> {
    altering(scene, client, phase, move |parts| {
        flip_bit(parts, part, byte)
    })
}

/// The same with parts that are cut already.
pub(crate) fn flip_bit(parts: &mut [Vec<u8>], part: usize, byte: i64) {
    let Some(part) = parts.get_mut(part) else {
        return;
    };
    if let Some(byte) = place(part.len(), byte).and_then(|at| part.get_mut(at)) {
        *byte ^= 1;
    }
}

/// A scalar of a part is encoded in another way.
pub(super) fn unreduced<P: ProofSystem>(
    scene: Scene<P>,
    client: u32,
    phase: Phase,
    part: usize,
    byte: i64,
) -> Scene<P> {
    altering(scene, client, phase, move |parts| {
        let Some(part) = parts.get_mut(part) else {
            return;
        };
        let at = place(part.len(), byte).unwrap_or(part.len());
        // All suites have scalars of 32 bytes. Those of submit are of the group of the suite, the others of that of the keys.
        let Some(scalar) = part.get_mut(at..at.saturating_add(32)) else {
            return;
        };
        match phase {
            Phase::Submit => add_order::<P::Group>(scalar),
            _ => add_order::<Ristretto>(scalar),
        }
    })
}

/// The client sends its message, and then another.
pub(super) fn two<P: ProofSystem>(scene: Scene<P>, client: u32, when: Phase) -> Scene<P> {
    let (key, mut cuts) = (scene.key(client), Cuts::of(&scene, client));
    scene.altering(client, move |phase, package, mut messages| {
        cuts.see(package);
        let first = messages.first().filter(|_| phase == when);
        let second = first.map(|bytes| {
            let lengths = cuts.lengths(phase, bytes);
            sign_again(&key, bytes, &lengths, &mut |parts| {
                if let Some(last) = parts.last_mut().and_then(|part| part.last_mut()) {
                    *last ^= 1;
                }
            })
        });
        messages.extend(second);
        messages
    })
}

/// Bytes of a part are replaced, as far as the part goes.
pub(super) fn overwrite<P: ProofSystem>(
    scene: Scene<P>,
    client: u32,
    phase: Phase,
    part: usize,
    at: usize,
    bytes: Vec<u8>,
) -> Scene<P> {
    altering(scene, client, phase, move |parts| {
        write_bytes(parts, part, at, &bytes)
    })
}

/// The same with parts that are cut already.
pub(crate) fn write_bytes(parts: &mut [Vec<u8>], part: usize, at: usize, bytes: &[u8]) {
    let part = parts.get_mut(part);
    let place = part.and_then(|part| part.get_mut(at..at.saturating_add(bytes.len())));
    if let Some(place) = place {
        place.copy_from_slice(bytes);
    }
}

/// The last part is longer or shorter.
pub(super) fn length<P: ProofSystem>(
    scene: Scene<P>,
    client: u32,
    phase: Phase,
    by: i64,
) -> Scene<P> {
    altering(scene, client, phase, move |parts| resize_last(parts, by))
}

/// The same with parts that are cut already.
pub(crate) fn resize_last(parts: &mut Vec<Vec<u8>>, by: i64) {
    if parts.is_empty() {
        parts.push(Vec::new());
    }
    let last = parts.last_mut().unwrap();
    let len = (last.len() as i64).saturating_add(by).clamp(0, 1 << 20);
    last.resize(len as usize, 0);
}

/// The client does something else with its messages of one phase.
fn instead<P: ProofSystem>(
    scene: Scene<P>,
    client: u32,
    when: Phase,
    mut act: impl FnMut(Vec<Vec<u8>>) -> Vec<Vec<u8>> + Send + 'static,
) -> Scene<P> {
    scene.altering(client, move |phase, _, messages| {
        if phase == when {
            act(messages)
        } else {
            messages
        }
    })
}

pub(super) fn repeat<P: ProofSystem>(scene: Scene<P>, client: u32, when: Phase) -> Scene<P> {
    instead(scene, client, when, |messages| {
        let each = messages.into_iter();
        each.flat_map(|message| [message.clone(), message])
            .collect()
    })
}

pub(super) fn bad_signature<P: ProofSystem>(scene: Scene<P>, client: u32, when: Phase) -> Scene<P> {
    let other = SigningKey::from_bytes(&[0x5a; 32]);
    signed_by(scene, client, when, other.into(), id(client))
}

/// The client signs its message of a phase in the name of `victim`.
pub(super) fn impersonate<P: ProofSystem>(
    scene: Scene<P>,
    client: u32,
    when: Phase,
    victim: ClientId,
) -> Scene<P> {
    let key = scene.key(client);
    signed_by(scene, client, when, key, victim)
}

fn signed_by<P: ProofSystem>(
    scene: Scene<P>,
    client: u32,
    when: Phase,
    key: Arc<SigningKey>,
    sender: ClientId,
) -> Scene<P> {
    instead(scene, client, when, move |messages| {
        let again = |bytes: &Vec<u8>| {
            let message = Message::decode(bytes).unwrap();
            let envelope = message.envelope;
            let parts = as_one_part(envelope.phase, message.body);
            let (context, answers) = (envelope.context, envelope.answers);
            let sender = Sender::Client(sender);
            Message::sign(&key, context, envelope.phase, sender, answers, &parts).encode()
        };
        messages.iter().map(again).collect()
    })
}

/// The client sends nothing from a phase on.
pub(super) fn silent<P: ProofSystem>(scene: Scene<P>, client: u32, from: Phase) -> Scene<P> {
    scene.altering(
        client,
        move |phase, _, messages| {
            if phase < from {
                messages
            } else {
                Vec::new()
            }
        },
    )
}

/// The client sends its messages of a phase in the next.
pub(super) fn late<P: ProofSystem>(scene: Scene<P>, client: u32, when: Phase) -> Scene<P> {
    let mut kept = Vec::new();
    scene.altering(client, move |phase, _, mut messages| {
        if phase == when {
            kept = messages;
            return Vec::new();
        }
        messages.append(&mut kept);
        messages
    })
}

/// The body of the first message that another client has sent in a phase; nothing as long as it has sent none.
pub(super) struct Overheard(Arc<Mutex<Option<Vec<u8>>>>);

impl Overheard {
    /// The body.
    pub(super) fn body(&self) -> Option<Vec<u8>> {
        self.0.lock().unwrap().clone()
    }
}

/// Overhears what a client sends in a phase. Who speaks before it hears nothing.
pub(super) fn overhear<P: ProofSystem>(
    scene: Scene<P>,
    from: u32,
    when: Phase,
) -> (Scene<P>, Overheard) {
    let heard: Arc<Mutex<Option<Vec<u8>>>> = Arc::default();
    let source = Arc::clone(&heard);
    let scene = scene.watching(from, move |phase, messages| {
        let first = messages.first().filter(|_| phase == when);
        if let Some(message) = first {
            *source.lock().unwrap() = Some(Message::decode(message).unwrap().body);
        }
    });
    (scene, Overheard(heard))
}

/// The client sends the body of another one, which has sent it before in the same phase, cut as its own is.
pub(super) fn copy<P: ProofSystem>(
    scene: Scene<P>,
    client: u32,
    from: u32,
    when: Phase,
) -> Scene<P> {
    let (scene, overheard) = overhear(scene, from, when);
    altering(scene, client, when, move |parts| {
        let Some(body) = overheard.body() else {
            return;
        };
        let mut rest = &body[..];
        for part in parts.iter_mut() {
            let (these, behind) = rest.split_at(part.len().min(rest.len()));
            *part = these.to_vec();
            rest = behind;
        }
        // What is longer than its own is in the last part.
        match parts.last_mut() {
            Some(last) => last.extend(rest),
            None => parts.push(rest.to_vec()),
        }
    })
}

/// The client sends what it sent in the same phase of an earlier round of the same parties.
pub(super) fn replay<P: ProofSystem<SetUp: PlaySetUp>>(
    scene: Scene<P>,
    client: u32,
    when: Phase,
) -> Scene<P> {
    let earlier = scene.earlier();
    let sent = message_of(&earlier, id(client), when).map(<[u8]>::to_vec);
    instead(scene, client, when, move |_| {
        sent.clone().into_iter().collect()
    })
}
