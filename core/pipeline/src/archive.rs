//! An open archive: its folder, vault, catalog and settings, and the person who works on it now.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sohoa_catalog::{ArchiveFacts, Catalog};
use sohoa_model::ids::{ArchiveId, Randomness};
use sohoa_model::safe_name::safe_name;
use sohoa_model::{Act, Clock, Sha256};
use sohoa_store::atomic::AtomicFile;
use sohoa_store::lock::{self, ArchiveLock};
use sohoa_store::{ArchiveLayout, StoreError, Vault, atomic};

use crate::error::PipelineError;
use crate::settings::{AcceptanceSection, ArchiveSection, ArchiveSettings, PeopleSection, SignatureSection};
use crate::worker::WorkerProgram;

/// Who works, with which clock and which helpers; made by the front-end.
#[derive(Clone)]
pub struct Session {
    /// The person.
    pub operator: String,
    /// Name and version of the program.
    pub software: String,
    /// The name of the station that works.
    pub station: String,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Where the random part of identifiers comes from.
    pub randomness: Arc<dyn Randomness>,
    /// How to start a worker.
    pub worker: WorkerProgram,
}

impl Session {
    /// Who and what, with the present moment.
    pub fn act(&self) -> Act {
        Act { at: self.clock.now(), operator: self.operator.clone(), software: self.software.clone() }
    }
}

/// What a new archive is called and who keeps it.
#[derive(Debug, Clone)]
pub struct NewArchive {
    /// Name of the archive.
    pub title: String,
    /// Organisation that signs.
    pub organisation: String,
    /// Whether the demo root is trusted in it.
    pub demo: bool,
}

/// An open archive.
pub struct Archive {
    layout: ArchiveLayout,
    vault: Vault,
    settings: ArchiveSettings,
    catalog: Catalog,
    session: Session,
    facts: ArchiveFacts,
    lock: Option<ArchiveLock>,
}

impl Archive {
    /// Makes a new archive in a folder that does not exist or is empty.
    pub fn init(root: &Path, new: &NewArchive, session: &Session) -> Result<Self, PipelineError> {
        let filled = match std::fs::read_dir(root) {
            Ok(mut entries) => entries.next().is_some(),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => false,
            Err(e) => return Err(StoreError::write(root, e).into()),
        };
        if filled {
            return Err(PipelineError::NotEmpty(root.to_owned()));
        }
        let layout = ArchiveLayout::new(root);
        atomic::make_folder(&layout.manifests())?;
        let settings = ArchiveSettings {
            archive: ArchiveSection {
                title: new.title.clone(),
                organisation: new.organisation.clone(),
                profile: "TT05-2025".to_owned(),
            },
            people: PeopleSection { administrators: vec![session.operator.clone()], accounts: Vec::new() },
            acceptance: AcceptanceSection::default(),
            signature: SignatureSection::default(),
            second_vault: None,
            trust: Vec::new(),
        };
        settings.save(&layout.settings())?;
        let act = session.act();
        let facts = ArchiveFacts {
            id: ArchiveId::new(act.at, session.randomness.as_ref()),
            title: new.title.clone(),
            organisation: new.organisation.clone(),
            demo: new.demo,
        };
        drop(Catalog::create(&layout.catalog(), &facts, &act, session.randomness.clone())?);
        atomic::sync_folder(root)?;
        let archive = Self::open(root, session)?;
        archive.write_archive_manifest()?;
        Ok(archive)
    }

