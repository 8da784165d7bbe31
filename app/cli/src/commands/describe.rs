//! `describe`: what the documents of a dossier are, filled in from inventory and letterhead, and set by a person.

use serde::Serialize;
use sohoa_model::description::{DocumentField, FieldValue, Origin};
use sohoa_pipeline::PipelineError;
use sohoa_pipeline::describe::{self, Form};
use sohoa_shell::{Exit, reasons};

use crate::args::DescribeArgs;
use crate::front::Front;
use crate::stop::Stop;
use crate::table::Table;

#[derive(Serialize)]
struct ValueRecord {
    /// The element of `EAD_doc.xml`.
    field: &'static str,
    value: String,
    /// `inventory`, `recognition` or `person`.
    origin: &'static str,
}

#[derive(Serialize)]
struct FormRecord {
    document: String,
    pages: usize,
    /// `described`, `draft`, or `filled-in` if nobody wrote it.
    state: &'static str,
    operator: Option<String>,
    at: Option<String>,
    values: Vec<ValueRecord>,
    missing: Vec<&'static str>,
}

pub(super) fn run(front: &mut Front, args: &DescribeArgs) -> Result<Exit, Stop> {
    let archive = front.open()?;
    let mut forms = describe::forms(&archive, &args.dossier)?;
    if !args.set.is_empty() || args.done {
        let form = chosen(&forms, args)?;
        let mut description = form.filled.clone();
        for (field, text) in &args.set {
            field.canonical(text).map_err(|fault| PipelineError::Field { field: *field, fault })?;
            description.values.insert(*field, FieldValue { text: text.clone(), origin: Origin::Person });
        }
        describe::describe(&archive, &args.dossier, form.document, &description, args.done)?;
        forms = describe::forms(&archive, &args.dossier)?;
    }
    let is_meant = |form: &&Form| args.document.is_none() || form.ordinal == args.document;
    let records: Vec<FormRecord> = forms.iter().filter(is_meant).map(record).collect();
    if args.json {
        front.output.json(&records);
        return Ok(Exit::Done);
    }
    for record in &records {
        tell(front, record);
    }
    Ok(Exit::Done)
}

/// The document that is meant: the one with the ordinal, or the only one.
fn chosen<'f>(forms: &'f [Form], args: &DescribeArgs) -> Result<&'f Form, PipelineError> {
    let found = match args.document {
        Some(ordinal) => forms.iter().find(|form| form.ordinal == Some(ordinal)),
        None => forms.first().filter(|_| forms.len() == 1),
    };
    let which = || PipelineError::WhichDocument { dossier: args.dossier.clone(), documents: forms.len() };
    found.ok_or_else(which)
}

fn record(form: &Form) -> FormRecord {
    let written = form.written.as_ref();
    let state = match written {
        Some(written) if written.is_done => "described",
        Some(_) => "draft",
        None => "filled-in",
    };
    let value = |(field, value): (&DocumentField, &FieldValue)| ValueRecord {
        field: field.word(),
        value: value.text.clone(),
        origin: match value.origin {
            Origin::Inventory => "inventory",
            Origin::Recognition { .. } => "recognition",
            Origin::Person => "person",
        },
    };
    FormRecord {
        document: form.name.clone(),
        pages: form.pages.len(),
        state,
        operator: written.map(|written| written.operator.clone()),
        at: written.map(|written| written.at.iso_vietnam()),
        values: form.filled.values.iter().map(value).collect(),
        missing: form.filled.missing().into_iter().map(DocumentField::word).collect(),
    }
}

fn tell(front: &mut Front, record: &FormRecord) {
    let state = front.text(&format!("describe-{}", record.state));
    front.output.data(format!("{}  {state}", record.document));
    let mut table = Table::default();
    for value in &record.values {
        let name = front.text(&format!("ead-{}", value.field));
        let origin = front.text(&format!("origin-{}", value.origin));
        let text = DocumentField::from_word(value.field).map(|field| reasons::code(&front.texts, field, &value.value));
        table.row([format!("  {name}"), value.field.to_owned(), text.unwrap_or_default(), origin]);
    }
    front.output.table(&table);
    if !record.missing.is_empty() {
        let names: Vec<String> = record.missing.iter().map(|field| front.text(&format!("ead-{field}"))).collect();
        let line = front.texts.say("describe-missing", &[("fields", names.join(", ").into())]);
        front.output.note(line);
    }
}
