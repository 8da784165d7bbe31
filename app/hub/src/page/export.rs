//! `/export/<what>.csv` and `.xlsx`: the tables of the pages, to take away; who took what is in the access log.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use sohoa_model::Timestamp;
use sohoa_model::day::Day;
use sohoa_model::dossier_state::DossierState;
use sohoa_wire::ProblemKind;
use uuid::Uuid;

use super::figures::{self, Fonds};
use super::list::{self, state_name};
use super::session::{self, NotShown, Visitor};
use super::sheet::{Cell, Sheet};
use super::wanted::Wanted;
use super::{PROTECTION, people, stations, targets};
use crate::access::{self, About, Deed};
use crate::database;
use crate::words::Language;
use crate::{Hub, Refusal, indicators};

/// Dossiers in one file, at most: what a spreadsheet still opens.
const MOST: i64 = 100_000;

/// Seconds that it may take.
const TABLE_S: u32 = 30;

/// The links to both forms of a table.
pub(super) fn links(what: &str, query: &str, language: Language) -> Markup {
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    let say = |vi, en| language.say(vi, en);
    let words = match what {
        "progress" => say("Tải về tiến độ", "Download the progress"),
        "fonds" => say("Tải về bảng phông", "Download the fonds"),
        "stations" => say("Tải về bảng trạm quét", "Download the stations"),
        "people" => say("Tải về bảng người làm", "Download the people"),
        _ => say("Tải về danh sách hồ sơ", "Download the dossiers"),
    };
    html! {
        a .button href={ "/export/" (what) ".csv" (query) } { span .hidden { (words) " " } "CSV" }
        a .button href={ "/export/" (what) ".xlsx" (query) } { span .hidden { (words) " " } "XLSX" }
    }
}

