//! A failure: an error as people read it. The one place where an error becomes a sentence, a hint and an exit code.

use std::error::Error;
use std::io;
use std::path::Path;

use sohoa_capture::FolderError;
use sohoa_catalog::{CatalogError, DecisionError};
use sohoa_pipeline::PipelineError;
use sohoa_pipeline::accounts;
use sohoa_pipeline::scan::ScanError;
use sohoa_pipeline::settings::SettingsError;
use sohoa_pipeline::worker::WorkerFault;
use sohoa_sign::SignError;
use sohoa_store::StoreError;
use sohoa_store::carried::CarriedError;
use sohoa_sync::{Flaw, Misfit, SyncError};

use crate::details;
use crate::exit::Exit;
use crate::history::decimal;
use crate::reasons;
use crate::station::StationError;
use crate::texts::{Arg, Args, Texts};

/// What went wrong, for a person and for a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What could not be done, in one sentence.
    pub sentence: String,
    /// What to do next; may be empty.
    pub hint: String,
    /// How the command ends.
    pub exit: Exit,
    /// The error in its own words with all its causes, for those who look closer; may be empty.
    pub cause: String,
}

impl Failure {
    /// A failure that a text describes.
    pub fn new(texts: &Texts, id: &str, args: &Args<'_>, exit: Exit) -> Self {
        Self { sentence: texts.say(id, args), hint: texts.hint(id, args), exit, cause: String::new() }
    }

    /// What a verb could not do.
    pub fn of(error: &PipelineError, texts: &Texts) -> Self {
        Maker { texts, cause: chain(error) }.pipeline(error)
    }

    /// What keeps a station from its hub.
    pub fn of_sync(error: &SyncError, texts: &Texts) -> Self {
        Maker { texts, cause: chain(error) }.sync(error)
    }

    /// What is wrong with the station or its key.
    pub fn of_station(error: &StationError, texts: &Texts) -> Self {
        Maker { texts, cause: chain(error) }.station(error)
    }
}

/// An error with all its causes in one line.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        next = error.source();
        let words = error.to_string();
        // A transparent error says the same as its source.
        if parts.last() != Some(&words) {
            parts.push(words);
        }
    }
    parts.join(": ")
}

/// Bytes as people read them: `1,5 GB` and `412 GB` in Vietnamese, `1.5 GB` in English.
pub fn bytes(texts: &Texts, bytes: u64) -> String {
    const STEPS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    for (size, unit) in STEPS {
        if bytes >= size {
            let whole = bytes / size;
            let tenths = if whole < 100 { bytes % size * 10 / size } else { 0 };
            return format!("{} {unit}", decimal(texts, whole * 10 + tenths));
        }
    }
    format!("{bytes} B")
}

struct Maker<'a> {
    texts: &'a Texts,
    cause: String,
}

