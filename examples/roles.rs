//! A round of real roles: each is a process of its own that has its keys and its store, and messages are
//! files. Every process does one step and ends, so every role is restarted in every phase; and one client is
//! killed in the middle of its work. At the end anybody audits the board.
//!
//! ```text
//! cargo run --release --example roles
//! ```

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use veragg::protocol::aggregator::Reply;
use veragg::rand_core::{OsRng, RngCore};
use veragg::{
    audit, Aggregator, BoardFile, Client, ClientId, ConfigurationBuilder, Header, Options, Phase,
    Roster, Round, SegmentConfiguration, SigningKey, StateFile, Verdict, VerifyingKey,
};

const CLIENTS: u32 = 5;

type Done = Result<(), Box<dyn Error>>;

/// The long-term key in a folder, made at the first time.
fn key(folder: &Path) -> Result<SigningKey, Box<dyn Error>> {
    let path = folder.join("secret.key");
    if !path.exists() {
        fs::create_dir_all(folder)?;
        fs::write(&path, *SigningKey::generate(&mut OsRng).to_bytes())?;
    }
    Ok(SigningKey::from_bytes(
        &fs::read(path)?.as_slice().try_into()?,
    ))
}

/// What the organiser announced, and the round that it describes.
fn announced(dir: &Path) -> Result<(Header, Round), Box<dyn Error>> {
    let organiser: VerifyingKey = fs::read_to_string(dir.join("organiser.pub"))?.parse()?;
    let header = Header::read(&mut fs::File::open(dir.join("round.header"))?)?;
    let round = Round::open(&header, &organiser)?;
    Ok((header, round))
}

fn of_client(dir: &Path, client: ClientId) -> PathBuf {
    dir.join(format!("client-{client}"))
}

/// Collects public keys, and announces the round.
fn organise(dir: &Path) -> Done {
    let (organiser, aggregator) = (key(&dir.join("organiser"))?, key(&dir.join("aggregator"))?);
    let mut keys = Vec::new();
    for client in ClientId::all(CLIENTS) {
        keys.push(key(&of_client(dir, client))?.verifying_key());
    }
    let roster = Roster::new(keys)?;
    // Here the organiser draws it; a real one takes public randomness from after the roster was fixed.
    let mut beacon = [0; 32];
    OsRng.fill_bytes(&mut beacon);
    let answers = SegmentConfiguration::integers("answers", 3, 101);
    let configuration = ConfigurationBuilder::new(vec![answers], 0, 200_000, beacon).build(
        &roster,
        aggregator.verifying_key(),
        &mut OsRng,
    )?;
    let header = Header::sign(&configuration, &roster, &organiser);
    fs::write(dir.join("round.header"), header.encode())?;
    fs::write(
        dir.join("organiser.pub"),
        organiser.verifying_key().to_string(),
    )?;
    Ok(())
}

/// Takes one step: answers the package that lies there, or sends again what it sent before.
fn client(dir: &Path, id: ClientId) -> Done {
    let ((_, round), folder) = (announced(dir)?, of_client(dir, id));
    let (mut store, saved) = StateFile::open(&folder.join("state"))?;
    let (mut client, last) = match &saved {
        Some(saved) => Client::resume(&round, key(&folder)?, saved)?,
        None => (Client::join(&round, key(&folder)?)?, None),
    };
    let input = [1, 10, u64::from(id.number())];
    let input = client.needs_input().then_some(&input[..]);
    let package = client
        .phase()
        .map(|phase| folder.join(format!("{phase}.package")));
    let message = match package.filter(|path| path.exists()) {
        Some(path) => client.advance(&fs::read(path)?, input, &mut OsRng, &mut store)?,
        None => last,
    };
    // Nothing to say in this phase is an empty file.
    Ok(fs::write(
        folder.join("message"),
        message.unwrap_or_default(),
    )?)
}

/// Takes the messages that lie there, closes the phase, and lays out the packages for the next one.
fn aggregate(dir: &Path) -> Done {
    let (header, round) = announced(dir)?;
    let board = dir.join("round.board");
    let board = BoardFile::open_or_create(&board, &header, round.longest_record())?;
    let mut aggregator = Aggregator::resume(&round, key(&dir.join("aggregator"))?, board)?;
    for client in aggregator.eligible().clone().iter() {
        let message = fs::read(of_client(dir, client).join("message"))?;
        if message.is_empty() {
            continue;
        }
        if let Reply::Receipt(receipt) = aggregator.receive(message, 0)? {
            let name = format!("{}.receipt", aggregator.phase());
            fs::write(of_client(dir, client).join(name), receipt.encode())?;
        }
    }
    println!("{}: {} messages", aggregator.phase(), aggregator.received());
    aggregator.close()?;
    lay_out(dir, &aggregator)
}

fn lay_out(dir: &Path, aggregator: &Aggregator) -> Done {
    if aggregator.phase() == Phase::Publish {
        let sums = aggregator.published().ok_or("there is no sum")?.sums?;
        return Ok(fs::write(dir.join("sums"), format!("{sums:?}"))?);
    }
    for client in aggregator.eligible().iter() {
        let name = format!("{}.package", aggregator.phase());
        fs::write(
            of_client(dir, client).join(name),
            aggregator.package(client),
        )?;
    }
    Ok(())
}

fn start(dir: &Path, role: &str) -> std::io::Result<Child> {
    Command::new(std::env::current_exe()?)
        .arg(dir)
        .arg(role)
        .spawn()
}

/// Lets a process take its step.
fn step(dir: &Path, role: &str) -> Done {
    match start(dir, role)?.wait()?.success() {
        true => Ok(()),
        false => Err(format!("{role} failed").into()),
    }
}

fn main() -> Done {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [dir, "organise"] => return organise(Path::new(dir)),
        [dir, "aggregate"] => return aggregate(Path::new(dir)),
        [dir, number] => {
            return client(
                Path::new(dir),
                ClientId::new(number.parse()?).ok_or("client 0")?,
            )
        }
        _ => {}
    }
    let folder = tempfile::tempdir()?;
    let dir = folder.path();
    step(dir, "organise")?;
    for id in ClientId::all(CLIENTS) {
        fs::write(of_client(dir, id).join("advertise.package"), [])?;
    }
    while !dir.join("sums").exists() {
        // Client 2 is killed at any point of its step, and started again.
        let mut killed = start(dir, "2")?;
        killed.kill()?;
        killed.wait()?;
        for id in ClientId::all(CLIENTS) {
            step(dir, &id.to_string())?;
        }
        step(dir, "aggregate")?;
    }
    let options = Options {
        organiser: Some(fs::read_to_string(dir.join("organiser.pub"))?.parse()?),
        ..Options::default()
    };
    let report = audit(fs::File::open(dir.join("round.board"))?, &options)?;
    println!(
        "sums {}, contributors {:?}",
        fs::read_to_string(dir.join("sums"))?,
        report.contributors
    );
    println!("verdict: {}", report.verdict);
    assert_eq!(report.verdict, Verdict::Verified);
    Ok(())
}
