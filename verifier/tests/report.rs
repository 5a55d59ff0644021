//! A report is read back as it was written, and what no audit of this version writes is refused.
#![allow(clippy::unwrap_used)]

use serde_json::{json, Value};
use veragg_verifier::{Check, Culprit, Report, Status, Step, StepNumber, Verdict};

/// A report with every kind of value in it.
fn example() -> Value {
    let check = |check: Check, status: Value| {
        let mut written = json!({ "id": check.id(), "title": check.title() });
        let fields = written.as_object_mut().unwrap();
        fields.extend(status.as_object().unwrap().clone());
        written
    };
    json!({
        "protocol": 1,
        "program": { "version": "0.1.0", "commit": "unknown" },
        "verdict": "failed",
        "organiser": { "key": "00ff", "given": true },
        "board": "77",
        "round": {
            "context": "01", "suite": "ristretto255-bitplane", "clients": 5, "degree": 4,
            "threshold": 3, "min_contributors": 2, "coordinates": 5,
        },
        "checks": [
            check(Check::Configuration, json!({ "status": "passed", "records": 1 })),
            check(Check::Roster, json!({ "status": "failed", "failures": ["one", "another"] })),
            check(Check::Edges, json!({ "status": "passed-with-faults", "records": 9, "bad": 1 })),
            check(Check::Unmasking, json!({ "status": "skipped" })),
            check(Check::Receipts, json!({ "status": "not-applicable", "reason": "none" })),
            check(Check::Graph, json!({ "status": "passed-in-part", "records": 1, "skipped": "x" })),
        ],
        "faults": [
            {
                "culprit": "client 3", "check": "V-08.C", "rule": "V-08.C.3", "evidence": [22, 25],
                "involved": [5], "what": "it", "workings": [{ "what": "x", "value": "00" }],
                "checkpoints": 6,
            },
            {
                "culprit": "aggregator", "check": "V-03", "rule": "V-03.5", "evidence": [],
                "involved": [], "what": "it", "workings": [], "checkpoints": 0,
            },
            {
                "culprit": "organiser", "check": "V-01", "rule": "V-01.3", "evidence": [],
                "involved": [], "what": "it", "workings": [], "checkpoints": 0,
            },
        ],
        "contributors": [1, 2],
        "absent": [{ "client": 3, "outcome": "dropped (submit)" }],
        "timeline": {
            "client": 1,
            "messages": [{ "phase": "unmask", "leaf": 7, "bytes": 900 }],
            "outcome": "contributed", "contributed": true,
            "faults": [{ "fault": 2, "concern": "left-out", "phase": "submit" }],
        },
    })
}

fn read(value: &Value) -> Result<Report, String> {
    serde_json::from_str(&value.to_string()).map_err(|error| error.to_string())
}

#[test]
fn a_report_is_read_back_as_it_was_written() {
    let report = read(&example()).unwrap();
    assert_eq!(serde_json::to_value(&report).unwrap(), example());
    assert_eq!(read(&serde_json::to_value(&report).unwrap()), Ok(report));
}

#[test]
fn what_was_read_can_be_asked() {
    let report = read(&example()).unwrap();
    assert_eq!(report.verdict, Verdict::Failed);
    let passed = Some(&Status::Passed { records: 1 });
    assert_eq!(report.status(Check::Configuration), passed);
    assert_eq!(report.status(Check::Chain), None);
    assert_eq!(report.faults[1].culprit, Culprit::Aggregator);
    assert_eq!(report.faults[1].rule, StepNumber::from(Step::BothSigned));
    assert_eq!(report.round.unwrap().suite.number(), 1);
}

#[test]
fn a_round_that_could_not_be_entered_and_no_timeline_are_read() {
    let mut value = example();
    value["round"] = Value::Null;
    value.as_object_mut().unwrap().remove("timeline");
    let report = read(&value).unwrap();
    assert!(report.round.is_none() && report.timeline.is_none());
    assert_eq!(serde_json::to_value(&report).unwrap(), value);
}

