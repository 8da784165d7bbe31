//! Projections: what records say, as rows; a row changes only to a higher revision, and counters move by the difference.

use sohoa_model::dossier_state::DossierState;
use sohoa_wire::body::{Dossier, Page, Release, Station};
use sohoa_wire::{Kind, ProblemKind};
use sqlx_postgres::PgTransaction;
use uuid::Uuid;

use super::Sender;
use super::content::{Content, Placed, amount, body, count, day, long, short, state_number};
use crate::Refusal;
use crate::database::{rows, sql};

/// The role of the file that holds the text of a page.
const TEXT: &str = "text";

/// Projects a batch.
pub(super) async fn project(
    transaction: &mut PgTransaction<'_>,
    sender: &Sender,
    content: &Content<'_>,
) -> Result<(), Refusal> {
    dossiers(transaction, sender, content).await?;
    pages(transaction, sender, content).await?;
    items(transaction, sender, content).await?;
    station(transaction, sender, content).await?;
    releases(transaction, sender, content).await
}

/// Refuses another content under a revision that is known.
fn refuse_conflicts<'a>(known: Vec<(Uuid, i32, i64)>, placed: impl Iterator<Item = Placed<'a>>) -> Result<(), Refusal> {
    let known: std::collections::BTreeMap<Uuid, (i32, i64)> =
        known.into_iter().map(|(id, rev, line8)| (id, (rev, line8))).collect();
    for placed in placed {
        if known.get(&placed.record.id.0).is_some_and(|(rev, line8)| *rev == placed.rev() && *line8 != placed.line8()) {
            return Err(Refusal::new(ProblemKind::RevConflict).at(placed.seq));
        }
    }
    Ok(())
}

