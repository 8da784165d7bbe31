//! Descriptions of documents in the catalog: each version that a person wrote stays, the last one holds.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Map, Value, json};
use sohoa_model::description::{DocumentDescription, DocumentField, FieldValue, Origin};
use sohoa_model::ids::{DocumentId, DossierId, PageId};
use sohoa_model::page_text::Bounds;
use sohoa_model::{Act, Timestamp};
use uuid::Uuid;

use crate::Catalog;
use crate::column::{self, Id};
use crate::error::CatalogError;
use crate::event::canonical;

/// The last version of a description.
#[derive(Debug, Clone, PartialEq)]
pub struct DescriptionView {
    /// Its number, from 1.
    pub number: u32,
    /// When it was written.
    pub at: Timestamp,
    /// By whom.
    pub operator: String,
    /// Whether the person said that it is complete; else it is a draft.
    pub is_done: bool,
    /// What it says.
    pub description: DocumentDescription,
}

/// The last version of each description of a dossier.
const LAST: &str = "SELECT * FROM description AS d
    WHERE dossier = ?1 AND number = (SELECT max(number) FROM description WHERE document = d.document)";

impl Catalog {
    /// The descriptions of the documents of a dossier; a document that nobody described is not there.
    pub fn descriptions(&self, code: &str) -> Result<BTreeMap<DocumentId, DescriptionView>, CatalogError> {
        let connection = self.read();
        let dossier = crate::query::dossier_id(&connection, code)?;
        let mut statement = connection.prepare_cached(LAST)?;
        let rows = statement.query_map([dossier.bytes()], |row| Ok((column::id(row, "document")?, view(row)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Writes a version of the description of a document; one that says the same as the last is not written.
    ///
    /// The values of what is done are canonical; those of a draft may be anything that was typed. Says whether something
    /// was written.
    pub fn record_description(
        &self,
        document: DocumentId,
        description: &DocumentDescription,
        is_done: bool,
        act: &Act,
    ) -> Result<bool, CatalogError> {
        self.write(|w| {
            let dossier = w.dossier_of(document)?;
            let fields = canonical(&to_json(description));
            let sql = "SELECT number, done, fields FROM description WHERE document = ?1 ORDER BY number DESC LIMIT 1";
            let last: Option<(i64, bool, String)> =
                w.tx.query_row(sql, [document.bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                    .optional()?;
            let number = match last {
                Some((_, done, before)) if done == is_done && before == fields => return Ok(false),
                Some((number, ..)) => number + 1,
                None => 1,
            };
            w.tx.execute(
                "INSERT INTO description VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![document.bytes(), dossier.bytes(), number, act.at.0, act.operator, is_done, fields],
            )?;
            w.index_dossier(dossier)?;
            let detail = json!({ "document": document.to_string(), "number": number, "done": is_done });
            w.conclude("document description", dossier, &detail, act)?;
            Ok(true)
        })
    }
}

/// What the descriptions of a dossier say that people search for, a value a line.
pub(crate) fn words(connection: &Connection, dossier: DossierId) -> rusqlite::Result<String> {
    const FOUND: [DocumentField; 6] = [
        DocumentField::CodeNumber,
        DocumentField::CodeNotation,
        DocumentField::OrganName,
        DocumentField::Subject,
        DocumentField::Autograph,
        DocumentField::Keyword,
    ];
    let mut statement = connection.prepare_cached(LAST)?;
    let mut words = String::new();
    for row in statement.query_map([dossier.bytes()], view)? {
        let description = row?.description;
        for text in FOUND.map(|field| description.text(field).to_owned()).into_iter().filter(|text| !text.is_empty()) {
            words.push('\n');
            words.push_str(&text);
        }
    }
    Ok(words)
}

fn view(row: &Row<'_>) -> rusqlite::Result<DescriptionView> {
    let fields: String = row.get("fields")?;
    Ok(DescriptionView {
        number: row.get("number")?,
        at: column::moment(row, "at_ms")?,
        operator: row.get("operator")?,
        is_done: row.get("done")?,
        description: from_json(&fields).ok_or_else(|| column::corrupt("fields"))?,
    })
}

/// `{"subject":{"value":…,"origin":"recognition","page":…,"place":[left,top,right,bottom]},…}`
fn to_json(description: &DocumentDescription) -> Value {
    let field = |(field, value): (&DocumentField, &FieldValue)| {
        let mut object = Map::new();
        object.insert("value".to_owned(), value.text.clone().into());
        let origin = match value.origin {
            Origin::Inventory => "inventory",
            Origin::Person => "person",
            Origin::Recognition { page, place } => {
                object.insert("page".to_owned(), page.to_string().into());
                object.insert("place".to_owned(), json!([place.left, place.top, place.right, place.bottom]));
                "recognition"
            }
        };
        object.insert("origin".to_owned(), origin.into());
        (field.word().to_owned(), Value::Object(object))
    };
    Value::Object(description.values.iter().map(field).collect())
}

fn from_json(text: &str) -> Option<DocumentDescription> {
    let Value::Object(fields) = serde_json::from_str(text).ok()? else { return None };
    let mut values = BTreeMap::new();
    for (word, value) in fields {
        let field = DocumentField::from_word(&word)?;
        let origin = match value.get("origin")?.as_str()? {
            "inventory" => Origin::Inventory,
            "person" => Origin::Person,
            "recognition" => {
                let page = PageId(Uuid::parse_str(value.get("page")?.as_str()?).ok()?);
                let place: [f32; 4] = serde_json::from_value(value.get("place")?.clone()).ok()?;
                let [left, top, right, bottom] = place;
                Origin::Recognition { page, place: Bounds { left, top, right, bottom } }
            }
            _ => return None,
        };
        values.insert(field, FieldValue { text: value.get("value")?.as_str()?.to_owned(), origin });
    }
    Some(DocumentDescription { values })
}
