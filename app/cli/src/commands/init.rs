//! `init`: makes an archive.

use serde::Serialize;
use sohoa_pipeline::archive::{Archive, NewArchive};
use sohoa_shell::Exit;

use crate::args::InitArgs;
use crate::front::Front;
use crate::stop::Stop;

/// The archive that was made.
#[derive(Serialize)]
struct Record<'a> {
    archive: String,
    title: &'a str,
    organisation: &'a str,
    demo: bool,
}

pub(super) fn run(front: &mut Front, args: InitArgs) -> Result<Exit, Stop> {
    let (title, organisation) =
        if args.demo { ("init-demo-title", "init-demo-organisation") } else { ("init-title", "init-organisation") };
    let new = NewArchive {
        title: args.title.unwrap_or_else(|| front.text(title)),
        organisation: args.organisation.unwrap_or_else(|| front.text(organisation)),
        demo: args.demo,
    };
    let archive = Archive::init(&args.dir, &new, &front.session)?;
    let root = archive.layout().root();
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    if args.json {
        let archive = root.display().to_string();
        let record = Record { archive, title: &new.title, organisation: &new.organisation, demo: new.demo };
        front.output.json(&record);
        return Ok(Exit::Done);
    }
    let said = [("title", (&new.title).into()), ("path", root.display().to_string().into())];
    let line = front.texts.say("init-done", &said);
    front.output.note(line);
    if args.demo {
        let line = front.text("init-demo");
        front.output.note(line);
    }
    Ok(Exit::Done)
}
