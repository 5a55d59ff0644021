//! A round of real roles: each is a process with its own keys and its own store, and messages are files.
//! Every process takes one step and ends, so every role is restarted in every phase; and one client is
//! killed in the middle of its work. At the end anybody audits the board.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use veragg::rand_core::{OsRng, RngCore};
use veragg::{
    audit, Aggregator, BoardFile, Client, ClientId, ConfigurationBuilder, Header, Options, Reply,
    Roster, Round, SegmentConfiguration, SigningKey, StateFile, Verdict, VerifyingKey,
};

const CLIENTS: u32 = 5;
type Done<T = ()> = Result<T, Box<dyn Error>>;

/// The long-term key in a folder, made at the first time.
fn key(folder: &Path) -> Done<SigningKey> {
    let path = folder.join("secret.key");
    if !path.exists() {
        fs::create_dir_all(folder)?;
        fs::write(&path, *SigningKey::generate(&mut OsRng).to_bytes())?;
    }
    Ok(SigningKey::from_bytes(&fs::read(path)?[..].try_into()?))
}

fn of_client(dir: &Path, id: ClientId) -> PathBuf {
    dir.join(format!("client-{id}"))
}

/// Collects public keys, and announces the round.
fn organise(dir: &Path) -> Done {
    let organiser = key(&dir.join("organiser"))?;
    let aggregator = key(&dir.join("aggregator"))?.verifying_key();
    let public = |id| Done::Ok(key(&of_client(dir, id))?.verifying_key());
    let roster = Roster::new(ClientId::all(CLIENTS).map(public).collect::<Done<_>>()?)?;
    // A real organiser takes public randomness from after the roster was fixed.
    let mut beacon = [0; 32];
    OsRng.fill_bytes(&mut beacon);
    // Three numbers from 0 to 100 each; nobody is corrupt, one client in five may drop out.
    let answers = SegmentConfiguration::integers("answers", 3, 101);
    let builder = ConfigurationBuilder::new(vec![answers], 0, 200_000, beacon);
    let configuration = builder.build(&roster, aggregator, &mut OsRng)?;
    let header = Header::sign(&configuration, &roster, &organiser)?;
    fs::write(dir.join("round.header"), header.encode())?;
    let public = organiser.verifying_key().to_string();
    Ok(fs::write(dir.join("organiser.pub"), public)?)
}

/// What the organiser announced. Its public key was learned beforehand.
fn announced(dir: &Path) -> Done<(Header, Round)> {
    let organiser: VerifyingKey = fs::read_to_string(dir.join("organiser.pub"))?.parse()?;
    let header = Header::read(&mut fs::File::open(dir.join("round.header"))?)?;
    Ok((header.clone(), Round::open(&header, &organiser)?))
}

/// Answers the package that lies there, or sends again what a crash may have kept back.
fn client(dir: &Path, id: ClientId) -> Done {
    let (folder, (_, round)) = (of_client(dir, id), announced(dir)?);
    let (mut store, saved) = StateFile::open(&folder.join("state"))?;
    let (mut client, last) = match &saved {
        Some(saved) => Client::resume(&round, key(&folder)?, saved)?,
        None => (Client::join(&round, key(&folder)?)?, None),
    };
    let next = client.phase().ok_or("this client has finished")?;
    let package = folder.join(format!("{next}.package"));
    let input = [1, 10, u64::from(id.number())];
    let input = client.needs_input().then_some(&input[..]);
    let message = match fs::read(package) {
        Ok(package) => client.advance(&package, input, &mut OsRng, &mut store)?,
        Err(_) if saved.is_none() => client.advance(&[], None, &mut OsRng, &mut store)?,
        Err(_) => last,
    };
    // A client that has nothing to say in a phase leaves an empty file.
    let message = message.unwrap_or_default();
    Ok(fs::write(folder.join("message"), message)?)
}

/// Takes the messages that lie there, closes the phase, and lays out the packages for the next one.
fn aggregate(dir: &Path) -> Done {
    let (header, round) = announced(dir)?;
    let board = dir.join("round.board");
    let board = BoardFile::open_or_create(&board, &header, round.longest_record())?;
    let mut aggregator = Aggregator::resume(&round, key(&dir.join("aggregator"))?, board)?;
    for id in aggregator.awaited().iter() {
        let message = fs::read(of_client(dir, id).join("message"))?;
        if let Reply::Receipt(receipt) = aggregator.receive(message, 0)? {
            let name = format!("{}.receipt", aggregator.phase());
            fs::write(of_client(dir, id).join(name), receipt.encode())?;
        }
    }
    println!("{}: {} messages", aggregator.phase(), aggregator.received());
    // A process that was killed before it laid out the packages finds here that all are awaited.
    if aggregator.awaited().is_empty() {
        aggregator.close()?;
    }
    if let Some(published) = aggregator.published() {
        fs::write(dir.join("sums"), format!("{:?}", published.sums?))?;
    }
    for id in aggregator.eligible().iter() {
        let name = format!("{}.package", aggregator.phase());
        fs::write(of_client(dir, id).join(name), aggregator.package(id))?;
    }
    Ok(())
}

fn start(dir: &Path, role: &str) -> Done<Child> {
    let program = std::env::current_exe()?;
    Ok(Command::new(program).arg(dir).arg(role).spawn()?)
}

fn step(dir: &Path, role: &str) -> Done {
    assert!(start(dir, role)?.wait()?.success(), "{role} failed");
    Ok(())
}

fn main() -> Done {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [dir, role] = &arguments[..] {
        let dir = Path::new(dir);
        return match role.as_str() {
            "organiser" => organise(dir),
            "aggregator" => aggregate(dir),
            number => client(dir, ClientId::new(number.parse()?).ok_or("client 0")?),
        };
    }
    let folder = tempfile::tempdir()?;
    let dir = folder.path();
    step(dir, "organiser")?;
    while !dir.join("sums").exists() {
        // Client 2 is killed at any point of its step, and started again with the others.
        let mut killed = start(dir, "2")?;
        killed.kill()?;
        killed.wait()?;
        for id in ClientId::all(CLIENTS) {
            step(dir, &id.to_string())?;
        }
        step(dir, "aggregator")?;
    }
    let organiser = fs::read_to_string(dir.join("organiser.pub"))?.parse()?;
    let board = fs::File::open(dir.join("round.board"))?;
    let report = audit(board, &Options::with_organiser(organiser))?;
    let sums = fs::read_to_string(dir.join("sums"))?;
    println!("sums {sums}, verdict: {}", report.verdict);
    assert_eq!(report.verdict, Verdict::Verified);
    Ok(())
}
