//! A simulated scanner, stricter than a real one: calls out of order are errors, and faults come where they are ordered.
//!
//! Its pages are made as they are read: every pixel follows from the number of the page, so that a lost, doubled or
//! exchanged page is noticed.

use std::str::FromStr;
use std::thread;
use std::time::Duration;

use crate::scanner::{
    Abilities, Device, Driver, Granted, Mode, PageShape, Resolutions, ScanError, Scanner, Settings, Source, check,
};
use crate::separator;

/// The name of the device.
pub const DEVICE: &str = "simulated:0";

/// What the simulation does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulation {
    /// Sheets that lie in the feeder.
    pub sheets: u32,
    /// The number of the first of them, from 1: what went through before is not fed again.
    pub first: u32,
    /// A separator sheet is fed after each so many sheets; 0 for none. It is none of the sheets above.
    pub separator_after: u32,
    /// Of so many pages the last is blank; 0 for none.
    pub blank_every: u32,
    /// This page shows what the page before it shows; 0 for none.
    pub again: u32,
    /// What goes wrong, and at which page, from 1.
    pub fault: Option<(FaultKind, u32)>,
}

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// Paper jams in the middle of the page.
    Jam,
    /// Two sheets go in at once.
    DoubleFeed,
    /// The cover is opened before the page.
    Cover,
    /// The device is unplugged in the middle of the page.
    Unplug,
    /// The network is cut in the middle of the page.
    Network,
    /// The driver breaks its process off in the middle of the page.
    Crash,
    /// The driver hangs in the middle of the page.
    Hang,
}

impl FromStr for Simulation {
    type Err = String;

    /// Reads e.g. `sheets=50 first=3 fault=jam@7`; the error says what was not understood.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut simulation = Self { sheets: 10, first: 1, separator_after: 0, blank_every: 0, again: 0, fault: None };
        for part in text.split_whitespace() {
            let wrong = || part.to_owned();
            match part.split_once('=').ok_or_else(wrong)? {
                ("sheets", count) => simulation.sheets = count.parse().map_err(|_| wrong())?,
                ("first", number) => {
                    simulation.first = number.parse().ok().filter(|first| *first > 0).ok_or_else(wrong)?;
                }
                ("separator-after", count) => simulation.separator_after = count.parse().map_err(|_| wrong())?,
                ("blank-every", count) => simulation.blank_every = count.parse().map_err(|_| wrong())?,
                ("again", page) => simulation.again = page.parse().map_err(|_| wrong())?,
                ("fault", fault) => {
                    let (kind, page) = fault.split_once('@').ok_or_else(wrong)?;
                    let kind = match kind {
                        "jam" => FaultKind::Jam,
                        "double-feed" => FaultKind::DoubleFeed,
                        "cover" => FaultKind::Cover,
                        "unplug" => FaultKind::Unplug,
                        "network" => FaultKind::Network,
                        "crash" => FaultKind::Crash,
                        "hang" => FaultKind::Hang,
                        _ => return Err(wrong()),
                    };
                    simulation.fault = Some((kind, page.parse().map_err(|_| wrong())?));
                }
                _ => return Err(wrong()),
            }
        }
        Ok(simulation)
    }
}

/// A byte of a page: of page `page`, row `y`, place `x` in the row. Text-like rows on paper that is as restless as paper
/// is under a real sensor, and no two pages alike.
pub fn sample(page: u32, y: u32, x: usize) -> u8 {
    let x = x as u32;
    // Letters as long as they like, in lines.
    let letter =
        (x / 9).wrapping_mul(0x85EB_CA6B) ^ (y / 20).wrapping_mul(0x9E37_79B1) ^ page.wrapping_mul(0xC2B2_AE35);
    let is_ink = (y / 20) % 3 == 1 && (letter ^ letter >> 15).wrapping_mul(0x2C1B_3C6D) >> 30 == 0;
    let noise = (x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA6B) ^ page).wrapping_mul(0xC2B2_AE35) >> 29;
    if is_ink { 40 + (page % 50) as u8 } else { (230 + noise) as u8 }
}

/// A byte of a blank page.
fn blank_sample(page: u32, y: u32, x: usize) -> u8 {
    sample(page, y - y % 60 + y % 20, x)
}

