//! The records of a manifest: which columns of which table stand in it, under which names and as which kinds.
//!
//! These lists are the form `sohoa-dossier/1` and `sohoa-archive/1`; they stay as they are when a later schema of the
//! catalog names its columns otherwise. An id is a UUID, a hash is hexadecimal, a moment is UTC milliseconds.

use rusqlite::types::{ToSqlOutput, Value as Column, ValueRef};
use rusqlite::{Connection, Params};
use serde_json::{Map, Number, Value};
use sohoa_model::Sha256;
use sohoa_model::ids::DossierId;
use uuid::Uuid;

use crate::column::Id as _;
use crate::error::CatalogError;
use crate::event::canonical;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Id,
    Hash,
    Text,
    Integer,
    Real,
    Json,
}
use Kind::{Hash, Id, Integer, Json, Real, Text};

/// One list of a manifest: the rows of one table.
#[derive(Debug)]
pub(crate) struct Record {
    /// The name of the list.
    pub(crate) name: &'static str,
    /// The table.
    pub(crate) table: &'static str,
    /// Which rows, in which order; `?1` is the dossier in a dossier's manifest.
    pub(crate) rows: &'static str,
    /// Column, its name in the manifest, its kind.
    pub(crate) columns: &'static [(&'static str, Kind)],
}

/// What a dossier says of itself.
pub(crate) const DOSSIER: Record = Record {
    name: "dossier",
    table: "dossier",
    rows: "WHERE id = ?1",
    columns: &[
        ("id", Id),
        ("code", Text),
        ("folder", Text),
        ("created_at", Integer),
        ("listed", Integer),
        ("fonds", Text),
        ("series", Text),
        ("box_code", Text),
        ("title", Text),
        ("start_date", Text),
        ("end_date", Text),
        ("retention", Text),
        ("access", Text),
        ("paper_file_code", Text),
        ("value_class", Text),
        ("sheets", Integer),
        ("expected_pages", Integer),
        ("language", Text),
        ("condition", Text),
        ("missing_fields", Integer),
        ("delivered_at", Integer),
    ],
};

/// The lists of a dossier, each after those that it refers to; all but the readings carry the dossier in their table.
pub(crate) const OF_DOSSIER: &[Record] = &[
    Record {
        name: "documents",
        table: "document",
        rows: "WHERE dossier = ?1 ORDER BY coalesce(ordinal, -1)",
        columns: &[("id", Id), ("ordinal", Integer), ("created_at", Integer)],
    },
    Record {
        name: "files",
        table: "file",
        rows: "WHERE dossier = ?1 ORDER BY path, sha256",
        columns: &[
            ("sha256", Hash),
            ("document", Id),
            ("path", Text),
            ("stem", Text),
            ("bytes", Integer),
            ("format", Text),
            ("receipt", Id),
            ("taken_at", Integer),
            ("taken_by", Text),
            ("superseded_at", Integer),
        ],
    },
    Record {
        name: "pages",
        table: "page",
        rows: "WHERE dossier = ?1 ORDER BY number",
        columns: &[
            ("id", Id),
            ("document", Id),
            ("sha256", Hash),
            ("frame", Integer),
            ("facts", Json),
            ("below_standard", Integer),
            ("superseded_at", Integer),
            ("reading", Integer),
            ("reading_state", Text),
            ("place", Integer),
            ("turn", Integer),
            ("gone", Text),
            ("part", Text),
            ("part_name", Text),
        ],
    },
    Record {
        name: "readings",
        table: "reading",
        rows: "WHERE page IN (SELECT id FROM page WHERE dossier = ?1) ORDER BY page, number",
        columns: &[
            ("page", Id),
            ("number", Integer),
            ("at_ms", Integer),
            ("state", Text),
            ("rotation", Integer),
            ("language", Text),
            ("engine", Text),
            ("model", Hash),
            ("recipe", Hash),
            ("input", Hash),
            ("confidence", Real),
            ("milliseconds", Integer),
            ("skew", Real),
            ("ink", Real),
            ("text_sha256", Hash),
        ],
    },
    Record {
        name: "renditions",
        table: "rendition",
        rows: "WHERE dossier = ?1 ORDER BY document, number",
        columns: &[
            ("document", Id),
            ("number", Integer),
            ("kind", Text),
            ("current", Integer),
            ("at_ms", Integer),
            ("sha256", Hash),
            ("bytes", Integer),
            ("input", Hash),
            ("recipe", Hash),
            ("before_sha256", Hash),
            ("predecessor", Hash),
            ("signer", Text),
            ("issuer", Text),
            ("algorithm", Text),
            ("level", Text),
            ("signed_at", Integer),
            ("published_path", Text),
            ("verdict", Text),
            ("verdict_reason", Text),
        ],
    },
    Record {
        name: "findings",
        table: "finding",
        rows: "WHERE dossier = ?1 ORDER BY number",
        columns: &[
            ("document", Id),
            ("page", Id),
            ("origin", Text),
            ("code", Text),
            ("severity", Text),
            ("detail", Text),
            ("at_ms", Integer),
            ("closed_at", Integer),
            ("closed_by", Text),
            ("closed_reason", Text),
        ],
    },
    Record {
        name: "holds",
        table: "hold",
        rows: "WHERE dossier = ?1 ORDER BY number",
        columns: &[
            ("number", Integer),
            ("reason", Text),
            ("at_ms", Integer),
            ("operator", Text),
            ("released_at", Integer),
            ("released_by", Text),
            ("release_reason", Text),
        ],
    },
    Record {
        name: "decisions",
        table: "decision",
        rows: "WHERE dossier = ?1 ORDER BY number",
        columns: &[
            ("number", Integer),
            ("kind", Text),
            ("at_ms", Integer),
            ("operator", Text),
            ("software", Text),
            ("reason", Text),
            ("evidence", Json),
            ("bound_to", Hash),
            ("void_at", Integer),
            ("void_reason", Text),
        ],
    },
    Record {
        name: "batches",
        table: "batch",
        rows: "WHERE dossier = ?1 ORDER BY opened_at, id",
        columns: &[
            ("id", Id),
            ("device", Text),
            ("settings", Json),
            ("sides", Integer),
            ("sheets", Integer),
            ("pages", Integer),
            ("document", Integer),
            ("document_from", Integer),
            ("opened_at", Integer),
            ("opened_by", Text),
            ("closed_at", Integer),
            ("closed_by", Text),
            ("closed_how", Text),
            ("closed_reason", Text),
            ("before_page", Id),
            ("instead_of", Text),
        ],
    },
    Record {
        name: "descriptions",
        table: "description",
        rows: "WHERE dossier = ?1 ORDER BY document, number",
        columns: &[
            ("document", Id),
            ("number", Integer),
            ("at_ms", Integer),
            ("operator", Text),
            ("done", Integer),
            ("fields", Json),
        ],
    },
    Record { name: "events", table: "event", rows: "WHERE dossier = ?1 ORDER BY seq", columns: EVENT },
];

