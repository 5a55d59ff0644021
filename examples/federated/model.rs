//! What is learned: a softmax classifier of handwritten digits, trained by full gradient steps.
//! Nothing here knows of masks or proofs.

use std::error::Error;

/// Pixels of an image, 8 x 8.
const PIXELS: usize = 64;
const DIGITS: usize = 10;
/// For each digit a weight for each pixel, and a bias.
pub(crate) const WEIGHTS: usize = DIGITS * (PIXELS + 1);
/// Below 2 over the largest curvature of the loss, which is at most half of the mean squared length
/// of the inputs, below 17 with the 1 for the bias: then a step never moves two models apart, since
/// softmax regression is convex.
const STEP: f64 = 0.1;
const STEPS: usize = 30;

/// An image and what it shows.
#[derive(Debug, Clone)]
pub(crate) struct Example {
    /// The pixels, from 0 to 1, then the 1 that a bias counts.
    pixels: [f64; PIXELS + 1],
    digit: usize,
}

/// Reads the images of a CSV file with a header row: pixels from 0 to 16, then the digit.
pub(crate) fn examples(csv: &str) -> Result<Vec<Example>, Box<dyn Error>> {
    csv.lines().skip(1).map(example).collect()
}

fn example(line: &str) -> Result<Example, Box<dyn Error>> {
    let numbers: Vec<u32> = line.split(',').map(str::parse).collect::<Result<_, _>>()?;
    let [pixels @ .., digit] = &numbers[..] else {
        return Err("an empty line".into());
    };
    let mut out = Example {
        pixels: [1.0; PIXELS + 1],
        digit: *digit as usize,
    };
    if pixels.len() != PIXELS || out.digit >= DIGITS {
        return Err(format!("not an image of 64 pixels and its digit: {line}").into());
    }
    for (to, from) in out.pixels.iter_mut().zip(pixels) {
        *to = f64::from(*from) / 16.0;
    }
    Ok(out)
}

/// A test set, every fifth image, and the rest dealt to clients that own one to five parts of it.
pub(crate) fn deal(examples: Vec<Example>, clients: usize) -> (Vec<Example>, Vec<Vec<Example>>) {
    let parts: Vec<usize> = (0..clients)
        .flat_map(|client| std::iter::repeat_n(client, 1 + client % 5))
        .collect();
    let (mut test, mut dealt) = (Vec::new(), vec![Vec::new(); clients]);
    let mut owners = parts.iter().cycle();
    for (index, example) in examples.into_iter().enumerate() {
        if index % 5 == 0 {
            test.push(example);
        } else if let Some(owner) = owners.next() {
            dealt[*owner].push(example);
        }
    }
    (test, dealt)
}

/// What speaks for each digit.
fn scores(weights: &[f64], example: &Example) -> [f64; DIGITS] {
    let mut scores = [0.0; DIGITS];
    for (score, row) in scores.iter_mut().zip(weights.chunks_exact(PIXELS + 1)) {
        *score = row.iter().zip(&example.pixels).map(|(w, x)| w * x).sum();
    }
    scores
}

/// The probabilities of each digit.
fn predict(weights: &[f64], example: &Example) -> [f64; DIGITS] {
    let scores = scores(weights, example);
    let most = scores.iter().copied().fold(f64::MIN, f64::max);
    let powers = scores.map(|score| (score - most).exp());
    let sum: f64 = powers.iter().sum();
    powers.map(|power| power / sum)
}

/// The update that a client's own images ask for.
pub(crate) fn train(weights: &[f64], examples: &[Example]) -> Vec<f64> {
    let mut own = weights.to_vec();
    for _ in 0..STEPS {
        let mut gradient = vec![0.0; WEIGHTS];
        for example in examples {
            let probabilities = predict(&own, example);
            let rows = gradient.chunks_exact_mut(PIXELS + 1).enumerate();
            for (digit, row) in rows {
                let error = probabilities[digit] - f64::from(u8::from(digit == example.digit));
                for (g, x) in row.iter_mut().zip(&example.pixels) {
                    *g += error * x;
                }
            }
        }
        let scale = STEP / examples.len() as f64;
        for (weight, g) in own.iter_mut().zip(&gradient) {
            *weight -= scale * g;
        }
    }
    own.iter().zip(weights).map(|(own, w)| own - w).collect()
}

/// How far the score of the right digit is above the best of the others. If a model moves by `d`,
/// this moves by at most `d` times the root of 2 * 65: it is a difference of two rows of weights,
/// times an input of 65 numbers from 0 to 1.
pub(crate) fn lead(weights: &[f64], example: &Example) -> f64 {
    let scores = scores(weights, example);
    let others = (0..DIGITS).filter(|digit| *digit != example.digit);
    let best = others.map(|digit| scores[digit]).fold(f64::MIN, f64::max);
    scores[example.digit] - best
}

/// The fraction of images that are read right.
pub(crate) fn accuracy(weights: &[f64], examples: &[Example]) -> f64 {
    let right = examples
        .iter()
        .filter(|example| lead(weights, example) >= 0.0);
    right.count() as f64 / examples.len() as f64
}