impl Maker<'_> {
    fn make(&self, id: &str, args: &Args<'_>, exit: Exit) -> Failure {
        Failure { cause: self.cause.clone(), ..Failure::new(self.texts, id, args, exit) }
    }

    fn unexpected(&self) -> Failure {
        self.make("error-unexpected", &[("cause", self.cause.as_str().into())], Exit::Unexpected)
    }

    fn pipeline(&self, error: &PipelineError) -> Failure {
        match error {
            PipelineError::NotAnArchive(path) => self.make("error-not-an-archive", &[path_arg(path)], Exit::NotFound),
            PipelineError::NotEmpty(path) => self.make("error-not-empty", &[path_arg(path)], Exit::Rule),
            PipelineError::Nested { folder, archive } => {
                let args = [path_arg(folder), ("archive", archive.display().to_string().into())];
                self.make("error-nested", &args, Exit::Rule)
            }
            PipelineError::NotEnoughSpace { path, needed, free } => {
                let args = [
                    path_arg(path),
                    ("needed", bytes(self.texts, *needed).into()),
                    ("free", bytes(self.texts, *free).into()),
                ];
                self.make("error-not-enough-space", &args, Exit::NoSpace)
            }
            PipelineError::UnknownDossier(code) => {
                self.make("error-unknown-dossier", &[("code", code.into())], Exit::NotFound)
            }
            PipelineError::NoKey => self.make("error-no-key", &[], Exit::Key),
            PipelineError::NotAdministrator(operator) => {
                self.make("error-not-administrator", &[("operator", operator.into())], Exit::Rule)
            }
            PipelineError::Decision(error) => self.decision(error),
            PipelineError::NotAllowed { operator, role } => {
                let role = self.texts.get(&format!("role-{}", role.word()));
                self.make("error-not-allowed", &[("operator", operator.into()), ("role", role.into())], Exit::Rule)
            }
            PipelineError::NoSuchAccount(name) => {
                self.make("error-no-account", &[("name", name.into())], Exit::NotFound)
            }
            PipelineError::WrongPassword => self.make("error-wrong-sign-in", &[], Exit::Key),
            PipelineError::WeakPassword => {
                self.make("error-weak-password", &[("letters", accounts::SHORTEST.into())], Exit::Usage)
            }
            PipelineError::NoReason => self.make("error-no-reason", &[], Exit::Usage),
            PipelineError::Unreadable { path, source } => self.unreadable(path, source),
            PipelineError::Inventory { path, detail } => {
                let args = [path_arg(path), ("cause", details::tell(self.texts, detail).into())];
                self.make("error-inventory", &args, Exit::NotUnderstood)
            }
            PipelineError::Catalog(error) => self.catalog(error),
            PipelineError::Store(error) => self.store(error),
            PipelineError::Settings(SettingsError::Store(error)) => self.store(error),
            PipelineError::Settings(SettingsError::Malformed { path, source }) => {
                let args = [path_arg(path), ("cause", source.message().into())];
                self.make("error-settings", &args, Exit::NotUnderstood)
            }
            PipelineError::Settings(SettingsError::Certificate { name, .. }) => {
                self.make("error-trusted-certificate", &[("name", name.into())], Exit::NotUnderstood)
            }
            PipelineError::Folder(FolderError::Unreadable { path, source }) => self.unreadable(path, source),
            PipelineError::Sign(error) => self.sign(error),
            PipelineError::ForDemonstration => self.make("error-demo-key-in-real-archive", &[], Exit::Rule),
            PipelineError::Scan(error) => self.scan(error),
            PipelineError::NoSuchPage { number, several, .. } => {
                let id = if *several { "error-which-document" } else { "error-no-page" };
                self.make(id, &[("number", (*number).into())], Exit::NotFound)
            }
            PipelineError::BeginsAlready => self.make("error-begins-already", &[], Exit::Rule),
            PipelineError::TooNarrow { page } => {
                self.make("error-half-too-narrow", &[("page", (*page).into())], Exit::Rule)
            }
            PipelineError::SealKept => self.make("error-seal-kept", &[], Exit::Rule),
            PipelineError::SignedBehind => self.make("error-signed-behind", &[], Exit::Rule),
            PipelineError::NoSuchBox { code, fonds } if fonds.is_empty() => {
                self.make("error-no-box", &[("box", code.into())], Exit::NotFound)
            }
            PipelineError::NoSuchBox { code, fonds } => {
                self.make("error-which-box", &[("box", code.into()), ("fonds", fonds.join("; ").into())], Exit::Usage)
            }
            PipelineError::BoxElsewhere { code, last } => {
                self.make(&format!("error-box-{last}"), &[("box", code.into())], Exit::Rule)
            }
            PipelineError::BoxNotSafe { code, dossiers } => {
                let args = [("box", code.into()), ("dossiers", dossiers.join(", ").into())];
                self.make("error-box-not-safe", &args, Exit::Rule)
            }
            PipelineError::NoSecondVault => self.make("second-vault-none", &[], Exit::NotFound),
            PipelineError::SecondVaultAway(path) => {
                self.make("error-second-vault-away", &[path_arg(path)], Exit::NotFound)
            }
            PipelineError::SecondVaultOfAnother(path) => {
                self.make("error-second-vault-of-another", &[path_arg(path)], Exit::Rule)
            }
            PipelineError::BatchGoesOn { dossier } => {
                self.make("error-batch-goes-on", &[("dossier", dossier.into())], Exit::Rule)
            }
            PipelineError::NoSuchDossier(code) => {
                self.make("error-scan-unknown", &[("code", code.into())], Exit::NotFound)
            }
            PipelineError::FeederEmpty => self.make("error-feeder-empty", &[], Exit::Partial),
            PipelineError::Held(code) => self.make("error-scan-held", &[("code", code.into())], Exit::Rule),
            PipelineError::BelowStandard => self.make("error-below-standard", &[], Exit::Rule),
            PipelineError::NoBatch(code) => self.make("error-no-batch", &[("code", code.into())], Exit::NotFound),
            PipelineError::OtherSides { sides } => {
                self.make("error-other-sides", &[("sides", (*sides).into())], Exit::Rule)
            }
            PipelineError::NotReconciled { pages, expected } => {
                let args = [("pages", (*pages).into()), ("expected", expected.unwrap_or(0).into())];
                self.make("error-not-reconciled", &args, Exit::Rule)
            }
            PipelineError::Field { field, fault } => {
                let name = self.texts.get(&format!("ead-{}", field.word()));
                let args = [("field", name.into()), ("fault", reasons::fault(self.texts, *fault).into())];
                self.make("error-field", &args, Exit::Usage)
            }
            PipelineError::WhichDocument { dossier, documents } => {
                let args = [("dossier", dossier.into()), ("documents", (*documents).into())];
                self.make("error-several-documents", &args, Exit::Usage)
            }
            PipelineError::TextChanged => self.make("error-text-changed", &[], Exit::Rule),
            PipelineError::Models(cause) => self.make("error-models", &[("cause", cause.into())], Exit::NotUnderstood),
            PipelineError::Worker(WorkerFault::Start(_)) => self.make("error-worker-start", &[], Exit::Unexpected),
            PipelineError::Worker(WorkerFault::Cancelled) | PipelineError::Cancelled => self.interrupted(),
            PipelineError::Record { name, .. } => {
                let args = [("name", name.into()), ("cause", self.cause.as_str().into())];
                self.make("error-record", &args, Exit::Damage)
            }
            _ => self.unexpected(),
        }
    }

    fn scan(&self, error: &ScanError) -> Failure {
        let exit = match error {
            ScanError::NoDevice { .. } => Exit::NotFound,
            ScanError::Busy => Exit::Busy,
            ScanError::Denied => Exit::Rule,
            ScanError::Unsupported { .. } => Exit::Usage,
            ScanError::Cancelled => Exit::Interrupted,
            ScanError::Jammed | ScanError::DoubleFeed | ScanError::CoverOpen => Exit::Partial,
            ScanError::Broken { .. } | ScanError::DriverDied | ScanError::Silent { .. } => Exit::Unexpected,
        };
        let id = format!("error-{}", error.code());
        match error {
            ScanError::NoDevice { id: device } if device.is_empty() => self.make("devices-none", &[], exit),
            ScanError::NoDevice { id: device } => self.make(&id, &[("device", device.into())], exit),
            ScanError::Broken { detail } => self.make(&id, &[("detail", detail.into())], exit),
            ScanError::Silent { seconds } => self.make(&id, &[("seconds", (*seconds).into())], exit),
            ScanError::Unsupported { what, possible, .. } if what == "device" => {
                self.make("error-which-device", &[("possible", possible.into())], exit)
            }
            ScanError::Unsupported { what, wanted, possible } => {
                let args = [("what", what.into()), ("wanted", wanted.into()), ("possible", possible.into())];
                self.make(&id, &args, exit)
            }
            _ => self.make(&id, &[], exit),
        }
    }

    fn decision(&self, error: &DecisionError) -> Failure {
        match error {
            DecisionError::NotReady { code, missing } => {
                let missing: Vec<String> =
                    missing.iter().map(|state| self.texts.get(&format!("missing-{}", state.word()))).collect();
                let args = [("code", code.into()), ("missing", missing.join("; ").into())];
                self.make("error-not-ready", &args, Exit::Rule)
            }
            DecisionError::SamePerson { code, captured_by } => {
                self.make("error-same-person", &[("code", code.into()), ("operator", captured_by.into())], Exit::Rule)
            }
            DecisionError::Held { code, reasons } => {
                let words: Vec<_> = reasons.iter().map(|reason| reasons::hold(self.texts, reason)).collect();
                let args = [("code", code.into()), ("reasons", words.join("; ").into())];
                self.make("error-held", &args, Exit::Rule)
            }
            DecisionError::NotHeld(code) => self.make("error-not-held", &[("code", code.into())], Exit::Rule),
            DecisionError::Empty(code) => self.make("error-no-pages", &[("code", code.into())], Exit::Rule),
            DecisionError::NoReason => self.make("error-no-reason", &[], Exit::Usage),
            DecisionError::Catalog(error) => self.catalog(error),
        }
    }

    fn sync(&self, error: &SyncError) -> Failure {
        let hub = |hub: &str| ("hub", hub.to_owned().into());
        match error {
            SyncError::NotEnrolled => self.make("error-not-enrolled", &[], Exit::Rule),
            SyncError::NoKey(path) | SyncError::BadKey(path) => {
                self.make("error-station-key", &[path_arg(path)], Exit::Key)
            }
            SyncError::Invitation(_) => self.make("error-invitation", &[], Exit::NotUnderstood),
            SyncError::InvitationWithoutKey => self.make("error-invitation-key", &[], Exit::NotUnderstood),
            SyncError::Authority { wanted } => {
                self.make("error-hub-authority", &[("digest", wanted.into())], Exit::Rule)
            }
            SyncError::AuthorityUnreadable => self.make("error-bad-certificate", &[], Exit::NotUnderstood),
            SyncError::Insecure(address) => self.make("error-hub-insecure", &[hub(address)], Exit::Rule),
            SyncError::Stopped { health, .. } => self.make(
                &format!("error-sync-{}", health.word()),
                &[("cause", self.cause.as_str().into())],
                Exit::SyncStopped,
            ),
            SyncError::Unreachable { hub: address, .. } => {
                self.make("error-hub-unreachable", &[hub(address)], Exit::Offline)
            }
            SyncError::Untrusted { hub: address, what } => {
                let cause = match what {
                    // It may well be the right one: a certificate that was not renewed, or a clock that is wrong.
                    Misfit::Certificate(Flaw::Expired) => {
                        return self.make("error-hub-expired", &[hub(address)], Exit::SyncStopped);
                    }
                    Misfit::Certificate(Flaw::NotYet) => {
                        return self.make("error-hub-not-yet", &[hub(address)], Exit::SyncStopped);
                    }
                    Misfit::Certificate(Flaw::Name) => self.texts.get("hub-flaw-name"),
                    Misfit::Certificate(Flaw::Issuer) => self.texts.get("hub-flaw-issuer"),
                    Misfit::Certificate(Flaw::NoTls) => self.texts.get("hub-flaw-no-tls"),
                    Misfit::Certificate(Flaw::Connection(why)) => {
                        self.texts.say("hub-flaw-connection", &[("why", why.into())])
                    }
                    Misfit::Certificate(Flaw::Other(why)) => self.texts.say("hub-flaw-other", &[("why", why.into())]),
                    Misfit::Receipt => self.texts.get("hub-misfit-receipt"),
                    Misfit::Answer => self.texts.get("hub-misfit-answer"),
                    Misfit::Acknowledgement => self.texts.get("hub-misfit-acknowledgement"),
                    Misfit::Log => self.texts.get("hub-misfit-log"),
                };
                self.make("error-hub-untrusted", &[hub(address), ("cause", cause.into())], Exit::SyncStopped)
            }
            SyncError::Answer { hub: address, .. } => {
                let args = [hub(address), ("cause", self.cause.as_str().into())];
                self.make("error-hub-answer", &args, Exit::Unexpected)
            }
            SyncError::Later { title } => self.make("error-hub-later", &[("title", title.into())], Exit::Offline),
            SyncError::Refused { title, .. } => {
                self.make("error-sync-refused", &[("cause", title.into())], Exit::SyncStopped)
            }
            SyncError::HubTooOld(schema) => self.make("error-hub-old", &[("schema", schema.into())], Exit::SyncStopped),
            SyncError::NoRoom { folder, needed, free } => {
                let args = [
                    path_arg(folder),
                    ("needed", bytes(self.texts, *needed).into()),
                    ("free", bytes(self.texts, *free).into()),
                ];
                self.make("error-bundle-no-room", &args, Exit::NoSpace)
            }
            SyncError::PartTooSmall { needed } => {
                self.make("error-bundle-part", &[("needed", bytes(self.texts, *needed).into())], Exit::Usage)
            }
            SyncError::NoAnswer(folder) => self.make("error-no-answer", &[path_arg(folder)], Exit::NotFound),
            SyncError::BadAnswer(path)
            | SyncError::Carried(
                CarriedError::Link(path)
                | CarriedError::Unlisted(path)
                | CarriedError::Missing(path)
                | CarriedError::Changed(path),
            ) => self.make("error-bad-answer", &[path_arg(path)], Exit::Damage),
            SyncError::Carried(CarriedError::Store(error)) => self.store(error),
            SyncError::Busy => self.make("error-sync-busy", &[], Exit::Busy),
            SyncError::Cancelled => self.interrupted(),
            SyncError::Record(_) => self.unexpected(),
            SyncError::Catalog(error) => self.catalog(error),
            SyncError::Store(error) => self.store(error),
        }
    }

    fn interrupted(&self) -> Failure {
        self.make("error-interrupted", &[], Exit::Interrupted)
    }

    fn unreadable(&self, path: &Path, source: &io::Error) -> Failure {
        let (id, exit) = match source.kind() {
            io::ErrorKind::NotFound => ("error-no-such-file", Exit::NotFound),
            io::ErrorKind::PermissionDenied => ("error-may-not-read", Exit::NotUnderstood),
            io::ErrorKind::NotADirectory => ("error-not-a-folder", Exit::NotUnderstood),
            io::ErrorKind::AlreadyExists => ("error-file-exists", Exit::NotUnderstood),
            _ => ("error-unreadable", Exit::NotUnderstood),
        };
        self.make(id, &[path_arg(path), ("cause", source.to_string().into())], exit)
    }

    fn catalog(&self, error: &CatalogError) -> Failure {
        if error.is_disk_full() {
            return self.make("error-disk-full", &[], Exit::NoSpace);
        }
        if error.is_busy() {
            return self.make("error-busy", &[], Exit::Busy);
        }
        if error.is_unreachable() {
            return self.make("error-catalog-storage", &[("cause", self.cause.as_str().into())], Exit::Unexpected);
        }
        match error {
            CatalogError::Missing(path) | CatalogError::NotACatalog(path) => {
                self.make("error-not-an-archive", &[path_arg(path)], Exit::NotFound)
            }
            CatalogError::Newer { .. } => self.make("error-newer", &[], Exit::NotUnderstood),
            CatalogError::UnknownDossier(code) => {
                self.make("error-unknown-dossier", &[("code", code.into())], Exit::NotFound)
            }
            CatalogError::Unknown { id, .. } => self.make("error-unknown", &[("name", id.into())], Exit::NotFound),
            CatalogError::Corrupt(_) | CatalogError::Manifest { .. } => {
                let args = [("name", "catalog".into()), ("cause", self.cause.as_str().into())];
                self.make("error-record", &args, Exit::Damage)
            }
            CatalogError::Database(_) => {
                self.make("error-database", &[("cause", self.cause.as_str().into())], Exit::Damage)
            }
            _ => self.unexpected(),
        }
    }

    fn store(&self, error: &StoreError) -> Failure {
        match error {
            StoreError::DiskFull { .. } => self.make("error-disk-full", &[], Exit::NoSpace),
            StoreError::Write { path, source } => {
                let id = match source.kind() {
                    io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => "error-may-not-write",
                    _ => "error-write",
                };
                self.make(id, &[path_arg(path), ("cause", source.to_string().into())], Exit::Unexpected)
            }
            StoreError::Read { path, source } => self.unreadable(path, source),
            StoreError::Torn { path, .. } => self.make("error-torn", &[path_arg(path)], Exit::Damage),
            StoreError::Missing(sha256) => {
                self.make("error-missing-object", &[("name", sha256.to_string().into())], Exit::Damage)
            }
            StoreError::Locked { .. } => self.make("error-busy", &[], Exit::Busy),
            StoreError::Cancelled => self.interrupted(),
        }
    }

    fn sign(&self, error: &SignError) -> Failure {
        let plain = |id: &str| self.make(id, &[], Exit::Key);
        match error {
            SignError::WrongPassword => plain("error-wrong-password"),
            SignError::NotPkcs12 | SignError::Unreadable(_) => plain("error-not-a-key-file"),
            SignError::NoKey | SignError::NoCertificate => plain("error-key-file-incomplete"),
            SignError::CertificateExpired { until } => {
                self.make("error-certificate-expired", &[("moment", until.short_vietnam().into())], Exit::Key)
            }
            SignError::CertificateNotYetValid { from } => {
                self.make("error-certificate-not-yet-valid", &[("moment", from.short_vietnam().into())], Exit::Key)
            }
            SignError::KeyGone => plain("error-key-gone"),
            SignError::CertificateForbidsSigning => plain("error-certificate-forbids-signing"),
            SignError::BadCertificate(_) | SignError::Encoding(_) => plain("error-bad-certificate"),
            SignError::KeyKind(_) | SignError::MechanismUnfit { .. } | SignError::KeyTooShort { .. } => {
                self.make("error-key-unfit", &[("cause", details::tell(self.texts, &self.cause).into())], Exit::Key)
            }
            _ => self.make("error-sign", &[("cause", self.cause.as_str().into())], Exit::Key),
        }
    }

    fn station(&self, error: &StationError) -> Failure {
        match error {
            StationError::NoHome => self.make("error-no-home", &[], Exit::Unexpected),
            StationError::Store(error) => self.store(error),
            StationError::Malformed { path, source } => {
                let args = [path_arg(path), ("cause", source.message().into())];
                self.make("error-settings", &args, Exit::NotUnderstood)
            }
            StationError::KeyFile { path, .. } => self.make("error-key-file", &[path_arg(path)], Exit::Key),
            StationError::PasswordFile { path, .. } => self.make("error-password-file", &[path_arg(path)], Exit::Key),
            StationError::NoPassword => self.make("error-no-password", &[], Exit::Key),
            StationError::UnknownMechanism(_) => {
                self.make("error-key-unfit", &[("cause", details::tell(self.texts, &self.cause).into())], Exit::Key)
            }
            StationError::NoKey => self.make("error-no-key", &[], Exit::Key),
            StationError::Sign(error) => self.sign(error),
            StationError::DemoKeyInRealArchive => self.make("error-demo-key-in-real-archive", &[], Exit::Rule),
            StationError::KeyInsideArchive(path) => {
                self.make("error-key-inside-archive", &[path_arg(path)], Exit::Rule)
            }
        }
    }
}