const EVENT: &[(&str, Kind)] = &[
    ("seq", Integer),
    ("id", Id),
    ("at_ms", Integer),
    ("type", Text),
    ("operator", Text),
    ("software", Text),
    ("detail", Json),
];

/// The lists of an archive.
pub(crate) const OF_ARCHIVE: &[Record] = &[
    Record {
        name: "archive",
        table: "archive",
        rows: "",
        columns: &[
            ("one", Integer),
            ("id", Id),
            ("title", Text),
            ("organisation", Text),
            ("demo", Integer),
            ("created_at", Integer),
        ],
    },
    Record {
        name: "inventory_versions",
        table: "inventory_version",
        rows: "ORDER BY version",
        columns: &[
            ("version", Integer),
            ("source_name", Text),
            ("source_sha256", Hash),
            ("at_ms", Integer),
            ("row_count", Integer),
        ],
    },
    Record {
        name: "inventory_rows",
        table: "inventory_row",
        rows: "ORDER BY code, version_from",
        columns: &[
            ("code", Text),
            ("version_from", Integer),
            ("version_to", Integer),
            ("fonds", Text),
            ("series", Text),
            ("box_code", Text),
            ("title", Text),
            ("start_date", Text),
            ("end_date", Text),
            ("retention", Text),
            ("access", Text),
            ("paper_file_code", Text),
            ("value_class", Text),
            ("sheets", Integer),
            ("expected_pages", Integer),
            ("language", Text),
            ("condition", Text),
            ("missing_fields", Integer),
        ],
    },
    Record {
        name: "targets",
        table: "target",
        rows: "ORDER BY name",
        columns: &[
            ("name", Text),
            ("share_ppm", Integer),
            ("unit", Text),
            ("value_class", Text),
            ("deadline", Text),
            ("counts_below_standard", Integer),
        ],
    },
    Record {
        name: "receipts",
        table: "receipt",
        rows: "ORDER BY begun_at, id",
        columns: &[
            ("id", Id),
            ("root", Text),
            ("options", Json),
            ("begun_at", Integer),
            ("operator", Text),
            ("software", Text),
            ("finished_at", Integer),
            ("taken", Integer),
            ("skipped", Integer),
            ("refused", Integer),
        ],
    },
    Record {
        name: "scan_profiles",
        table: "scan_profile",
        rows: "ORDER BY name",
        columns: &[("name", Text), ("settings", Json)],
    },
    Record {
        name: "custody",
        table: "custody",
        rows: "ORDER BY number",
        columns: &[
            ("number", Integer),
            ("fonds", Text),
            ("box_code", Text),
            ("kind", Text),
            ("at_ms", Integer),
            ("operator", Text),
            ("person", Text),
            ("note", Text),
        ],
    },
    // Dossiers of which nothing is known but their row of the inventory; every other one has a manifest of its own.
    Record {
        name: "planned",
        table: "dossier",
        rows: "WHERE manifest_revision = 0 ORDER BY code",
        columns: &[("id", Id), ("code", Text), ("folder", Text), ("created_at", Integer)],
    },
    Record { name: "events", table: "event", rows: "WHERE dossier IS NULL ORDER BY seq", columns: EVENT },
];

