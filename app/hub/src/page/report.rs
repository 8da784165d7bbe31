//! `/report`: the report of a day as an administrative paper, ready for A4; the same as a file by `sohoa-hub report`.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::Datelike;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sohoa_model::Timestamp;
use sohoa_model::day::Day;
use sohoa_wire::ProblemKind;
use sqlx_postgres::PgPool;

use super::chart::Chart;
use super::figures::{self, Course, Fonds};
use super::frame::{self, Mark};
use super::session::{self, NotShown};
use super::targets::{self, Standing};
use super::wanted::{Wanted, Work};
use super::{field, fields, stations};
use crate::access::{self, About, Deed};
use crate::database::rows;
use crate::words::Language;
use crate::{Hub, Refusal, hub};

/// What was done on the day at a station: its number, who, pages, pages again.
type Done = (i32, Option<String>, i64, i64);

/// Everything that the report says.
struct Report {
    day: Day,
    now: Timestamp,
    unit: Option<String>,
    fonds: Vec<Fonds>,
    whole: i64,
    course: Course,
    targets: Vec<Standing>,
    stations: Vec<stations::Station>,
    done: Vec<Done>,
    accepted: i64,
    held: i64,
}

async fn read(pool: &PgPool, unit_no: Option<i32>, day: Day) -> Result<Report, NotShown> {
    let unit: Option<(String,)> =
        rows("SELECT name FROM unit WHERE unit_no = $1").bind(unit_no).fetch_optional(pool).await?;
    let fonds = figures::fonds(pool, unit_no).await?;
    let by_day = figures::dossiers_by_day(&figures::accepted(pool, unit_no).await?);
    let whole = fonds.iter().map(Fonds::whole).sum();
    let accepted = by_day.get(&day).copied().unwrap_or(0);
    let done = rows(
        "SELECT w.station_no, string_agg(DISTINCT w.agent, ', '), sum(w.pages)::bigint, sum(w.again)::bigint FROM shown_work w \
         JOIN station s USING (station_no) WHERE w.day = $2::text::date AND w.event = 'ingestion' \
         AND ($1::int IS NULL OR s.unit_no = $1) GROUP BY 1",
    )
    .bind(unit_no)
    .bind(day.to_string())
    .fetch_all(pool)
    .await?;
    Ok(Report {
        day,
        now: hub::now(),
        unit: unit.map(|(name,)| name),
        course: figures::course(&by_day, 0, whole, day),
        fonds,
        whole,
        targets: targets::read(pool, unit_no).await?,
        stations: stations::read(pool, unit_no).await?,
        done,
        accepted: i64::try_from(accepted).unwrap_or(i64::MAX),
        held: figures::held(pool, unit_no).await?,
    })
}

pub(super) async fn show(
    State(hub): State<Arc<Hub>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, NotShown> {
    let visitor = session::visitor(&hub, &headers).await?;
    let language = visitor.language;
    let fields = fields(query.as_deref().unwrap_or_default().as_bytes());
    let today = Day::of(hub.now());
    let day = match field(&fields, "day") {
        "" => today,
        text => {
            let day = Day::parse(text).filter(|day| *day <= today);
            day.ok_or_else(|| Refusal::new(ProblemKind::Malformed).detail("the day is not written YYYY-MM-DD"))?
        }
    };
    let _turn = hub.look().await?;
    let report = read(&hub.pool, visitor.unit_no, day).await?;
    let detail = format!("report {day}");
    access::write(&hub.pool, &visitor.login, Deed::Export, About { detail: Some(&detail), ..About::default() }).await?;
    let content = html! {
        form .day method="get" action="/report" {
            label for="day" { (language.say("Báo cáo của ngày", "Report of")) }
            input #day type="date" name="day" value=(day) max=(today);
            button type="submit" { (language.say("Xem", "Show")) }
            p .muted { (language.say("In bằng lệnh in của trình duyệt (Ctrl P), khổ A4.", "Print it with the browser (Ctrl P), on A4.")) }
        }
        (report.paper(language, visitor.may_decide, Medium::Page))
    };
    Ok(frame::page(&visitor, "/progress", language.say("Báo cáo ngày", "Daily report"), &content))
}

/// The report as a file that needs nothing else; no unit: of all.
pub(super) async fn file(pool: &PgPool, unit_no: Option<i32>, language: Language, day: Day) -> Result<String, Refusal> {
    let report = read(pool, unit_no, day).await.map_err(|not_shown| match not_shown {
        NotShown::Refused(refusal) => refusal,
        NotShown::SignInFirst => Refusal::new(ProblemKind::Internal),
    })?;
    let text = html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                title { (language.say("Báo cáo ngày", "Daily report")) " " (day) }
                // Our own text, without any mark of HTML in it.
                style { (PreEscaped(include_str!("style.css"))) }
            }
            body { main { (report.paper(language, true, Medium::File)) } }
        }
    };
    Ok(text.into_string())
}

