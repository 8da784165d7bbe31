//! Reading a page: from the stored samples of a frame to its [`Reading`], the one place where imaging and recognition
//! meet.
//!
//! The page is turned upright, its zones are found on an ink map, a straightened copy goes to the engine if the page is
//! skewed, and the words come back in upright page pixels. Nothing here remembers a page: the same samples, facts,
//! recipe and models give the same text, whatever was read before. Time only decides whether a page timed out.

use std::time::Duration;

use sohoa_imaging::decode::upright;
use sohoa_imaging::layout::{self, Layout, Paper, Stamp};
use sohoa_imaging::normalise::InkMap;
use sohoa_imaging::orientation::{runs_down, seems_sideways};
use sohoa_imaging::quality::Look;
use sohoa_imaging::skew::{self, Straightened};
use sohoa_model::finding::Finding;
use sohoa_model::frame::{FrameFacts, GrayImage};
use sohoa_model::geometry::{Dpi, Rect, Rotation};
use sohoa_model::page_text::{BlockRole, PageText, TextBlock};
use sohoa_model::reading::{LanguageChoice, PageQuality, Reading, ReadingState, Recipe};
use sohoa_model::{Language, Sha256};
use sohoa_ocr::reader::CONVINCING;
use sohoa_ocr::{EngineError, OcrError, PageMode, Reader, Region, language_guess};

/// Skew in degrees below which the engine copes by itself, better than with turned samples.
const WORTH_TURNING: f32 = 0.6;

/// Share of ink below which a page without words is blank.
const BLANK: f32 = 0.01;

/// Share of ink below which there is nothing to read at all.
const EMPTY: f32 = 0.000_02;

/// Points of confidence by which a turned page must be better than it was before.
const BETTER: f32 = 10.0;

/// Reads one page.
///
/// `stored` are the samples of what it shows of its frame, as stored, before any rotation; a `turn` that a person gave is not doubted; `now_ms` tells milliseconds that only ever grow. Every page
/// ends in a [`Reading`]: what could not be done is its state and its findings.
pub fn read_page(
    stored: GrayImage,
    facts: &FrameFacts,
    turn: Option<Rotation>,
    recipe: &Recipe,
    reader: &mut Reader,
    now_ms: &dyn Fn() -> u64,
) -> Reading {
    let started = now_ms();
    let deadline = started.saturating_add(u64::from(recipe.seconds) * 1_000);
    let remaining = || Duration::from_millis(deadline.saturating_sub(now_ms()));
    let rotation = turn.unwrap_or(facts.stated_rotation);
    let mut work = Work {
        reader,
        recipe,
        remaining: &remaining,
        dpi: facts.dpi_stated.then_some(facts.dpi),
        page: Page::of(upright(stored, rotation)),
        rotation,
        may_turn: turn.is_none(),
        findings: Vec::new(),
    };
    let read = work.read();
    let Work { page, rotation, mut findings, .. } = work;
    findings.extend(page.look(facts.dpi_stated.then_some(facts.dpi)).findings());
    let (state, attempt) = match read {
        Ok(attempt) => (state(&attempt, &page, recipe, &mut findings), attempt),
        Err(error) => {
            let broke_off = matches!(error, OcrError::Engine { source: EngineError::BrokeOff, .. });
            let state = if broke_off && now_ms() >= deadline { ReadingState::TimedOut } else { ReadingState::Failed };
            findings.push(match state {
                ReadingState::TimedOut => Finding::warn("timed-out", format!("{} s", recipe.seconds)),
                _ => Finding::warn("recognition-failed", with_causes(&error)),
            });
            (state, Attempt::default())
        }
    };
    let text = PageText { width: page.image.width, height: page.image.height, blocks: attempt.blocks };
    Reading {
        state,
        rotation,
        language: attempt.language,
        engine: sohoa_ocr::engine(),
        model: attempt.model,
        recipe: recipe.hash(),
        input: attempt.input,
        confidence: text.confidence(),
        milliseconds: now_ms().saturating_sub(started),
        quality: PageQuality { skew: page.skew, ink: page.ink },
        text,
        findings,
    }
}