/// A byte of a separator sheet: its code in the middle, half as wide as the sheet.
fn separator_sample(shape: &PageShape, (side, dark): &(usize, Vec<bool>), y: u32, x: usize) -> u8 {
    let channels = if shape.mode == Mode::Color { 3 } else { 1 };
    let (width, height) = (shape.width as usize, shape.height.unwrap_or(0) as usize);
    let module = (width.min(height) / 2 / side).max(1);
    let column = (x / channels).checked_sub((width - module * side) / 2).map(|x| x / module);
    let row = (y as usize).checked_sub((height - module * side) / 2).map(|y| y / module);
    match (column, row) {
        (Some(column), Some(row)) if column < *side && row < *side && dark[row * side + column] => 30,
        _ => 235,
    }
}

/// The simulation as a driver of one device.
pub struct SimulatedDriver(pub Simulation);

impl Driver for SimulatedDriver {
    fn devices(&mut self) -> Result<Vec<Device>, ScanError> {
        Ok(vec![Device {
            id: DEVICE.to_owned(),
            vendor: "Sohoa".to_owned(),
            model: "simulated scanner".to_owned(),
            kind: "virtual device".to_owned(),
        }])
    }

    fn open<'d>(&'d mut self, id: &str) -> Result<Box<dyn Scanner + 'd>, ScanError> {
        if id != DEVICE {
            return Err(ScanError::NoDevice { id: id.to_owned() });
        }
        Ok(Box::new(SimulatedScanner {
            simulation: &self.0,
            abilities: Abilities {
                sources: Source::ALL.to_vec(),
                modes: Mode::ALL.to_vec(),
                resolutions: Resolutions::List(vec![100.0, 150.0, 200.0, 300.0, 600.0]),
                largest: Some((297.0, 420.0)),
            },
            settings: None,
            given: 0,
            separators: 0,
            page: None,
        }))
    }
}

struct SimulatedScanner<'d> {
    simulation: &'d Simulation,
    abilities: Abilities,
    settings: Option<Settings>,
    /// Pages that were begun.
    given: u32,
    /// Sides of separator sheets that were begun.
    separators: u32,
    page: Option<Page>,
}

struct Page {
    shape: PageShape,
    row_bytes: usize,
    /// Bytes read.
    read: usize,
    all: usize,
    is_separator: bool,
}

fn out_of_order(what: &str) -> ScanError {
    ScanError::Broken { detail: format!("out of order: {what}") }
}

impl SimulatedScanner<'_> {
    /// Pages that went through before.
    fn before(&self) -> u32 {
        let sides = self.settings.as_ref().map_or(1, |settings| settings.source.sides());
        (self.simulation.first - 1) * sides
    }

    /// Whether a side of a separator sheet comes before the next sheet.
    fn separator_is_next(&self, sides: u32) -> bool {
        let (after, sheets) = (self.simulation.separator_after, self.given / sides);
        after > 0 && self.given.is_multiple_of(sides) && self.separators < sheets / after * sides
    }

    fn fault_here(&self) -> Option<FaultKind> {
        let page = self.given + self.before();
        self.simulation.fault.filter(|(_, at)| *at == page).map(|(kind, _)| kind)
    }
}

