//! Rounds of ten with three malicious clients or dropouts, with attacks drawn at random.

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use veragg::protocol::round::phase::Phase;

use super::attacks::Attack;
use super::{agree, SMALL};
use veragg_lab::false_attester::{edge, own, False};
use veragg_lab::Scene;

struct Draw(ChaCha20Rng);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        (self.0.next_u64() % bound as u64) as usize
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// False masks: self-masks, pairwise masks between malicious clients, and pairwise masks with any client. There
    /// are only two amounts, so that sometimes both ends of an edge have the same false mask.
    fn false_masks(&mut self, number: u32, bad: &[u32]) -> Vec<False> {
        let mut false_masks: Vec<False> = Vec::new();
        // Half of the time, only masks that no honest client can compare.
        let kinds = 2 + self.below(2);
        for _ in 0..1 + self.below(3) {
            let by = 1 + self.below(2) as u64;
            let other = match self.below(kinds) {
                0 => None,
                1 => Some(self.of(bad)),
                _ => Some(1 + self.below(10) as u32),
            };
            if false_masks
                .iter()
                .any(|false_mask| false_mask.towards == other)
                || other == Some(number)
            {
                continue;
            }
            let attested = self.below(8) > 0;
            false_masks.push(False {
                attested,
                ..other.map_or(own(by), |other| edge(other, by))
            });
        }
        false_masks
    }

    /// The attack of one client, where `bad` are all malicious clients and `good` the honest ones.
    fn attack(&mut self, number: u32, bad: &[u32], good: &[u32]) -> Attack {
        let after = [
            Phase::Advertise,
            Phase::Share,
            Phase::Confirm,
            Phase::Submit,
            Phase::Attest,
            Phase::Dispute,
            Phase::Acknowledge,
        ];
        match self.below(24) {
            0 | 1 => Attack::Drops(self.of(&after)),
            2 => Attack::NoPossession,
            3 => Attack::WrongDegree(self.below(2)),
            4 => Attack::BadSeal(1 + self.below(9)),
            5 => Attack::AccusesFalsely(self.of(good)),
            6 => Attack::AccusesWithout(good[0], good[1]),
            7 => Attack::BadRange,
            8 => Attack::BadVector(self.below(2) == 0),
            9 => Attack::WrongVector(self.below(3)),
            10 => Attack::BadAttestation(self.below(7), 32 * self.below(4)),
            11 => Attack::Disputes(self.of(&[None, Some(0), Some(100)])),
            12 | 13 => Attack::WrongShare(self.below(6), self.below(2) == 0),
            14 => {
                let from = self.of(&[Phase::Attest, Phase::Acknowledge, Phase::Unmask(0)]);
                Attack::MasksFalselyAndDrops(self.false_masks(number, bad), from)
            }
            _ => Attack::MasksFalsely(self.false_masks(number, bad)),
        }
    }
}

#[test]
fn mixtures() {
    let mut draw = Draw(ChaCha20Rng::from_seed([21; 32]));
    for turn in 0..24 {
        let mut good: Vec<u32> = (1..=10).collect();
        let bad: Vec<u32> = (0..3)
            .map(|left| good.remove(draw.below(10 - left)))
            .collect();
        let mut scene = Scene::new(10, &SMALL);
        let mut early = 0;
        for &number in &bad {
            let mut attack = draw.attack(number, &bad, &good);
            // With fewer than eight advertisements there is no round.
            early += usize::from(matches!(attack, Attack::NoPossession));
            if early > 2 {
                attack = Attack::BadRange;
            }
            println!("{turn}: client {number} {attack:?}");
            scene = attack.enter(scene, number);
        }
        let judgement = agree(&scene.play());
        println!("{turn}: {:?}", judgement.named);
        assert!(judgement
            .named
            .iter()
            .all(|(client, _)| bad.contains(client)));
    }
}
