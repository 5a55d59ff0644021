//! Other text that the command line reads: text in any encoding, names that the organiser signed, reports in JSON, keys,
//! and the names of suites, checks and culprits. What is read is written and read again as the same. Only the organiser's
//! own names are its own.
#![no_main]

use std::io::Cursor;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use veragg::protocol::crypto::signing::{hex, unhex, VerifyingKey};
use veragg::protocol::round::names::ClientNames;
use veragg::protocol::round::phase::Phase;
use veragg::text_file;
use veragg::verifier::{audit, Check, Culprit, Options, Report};
use veragg::Suite;
use veragg_fuzz::{assert_one_line, edit_text, mutate, sample, Script};

/// Valid texts.
struct Texts {
    names: ClientNames,
    written: String,
    report: String,
}

fn texts() -> &'static Texts {
    static TEXTS: OnceLock<Texts> = OnceLock::new();
    TEXTS.get_or_init(|| {
        let local = &sample().local;
        let all = [(1, "St. Anna"), (2, "Z\u{fc}rich"), (6, "Nord 7")];
        let names = ClientNames::sign(local.round.context().digest, all, &local.organiser_key);
        let names = names.expect("good names");
        let options = Options::with_organiser(local.organiser);
        let report = audit(Cursor::new(&sample().board), &options).expect("a board");
        Texts {
            written: names.to_string(),
            names,
            report: serde_json::to_string_pretty(&report).expect("it can be written"),
        }
    })
}

fuzz_target!(|data: &[u8]| {
    let Some((&kind, data)) = data.split_first() else {
        return;
    };
    let edited = |text: &str| {
        let mut text = text.to_owned();
        let mut script = Script(data);
        while edit_text(&mut text, &[' ', '"', ':', ',', '\n'], &mut script).is_some() {}
        text
    };
    let texts = texts();
    match kind % 6 {
        0 => text(data.to_vec()),
        1 => {
            let mut bytes = texts.written.clone().into_bytes();
            mutate(&mut bytes, data);
            text(bytes);
        }
        2 => names(&edited(&texts.written)),
        3 => report(&edited(&texts.report)),
        4 => words(data),
        _ => {
            if let Ok(text) = std::str::from_utf8(data) {
                names(text);
                report(text);
            }
        }
    }
});

fn text(bytes: Vec<u8>) {
    match text_file::decode(bytes.clone()) {
        // In UTF-8 nothing but the mark and the line ends changes. In UTF-16 every unit gives at most three bytes.
        Ok(text) if !bytes.starts_with(b"\xff\xfe") && !bytes.starts_with(b"\xfe\xff") => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
            assert_eq!(text.len(), bytes.len());
            assert!(text
                .bytes()
                .zip(bytes)
                .all(|(new, old)| new == *old || (new, *old) == (b'\n', b'\r')));
            names(&text);
        }
        Ok(text) => assert!(text.len() <= bytes.len() / 2 * 3),
        Err(error) => assert_one_line(&error),
    }
}

fn names(text: &str) {
    let names = match ClientNames::parse(text) {
        Ok(names) => names,
        Err(error) => return assert_one_line(&error),
    };
    assert_eq!(ClientNames::parse(&names.to_string()).as_ref(), Ok(&names));
    let local = &sample().local;
    match names.verify(&local.round.context().digest, &local.organiser) {
        Ok(()) => assert_eq!(names, texts().names),
        Err(error) => {
            assert_ne!(names, texts().names);
            assert_one_line(&error);
        }
    }
}

fn report(text: &str) {
    if let Ok(report) = serde_json::from_str::<Report>(text) {
        let written = serde_json::to_string(&report).expect("it was read");
        let again: Report = serde_json::from_str(&written).expect("it was written");
        assert_eq!(again, report);
        let _ = report.to_string();
    }
}

/// Each thing has one name.
fn words(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Some(bytes) = unhex(text) {
        assert_eq!(hex(&bytes), text.to_ascii_lowercase());
        if let Ok(bytes) = <[u8; 32]>::try_from(bytes) {
            if let Ok(key) = VerifyingKey::from_bytes(&bytes, "key") {
                assert_eq!(key.as_bytes(), &bytes);
            }
        }
    }
    if let Ok(suite) = text.parse::<Suite>() {
        assert_eq!(suite.name(), text);
    }
    if let Some(check) = Check::from_id(text) {
        assert_eq!(check.id(), text);
    }
    if let Some(culprit) = Culprit::from_name(text) {
        assert_eq!(culprit.to_string(), text);
    }
    if let Some(phase) = Phase::from_name(text) {
        assert_eq!(phase.name(), text);
    }
}
