//! The parent's side: starts a worker when one is needed, asks, waits so long and no longer, kills and starts anew.

use std::io::{self, BufReader, BufWriter};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use sohoa_model::Cancel;

use crate::worker::protocol::{self, Request, Response};

/// How to start a worker: a program that calls [`serve`](crate::worker::serve::serve) on its standard streams.
#[derive(Debug, Clone)]
pub struct WorkerProgram {
    /// The binary.
    pub program: PathBuf,
    /// Its arguments, e.g. `worker`.
    pub arguments: Vec<String>,
}

/// Why a worker gave no answer; the next call starts a new one.
#[derive(Debug, thiserror::Error)]
pub enum WorkerFault {
    /// It could not be started.
    #[error("could not start the worker process")]
    Start(#[source] io::Error),
    /// It stayed silent for longer than it may and was killed.
    #[error("the worker process was silent for {0:?}")]
    Silent(Duration),
    /// It ended without an answer.
    #[error("the worker process ended without an answer")]
    Died,
    /// The work was asked to stop; the worker was killed.
    #[error("stopped on request")]
    Cancelled,
}

/// A worker process, or the place for one.
#[derive(Debug)]
pub struct Worker {
    program: WorkerProgram,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    input: BufWriter<ChildStdin>,
    answers: Receiver<io::Result<(Response, Vec<u8>)>>,
}

impl Worker {
    /// A place for a worker; nothing is started yet.
    pub fn new(program: WorkerProgram) -> Self {
        Self { program, running: None }
    }

    /// Asks and waits for the answer, at most `limit`.
    pub fn call(
        &mut self,
        request: &Request,
        limit: Duration,
        cancel: &Cancel,
    ) -> Result<(Response, Vec<u8>), WorkerFault> {
        let result = self.ask(request, limit, cancel);
        if result.is_err() {
            self.stop();
        }
        result
    }

    fn ask(&mut self, request: &Request, limit: Duration, cancel: &Cancel) -> Result<(Response, Vec<u8>), WorkerFault> {
        let running = match &mut self.running {
            Some(running) => running,
            empty => empty.insert(Running::start(&self.program).map_err(WorkerFault::Start)?),
        };
        protocol::write_message(&mut running.input, request, &[]).map_err(|_| WorkerFault::Died)?;
        let deadline = Instant::now() + limit;
        loop {
            if cancel.is_requested() {
                return Err(WorkerFault::Cancelled);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match running.answers.recv_timeout(left.min(Duration::from_millis(50))) {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => return Err(WorkerFault::Died),
                Err(RecvTimeoutError::Timeout) if left.is_zero() => return Err(WorkerFault::Silent(limit)),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Ends the process, if there is one.
    fn stop(&mut self) {
        if let Some(mut running) = self.running.take() {
            let _ = running.child.kill();
            let _ = running.child.wait();
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Running {
    fn start(program: &WorkerProgram) -> io::Result<Self> {
        let mut command = Command::new(&program.program);
        command
            .args(&program.arguments)
            .env("OMP_THREAD_LIMIT", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("no pipe to the worker process"));
        };
        let (sender, answers) = mpsc::sync_channel(1);
        thread::Builder::new().name("worker-answers".to_owned()).spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = protocol::read_message::<Response>(&mut output).transpose() {
                let broken = message.is_err();
                if sender.send(message).is_err() || broken {
                    break;
                }
            }
        })?;
        Ok(Self { child, input: BufWriter::new(input), answers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Worker {
        let program = WorkerProgram { program: "/bin/sh".into(), arguments: vec!["-c".to_owned(), script.to_owned()] };
        Worker::new(program)
    }

    fn ask(worker: &mut Worker, cancel: &Cancel) -> WorkerFault {
        let request = Request::Inspect { path: "x".into() };
        worker.call(&request, Duration::from_millis(200), cancel).unwrap_err()
    }

    #[test]
    fn a_hanging_worker_is_killed_and_replaced() {
        let mut worker = shell("exec sleep 60");
        assert!(matches!(ask(&mut worker, &Cancel::new()), WorkerFault::Silent(_)));
        assert!(worker.running.is_none());
        assert!(matches!(ask(&mut worker, &Cancel::new()), WorkerFault::Silent(_)));
    }

    #[test]
    fn a_worker_that_dies_or_talks_nonsense_costs_one_attempt() {
        assert!(matches!(ask(&mut shell("exit 3"), &Cancel::new()), WorkerFault::Died));
        assert!(matches!(ask(&mut shell("echo nonsense; exec sleep 60"), &Cancel::new()), WorkerFault::Died));
        let nowhere = WorkerProgram { program: "/nowhere".into(), arguments: vec![] };
        assert!(matches!(ask(&mut Worker::new(nowhere), &Cancel::new()), WorkerFault::Start(_)));
    }

    #[test]
    fn a_wish_to_stop_does_not_wait_for_the_worker() {
        let cancel = Cancel::new();
        cancel.request();
        assert!(matches!(ask(&mut shell("exec sleep 60"), &cancel), WorkerFault::Cancelled));
    }
}
