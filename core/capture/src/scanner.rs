//! A scanner, whatever drives it: SANE, a worker process that holds it, or a simulation. One trait, pulled by its user.
//!
//! A batch is: [`configure`](Scanner::configure), then [`next_page`](Scanner::next_page) and [`read`](Scanner::read) in
//! turns until there is no page left. What the device can't do is refused before the first page; what it rounds is said.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A device that could be opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The name by which it is opened.
    pub id: String,
    /// Its maker.
    pub vendor: String,
    /// Its model.
    pub model: String,
    /// What it is, in the words of its driver.
    pub kind: String,
}

/// Where the paper lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// On the glass: one page at a time.
    Flatbed,
    /// In the feeder, one side of each sheet.
    Adf,
    /// In the feeder, both sides of each sheet.
    AdfDuplex,
}

impl Source {
    /// All.
    pub const ALL: [Self; 3] = [Self::Flatbed, Self::Adf, Self::AdfDuplex];

    /// The word in commands and records: `flatbed`, `adf`, `adf-duplex`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Flatbed => "flatbed",
            Self::Adf => "adf",
            Self::AdfDuplex => "adf-duplex",
        }
    }

    /// Pages that a sheet gives.
    pub fn sides(self) -> u32 {
        if self == Self::AdfDuplex { 2 } else { 1 }
    }
}

/// What a pixel is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Red, green and blue of 8 bits.
    Color,
    /// Grey of 8 bits.
    Gray,
    /// Black or white.
    Bilevel,
}

impl Mode {
    /// All.
    pub const ALL: [Self; 3] = [Self::Color, Self::Gray, Self::Bilevel];

    /// The word in commands and records: `color`, `gray`, `bilevel`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Color => "color",
            Self::Gray => "gray",
            Self::Bilevel => "bilevel",
        }
    }
}

/// The word of a choice among several.
fn word_of<T: Copy>(all: &[T], word: fn(T) -> &'static str, text: &str) -> Result<T, String> {
    let known = || all.iter().map(|item| word(*item)).collect::<Vec<_>>().join(", ");
    all.iter().copied().find(|item| word(*item) == text).ok_or_else(known)
}

impl std::str::FromStr for Source {
    type Err = String;

    /// The error lists the words that there are.
    fn from_str(text: &str) -> Result<Self, String> {
        word_of(&Self::ALL, Self::word, text)
    }
}

impl std::str::FromStr for Mode {
    type Err = String;

    /// The error lists the words that there are.
    fn from_str(text: &str) -> Result<Self, String> {
        word_of(&Self::ALL, Self::word, text)
    }
}

/// What a device can do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Abilities {
    /// Where paper may lie.
    pub sources: Vec<Source>,
    /// What pixels may be made of.
    pub modes: Vec<Mode>,
    /// Dots per inch.
    pub resolutions: Resolutions,
    /// Width and height of the largest page, in millimetres, if it is known.
    pub largest: Option<(f64, f64)>,
}

/// Dots per inch that a device can be set to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resolutions {
    /// From, to.
    Range(f64, f64),
    /// These.
    List(Vec<f64>),
}

impl Resolutions {
    /// Whether a resolution can be set, but for rounding.
    pub fn allow(&self, dpi: f64) -> bool {
        match self {
            Self::Range(from, to) => (*from..=*to).contains(&dpi),
            Self::List(all) => all.iter().any(|other| (other - dpi).abs() < 0.5),
        }
    }
}

impl fmt::Display for Resolutions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Range(from, to) => write!(f, "{from:.0}-{to:.0}"),
            Self::List(all) => {
                let all: Vec<String> = all.iter().map(|dpi| format!("{dpi:.0}")).collect();
                f.write_str(&all.join(", "))
            }
        }
    }
}

/// How to scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Where the paper lies.
    pub source: Source,
    /// What pixels are made of.
    pub mode: Mode,
    /// Dots per inch.
    pub dpi: f64,
    /// Width and height of the page in millimetres.
    pub paper: (f64, f64),
}

/// What a device was set to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Granted {
    /// As it was granted; where it differs from what was asked for, the device rounded.
    pub settings: Settings,
    /// Every option of the driver as it stands, by its name.
    pub options: Vec<(String, String)>,
}

/// A page before its pixels come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageShape {
    /// Pixels of a row.
    pub width: u32,
    /// Rows; `None` if the device learns them as it goes.
    pub height: Option<u32>,
    /// What pixels are made of. Of a bilevel row each bit is a pixel, the highest first, 1 is black.
    pub mode: Mode,
}

impl PageShape {
    /// Bytes of a row.
    pub fn row_bytes(&self) -> usize {
        let width = self.width as usize;
        match self.mode {
            Mode::Color => width * 3,
            Mode::Gray => width,
            Mode::Bilevel => width.div_ceil(8),
        }
    }
}

