//! The frame of every page: head, navigation, skip link; and the marks of states, told apart by outline and not by colour
//! alone.

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::PROTECTION;
use super::session::Visitor;
use crate::words::Language;

/// A page of somebody who signed in.
pub(super) fn page(visitor: &Visitor, here: &str, title: &str, content: &Markup) -> Response {
    let say = |vi, en| visitor.language.say(vi, en);
    let mut places = vec![
        ("/progress", say("Tiến độ", "Progress")),
        ("/stations", say("Trạm", "Stations")),
        ("/quality", say("Chất lượng", "Quality")),
        ("/exceptions", say("Ngoại lệ", "Exceptions")),
        ("/search", say("Tìm kiếm", "Search")),
    ];
    if visitor.may_decide {
        places.insert(2, ("/people", say("Người làm", "People")));
    }
    let (other_tag, other) = (visitor.language.say("en", "vi"), visitor.language.say("English", "Tiếng Việt"));
    let body = html! {
        a .skip href="#content" { (say("Tới nội dung", "To the content")) }
        header .bar {
            span .brand { "Sohoa" }
            nav aria-label=(say("Các trang", "Pages")) {
                @for (path, name) in places {
                    a href=(path) aria-current=[(path == here).then_some("page")] { (name) }
                }
            }
            div .who {
                span { (visitor.name) }
                a href={ "/language/" (other_tag) } lang=(other_tag) { (other) }
                form method="post" action="/sign-out" {
                    input type="hidden" name="token" value=(visitor.form_token);
                    button type="submit" { (say("Đăng xuất", "Sign out")) }
                }
            }
        }
        main #content { (content) }
    };
    bare(visitor.language, title, &body)
}

/// A page without navigation.
pub(super) fn bare(language: Language, title: &str, body: &Markup) -> Response {
    let text = html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Sohoa" }
                link rel="icon" href="/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/style.css";
            }
            body { (body) }
        }
    };
    (PROTECTION, [(CONTENT_TYPE, "text/html; charset=utf-8")], text.into_string()).into_response()
}

/// A state with an outline of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Pass,
    Warn,
    Reject,
    Held,
    Open,
}

/// Draws a mark; its word stands beside it or is its name.
pub(super) fn mark(mark: Mark, name: Option<&str>) -> Markup {
    let class = match mark {
        Mark::Pass => "mark pass",
        Mark::Warn => "mark warn",
        Mark::Reject => "mark reject",
        Mark::Held => "mark held",
        Mark::Open => "mark open",
    };
    html! {
        svg class=(class) viewBox="0 0 16 16" role=[name.map(|_| "img")] aria-label=[name] aria-hidden=[name.is_none().then_some("true")] {
            @match mark {
                Mark::Pass => {
                    circle cx="8" cy="8" r="7" {}
                    path .cut d="M4.6 8.2 7 10.6 11.4 5.8" {}
                }
                Mark::Warn => {
                    path d="M8 1.2 15.2 15 .8 15Z" {}
                    path .cut d="M8 5.6V10.2M8 12.6V13" {}
                }
                Mark::Reject => {
                    path d="M5 .8 11 .8 15.2 5 15.2 11 11 15.2 5 15.2 .8 11 .8 5Z" {}
                    path .cut d="M5.2 5.2 10.8 10.8M10.8 5.2 5.2 10.8" {}
                }
                Mark::Held => {
                    path d="M2 6.6H14V15.4H2Z" {}
                    path .line d="M4.6 6.6V4.6A3.4 3.4 0 0 1 11.4 4.6V6.6" {}
                }
                Mark::Open => circle .line cx="8" cy="8" r="6.3" {},
            }
        }
    }
}
