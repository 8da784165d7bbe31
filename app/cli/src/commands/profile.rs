//! `profile`: how a kind of paper is scanned, kept under a name.

use serde::Serialize;
use sohoa_pipeline::scan::{self, Profile};
use sohoa_shell::Exit;

use crate::args::{ProfileRemoveArgs, ProfileSetArgs, ScanSettings};
use crate::front::Front;
use crate::stop::Stop;
use crate::table::Table;

#[derive(Serialize)]
struct ProfileRecord {
    name: String,
    #[serde(flatten)]
    profile: Profile,
}

/// What was typed, over what a profile says, over what is usual.
pub(super) fn settled(typed: &ScanSettings, profile: Profile) -> Profile {
    let mut settled = profile;
    settled.device = typed.device.clone().or(settled.device);
    settled.blank_backs = typed.blank_backs.unwrap_or(settled.blank_backs);
    let settings = &mut settled.settings;
    settings.source = typed.source.unwrap_or(settings.source);
    settings.mode = typed.mode.unwrap_or(settings.mode);
    settings.dpi = typed.dpi.map_or(settings.dpi, f64::from);
    settings.paper = typed.paper.unwrap_or(settings.paper);
    settled
}

pub(super) fn set(front: &mut Front, args: &ProfileSetArgs) -> Result<Exit, Stop> {
    let archive = front.open()?;
    let profile = settled(&args.settings, Profile::default());
    scan::set_profile(&archive, &args.profile_name, &profile)?;
    tell(front, vec![(args.profile_name.clone(), profile)], args.json);
    Ok(Exit::Done)
}

pub(super) fn list(front: &mut Front, as_json: bool) -> Result<Exit, Stop> {
    let archive = front.open()?;
    let profiles = scan::profiles(&archive)?;
    if profiles.is_empty() && !as_json {
        let line = front.text("profiles-none");
        front.output.note(line);
    }
    tell(front, profiles, as_json);
    Ok(Exit::Done)
}

pub(super) fn remove(front: &mut Front, args: &ProfileRemoveArgs) -> Result<Exit, Stop> {
    let archive = front.open()?;
    scan::remove_profile(&archive, &args.profile_name)?;
    list(front, args.json)
}

fn tell(front: &mut Front, profiles: Vec<(String, Profile)>, as_json: bool) {
    if as_json {
        let records: Vec<_> = profiles.into_iter().map(|(name, profile)| ProfileRecord { name, profile }).collect();
        front.output.json(&records);
        return;
    }
    let texts = front.texts.clone();
    let mut table = Table::default();
    for (name, Profile { device, settings, blank_backs }) in profiles {
        let (width, height) = settings.paper;
        table.row([
            name,
            device.unwrap_or_else(|| "–".to_owned()),
            settings.source.word().to_owned(),
            settings.mode.word().to_owned(),
            format!("{:.0} dpi", settings.dpi),
            format!("{width:.0} × {height:.0} mm"),
            texts.get(&format!("blank-backs-{}", blank_backs.word())),
        ]);
    }
    front.output.table(&table);
}
