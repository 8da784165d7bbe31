//! `/progress`: the share, the targets, fonds by state, stations, and what wants a person.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use maud::{Markup, html};
use sohoa_model::day::Day;
use sohoa_model::dossier_state::DossierState;

use super::chart::Chart;
use super::figures::{self, Fonds};
use super::frame::{self, Mark, mark};
use super::session::{self, NotShown, Visitor};
use super::targets::{self, Targets};
use super::wanted::Wanted;
use super::{export, stations};
use crate::words::Language;
use crate::{Hub, indicators};

/// Fonds on one page; the rest is one row that says how many.
const FONDS: i64 = 200;

pub(super) async fn show(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Result<Response, NotShown> {
    let visitor = session::looking(&hub, &headers, "/progress").await?;
    let language = visitor.language;
    let say = |vi, en| language.say(vi, en);
    let fonds = figures::fonds(&hub.pool, visitor.unit_no).await?;
    let (whole, done) = (fonds.iter().map(Fonds::whole).sum(), fonds.iter().map(Fonds::done).sum());
    let today = Day::of(hub.now());
    let accepted = figures::accepted(&hub.pool, visitor.unit_no).await?;
    let standings = targets::read(&hub.pool, visitor.unit_no).await?;
    let targets = Targets::of(language, &standings, &accepted, today);
    let others = indicators::standing(&hub.pool, visitor.unit_no).await?;
    let course = figures::course(&figures::dossiers_by_day(&accepted), 0, whole, today);
    let words = figures::sentence(language, 1_000_000, &course.foretold);
    let chart = Chart::of_all(language, &course, &words, whole, today);
    let stations = stations::read(&hub.pool, visitor.unit_no).await?;
    let held = figures::held(&hub.pool, visitor.unit_no).await?;
    let content = html! {
        div .title {
            div {
                h1 { (say("Số hóa tài liệu lưu trữ có giá trị", "Digitization of valuable records")) }
                p .muted { (say("Số liệu lúc ", "Figures of ")) (hub.now().short_vietnam()) "." }
            }
            div .tools {
                (export::links("progress", "", language))
                a .button.primary href="/report" { (say("In báo cáo ngày", "Print daily report")) }
            }
        }
        div .grid.wide {
            section .card aria-labelledby="share" {
                p #share .figure {
                    strong { (language.share(done, whole)) }
                    " " a href="/dossiers?state=done" { (language.count(done)) } " / " a href="/dossiers" { (language.count(whole)) } " "
                    (say("hồ sơ mà máy chủ biết", "dossiers that the hub knows of"))
                }
                (chart.draw())
                p .muted { (words) }
            }
            section .card aria-labelledby="targets" {
                h2 #targets { (say("Các mốc", "Targets")) }
                (targets_list(language, &targets, &others))
            }
        }
        (targets.charts())
        (fonds_table(language, &fonds))
        div .grid.wide {
            section .card aria-labelledby="stations" {
                h2 #stations { (say("Trạm quét", "Stations")) }
                (stations::table(language, &stations, today))
            }
            section .card aria-labelledby="attention" {
                h2 #attention { (say("Cần lãnh đạo xem", "What wants a person")) }
                (attention(&visitor, &stations, held))
            }
        }
    };
    Ok(frame::page(&visitor, "/progress", say("Tiến độ", "Progress"), &content))
}

fn targets_list(language: Language, targets: &Targets<'_>, others: &[indicators::Standing]) -> Markup {
    let say = |vi, en| language.say(vi, en);
    html! {
        @if targets.is_empty() && others.is_empty() {
            p .muted { (say("Chưa có kế hoạch nào được gửi xuống.", "No plan was published yet.")) }
        }
        ul .plain {
            (targets.lines())
            @for (unit, name, as_of, part, whole, target_ppm) in others {
                @let reached = i128::from(*part) * 1_000_000 >= i128::from(*whole) * i128::from(*target_ppm);
                li {
                    (mark(if reached { Mark::Pass } else { Mark::Open }, None))
                    div {
                        strong { (name) ": " (language.share(*part, *whole)) }
                        p .muted {
                            (say("Chỉ tiêu ", "Target ")) (language.share(i64::from(*target_ppm), 1_000_000)) " · "
                            (language.count(*part)) " / " (language.count(*whole)) " · " (unit) " · "
                            (say("số liệu ngày ", "figures of ")) (Day::parse(as_of).map_or_else(|| as_of.clone(), Day::short))
                        }
                    }
                }
            }
        }
        p { a href="/indicators" { (say("Chỉ tiêu khác: xem và nạp số liệu", "Other indicators: see, and hand in figures")) } }
    }
}

