//! `separators`: sheets with a code that part a stack into documents, to be printed.

use std::fs::File;
use std::io::BufWriter;

use sohoa_pipeline::{PipelineError, separators};
use sohoa_shell::Exit;

use crate::args::SeparatorsArgs;
use crate::front::Front;
use crate::stop::Stop;

pub(super) fn run(front: &mut Front, args: &SeparatorsArgs) -> Result<Exit, Stop> {
    let path = &args.new_pdf;
    let file = File::create_new(path).map_err(|source| PipelineError::Unreadable { path: path.clone(), source })?;
    separators::print(BufWriter::new(file), args.copies, &front.text("separator-caption"))
        .map_err(|error| PipelineError::record(path.display(), error))?;
    if args.json {
        front.output.json(&serde_json::json!({ "path": path, "sheets": args.copies }));
    } else {
        let line = front.texts.say("separators-written", &[("sheets", args.copies.into())]);
        front.output.data(line);
    }
    Ok(Exit::Done)
}
