//! Output: data on standard output, everything else on standard error. The one place that writes to either.
//!
//! A reader that goes away (`sohoa show | head`) is no failure: the rest is not written.

use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Stdout, Write};

use serde::Serialize;
use sohoa_shell::Failure;

use crate::table::Table;

/// Where a command says what it has to say.
pub(crate) struct Output {
    data: BufWriter<Stdout>,
    quiet: bool,
    begun: bool,
    failed: Option<io::Error>,
}

impl Output {
    /// An output; a quiet one says nothing beside data and failures.
    pub(crate) fn new(quiet: bool) -> Self {
        Self { data: BufWriter::new(io::stdout()), quiet, begun: false, failed: None }
    }

    /// Whether nothing beside data and failures is to be said.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// An empty line between two parts of the data; none before the first.
    pub(crate) fn gap(&mut self) {
        if self.begun {
            self.data("");
        }
    }

    /// A line of data.
    pub(crate) fn data(&mut self, line: impl Display) {
        self.begun = true;
        let written = writeln!(self.data, "{line}");
        self.keep(written);
    }

    /// A line of data that is to be seen now, while work goes on.
    pub(crate) fn data_now(&mut self, line: impl Display) {
        self.data(line);
        let flushed = self.data.flush();
        self.keep(flushed);
    }

    /// A table as data.
    pub(crate) fn table(&mut self, table: &Table) {
        for line in table.lines() {
            self.data(line);
        }
    }

    /// A value as JSON, as data.
    pub(crate) fn json(&mut self, value: &impl Serialize) {
        let text = serde_json::to_string_pretty(value).map_err(io::Error::other);
        match text {
            Ok(text) => self.data(text),
            Err(error) => self.keep(Err(error)),
        }
    }

    /// A line beside the data.
    pub(crate) fn note(&mut self, line: impl Display) {
        if !self.quiet {
            self.warn(line);
        }
    }

    /// A line beside the data that even a quiet command says: a part of the work was not done.
    pub(crate) fn warn(&mut self, line: impl Display) {
        // What was said before stands before it, where both go to one terminal.
        let flushed = self.data.flush();
        self.keep(flushed);
        // Nobody reads it if that fails.
        let _ = writeln!(io::stderr(), "{line}");
    }

    /// Writes what is still waiting.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        let flushed = self.data.flush();
        self.keep(flushed);
        match self.failed.take() {
            Some(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        }
    }

    fn keep(&mut self, result: io::Result<()>) {
        if let Err(error) = result {
            self.failed.get_or_insert(error);
        }
    }
}

/// Says a line while work goes on, below what the terminal shows just now.
pub(crate) fn say_at_once(line: &str) {
    let lead = if io::stderr().is_terminal() { "\n" } else { "" };
    // Nobody reads it if that fails.
    let _ = writeln!(io::stderr(), "{lead}{line}");
}

/// Says what went wrong: a sentence, a hint, and the causes if asked for.
pub(crate) fn say_failure(failure: &Failure, verbose: bool) {
    let mut lines = vec![failure.sentence.as_str()];
    if !failure.hint.is_empty() {
        lines.push(&failure.hint);
    }
    if verbose && !failure.cause.is_empty() {
        lines.push(&failure.cause);
    }
    // Nobody reads it if that fails.
    let _ = writeln!(io::stderr(), "{}", lines.join("\n"));
}