/// The samples that the engine is given of a page that stands so: gray, and level if it is skewed.
pub fn prepared(stored: GrayImage, rotation: Rotation) -> GrayImage {
    let page = Page::of(upright(stored, rotation));
    page.straightened.map_or(page.image, |level| level.image)
}

/// How a page that was read to its end stands.
fn state(attempt: &Attempt, page: &Page, recipe: &Recipe, findings: &mut Vec<Finding>) -> ReadingState {
    let Some(confidence) = attempt.confidence() else {
        if page.ink < BLANK {
            return ReadingState::Blank;
        }
        findings.push(Finding::warn("no-text", format!("{:.1} %", page.ink * 100.0)));
        return ReadingState::LowConfidence;
    };
    if confidence < f32::from(recipe.low_confidence) {
        findings.push(Finding::warn("low-confidence", format!("{confidence:.0} %")));
        return ReadingState::LowConfidence;
    }
    ReadingState::Done
}

/// An error with everything that caused it, on one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// An upright page, measured.
struct Page {
    image: GrayImage,
    ink: f32,
    sideways: bool,
    /// Degrees, counter-clockwise positive.
    skew: f32,
    straightened: Option<Straightened>,
    /// Of the straightened image, if there is one.
    map: InkMap,
    /// Of the image as it is, if there is a straightened one.
    map_as_is: Option<InkMap>,
}

impl Page {
    fn of(image: GrayImage) -> Self {
        let mut map = InkMap::of(&image);
        let (ink, sideways) = (map.share(), seems_sideways(&map));
        let skew = skew::estimate(&map);
        let mut straightened = (skew.abs() >= WORTH_TURNING).then(|| Straightened::of(&image, skew));
        let mut map_as_is = None;
        if let Some(level) = &mut straightened {
            map_as_is = Some(std::mem::replace(&mut map, InkMap::of(&level.image)));
            level.tint_corners(&image);
        }
        Self { ink, sideways, skew, map, map_as_is, straightened, image }
    }

    /// How the page looks, as it lies in the archive.
    fn look(&self, dpi: Option<Dpi>) -> Look {
        Look::of(&self.image, self.map_as_is.as_ref().unwrap_or(&self.map), self.skew, dpi)
    }

    /// The samples that the engine is given: straightened if need be, and without the stamps if they are read apart.
    fn given(&self) -> &GrayImage {
        self.straightened.as_ref().map_or(&self.image, |level| &level.image)
    }

    /// The zones of the page as papers in a language have them.
    fn layout(&self, language: Language) -> Layout {
        let kind = if language == Language::Vietnamese { Paper::Official } else { Paper::Any };
        let given = self.given();
        layout::analyse(&self.map, kind, given.width, given.height)
    }

    /// Brings blocks from the given image back to the upright page.
    fn back(&self, mut blocks: Vec<TextBlock>) -> Vec<TextBlock> {
        let Some(level) = &self.straightened else { return blocks };
        for line in blocks.iter_mut().flat_map(|block| &mut block.lines) {
            line.angle += self.skew;
            for word in &mut line.words {
                (word.x, word.y) = level.on_page(word.x, word.y);
            }
        }
        blocks
    }
}

/// What came of reading a page once in one language.
#[derive(Default)]
struct Attempt {
    language: Option<Language>,
    /// Hash of the model that read it.
    model: Option<Sha256>,
    blocks: Vec<TextBlock>,
    input: Option<Sha256>,
    findings: Vec<Finding>,
}

impl Attempt {
    fn confidence(&self) -> Option<f32> {
        PageText { width: 0, height: 0, blocks: self.blocks.clone() }.confidence()
    }