/// One row of a list in a manifest.
pub(crate) struct Row {
    /// What its field `id` says.
    pub(crate) id: Option<String>,
    /// Canonical JSON.
    pub(crate) json: String,
}

impl Record {
    /// The rows of the list, as text one by one: the values of a large register together would take many times the room.
    pub(crate) fn dump(&self, connection: &Connection, parameters: impl Params) -> Result<Vec<Row>, CatalogError> {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        let sql = format!("SELECT {} FROM {} {}", names.join(", "), self.table, self.rows);
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query(parameters)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let mut object = Map::new();
            for (i, (name, kind)) in self.columns.iter().enumerate() {
                let value = to_json(row.get_ref(i)?, *kind).ok_or_else(|| self.corrupt(name))?;
                object.insert((*name).to_owned(), value);
            }
            let id = object.get("id").and_then(Value::as_str).map(str::to_owned);
            all.push(Row { id, json: canonical(&Value::Object(object)) });
        }
        Ok(all)
    }

    /// Writes the rows of the list back; with a dossier, as its own.
    pub(crate) fn load(
        &self,
        connection: &Connection,
        rows: &[Value],
        dossier: Option<DossierId>,
    ) -> Result<(), CatalogError> {
        let mut names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        let owner = dossier.filter(|_| !matches!(self.table, "dossier" | "reading"));
        if owner.is_some() {
            names.push("dossier");
        }
        let places: Vec<String> = (1..=names.len()).map(|n| format!("?{n}")).collect();
        let sql = format!("INSERT INTO {} ({}) VALUES ({})", self.table, names.join(", "), places.join(", "));
        let mut statement = connection.prepare_cached(&sql)?;
        for row in rows {
            let object = row.as_object().ok_or_else(|| self.corrupt("row"))?;
            let mut values = Vec::with_capacity(names.len());
            for (name, kind) in self.columns {
                // A column that manifests of earlier versions have not; one that must be filled refuses it.
                let value = object.get(*name).unwrap_or(&Value::Null);
                let value = from_json(value, *kind);
                values.push(value.ok_or_else(|| self.corrupt(name))?);
            }
            values.extend(owner.map(|dossier| Column::Blob(dossier.bytes().to_vec())));
            statement.execute(rusqlite::params_from_iter(values.into_iter().map(ToSqlOutput::Owned)))?;
        }
        Ok(())
    }

    fn corrupt(&self, column: &str) -> CatalogError {
        CatalogError::Corrupt(format!("{}.{column}", self.name))
    }
}

fn to_json(value: ValueRef<'_>, kind: Kind) -> Option<Value> {
    if value == ValueRef::Null {
        return Some(Value::Null);
    }
    let json = match kind {
        Id => Value::String(Uuid::from_slice(value.as_blob().ok()?).ok()?.to_string()),
        Hash => Value::String(Sha256(value.as_blob().ok()?.try_into().ok()?).to_string()),
        Text => Value::String(value.as_str().ok()?.to_owned()),
        Integer => Value::Number(value.as_i64().ok()?.into()),
        Real => Value::Number(Number::from_f64(value.as_f64().ok()?)?),
        Json => serde_json::from_str(value.as_str().ok()?).ok()?,
    };
    Some(json)
}

fn from_json(value: &Value, kind: Kind) -> Option<Column> {
    if value.is_null() && kind != Json {
        return Some(Column::Null);
    }
    let column = match kind {
        Id => Column::Blob(Uuid::parse_str(value.as_str()?).ok()?.into_bytes().to_vec()),
        Hash => Column::Blob(value.as_str()?.parse::<Sha256>().ok()?.0.to_vec()),
        Text => Column::Text(value.as_str()?.to_owned()),
        Integer => Column::Integer(value.as_i64()?),
        Real => Column::Real(value.as_f64()?),
        Json => Column::Text(canonical(value)),
    };
    Some(column)
}