pub(super) async fn send(
    State(hub): State<Arc<Hub>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, NotShown> {
    let visitor = session::visitor(&hub, &headers).await?;
    let not_found = || Refusal::new(ProblemKind::NotFound);
    let (what, form) = name.rsplit_once('.').ok_or_else(not_found)?;
    let _turn = hub.look().await?;
    let wanted = Wanted::of(query.as_deref(), &visitor);
    let sheet = match what {
        "progress" => progress(&hub, &visitor).await?,
        "fonds" => fonds(&hub, &visitor).await?,
        "dossiers" => dossiers(&hub, &visitor, &wanted).await?,
        "stations" => of_stations(&hub, &visitor).await?,
        "people" if visitor.may_decide => people::sheet(&hub, &visitor).await?,
        _ => return Err(not_found().into()),
    };
    let (media_type, bytes) = match form {
        "csv" => ("text/csv; charset=utf-8", sheet.csv().into_bytes()),
        "xlsx" => {
            let made = tokio::task::spawn_blocking(move || sheet.xlsx()).await;
            let made = made.map_err(|error| Refusal::new(ProblemKind::Internal).because(error))?;
            let bytes = made.map_err(|error| Refusal::new(ProblemKind::Internal).because(error))?;
            ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", bytes)
        }
        _ => return Err(not_found().into()),
    };
    let narrowed = if what == "dossiers" { wanted.query() } else { String::new() };
    let detail = if narrowed.is_empty() { name.clone() } else { format!("{name}?{narrowed}") };
    access::write(&hub.pool, &visitor.login, Deed::Export, About { detail: Some(&detail), ..About::default() }).await?;
    let file = format!("attachment; filename=\"sohoa-{what}-{}.{form}\"", Day::of(hub.now()));
    Ok((PROTECTION, [(CONTENT_TYPE, media_type.to_owned()), (CONTENT_DISPOSITION, file)], bytes).into_response())
}

async fn progress(hub: &Hub, visitor: &Visitor) -> Result<Sheet, NotShown> {
    let language = visitor.language;
    let say = |vi, en| language.say(vi, en);
    let row = |name: String, unit: String, day: String, amounts: Option<(i64, i64)>, ppm: i64| {
        let unknown = || Cell::text("–");
        let [done, whole, share] = match amounts {
            Some((done, whole)) => [Cell::Number(done), Cell::Number(whole), Cell::Text(language.share(done, whole))],
            None => [unknown(), unknown(), unknown()],
        };
        let target = Cell::Text(language.share(ppm, 1_000_000));
        vec![Cell::Text(name), Cell::Text(unit), Cell::Text(day), done, whole, share, target]
    };
    let mut found = Vec::new();
    for standing in targets::read(&hub.pool, visitor.unit_no).await? {
        let target = standing.target;
        let unit = targets::unit_name(language, &target.unit).to_owned();
        found.push(row(target.name, unit, target.deadline, standing.amounts, i64::from(target.share_ppm)));
    }
    for (unit, name, as_of, part, whole, ppm) in indicators::standing(&hub.pool, visitor.unit_no).await? {
        found.push(row(name, unit, as_of, Some((part, whole)), i64::from(ppm)));
    }
    let by_day = figures::dossiers_by_day(&figures::accepted(&hub.pool, visitor.unit_no).await?);
    let course = figures::course(&by_day, 0, 0, Day::of(hub.now()));
    let whole = figures::fonds(&hub.pool, visitor.unit_no).await?.iter().map(Fonds::whole).sum();
    for (day, done) in course.over_time {
        found.push(row(
            say("Đã số hóa", "Digitized").to_owned(),
            say("hồ sơ", "dossiers").to_owned(),
            day.to_string(),
            Some((done, whole)),
            1_000_000,
        ));
    }
    let heads = vec![
        say("Chỉ tiêu", "Target"),
        say("Đơn vị", "Unit"),
        say("Ngày", "Day"),
        say("Đã có", "Done"),
        say("Tổng", "Whole"),
        say("Tỷ lệ", "Share"),
        say("Tỷ lệ cần đạt", "Share aimed at"),
    ];
    Ok(Sheet { title: say("Tiến độ", "Progress").to_owned(), heads, rows: found })
}

async fn fonds(hub: &Hub, visitor: &Visitor) -> Result<Sheet, NotShown> {
    use DossierState::{Assembled, Captured, Planned, Signed};
    let say = |vi, en| visitor.language.say(vi, en);
    let rows = figures::fonds(&hub.pool, visitor.unit_no).await?.into_iter().map(|fonds| {
        let numbers = [
            fonds.whole(),
            fonds.between(Planned, Planned),
            fonds.between(Captured, Assembled),
            fonds.between(Signed, Signed),
            fonds.done(),
            fonds.rescan,
        ];
        [Cell::Text(fonds.unit), Cell::Text(fonds.code)].into_iter().chain(numbers.map(Cell::Number)).collect()
    });
    let heads = vec![
        say("Đơn vị", "Unit"),
        say("Phông", "Fonds"),
        say("Tổng hồ sơ", "Dossiers"),
        say("Chưa quét", "Not scanned"),
        say("Đang làm", "In work"),
        say("Đã ký, chờ nhận", "Signed, not accepted yet"),
        say("Được nhận", "Accepted"),
        say("Quét lại", "Rescan"),
    ];
    Ok(Sheet { title: say("Phông", "Fonds").to_owned(), heads, rows: rows.collect() })
}

async fn dossiers(hub: &Hub, visitor: &Visitor, wanted: &Wanted) -> Result<Sheet, NotShown> {
    let language = visitor.language;
    let say = |vi, en| language.say(vi, en);
    let mut transaction = database::look(&hub.pool, TABLE_S).await?;
    let found = list::read(&mut transaction, visitor, wanted, ("", Uuid::nil()), MOST + 1).await?;
    transaction.commit().await?;
    if found.len() as i64 > MOST {
        let refusal = Refusal::new(ProblemKind::TooLarge).detail("over 100000 dossiers").said(
            "Có hơn 100 000 hồ sơ, quá nhiều cho một tệp; chưa có gì được tải về. Hãy chọn một phông rồi tải lại.",
            "There are over 100,000 dossiers, too many for one file; nothing was taken. Choose one fonds and take that.",
        );
        return Err(refusal.into());
    }
    let rows = found.into_iter().map(|(_, code, title, fonds, state, pages, expected, rescan, held)| {
        if held {
            let held = Cell::text(say("(đang bị giữ)", "(held)"));
            let empty = || Cell::text("");
            return vec![Cell::Text(code), held, Cell::Text(fonds), empty(), empty(), empty(), empty()];
        }
        let expected = expected.map_or_else(|| Cell::text(""), |expected| Cell::Number(expected.into()));
        let rescan = if rescan { say("có", "yes") } else { "" };
        vec![
            Cell::Text(code),
            Cell::Text(title.unwrap_or_default()),
            Cell::Text(fonds),
            Cell::text(state_name(language, state)),
            Cell::Number(pages.into()),
            expected,
            Cell::text(rescan),
        ]
    });
    let heads = vec![
        say("Mã hồ sơ", "Code"),
        say("Tiêu đề", "Title"),
        say("Phông", "Fonds"),
        say("Trạng thái", "State"),
        say("Trang", "Pages"),
        say("Trang dự kiến", "Expected pages"),
        say("Quét lại", "Rescan"),
    ];
    Ok(Sheet { title: say("Hồ sơ", "Dossiers").to_owned(), heads, rows: rows.collect() })
}

async fn of_stations(hub: &Hub, visitor: &Visitor) -> Result<Sheet, NotShown> {
    let language = visitor.language;
    let say = |vi, en| language.say(vi, en);
    let rows = stations::read(&hub.pool, visitor.unit_no).await?.into_iter().map(|station| {
        let seen = station.seen_at.map(|at| Timestamp(at.timestamp_millis()).short_vietnam()).unwrap_or_default();
        let words = station.worst(language).1;
        let again = station.again(language);
        vec![
            Cell::Text(station.name),
            Cell::Text(seen),
            Cell::Number(station.backlog),
            Cell::Number(station.today),
            Cell::Number(station.pages),
            Cell::Text(again),
            Cell::Text(words),
        ]
    });
    let heads = vec![
        say("Trạm", "Station"),
        say("Liên lạc", "Heard of"),
        say("Bản ghi chờ gửi", "Records waiting"),
        say("Trang hôm nay", "Pages today"),
        say("Trang đã gửi", "Pages sent"),
        say("Quét lại, 28 ngày", "Again, 28 days"),
        say("Tình trạng", "How it is"),
    ];
    Ok(Sheet { title: say("Trạm quét", "Stations").to_owned(), heads, rows: rows.collect() })
}
