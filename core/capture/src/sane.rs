//! Scanners behind SANE: the names that backends give to the same things are brought to ours.

use sohoa_sane::{Constraint, Fault, Sane, SaneError, Unit, Value};

use crate::scanner::{
    Abilities, Device, Driver, Granted, Mode, PageShape, Resolutions, ScanError, Scanner, Settings, Source, check,
};

/// Millimetres of an inch.
const INCH: f64 = 25.4;
/// Bytes of a page that are read before it is announced.
const READ_AHEAD: usize = 1 << 16;
/// The most options whose values are written down.
const MOST_NOTED: usize = 200;

/// SANE, open in this process: a worker's.
pub struct SaneDriver(Sane);

impl SaneDriver {
    /// Opens SANE.
    ///
    /// # Errors
    /// What SANE says.
    pub fn open() -> Result<Self, ScanError> {
        Sane::open().map(Self).map_err(|error| fault(&error, ""))
    }
}

impl Driver for SaneDriver {
    fn devices(&mut self) -> Result<Vec<Device>, ScanError> {
        let devices = self.0.devices().map_err(|error| fault(&error, ""))?;
        let ours = |device: sohoa_sane::Device| Device {
            id: device.name,
            vendor: device.vendor,
            model: device.model,
            kind: device.kind,
        };
        Ok(devices.into_iter().map(ours).collect())
    }

    fn open<'d>(&'d mut self, id: &str) -> Result<Box<dyn Scanner + 'd>, ScanError> {
        let inner = self.0.scanner(id).map_err(|error| fault(&error, id))?;
        let names = Names::of(&inner);
        let abilities = abilities(&inner, &names);
        Ok(Box::new(SaneScanner { inner, names, abilities, id: id.to_owned(), glass: None, ahead: Vec::new() }))
    }
}

/// What SANE says, in our words; what is invalid on opening is a device that is not there.
fn fault(error: &SaneError, id: &str) -> ScanError {
    let broken = || ScanError::Broken { detail: error.to_string() };
    match error {
        // What sane-airscan says where it could not start at all, since no Avahi daemon runs.
        SaneError::Backend { call: "sane_open", fault: Fault::NoMemory } if id.starts_with("airscan:") => {
            ScanError::NoDevice { id: id.to_owned() }
        }
        SaneError::Backend { call: "sane_open", fault: Fault::Invalid | Fault::Io | Fault::Unsupported } => {
            ScanError::NoDevice { id: id.to_owned() }
        }
        SaneError::Backend { fault, .. } => match fault {
            Fault::Busy => ScanError::Busy,
            Fault::Denied => ScanError::Denied,
            Fault::Jammed => ScanError::Jammed,
            Fault::CoverOpen => ScanError::CoverOpen,
            Fault::Cancelled => ScanError::Cancelled,
            _ => broken(),
        },
        _ => broken(),
    }
}

/// The words of a backend for what we ask of it.
struct Names {
    sources: Vec<(Source, String)>,
    modes: Vec<(Mode, String)>,
}

impl Names {
    fn of(scanner: &sohoa_sane::Scanner<'_>) -> Self {
        let choices = |name: &str| match scanner.option(name).map(|option| &option.constraint) {
            Some(Constraint::Texts(texts)) => texts.clone(),
            _ => Vec::new(),
        };
        let first_of = |found: Vec<(Source, String)>| {
            let mut kept: Vec<(Source, String)> = Vec::new();
            for (source, name) in found {
                if kept.iter().all(|(other, _)| *other != source) {
                    kept.push((source, name));
                }
            }
            kept
        };
        let sources = choices("source").into_iter().filter_map(|name| Some((source_of(&name)?, name))).collect();
        let mut modes: Vec<(Mode, String)> = Vec::new();
        for name in choices("mode") {
            if let Some(mode) = mode_of(&name)
                && modes.iter().all(|(other, _)| *other != mode)
            {
                modes.push((mode, name));
            }
        }
        // Some have one bit as a depth of grey.
        let gray = modes.iter().find(|(mode, _)| *mode == Mode::Gray).map(|(_, name)| name.clone());
        let depths = scanner.option("depth").map(|option| &option.constraint);
        let has_one = matches!(depths, Some(Constraint::Numbers(depths)) if depths.contains(&1.0));
        if let Some(gray) = gray.filter(|_| has_one && modes.iter().all(|(mode, _)| *mode != Mode::Bilevel)) {
            modes.push((Mode::Bilevel, gray));
        }
        Self { sources: first_of(sources), modes }
    }
}