/// Where a report is read: a number of the page opens down to its dossiers, a file leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Medium {
    Page,
    File,
}

impl Medium {
    fn number(self, language: Language, number: i64, of: &Wanted) -> Markup {
        match self {
            Self::Page => html! { a href=(of.link()) { (language.count(number)) } },
            Self::File => html! { (language.count(number)) },
        }
    }
}

impl Report {
    /// What was captured on the day, at a station or everywhere.
    fn captured(&self, station: Option<i32>) -> Wanted {
        Wanted { station, work: Work::captured_on(self.day), ..Wanted::default() }
    }

    /// The paper; who did what is on it `with_people` alone.
    fn paper(&self, language: Language, with_people: bool, medium: Medium) -> Markup {
        let say = |vi, en| language.say(vi, en);
        let done = self.course.over_time.last().map_or(0, |(_, done)| *done);
        let (pages, again) = self.done.iter().fold((0, 0), |sum, row| (sum.0 + row.2, sum.1 + row.3));
        let of_done = Wanted { state: "done".to_owned(), ..Wanted::default() };
        let done_by = Wanted { accepted: (None, Some(self.day)), ..of_done.clone() };
        let accepted = Wanted { accepted: (Some(self.day), Some(self.day)), ..of_done };
        let captured = self.captured(None);
        let captured_again = Wanted { work: captured.work.clone().again(), ..captured.clone() };
        let held = Wanted { only: "held".to_owned(), ..Wanted::default() };
        let words = figures::sentence(language, 1_000_000, &self.course.foretold);
        let chart = Chart::of_all(language, &self.course, &words, self.whole, self.day);
        html! {
            article .report {
                div .form-head {
                    div { p { (say("SỐ HÓA TÀI LIỆU LƯU TRỮ", "DIGITIZATION OF RECORDS")) } p { strong { (self.unit.as_deref().unwrap_or(say("Tất cả đơn vị", "All units"))) } } }
                    div lang="vi" {
                        p { strong { "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" } }
                        p { strong .rule { "Độc lập – Tự do – Hạnh phúc" } }
                        p { em { (written(self.day)) } }
                    }
                }
                h1 { (say("BÁO CÁO NGÀY", "DAILY REPORT")) }
                p .center { strong { (say("Tiến độ số hóa tài liệu lưu trữ có giá trị", "Progress of the digitization of valuable records")) } }
                p .center { (say("Số liệu đến ", "Figures up to ")) (self.day.short()) (say(", in lúc ", ", printed at ")) (self.now.short_vietnam()) }
                div .box {
                    strong .share { (language.share(done, self.whole)) }
                    div {
                        p { strong { (medium.number(language, done, &done_by)) " / " (medium.number(language, self.whole, &Wanted::default())) " " (say("hồ sơ", "dossiers")) } " " (say("đã được nhận.", "are accepted.")) }
                        p {
                            (say("Trong ngày: ", "On the day: ")) (medium.number(language, self.accepted, &accepted)) " " (say("hồ sơ được nhận, ", "dossiers accepted, "))
                            (medium.number(language, pages, &captured)) " " (say("trang quét, quét lại ", "pages captured, again ")) (medium.number(language, again, &captured_again)) " (" (language.share(again, pages)) "). "
                            @for standing in &self.targets {
                                (standing.target.name) ": " strong { @if standing.is_reached() { (say("đạt", "reached")) } @else { (standing.amounts.map_or_else(|| "–".to_owned(), |(done, whole)| language.share(done, whole))) } } ". "
                            }
                        }
                        p { (words) }
                    }
                }
                h2 { "1. " (say("Tiến độ và dự báo", "Progress and forecast")) }
                (chart.draw())
                h2 { "2. " (say("Theo phông", "By fonds")) }
                (self.by_fonds(language, medium))
                h2 { "3. " (say("Theo trạm, trong ngày", "By station, on the day")) }
                (self.by_station(language, with_people, medium))
                h2 { "4. " (say("Ngoại lệ cần quyết định", "Exceptions to decide about")) }
                p {
                    @let bad: Vec<String> = self.stations.iter().filter(|station| station.worst(language).0 != Mark::Pass)
                        .map(|station| format!("{}: {}", station.name, station.worst(language).1)).collect();
                    @if with_people { (medium.number(language, self.held, &held)) } @else { (language.count(self.held)) } " " (say("hồ sơ đang bị giữ", "dossiers are held")) @for words in bad { " · " (words) } "."
                }
                div .signatures {
                    div { p { strong { (say("NGƯỜI LẬP", "WRITTEN BY")) } } p { em { (say("(ký, ghi rõ họ tên)", "(signature and name)")) } } }
                    div { p { strong { (say("LÃNH ĐẠO ĐƠN VỊ", "HEAD OF THE UNIT")) } } p { em { (say("(ký, ghi rõ họ tên)", "(signature and name)")) } } }
                }
            }
        }
    }

