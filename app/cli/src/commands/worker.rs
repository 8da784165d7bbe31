//! `worker`: the hidden command that decodes and reads in a process of its own, and knows nothing else.

use std::path::PathBuf;

use sohoa_pipeline::scanner;
use sohoa_pipeline::worker::{confine, serve};
use sohoa_shell::{Exit, environment};

use crate::args::WorkerArgs;

/// Where Debian 12 and Ubuntu put the models, then where older releases do.
const MODELS: [&str; 2] = ["/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata"];

pub(crate) fn run(args: &WorkerArgs) -> Exit {
    let models = models_folder(args.models.clone());
    confine::confine();
    let served = match args.scanner {
        true => scanner::serve::serve(std::io::stdin(), std::io::stdout().lock(), args.simulated.clone()),
        false => serve::serve(std::io::stdin().lock(), std::io::stdout().lock(), models),
    };
    match served {
        Ok(()) => Exit::Done,
        // The parent is gone, or never was one: there is nobody to tell.
        Err(_) => Exit::Unexpected,
    }
}

/// The folder of models: the one asked for, else `SOHOA_TESSDATA`, else where the system has them.
pub(crate) fn models_folder(asked: Option<PathBuf>) -> PathBuf {
    let own = || environment("SOHOA_TESSDATA").map(PathBuf::from);
    let system = || MODELS.iter().map(PathBuf::from).find(|folder| folder.is_dir());
    asked.or_else(own).or_else(system).unwrap_or_else(|| PathBuf::from(MODELS[0]))
}
