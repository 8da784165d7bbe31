//! An engine: one Tesseract handle with one model, behind types that cannot be used in a wrong order.
//!
//! Tesseract is called through declarations of our own ([`ffi`]) and not through the `tesseract-rs` crate: its build
//! dependencies compile an HTTP client even when it links the system's library, and its result iterator has no lifetime,
//! so that it can be used after the image it speaks of is gone. Here an [`Engine`] lends itself to one [`Sheet`] at a
//! time, a sheet lends itself to one [`Words`] at a time, and everything is freed where its owner ends.
//!
//! Handles are neither `Send` nor `Sync`: a worker keeps its own.

mod ffi;

use std::ffi::{CStr, CString, c_int};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::time::Duration;

use sohoa_model::frame::GrayImage;
use sohoa_model::geometry::{Dpi, Rect, Rotation};

/// Longest side in pixels that Tesseract takes (its coordinates have 16 bits).
const LONGEST_SIDE: u32 = 32_767;

/// Shortest side in pixels of a region that is worth recognising.
const SHORTEST_SIDE: u32 = 8;

/// The resolution that makes Tesseract estimate it (`kMinCredibleResolution`).
const UNKNOWN_DPI: c_int = 70;

/// How Tesseract looks for lines in a region (`PSM_*`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PageMode {
    /// Columns and blocks are looked for (`PSM_AUTO`).
    Auto,
    /// One column of text of various sizes (`PSM_SINGLE_COLUMN`).
    Column,
    /// One even block of text (`PSM_SINGLE_BLOCK`).
    Block,
    /// One block whose lines run from top to bottom, the first at the right (`PSM_SINGLE_BLOCK_VERT_TEXT`).
    Vertical,
}

impl PageMode {
    fn psm(self) -> c_int {
        match self {
            Self::Auto => 3,
            Self::Column => 4,
            Self::Block => 6,
            Self::Vertical => 5,
        }
    }
}

/// Which of Tesseract's engines a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Reads lines (LSTM).
    Lines,
    /// Tells how a page is turned (classic engine).
    Orientation,
}

/// Why the engine could not do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The model was listed, yet Tesseract does not load it.
    #[error("the engine does not load the model")]
    Load,
    /// There is no memory for a handle.
    #[error("the engine gives no handle")]
    Handle,
    /// The image has no pixels, fewer samples than it claims, or a side of more than 32,767 pixels.
    #[error("the engine takes no image of {width} by {height} pixels")]
    Image {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// Recognition ended without a result: the deadline passed, or the engine gave up.
    #[error("the engine broke off")]
    BrokeOff,
}

/// A word as the engine found it; coordinates are pixels of the sheet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FoundWord {
    pub(crate) text: String,
    /// 0 to 100.
    pub(crate) confidence: f32,
    /// Left, top, right, bottom.
    pub(crate) bounds: [i32; 4],
    /// Start and end of the word's baseline: x, y, x, y.
    pub(crate) baseline: Option<[i32; 4]>,
    /// Start and end of the whole line's baseline.
    pub(crate) line: Option<[i32; 4]>,
    pub(crate) starts_line: bool,
    pub(crate) starts_block: bool,
    pub(crate) in_dictionary: bool,
}

/// A handle with a loaded model.
pub(crate) struct Engine {
    api: NonNull<ffi::TessBaseAPI>,
}

impl Engine {
    /// Loads a model from its bytes, so that the bytes that were hashed are the bytes that are used.
    pub(crate) fn load(model: &[u8], name: &str, kind: Kind) -> Result<Self, EngineError> {
        let name = CString::new(name).map_err(|_| EngineError::Load)?;
        let size = c_int::try_from(model.len()).map_err(|_| EngineError::Load)?;
        // SAFETY: takes nothing, gives a new handle or null.
        let api = NonNull::new(unsafe { ffi::TessBaseAPICreate() }).ok_or(EngineError::Handle)?;
        let mut engine = Self { api };
        engine.set(c"debug_file", c"/dev/null");
        let mode = match kind {
            Kind::Lines => ffi::OEM_LSTM_ONLY,
            Kind::Orientation => ffi::OEM_TESSERACT_ONLY,
        };
        // SAFETY: the handle lives; `model` has `size` bytes, which Tesseract copies; the lists are empty and may be null.
        let status = unsafe {
            ffi::TessBaseAPIInit5(
                engine.api.as_ptr(),
                model.as_ptr().cast(),
                size,
                name.as_ptr(),
                mode,
                ptr::null_mut(),
                0,
                ptr::null_mut(),
                ptr::null_mut(),
                0,
                0,
            )
        };
        if status != 0 {
            return Err(EngineError::Load);
        }
        // White letters on black are rare on paper, and every weak line would be read twice to look for them.
        engine.set(c"tessedit_do_invert", c"0");
        Ok(engine)
    }

