//! `worker`: the hidden command that decodes and reads, or drives a scanner, in a process of its own.

use sohoa_shell::Exit;
use sohoa_shell::worker::{self, Task};

use crate::args::WorkerArgs;

pub(crate) fn run(args: &WorkerArgs) -> Exit {
    worker::run(match args.scanner {
        true => Task::Drive(args.simulated.clone()),
        false => Task::Read(args.models.clone()),
    })
}