/// Why a scanner did not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum ScanError {
    /// There is no such device (any more).
    #[error("no device {id}")]
    NoDevice {
        /// Its name.
        id: String,
    },
    /// Somebody else uses it.
    #[error("the device is busy")]
    Busy,
    /// This user may not use it.
    #[error("access to the device is denied")]
    Denied,
    /// Paper is jammed.
    #[error("paper is jammed")]
    Jammed,
    /// Two sheets went in at once.
    #[error("two sheets were fed at once")]
    DoubleFeed,
    /// The cover is open.
    #[error("the cover is open")]
    CoverOpen,
    /// Talking to the device failed.
    #[error("the device does not answer as it should: {detail}")]
    Broken {
        /// What was seen.
        detail: String,
    },
    /// The driver process broke off.
    #[error("the driver broke off")]
    DriverDied,
    /// The driver or the device stayed silent.
    #[error("the device was silent for {seconds} s")]
    Silent {
        /// For so long.
        seconds: u64,
    },
    /// The device can't do what was asked for.
    #[error("the device has no {what} {wanted}; it has {possible}")]
    Unsupported {
        /// Which setting: `source`, `mode`, `resolution`, `paper`.
        what: String,
        /// What was asked for.
        wanted: String,
        /// What there is.
        possible: String,
    },
    /// Somebody asked to stop.
    #[error("stopped on request")]
    Cancelled,
}

impl ScanError {
    /// The stable code for records.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoDevice { .. } => "no-device",
            Self::Busy => "device-busy",
            Self::Denied => "device-denied",
            Self::Jammed => "paper-jam",
            Self::DoubleFeed => "double-feed",
            Self::CoverOpen => "cover-open",
            Self::Broken { .. } => "device-broken",
            Self::DriverDied => "driver-died",
            Self::Silent { .. } => "device-silent",
            Self::Unsupported { .. } => "option-unsupported",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What knows devices and opens them.
pub trait Driver {
    /// The devices that are there now.
    ///
    /// # Errors
    /// If the driver can't be asked.
    fn devices(&mut self) -> Result<Vec<Device>, ScanError>;

    /// Opens a device.
    ///
    /// # Errors
    /// [`ScanError::NoDevice`], [`ScanError::Busy`], [`ScanError::Denied`], and others that the device gives.
    fn open<'d>(&'d mut self, id: &str) -> Result<Box<dyn Scanner + 'd>, ScanError>;
}

/// An open device.
pub trait Scanner {
    /// What it can do.
    fn abilities(&self) -> &Abilities;

    /// Sets it up for a batch.
    ///
    /// # Errors
    /// [`ScanError::Unsupported`] for what it can't do, before any paper moves.
    fn configure(&mut self, settings: &Settings) -> Result<Granted, ScanError>;

    /// Starts the next page; `None` if there is no paper (left), which ends the batch. From the glass comes one page.
    ///
    /// # Errors
    /// What kept the page from coming; the batch is over, what came before it stands.
    fn next_page(&mut self) -> Result<Option<PageShape>, ScanError>;

    /// Reads what there is of the page; 0 says that it is whole.
    ///
    /// # Errors
    /// What broke the page off; the batch is over.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ScanError>;

    /// Breaks the batch off.
    fn stop(&mut self);
}

/// Refuses settings that lie outside of what a device can do.
///
/// # Errors
/// [`ScanError::Unsupported`], which names the setting and what there is.
pub fn check(abilities: &Abilities, settings: &Settings) -> Result<(), ScanError> {
    let unsupported = |what: &str, wanted: String, possible: String| {
        Err(ScanError::Unsupported { what: what.to_owned(), wanted, possible })
    };
    let words = |all: Vec<&str>| all.join(", ");
    if !abilities.sources.contains(&settings.source) {
        let possible = words(abilities.sources.iter().map(|source| source.word()).collect());
        return unsupported("source", settings.source.word().to_owned(), possible);
    }
    if !abilities.modes.contains(&settings.mode) {
        let possible = words(abilities.modes.iter().map(|mode| mode.word()).collect());
        return unsupported("mode", settings.mode.word().to_owned(), possible);
    }
    if !abilities.resolutions.allow(settings.dpi) {
        return unsupported("resolution", format!("{:.0}", settings.dpi), abilities.resolutions.to_string());
    }
    let (width, height) = settings.paper;
    if let Some((widest, highest)) = abilities.largest
        && (width > widest + 1.0 || height > highest + 1.0)
    {
        let size = |width: f64, height: f64| format!("{width:.0} x {height:.0} mm");
        return unsupported("paper", size(width, height), size(widest, highest));
    }
    Ok(())
}
