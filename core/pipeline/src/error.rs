//! Why a verb could not do its work; front-ends turn each into a sentence, a hint and an exit code.

use std::path::PathBuf;

use sohoa_capture::FolderError;
use sohoa_capture::scanner::ScanError;
use sohoa_catalog::{CatalogError, DecisionError};
use sohoa_model::description::{DocumentField, FieldFault};
use sohoa_store::StoreError;

use crate::accounts::Role;
use crate::settings::SettingsError;
use crate::worker::WorkerFault;

/// Why a verb could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// No archive where one was looked for.
    #[error("{0} is not an archive")]
    NotAnArchive(PathBuf),
    /// Something lies where a new archive should be made.
    #[error("{0} is not empty")]
    NotEmpty(PathBuf),
    /// The imported folder lies in the archive, or the archive in it.
    #[error("the folder {folder} and the archive {archive} lie in one another")]
    Nested {
        /// The folder to import from or export to.
        folder: PathBuf,
        /// The archive.
        archive: PathBuf,
    },
    /// The work does not fit on the medium.
    #[error("{needed} bytes are needed and {free} are free at {path}")]
    NotEnoughSpace {
        /// Where the bytes would go.
        path: PathBuf,
        /// Bytes needed.
        needed: u64,
        /// Bytes free.
        free: u64,
    },
    /// No dossier has this code.
    #[error("no dossier has the code {0:?}")]
    UnknownDossier(String),
    /// The work needs a signing key and there is none.
    #[error("no signing key is in use")]
    NoKey,
    /// Only an administrator may do it.
    #[error("{0:?} is not an administrator of this archive")]
    NotAdministrator(String),
    /// The operator has not the role that it takes.
    #[error("{operator:?} may not do this; it takes the role {}", role.word())]
    NotAllowed {
        /// Who wanted to.
        operator: String,
        /// The least role that may.
        role: Role,
    },
    /// No account has this name.
    #[error("no account has the name {0:?}")]
    NoSuchAccount(String),
    /// Name and password do not belong together.
    #[error("name or password is wrong")]
    WrongPassword,
    /// A password is too short.
    #[error("the password is too short")]
    WeakPassword,
    /// A text is no value of a field of a description.
    #[error("this is no value of {}", field.word())]
    Field {
        /// The field.
        field: DocumentField,
        /// Why not.
        fault: FieldFault,
    },
    /// A dossier has several documents, or none with this ordinal, and it is not known which is meant.
    #[error("dossier {dossier:?} has {documents} documents")]
    WhichDocument {
        /// The code.
        dossier: String,
        /// How many it has.
        documents: usize,
    },
    /// A page has no such word, or it was corrected meanwhile.
    #[error("the page has another text by now")]
    TextChanged,
    /// A person's decision is not taken.
    #[error(transparent)]
    Decision(DecisionError),
    /// A verb needs a reason and none was given.
    #[error("a reason is needed")]
    NoReason,
    /// A dossier has no such page.
    #[error("dossier {dossier:?} has no page {number}, or several")]
    NoSuchPage {
        /// The code.
        dossier: String,
        /// The number that was asked for.
        number: u32,
        /// Whether each of several documents has its own pages, and none was said.
        several: bool,
    },
    /// A document is to begin where one begins.
    #[error("a document begins there already")]
    BeginsAlready,
    /// A half would be too narrow to be a page.
    #[error("a half of page {page} would be too narrow")]
    TooNarrow {
        /// The number of the page in its document.
        page: u32,
    },
    /// A page of a signed file is to be split, which is kept as it is.
    #[error("the page belongs to a signed file, which is kept as it is")]
    SealKept,
    /// A signed document would get another name.
    #[error("a document behind it is signed under its name")]
    SignedBehind,
    /// No box has this code, or boxes of several fonds have it.
    #[error("no box has the code {code:?}, or several")]
    NoSuchBox {
        /// The code.
        code: String,
        /// The fonds that have such a box.
        fonds: Vec<String>,
    },
    /// A box can't have moved so.
    #[error("box {code} is {last}")]
    BoxElsewhere {
        /// Its code.
        code: String,
        /// What happened to it last: `handed-out`, `returned`, `refiled` or `never-out`.
        last: &'static str,
    },
    /// Paper of a box has to stay on the table.
    #[error("box {code} is not safe to refile")]
    BoxNotSafe {
        /// Its code.
        code: String,
        /// The dossiers that keep it, by code.
        dossiers: Vec<String>,
    },
    /// No second vault is kept.
    #[error("no second vault is kept")]
    NoSecondVault,
    /// The folder of the second vault can't be reached, or is not marked as one.
    #[error("there is no second vault at {0}")]
    SecondVaultAway(PathBuf),
    /// The folder is the second vault of another archive.
    #[error("{0} is the second vault of another archive")]
    SecondVaultOfAnother(PathBuf),
    /// A batch is open that goes elsewhere.
    #[error("a batch of {dossier:?} is open that appends pages")]
    BatchGoesOn {
        /// The code.
        dossier: String,
    },
    /// A file could not be read.
    #[error("could not read {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// An inventory file can't be understood as a whole.
    #[error("{path} can't be read as an inventory: {detail}")]
    Inventory {
        /// The file.
        path: PathBuf,
        /// The parser's words.
        detail: String,
    },
    /// A recognition model is missing, can't be read or is not listed.
    #[error("the recognition models can't be used: {0}")]
    Models(String),
    /// The catalog could not do its work.
    #[error(transparent)]
    Catalog(CatalogError),
    /// The store could not do its work.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A certificate for demonstration in an archive that is not.
    #[error("a certificate for demonstration is not trusted in this archive")]
    ForDemonstration,
    /// The settings could not be read or written.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A folder could not be listed.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A PDF/A could not be written or checked.
    #[error(transparent)]
    Pdfa(#[from] sohoa_pdfa::PdfaError),
    /// A signature could not be made or judged.
    #[error(transparent)]
    Sign(#[from] sohoa_sign::SignError),
    /// A worker process gave no answer.
    #[error(transparent)]
    Worker(#[from] WorkerFault),
    /// A record in the vault is not what it should be.
    #[error("the record {name} can't be understood")]
    Record {
        /// Its name.
        name: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A document holds a signed file and other pages, so that no one file can hold it.
    #[error("a signed file lies among other pages of the document")]
    SealBroken,
    /// A scanner did not do what it was asked for.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// A dossier that is to be scanned is not known, and nobody says that it is new.
    #[error("no dossier has the code {0}")]
    NoSuchDossier(String),
    /// There is no paper in the feeder.
    #[error("the feeder is empty")]
    FeederEmpty,
    /// A dossier that is held is not scanned.
    #[error("the dossier {0} is held")]
    Held(String),
    /// The settings of a scan are below the standard, and nobody says why.
    #[error("the settings are below the standard")]
    BelowStandard,
    /// The dossier has no open batch.
    #[error("the dossier {0} has no open batch")]
    NoBatch(String),
    /// The open batch takes other sides of its sheets.
    #[error("the open batch has {sides} pages a sheet")]
    OtherSides {
        /// Pages that its sheets give.
        sides: u32,
    },
    /// Another number of pages came than sheets were counted.
    #[error("{pages} pages came")]
    NotReconciled {
        /// Pages that came.
        pages: u32,
        /// Pages that were expected, if the sheets were counted.
        expected: Option<u32>,
    },
    /// The work was asked to stop.
    #[error("stopped on request")]
    Cancelled,
}

impl PipelineError {
    /// A record that can't be understood.
    pub fn record(name: impl ToString, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Record { name: name.to_string(), source: source.into() }
    }
}

/// An error with all its causes in one line.
pub(crate) fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

impl From<DecisionError> for PipelineError {
    fn from(error: DecisionError) -> Self {
        match error {
            DecisionError::NoReason => Self::NoReason,
            DecisionError::Catalog(error) => error.into(),
            other => Self::Decision(other),
        }
    }
}

impl From<CatalogError> for PipelineError {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::UnknownDossier(code) => Self::UnknownDossier(code),
            CatalogError::TextChanged(_) => Self::TextChanged,
            other => Self::Catalog(other),
        }
    }
}
