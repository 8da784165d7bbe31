//! `inventory`: imports the list of what exists, and lists its versions.

use serde::Serialize;
use sohoa_model::inventory::RowRefusal;
use sohoa_pipeline::inventory;
use sohoa_shell::{Exit, Texts, reasons};

use crate::args::InventoryImportArgs;
use crate::front::Front;
use crate::stop::Stop;
use crate::table::{Table, one_line};

#[derive(Serialize)]
struct Imported<'a> {
    version: u32,
    rows: usize,
    added: &'a [String],
    changed: Vec<Changed<'a>>,
    removed: &'a [String],
    unchanged: u32,
    refused: Vec<Refused<'a>>,
    ignored_columns: &'a [String],
}

#[derive(Serialize)]
struct Changed<'a> {
    code: &'a str,
    fields: &'a [String],
}

#[derive(Serialize)]
struct Refused<'a> {
    row: u32,
    column: &'a str,
    reason: String,
    code: &'a str,
    found: &'a str,
}

pub(super) fn import(front: &mut Front, args: &InventoryImportArgs) -> Result<Exit, Stop> {
    let archive = front.open()?;
    let outcome = match args.preview {
        true => inventory::preview_inventory(&archive, &args.file, &front.cancel)?,
        false => inventory::import_inventory(&archive, &args.file, &front.cancel, &front.bar())?,
    };
    if args.preview && !args.json {
        let line = front.text("inventory-preview");
        front.output.note(line);
    }
    let (change, parsed) = (&outcome.change, &outcome.parsed);
    let exit = if parsed.refused.is_empty() { Exit::Done } else { Exit::Partial };
    if args.json {
        front.output.json(&Imported {
            version: change.version,
            rows: parsed.rows.len(),
            added: &change.added,
            changed: change.changed.iter().map(|(code, fields)| Changed { code, fields }).collect(),
            removed: &change.removed,
            unchanged: change.unchanged,
            refused: parsed.refused.iter().map(|row| refused(&front.texts, row)).collect(),
            ignored_columns: &parsed.ignored_columns,
        });
        return Ok(exit);
    }
    let changes = change.added.len() + change.changed.len() + change.removed.len();
    let args = [
        ("version", change.version.into()),
        ("rows", parsed.rows.len().into()),
        ("added", change.added.len().into()),
        ("changed", change.changed.len().into()),
        ("removed", change.removed.len().into()),
        ("unchanged", change.unchanged.into()),
    ];
    let id = if changes == 0 { "inventory-unchanged" } else { "inventory-version" };
    front.output.data(front.texts.say(id, &args));
    for (code, fields) in &change.changed {
        let names = fields.iter().map(|field| field_name(&front.texts, field)).collect::<Vec<_>>();
        front.output.data(format!("~ {}: {}", one_line(code), names.join(", ")));
    }
    for code in &change.removed {
        front.output.data(format!("- {}", one_line(code)));
    }
    for row in &parsed.refused {
        let args = [
            ("row", row.row.into()),
            ("column", (&row.column).into()),
            ("reason", reasons::row(&front.texts, row).sentence.into()),
        ];
        let id = if row.column.is_empty() { "inventory-row-refused-whole" } else { "inventory-row-refused" };
        front.output.data(front.texts.say(id, &args));
    }
    if !parsed.refused.is_empty() {
        front.output.data(front.texts.say("inventory-refused", &[("count", parsed.refused.len().into())]));
    }
    if !parsed.ignored_columns.is_empty() {
        let args = [("columns", parsed.ignored_columns.join(", ").into())];
        front.output.data(front.texts.say("inventory-ignored", &args));
    }
    Ok(exit)
}

/// The name of a field of the inventory as people read it.
fn field_name(texts: &Texts, field: &str) -> String {
    let id = format!("field-{}", field.replace('_', "-"));
    if texts.has(&id) { texts.get(&id) } else { field.to_owned() }
}

fn refused<'a>(texts: &Texts, row: &'a RowRefusal) -> Refused<'a> {
    Refused {
        row: row.row,
        column: &row.column,
        reason: reasons::row(texts, row).sentence,
        code: &row.reason,
        found: &row.found,
    }
}

pub(super) fn list(front: &mut Front, as_json: bool) -> Result<Exit, Stop> {
    #[derive(Serialize)]
    struct Version {
        version: u32,
        source: String,
        sha256: String,
        at: String,
        rows: u32,
    }
    let versions = front.open()?.catalog().inventory_versions()?;
    if as_json {
        let versions: Vec<_> = versions
            .into_iter()
            .map(|v| Version {
                version: v.version,
                source: v.source_name,
                sha256: v.source.to_string(),
                at: v.at.iso_vietnam(),
                rows: v.rows,
            })
            .collect();
        front.output.json(&versions);
        return Ok(Exit::Done);
    }
    let headings = ["field-version", "field-time", "field-all", "field-source"].map(|id| front.text(id));
    let mut table = Table::new(headings).right(&[0, 2]);
    for v in versions {
        table.row([v.version.to_string(), v.at.short_vietnam(), v.rows.to_string(), v.source_name]);
    }
    front.output.table(&table);
    Ok(Exit::Done)
}