    fn score(&self) -> f32 {
        self.language.map_or(0.0, |language| language_guess::score(language, &self.blocks))
    }
}

/// A page on its way through the reader.
struct Work<'a> {
    reader: &'a mut Reader,
    recipe: &'a Recipe,
    remaining: &'a dyn Fn() -> Duration,
    dpi: Option<Dpi>,
    page: Page,
    rotation: Rotation,
    may_turn: bool,
    findings: Vec<Finding>,
}

impl Work<'_> {
    /// Reads the page, turning it if it seems to lie on its side or upside down.
    fn read(&mut self) -> Result<Attempt, OcrError> {
        if self.page.ink < EMPTY {
            return Ok(Attempt::default());
        }
        let asked = self.page.sideways;
        if asked && let Some(turn) = self.detected_turn()? {
            self.turn(turn);
        }
        let mut attempt = self.read_in_its_language()?;
        let confidence = attempt.confidence().unwrap_or(0.0);
        if !asked
            && confidence < f32::from(self.recipe.low_confidence)
            && let Some(turn) = self.detected_turn()?
        {
            let before = (Page::of(upright(self.page.image.clone(), turn)), self.rotation);
            let before = (std::mem::replace(&mut self.page, before.0), before.1);
            self.rotation = before.1.then(turn);
            let turned = self.read_in_its_language()?;
            if turned.confidence().unwrap_or(0.0) > confidence + BETTER {
                self.findings.push(turned_finding(turn));
                attempt = turned;
            } else {
                (self.page, self.rotation) = before;
            }
        }
        self.findings.append(&mut attempt.findings);
        Ok(attempt)
    }

    /// The turn that the engine detects, unless the page is upright or a person turned it.
    fn detected_turn(&mut self) -> Result<Option<Rotation>, OcrError> {
        if !self.may_turn {
            return Ok(None);
        }
        let turn = self.reader.orientation(&self.page.image, self.dpi)?;
        Ok(turn.filter(|&turn| turn != Rotation::None))
    }

    fn turn(&mut self, turn: Rotation) {
        let none = GrayImage { width: 0, height: 0, pixels: Vec::new() };
        self.page = Page::of(upright(std::mem::replace(&mut self.page.image, none), turn));
        self.rotation = self.rotation.then(turn);
        self.findings.push(turned_finding(turn));
    }

    fn read_in_its_language(&mut self) -> Result<Attempt, OcrError> {
        let hint = match self.recipe.language {
            LanguageChoice::Given(language) => return self.read_in(language),
            LanguageChoice::Auto(hint) => hint,
        };
        // A whole page says more than a few lines; most pages are in the language of the hint, or else in the first one.
        let models = self.reader.models();
        let hint = hint.into_iter().chain(Language::ALL).find(|&language| models.has(language));
        let hint = hint.unwrap_or(Language::ALL[0]);
        let mut best = self.read_in(hint)?;
        if is_settled(&best) {
            return Ok(best);
        }
        let others: Vec<Language> = match language_guess::shown(&best.blocks) {
            // Where no line is seen at all, lines may run down.
            None if best.blocks.is_empty() && runs_down(&self.page.map) => vec![Language::Chinese],
            None if best.blocks.is_empty() => Vec::new(),
            shown => shown.into_iter().chain(Language::ALL.into_iter().filter(|&other| Some(other) != shown)).collect(),
        };
        for language in others.into_iter().filter(|&language| language != hint) {
            if !self.reader.models().has(language) {
                continue;
            }
            let attempt = self.read_in(language)?;
            if attempt.score() > best.score() {
                best = attempt;
            }
            if is_settled(&best) {
                break;
            }
        }
        Ok(best)
    }

    /// Reads the page in one language: down its lines if they seem to run so in a language that has such lines, across
    /// them in any other case, or if that says more.
    fn read_in(&mut self, language: Language) -> Result<Attempt, OcrError> {
        if language.vertical_model().is_none() || !runs_down(&self.page.map) {
            return self.read_across(language);
        }
        let down = self.read_down(language)?;
        if down.score() >= CONVINCING {
            return Ok(down);
        }
        let across = self.read_across(language)?;
        Ok(if down.score() > across.score() { down } else { across })
    }

    /// Reads the page as one block whose lines run from top to bottom.
    fn read_down(&mut self, language: Language) -> Result<Attempt, OcrError> {
        let image = self.page.given();
        let rect = Rect { left: 0, top: 0, right: image.width, bottom: image.height };
        let region = Region { rect, role: BlockRole::Body, mode: PageMode::Vertical };
        let blocks = self.reader.recognise(image, self.dpi, &[region], language, self.remaining)?;
        Ok(Attempt {
            language: Some(language),
            model: self.reader.model(language, region.mode),
            input: Some(Sha256::of(&image.pixels)),
            blocks: self.page.back(blocks),
            findings: Vec::new(),
        })
    }

    /// Reads all zones of the page in one language, and its stamps by themselves.
    fn read_across(&mut self, language: Language) -> Result<Attempt, OcrError> {
        let page = &self.page;
        let mut findings = Vec::new();
        let mode = mode(language);
        let layout = page.layout(language);
        let zones = layout.zones.iter();
        let regions: Vec<Region> = zones.map(|zone| Region { rect: zone.rect, role: zone.role, mode }).collect();
        let mut stamped = Vec::new();
        let without_stamps = (!layout.stamps.is_empty()).then(|| {
            let mut image = page.given().clone();
            layout.stamps.iter().for_each(|stamp| whiten(&mut image, stamp));
            image
        });
        for stamp in &layout.stamps {
            let level = stamp.rise.abs() >= WORTH_TURNING;
            let blocks = if level {
                let cut = page.given().cut(&stamp.rect);
                let level = Straightened::of(&cut, stamp.rise);
                let region = Region { rect: middle(&level.image, stamp), role: BlockRole::Body, mode: PageMode::Block };
                let blocks = self.reader.recognise(&level.image, self.dpi, &[region], language, self.remaining)?;
                on_page(blocks, &level, stamp)
            } else {
                let region = Region { rect: inside(stamp.rect), role: BlockRole::Body, mode: PageMode::Block };
                self.reader.recognise(page.given(), self.dpi, &[region], language, self.remaining)?
            };
            let has_words = blocks.iter().flat_map(|block| &block.lines).any(|line| !line.words.is_empty());
            match receipt_stamp(&blocks) {
                None if !has_words => findings.push(Finding::warn("stamp-unread", "")),
                Some(words) => findings.push(Finding::note("receipt-stamp", words)),
                None => stamped.extend(blocks),
            }
        }
        let image = without_stamps.as_ref().unwrap_or(page.given());
        let mut blocks = self.reader.recognise(image, self.dpi, &regions, language, self.remaining)?;
        blocks.append(&mut stamped);
        let input = Some(Sha256::of(&image.pixels));
        let model = self.reader.model(language, mode);
        Ok(Attempt { language: Some(language), model, blocks: page.back(blocks), input, findings })
    }
}

