//! The settings of an archive: `sohoa.toml`, written once by `init` and edited by people.
//!
//! They say what the rules leave open: who may lift a hold, how many people an acceptance needs, whom to trust.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sohoa_sign::TrustAnchors;
use sohoa_store::{StoreError, atomic};

use crate::accounts::{Account, Role};

/// `sohoa.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveSettings {
    /// The archive and who keeps it.
    pub archive: ArchiveSection,
    /// Who may do what.
    #[serde(default)]
    pub people: PeopleSection,
    /// When a dossier is accepted.
    #[serde(default)]
    pub acceptance: AcceptanceSection,
    /// What a signature needs.
    #[serde(default)]
    pub signature: SignatureSection,
    /// Where a copy of everything is kept, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_vault: Option<SecondVaultSection>,
    /// Certificates in which chains may end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trust: Vec<TrustedRoot>,
}

/// The archive and who keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveSection {
    /// Name of the archive.
    pub title: String,
    /// Organisation that signs and is shown in the visible block.
    pub organisation: String,
    /// The rules that the output follows.
    pub profile: String,
}

/// Who may do what.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PeopleSection {
    /// Operators who may lift a hold and clear an access level.
    pub administrators: Vec<String>,
    /// Who may work at a station that asks for a password; nobody is asked where there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<Account>,
}

/// When a dossier is accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AcceptanceSection {
    /// Whether another person than the one who captured must accept.
    pub two_person_rule: bool,
    /// Share of the pages that the second person looks at, in percent, at least one page.
    pub sample_percent: u8,
}

impl Default for AcceptanceSection {
    fn default() -> Self {
        Self { two_person_rule: true, sample_percent: 10 }
    }
}

/// What a signature needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignatureSection {
    /// The PAdES level that a dossier needs to count: `B-B`.
    pub required_level: String,
}

impl Default for SignatureSection {
    fn default() -> Self {
        Self { required_level: "B-B".to_owned() }
    }
}

/// Where a copy of everything is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondVaultSection {
    /// A folder on another medium.
    pub folder: PathBuf,
}

/// A certificate in which chains may end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedRoot {
    /// What it is called here, e.g. `demo root`.
    pub name: String,
    /// The certificate.
    pub pem: String,
}

/// Why settings could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file can't be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file is not what it should be.
    #[error("{path} is not a settings file of an archive")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where and why.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// A trusted certificate can't be read.
    #[error("the trusted certificate {name:?} can't be read")]
    Certificate {
        /// Its name in the settings.
        name: String,
        /// Why.
        #[source]
        source: sohoa_sign::SignError,
    },
}

impl ArchiveSettings {
    /// Reads `sohoa.toml`.
    pub fn load(path: &Path) -> Result<Self, SettingsError> {
        let text = std::fs::read_to_string(path).map_err(|e| StoreError::read(path, e))?;
        toml::from_str(&text)
            .map_err(|source| SettingsError::Malformed { path: path.to_owned(), source: Box::new(source) })
    }

    /// Writes `sohoa.toml` durably.
    pub fn save(&self, path: &Path) -> Result<(), SettingsError> {
        let text = toml::to_string_pretty(self).expect("settings of plain texts and numbers are TOML");
        Ok(atomic::write(path, text.as_bytes())?)
    }

    /// The certificates in which chains may end.
    pub fn trust_anchors(&self) -> Result<TrustAnchors, SettingsError> {
        let mut anchors = TrustAnchors::default();
        for root in &self.trust {
            anchors
                .add(root.pem.as_bytes())
                .map_err(|source| SettingsError::Certificate { name: root.name.clone(), source })?;
        }
        Ok(anchors)
    }

    /// Whether an operator may lift a hold and clear an access level.
    pub fn is_administrator(&self, operator: &str) -> bool {
        self.role(operator) == Role::Administrator
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_read_back_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sohoa.toml");
        let settings = ArchiveSettings {
            archive: ArchiveSection {
                title: "Kho lưu trữ".to_owned(),
                organisation: "Sở Tư pháp tỉnh Hà Nam".to_owned(),
                profile: "TT05-2025".to_owned(),
            },
            people: PeopleSection { administrators: vec!["Lê Thị Bình".to_owned()], ..Default::default() },
            acceptance: AcceptanceSection::default(),
            signature: SignatureSection::default(),
            second_vault: None,
            trust: vec![],
        };
        settings.save(&path).unwrap();
        assert_eq!(ArchiveSettings::load(&path).unwrap(), settings);
        assert!(settings.is_administrator("Lê Thị Bình") && !settings.is_administrator("khách"));
        std::fs::write(&path, "[archive]\ntitel = 1\n").unwrap();
        assert!(matches!(ArchiveSettings::load(&path), Err(SettingsError::Malformed { .. })));
    }
}
