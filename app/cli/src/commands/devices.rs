//! `devices`: the scanners of this station, and what one of them can do.

use serde::Serialize;
use sohoa_pipeline::PipelineError;
use sohoa_pipeline::scan::{Driver, Mode, Source};
use sohoa_shell::Exit;

use crate::args::DevicesArgs;
use crate::front::Front;
use crate::stop::Stop;

#[derive(Serialize)]
struct DeviceRecord {
    id: String,
    vendor: String,
    model: String,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    abilities: Option<AbilitiesRecord>,
}

#[derive(Serialize)]
struct AbilitiesRecord {
    sources: Vec<&'static str>,
    modes: Vec<&'static str>,
    /// As people write them: `50-1200`, or `100, 200, 300`.
    resolutions: String,
    /// Width and height in millimetres.
    largest: Option<(f64, f64)>,
}

pub(super) fn run(front: &mut Front, args: &DevicesArgs) -> Result<Exit, Stop> {
    front.stop_cleanly_on_request();
    let mut driver = front.scanners();
    let found = driver.devices().map_err(PipelineError::Scan)?;
    let mut records = Vec::new();
    for device in found {
        if args.device.as_ref().is_some_and(|id| *id != device.id) {
            continue;
        }
        let abilities = match &args.device {
            Some(id) => Some(abilities(&mut driver, id)?),
            None => None,
        };
        let (id, vendor, model, kind) = (device.id, device.vendor, device.model, device.kind);
        records.push(DeviceRecord { id, vendor, model, kind, abilities });
    }
    if let (true, Some(id)) = (records.is_empty(), &args.device) {
        return Err(PipelineError::Scan(sohoa_pipeline::scan::ScanError::NoDevice { id: id.clone() }).into());
    }
    if args.json {
        front.output.json(&records);
        return Ok(Exit::Done);
    }
    if records.is_empty() {
        let (line, hint) = (front.text("devices-none"), front.texts.hint("devices-none", &[]));
        front.output.data(line);
        front.output.data(format!("  {hint}"));
    }
    for record in &records {
        front.output.data(format!("{}  {} {} ({})", record.id, record.vendor, record.model, record.kind));
        let Some(abilities) = &record.abilities else { continue };
        let size = |(width, height): (f64, f64)| format!("{width:.0} × {height:.0} mm");
        let rows = [
            ("devices-sources", abilities.sources.join(", ")),
            ("devices-modes", abilities.modes.join(", ")),
            ("devices-resolutions", abilities.resolutions.clone()),
            ("devices-largest", abilities.largest.map_or_else(|| "?".to_owned(), size)),
        ];
        for (id, value) in rows {
            front.output.data(format!("  {}", front.texts.say(id, &[("value", value.into())])));
        }
    }
    Ok(Exit::Done)
}

fn abilities(driver: &mut dyn Driver, id: &str) -> Result<AbilitiesRecord, Stop> {
    let scanner = driver.open(id).map_err(PipelineError::Scan)?;
    let abilities = scanner.abilities();
    Ok(AbilitiesRecord {
        sources: abilities.sources.iter().copied().map(Source::word).collect(),
        modes: abilities.modes.iter().copied().map(Mode::word).collect(),
        resolutions: abilities.resolutions.to_string(),
        largest: abilities.largest,
    })
}
