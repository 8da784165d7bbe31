//! Custody of boxes: to whom a box was handed out, who gave it back, and when it was refiled.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::json;
use sohoa_model::{Act, Timestamp};

use crate::Catalog;
use crate::column;
use crate::error::CatalogError;
use crate::query::{DossierRow, dossier_row};

/// A box as the inventory names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BoxName {
    /// The fonds that it belongs to.
    pub fonds: String,
    /// Its code in the fonds.
    pub code: String,
}

/// What happened to a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MovementKind {
    /// It was handed out to be scanned.
    HandedOut,
    /// It was given back.
    Returned,
    /// It went back onto its shelf.
    Refiled,
}

impl MovementKind {
    /// The word in the catalog and in records.
    pub fn word(self) -> &'static str {
        match self {
            Self::HandedOut => "handed-out",
            Self::Returned => "returned",
            Self::Refiled => "refiled",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::HandedOut, Self::Returned, Self::Refiled].into_iter().find(|kind| kind.word() == word)
    }

    /// Whether it can happen to a box to which `last` happened.
    fn may_follow(self, last: Option<Self>) -> bool {
        match self {
            Self::HandedOut => last != Some(Self::HandedOut),
            Self::Returned => last == Some(Self::HandedOut),
            Self::Refiled => last == Some(Self::Returned),
        }
    }
}

/// A movement of a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// What.
    pub kind: MovementKind,
    /// When.
    pub at: Timestamp,
    /// Who wrote it down.
    pub operator: String,
    /// Who took the box, or gave it back.
    pub person: String,
    /// What was said of it.
    pub note: String,
}

/// A box with what is in it and what happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxView {
    /// Its name.
    pub name: BoxName,
    /// Its dossiers, by code.
    pub dossiers: Vec<DossierRow>,
    /// Its movements, the oldest first.
    pub movements: Vec<Movement>,
}

fn movement(row: &Row<'_>) -> rusqlite::Result<Movement> {
    Ok(Movement {
        kind: column::word(row, "kind", MovementKind::from_word)?,
        at: column::moment(row, "at_ms")?,
        operator: row.get("operator")?,
        person: row.get("person")?,
        note: row.get("note")?,
    })
}

fn last(connection: &Connection, name: &BoxName) -> Result<Option<MovementKind>, CatalogError> {
    let sql = "SELECT * FROM custody WHERE fonds = ?1 AND box_code = ?2 ORDER BY number DESC LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row(params![name.fonds, name.code], movement).optional()?.map(|movement| movement.kind))
}