    /// Opens the archive in a folder, and clears away what a process that died left half-done.
    ///
    /// # Errors
    /// [`PipelineError::NotAnArchive`] if there is no catalog; nothing is made.
    pub fn open(root: &Path, session: &Session) -> Result<Self, PipelineError> {
        let layout = ArchiveLayout::new(root);
        if !layout.catalog().is_file() {
            return Err(PipelineError::NotAnArchive(root.to_owned()));
        }
        let held = ArchiveLock::shared(&layout.lock())?;
        let settings = ArchiveSettings::load(&layout.settings())?;
        let catalog = Catalog::open(&layout.catalog(), session.randomness.clone())?;
        for owner in catalog.lease_owners()? {
            if !lock::is_alive(&owner) {
                catalog.release_leases_of(&owner)?;
            }
        }
        let facts = catalog.archive()?;
        let vault = Vault::new(layout.clone());
        vault.sweep()?;
        Ok(Self { layout, vault, settings, catalog, session: session.clone(), facts, lock: Some(held) })
    }

    /// Where everything lies.
    pub fn layout(&self) -> &ArchiveLayout {
        &self.layout
    }

    /// Masters and renditions.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// `sohoa.toml`.
    pub fn settings(&self) -> &ArchiveSettings {
        &self.settings
    }

    /// `sohoa.toml` as it stands now: another process may have changed it since this archive was opened.
    pub fn latest_settings(&self) -> Result<ArchiveSettings, PipelineError> {
        Ok(ArchiveSettings::load(&self.layout.settings())?)
    }

    /// Replaces `sohoa.toml`.
    pub fn replace_settings(&mut self, settings: ArchiveSettings) -> Result<(), PipelineError> {
        settings.save(&self.layout.settings())?;
        self.settings = settings;
        Ok(())
    }

    /// Takes the archive for this process alone, for as long as what is returned is kept.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if anybody else works on it.
    pub fn take_alone(&mut self) -> Result<ArchiveLock, PipelineError> {
        self.lock = None;
        Ok(ArchiveLock::exclusive(&self.layout.lock())?)
    }

    /// Keeps the text of a recipe in the vault, under the hash by which readings and renditions name it.
    pub fn keep_recipe(&self, canonical: &str) -> Result<(), PipelineError> {
        if !self.vault.contains(&Sha256::of(canonical.as_bytes())) {
            self.vault.put(canonical.as_bytes())?;
        }
        Ok(())
    }

    /// Name, identity and kind of the archive.
    pub fn facts(&self) -> &ArchiveFacts {
        &self.facts
    }

    /// Passes if the operator is an administrator.
    ///
    /// # Errors
    /// [`PipelineError::NotAdministrator`] if not.
    pub fn require_administrator(&self) -> Result<(), PipelineError> {
        let operator = &self.session.operator;
        match self.settings.is_administrator(operator) {
            true => Ok(()),
            false => Err(PipelineError::NotAdministrator(operator.clone())),
        }
    }

    /// Who works now.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Who and what, with the present moment.
    pub fn act(&self) -> Act {
        self.session.act()
    }

    /// The catalog.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Writes a copy of the catalog beside it, if the last one is an hour of work behind or more; says whether it did.
    pub fn copy_catalog(&self) -> Result<bool, PipelineError> {
        const BEHIND: Duration = Duration::from_secs(3600);
        let target = self.layout.catalog_copy();
        let changed = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
        let log = self.layout.root().join("catalog.sqlite-wal");
        let latest = changed(&log).max(changed(&self.layout.catalog()));
        if let (Some(latest), Some(copied)) = (latest, changed(&target))
            && latest.duration_since(copied).unwrap_or_default() < BEHIND
        {
            return Ok(false);
        }
        atomic::sweep(self.layout.root())?;
        let mut file = AtomicFile::begin(self.layout.root())?;
        self.catalog.copy_into(file.path())?;
        file.written_by_others()?;
        file.commit(&target)?;
        Ok(true)
    }

    /// The name under which this process leases pages; says which process it is.
    pub fn lease_owner(&self) -> String {
        lock::this_process().to_owned()
    }

    /// `pdf/<fonds>/<dossier>/` of a dossier.
    pub fn pdf_folder(&self, fonds: &str, folder_name: &str) -> PathBuf {
        self.layout.pdf_folder(&safe_name(if fonds.is_empty() { "~" } else { fonds }), folder_name)
    }
}
