//! The board as a file: header and records. A board that can be read to its end encodes to the same bytes again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use veragg::protocol::wire::board::Records;
use veragg::protocol::wire::header::Header;
use veragg_fuzz::{mutate, sample};

fuzz_target!(|data: &[u8]| {
    let Some((&source, data)) = data.split_first() else {
        return;
    };
    let bytes = if source % 2 == 0 {
        data.to_vec()
    } else {
        let mut bytes = sample().board.clone();
        mutate(&mut bytes, data);
        bytes
    };
    let mut rest = &bytes[..];
    let Ok(header) = Header::read(&mut rest) else {
        return;
    };
    let mut again = header.encode();
    let longest = sample().local.round.longest_record();
    let mut records = Records::new(rest, again.len(), longest);
    loop {
        let record = match records.next_record() {
            Ok(Some(record)) => record,
            Ok(None) => break,
            Err(_) => return,
        };
        assert!(record.remaining() <= longest);
        let Ok(record) = record.whole() else { return };
        again.extend(record.encode());
    }
    assert_eq!(again, bytes);
});
