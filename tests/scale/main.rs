//! Fills the catalog of a new archive with made dossiers, pages and texts, so that speeds are measured where there is much.
//!
//! `sohoa-scale CATALOG PAGES` wants a catalog that `sohoa init` has just made. The rows are those that an import, a reading and
//! an acceptance leave, without masters and renditions; they follow from a fixed seed. Words are made Vietnamese syllables
//! whose frequencies fall as those of a language do (Zipf): the first stand on most pages, the last on a few.

use std::fmt::Write as _;
use std::process::ExitCode;

use rusqlite::{Connection, params};

const PAGES_A_DOSSIER: u64 = 25;
const WORDS_A_PAGE: usize = 60;
/// The first moment: 2026-01-05T08:00:00+07:00, a Monday.
const START: i64 = 1_767_574_800_000;

/// Numbers that look drawn: SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }

    fn id(&mut self) -> [u8; 16] {
        (u128::from(self.next()) << 64 | u128::from(self.next())).to_be_bytes()
    }

    fn hash(&mut self) -> [u8; 32] {
        let mut hash = [0; 32];
        hash[..16].copy_from_slice(&self.id());
        hash[16..].copy_from_slice(&self.id());
        hash
    }
}

/// Syllables as they are written, and as the index folds them; the most frequent first.
fn syllables() -> Vec<(String, String)> {
    const ONSETS: [(&str, &str); 22] = [
        ("", ""),
        ("b", "b"),
        ("c", "c"),
        ("ch", "ch"),
        ("d", "d"),
        ("đ", "d"),
        ("g", "g"),
        ("gi", "gi"),
        ("h", "h"),
        ("kh", "kh"),
        ("l", "l"),
        ("m", "m"),
        ("n", "n"),
        ("ng", "ng"),
        ("nh", "nh"),
        ("ph", "ph"),
        ("qu", "qu"),
        ("s", "s"),
        ("t", "t"),
        ("th", "th"),
        ("tr", "tr"),
        ("v", "v"),
    ];
    const RIMES: [(&str, &str); 24] = [
        ("a", "a"),
        ("á", "a"),
        ("ản", "an"),
        ("anh", "anh"),
        ("ậy", "ay"),
        ("ân", "an"),
        ("ấp", "ap"),
        ("ăm", "am"),
        ("è", "e"),
        ("ện", "en"),
        ("ếu", "eu"),
        ("inh", "inh"),
        ("ịch", "ich"),
        ("ông", "ong"),
        ("ộ", "o"),
        ("ơ", "o"),
        ("ời", "oi"),
        ("uật", "uat"),
        ("ủy", "uy"),
        ("ương", "uong"),
        ("ước", "uoc"),
        ("ư", "u"),
        ("yên", "yen"),
        ("oán", "oan"),
    ];
    let mut all = Vec::new();
    for (rime, folded_rime) in RIMES {
        for (onset, folded_onset) in ONSETS {
            all.push((format!("{onset}{rime}"), format!("{folded_onset}{folded_rime}")));
        }
    }
    // Rare ones: names of places and people that nobody else has.
    for number in 0..20_000 {
        all.push((format!("họ{number:05}"), format!("ho{number:05}")));
    }
    all
}

/// Draws a rank by Zipf's law: rank r with a weight of 1 / r.
fn zipf(dice: &mut Dice, ranks: usize) -> usize {
    let share = dice.below(1 << 30) as f64 / f64::from(1 << 30);
    ((ranks as f64).powf(share) as usize - 1).min(ranks - 1)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let pages = arguments.get(1).and_then(|text| text.parse().ok());
    let (Some(catalog), Some(pages)) = (arguments.first(), pages) else {
        return told("usage: sohoa-scale CATALOG PAGES");
    };
    match fill(catalog, pages) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => told(&format!("{catalog}: {error}")),
    }
}

#[expect(clippy::print_stderr, reason = "a tool for measuring says what is wrong")]
fn told(sentence: &str) -> ExitCode {
    eprintln!("{sentence}");
    ExitCode::from(2)
}

