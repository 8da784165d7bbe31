//! Models: whether those that pages are read with are there. Only a worker opens them, so a worker is asked.

use std::time::Duration;

use sohoa_model::reading::{LanguageChoice, Recipe};
use sohoa_model::{Cancel, Language};

use crate::worker::protocol::{RecipeRecord, Request, Response};
use crate::worker::{Worker, WorkerProgram};

/// A worker answers within this time, or something is wrong with it.
const LIMIT: Duration = Duration::from_secs(10);

/// The languages, each with whether its models are there and listed in the manifest of the program.
pub fn look(program: &WorkerProgram, cancel: &Cancel) -> Vec<(Language, bool)> {
    let mut worker = Worker::new(program.clone());
    let mut is_there = |language: Language| {
        let recipe = RecipeRecord::from(&Recipe::current(LanguageChoice::Given(language)));
        let answer = worker.call(&Request::Models { recipe }, LIMIT, cancel);
        matches!(answer, Ok((Response::Ready, _)))
    };
    Language::ALL.map(|language| (language, is_there(language))).into()
}