async fn dossiers(transaction: &mut PgTransaction<'_>, sender: &Sender, content: &Content<'_>) -> Result<(), Refusal> {
    let mut columns = Dossiers::default();
    for placed in content.of_kind(Kind::Dossier) {
        columns.push(&placed)?;
    }
    if columns.id.is_empty() {
        return Ok(());
    }
    let known = rows("SELECT dossier, rev, line8 FROM dossier WHERE dossier = ANY($1) ORDER BY dossier FOR UPDATE");
    let known = known.bind(&columns.id).fetch_all(&mut **transaction).await?;
    refuse_conflicts(known, content.of_kind(Kind::Dossier))?;
    sql("INSERT INTO fonds (unit_no, code) SELECT DISTINCT $1::int, code FROM unnest($2::text[]) AS f(code) \
         ORDER BY code ON CONFLICT DO NOTHING")
    .bind(sender.unit_no)
    .bind(&columns.fonds)
    .execute(&mut **transaction)
    .await?;
    sql("WITH incoming AS (SELECT i.*, f.fonds_no FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], \
             $6::text[], $7::smallint[], $8::int[], $9::int[], $10::int[], $11::bigint[], $12::bigint[], $13::bool[], \
             $14::bool[], $15::text[], $16::bool[], $17::int[], $18::bigint[], $19::bigint[]) \
             AS i(dossier, fonds, code, title, value_class, state, pages, expected_pages, documents, a4_thousandths, \
             bytes, rescan, below_standard, accepted_on, retired, rev, line8, seq) \
             JOIN fonds f ON f.unit_no = $20 AND f.code = i.fonds), \
         old AS (SELECT d.* FROM dossier d WHERE d.dossier = ANY($2::uuid[])), \
         now AS (INSERT INTO dossier (dossier, station_no, fonds_no, code, title, value_class, state, pages, \
             expected_pages, documents, a4_thousandths, bytes, rescan, below_standard, accepted_on, retired, rev, line8, \
             seq) \
             SELECT dossier, $1, fonds_no, code, title, value_class, state, pages, expected_pages, documents, \
             a4_thousandths, bytes, rescan, below_standard, accepted_on, retired, rev, line8, seq FROM incoming \
             ON CONFLICT (dossier) DO UPDATE SET station_no = excluded.station_no, fonds_no = excluded.fonds_no, \
             code = excluded.code, title = excluded.title, value_class = excluded.value_class, \
             state = excluded.state, pages = excluded.pages, expected_pages = excluded.expected_pages, \
             documents = excluded.documents, a4_thousandths = excluded.a4_thousandths, bytes = excluded.bytes, \
             rescan = excluded.rescan, below_standard = excluded.below_standard, \
             accepted_on = excluded.accepted_on, retired = excluded.retired, rev = excluded.rev, \
             line8 = excluded.line8, seq = excluded.seq WHERE excluded.rev > dossier.rev \
             RETURNING dossier, station_no, fonds_no, state, pages, a4_thousandths, bytes, retired, accepted_on, value_class, below_standard, expected_pages), \
         change AS (SELECT f.unit_no, n.station_no, n.fonds_no, n.state, 1 AS dossiers, n.pages, n.a4_thousandths, n.bytes, \
             n.accepted_on, n.value_class, n.below_standard, coalesce(n.expected_pages, n.pages) AS listed \
             FROM now n JOIN fonds f USING (fonds_no) WHERE NOT n.retired \
             UNION ALL SELECT f.unit_no, o.station_no, o.fonds_no, o.state, -1, -o.pages, -o.a4_thousandths, -o.bytes, \
             o.accepted_on, o.value_class, o.below_standard, -coalesce(o.expected_pages, o.pages) \
             FROM old o JOIN now USING (dossier) JOIN fonds f ON f.fonds_no = o.fonds_no WHERE NOT o.retired), \
         by_class AS (INSERT INTO amount AS a \
             SELECT unit_no, coalesce(value_class, ''), below_standard, state >= $21, station_no % 8, sum(dossiers), \
             sum(listed) FROM change GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5 \
             ON CONFLICT (unit_no, value_class, below_standard, is_done, slot) DO UPDATE \
             SET dossiers = a.dossiers + excluded.dossiers, pages = a.pages + excluded.pages), \
         by_day AS (INSERT INTO accepted_day AS a \
             SELECT unit_no, accepted_on, coalesce(value_class, ''), below_standard, station_no % 8, sum(dossiers), \
             sum(listed) FROM change WHERE state >= $21 AND accepted_on IS NOT NULL GROUP BY 1, 2, 3, 4, 5 \
             HAVING sum(dossiers) <> 0 OR sum(listed) <> 0 ORDER BY 1, 2, 3, 4, 5 \
             ON CONFLICT (unit_no, accepted_on, value_class, below_standard, slot) DO UPDATE \
             SET dossiers = a.dossiers + excluded.dossiers, pages = a.pages + excluded.pages), \
         by_fonds AS (INSERT INTO progress AS p \
             SELECT station_no, fonds_no, state, sum(dossiers), sum(pages), sum(a4_thousandths)::bigint, \
             sum(bytes)::bigint FROM change GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 \
             ON CONFLICT (station_no, fonds_no, state) DO UPDATE SET dossiers = p.dossiers + excluded.dossiers, \
             pages = p.pages + excluded.pages, a4_thousandths = p.a4_thousandths + excluded.a4_thousandths, \
             bytes = p.bytes + excluded.bytes) \
         INSERT INTO progress_top AS p SELECT station_no, state, sum(dossiers), sum(pages), \
             sum(a4_thousandths)::bigint, sum(bytes)::bigint FROM change GROUP BY 1, 2 ORDER BY 1, 2 \
             ON CONFLICT (station_no, state) DO UPDATE SET dossiers = p.dossiers + excluded.dossiers, \
             pages = p.pages + excluded.pages, a4_thousandths = p.a4_thousandths + excluded.a4_thousandths, \
             bytes = p.bytes + excluded.bytes")
    .bind(sender.station_no)
    .bind(&columns.id)
    .bind(&columns.fonds)
    .bind(&columns.code)
    .bind(&columns.title)
    .bind(&columns.value_class)
    .bind(&columns.state)
    .bind(&columns.pages)
    .bind(&columns.expected_pages)
    .bind(&columns.documents)
    .bind(&columns.a4_thousandths)
    .bind(&columns.bytes)
    .bind(&columns.rescan)
    .bind(&columns.below_standard)
    .bind(&columns.accepted_on)
    .bind(&columns.retired)
    .bind(&columns.rev)
    .bind(&columns.line8)
    .bind(&columns.seq)
    .bind(sender.unit_no)
    .bind(state_number(DossierState::Accepted))
    .execute(&mut **transaction)
    .await?;
    // Two stations may both have told of a dossier that neither knew: the first to commit has it.
    let stolen: Option<(Uuid,)> =
        rows("SELECT dossier FROM dossier WHERE dossier = ANY($1) AND station_no <> $2 LIMIT 1")
            .bind(&columns.id)
            .bind(sender.station_no)
            .fetch_optional(&mut **transaction)
            .await?;
    match stolen {
        Some((dossier,)) => Err(Refusal::new(ProblemKind::NotOwner).detail(dossier.to_string())),
        None => Ok(()),
    }
}

