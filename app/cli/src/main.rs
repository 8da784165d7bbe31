//! `sohoa`: the command line. Reads what was typed, calls one verb of the library, writes what came of it.
//!
//! Data goes to standard output, everything else to standard error; how a command ended is its exit code.

mod args;
mod commands;
mod front;
mod help;
mod output;
mod progress_bar;
mod stop;
mod table;

use std::process::ExitCode;

use clap::FromArgMatches;
use sohoa_shell::{Exit, Failure, Texts, UiLanguage, environment};

use crate::args::{Cli, Command};
use crate::front::Front;
use crate::output::Output;

fn main() -> ExitCode {
    let language = UiLanguage::choose(args::language_asked(args::words()), &environment);
    let texts = Texts::new(language);
    let parsed = help::command(&texts).try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return help::stop(&error, &texts),
    };
    if let Command::Worker(args) = &cli.command {
        return ExitCode::from(commands::worker::run(args).code());
    }
    start_log(cli.global.verbose);
    sohoa_shell::system::arm_crash_point(&environment);
    let verbose = cli.global.verbose > 0;
    let output = Output::new(cli.global.quiet);
    let mut front = match Front::new(&cli.global, texts, output) {
        Ok(front) => front,
        Err(failure) => return end(&failure, verbose),
    };
    let ended = commands::run(&mut front, cli.command).map_err(|stop| stop.failure(&front.texts));
    let written = front.output.finish();
    let exit = match (ended, written) {
        (Err(failure), _) => return end(&failure, verbose),
        (Ok(_), Err(error)) => {
            let args = [("cause", error.to_string().into())];
            return end(&Failure::new(&front.texts, "error-output", &args, Exit::Unexpected), verbose);
        }
        (Ok(exit), Ok(())) => exit,
    };
    ExitCode::from(exit.code())
}

/// Says what went wrong and ends.
fn end(failure: &Failure, verbose: bool) -> ExitCode {
    output::say_failure(failure, verbose);
    ExitCode::from(failure.exit.code())
}

/// Notes of the library go to standard error: warnings, and more if asked for.
fn start_log(verbose: u8) {
    let level = match verbose {
        0 => tracing::Level::WARN,
        1 => tracing::Level::INFO,
        _ => tracing::Level::DEBUG,
    };
    tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_ansi(false).without_time().init();
}
