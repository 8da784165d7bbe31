//! A reader: one worker's loaded models, and the verb that turns regions of a page into blocks of text.
//!
//! Invariant: a page's text depends on its samples, its resolution, the regions, the language and the model alone, never
//! on the pages before it or on other workers.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::Duration;

use sohoa_model::frame::GrayImage;
use sohoa_model::geometry::{Dpi, Rect, Rotation};
use sohoa_model::page_text::{BlockRole, TextBlock};
use sohoa_model::{Language, Sha256};

use crate::models::{ModelError, Models};
use crate::tesseract::{Engine, EngineError, Kind, PageMode};
use crate::words;

/// The name of the model that tells how a page is turned.
const ORIENTATION: &str = "osd";

/// Score of [`language_guess::score`](crate::language_guess::score) from which no other language is tried.
pub const CONVINCING: f32 = 0.6;

/// A part of a page that is read by itself, in pixels of the image that is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// Where it lies.
    pub rect: Rect,
    /// What part of the page it is; its blocks carry the same role.
    pub role: BlockRole,
    /// How lines are looked for in it.
    pub mode: PageMode,
}

/// One worker's models and handles.
pub struct Reader {
    models: Models,
    loaded: BTreeMap<&'static str, Loaded>,
}

struct Loaded {
    engine: Engine,
    sha256: Sha256,
}

/// Why a page could not be read.
#[derive(Debug, thiserror::Error)]
pub enum OcrError {
    /// The model can't be used.
    #[error("the model for {name} can't be used")]
    Model {
        /// The model's name.
        name: &'static str,
        /// Why.
        #[source]
        source: ModelError,
    },
    /// The engine failed on the page; [`EngineError::BrokeOff`] at or after the deadline is a time-out.
    #[error("could not recognise the page in {name}")]
    Engine {
        /// The model's name.
        name: &'static str,
        /// Why.
        #[source]
        source: EngineError,
    },
}

/// The engine and its version as records name it, e.g. `tesseract 5.3.0`.
pub fn engine() -> String {
    format!("tesseract {}", Engine::version())
}

/// The model that reads a language in a mode; vertical lines of a language that has none are read as any.
fn name_of(language: Language, mode: PageMode) -> &'static str {
    match mode {
        PageMode::Vertical => language.vertical_model().unwrap_or(language.model()),
        PageMode::Auto | PageMode::Column | PageMode::Block => language.model(),
    }
}

impl Reader {
    /// A reader that has loaded nothing yet.
    pub fn new(models: Models) -> Self {
        Self { models, loaded: BTreeMap::new() }
    }

    /// The models that this reader loads from.
    pub fn models(&self) -> &Models {
        &self.models
    }

    /// The hash of the model that reads a language in this mode, once it is loaded.
    pub fn model(&self, language: Language, mode: PageMode) -> Option<Sha256> {
        self.loaded.get(name_of(language, mode)).map(|loaded| loaded.sha256)
    }

    /// Reads the regions of a page, in their order, in one language; one model reads all, that for the mode of the first.
    ///
    /// Coordinates of the words are pixels of `image`. `dpi` is given only if it is true; a wrong one costs more than none.
    /// `remaining` says, before each region, how long it may still take;
    /// the engine looks at it before every word.
    ///
    /// # Errors
    /// Fails if the model can't be used, if the image is none, or if the engine breaks off.
    pub fn recognise(
        &mut self,
        image: &GrayImage,
        dpi: Option<Dpi>,
        regions: &[Region],
        language: Language,
        remaining: &dyn Fn() -> Duration,
    ) -> Result<Vec<TextBlock>, OcrError> {
        let Some(Region { mode, .. }) = regions.first() else { return Ok(Vec::new()) };
        let name = name_of(language, *mode);
        let failed = |source| OcrError::Engine { name, source };
        let mut sheet = self.handle(name, Kind::Lines)?.engine.lay(image, dpi).map_err(failed)?;
        let mut blocks = Vec::new();
        for region in regions {
            let words = sheet.recognise(region.rect, region.mode, remaining()).map_err(failed)?;
            let found = words::blocks(words, region.mode == PageMode::Vertical).into_iter();
            blocks.extend(found.map(|lines| TextBlock { role: region.role, lines }));
        }
        Ok(blocks)
    }

    /// The turn that would make a page upright; `None` if there is too little text to tell, or no model for it.
    ///
    /// # Errors
    /// Fails if the orientation model is there and can't be used, or if the image is none.
    pub fn orientation(&mut self, image: &GrayImage, dpi: Option<Dpi>) -> Result<Option<Rotation>, OcrError> {
        let handle = match self.handle(ORIENTATION, Kind::Orientation) {
            Err(OcrError::Model { source: ModelError::Unreadable { .. }, .. }) => return Ok(None),
            other => other?,
        };
        let failed = |source| OcrError::Engine { name: ORIENTATION, source };
        Ok(handle.engine.lay(image, dpi).map_err(failed)?.orientation())
    }

    fn handle(&mut self, name: &'static str, kind: Kind) -> Result<&mut Loaded, OcrError> {
        match self.loaded.entry(name) {
            Entry::Occupied(loaded) => Ok(loaded.into_mut()),
            Entry::Vacant(place) => {
                let model = self.models.load(name).map_err(|source| OcrError::Model { name, source })?;
                let engine =
                    Engine::load(&model.bytes, name, kind).map_err(|source| OcrError::Engine { name, source })?;
                Ok(place.insert(Loaded { engine, sha256: model.sha256 }))
            }
        }
    }
}
