//! Edits of the aggregator's packages.

use veragg::protocol::pairwise::package::Package;
use veragg::protocol::wire::checkpoint::Checkpoint;

use crate::records::toggle;
use crate::sample::{sample, session};
use crate::script::Script;

/// Makes one edit of what is not signed in a package. `other` is the package of another client, or of another session.
/// Nothing when the script has ended, or when the edit does not fit.
pub fn edit_package(package: &mut Package, other: &Package, script: &mut Script<'_>) -> Option<()> {
    let items = &mut package.items;
    let operation = script.byte()?;
    match operation % 12 {
        0 => drop(items.remove(script.below(items.len())?)),
        1 => {
            let (from, to) = (script.below(items.len())?, script.below(items.len() + 1)?);
            items.insert(to, items[from].clone());
        }
        2 => {
            let (one, two) = (script.below(items.len())?, script.below(items.len())?);
            items.swap(one, two);
        }
        3 => {
            let (at, from) = (script.below(items.len())?, script.below(other.items.len())?);
            items[at] = other.items[from].clone();
        }
        4 => {
            let at = script.below(items.len())?;
            items[at].index = script.number()?;
        }
        5 => {
            let at = script.below(items.len())?;
            let parts = &mut items[at].parts;
            let (one, two) = (script.below(parts.len())?, script.below(parts.len())?);
            match script.byte()? % 4 {
                0 => drop(parts.remove(one)),
                1 => parts.swap(one, two),
                2 => parts.push(parts[one].clone()),
                _ => parts[one].position = two as u32,
            }
        }
        6 => {
            let at = script.below(items.len())?;
            let parts = &mut items[at].parts;
            let part = script.below(parts.len())?;
            let bytes = &mut parts[part].bytes;
            let position = script.below(bytes.len())?;
            bytes[position] ^= script.byte()?;
        }
        7 => {
            let (one, two) = (script.below(items.len())?, script.below(items.len())?);
            let parts = items[one].parts.clone();
            items[two].parts = parts;
        }
        8 => {
            let at = script.below(items.len())?;
            let inclusion = &mut items[at].inclusion;
            let position = script.below(inclusion.len())?;
            inclusion[position] ^= script.byte()?;
        }
        9 => {
            let keep = script.below(package.consistency.len() + 1)?;
            package.consistency.truncate(keep);
        }
        10 => {
            let all = &mut package.acknowledgements;
            let at = script.below(all.len())?;
            let (_, mut signature) = all.remove(at);
            if script.byte()? & 1 == 0 {
                signature[0] ^= 1;
                let (client, _) = other.acknowledgements.get(at)?;
                all.insert(at, (*client, signature));
            }
        }
        _ => package.checkpoint = other.checkpoint.clone(),
    }
    Some(())
}

/// The checkpoint with one field changed, signed again by the aggregator.
pub(crate) fn edit_checkpoint(
    checkpoint: &Checkpoint,
    script: &mut Script<'_>,
) -> Option<Checkpoint> {
    let Checkpoint {
        context,
        phase,
        mut previous,
        mut root,
        mut list,
        ..
    } = checkpoint.clone();
    match script.byte()? % 4 {
        0 => toggle(&mut list, script.byte()?),
        1 => previous[0] ^= 1,
        2 => root.size = script.number()?,
        _ => {
            let of_session = session().checkpoint(phase.index().min(7));
            root = Checkpoint::decode(of_session, sample().local.round.clients())
                .ok()?
                .root;
        }
    }
    let key = &sample().local.aggregator_key;
    Some(Checkpoint::sign(key, context, phase, previous, root, list))
}

impl Script<'_> {
    /// Changes the checkpoint of a package, which the corrupt aggregator signs again.
    pub fn edit_shown(&mut self, package: &mut Package) -> Option<()> {
        package.checkpoint = edit_checkpoint(&package.checkpoint, self)?;
        Some(())
    }
}
