//! Measures the window without a screen, for `make bench`: what a frame costs the processor (egui pass and tessellation,
//! no painting) while the contact sheet of a dossier is scrolled, how long a page takes to be seen once its last row was
//! written, and what a large inventory costs: its frames, a letter in its filter, and the reading of the archive.
//!
//! `frames ARCHIVE WORKER scroll DOSSIER FRAMES`, `frames ARCHIVE WORKER scan DOSSIER SHEETS` and
//! `frames ARCHIVE WORKER inventory WORDS FRAMES` print JSON; the words are typed into the filter.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use eframe::egui::{self, Context, Event, Modifiers, MouseWheelUnit, RawInput, TouchPhase, pos2, vec2};
use sohoa_desktop::app::{App, Station};
use sohoa_desktop::model::Snapshot;
use sohoa_desktop::screens::Screen;
use sohoa_pipeline::archive::Session;
use sohoa_pipeline::worker::WorkerProgram;
use sohoa_shell::{Texts, UiLanguage, system};

/// Frames come so far apart.
const PACE: Duration = Duration::from_micros(16_667);
/// What is waited for comes in this time, or the measurement is void.
const PATIENCE: Duration = Duration::from_secs(300);

struct Window {
    ctx: Context,
    app: App,
    begun: Instant,
}

impl Window {
    /// A frame with these events; gives the processor time of this thread for pass and tessellation.
    fn frame(&mut self, events: Vec<Event>) -> Duration {
        let begun = Instant::now();
        let input = RawInput {
            screen_rect: Some(egui::Rect::from_min_size(pos2(0.0, 0.0), vec2(1440.0, 900.0))),
            time: Some(self.begun.elapsed().as_secs_f64()),
            events,
            ..RawInput::default()
        };
        let before = processor_time();
        let app = &mut self.app;
        let mut output = self.ctx.run_ui(input, |ui| app.frame(ui));
        // Nothing paints them.
        output.textures_delta.clear();
        drop(self.ctx.tessellate(output.shapes, output.pixels_per_point));
        let spent = processor_time() - before;
        thread::sleep(PACE.saturating_sub(begun.elapsed()));
        spent
    }

    fn until(&mut self, is_so: impl Fn(&App) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !is_so(&self.app) {
            assert!(Instant::now() < end, "it takes too long");
            self.frame(Vec::new());
        }
    }
}

/// Processor time that this thread has taken.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0))
}

/// The most memory that this process has had, in bytes.
fn peak_memory() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kibibytes.unwrap_or(0) * 1024
}

fn percentile(sorted: &[Duration], share: usize) -> f64 {
    let at = (sorted.len() * share).div_ceil(100).saturating_sub(1);
    sorted.get(at).map_or(0.0, |value| value.as_secs_f64() * 1000.0)
}

fn figures(mut spent: Vec<Duration>) -> String {
    spent.sort();
    let [p50, p95, p100] = [50, 95, 100].map(|share| percentile(&spent, share));
    format!("{{\"count\": {}, \"p50_ms\": {p50:.2}, \"p95_ms\": {p95:.2}, \"max_ms\": {p100:.2}}}", spent.len())
}

#[expect(clippy::print_stdout, reason = "the figures are what it is for")]
fn tell(figures: &str) {
    println!("{figures}");
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [root, worker, mode, code, count] = arguments.as_slice() else {
        panic!("frames ARCHIVE WORKER scroll|scan|scan-2|inventory DOSSIER|WORDS COUNT")
    };
    let count: usize = count.parse().expect("a number");
    let session = Session {
        operator: "bench".to_owned(),
        software: "frames".to_owned(),
        station: "bench".to_owned(),
        clock: Arc::new(system::SystemClock),
        randomness: Arc::new(system::SystemRandomness),
        worker: WorkerProgram { program: PathBuf::from(worker), arguments: vec!["worker".to_owned()] },
    };
    let simulated = Some(format!("sheets={count}"));
    let settings = Some(std::env::temp_dir().join("sohoa-frames-station"));
    let station = Station { root: PathBuf::from(root), session, simulated, settings, free: None };
    let ctx = Context::default();
    let read = (mode == "inventory").then(|| readings(&station));
    let app = App::new(Texts::new(UiLanguage::Vietnamese), station, &ctx);
    let mut window = Window { ctx, app, begun: Instant::now() };
    window.until(App::is_settled);
    if let Some(read) = read {
        return tell(&inventory(&mut window, code, count, &read));
    }
    let screen = if mode == "scroll" { Screen::Check } else { Screen::Scan };
    window.app.open(code.clone(), screen);
    window.until(|app| app.is_settled() && app.dossier().is_some());
    let spent = match mode.as_str() {
        "scroll" => scrolled(&mut window, pos2(250.0, 500.0), count),
        _ => return tell(&scanned(&mut window, Path::new(root), mode == "scan-2", count)),
    };
    tell(&figures(spent));
}

