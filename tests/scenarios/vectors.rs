//! The test vectors of `specs/audit.md` 8, for authors of a second verifier: boards, headers and evidence, with what an
//! audit says of them.

mod case;
mod committee;
mod edits;
mod evidence;
mod headers;
mod packages;
mod rounds;
mod scenes;
mod version_1;
mod wire;

use std::path::PathBuf;

use serde_json::{json, Value};
use veragg::verifier::Report;

/// The folder of vectors of this name.
fn folder(name: &str) -> PathBuf {
    let vectors = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("specs/vectors");
    vectors.join(name)
}

/// A report without the program that made it and without its texts for people, which are not normative.
fn normative(report: &Report) -> Value {
    let mut value = serde_json::to_value(report).unwrap();
    value.as_object_mut().unwrap().remove("program").unwrap();
    for check in value["checks"].as_array_mut().unwrap() {
        if let Some(failures) = check.get_mut("failures") {
            *failures = json!(failures.as_array().unwrap().len());
        }
        let check = check.as_object_mut().unwrap();
        check.remove("reason");
        check.remove("skipped");
    }
    for fault in value["faults"].as_array_mut().unwrap() {
        let fault = fault.as_object_mut().unwrap();
        fault.remove("what");
        fault.remove("workings");
    }
    value
}
