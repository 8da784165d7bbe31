//! Splitting: one page becomes two that show a half of it each, and comes back as it was.
//!
//! The file stays as it is; the halves are pages of the same frame with the part that each shows. The page that was split
//! counts no more, like one that was taken out: bringing it back takes its halves out, and theirs.

use rusqlite::{OptionalExtension, params};
use serde_json::json;
use sohoa_model::Act;
use sohoa_model::geometry::Rotation;
use sohoa_model::ids::{DossierId, PageId};
use sohoa_model::part::FramePart;

use crate::column::{self, Id};
use crate::error::CatalogError;
use crate::page_edit::Gone;
use crate::query::PageView;
use crate::{Catalog, Writing};

/// Why the findings of a page that was split are closed; what is found on it goes on with its halves.
pub(crate) const SPLIT: &str = "the page was split";
/// Why the findings of a half are closed.
const JOINED: &str = "the page that it was split from counts again";

/// A page that is to be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Halving {
    /// The page.
    pub page: PageId,
    /// What its halves show, in their order; together all that it shows.
    pub halves: [FramePart; 2],
    /// How it stood before the person who split it; the halves stand so too.
    pub stands: Rotation,
}

impl Catalog {
    /// Splits pages: two follow each other in the place of each, and are to be read. Gives them in their order.
    ///
    /// What was found on the page while it was captured or checked is found on both halves.
    ///
    /// # Errors
    /// [`CatalogError::NotHalves`] if the parts of one do not make it up.
    pub fn split_pages(
        &self,
        code: &str,
        halvings: &[Halving],
        reason: &str,
        act: &Act,
    ) -> Result<Vec<PageId>, CatalogError> {
        self.write(|w| {
            let dossier = w.dossier_id(code)?;
            let mut made = Vec::new();
            for halving in halvings {
                made.extend(w.split(dossier, halving, act)?);
            }
            w.unindex_superseded(dossier)?;
            let pages: Vec<PageId> = halvings.iter().map(|halving| halving.page).collect();
            let parts = halvings.iter().map(|halving| halving.halves.map(|part| part.to_string()));
            let what = json!({ "halves": crate::finding::names(&made), "parts": parts.collect::<Vec<_>>() });
            w.changed("page split", dossier, &pages, &what, reason, act)?;
            Ok(made)
        })
    }
}

