//! What the hub tells stations: what there is, whose it is, what is aimed at, who may work, what was decided.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Body;
use crate::{Hash, Kind, RecordId, StationId};

/// The manifest of a version of the inventory; the rows are the file of role `rows`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// Which version.
    pub version: u32,
    /// Its name, for people.
    pub title: String,
    /// Rows in the file.
    pub rows: u64,
}

/// A dossier is a station's to scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Whose it is.
    pub station: StationId,
    /// 1, 2, … for each dossier: the highest counts.
    pub number: u32,
    /// Code of the dossier, for stations that do not know it yet.
    pub code: String,
}

/// A target: a share of something by a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its name, unique in the plan.
    pub name: String,
    /// Share in parts per million.
    pub share_ppm: u32,
    /// What is counted: `dossiers`, `sheets` or `pages`.
    pub unit: String,
    /// Which value class it is a share of; left out means everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_class: Option<String>,
    /// Last day, `YYYY-MM-DD` in Viet Nam.
    pub deadline: String,
    /// Whether scans below the standard count.
    #[serde(default)]
    pub counts_below_standard: bool,
}

/// Targets with their dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Its name.
    pub name: String,
    /// Its targets, in the order in which they are shown.
    pub targets: Vec<Target>,
}

/// Settings that a unit's stations follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// Settings by name, as texts.
    pub settings: BTreeMap<String, String>,
}

/// A person who may work at the stations of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The name that is typed.
    pub login: String,
    /// The name that is shown.
    pub name: String,
    /// Argon2id in the PHC form; left out for people who sign in only at the hub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
    /// What the person may do: `archivist`, `supervisor`, `administrator`.
    pub roles: Vec<String>,
    /// Whether the person may sign in.
    pub active: bool,
}

/// What was decided. The hub may order a hold and take the order back; only a station's administrator lifts one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decided {
    /// The dossier is accepted.
    Accepted,
    /// The dossier is not accepted.
    Rejected,
    /// The dossier must not travel.
    HoldOrdered,
}

/// What a supervisor decided about the record's dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What.
    pub decided: Decided,
    /// Who.
    pub by: String,
    /// Why; a rejection and a hold have a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The revision of the dossier's record that was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of_rev: Option<u32>,
    /// Whether an order to hold is taken back: the hub does not ask for it any more, and who lifts the hold is still the
    /// station's administrator. A program that does not know this field holds the dossier, which is the safe mistake.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
}

/// A supervisor wants something scanned again: a box, the record's dossier, or one of its folios.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rescan {
    /// Code of the box, where a whole box is meant.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "box")]
    pub carton: Option<String>,
    /// The page, where one is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<RecordId>,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// Something that operators should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
    /// The oldest version of the software that the hub still serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_software: Option<String>,
}

/// The hub lost a file and wants it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileWanted {
    /// Its digest.
    pub sha256: Hash,
    /// Its bytes.
    pub bytes: u64,
}

impl Body for Inventory {
    const KIND: Kind = Kind::Inventory;
}
impl Body for Assignment {
    const KIND: Kind = Kind::Assignment;
}
impl Body for Plan {
    const KIND: Kind = Kind::Plan;
}
impl Body for Profile {
    const KIND: Kind = Kind::Profile;
}
impl Body for Account {
    const KIND: Kind = Kind::Account;
}
impl Body for Decision {
    const KIND: Kind = Kind::Decision;
    const MINOR: u16 = 1;
}
impl Body for Rescan {
    const KIND: Kind = Kind::Rescan;
}
impl Body for Notice {
    const KIND: Kind = Kind::Notice;
}
impl Body for FileWanted {
    const KIND: Kind = Kind::FileWanted;
}
