//! `completions`: what a shell completes, for the shell to read.

use clap::Command;
use sohoa_shell::Exit;

use crate::args::CompletionsArgs;
use crate::front::Front;
use crate::help;

pub(super) fn run(front: &mut Front, args: &CompletionsArgs) -> Exit {
    let all = help::command(&front.texts);
    // What only the program itself calls is completed for nobody; the library would complete it.
    let mut offered = Command::new("sohoa")
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .args(all.get_arguments().cloned())
        .subcommands(all.get_subcommands().filter(|sub| !sub.is_hide_set()).cloned());
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut offered, "sohoa", &mut script);
    front.output.data(String::from_utf8_lossy(&script).trim_end());
    Exit::Done
}
