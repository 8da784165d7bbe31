//! `devices`: the scanners of this station, and what one of them can do.

use serde::Serialize;
use sohoa_pipeline::PipelineError;
use sohoa_pipeline::scan::{Device, Driver, Mode, Source};
use sohoa_shell::Exit;

use crate::args::DevicesArgs;
use crate::front::Front;
use crate::stop::Stop;

#[derive(Default, Serialize)]
struct DeviceRecord {
    id: String,
    vendor: String,
    model: String,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    abilities: Option<AbilitiesRecord>,
}

impl From<Device> for DeviceRecord {
    fn from(device: Device) -> Self {
        Self { id: device.id, vendor: device.vendor, model: device.model, kind: device.kind, abilities: None }
    }
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
    let mut records: Vec<DeviceRecord> = found.into_iter().map(DeviceRecord::from).collect();
    if let Some(id) = &args.device {
        // A name may be an address that no list has; whether the device is there shows when it is opened.
        let abilities = abilities(&mut driver, id)?;
        let listed = records.into_iter().find(|record| record.id == *id);
        let unlisted = || DeviceRecord { id: id.clone(), ..DeviceRecord::default() };
        records = vec![DeviceRecord { abilities: Some(abilities), ..listed.unwrap_or_else(unlisted) }];
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
        let what = format!("{} {} ({})", record.vendor, record.model, record.kind);
        front.output.data(if record.model.is_empty() { record.id.clone() } else { format!("{}  {what}", record.id) });
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