/// The columns of dossiers, side by side.
#[derive(Default)]
struct Dossiers {
    id: Vec<Uuid>,
    fonds: Vec<String>,
    code: Vec<String>,
    title: Vec<Option<String>>,
    value_class: Vec<Option<String>>,
    state: Vec<i16>,
    pages: Vec<i32>,
    expected_pages: Vec<Option<i32>>,
    documents: Vec<i32>,
    a4_thousandths: Vec<i64>,
    bytes: Vec<i64>,
    rescan: Vec<bool>,
    below_standard: Vec<bool>,
    accepted_on: Vec<Option<String>>,
    retired: Vec<bool>,
    rev: Vec<i32>,
    line8: Vec<i64>,
    seq: Vec<i64>,
}

impl Dossiers {
    fn push(&mut self, placed: &Placed<'_>) -> Result<(), Refusal> {
        let dossier: Dossier = body(placed)?;
        self.id.push(placed.record.id.0);
        self.fonds.push(short(placed, &dossier.fonds)?.to_owned());
        self.code.push(short(placed, &dossier.code)?.to_owned());
        self.title.push(long(placed, dossier.title)?);
        self.value_class.push(long(placed, dossier.value_class)?);
        self.state.push(state_number(dossier.state));
        self.pages.push(count(placed, dossier.pages)?);
        self.expected_pages.push(dossier.expected_pages.map(|pages| count(placed, pages)).transpose()?);
        self.documents.push(count(placed, dossier.documents)?);
        self.a4_thousandths.push(amount(placed, dossier.a4_thousandths)?);
        self.bytes.push(amount(placed, dossier.bytes)?);
        self.rescan.push(dossier.rescan);
        self.below_standard.push(dossier.below_standard);
        self.accepted_on.push(day(placed, dossier.accepted_on)?);
        self.retired.push(dossier.retired.is_some());
        self.rev.push(placed.rev());
        self.line8.push(placed.line8());
        self.seq.push(placed.seq());
        Ok(())
    }
}

