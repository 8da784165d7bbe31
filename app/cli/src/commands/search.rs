//! `search`: finds words in descriptions and recognised text, accents or not.

use serde::Serialize;
use sohoa_catalog::search::Markers;
use sohoa_shell::Exit;

use crate::args::SearchArgs;
use crate::front::Front;
use crate::stop::Stop;
use crate::table::one_line;

#[derive(Serialize)]
struct HitRecord {
    dossier: String,
    title: String,
    held: bool,
    document: Option<String>,
    page: Option<u32>,
    label: Option<String>,
    language: Option<String>,
    snippet: String,
}

#[derive(Serialize)]
struct FoundRecord {
    hits: Vec<HitRecord>,
    more_than: Option<usize>,
    ranked: bool,
}

pub(super) fn run(front: &mut Front, args: &SearchArgs) -> Result<Exit, Stop> {
    let archive = front.open()?;
    let limit = if args.limit == 0 { usize::MAX } else { args.limit };
    let found = archive.catalog().search(&args.words.join(" "), limit, Markers { open: "«", close: "»" })?;
    if args.json {
        let hits = found
            .hits
            .into_iter()
            .map(|hit| {
                let page = hit.page.as_ref();
                HitRecord {
                    document: page.map(|page| page.document_name.clone()),
                    page: page.map(|page| page.number),
                    label: page.map(|page| page.label.clone()),
                    language: page.and_then(|page| page.language.clone()),
                    dossier: hit.dossier,
                    title: hit.title,
                    held: hit.held,
                    snippet: hit.snippet,
                }
            })
            .collect();
        front.output.json(&FoundRecord { hits, more_than: found.more_than, ranked: found.ranked });
        return Ok(Exit::Done);
    }
    if found.hits.is_empty() {
        let line = front.text("search-none");
        front.output.note(line);
    }
    for hit in found.hits {
        let mut line = match &hit.page {
            Some(page) => front.texts.say(
                "search-page",
                &[
                    ("dossier", (&hit.dossier).into()),
                    ("document", (&page.document_name).into()),
                    ("page", page.number.into()),
                ],
            ),
            None if hit.title.is_empty() => hit.dossier.clone(),
            None => {
                front.texts.say("search-dossier", &[("dossier", (&hit.dossier).into()), ("title", (&hit.title).into())])
            }
        };
        if hit.held {
            line = format!("{line} ({})", front.text("flag-held"));
        }
        front.output.data(one_line(&line));
        front.output.data(format!("  {}", one_line(&hit.snippet)));
    }
    if let Some(count) = found.more_than {
        let id = if found.ranked { "search-more" } else { "search-more-unranked" };
        let line = front.texts.say(id, &[("count", count.into())]);
        front.output.note(line);
    }
    Ok(Exit::Done)
}