    fn by_fonds(&self, language: Language, medium: Medium) -> Markup {
        let say = |vi, en| language.say(vi, en);
        html! {
            table {
                caption .hidden { (say("Theo phông", "By fonds")) }
                thead { tr {
                    th scope="col" { (say("Phông", "Fonds")) }
                    th .number scope="col" { (say("Hồ sơ", "Dossiers")) }
                    th .number scope="col" { (say("Đã số hóa", "Digitized")) }
                    th .number scope="col" { (say("Tỷ lệ", "Share")) }
                    th scope="col" { span .hidden { (say("Tỷ lệ, hình", "Share, drawn")) } }
                } }
                tbody {
                    @for fonds in &self.fonds {
                        @let width = if fonds.whole() > 0 { 100.0 * fonds.done() as f64 / fonds.whole() as f64 } else { 0.0 };
                        @let all = Wanted { fonds: Some(fonds.number), ..Wanted::default() };
                        @let of_done = Wanted { state: "done".to_owned(), ..all.clone() };
                        tr {
                            th scope="row" { (fonds.code) }
                            td .number { (medium.number(language, fonds.whole(), &all)) }
                            td .number { (medium.number(language, fonds.done(), &of_done)) }
                            td .number { strong { (language.share(fonds.done(), fonds.whole())) } }
                            td { svg .drawn viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" {
                                rect .outline width="100" height="6" {}
                                rect .fill width=(format!("{width:.1}")) height="6" {}
                            } }
                        }
                    }
                }
            }
        }
    }

    fn by_station(&self, language: Language, with_people: bool, medium: Medium) -> Markup {
        let say = |vi, en| language.say(vi, en);
        html! {
            table {
                caption .hidden { (say("Theo trạm, trong ngày", "By station, on the day")) }
                thead { tr {
                    th scope="col" { (say("Trạm", "Station")) }
                    @if with_people { th scope="col" { (say("Người làm", "Person")) } }
                    th .number scope="col" { (say("Trang", "Pages")) }
                    th .number scope="col" { (say("Quét lại", "Again")) }
                    th scope="col" { (say("Tình trạng lúc in", "How it is now")) }
                } }
                tbody {
                    @for station in &self.stations {
                        @let done = self.done.iter().find(|row| row.0 == station.number);
                        tr {
                            th scope="row" { (station.name) }
                            @if with_people { td { (done.and_then(|row| row.1.as_deref()).unwrap_or("–")) } }
                            @let captured = self.captured(Some(station.number));
                            @let again = Wanted { work: captured.work.clone().again(), ..captured.clone() };
                            td .number { (medium.number(language, done.map_or(0, |row| row.2), &captured)) }
                            td .number { @if let Some(row) = done { (medium.number(language, row.3, &again)) " (" (language.share(row.3, row.2)) ")" } @else { "–" } }
                            td { (station.worst(language).1) }
                        }
                    }
                }
            }
        }
    }
}

/// A day as papers in Viet Nam write it: a zero before days under 10 and before months 1 and 2 (Nghị định 30/2020/NĐ-CP,
/// phụ lục I).
fn written(day: Day) -> String {
    let date = chrono::DateTime::from_timestamp(day.0.saturating_mul(86_400), 0).unwrap_or_default();
    let month = if date.month() <= 2 { format!("{:02}", date.month()) } else { date.month().to_string() };
    format!("ngày {:02} tháng {month} năm {:04}", date.day(), date.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_as_papers_have_it() {
        for (day, text) in [
            ("2026-02-09", "ngày 09 tháng 02 năm 2026"),
            ("2026-03-10", "ngày 10 tháng 3 năm 2026"),
            ("2026-11-28", "ngày 28 tháng 11 năm 2026"),
        ] {
            assert_eq!(written(Day::parse(day).unwrap()), text);
        }
    }
}