/// Which source a backend means.
fn source_of(name: &str) -> Option<Source> {
    let name = name.to_lowercase();
    let is_feeder = name.contains("adf") || name.contains("feeder");
    if name.contains("duplex") && !name.contains("card") {
        Some(Source::AdfDuplex)
    } else if is_feeder && !name.contains("back") {
        Some(Source::Adf)
    } else if ["flatbed", "platen", "fb", "normal"].iter().any(|word| name.contains(word)) {
        Some(Source::Flatbed)
    } else {
        None
    }
}

/// Which mode a backend means.
fn mode_of(name: &str) -> Option<Mode> {
    let name = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["lineart", "line art", "binary", "black & white", "halftone", "monochrome"]) {
        Some(Mode::Bilevel)
    } else if has(&["gray", "grey"]) {
        Some(Mode::Gray)
    } else if has(&["color", "colour"]) {
        Some(Mode::Color)
    } else {
        None
    }
}

fn abilities(scanner: &sohoa_sane::Scanner<'_>, names: &Names) -> Abilities {
    let resolutions = match scanner.option("resolution").map(|option| &option.constraint) {
        Some(Constraint::Range { min, max, .. }) => Resolutions::Range(*min, *max),
        Some(Constraint::Numbers(all)) => Resolutions::List(all.clone()),
        _ => Resolutions::Range(1.0, 9_600.0),
    };
    let far = |name: &str| {
        let option = scanner.option(name).filter(|option| option.unit == Unit::Millimetre)?;
        match option.constraint {
            Constraint::Range { max, .. } => Some(max),
            _ => None,
        }
    };
    Abilities {
        // A device that does not ask where the paper lies has one place for it.
        sources: match names.sources.as_slice() {
            [] => vec![Source::Flatbed],
            sources => sources.iter().map(|(source, _)| *source).collect(),
        },
        modes: names.modes.iter().map(|(mode, _)| *mode).collect(),
        resolutions,
        largest: far("br-x").zip(far("br-y")),
    }
}

struct SaneScanner<'d> {
    inner: sohoa_sane::Scanner<'d>,
    names: Names,
    abilities: Abilities,
    id: String,
    /// Whether the one page of the glass came already; `None` if paper lies in the feeder.
    glass: Option<bool>,
    /// The first bytes of the page, read ahead.
    ahead: Vec<u8>,
}

impl SaneScanner<'_> {
    fn set(&mut self, name: &str, value: &Value) -> Result<Value, ScanError> {
        self.inner.set(name, value).map_err(|error| fault(&error, &self.id))
    }

    /// Sets an option that a device may lack.
    fn set_if_there(&mut self, name: &str, value: &Value) -> Result<Option<Value>, ScanError> {
        match self.inner.option(name).is_some_and(|option| option.is_settable) {
            true => self.set(name, value).map(Some),
            false => Ok(None),
        }
    }

    fn noted(&self) -> Vec<(String, String)> {
        let readable = self.inner.options().iter().filter(|option| option.is_active && option.is_readable);
        let value = |name: &str| match self.inner.get(name).ok()? {
            Value::Bool(is) => Some(if is { "yes" } else { "no" }.to_owned()),
            Value::Number(number) => Some(format!("{number}")),
            Value::Text(text) => Some(text),
        };
        let named = readable.filter(|option| !option.name.is_empty());
        named.take(MOST_NOTED).filter_map(|option| Some((option.name.clone(), value(&option.name)?))).collect()
    }
}