fn fonds_table(language: Language, fonds: &[Fonds]) -> Markup {
    let say = |vi, en| language.say(vi, en);
    let shown = usize::try_from(FONDS).unwrap_or(usize::MAX);
    html! {
        section .card aria-labelledby="fonds" {
            div .head {
                h2 #fonds { (say("Phông và trạng thái", "Fonds by state")) }
                div .tools { (export::links("fonds", "", language)) }
                ul .legend {
                    @for (class, state, name) in groups(language) { li { span class={ "key " (class) } {} a href={ "/dossiers?state=" (state) } { (name) } } }
                }
            }
            table {
                caption .hidden { (say("Hồ sơ theo phông và trạng thái", "Dossiers by fonds and state")) }
                thead { tr {
                    th scope="col" { (say("Phông", "Fonds")) }
                    th scope="col" { (say("Hồ sơ theo trạng thái", "Dossiers by state")) }
                    th .number scope="col" { (say("Đã số hóa", "Digitized")) }
                    th .number scope="col" { (say("Tổng hồ sơ", "Dossiers")) }
                    th .number scope="col" { (say("Quét lại", "Rescan")) }
                } }
                @let units: Vec<&[Fonds]> = fonds[..shown.min(fonds.len())].chunk_by(|one, next| one.unit == next.unit).collect();
                @for of_unit in &units {
                    tbody {
                        @if let ([first, ..], true) = (of_unit, units.len() > 1) {
                            @let unit = Fonds::sum(fonds.iter().filter(|one| one.unit == first.unit));
                            tr .unit {
                                @let all = Wanted { unit: Some(first.unit_no), ..Wanted::default() };
                                @let done = Wanted { state: "done".to_owned(), ..all.clone() };
                                @let rescan = Wanted { only: "rescan".to_owned(), ..all.clone() };
                                th scope="rowgroup" { (first.unit) }
                                td { (state_bar(language, &unit)) }
                                td .number { a href=(done.link()) { strong { (language.share(unit.done(), unit.whole())) } } }
                                td .number { a href=(all.link()) { (language.count(unit.whole())) } }
                                td .number { a href=(rescan.link()) { (language.count(unit.rescan)) } }
                            }
                        }
                        @for one in *of_unit {
                            tr {
                                th scope="row" { a href={ "/fonds/" (one.number) } { (one.code) } }
                                td { (state_bar(language, one)) }
                                td .number { a href={ "/fonds/" (one.number) "?state=done" } { strong { (language.share(one.done(), one.whole())) } } }
                                td .number { a href={ "/fonds/" (one.number) } { (language.count(one.whole())) } }
                                td .number { a href={ "/fonds/" (one.number) "?only=rescan" } { (language.count(one.rescan)) } }
                            }
                        }
                    }
                }
            }
            @if fonds.is_empty() { p .muted { (say("Chưa trạm nào gửi hồ sơ.", "No station sent a dossier yet.")) } }
            @if fonds.len() > shown {
                p .muted { (language.count((fonds.len() - shown) as i64)) " " (say("phông nữa không hiện ở đây.", "more fonds are not shown here.")) }
            }
        }
    }
}

/// The parts of a bar: class, the word of a list of its dossiers, and name.
fn groups(language: Language) -> [(&'static str, &'static str, &'static str); 4] {
    [
        ("accepted", "done", language.say("Được nhận", "Accepted")),
        ("signed", "signed", language.say("Đã ký, chờ nhận", "Signed, not accepted yet")),
        ("working", "working", language.say("Đang làm", "In work")),
        ("planned", "planned", language.say("Chưa quét", "Not scanned")),
    ]
}

fn state_bar(language: Language, fonds: &Fonds) -> Markup {
    const WIDTH: f64 = 400.0;
    use DossierState::{Assembled, Captured, Planned, Signed};
    let counts = [
        fonds.done(),
        fonds.between(Signed, Signed),
        fonds.between(Captured, Assembled),
        fonds.between(Planned, Planned),
    ];
    let whole = fonds.whole().max(1) as f64;
    let mut at = 0.0;
    let parts: Vec<(f64, f64, &str, String)> = groups(language)
        .into_iter()
        .zip(counts)
        .map(|((class, _, name), count)| {
            let width = WIDTH * count as f64 / whole;
            at += width;
            (at - width, width, class, format!("{name}: {}", language.count(count)))
        })
        .collect();
    let words: Vec<&str> = parts.iter().map(|(.., text)| text.as_str()).collect();
    html! {
        svg .states viewBox={ "0 0 " (WIDTH) " 16" } preserveAspectRatio="none" role="img" aria-label=(words.join("; ")) {
            @for (x, width, class, text) in &parts {
                rect class=(class) x=(format!("{x:.1}")) width=(format!("{width:.1}")) height="16" { title { (text) } }
            }
        }
    }
}

fn attention(visitor: &Visitor, stations: &[stations::Station], held: i64) -> Markup {
    let language = visitor.language;
    let say = |vi, en| language.say(vi, en);
    html! {
        ul .plain {
            @for station in stations.iter().filter(|station| station.worst(language).0 != Mark::Pass) {
                @let (mark_of, words) = station.worst(language);
                li { (mark(mark_of, None)) div { a href=(Wanted::of_station(station.number).link()) { (station.name) } ": " (words) } }
            }
            @if held > 0 {
                li { (mark(Mark::Held, None)) div { @if visitor.may_decide { a href="/dossiers?only=held" { (language.count(held)) } } @else { (language.count(held)) } " " (say("hồ sơ đang bị giữ.", "dossiers are held.")) " " a href="/exceptions" { (say("Xem ngoại lệ", "See exceptions")) } } }
            }
            @if held == 0 && stations.iter().all(|station| station.worst(language).0 == Mark::Pass) {
                li { (mark(Mark::Pass, None)) div { (say("Không có gì.", "Nothing.")) } }
            }
        }
    }
}
