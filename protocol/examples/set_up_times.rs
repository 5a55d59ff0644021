//! How long the steps of a set-up take: `cargo run --release -p veragg-protocol --example set_up_times`.
//!
//! One line for each number of coordinates of one bit that is given, or for 16, 256 and 4096.

use std::env;
use std::error::Error;
use std::time::Instant;

use rand_core::OsRng;
use veragg_protocol::circuits::statement::{Segment, Statement};
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::set_up::{SetUpFile, SetUpHeader, Transcript, VerifiedSetUp};

/// The largest roster of the keys.
const MAX_CLIENTS: u32 = 2000;

/// Does something, and prints how long it took.
fn timed<T, E>(name: &str, act: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let begin = Instant::now();
    let result = act()?;
    print!("  {name} {:.3} s", begin.elapsed().as_secs_f64());
    Ok(result)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut bits: Vec<usize> = Vec::new();
    for argument in env::args().skip(1) {
        bits.push(argument.parse()?);
    }
    if bits.is_empty() {
        bits = vec![16, 256, 4096];
    }
    let keys = [(); 2].map(|()| SigningKey::generate(&mut OsRng));
    for bits in bits {
        let statement = Statement::new(vec![Segment::range(bits, 2)])?;
        let header = SetUpHeader::new(&statement, MAX_CLIENTS, "none", &mut OsRng)?;
        print!("{bits} bits, N = {}:", header.domain());
        let mut file = VerifiedSetUp::start(header)?;
        file = timed("powers", || file.contribute_powers(&keys[0], &mut OsRng))?;
        file = file.contribute_powers(&keys[1], &mut OsRng)?;
        file = timed("first delta", || {
            file.contribute_delta(&keys[0], &mut OsRng)
        })?;
        file = timed("delta", || file.contribute_delta(&keys[1], &mut OsRng))?;
        let bytes = file.encode();
        let read = timed("decode", || SetUpFile::decode(&bytes))?;
        timed("verify", || read.verify())?;
        let file = file.apply_beacon(b"none")?;
        let finished = timed("finish", || file.finish())?;
        let transcript = timed("transcript", || Transcript::verify(&finished.transcript))?;
        let key = timed("proving key", || {
            transcript.check_proving_key(&finished.proving_key)
        })?;
        timed("verifying key", || {
            transcript.check_verifying_key(key.verifying())
        })?;
        let lengths = [&finished.transcript, &finished.proving_key].map(Vec::len);
        println!("  ({} and {} bytes)", lengths[0], lengths[1]);
    }
    Ok(())
}
