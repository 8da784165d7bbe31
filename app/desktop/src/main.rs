//! `sohoa-desktop`: the window of a station over one archive.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use eframe::egui::ViewportBuilder;
use sohoa_desktop::app::App;
use sohoa_desktop::model::Reader;
use sohoa_pipeline::archive::Session;
use sohoa_pipeline::worker::WorkerProgram;
use sohoa_shell::{Texts, UiLanguage, environment, station, system};

/// The window of a scanning station.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Folder of the archive (default: SOHOA_ARCHIVE, else the current folder).
    #[arg(long, value_name = "DIR")]
    archive: Option<PathBuf>,
    /// Who works (default: SOHOA_OPERATOR, else the user of this machine).
    #[arg(long, value_name = "NAME")]
    operator: Option<String>,
    /// Language: vi or en.
    #[arg(long, value_name = "LANG")]
    ui_lang: Option<UiLanguage>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let texts = Texts::new(UiLanguage::choose(arguments.ui_lang, &environment));
    let root = arguments.archive.or_else(|| environment("SOHOA_ARCHIVE").map(PathBuf::from));
    let root = root.unwrap_or_else(|| PathBuf::from("."));
    let named = arguments.operator.or_else(|| environment("SOHOA_OPERATOR"));
    let operator = named.or_else(|| station::system_user(&environment)).unwrap_or_else(|| "?".to_owned());
    let station = system::station_name(&environment);
    let session = Session {
        operator: operator.clone(),
        software: concat!("sohoa-desktop ", env!("CARGO_PKG_VERSION")).to_owned(),
        station: station.clone(),
        clock: system::clock(&environment),
        randomness: Arc::new(system::SystemRandomness),
        // Nothing is read or scanned from here, so no worker is ever started.
        worker: WorkerProgram { program: PathBuf::from("sohoa"), arguments: vec!["worker".to_owned()] },
    };
    let options = eframe::NativeOptions {
        viewport: ViewportBuilder::default().with_inner_size([1440.0, 900.0]).with_min_inner_size([960.0, 540.0]),
        ..Default::default()
    };
    let window = eframe::run_native(
        "Sohoa",
        options,
        Box::new(move |creation| {
            let reader = Reader::start(root, session, creation.egui_ctx.clone());
            Ok(Box::new(App::new(texts, reader, operator, station)))
        }),
    );
    if window.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
