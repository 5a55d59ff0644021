//! Evidence: arbitrary and changed files. Of an honest round nothing shows anybody's fault.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use veragg::verifier::{evidence, Check};
use veragg_fuzz::{mutate, sample, CLIENTS};

fuzz_target!(|data: &[u8]| {
    let [kind, culprit, check, data @ ..] = data else {
        return;
    };
    let sample = sample();
    let mut file = evidence::MAGIC.to_vec();
    file.extend((u32::from(*culprit) % (CLIENTS + 1)).to_be_bytes());
    let check = Check::ALL[usize::from(*check) % Check::ALL.len()].id();
    file.extend((check.len() as u16).to_be_bytes());
    file.extend(check.as_bytes());
    // No receipts, no checkpoint.
    file.extend([0; 8]);
    file.extend(&sample.board);
    match kind % 2 {
        0 => file = data.to_vec(),
        _ => mutate(&mut file, data),
    }
    if let Ok(confirmed) = evidence::check(Cursor::new(&file), &sample.setting.organiser) {
        assert_eq!(confirmed.faults, []);
    }
});