impl Catalog {
    /// The boxes with this code, one for each fonds that has it.
    pub fn boxes_named(&self, code: &str) -> Result<Vec<BoxName>, CatalogError> {
        let connection = self.read();
        let sql = "SELECT DISTINCT fonds FROM dossier WHERE box_code = ?1 AND box_code <> '' ORDER BY fonds";
        let mut statement = connection.prepare_cached(sql)?;
        let names = statement.query_map([code], |row| Ok(BoxName { fonds: row.get(0)?, code: code.to_owned() }))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// A box.
    ///
    /// # Errors
    /// [`CatalogError::Unknown`] if no dossier is in it.
    pub fn box_view(&self, name: &BoxName) -> Result<BoxView, CatalogError> {
        let connection = self.read();
        let sql = "SELECT * FROM dossier WHERE fonds = ?1 AND box_code = ?2 ORDER BY code";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([&name.fonds, &name.code], dossier_row)?;
        let dossiers: Vec<DossierRow> = rows.collect::<Result<_, _>>()?;
        if dossiers.is_empty() {
            return Err(CatalogError::Unknown { noun: "box", id: name.code.clone() });
        }
        let sql = "SELECT * FROM custody WHERE fonds = ?1 AND box_code = ?2 ORDER BY number";
        let mut statement = connection.prepare_cached(sql)?;
        let movements = statement.query_map([&name.fonds, &name.code], movement)?.collect::<Result<_, _>>()?;
        Ok(BoxView { name: name.clone(), dossiers, movements })
    }

    /// Boxes that are not on their shelves, with what happened to them last, the longest away first.
    pub fn boxes_away(&self) -> Result<Vec<(BoxName, Movement)>, CatalogError> {
        let connection = self.read();
        let sql = "SELECT * FROM custody WHERE kind <> 'refiled' AND number IN
                    (SELECT max(number) FROM custody GROUP BY fonds, box_code) ORDER BY at_ms, number";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| {
            Ok((BoxName { fonds: row.get("fonds")?, code: row.get("box_code")? }, movement(row)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Writes a movement down.
    ///
    /// # Errors
    /// [`CatalogError::BoxElsewhere`] if it can't have happened after the last one.
    pub fn move_box(
        &self,
        name: &BoxName,
        kind: MovementKind,
        person: &str,
        note: &str,
        act: &Act,
    ) -> Result<(), CatalogError> {
        self.write(|w| {
            let last = last(&w.tx, name)?;
            if !kind.may_follow(last) {
                let last = last.map_or("never-out", MovementKind::word);
                return Err(CatalogError::BoxElsewhere { code: name.code.clone(), last });
            }
            w.tx.execute(
                "INSERT INTO custody (fonds, box_code, kind, at_ms, operator, person, note)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![name.fonds, name.code, kind.word(), act.at.0, act.operator, person, note],
            )?;
            let event = format!("box {}", kind.word().replace('-', " "));
            let detail = json!({ "fonds": name.fonds, "box": name.code, "person": person, "note": note });
            w.event(&event, None, &detail, act)?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::fixture::{Fixture, act, counting, fixture, row};
    use MovementKind::{HandedOut, Refiled, Returned};

    fn boxed(fonds: &str) -> BoxName {
        BoxName { fonds: fonds.into(), code: "12".into() }
    }

    /// Two fonds, each with a box 12.
    fn boxes() -> (Fixture, BoxName, BoxName) {
        let f = fixture();
        let mut other = row("H.3", 1);
        other.fonds = "Phông Tòa án".into();
        f.list(&[row("H.1", 1), row("H.2", 1), other]);
        (f, boxed("Phông Sở Tư pháp"), boxed("Phông Tòa án"))
    }

    fn go(catalog: &Catalog, name: &BoxName, kind: MovementKind, second: i64) -> Result<(), CatalogError> {
        catalog.move_box(name, kind, "Bình", "niêm phong", &act("lan", second))
    }

    #[test]
    fn a_box_moves_only_from_where_it_is() {
        let cases = [
            (vec![], vec![HandedOut]),
            (vec![HandedOut], vec![Returned]),
            (vec![HandedOut, Returned], vec![HandedOut, Refiled]),
            (vec![HandedOut, Returned, Refiled], vec![HandedOut]),
        ];
        for (before, allowed) in cases {
            for kind in [HandedOut, Returned, Refiled] {
                let (f, name, _) = boxes();
                for (second, earlier) in (1..).zip(&before) {
                    go(&f.catalog, &name, *earlier, second).unwrap();
                }
                let events = f.catalog.events(None, 99).unwrap().len();
                let moved = go(&f.catalog, &name, kind, 9);
                assert_eq!(moved.is_ok(), allowed.contains(&kind), "{kind:?} after {before:?}");
                let written = usize::from(moved.is_ok());
                assert_eq!(f.catalog.box_view(&name).unwrap().movements.len(), before.len() + written);
                assert_eq!(f.catalog.events(None, 99).unwrap().len(), events + written, "{kind:?} after {before:?}");
            }
        }
    }

    #[test]
    fn boxes_of_two_fonds_with_one_code_are_two() {
        let (f, ours, theirs) = boxes();
        assert_eq!(f.catalog.boxes_named("12").unwrap(), [ours.clone(), theirs.clone()]);
        assert!(f.catalog.boxes_named("").unwrap().is_empty());
        assert!(matches!(f.catalog.box_view(&boxed("Phông lạ")), Err(CatalogError::Unknown { noun: "box", .. })));
        go(&f.catalog, &theirs, HandedOut, 1).unwrap();
        go(&f.catalog, &ours, HandedOut, 2).unwrap();
        go(&f.catalog, &ours, Returned, 3).unwrap();
        let away: Vec<_> = f.catalog.boxes_away().unwrap().into_iter().map(|(name, last)| (name, last.kind)).collect();
        assert_eq!(away, [(theirs.clone(), HandedOut), (ours.clone(), Returned)]);
        go(&f.catalog, &ours, Refiled, 4).unwrap();
        assert_eq!(f.catalog.boxes_away().unwrap().len(), 1);
        assert_eq!(f.catalog.box_view(&ours).unwrap().dossiers.len(), 2);
        assert_eq!(f.catalog.box_view(&theirs).unwrap().movements[0].person, "Bình");
    }

    #[test]
    fn the_database_refuses_to_rewrite_movements() {
        let (f, name, _) = boxes();
        go(&f.catalog, &name, HandedOut, 1).unwrap();
        let raw = Connection::open(f.folder.path().join("catalog.sqlite")).unwrap();
        let lines =
            ["UPDATE custody SET person = 'x'", "DELETE FROM custody", "REPLACE INTO custody SELECT * FROM custody"];
        for sql in lines {
            let error = raw.execute(sql, []).unwrap_err().to_string();
            assert!(error.contains("movements are never"), "{error}");
        }
        assert_eq!(f.catalog.box_view(&name).unwrap().movements.len(), 1);
    }

    #[test]
    fn movements_come_back_from_the_manifest_and_older_ones_have_none() {
        let (f, name, _) = boxes();
        go(&f.catalog, &name, HandedOut, 1).unwrap();
        go(&f.catalog, &name, Returned, 2).unwrap();
        let manifest = f.catalog.archive_manifest(&act("an", 3)).unwrap();
        let again = |file: &str, bytes: &[u8]| {
            let copy = Catalog::create_empty(&f.folder.path().join(file), counting()).unwrap();
            copy.restore_archive(bytes, &act("an", 4)).unwrap();
            copy.box_view(&name).unwrap().movements
        };
        assert_eq!(again("again.sqlite", &manifest.bytes), f.catalog.box_view(&name).unwrap().movements);
        let mut older: Value = serde_json::from_slice(&manifest.bytes).unwrap();
        older.as_object_mut().unwrap().remove("custody").unwrap();
        assert_eq!(again("older.sqlite", &serde_json::to_vec(&older).unwrap()), []);
    }
}
