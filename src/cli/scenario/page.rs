//! The scenarios as a page that stands alone, for readers who know nothing of the protocol.

use std::fmt::Write as _;

use super::ran::{Attacker, Many, Ran};

/// The style of the page. Nothing is fetched from anywhere.
const STYLE: &str = "\
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #cf222e; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { line-height: 1.2; } h2 { margin: 2.5rem 0 0; } h3 { margin: 0; font-size: 1.05rem; }
article { border: 1px solid var(--line); border-left: .4rem solid var(--good); border-radius: .4rem; padding: .8rem 1rem; margin: 1rem 0; }
article.bad { border-left-color: var(--bad); } article.left { border-left-color: var(--line); }
dl { display: grid; grid-template-columns: 9rem 1fr; gap: .2rem 1rem; margin: .5rem 0 0; }
dt { opacity: .7; } dd { margin: 0; } code { font-size: .9em; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dt { margin-top: .4rem; } }
";

/// Text as it stands in a page.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            character if character.is_control() => out.push('\u{fffd}'),
            character => out.push(character),
        }
    }
    out
}

/// The page.
pub(super) fn page(many: &Many) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>veragg: attacks, and what stops them</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <h1>Attacks on an aggregation, and what stops them</h1>\n\
         <p>Many parties add up their numbers, and nobody sees the number of another. Each section below is a real round in which \
         somebody does not keep to the rules. It says what the attacker tries, what stops it, and what the audit of the public \
         board found. Everybody can play each round again, with <code>veragg scenario run NAME</code>.</p>\n\
         <p><strong>{}.</strong> Suite <code>{}</code>, seed {}.</p>\n",
        escaped(&many.summary()),
        escaped(many.suite),
        many.seed
    );
    let groups = Attacker::ALL.map(|attacker| {
        let of_group = many.scenarios.iter();
        let of_group: Vec<&Ran> = of_group.filter(|ran| ran.attacker == attacker).collect();
        (attacker, of_group)
    });
    out.push_str("<nav><ul>\n");
    for (attacker, of_group) in &groups {
        let (id, title, count) = (attacker.id(), attacker.title(), of_group.len());
        out += &format!("<li><a href=\"#{id}\">{title}</a>: {count}</li>\n");
    }
    out.push_str("</ul></nav>\n");
    for (attacker, of_group) in &groups {
        let (id, title) = (attacker.id(), attacker.title());
        out += &format!("<h2 id=\"{id}\">{title}</h2>\n");
        for ran in of_group {
            section(&mut out, ran);
        }
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn section(out: &mut String, ran: &Ran) {
    let class = match (ran.is_as_expected(), &ran.left_out) {
        (_, Some(_)) => " class=\"left\"",
        (true, None) => "",
        (false, None) => " class=\"bad\"",
    };
    let row = |what: &str, text: &str| format!("<dt>{what}</dt><dd>{}</dd>\n", escaped(text));
    let mut rows = row("What it tries", &ran.tries) + &row("What stops it", &ran.stopped);
    match &ran.left_out {
        Some(why) => rows += &row("Not played", why),
        None => rows += &row("What was found", &found(ran)),
    }
    for difference in &ran.differences {
        rows += &row("Not as expected", difference);
    }
    // Writing to a text cannot fail.
    let _ = writeln!(
        out,
        "<article{class} id=\"{name}\">\n<h3>{}</h3>\n<dl>\n{rows}<dt>Protocol</dt><dd>{}</dd>\n<dt>Name</dt><dd><code>{name}</code></dd>\n</dl>\n</article>",
        escaped(&ran.title),
        ran.protocol,
        name = escaped(&ran.name),
    );
}

/// What the audit found, in whole sentences.
fn found(ran: &Ran) -> String {
    let Some(found) = &ran.found else {
        return String::new();
    };
    let mut said = Vec::new();
    for named in &found.named {
        let check = named.check.0;
        said.push(format!(
            "The audit names {} (check {}, {}).",
            the(&named.who.0.to_string()),
            check.id(),
            check.title()
        ));
    }
    if found.named.is_empty() {
        said.push("Nobody is named.".to_owned());
    }
    if found.refused > 0 {
        said.push("The aggregator refused what did not belong there.".to_owned());
    }
    if !ran.silent.is_empty() {
        let whos: Vec<&str> = ran.silent.iter().map(|it| it.who.as_str()).collect();
        said.push(format!(
            "Those who are honest and refuse to go on: {}.",
            whos.join(", ")
        ));
    }
    use veragg::lab::scenario::expected::VerdictName;
    said.push(match found.verdict {
        VerdictName::Verified => format!(
            "The published sum is verified: it is the sum of exactly {} listed contributors.",
            found.contributors.len()
        ),
        VerdictName::Failed => "The published result is rejected.".to_owned(),
        VerdictName::Incomplete => "The audit is incomplete.".to_owned(),
        VerdictName::Unfinished => "The round ended without a sum.".to_owned(),
    });
    said.join(" ")
}

fn the(name: &str) -> String {
    match name {
        "aggregator" | "organiser" => format!("the {name}"),
        name => name.to_owned(),
    }
}