async fn pages(transaction: &mut PgTransaction<'_>, sender: &Sender, content: &Content<'_>) -> Result<(), Refusal> {
    let mut columns = Pages::default();
    for placed in content.of_kind(Kind::Page) {
        columns.push(&placed)?;
    }
    if columns.id.is_empty() {
        return Ok(());
    }
    let known = rows(
        "SELECT p.page, p.rev, p.line8 FROM unnest($1::uuid[], $2::uuid[]) AS w(dossier, page) \
         JOIN page p USING (dossier, page)",
    );
    let known = known.bind(&columns.dossier).bind(&columns.id).fetch_all(&mut **transaction).await?;
    refuse_conflicts(known, content.of_kind(Kind::Page))?;
    sql("WITH now AS (INSERT INTO page (station_no, dossier, page, document, ordinal, master_sha256, master_bytes, width, \
             height, dpi, retired, rev, line8, seq, frame, turned, part, text_sha256) \
         SELECT $1, i.* FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::bytea[], $7::bigint[], \
             $8::int[], $9::int[], $10::int[], $11::bool[], $12::int[], $13::bigint[], $14::bigint[], $15::int[], \
             $16::int[], $17::text[], $18::bytea[]) AS i \
         ON CONFLICT (dossier, page) DO UPDATE SET station_no = excluded.station_no, document = excluded.document, \
             ordinal = excluded.ordinal, master_sha256 = excluded.master_sha256, \
             master_bytes = excluded.master_bytes, width = excluded.width, height = excluded.height, \
             dpi = excluded.dpi, retired = excluded.retired, rev = excluded.rev, line8 = excluded.line8, \
             seq = excluded.seq, frame = excluded.frame, turned = excluded.turned, part = excluded.part, \
             text_sha256 = excluded.text_sha256 WHERE excluded.rev > page.rev RETURNING dossier, page, text_sha256) \
         INSERT INTO text_waiting (dossier, page, unit_no) SELECT dossier, page, $19 FROM now WHERE text_sha256 IS NOT NULL")
    .bind(sender.station_no)
    .bind(&columns.dossier)
    .bind(&columns.id)
    .bind(&columns.document)
    .bind(&columns.ordinal)
    .bind(&columns.master_sha256)
    .bind(&columns.master_bytes)
    .bind(&columns.width)
    .bind(&columns.height)
    .bind(&columns.dpi)
    .bind(&columns.retired)
    .bind(&columns.rev)
    .bind(&columns.line8)
    .bind(&columns.seq)
    .bind(&columns.frame)
    .bind(&columns.turned)
    .bind(&columns.part)
    .bind(&columns.text_sha256)
    .bind(sender.unit_no)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// The columns of pages, side by side.
#[derive(Default)]
struct Pages {
    dossier: Vec<Uuid>,
    id: Vec<Uuid>,
    document: Vec<Uuid>,
    ordinal: Vec<i32>,
    master_sha256: Vec<Vec<u8>>,
    master_bytes: Vec<i64>,
    width: Vec<i32>,
    height: Vec<i32>,
    dpi: Vec<i32>,
    retired: Vec<bool>,
    rev: Vec<i32>,
    line8: Vec<i64>,
    seq: Vec<i64>,
    frame: Vec<Option<i32>>,
    turned: Vec<Option<i32>>,
    part: Vec<Option<String>>,
    text_sha256: Vec<Option<Vec<u8>>>,
}

impl Pages {
    fn push(&mut self, placed: &Placed<'_>) -> Result<(), Refusal> {
        let page: Page = body(placed)?;
        let Some(dossier) = placed.record.dossier else { return Err(placed.invalid("a page names no dossier")) };
        self.dossier.push(dossier.0);
        self.id.push(placed.record.id.0);
        self.document.push(page.document.0);
        self.ordinal.push(count(placed, page.ordinal)?);
        self.master_sha256.push(page.master_sha256.0.to_vec());
        self.master_bytes.push(amount(placed, page.master_bytes)?);
        self.width.push(count(placed, page.width)?);
        self.height.push(count(placed, page.height)?);
        self.dpi.push(count(placed, page.dpi)?);
        self.retired.push(page.retired.is_some());
        self.rev.push(placed.rev());
        self.line8.push(placed.line8());
        self.seq.push(placed.seq());
        self.frame.push(page.frame.map(|frame| count(placed, frame)).transpose()?);
        self.turned.push(page.turned.map(|degrees| count(placed, degrees)).transpose()?);
        self.part.push(long(placed, page.part)?);
        let text = placed.record.files.iter().find(|file| file.role == TEXT);
        self.text_sha256.push(text.map(|file| file.sha256.0.to_vec()));
        Ok(())
    }
}

/// Documents, renditions and findings.
async fn items(transaction: &mut PgTransaction<'_>, sender: &Sender, content: &Content<'_>) -> Result<(), Refusal> {
    for kind in [Kind::Document, Kind::Rendition, Kind::Finding] {
        let placed: Vec<_> = content.of_kind(kind).collect();
        if placed.is_empty() {
            continue;
        }
        let ids: Vec<Uuid> = placed.iter().map(|item| item.record.id.0).collect();
        let known: Vec<(Uuid, i32, i64, i32, Option<Uuid>)> = rows(
            "SELECT id, rev, line8, station_no, dossier FROM item WHERE kind = $1 AND id = ANY($2) ORDER BY id FOR UPDATE",
        )
        .bind(kind.word())
        .bind(&ids)
        .fetch_all(&mut **transaction)
        .await?;
        refuse_strangers(&known, sender, &placed)?;
        let known = known.into_iter().map(|(id, rev, line8, ..)| (id, rev, line8)).collect();
        refuse_conflicts(known, placed.iter().copied())?;
        let bodies = placed.iter().map(|item| serde_json::to_string(&item.record.body)).collect::<Result<Vec<_>, _>>();
        let bodies = bodies.map_err(|error| Refusal::new(ProblemKind::Internal).because(error))?;
        sql("INSERT INTO item (kind, station_no, id, dossier, rev, line8, seq, body) \
             SELECT $1, $2, id, dossier, rev, line8, seq, body::jsonb FROM unnest($3::uuid[], $4::uuid[], $5::int[], \
             $6::bigint[], $7::bigint[], $8::text[]) AS i(id, dossier, rev, line8, seq, body) \
             ON CONFLICT (kind, id) DO UPDATE SET dossier = excluded.dossier, rev = excluded.rev, \
             line8 = excluded.line8, seq = excluded.seq, body = excluded.body, station_no = excluded.station_no \
             WHERE excluded.rev > item.rev")
        .bind(kind.word())
        .bind(sender.station_no)
        .bind(&ids)
        .bind(placed.iter().map(|item| item.record.dossier.map(|id| id.0)).collect::<Vec<_>>())
        .bind(placed.iter().map(Placed::rev).collect::<Vec<_>>())
        .bind(placed.iter().map(Placed::line8).collect::<Vec<_>>())
        .bind(placed.iter().map(Placed::seq).collect::<Vec<_>>())
        .bind(&bodies)
        .execute(&mut **transaction)
        .await?;
    }
    Ok(())
}

/// Refuses what another station told of, unless it belongs to a dossier that is this station's now.
fn refuse_strangers(
    known: &[(Uuid, i32, i64, i32, Option<Uuid>)],
    sender: &Sender,
    placed: &[Placed<'_>],
) -> Result<(), Refusal> {
    for (id, .., dossier) in known.iter().filter(|(.., station_no, _)| *station_no != sender.station_no) {
        let item = placed.iter().find(|item| item.record.id.0 == *id);
        if let Some(item) = item
            && (dossier.is_none() || item.record.dossier.map(|id| id.0) != *dossier)
        {
            return Err(Refusal::new(ProblemKind::NotOwner).at(item.seq).detail(id.to_string()));
        }
    }
    Ok(())
}

async fn station(transaction: &mut PgTransaction<'_>, sender: &Sender, content: &Content<'_>) -> Result<(), Refusal> {
    for placed in content.of_kind(Kind::Station) {
        let station: Station = body(&placed)?;
        sql("UPDATE station SET software = $2, backlog = $3, disk_free = $4, disk_total = $5, pages_last_hour = $6, \
             reject_ppm = $7 WHERE station_no = $1")
        .bind(sender.station_no)
        .bind(short(&placed, &station.software)?)
        .bind(amount(&placed, station.backlog)?)
        .bind(amount(&placed, station.disk_free)?)
        .bind(amount(&placed, station.disk_total)?)
        .bind(station.pages_last_hour.map(|pages| amount(&placed, pages)).transpose()?)
        .bind(station.reject_ppm.map(i64::from))
        .execute(&mut **transaction)
        .await?;
    }
    Ok(())
}

async fn releases(transaction: &mut PgTransaction<'_>, sender: &Sender, content: &Content<'_>) -> Result<(), Refusal> {
    for placed in content.of_kind(Kind::Release) {
        let release: Release = body(&placed)?;
        let Some(dossier) = placed.record.dossier else { return Err(placed.invalid("a release names no dossier")) };
        sql("INSERT INTO assignment (dossier, station_no, number, released) VALUES ($1, $2, $3, true) \
             ON CONFLICT (dossier) DO UPDATE SET released = true \
             WHERE assignment.station_no = excluded.station_no AND assignment.number <= excluded.number")
        .bind(dossier.0)
        .bind(sender.station_no)
        .bind(count(&placed, release.assignment)?)
        .execute(&mut **transaction)
        .await?;
    }
    Ok(())
}