fn path_arg(path: &Path) -> (&'static str, Arg<'static>) {
    ("path", path.display().to_string().into())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use sohoa_model::dossier_state::DossierState;

    use super::*;
    use crate::texts::UiLanguage;

    fn failures(error: &PipelineError) -> [Failure; 2] {
        [UiLanguage::Vietnamese, UiLanguage::English].map(|language| Failure::of(error, &Texts::new(language)))
    }

    #[test]
    fn an_error_becomes_a_sentence_a_hint_and_an_exit_code() {
        let not_found = || io::Error::from(io::ErrorKind::NotFound);
        let path = || PathBuf::from("/kho/hồ sơ");
        let cases = [
            (PipelineError::NotAnArchive(path()), Exit::NotFound),
            (PipelineError::NotEmpty(path()), Exit::Rule),
            (PipelineError::Nested { folder: path(), archive: path() }, Exit::Rule),
            (PipelineError::NotEnoughSpace { path: path(), needed: 2_000_000_000, free: 5 }, Exit::NoSpace),
            (PipelineError::UnknownDossier("H49.61.8".into()), Exit::NotFound),
            (PipelineError::NoKey, Exit::Key),
            (PipelineError::NotAdministrator("Lan".into()), Exit::Rule),
            (DecisionError::NotReady { code: "A".into(), missing: vec![DossierState::Signed] }.into(), Exit::Rule),
            (DecisionError::SamePerson { code: "A".into(), captured_by: "Lan".into() }.into(), Exit::Rule),
            (DecisionError::Held { code: "A".into(), reasons: vec!["mật".into()] }.into(), Exit::Rule),
            (DecisionError::NotHeld("A".into()).into(), Exit::Rule),
            (DecisionError::Empty("A".into()).into(), Exit::Rule),
            (PipelineError::Models("vie".into()), Exit::NotUnderstood),
            (PipelineError::NoReason, Exit::Usage),
            (PipelineError::NoSuchPage { dossier: "A".into(), number: 9, several: false }, Exit::NotFound),
            (PipelineError::NoSuchPage { dossier: "A".into(), number: 9, several: true }, Exit::NotFound),
            (PipelineError::BeginsAlready, Exit::Rule),
            (PipelineError::NoSecondVault, Exit::NotFound),
            (PipelineError::NoSuchBox { code: "H1".into(), fonds: vec![] }, Exit::NotFound),
            (PipelineError::NoSuchBox { code: "H1".into(), fonds: vec!["A".into(), "B".into()] }, Exit::Usage),
            (PipelineError::BoxElsewhere { code: "H1".into(), last: "handed-out" }, Exit::Rule),
            (PipelineError::BoxElsewhere { code: "H1".into(), last: "returned" }, Exit::Rule),
            (PipelineError::BoxElsewhere { code: "H1".into(), last: "refiled" }, Exit::Rule),
            (PipelineError::BoxElsewhere { code: "H1".into(), last: "never-out" }, Exit::Rule),
            (PipelineError::BoxNotSafe { code: "H1".into(), dossiers: vec!["A".into()] }, Exit::Rule),
            (PipelineError::SecondVaultAway(path()), Exit::NotFound),
            (PipelineError::SecondVaultOfAnother(path()), Exit::Rule),
            (PipelineError::SignedBehind, Exit::Rule),
            (PipelineError::TooNarrow { page: 3 }, Exit::Rule),
            (PipelineError::SealKept, Exit::Rule),
            (PipelineError::BatchGoesOn { dossier: "A".into() }, Exit::Rule),
            (PipelineError::Unreadable { path: path(), source: not_found() }, Exit::NotFound),
            (PipelineError::Store(StoreError::DiskFull { path: path() }), Exit::NoSpace),
            (PipelineError::Store(StoreError::Locked { path: path() }), Exit::Busy),
            (PipelineError::Store(StoreError::write(path(), not_found())), Exit::Unexpected),
            (PipelineError::Catalog(CatalogError::Newer { found: 9, known: 1 }), Exit::NotUnderstood),
            (PipelineError::Sign(SignError::WrongPassword), Exit::Key),
            (PipelineError::ForDemonstration, Exit::Rule),
            (PipelineError::Worker(WorkerFault::Start(not_found())), Exit::Unexpected),
            (PipelineError::Cancelled, Exit::Interrupted),
            (ScanError::NoDevice { id: "test:0".into() }.into(), Exit::NotFound),
            (ScanError::Busy.into(), Exit::Busy),
            (ScanError::Denied.into(), Exit::Rule),
            (ScanError::Jammed.into(), Exit::Partial),
            (ScanError::DoubleFeed.into(), Exit::Partial),
            (ScanError::CoverOpen.into(), Exit::Partial),
            (ScanError::Broken { detail: "x".into() }.into(), Exit::Unexpected),
            (ScanError::DriverDied.into(), Exit::Unexpected),
            (ScanError::Silent { seconds: 9 }.into(), Exit::Unexpected),
            (PipelineError::FeederEmpty, Exit::Partial),
            (PipelineError::NoSuchDossier("A".into()), Exit::NotFound),
            (ScanError::NoDevice { id: String::new() }.into(), Exit::NotFound),
            (PipelineError::Held("A".into()), Exit::Rule),
            (PipelineError::BelowStandard, Exit::Rule),
            (PipelineError::NoBatch("A".into()), Exit::NotFound),
            (PipelineError::OtherSides { sides: 2 }, Exit::Rule),
            (PipelineError::NotReconciled { pages: 3, expected: Some(4) }, Exit::Rule),
        ];
        for (error, exit) in cases {
            for failure in failures(&error) {
                assert_eq!(failure.exit, exit, "{error}");
                assert!(!failure.sentence.starts_with("error-"), "{error} has no text");
                assert!(!failure.hint.is_empty(), "{error} has no hint");
                assert!(!failure.sentence.contains('\n') && !failure.sentence.contains("{$"), "{}", failure.sentence);
            }
        }
    }

    #[test]
    fn what_is_missing_is_named_in_words() {
        let missing = DossierState::ALL[1..7].to_vec();
        let error = DecisionError::NotReady { code: "H49.61.8".into(), missing }.into();
        for failure in failures(&error) {
            assert!(failure.sentence.contains("H49.61.8"), "{}", failure.sentence);
            assert!(!failure.sentence.contains("missing-"), "{}", failure.sentence);
        }
    }

    #[test]
    fn causes_follow_each_other_without_repetition() {
        let error = PipelineError::Store(StoreError::write("/kho", io::Error::other("đĩa hỏng")));
        assert_eq!(chain(&error), "could not write /kho: đĩa hỏng");
        let [vietnamese, english] = [UiLanguage::Vietnamese, UiLanguage::English].map(Texts::new);
        assert_eq!(bytes(&vietnamese, 2_350_000_000), "2,3 GB");
        assert_eq!(bytes(&english, 2_350_000_000), "2.3 GB");
        assert_eq!(bytes(&english, 412_910_000_000), "412 GB");
        assert_eq!(bytes(&english, 5_000_000), "5 MB");
        assert_eq!(bytes(&english, 999), "999 B");
    }
}