impl Scanner for SimulatedScanner<'_> {
    fn abilities(&self) -> &Abilities {
        &self.abilities
    }

    fn configure(&mut self, settings: &Settings) -> Result<Granted, ScanError> {
        if self.page.is_some() {
            return Err(out_of_order("it is set up in the middle of a page"));
        }
        check(&self.abilities, settings)?;
        self.settings = Some(settings.clone());
        let options = vec![
            ("simulation".to_owned(), format!("{} sheets", self.simulation.sheets)),
            ("serial-number".to_owned(), "SIM-0001".to_owned()),
        ];
        Ok(Granted { settings: settings.clone(), options })
    }

    fn next_page(&mut self) -> Result<Option<PageShape>, ScanError> {
        let Some(settings) = &self.settings else { return Err(out_of_order("no settings")) };
        if self.page.is_some() {
            return Err(out_of_order("the page before was not read to its end"));
        }
        let settings = settings.clone();
        let sides = settings.source.sides();
        let pages = match settings.source {
            Source::Flatbed => 1,
            _ => self.simulation.sheets * sides,
        };
        if self.given >= pages {
            (self.settings, self.given, self.separators) = (None, 0, 0);
            return Ok(None);
        }
        let is_separator = self.separator_is_next(sides);
        if is_separator {
            self.separators += 1;
        } else {
            self.given += 1;
        }
        match self.fault_here().filter(|_| !is_separator) {
            Some(FaultKind::Cover) => return Err(ScanError::CoverOpen),
            Some(FaultKind::DoubleFeed) => return Err(ScanError::DoubleFeed),
            _ => {}
        }
        let pixels = |millimetres: f64| (millimetres / 25.4 * settings.dpi).round() as u32;
        let (width, height) = (pixels(settings.paper.0), pixels(settings.paper.1));
        let shape = PageShape { width, height: Some(height), mode: settings.mode };
        let row_bytes = shape.row_bytes();
        self.page = Some(Page { shape, row_bytes, read: 0, all: row_bytes * height as usize, is_separator });
        Ok(Some(shape))
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ScanError> {
        let (fault, given) = (self.fault_here(), self.given + self.before());
        let Some(page) = &mut self.page else { return Err(out_of_order("there is no page")) };
        if page.read >= page.all {
            self.page = None;
            return Ok(0);
        }
        if page.read >= page.all / 2 {
            match fault {
                Some(FaultKind::Jam) => return Err(ScanError::Jammed),
                Some(FaultKind::Unplug) => return Err(ScanError::Broken { detail: "unplugged".to_owned() }),
                // What SANE says of a connection that broke.
                Some(FaultKind::Network) => {
                    return Err(ScanError::Broken { detail: "Error during device I/O".to_owned() });
                }
                Some(FaultKind::Crash) => std::process::abort(),
                Some(FaultKind::Hang) => loop {
                    thread::sleep(Duration::from_secs(3600));
                },
                _ => {}
            }
        }
        let rows = (buffer.len() / page.row_bytes).max(1);
        let first = (page.read / page.row_bytes) as u32;
        let height = page.shape.height.unwrap_or(0);
        // Never a whole page at once, so that there is a middle to fail in.
        let rows = rows.min((height - first) as usize).min(height as usize / 4 + 1);
        if buffer.len() < rows * page.row_bytes {
            return Err(out_of_order("a buffer smaller than a row"));
        }
        let shown = if given == self.simulation.again { given - 1 } else { given };
        let is_blank = self.simulation.blank_every > 0 && given.is_multiple_of(self.simulation.blank_every);
        let code = if page.is_separator { separator::modules() } else { (1, vec![false]) };
        for (i, row) in buffer.chunks_exact_mut(page.row_bytes).take(rows).enumerate() {
            let y = first + i as u32;
            let (shape, is_separator) = (page.shape, page.is_separator);
            row.iter_mut().enumerate().for_each(|(x, byte)| {
                *byte = match () {
                    () if is_separator => separator_sample(&shape, &code, y, x),
                    () if is_blank => blank_sample(shown, y, x),
                    () => sample(shown, y, x),
                };
            });
        }
        page.read += rows * page.row_bytes;
        Ok(rows * page.row_bytes)
    }

    fn stop(&mut self) {
        (self.page, self.settings, self.given, self.separators) = (None, None, 0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulation_is_read_from_a_text() {
        let simulation = "sheets=50 fault=double-feed@7".parse();
        let fault = Some((FaultKind::DoubleFeed, 7));
        let expected = Simulation { sheets: 50, first: 1, separator_after: 0, blank_every: 0, again: 0, fault };
        assert_eq!(simulation, Ok(expected));
        for text in ["sheets", "sheets=x", "fault=jam", "fault=fire@3", "other=1"] {
            assert!(text.parse::<Simulation>().is_err(), "{text}");
        }
    }

    #[test]
    fn calls_out_of_order_are_errors() {
        let mut driver = SimulatedDriver("sheets=2".parse().expect("a simulation"));
        let mut scanner = driver.open(DEVICE).expect("it is there");
        let mut buffer = vec![0; 1 << 16];
        assert!(scanner.next_page().is_err() && scanner.read(&mut buffer).is_err());
        let settings = Settings { source: Source::Adf, mode: Mode::Gray, dpi: 100.0, paper: (50.0, 50.0) };
        scanner.configure(&settings).expect("possible");
        scanner.next_page().expect("a sheet").expect("a page");
        assert!(scanner.next_page().is_err() && scanner.configure(&settings).is_err());
    }
}
