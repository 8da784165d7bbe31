//! `plan`: targets as data, several at once.

use serde::Serialize;
use sohoa_model::plan::Target;
use sohoa_pipeline::plan;
use sohoa_shell::{Exit, Texts};

use crate::args::{PlanRemoveArgs, PlanSetArgs};
use crate::front::Front;
use crate::stop::Stop;
use crate::table::Table;

/// A target as JSON.
#[derive(Serialize)]
pub(super) struct TargetRecord<'a> {
    name: &'a str,
    share_percent: f64,
    unit: &'static str,
    value_class: &'a str,
    deadline: &'a str,
    counts_below_standard: bool,
}

impl<'a> From<&'a Target> for TargetRecord<'a> {
    fn from(target: &'a Target) -> Self {
        Self {
            name: &target.name,
            share_percent: f64::from(target.share_ppm) / 10_000.0,
            unit: target.unit.word(),
            value_class: &target.value_class,
            deadline: &target.deadline,
            counts_below_standard: target.counts_below_standard,
        }
    }
}

/// The target that was removed.
#[derive(Serialize)]
struct Removed<'a> {
    removed: &'a str,
}

pub(super) fn example(front: &mut Front, as_json: bool) -> Result<Exit, Stop> {
    let archive = front.open()?;
    let targets = plan::set_of_the_ministry(&archive)?;
    tell(front, &targets, as_json);
    Ok(Exit::Done)
}

pub(super) fn set(front: &mut Front, args: PlanSetArgs) -> Result<Exit, Stop> {
    let archive = front.open()?;
    let target = Target {
        name: args.name,
        share_ppm: args.share,
        unit: args.unit,
        value_class: args.value_class,
        deadline: args.deadline,
        counts_below_standard: args.counts_below_standard,
    };
    plan::set(&archive, &target)?;
    tell(front, &[target], args.json);
    Ok(Exit::Done)
}

/// Says which targets were set.
fn tell(front: &mut Front, targets: &[Target], as_json: bool) {
    if as_json {
        front.output.json(&targets.iter().map(TargetRecord::from).collect::<Vec<_>>());
        return;
    }
    for target in targets {
        let line = sentence(&front.texts, target);
        front.output.note(line);
    }
}

/// A target as one sentence.
fn sentence(texts: &Texts, target: &Target) -> String {
    let class = match target.value_class.as_str() {
        "" => texts.get("whole-archive"),
        class => texts.say("plan-class", &[("class", class.into())]),
    };
    let args = [
        ("name", (&target.name).into()),
        ("share", percent(target.share_ppm).into()),
        ("unit", texts.get(&format!("unit-{}", target.unit.word())).into()),
        ("class", class.into()),
        ("deadline", (&target.deadline).into()),
    ];
    texts.say("plan-set", &args)
}

/// Parts per million as percent without needless zeros, e.g. `30`, `12.5`.
pub(super) fn percent(ppm: u32) -> String {
    let text = format!("{}.{:04}", ppm / 10_000, ppm % 10_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

pub(super) fn list(front: &mut Front, as_json: bool) -> Result<Exit, Stop> {
    let targets = front.open()?.catalog().targets()?;
    if as_json {
        let targets: Vec<_> = targets.iter().map(TargetRecord::from).collect();
        front.output.json(&targets);
        return Ok(Exit::Done);
    }
    if targets.is_empty() {
        let line = front.text("plan-none");
        front.output.note(line);
        return Ok(Exit::Done);
    }
    let headings = ["field-target", "field-share", "field-unit", "field-value-class", "field-deadline"];
    let mut table = Table::new(headings.map(|id| front.text(id))).right(&[1]);
    for target in targets {
        let unit = front.text(&format!("unit-{}", target.unit.word()));
        let share = format!("{} %", percent(target.share_ppm));
        table.row([target.name, share, unit, target.value_class, target.deadline]);
    }
    front.output.table(&table);
    Ok(Exit::Done)
}

pub(super) fn remove(front: &mut Front, args: &PlanRemoveArgs) -> Result<Exit, Stop> {
    let archive = front.open()?;
    archive.catalog().remove_target(&args.name, &archive.act())?;
    archive.write_archive_manifest()?;
    if args.json {
        front.output.json(&Removed { removed: &args.name });
    } else {
        let line = front.texts.say("plan-removed", &[("name", (&args.name).into())]);
        front.output.note(line);
    }
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_shown_without_needless_zeros() {
        for (ppm, text) in [(300_000, "30"), (125_000, "12.5"), (1, "0.0001"), (1_000_000, "100")] {
            assert_eq!(percent(ppm), text);
        }
    }
}