    /// The version of the library that is linked, e.g. `5.3.0`.
    pub(crate) fn version() -> String {
        // SAFETY: gives a static string, or null.
        let version = unsafe { ffi::TessVersion() };
        if version.is_null() {
            return String::new();
        }
        // SAFETY: not null, static and ended by zero.
        unsafe { CStr::from_ptr(version) }.to_string_lossy().into_owned()
    }

    /// Lays a page before the engine, which forgets all that it learnt from pages before.
    ///
    /// Without `dpi` the engine estimates it from the heights of the lines that it finds.
    pub(crate) fn lay(&mut self, image: &GrayImage, dpi: Option<Dpi>) -> Result<Sheet<'_>, EngineError> {
        let refused = EngineError::Image { width: image.width, height: image.height };
        let samples = u64::from(image.width) * u64::from(image.height);
        if samples == 0
            || image.width.max(image.height) > LONGEST_SIDE
            || image.width.min(image.height) < SHORTEST_SIDE
            || image.pixels.len() as u64 != samples
        {
            return Err(refused);
        }
        let (width, height) = (image.width as c_int, image.height as c_int);
        // SAFETY: the handle lives; the samples are `width * height` bytes (checked above), which Tesseract copies.
        unsafe {
            ffi::TessBaseAPIClearAdaptiveClassifier(self.api.as_ptr());
            ffi::TessBaseAPISetImage(self.api.as_ptr(), image.pixels.as_ptr(), width, height, 1, width);
            let dpi = dpi.map_or(UNKNOWN_DPI, |dpi| dpi.0.round().clamp(70.0, 2_400.0) as c_int);
            ffi::TessBaseAPISetSourceResolution(self.api.as_ptr(), dpi);
        }
        Ok(Sheet { width: image.width, height: image.height, engine: self })
    }

    fn set(&mut self, name: &CStr, value: &CStr) {
        // SAFETY: the handle lives; both strings end with zero and are copied. An unknown name changes nothing.
        unsafe { ffi::TessBaseAPISetVariable(self.api.as_ptr(), name.as_ptr(), value.as_ptr()) };
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // SAFETY: the handle came from TessBaseAPICreate, and nothing that borrows it is alive.
        unsafe { ffi::TessBaseAPIDelete(self.api.as_ptr()) };
    }
}

/// A page that lies before the engine.
pub(crate) struct Sheet<'e> {
    width: u32,
    height: u32,
    engine: &'e mut Engine,
}

impl Sheet<'_> {
    /// Reads one region of the page, cut to the page; a region too small to read has no words.
    pub(crate) fn recognise(
        &mut self,
        region: Rect,
        mode: PageMode,
        at_most: Duration,
    ) -> Result<Words<'_>, EngineError> {
        let (left, top) = (region.left.min(self.width), region.top.min(self.height));
        let (right, bottom) = (region.right.min(self.width), region.bottom.min(self.height));
        let (width, height) = (right.saturating_sub(left), bottom.saturating_sub(top));
        if width < SHORTEST_SIDE || height < SHORTEST_SIDE {
            return Ok(Words { place: None, before_first: true, sheet: PhantomData });
        }
        let api = self.engine.api.as_ptr();
        let monitor = Monitor::with_deadline(at_most)?;
        // SAFETY: the handle lives and has an image; the rectangle lies inside of it; the monitor outlives the call.
        let status = unsafe {
            ffi::TessBaseAPISetPageSegMode(api, mode.psm());
            ffi::TessBaseAPISetRectangle(api, left as c_int, top as c_int, width as c_int, height as c_int);
            ffi::TessBaseAPIRecognize(api, monitor.0.as_ptr())
        };
        if status != 0 {
            return Err(EngineError::BrokeOff);
        }
        // SAFETY: the handle lives; null stands for no results.
        let place = NonNull::new(unsafe { ffi::TessBaseAPIGetIterator(api) });
        Ok(Words { place, before_first: true, sheet: PhantomData })
    }

    /// The turn that makes the page upright, as the orientation model sees it; `None` if it sees too little text.
    pub(crate) fn orientation(&mut self) -> Option<Rotation> {
        let (mut degrees, mut confidence, mut script, mut script_confidence) = (0, 0.0, ptr::null(), 0.0);
        // SAFETY: the handle lives and has an image; the places for the answers are valid. The script's name belongs to
        // the handle (baseapi.cpp, DetectOrientationScript) and is not used.
        let seen = unsafe {
            ffi::TessBaseAPIDetectOrientationScript(
                self.engine.api.as_ptr(),
                &raw mut degrees,
                &raw mut confidence,
                &raw mut script,
                &raw mut script_confidence,
            )
        };
        // The angle is how far the image is turned clockwise (baseapi.h); the turn that undoes it goes the other way.
        (seen != 0).then(|| Rotation::from_degrees(-degrees)).flatten()
    }
}

