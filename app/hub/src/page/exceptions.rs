//! `/exceptions`: what does not go its way by itself, the worst first; each number opens down to its dossiers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use maud::html;
use sohoa_model::dossier_state::DossierState;
use sqlx_postgres::PgPool;

use super::frame::{self, Mark, mark};
use super::session::{self, NotShown};
use super::wanted::{STUCK_DAYS, Wanted};
use super::{figures, stations};
use crate::Hub;
use crate::database::rows;
use crate::ingest::state_number;

/// The findings of a dossier and of a page that a person sent back.
const REJECTED: [&str; 2] = ["rejected", "page-rejected"];

/// Dossiers that are to be scanned again, were sent back whole, were sent back by the page, and are stuck; none is held.
async fn count(pool: &PgPool, unit_no: Option<i32>) -> Result<(i64, i64, i64, i64), NotShown> {
    let found = rows(
        "WITH seen AS (SELECT d.dossier, d.rescan, d.state, d.seq, d.station_no FROM dossier d \
             JOIN fonds f USING (fonds_no) WHERE NOT d.retired AND ($1::int IS NULL OR f.unit_no = $1) \
             AND NOT EXISTS (SELECT FROM hold h WHERE h.dossier = d.dossier)), \
         back AS (SELECT i.body->>'code' AS code, count(DISTINCT i.dossier) AS dossiers FROM item i \
             JOIN seen USING (dossier) WHERE i.kind = 'finding' AND i.body->>'open' = 'true' \
             AND i.body->>'code' IN ($5, $6) GROUP BY 1), \
         old AS (SELECT station_no, max(last_seq) AS seq FROM batch \
             WHERE received_at < now() - make_interval(days => $2) GROUP BY 1) \
         SELECT (SELECT count(*) FROM seen WHERE rescan), \
             coalesce((SELECT dossiers FROM back WHERE code = $5), 0), \
             coalesce((SELECT dossiers FROM back WHERE code = $6), 0), \
             (SELECT count(*) FROM seen JOIN old USING (station_no) \
              WHERE seen.state > $3 AND seen.state < $4 AND seen.seq <= old.seq)",
    )
    .bind(unit_no)
    .bind(STUCK_DAYS)
    .bind(state_number(DossierState::Planned))
    .bind(state_number(DossierState::Accepted))
    .bind(REJECTED[0])
    .bind(REJECTED[1])
    .fetch_one(pool)
    .await?;
    Ok(found)
}

pub(super) async fn show(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Result<Response, NotShown> {
    let visitor = session::looking(&hub, &headers, "/exceptions").await?;
    let language = visitor.language;
    let say = |vi, en| language.say(vi, en);
    let held = figures::held(&hub.pool, visitor.unit_no).await?;
    let (rescan, rejected, pages_rejected, stuck) = count(&hub.pool, visitor.unit_no).await?;
    let stations = stations::read(&hub.pool, visitor.unit_no).await?;
    let stuck_words = format!(
        "{} {STUCK_DAYS} {}",
        say("hồ sơ đang làm không đổi đã", "dossiers in work did not change for"),
        say("ngày", "days")
    );
    let kinds = [
        (Mark::Reject, rejected, say("hồ sơ không được nhận", "dossiers were rejected"), "/dossiers?finding=rejected"),
        (
            Mark::Reject,
            pages_rejected,
            say("hồ sơ có trang bị trả lại", "dossiers have pages that were sent back"),
            "/dossiers?finding=page-rejected",
        ),
        (Mark::Reject, rescan, say("hồ sơ cần quét lại", "dossiers are to be scanned again"), "/dossiers?only=rescan"),
        (Mark::Warn, stuck, stuck_words.as_str(), "/dossiers?only=stuck"),
    ];
    let title = say("Ngoại lệ", "Exceptions");
    let silent: Vec<_> = stations.iter().filter(|station| station.worst(language).0 != Mark::Pass).collect();
    let content = html! {
        h1 { (title) }
        section .card aria-labelledby="dossiers" {
            h2 #dossiers { (say("Hồ sơ", "Dossiers")) }
            ul .plain {
                li {
                    (mark(if held > 0 { Mark::Held } else { Mark::Pass }, None))
                    div {
                        @if held > 0 && visitor.may_decide { a href="/dossiers?only=held" { (language.count(held)) } } @else { (language.count(held)) }
                        " " (say("hồ sơ đang bị giữ", "dossiers are held"))
                    }
                }
                @for (of, number, words, link) in kinds {
                    li {
                        (mark(if number > 0 { of } else { Mark::Pass }, None))
                        div { @if number > 0 { a href=(link) { (language.count(number)) } } @else { "0" } " " (words) }
                    }
                }
            }
        }
        section .card aria-labelledby="stations" {
            h2 #stations { (say("Trạm quét", "Stations")) }
            @if silent.is_empty() { p .muted { (say("Mọi trạm đều bình thường.", "Every station is as it should be.")) } }
            ul .plain {
                @for station in silent {
                    @let (mark_of, words) = station.worst(language);
                    li { (mark(mark_of, None)) div { a href=(Wanted::of_station(station.number).link()) { (station.name) } ": " (words) } }
                }
            }
        }
    };
    Ok(frame::page(&visitor, "/exceptions", title, &content))
}
