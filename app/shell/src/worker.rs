//! The processes that every front-end starts of itself: workers that decode and read, and drivers of scanners.

use std::path::PathBuf;

use sohoa_model::Cancel;
use sohoa_pipeline::scanner::serve::Simulation;
use sohoa_pipeline::scanner::{self, RemoteDriver};
use sohoa_pipeline::worker::{WorkerProgram, confine, serve};

use crate::{Exit, Variables, environment};

/// Where Debian 12 and Ubuntu put the models, then where older releases do.
const MODELS: [&str; 2] = ["/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata"];

/// What the process is started for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// To decode and read with the models of this folder, or those of [`models_folder`].
    Read(Option<PathBuf>),
    /// To drive a scanner; a simulated one where one is described.
    Drive(Option<Simulation>),
}

/// Serves the parent on the standard streams until it is gone. Knows nothing else: no key, no catalog.
pub fn run(task: Task) -> Exit {
    confine::confine();
    let served = match task {
        Task::Drive(simulated) => scanner::serve::serve(std::io::stdin(), std::io::stdout().lock(), simulated),
        Task::Read(models) => {
            serve::serve(std::io::stdin().lock(), std::io::stdout().lock(), models_folder(models, &environment))
        }
    };
    match served {
        Ok(()) => Exit::Done,
        // The parent is gone, or never was one: there is nobody to tell.
        Err(_) => Exit::Unexpected,
    }
}

/// The folder of models: the one asked for, else `SOHOA_TESSDATA`, else where the system has them.
pub fn models_folder(asked: Option<PathBuf>, variables: Variables<'_>) -> PathBuf {
    let own = || variables("SOHOA_TESSDATA").map(PathBuf::from);
    let system = || MODELS.iter().map(PathBuf::from).find(|folder| folder.is_dir());
    asked.or_else(own).or_else(system).unwrap_or_else(|| PathBuf::from(MODELS[0]))
}

/// The scanners of this station, each in a process of its own. `SOHOA_SIMULATED_SCANNER` puts a simulation in their
/// place, for trials and measurements.
pub fn scanners(worker: &WorkerProgram, cancel: &Cancel, variables: Variables<'_>) -> RemoteDriver {
    let mut program = worker.clone();
    program.arguments.push("--scanner".to_owned());
    if let Some(simulation) = variables("SOHOA_SIMULATED_SCANNER") {
        program.arguments.extend(["--simulated".to_owned(), simulation]);
    }
    RemoteDriver::new(program, cancel.clone())
}
