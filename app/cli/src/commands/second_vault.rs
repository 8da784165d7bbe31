//! `second-vault`: a copy of everything on a medium beside the archive.

use serde::Serialize;
use sohoa_pipeline::second_vault;
use sohoa_shell::Exit;

use crate::args::SecondVaultCommand;
use crate::front::Front;
use crate::stop::Stop;

#[derive(Serialize)]
struct State {
    folder: Option<String>,
    masters_without_copy: usize,
}

#[derive(Serialize)]
struct CopyRecord {
    objects: u64,
    manifests: u64,
    mended: u64,
}

pub(super) fn run(front: &mut Front, command: &SecondVaultCommand) -> Result<Exit, Stop> {
    let mut archive = front.open()?;
    let as_json = match command {
        SecondVaultCommand::Set(args) => {
            second_vault::set(&mut archive, &args.second_folder)?;
            args.json
        }
        SecondVaultCommand::Off(args) => {
            second_vault::unset(&mut archive)?;
            args.json
        }
        SecondVaultCommand::Show(args) => args.json,
        SecondVaultCommand::Copy(args) => {
            front.stop_cleanly_on_request();
            let bar = front.bar();
            let copied = second_vault::copy_all(&archive, &front.cancel, &bar)?;
            drop(bar);
            if args.json {
                let second_vault::Copied { objects, manifests, mended } = copied;
                front.output.json(&CopyRecord { objects, manifests, mended });
                return Ok(Exit::Done);
            }
            let values = [("objects", copied.objects.into()), ("mended", copied.mended.into())];
            let line = front.texts.say("second-vault-copied", &values);
            front.output.data(line);
            args.json
        }
    };
    let folder = second_vault::folder(&archive).map(|folder| folder.display().to_string());
    let without = archive.catalog().masters_not_copied(None)?.len();
    if as_json {
        front.output.json(&State { folder, masters_without_copy: without });
        return Ok(Exit::Done);
    }
    let line = match &folder {
        Some(folder) => front.texts.say("second-vault-is", &[("path", folder.into()), ("masters", without.into())]),
        None => front.text("second-vault-none"),
    };
    front.output.data(line);
    Ok(Exit::Done)
}