fn fill(catalog: &str, pages: u64) -> Result<(), rusqlite::Error> {
    let mut connection = Connection::open(catalog)?;
    connection.pragma_update(None, "journal_mode", "OFF")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "cache_size", -800_000)?;
    let syllables = syllables();
    let mut dice = Dice(8);
    let tx = connection.transaction()?;
    {
        let mut dossier = tx.prepare(
            "INSERT INTO dossier (id, code, folder, created_at, listed, fonds, series, title, value_class, sheets,
                 expected_pages, access, pages, pages_ended, pages_read, documents, documents_assembled, documents_signed, state,
                 accepted_at, accepted_by, accepted_week)
             VALUES (?1, ?2, ?2, ?3, 1, ?4, ?5, ?6, ?7, ?8, ?9, '01', ?9, ?9, ?9, 1, 1, 1, ?10, ?11, ?12, ?13)",
        )?;
        let mut dossier_search = tx.prepare("INSERT INTO dossier_search (rowid, body) VALUES (?1, ?2)")?;
        let mut document = tx.prepare("INSERT INTO document (id, dossier, created_at) VALUES (?1, ?2, ?3)")?;
        let mut file = tx.prepare(
            "INSERT INTO file (dossier, sha256, document, path, stem, bytes, format, receipt, taken_at, taken_by)
             VALUES (?1, ?2, ?3, ?4, ?5, 250000, 'jpeg', ?6, ?7, 'Lan')",
        )?;
        let mut page = tx.prepare(
            "INSERT INTO page (number, id, dossier, document, sha256, frame, facts, below_standard, reading, reading_state)
             VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, 0, 1, 'done')",
        )?;
        let mut reading = tx.prepare(
            "INSERT INTO reading (page, number, at_ms, state, rotation, language, engine, recipe, confidence, milliseconds,
                 skew, ink, text_sha256)
             VALUES (?1, 1, ?2, 'done', 0, 'vie', 'tesseract', ?3, 91.0, 900, 0.1, 0.05, ?4)",
        )?;
        let mut text = tx.prepare("INSERT INTO page_text (number, plain) VALUES (?1, ?2)")?;
        let mut search = tx.prepare("INSERT INTO page_search (rowid, body) VALUES (?1, ?2)")?;
        let facts = "{\"index\":0,\"width\":1654,\"height\":2339,\"dpi\":200.0,\"dpi_stated\":true,\"samples\":\"gray8\",\"rotation\":0,\"embedding\":{\"kind\":\"jpeg\",\"components\":1}}";
        let (receipt, recipe) = (dice.id(), dice.hash());
        let (mut plain, mut body) = (String::new(), String::new());
        let dossiers = pages.div_ceil(PAGES_A_DOSSIER);
        let mut number = 0_i64;
        for n in 0..dossiers {
            let (dossier_id, document_id) = (dice.id(), dice.id());
            let code = format!("H49.{}.{}.{n:06}", n / 5000, n / 500 % 10);
            let at = START + (n as i64) * 300_000 / (dossiers as i64 / 1000 + 1);
            let is_accepted = dice.below(10) < 4;
            let week = format!("2026-W{:02}", 2 + (at - START) / (7 * 86_400_000));
            dossier.execute(params![
                dossier_id,
                code,
                at,
                format!("Phông {}", n / 5000 + 1),
                format!("Mục lục {}", n / 500 % 10 + 1),
                format!("Hồ sơ số {n}"),
                if dice.below(10) < 7 { "valuable" } else { "" },
                (PAGES_A_DOSSIER / 2) as i64,
                PAGES_A_DOSSIER as i64,
                if is_accepted { "accepted" } else { "signed" },
                is_accepted.then_some(at),
                is_accepted.then_some("Minh"),
                if is_accepted { week.as_str() } else { "" },
            ])?;
            dossier_search
                .execute(params![n as i64 + 1, format!("{} ho so so {n}", code.to_lowercase().replace('.', " "))])?;
            document.execute(params![document_id, dossier_id, at])?;
            for p in 0..PAGES_A_DOSSIER {
                number += 1;
                plain.clear();
                body.clear();
                for word in 0..WORDS_A_PAGE {
                    let (written, folded) = &syllables[zipf(&mut dice, syllables.len())];
                    plain.push_str(written);
                    plain.push(if word % 12 == 11 { '\n' } else { ' ' });
                    let _ = write!(body, "{folded} ");
                }
                let (page_id, master) = (dice.id(), dice.hash());
                let stem = format!("{code}.{p:07}");
                file.execute(params![
                    dossier_id,
                    master,
                    document_id,
                    format!("{code}/{stem}.jpg"),
                    stem,
                    receipt,
                    at
                ])?;
                page.execute(params![number, page_id, dossier_id, document_id, master, facts])?;
                reading.execute(params![page_id, at, recipe, dice.hash()])?;
                text.execute(params![number, plain])?;
                search.execute(params![number, body])?;
            }
        }
    }
    tx.commit()?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    Ok(())
}