/// Whether no other language needs to be tried: the words look like words, if only like weak ones.
fn is_settled(attempt: &Attempt) -> bool {
    attempt.score() >= CONVINCING || language_guess::shown(&attempt.blocks) == attempt.language
}

fn turned_finding(turn: Rotation) -> Finding {
    Finding::note("turned", format!("{}°", turn.degrees()))
}

/// How lines are looked for: columns are told apart before, so that the rows of tables stay together.
fn mode(language: Language) -> PageMode {
    match language {
        Language::Vietnamese | Language::French | Language::English => PageMode::Column,
        Language::Chinese => PageMode::Auto,
    }
}

/// The words of a framed stamp of receipt (*ĐẾN*, with number, hour and day), which are no text of the document.
///
/// Whatever else is framed, above all a mark of secrecy or urgency, stays in the text.
fn receipt_stamp(blocks: &[TextBlock]) -> Option<String> {
    let words = || blocks.iter().flat_map(|block| &block.lines).flat_map(|line| &line.words);
    let is_arrived = |text: &str| {
        let letters: String = text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_uppercase).collect();
        matches!(letters.as_str(), "ĐẾN" | "ĐÊN" | "ĐEN" | "ĐỀN" | "ĐÉN" | "DẾN" | "DEN")
    };
    let is_mark = |text: &str| {
        let upper = text.to_uppercase();
        ["MẬT", "MÂT", "MAT", "MẶT", "KHẨN", "HỎA", "HOẢ"].iter().any(|mark| upper.contains(mark))
    };
    if !words().any(|word| is_arrived(&word.text)) || words().any(|word| is_mark(&word.text)) {
        return None;
    }
    Some(words().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "))
}

