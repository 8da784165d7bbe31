//! The screens, each a picture of the state and a list of acts that come of it.

pub mod archives;
pub mod check;
pub mod describe;
pub mod describe_form;
pub mod describe_text;
pub mod inventory;
pub mod inventory_import;
pub mod jobs;
pub mod page_keys;
pub mod palette;
pub mod path_field;
pub mod picker;
pub mod picker_rows;
pub mod progress;
pub mod scan;
pub mod search;
pub mod settings;
pub mod settings_hub;
pub mod settings_keys;
pub mod settings_people;
pub mod settings_profiles;
pub mod sign;
pub mod sign_in;
pub mod splitting;
pub mod start;

use sohoa_catalog::query::PageView;
use sohoa_catalog::work::Lot;
use sohoa_model::ids::PageId;
use sohoa_model::part::Run;
use sohoa_pipeline::scan::ScanPlan;

use crate::command::Command;
use crate::desk::Deed;
use crate::model::{Branch, Chip};

/// The screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// What waits.
    Start,
    /// All dossiers.
    Inventory,
    /// Sheets go through a scanner.
    Scan,
    /// What was scanned is looked at.
    Check,
    /// What was read is put right, documents are described.
    Describe,
    /// What is ready is signed.
    Sign,
    /// How far the archive is.
    Progress,
    /// Words are looked for.
    Search,
    /// What the machine does.
    Jobs,
    /// What the archive and the station keep.
    Settings,
}

/// What came of a frame.
pub enum Act {
    /// What a key or a button stands for.
    Command(Command),
    /// A dossier is laid on the desk, and looked at on a screen.
    Open(String, Screen),
    /// Something is done to the dossier on the desk.
    Do(Deed),
    /// A page is looked at.
    Look(PageId),
    /// The sheet of a page is to be scanned again.
    Replace(PageId),
    /// The dossiers that wait for the same are listed.
    List(Chip),
    /// The dossiers that a figure stands for are listed.
    Lot(Lot),
    /// The targets of the Ministry become those of the archive.
    SetTargets,
    /// A branch of the archive is listed.
    Branch(Branch),
    /// Sheets are fed.
    Feed(Box<ScanPlan>),
    /// The recognised text of a page is wanted.
    Text(PageId),
    /// The descriptions of the dossier on the desk are wanted.
    Forms,
    /// Where a page would best be cut is wanted.
    FindCut(Box<PageView>, Run),
    /// Pictures that could not be made are tried again.
    TryPictures,
    /// Something of the settings was decided.
    Settings(settings::Choice),
    /// Scanners are looked for again.
    LookForScanners,
}
