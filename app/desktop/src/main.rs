//! `sohoa-desktop`: the window of a station over one archive.

use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;

use clap::{Args, CommandFactory, Parser, Subcommand};
use eframe::egui::ViewportBuilder;
use sohoa_desktop::app::{App, Station};
use sohoa_pipeline::archive::Session;
use sohoa_pipeline::scanner::serve::Simulation;
use sohoa_pipeline::worker::WorkerProgram;
use sohoa_shell::worker::{self, Task};
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
    #[command(subcommand)]
    helper: Option<Helper>,
}

/// What this program starts of itself.
#[derive(Subcommand)]
enum Helper {
    #[command(hide = true)]
    Worker(WorkerArguments),
}

#[derive(Args)]
struct WorkerArguments {
    #[arg(long)]
    scanner: bool,
    #[arg(long, requires = "scanner", value_parser = Simulation::from_str)]
    simulated: Option<Simulation>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(Helper::Worker(WorkerArguments { scanner, simulated })) = arguments.helper {
        let task = if scanner { Task::Drive(simulated) } else { Task::Read(None) };
        return ExitCode::from(worker::run(task).code());
    }
    // A language that is asked for here is stronger than what the operator chose in the window before.
    let is_asked = arguments.ui_lang.is_some();
    let texts = Texts::for_window(UiLanguage::choose(arguments.ui_lang, &environment));
    let root = arguments.archive.or_else(|| environment("SOHOA_ARCHIVE").map(PathBuf::from));
    let root = root.unwrap_or_else(|| PathBuf::from("."));
    let named = arguments.operator.or_else(|| environment("SOHOA_OPERATOR"));
    let operator = named.or_else(|| station::system_user(&environment)).unwrap_or_else(|| "?".to_owned());
    let Ok(program) = std::env::current_exe() else {
        Arguments::command().error(clap::error::ErrorKind::Io, "the program can't find itself").exit();
    };
    let session = Session {
        operator,
        software: concat!("sohoa-desktop ", env!("CARGO_PKG_VERSION")).to_owned(),
        station: system::station_name(&environment),
        clock: system::clock(&environment),
        randomness: Arc::new(system::SystemRandomness),
        worker: WorkerProgram { program, arguments: vec!["worker".to_owned()] },
    };
    let station =
        Station { root, session, simulated: environment("SOHOA_SIMULATED_SCANNER"), settings: None, free: None };
    let options = eframe::NativeOptions {
        viewport: ViewportBuilder::default().with_inner_size([1440.0, 900.0]).with_min_inner_size([960.0, 540.0]),
        ..Default::default()
    };
    let window = eframe::run_native(
        "Sohoa",
        options,
        Box::new(move |creation| {
            let app = App::new(texts, station, &creation.egui_ctx);
            Ok(Box::new(if is_asked { app.in_this_language() } else { app }))
        }),
    );
    if window.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
