//! The command line of `sohoa-hub`.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use sohoa_model::day::Day;
use sohoa_wire::StationId;

use crate::collect;
use crate::people::Role;

/// The hub of Sohoa: stations send to it, supervisors see the whole archive.
#[derive(Debug, Parser)]
#[command(name = "sohoa-hub", version)]
pub struct Arguments {
    /// The settings.
    #[arg(long, short, default_value = "/etc/sohoa/hub.toml", value_name = "FILE")]
    pub config: PathBuf,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What a file that is published holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Published {
    /// Records of the hub, one a line.
    Records,
    /// A list of dossiers, CSV or XLSX.
    Inventory,
    /// Scan profiles, TOML.
    Profiles,
    /// Accounts, TOML; they go to one station.
    Accounts,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Bring the database up to date; make the hub's key if there is none.
    Migrate,
    /// Serve until told to stop.
    Serve,
    /// Print an invitation for a station: it can be used once, within three days.
    Enrol {
        /// Code of the unit that the station works for; an unknown one is made.
        #[arg(long, required_unless_present = "again")]
        unit: Option<String>,
        /// Name of the unit, where it is made.
        #[arg(long, requires = "unit")]
        unit_name: Option<String>,
        /// Name of the station.
        #[arg(long, required_unless_present = "again")]
        name: Option<String>,
        /// A station that gets a new machine: the one before is fenced.
        #[arg(long, conflicts_with_all = ["unit", "name"], value_name = "STATION")]
        again: Option<StationId>,
        /// For a station without a network: the invitation names the key of the hub, and its request comes on a disk.
        #[arg(long)]
        on_disk: bool,
    },
    /// Send records down to the stations of a unit.
    Publish {
        /// Code of the unit.
        #[arg(long)]
        unit: String,
        /// Only to this station.
        #[arg(long)]
        station: Option<StationId>,
        /// What the file holds.
        #[arg(long = "as", value_enum, default_value = "records", value_name = "KIND")]
        kind: Published,
        /// The file; all of it is sent or nothing.
        file: PathBuf,
    },
    /// Take the bundles and requests for enrolment that lie in a folder, and write the answers beside them.
    Receive {
        /// The folder, on the medium that stations wrote.
        folder: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Back the database up and read the backup back: what it holds is stable from then on.
    Backup {
        /// The folder, on another medium than the database.
        folder: PathBuf,
    },
    /// Restore a backup into an empty database, as a new generation; no hub may be running.
    Restore {
        /// The manifest of the backup.
        manifest: PathBuf,
    },
    /// Make the tables again that follow from what stations sent, from the batch bodies in the store.
    Rebuild {
        /// Change nothing and only say what differs; exit code 1 if something does, 2 if it could not be compared.
        #[arg(long, visible_alias = "dry-run")]
        compare: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Let somebody look at the hub's page, give a new password, or shut somebody out.
    Person {
        /// The name that is typed.
        login: String,
        /// The name that is shown.
        #[arg(long, required_unless_present_any = ["disable", "enable"])]
        name: Option<String>,
        /// Shut the person out: open sessions end at once.
        #[arg(long, conflicts_with_all = ["name", "role", "unit", "password_file", "enable"])]
        disable: bool,
        /// Let the person in again, with the password they had.
        #[arg(long, conflicts_with_all = ["name", "role", "unit", "password_file"])]
        enable: bool,
        /// What the person may do.
        #[arg(long, value_enum, default_value = "viewer")]
        role: Role,
        /// Code of the unit that the person sees; left out: all units.
        #[arg(long)]
        unit: Option<String>,
        /// The file whose first line is the password; left out: standard input.
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// Refuse what a station sends from now on; what it sent stays.
    Revoke {
        /// The station.
        station: StationId,
    },
    /// Say how many bytes a unit may have at the hub.
    Quota {
        /// Code of the unit.
        unit: String,
        /// Bytes; left out: as many as fit.
        bytes: Option<u64>,
    },
    /// Hand in figures of other indicators.
    Indicator {
        /// What to do.
        #[command(subcommand)]
        command: IndicatorCommand,
    },
    /// Write the report of a day, ready for A4.
    Report {
        /// The day, YYYY-MM-DD.
        #[arg(long, value_parser = day)]
        day: Day,
        /// Code of the unit; left out: all units.
        #[arg(long)]
        unit: Option<String>,
        /// In English instead of Vietnamese.
        #[arg(long)]
        english: bool,
        /// The new file, HTML; a browser prints it.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Remove what was uploaded and never named by a record; `serve` does so once a day.
    Collect {
        /// Files that no record names, untouched for so many days.
        #[arg(long, default_value_t = collect::DAYS, value_parser = days())]
        days: u32,
        /// Remove objects that no row names, too, which `serve` never does.
        #[arg(long)]
        sweep: bool,
        /// Such objects, so many days old.
        #[arg(long, default_value_t = collect::ORPHAN_DAYS, value_parser = days(), requires = "sweep")]
        orphan_days: u32,
        /// Only tell what would be removed.
        #[arg(long)]
        dry_run: bool,
        /// Sweep also where such objects may be the only copy: where a batch body tells of more than the database knows, before all
        /// stations have spoken to a restored database, and where more objects are of no row than of one.
        #[arg(long, requires = "sweep")]
        anyway: bool,
    },
    /// Look at everything that a hub needs, and at every station.
    Doctor {
        /// Read the files again too, mark those that are lost, and ask stations for them.
        #[arg(long)]
        files: bool,
        /// Only so many percent of the files, behind those that were read last.
        #[arg(long, requires = "files", value_parser = percent, value_name = "PERCENT")]
        share: Option<f64>,
        /// Take the store for the one of this database though it is not marked so, or none of the files is in it, and mark them as
        /// lost.
        #[arg(long, requires = "files")]
        anyway: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// What to do with indicators.
#[derive(Debug, Subcommand)]
pub enum IndicatorCommand {
    /// Take a file of comma-separated values, all of its rows or none.
    Import {
        /// Its columns: unit, name, as_of, part, whole, target_percent.
        file: PathBuf,
    },
}

fn day(text: &str) -> Result<Day, &'static str> {
    Day::parse(text).ok_or("a day is written YYYY-MM-DD")
}

/// No more than PostgreSQL counts back without trouble.
fn days() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(..=36_500)
}

fn percent(text: &str) -> Result<f64, &'static str> {
    text.parse().ok().filter(|percent| *percent > 0.0 && *percent <= 100.0).ok_or("more than 0 and at most 100")
}