#[test]
fn a_report_that_no_audit_writes_is_refused() {
    let broken = [
        ("/protocol", json!(3), "the report is of protocol version 3"),
        ("/protocol", json!(-1), "invalid value"),
        ("/verdict", json!("maybe"), "unknown variant `maybe`"),
        ("/verdict", json!("Failed"), "unknown variant `Failed`"),
        (
            "/organiser",
            json!({ "key": "00" }),
            "missing field `given`",
        ),
        ("/organiser/given", json!("yes"), "invalid type"),
        ("/round/suite", json!("x"), "unknown suite `x`; known: "),
        ("/round/clients", json!(-5), "invalid value"),
        ("/round/more", json!(1), "unknown field `more`"),
        ("/checks/0/id", json!("V-99"), "unknown check \"V-99\""),
        ("/checks/0/id", json!(1), "invalid type"),
        ("/checks/0/title", json!("x"), "the title of V-01 is "),
        (
            "/checks/0/status",
            json!("good"),
            "V-01: unknown status \"good\"",
        ),
        (
            "/checks/0/status",
            json!("failed"),
            "V-01: the status `failed` comes with `failures`",
        ),
        (
            "/checks/0/bad",
            json!(1),
            "V-01: the status `passed` comes with `records`",
        ),
        ("/checks/0/more", json!(1), "unknown field `more`"),
        (
            "/checks/1/reason",
            json!("x"),
            "V-02: the status `failed` comes with ",
        ),
        (
            "/checks/3/records",
            json!(1),
            "V-09: the status `skipped` comes with nothing",
        ),
        (
            "/checks/5/records",
            Value::Null,
            "V-05: the status `passed-in-part` comes with `records` and `skipped`",
        ),
        (
            "/faults/0/culprit",
            json!("client 0"),
            "unknown culprit \"client 0\"",
        ),
        (
            "/faults/0/culprit",
            json!("client 03"),
            "unknown culprit \"client 03\"",
        ),
        (
            "/faults/0/culprit",
            json!("trustee"),
            "unknown culprit \"trustee\"",
        ),
        ("/faults/0/check", json!("V-08"), "unknown check \"V-08\""),
        (
            "/faults/0/rule",
            json!("V-08.C.9"),
            "unknown step of a check \"V-08.C.9\"",
        ),
        (
            "/faults/0/rule",
            json!("3.7"),
            "unknown step of a check \"3.7\"",
        ),
        ("/faults/0/evidence", json!(22), "invalid type"),
        (
            "/faults/0/workings/0",
            json!({ "what": "x" }),
            "missing field `value`",
        ),
        (
            "/timeline/messages/0/phase",
            json!("unmask round 1"),
            "unknown phase ",
        ),
        ("/timeline/messages/0/leaf", json!(0.5), "invalid type"),
        ("/verdikt", json!("failed"), "unknown field `verdikt`"),
    ];
    for (at, value, wanted) in broken {
        let mut report = example();
        let (parent, field) = at.rsplit_once('/').unwrap();
        match report.pointer_mut(parent).unwrap() {
            Value::Array(elements) => elements[field.parse::<usize>().unwrap()] = value,
            parent => parent[field] = value,
        }
        let error = read(&report).unwrap_err();
        assert!(error.contains(wanted), "{at}: {error}");
    }
}

#[test]
fn a_report_with_a_field_missing_is_refused() {
    for field in example().as_object().unwrap().keys() {
        let mut report = example();
        report.as_object_mut().unwrap().remove(field);
        let read = read(&report);
        // Only an audit that follows a client writes a timeline.
        assert_eq!(read.is_ok(), field == "timeline", "{field}: {read:?}");
    }
    let text = example().to_string();
    assert!(serde_json::from_str::<Report>(&text[..text.len() - 1]).is_err());
}

#[test]
fn no_text_of_a_report_reaches_the_terminal_as_it_is() {
    let foreign = "x\u{1b}[2J\nverdict: VERIFIED\u{202e}";
    let mut value = example();
    for at in [
        "/program/version",
        "/program/commit",
        "/organiser/key",
        "/board",
        "/round/context",
        "/checks/1/failures/0",
        "/checks/4/reason",
        "/checks/5/skipped",
        "/faults/0/what",
        "/absent/0/outcome",
    ] {
        *value.pointer_mut(at).unwrap() = json!(foreign);
    }
    let shown = read(&value).unwrap().to_string();
    assert!(
        shown.matches("\\u{1b}[2J\\nverdict").count() == 10,
        "{shown}"
    );
    let lines = shown.lines().filter(|line| line.starts_with("verdict: "));
    assert_eq!(lines.collect::<Vec<_>>(), ["verdict: FAILED"]);
    for forbidden in ['\u{1b}', '\u{202e}'] {
        assert!(!shown.contains(forbidden));
    }
}

/// The timeline gives all rounds of unmask one name, and steps share numbers: values that are equal in
/// JSON are equal.
#[test]
fn every_number_of_a_step_is_read_back() {
    for &step in Step::ALL {
        let number = StepNumber::from_name(step.number());
        let of_check = step.number().starts_with("V-");
        assert_eq!(number, of_check.then_some(StepNumber::from(step)));
    }
}
