//! The station's side: a driver whose devices live in a child process, which is killed when it stays silent.

use std::io::{self, BufReader, BufWriter};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use sohoa_capture::scanner::{Abilities, Device, Driver, Granted, PageShape, ScanError, Scanner, Settings};
use sohoa_model::Cancel;

use crate::scanner::protocol::{Answer, Order};
use crate::worker::WorkerProgram;
use crate::worker::protocol::{read_message, write_message};

/// Finding devices, those of the network among them, may take so long.
const FIND: Duration = Duration::from_secs(60);
/// Opening and setting up a device may take so long.
const SET_UP: Duration = Duration::from_secs(60);
/// A lamp may warm up, and a feeder pull, for so long.
const START: Duration = Duration::from_secs(120);
/// A page that comes may pause for so long.
const PAUSE: Duration = Duration::from_secs(60);
/// A device that is asked to stop gets so long before its process is killed.
const STOP: Duration = Duration::from_secs(5);
/// How often a wish to stop is looked for.
const LOOK: Duration = Duration::from_millis(20);
/// Messages that wait for the station, at most: what bounds the memory.
const WAITING: usize = 16;

/// A driver in a child process.
pub struct RemoteDriver {
    program: WorkerProgram,
    cancel: Cancel,
}

impl RemoteDriver {
    /// A driver that starts `program` for each thing that is asked of it and looks at `cancel` while it waits.
    pub fn new(program: WorkerProgram, cancel: Cancel) -> Self {
        Self { program, cancel }
    }
}

impl Driver for RemoteDriver {
    fn devices(&mut self) -> Result<Vec<Device>, ScanError> {
        let mut line = Line::start(&self.program, self.cancel.clone())?;
        match line.ask(&Order::Devices, FIND)? {
            Answer::Devices { devices } => Ok(devices),
            other => Err(unexpected(&other)),
        }
    }

    fn open<'d>(&'d mut self, id: &str) -> Result<Box<dyn Scanner + 'd>, ScanError> {
        let mut line = Line::start(&self.program, self.cancel.clone())?;
        match line.ask(&Order::Open { id: id.to_owned() }, SET_UP)? {
            Answer::Opened { abilities } => {
                Ok(Box::new(RemoteScanner { line, abilities, block: Vec::new(), at: 0, is_in_page: false }))
            }
            other => Err(unexpected(&other)),
        }
    }
}

fn unexpected(answer: &Answer) -> ScanError {
    let word = match answer {
        Answer::Devices { .. } => "devices",
        Answer::Opened { .. } => "opened",
        Answer::Granted { .. } => "granted",
        Answer::Page { .. } => "page",
        Answer::Rows => "rows",
        Answer::Whole => "whole",
        Answer::Empty => "empty",
        Answer::Failed { .. } => "failed",
    };
    ScanError::Broken { detail: format!("the driver answered: {word}") }
}

/// A child process and what is said on its streams.
struct Line {
    child: Child,
    input: BufWriter<ChildStdin>,
    answers: Receiver<io::Result<(Answer, Vec<u8>)>>,
    cancel: Cancel,
}

impl Line {
    fn start(program: &WorkerProgram, cancel: Cancel) -> Result<Self, ScanError> {
        Self::begin(program, cancel).map_err(|error| ScanError::Broken { detail: error.to_string() })
    }

    fn begin(program: &WorkerProgram, cancel: Cancel) -> io::Result<Self> {
        let mut command = Command::new(&program.program);
        command.args(&program.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("no pipe to the scanner process"));
        };
        let (sender, answers) = mpsc::sync_channel(WAITING);
        thread::Builder::new().name("scanner-answers".to_owned()).spawn(move || {
            let mut output = BufReader::with_capacity(1 << 16, output);
            while let Some(message) = read_message::<Answer>(&mut output).transpose() {
                let is_broken = message.is_err();
                if sender.send(message).is_err() || is_broken {
                    break;
                }
            }
        })?;
        Ok(Self { child, input: BufWriter::new(input), answers, cancel })
    }

    fn order(&mut self, order: &Order) -> Result<(), ScanError> {
        write_message(&mut self.input, order, &[]).map_err(|_| ScanError::DriverDied)
    }

    fn ask(&mut self, order: &Order, limit: Duration) -> Result<Answer, ScanError> {
        self.order(order)?;
        Ok(self.hear(limit)?.0)
    }

    /// The next answer; a wish to stop is passed on, and waited for.
    fn hear(&mut self, limit: Duration) -> Result<(Answer, Vec<u8>), ScanError> {
        let deadline = Instant::now() + limit;
        loop {
            if self.cancel.is_requested() {
                self.stop();
                return Err(ScanError::Cancelled);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.answers.recv_timeout(left.min(LOOK)) {
                Ok(Ok((Answer::Failed { error }, _))) => return Err(error),
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => return Err(ScanError::DriverDied),
                Err(RecvTimeoutError::Timeout) if left.is_zero() => {
                    let _ = self.child.kill();
                    return Err(ScanError::Silent { seconds: limit.as_secs() });
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Asks the device to stop, and kills its process if it does not hear.
    fn stop(&mut self) {
        let deadline = Instant::now() + STOP;
        if self.order(&Order::Stop).is_ok() {
            loop {
                let left = deadline.saturating_duration_since(Instant::now());
                match self.answers.recv_timeout(left) {
                    Ok(Ok((Answer::Page { .. } | Answer::Rows, _))) => {}
                    Ok(Ok(_)) => return,
                    Ok(Err(_)) | Err(_) => break,
                }
            }
        }
        let _ = self.child.kill();
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct RemoteScanner {
    line: Line,
    abilities: Abilities,
    block: Vec<u8>,
    /// What of the block was handed on.
    at: usize,
    is_in_page: bool,
}

impl Scanner for RemoteScanner {
    fn abilities(&self) -> &Abilities {
        &self.abilities
    }

    fn configure(&mut self, settings: &Settings) -> Result<Granted, ScanError> {
        match self.line.ask(&Order::Configure { settings: settings.clone() }, SET_UP)? {
            Answer::Granted { granted } => Ok(granted),
            other => Err(unexpected(&other)),
        }
    }

    fn next_page(&mut self) -> Result<Option<PageShape>, ScanError> {
        if self.is_in_page {
            return Err(ScanError::Broken { detail: "the page before was not read to its end".to_owned() });
        }
        match self.line.ask(&Order::Next, START)? {
            Answer::Page { shape } => {
                self.is_in_page = true;
                Ok(Some(shape))
            }
            Answer::Empty => Ok(None),
            other => Err(unexpected(&other)),
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ScanError> {
        while self.at == self.block.len() {
            if !self.is_in_page {
                return Ok(0);
            }
            match self.line.hear(PAUSE) {
                Ok((Answer::Rows, block)) => (self.block, self.at) = (block, 0),
                Ok((Answer::Whole, _)) => self.is_in_page = false,
                Ok((other, _)) => return Err(unexpected(&other)),
                Err(error) => {
                    self.is_in_page = false;
                    return Err(error);
                }
            }
        }
        let length = buffer.len().min(self.block.len() - self.at);
        buffer[..length].copy_from_slice(&self.block[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }

    fn stop(&mut self) {
        if std::mem::take(&mut self.is_in_page) {
            self.line.stop();
        }
        (self.block, self.at) = (Vec::new(), 0);
    }
}