impl Drop for Sheet<'_> {
    fn drop(&mut self) {
        // SAFETY: the handle lives; frees the image and its results, which nothing borrows any more.
        unsafe { ffi::TessBaseAPIClear(self.engine.api.as_ptr()) };
    }
}

/// The words of one region, in the engine's reading order.
pub(crate) struct Words<'s> {
    place: Option<NonNull<ffi::TessResultIterator>>,
    before_first: bool,
    sheet: PhantomData<&'s mut ()>,
}

impl Iterator for Words<'_> {
    type Item = FoundWord;

    fn next(&mut self) -> Option<FoundWord> {
        let place = self.place?.as_ptr();
        // SAFETY: the iterator lives as long as `self`, and the results that it walks over as long as the borrowed sheet.
        unsafe {
            if !std::mem::take(&mut self.before_first) && ffi::TessResultIteratorNext(place, ffi::RIL_WORD) == 0 {
                return None;
            }
            let page = ffi::TessResultIteratorGetPageIteratorConst(place);
            let text = ffi::TessResultIteratorGetUTF8Text(place, ffi::RIL_WORD);
            if page.is_null() || text.is_null() {
                return None;
            }
            let owned = CStr::from_ptr(text).to_string_lossy().into_owned();
            ffi::TessDeleteText(text);
            let mut bounds = [0; 4];
            let [left, top, right, bottom] = &mut bounds;
            ffi::TessPageIteratorBoundingBox(page, ffi::RIL_WORD, left, top, right, bottom);
            let baseline = |level| {
                let mut ends = [0; 4];
                let [x1, y1, x2, y2] = &mut ends;
                (ffi::TessPageIteratorBaseline(page, level, x1, y1, x2, y2) != 0).then_some(ends)
            };
            Some(FoundWord {
                text: owned,
                confidence: ffi::TessResultIteratorConfidence(place, ffi::RIL_WORD).clamp(0.0, 100.0),
                bounds,
                baseline: baseline(ffi::RIL_WORD),
                line: baseline(ffi::RIL_TEXTLINE),
                starts_line: ffi::TessPageIteratorIsAtBeginningOf(page, ffi::RIL_TEXTLINE) != 0,
                starts_block: ffi::TessPageIteratorIsAtBeginningOf(page, ffi::RIL_BLOCK) != 0,
                in_dictionary: ffi::TessResultIteratorWordIsFromDictionary(place) != 0,
            })
        }
    }
}

impl Drop for Words<'_> {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            // SAFETY: came from TessBaseAPIGetIterator and is deleted once; the results are still there.
            unsafe { ffi::TessResultIteratorDelete(place.as_ptr()) };
        }
    }
}

/// A deadline for one recognition; Tesseract looks at it before every word.
struct Monitor(NonNull<ffi::EtextDesc>);

impl Monitor {
    fn with_deadline(at_most: Duration) -> Result<Self, EngineError> {
        // SAFETY: takes nothing, gives a new monitor or null.
        let monitor = Self(NonNull::new(unsafe { ffi::TessMonitorCreate() }).ok_or(EngineError::Handle)?);
        let milliseconds = c_int::try_from(at_most.as_millis()).unwrap_or(c_int::MAX).max(1);
        // SAFETY: the monitor lives.
        unsafe { ffi::TessMonitorSetDeadlineMSecs(monitor.0.as_ptr(), milliseconds) };
        Ok(monitor)
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        // SAFETY: came from TessMonitorCreate and is deleted once.
        unsafe { ffi::TessMonitorDelete(self.0.as_ptr()) };
    }
}
