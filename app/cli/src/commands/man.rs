//! `man`: a manual page for each command, written into a folder.

use std::path::Path;

use clap::Command;
use clap_mangen::Man;
use sohoa_shell::Exit;
use sohoa_store::StoreError;

use crate::args::ManArgs;
use crate::front::Front;
use crate::help;
use crate::stop::Stop;

pub(super) fn run(front: &mut Front, args: &ManArgs) -> Result<Exit, Stop> {
    std::fs::create_dir_all(&args.man_folder).map_err(|source| StoreError::write(&args.man_folder, source))?;
    let count = write(&help::command(&front.texts), "sohoa", &args.man_folder)?;
    let path = args.man_folder.display().to_string();
    let line = front.texts.say("man-written", &[("count", count.into()), ("path", path.into())]);
    front.output.note(line);
    Ok(Exit::Done)
}

/// Writes the page of a command and of those below it; says how many.
fn write(command: &Command, name: &str, folder: &Path) -> Result<u64, StoreError> {
    let path = folder.join(format!("{name}.1"));
    let mut page = Vec::new();
    let man = Man::new(command.clone().name(name.replace('-', " ")).display_name(name.to_owned())).title(name);
    man.render(&mut page).and_then(|()| std::fs::write(&path, &page)).map_err(|e| StoreError::write(&path, e))?;
    let mut count = 1;
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        count += write(sub, &format!("{name}-{}", sub.get_name()), folder)?;
    }
    Ok(count)
}