impl Scanner for SaneScanner<'_> {
    fn abilities(&self) -> &Abilities {
        &self.abilities
    }

    fn configure(&mut self, settings: &Settings) -> Result<Granted, ScanError> {
        check(&self.abilities, settings)?;
        let text = |name: &str| Value::Text(name.to_owned());
        let source = self.names.sources.iter().find(|(source, _)| *source == settings.source);
        if let Some(name) = source.map(|(_, name)| name.clone()) {
            self.set("source", &text(&name))?;
        }
        let mode = self.names.modes.iter().find(|(mode, _)| *mode == settings.mode);
        if let Some(name) = mode.map(|(_, name)| name.clone()) {
            self.set("mode", &text(&name))?;
        }
        let depth = if settings.mode == Mode::Bilevel { 1.0 } else { 8.0 };
        self.set_if_there("depth", &Value::Number(depth))?;
        let dpi = self.set_if_there("resolution", &Value::Number(settings.dpi))?;
        let (width, height) = settings.paper;
        let mut paper = settings.paper;
        let is_pixels = self.inner.option("br-x").is_some_and(|option| option.unit == Unit::Pixel);
        let units = |millimetres: f64| if is_pixels { millimetres / INCH * settings.dpi } else { millimetres };
        for (name, value) in [("tl-x", 0.0), ("tl-y", 0.0)] {
            self.set_if_there(name, &Value::Number(value))?;
        }
        for (name, value, granted) in [("br-x", width, &mut paper.0), ("br-y", height, &mut paper.1)] {
            if let Some(Value::Number(set)) = self.set_if_there(name, &Value::Number(units(value)))?
                && !is_pixels
            {
                *granted = set;
            }
        }
        self.glass = (settings.source == Source::Flatbed).then_some(false);
        let dpi = match dpi {
            Some(Value::Number(dpi)) => dpi,
            _ => settings.dpi,
        };
        let settings = Settings { dpi, paper, ..settings.clone() };
        Ok(Granted { settings, options: self.noted() })
    }

    fn next_page(&mut self) -> Result<Option<PageShape>, ScanError> {
        if self.glass == Some(true) {
            self.inner.end_batch();
            return Ok(None);
        }
        let frame = self.inner.next_page().map_err(|error| fault(&error, &self.id))?;
        let Some(frame) = frame else { return Ok(None) };
        self.glass = self.glass.map(|_| true);
        let mode = match (frame.is_color, frame.depth) {
            (true, 8) => Mode::Color,
            (false, 8) => Mode::Gray,
            (false, 1) => Mode::Bilevel,
            _ => {
                self.inner.end_batch();
                return Err(ScanError::Broken { detail: format!("samples of {} bits", frame.depth) });
            }
        };
        // Backends of network scanners say only at the first pixels whether there is a page at all.
        self.ahead.resize(READ_AHEAD, 0);
        match self.inner.read(&mut self.ahead) {
            Ok(length) => self.ahead.truncate(length),
            Err(SaneError::Backend { fault: Fault::NoDocs, .. }) => {
                self.ahead.clear();
                return Ok(None);
            }
            Err(error) => {
                self.ahead.clear();
                return Err(fault(&error, &self.id));
            }
        }
        let size = |value: usize| u32::try_from(value).map_err(|_| ScanError::Broken { detail: "its size".to_owned() });
        Ok(Some(PageShape { width: size(frame.width)?, height: frame.height.map(size).transpose()?, mode }))
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ScanError> {
        if !self.ahead.is_empty() {
            let length = self.ahead.len().min(buffer.len());
            buffer[..length].copy_from_slice(&self.ahead[..length]);
            self.ahead.drain(..length);
            return Ok(length);
        }
        self.inner.read(buffer).map_err(|error| fault(&error, &self.id))
    }

    fn stop(&mut self) {
        self.ahead.clear();
        self.inner.end_batch();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_backends_are_understood() {
        for (name, source) in [
            ("Flatbed", Some(Source::Flatbed)),
            ("FlatBed", Some(Source::Flatbed)),
            ("Automatic Document Feeder", Some(Source::Adf)),
            ("ADF Front", Some(Source::Adf)),
            ("ADF Back", None),
            ("ADF Duplex", Some(Source::AdfDuplex)),
            ("Card Duplex", None),
            ("Transparency Adapter", None),
        ] {
            assert_eq!(source_of(name), source, "{name}");
        }
        for (name, mode) in [
            ("Lineart", Some(Mode::Bilevel)),
            ("Black & White", Some(Mode::Bilevel)),
            ("Gray", Some(Mode::Gray)),
            ("24bit Color[Fast]", Some(Mode::Color)),
            ("Infrared", None),
        ] {
            assert_eq!(mode_of(name), mode, "{name}");
        }
    }
}
