//! `check`: re-hashes the whole archive; mends it, or makes its catalog again.

use serde::Serialize;
use sohoa_pipeline::check::{self, CheckReport};
use sohoa_pipeline::rebuild;
use sohoa_shell::{Exit, failure, reasons, work};

use crate::args::CheckArgs;
use crate::front::Front;
use crate::stop::Stop;

#[derive(Serialize)]
struct Record<'a> {
    objects: u64,
    bytes: u64,
    manifests: u64,
    published: u64,
    damage: Vec<DamageRecord<'a>>,
    unnamed: &'a [String],
    repaired: &'a [String],
}

#[derive(Serialize)]
struct DamageRecord<'a> {
    code: &'a str,
    subject: &'a str,
    detail: &'a str,
    sentence: String,
}

#[derive(Serialize)]
struct Rebuilt {
    dossiers: u64,
    missing_texts: Vec<String>,
    old_catalog: Option<String>,
}

pub(super) fn run(front: &mut Front, args: &CheckArgs) -> Result<Exit, Stop> {
    if args.rebuild {
        return make_again(front, args.json);
    }
    let archive = front.open()?;
    front.stop_cleanly_on_request();
    let bar = front.bar();
    let report = match args.repair {
        true => check::repair(archive, &front.cancel, &bar)?,
        false => check::check(&archive, &front.cancel, &bar)?,
    };
    drop(bar);
    if args.json {
        let damage = report.damage.iter().map(|damage| DamageRecord {
            code: &damage.code,
            subject: &damage.subject,
            detail: &damage.detail,
            sentence: reasons::damage(&front.texts, &damage.code, &damage.detail).sentence,
        });
        let record = Record {
            objects: report.objects,
            bytes: report.bytes,
            manifests: report.manifests,
            published: report.published,
            damage: damage.collect(),
            unnamed: &report.unnamed,
            repaired: &report.repaired,
        };
        front.output.json(&record);
    } else {
        tell(front, &report);
    }
    Ok(if report.damage.is_empty() { Exit::Done } else { Exit::Damage })
}

fn tell(front: &mut Front, report: &CheckReport) {
    let args = [
        ("objects", report.objects.into()),
        ("bytes", failure::bytes(&front.texts, report.bytes).into()),
        ("manifests", report.manifests.into()),
        ("published", report.published.into()),
    ];
    front.output.data(front.texts.say("check-summary", &args));
    for what in &report.repaired {
        front.output.data(front.texts.say("check-repaired", &[("what", what.into())]));
    }
    if report.damage.is_empty() {
        front.output.data(front.texts.get("check-sound"));
    } else {
        front.output.data(front.texts.say("check-damage", &[("count", report.damage.len().into())]));
    }
    for damage in &report.damage {
        let sentence = reasons::damage(&front.texts, &damage.code, &damage.detail).sentence;
        front.output.data(format!("  {}: {sentence}", damage.subject));
    }
    if !report.unnamed.is_empty() {
        front.output.data(front.texts.say("check-unnamed", &[("count", report.unnamed.len().into())]));
        for name in &report.unnamed {
            front.output.data(format!("  {name}"));
        }
    }
}

fn make_again(front: &mut Front, as_json: bool) -> Result<Exit, Stop> {
    let (_, report) = rebuild::rebuild(front.archive_folder(), &front.session)?;
    let exit = if report.missing_texts.is_empty() { Exit::Done } else { Exit::Partial };
    if as_json {
        let missing_texts = report.missing_texts.iter().map(ToString::to_string).collect();
        let old_catalog = report.old_catalog.as_ref().map(|path| path.display().to_string());
        front.output.json(&Rebuilt { dossiers: report.dossiers, missing_texts, old_catalog });
        return Ok(exit);
    }
    for line in work::rebuilt(&front.texts, &report) {
        front.output.data(line);
    }
    Ok(exit)
}