/// How long the archive takes to be read for the first time, and again when nothing changed.
fn readings(station: &Station) -> String {
    let texts = Texts::new(UiLanguage::Vietnamese);
    let mut before = Vec::new();
    let mut read = |times: usize| {
        let spent = (0..times).map(|_| {
            let begun = Instant::now();
            let snapshot = Snapshot::read(&station.root, &station.session, None, &before, &texts);
            let spent = begun.elapsed();
            before = snapshot.expect("an archive").dossiers;
            spent
        });
        figures(spent.collect())
    };
    format!("\"first\": {}, \"again\": {}", read(1), read(9))
}

/// The inventory: scrolled, its filter typed and taken back letter by letter, and the archive read again meanwhile.
fn inventory(window: &mut Window, words: &str, frames: usize, read: &str) -> String {
    let press = |window: &mut Window, key, modifiers| {
        let event = |pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
        [event(true), event(false)].map(|event| window.frame(vec![event])).into_iter().max().unwrap_or_default()
    };
    press(window, egui::Key::Num2, Modifiers::CTRL);
    for _ in 0..5 {
        window.frame(Vec::new());
    }
    let scrolled = scrolled(window, pos2(700.0, 500.0), frames);
    // What comes of a reading comes within so many frames.
    press(window, egui::Key::F5, Modifiers::NONE);
    let renewed = (0..180).map(|_| window.frame(Vec::new())).collect();
    press(window, egui::Key::F, Modifiers::CTRL);
    let mut typed = Vec::new();
    for letter in words.chars() {
        let frame = window.frame(vec![Event::Text(letter.to_string())]);
        typed.push(frame.max(window.frame(Vec::new())));
    }
    for _ in words.chars() {
        typed.push(press(window, egui::Key::Backspace, Modifiers::NONE));
    }
    let [scroll, letter, renewed] = [scrolled, typed, renewed].map(figures);
    let memory = peak_memory();
    format!("{{\"scroll\": {scroll}, \"letter\": {letter}, \"renewed\": {renewed}, {read}, \"memory\": {memory}}}")
}

/// A list, scrolled by a third of its height in each frame, back at its end.
fn scrolled(window: &mut Window, place: egui::Pos2, frames: usize) -> Vec<Duration> {
    (0..frames)
        .map(|frame| {
            let down = if frame / 150 % 2 == 0 { -250.0 } else { 250.0 };
            let wheel = Event::MouseWheel {
                unit: MouseWheelUnit::Point,
                delta: vec2(0.0, down),
                phase: TouchPhase::Move,
                source: egui::MouseWheelSource::Wheel,
                modifiers: Modifiers::NONE,
            };
            window.frame(vec![Event::PointerMoved(place), wheel])
        })
        .collect()
}

/// For each page the time from its last row until a frame shows it, and that from the last write of its master until a
/// frame shows it in the strip, filed; with the second profile of the archive if that is wanted.
fn scanned(window: &mut Window, root: &Path, is_second: bool, sheets: usize) -> String {
    let key = |key, pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers: Modifiers::NONE };
    if is_second {
        window.frame(vec![key(egui::Key::Num2, true)]);
        window.frame(vec![key(egui::Key::Num2, false)]);
        // Letters that follow at once are a barcode.
        let chosen = Instant::now() + Duration::from_millis(500);
        window.until(|_| Instant::now() > chosen);
    }
    window.frame(vec![key(egui::Key::Space, true)]);
    window.frame(vec![key(egui::Key::Space, false)]);
    let (mut waits, mut arrivals, mut last) = (Vec::new(), Vec::new(), 0);
    let end = Instant::now() + PATIENCE;
    while waits.len() < sheets {
        assert!(Instant::now() < end, "{} of {sheets} pages came", waits.len());
        window.frame(Vec::new());
        let now = SystemTime::now();
        if let Some((number, delivered)) = window.app.arrived().filter(|(number, _)| *number != last) {
            arrivals.push(delivered.elapsed());
            last = number;
        }
        let Some(dossier) = window.app.dossier() else { continue };
        let new: Vec<_> = dossier.pages.iter().skip(waits.len()).map(|page| page.view.clone()).collect();
        for page in new.iter().take_while(|page| window.app.shows(page)) {
            let name = page.master.to_string();
            let written = std::fs::metadata(root.join("vault").join(&name[..2]).join(&name));
            let written = written.and_then(|data| data.modified()).expect("the master is there");
            waits.push(now.duration_since(written).unwrap_or_default());
        }
    }
    assert!(arrivals.len() * 10 >= sheets * 9, "{} of {sheets} pages were seen before they were filed", arrivals.len());
    let [came, filed] = [arrivals, waits].map(figures);
    format!("{{\"came\": {came}, \"filed\": {filed}}}")
}