impl Writing<'_> {
    fn split(&self, dossier: DossierId, halving: &Halving, act: &Act) -> Result<[PageId; 2], CatalogError> {
        let page = self.page(dossier, halving.page)?;
        if !page.shown().is_made_of(halving.halves) {
            return Err(CatalogError::NotHalves(page.id));
        }
        let turn = page.turn.or(Some(halving.stands).filter(|&stands| stands != page.facts.stated_rotation));
        let name = page.half();
        let [a, b] = halving.halves;
        let made = [
            self.half(&page, a, &format!("{name}a"), turn, act)?,
            self.half(&page, b, &format!("{name}b"), turn, act)?,
        ];
        let mut order = self.order(page.document)?;
        order.retain(|other| !made.contains(other));
        let at = order.iter().position(|&other| other == page.id).map_or(order.len(), |at| at + 1);
        order.splice(at..at, made);
        self.set_order(page.document, &order)?;
        let sql = "INSERT INTO finding (dossier, document, page, origin, code, severity, detail, at_ms)
                   SELECT dossier, document, ?2, origin, code, severity, detail, at_ms FROM finding
                   WHERE page = ?1 AND closed_at IS NULL AND origin IN ('intake', 'check') ORDER BY number";
        for half in made {
            self.tx.prepare_cached(sql)?.execute(params![page.id.bytes(), half.bytes()])?;
        }
        self.set_gone(dossier, page.id, Gone::Split, SPLIT, act)?;
        Ok(made)
    }

    /// The page of a half: a new one, or the one that was there before the halves were joined.
    fn half(
        &self,
        whole: &PageView,
        part: FramePart,
        name: &str,
        turn: Option<Rotation>,
        act: &Act,
    ) -> Result<PageId, CatalogError> {
        let sql = "UPDATE page SET superseded_at = NULL, gone = NULL, part_name = ?3, turn = ?4
                   WHERE gone = 'joined' AND part = ?2
                     AND (dossier, sha256, frame) = (SELECT dossier, sha256, frame FROM page WHERE id = ?1)
                   RETURNING id";
        let turn = turn.map(Rotation::degrees);
        let known = self
            .tx
            .prepare_cached(sql)?
            .query_row(params![whole.id.bytes(), part.to_string(), name, turn], |row| column::id(row, "id"))
            .optional()?;
        if let Some(known) = known {
            self.read_page_again(known)?;
            return Ok(known);
        }
        let half = PageId::new(act.at, self.randomness);
        let sql = "INSERT INTO page (id, dossier, document, sha256, frame, part, part_name, facts, below_standard, turn)
                   SELECT ?2, dossier, document, sha256, frame, ?3, ?4, facts, below_standard, ?5 FROM page WHERE id = ?1";
        let values = params![whole.id.bytes(), half.bytes(), part.to_string(), name, turn];
        self.tx.prepare_cached(sql)?.execute(values)?;
        Ok(half)
    }

    /// Takes out the halves of a page that counts again, and theirs; gives those that counted.
    pub(crate) fn join_halves(&self, dossier: DossierId, page: PageId, act: &Act) -> Result<Vec<PageId>, CatalogError> {
        let whole = self.page(dossier, page)?;
        let sql = "SELECT id, part, superseded_at IS NULL AS counts FROM page
                   WHERE dossier = ?1 AND sha256 = ?2 AND frame = ?3 AND part IS NOT NULL AND id <> ?4 ORDER BY number";
        let mut statement = self.tx.prepare_cached(sql)?;
        let values = params![dossier.bytes(), whole.master.0, whole.facts.index, page.bytes()];
        let others: Vec<(PageId, FramePart, bool)> = statement
            .query_map(values, |row| {
                let part = column::word(row, "part", |word| word.parse().ok())?;
                Ok((column::id(row, "id")?, part, row.get("counts")?))
            })?
            .collect::<Result<_, _>>()?;
        let mut joined = Vec::new();
        for (half, part, counts) in others {
            if part == whole.shown() || !part.is_within(whole.shown()) {
                continue;
            }
            if counts {
                self.set_gone(dossier, half, Gone::Joined, JOINED, act)?;
                joined.push(half);
            } else {
                self.tx.prepare_cached("UPDATE page SET gone = 'joined' WHERE id = ?1")?.execute([half.bytes()])?;
            }
        }
        Ok(joined)
    }

    /// The pages that count and show something of the frame of a page.
    pub(crate) fn of_its_frame(&self, dossier: DossierId, page: PageId) -> Result<Vec<PageId>, CatalogError> {
        let sql = "SELECT id FROM page WHERE (dossier, sha256, frame) =
                       (SELECT dossier, sha256, frame FROM page WHERE id = ?1 AND dossier = ?2)
                   AND superseded_at IS NULL ORDER BY number";
        let mut statement = self.tx.prepare_cached(sql)?;
        let ids = statement.query_map(params![page.bytes(), dossier.bytes()], |row| column::id(row, "id"))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use sohoa_model::part::{Cut, Run, Share};
    use sohoa_model::reading::ReadingState;
    use sohoa_model::{Finding, Sha256};

    use super::*;
    use crate::finding::Openness;
    use crate::fixture::{Fixture, act, counting, file, fixture, row, text_sha};
    use crate::page_edit::Seat;

    fn halving(page: &PageView, at: u32) -> Halving {
        let cut = Cut { run: Run::Upright, at: Share(at) };
        Halving { page: page.id, halves: page.shown().halves(page.stands, cut).unwrap(), stands: page.stands }
    }

    fn split(f: &Fixture, number: usize, at: u32) -> Vec<PageId> {
        let page = &f.catalog.pages("H.1").unwrap()[number - 1];
        f.catalog.split_pages("H.1", &[halving(page, at)], "sách mở", &act("bình", 7)).unwrap()
    }

    /// Labels and parts of the pages that count.
    fn shown(f: &Fixture) -> Vec<(String, [u32; 4])> {
        f.catalog.pages("H.1").unwrap().iter().map(|p| (p.label.clone(), p.shown().numbers())).collect()
    }

    fn three(f: &Fixture) {
        f.list(&[row("H.1", 4)]);
        for name in ["1", "2", "3"] {
            f.take(&file("H.1", &format!("H.1/{name}.jpg"), 1));
        }
    }

    const WHOLE: [u32; 4] = [0, 0, 1654, 2339];

    #[test]
    fn two_pages_follow_each_other_in_the_place_of_one_and_the_whole_comes_back() {
        let f = fixture();
        three(&f);
        f.read_all("sổ hộ tịch");
        f.assemble_all();
        f.sign_all();
        let before = f.catalog.pages("H.1").unwrap();
        let evidence = |f: &Fixture| f.catalog.dossier("H.1").unwrap().dossier.evidence;
        assert_eq!((evidence(&f).pages, evidence(&f).documents_signed), (3, 1));
        let made = split(&f, 2, 400_000);
        let (left, right) = ([0, 0, 662, 2339], [662, 0, 992, 2339]);
        let expected = [("1", WHOLE), ("2a", left), ("2b", right), ("3", WHOLE)];
        assert_eq!(shown(&f), expected.map(|(label, part)| (label.to_owned(), part)));
        // As many as the inventory expects; two are to be read, and what was made of the whole is outdated.
        let now = evidence(&f);
        assert_eq!((now.pages, now.pages_ended, now.documents_assembled, now.documents_signed), (4, 2, 0, 0));
        assert_eq!(f.catalog.known_file("H.1", &before[1].master).unwrap().unwrap().pages, 1, "one frame");
        let gone = f.catalog.gone_pages("H.1").unwrap();
        assert_eq!((gone.len(), gone[0].gone, gone[0].page.id), (1, Gone::Split, before[1].id));
        f.read_all("tờ khai");
        assert_eq!(
            f.catalog.search("to khai", 9, crate::search::Markers { open: "<", close: ">" }).unwrap().hits.len(),
            2
        );
        f.catalog.restore_pages("H.1", &[before[1].id], "nhầm", &act("bình", 8)).unwrap();
        assert_eq!(
            f.catalog.pages("H.1").unwrap().iter().map(|p| p.id).collect::<Vec<_>>(),
            before.iter().map(|p| p.id).collect::<Vec<_>>()
        );
        assert_eq!((f.catalog.gone_pages("H.1").unwrap(), evidence(&f).pages), (Vec::new(), 3));
        // A half can't come back beside the whole.
        let alone = f.catalog.restore_pages("H.1", &made[..1], "thử", &act("bình", 8));
        assert!(matches!(alone, Err(CatalogError::Unknown { .. })), "{alone:?}");
        // The same cut again brings the same halves, another one others.
        assert_eq!(split(&f, 2, 400_000), made);
        f.catalog.restore_pages("H.1", &[before[1].id], "nhầm", &act("bình", 8)).unwrap();
        let others = split(&f, 2, 500_000);
        assert!(others.iter().all(|page| !made.contains(page)));
        assert_eq!(shown(&f)[1], ("2a".to_owned(), [0, 0, 827, 2339]));
        let log = f.catalog.events(Some("H.1"), 99).unwrap();
        assert_eq!(log.iter().filter(|event| event.kind == "page split").count(), 3);
    }

    #[test]
    fn a_half_is_split_again_and_each_step_is_taken_back_by_itself() {
        let f = fixture();
        three(&f);
        let whole = f.catalog.pages("H.1").unwrap()[0].id;
        let [_, right] = split(&f, 1, 500_000)[..] else { panic!("two halves") };
        split(&f, 2, 500_000);
        let labels = |f: &Fixture| shown(f).into_iter().map(|(label, _)| label).collect::<Vec<_>>();
        assert_eq!(labels(&f), ["1a", "1ba", "1bb", "2", "3"]);
        f.catalog.restore_pages("H.1", &[right], "nhầm", &act("bình", 8)).unwrap();
        assert_eq!(labels(&f), ["1a", "1b", "2", "3"]);
        split(&f, 2, 500_000);
        // One of them was taken out: with the whole it is there again.
        let third = f.catalog.pages("H.1").unwrap()[2].id;
        f.catalog.remove_pages("H.1", &[third], "thừa", &act("bình", 8)).unwrap();
        f.catalog.restore_pages("H.1", &[whole], "nhầm", &act("bình", 9)).unwrap();
        assert_eq!(labels(&f), ["1", "2", "3"]);
        assert_eq!(f.catalog.gone_pages("H.1").unwrap(), Vec::new());
        assert_eq!(f.catalog.dossier("H.1").unwrap().dossier.evidence.pages, 3);
    }

    #[test]
    fn halves_stand_as_the_person_saw_the_page_and_go_each_its_way() {
        let f = fixture();
        three(&f);
        let first = f.catalog.pages("H.1").unwrap()[0].id;
        f.catalog.turn_pages("H.1", &[first], Rotation::Quarter, "", &act("bình", 6)).unwrap();
        split(&f, 1, 500_000);
        let pages = f.catalog.pages("H.1").unwrap();
        assert_eq!((pages[0].stands, pages[1].stands), (Rotation::Quarter, Rotation::Quarter));
        // The left of what was seen is the lower end of the frame.
        assert_eq!(pages[0].shown().numbers(), [0, 1169, 1654, 1170]);
        assert_eq!(pages[0].size(), (1170, 1654));
        f.catalog.move_pages("H.1", &[pages[0].id], Seat::After(pages[3].id), "", &act("bình", 7)).unwrap();
        f.catalog.part_document("H.1", pages[0].id, "", &act("bình", 7)).unwrap();
        let labels: Vec<_> = shown(&f).into_iter().map(|(label, _)| label).collect();
        assert_eq!(labels, ["1b", "2", "3", "1a"], "a half keeps its name in another document");
    }

    #[test]
    fn what_was_found_on_a_page_goes_on_with_its_halves_and_comes_back_with_it() {
        let f = fixture();
        f.list(&[row("H.1", 2)]);
        let mut taken = file("H.1", "H.1/1.jpg", 1);
        taken.findings = vec![(Some(0), Finding::warn("page-doubled", "1"))];
        let whole = f.take(&taken).pages[0];
        f.catalog.reject_pages("H.1", &[whole], "mờ", &act("chi", 4)).unwrap();
        let open = |f: &Fixture| -> Vec<(String, Option<PageId>)> {
            let open = f.catalog.findings(Some("H.1"), Openness::Open).unwrap();
            open.into_iter().map(|found| (found.finding.code, found.page)).collect()
        };
        let on = |page: PageId| [("page-doubled".to_owned(), Some(page)), ("page-rejected".to_owned(), Some(page))];
        assert_eq!(open(&f), on(whole));
        let [a, b] = split(&f, 1, 500_000)[..] else { panic!("two halves") };
        assert_eq!(open(&f), [on(a), on(b)].concat(), "the paper stays on the table");
        f.catalog.restore_pages("H.1", &[whole], "nhầm", &act("bình", 8)).unwrap();
        assert_eq!(open(&f), on(whole));
    }

    #[test]
    fn parts_that_do_not_make_up_the_page_are_refused() {
        let f = fixture();
        three(&f);
        let page = &f.catalog.pages("H.1").unwrap()[0];
        let [a, b] = halving(page, 500_000).halves;
        for halves in [[a, a], [page.shown(), b], [b, page.shown()]] {
            let wrong = Halving { page: page.id, halves, stands: Rotation::None };
            let refused = f.catalog.split_pages("H.1", &[wrong], "", &act("bình", 7));
            assert!(matches!(refused, Err(CatalogError::NotHalves(_))), "{halves:?}");
        }
        split(&f, 1, 500_000);
        let gone = f.catalog.split_pages("H.1", &[halving(page, 300_000)], "", &act("bình", 7));
        assert!(matches!(gone, Err(CatalogError::Unknown { .. })), "{gone:?}");
        assert_eq!(shown(&f).len(), 4);
    }

    #[test]
    fn halves_come_back_from_the_manifest() {
        let f = fixture();
        three(&f);
        split(&f, 2, 400_000);
        split(&f, 3, 500_000);
        f.read_all("tờ khai");
        let whole = f.catalog.gone_pages("H.1").unwrap()[0].page.id;
        f.catalog.restore_pages("H.1", &[whole], "nhầm", &act("bình", 8)).unwrap();
        split(&f, 2, 300_000);
        let manifest = f.catalog.manifest("H.1", &act("bình", 9)).unwrap();
        f.catalog.record_manifest(&manifest).unwrap();
        let archive = f.catalog.archive_manifest(&act("bình", 9)).unwrap();
        f.catalog.record_manifest(&archive).unwrap();
        let copy = Catalog::create_empty(&f.folder.path().join("again.sqlite"), counting()).unwrap();
        copy.restore_archive(&archive.bytes, &act("an", 99)).unwrap();
        let read = crate::fixture::reading("tờ khai");
        let mut text = |sha256: &Sha256| (*sha256 == text_sha(&read)).then(|| read.text.plain());
        copy.restore_dossier(&manifest.bytes, &mut text, &act("an", 99)).unwrap();
        assert_eq!(copy.pages("H.1").unwrap(), f.catalog.pages("H.1").unwrap());
        assert_eq!(copy.gone_pages("H.1").unwrap(), f.catalog.gone_pages("H.1").unwrap());
        let second = copy.manifest("H.1", &act("bình", 10)).unwrap().bytes;
        let pages = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap()["pages"].clone();
        assert_eq!(pages(&second).as_array().unwrap().len(), 9);
        // What was joined is joined in the copy too, so the same cut finds the same halves.
        copy.restore_pages("H.1", &[whole], "nhầm", &act("bình", 11)).unwrap();
        f.catalog.restore_pages("H.1", &[whole], "nhầm", &act("bình", 11)).unwrap();
        let again = |catalog: &Catalog| {
            let page = &catalog.pages("H.1").unwrap()[1];
            catalog.split_pages("H.1", &[halving(page, 400_000)], "", &act("bình", 12)).unwrap()
        };
        assert_eq!(again(&copy), again(&f.catalog));
        assert!(copy.pages("H.1").unwrap()[..3].iter().any(|page| page.reading != Some(ReadingState::Done)));
    }
}