/// What a frame encloses: its lines would be read as letters, or keep the engine from seeing any.
fn inside(frame: Rect) -> Rect {
    let inset = frame.height() / 9;
    Rect {
        left: frame.left + inset,
        top: frame.top + inset,
        right: frame.right.saturating_sub(inset),
        bottom: frame.bottom.saturating_sub(inset),
    }
}

/// What a frame encloses that was turned level and lies in the middle of an image.
fn middle(image: &GrayImage, stamp: &Stamp) -> Rect {
    let (half_width, half_height) = stamp.half_sides();
    let inset = half_height / 4.5;
    let (x, y) = (image.width as f32 / 2.0, image.height as f32 / 2.0);
    let (dx, dy) = ((half_width - inset).max(1.0), (half_height - inset).max(1.0));
    Rect {
        left: (x - dx).max(0.0) as u32,
        top: (y - dy).max(0.0) as u32,
        right: ((x + dx) as u32).min(image.width),
        bottom: ((y + dy) as u32).min(image.height),
    }
}

/// Blocks that were read on a stamp turned level, at their place in the image that the stamp was cut from.
fn on_page(mut blocks: Vec<TextBlock>, level: &Straightened, stamp: &Stamp) -> Vec<TextBlock> {
    for line in blocks.iter_mut().flat_map(|block| &mut block.lines) {
        line.angle += stamp.rise;
        for word in &mut line.words {
            let (x, y) = level.on_page(word.x, word.y);
            (word.x, word.y) = (x + stamp.rect.left as f32, y + stamp.rect.top as f32);
        }
    }
    blocks
}

/// Paints the frame of a stamp and what is in it white, and nothing beside it.
fn whiten(image: &mut GrayImage, stamp: &Stamp) {
    let width = image.width as usize;
    let area = &stamp.rect;
    if stamp.rise.abs() < WORTH_TURNING {
        for y in area.top.min(image.height)..area.bottom.min(image.height) {
            let row = y as usize * width;
            image.pixels[row + area.left as usize..row + (area.right as usize).min(width)].fill(255);
        }
        return;
    }
    let (half_width, half_height) = stamp.half_sides();
    // The slope is known to a degree only: a little more than the frame.
    let (half_width, half_height) = (half_width * 1.04, half_height * 1.1);
    let (sin, cos) = (-stamp.rise).to_radians().sin_cos();
    let (mx, my) = ((area.left + area.right) as f32 / 2.0, (area.top + area.bottom) as f32 / 2.0);
    for y in area.top.min(image.height)..area.bottom.min(image.height) {
        for x in area.left.min(image.width)..area.right.min(image.width) {
            let (dx, dy) = (x as f32 - mx, y as f32 - my);
            if (dx * cos + dy * sin).abs() <= half_width && (dy * cos - dx * sin).abs() <= half_height {
                image.pixels[y as usize * width + x as usize] = 255;
            }
        }
    }
}
