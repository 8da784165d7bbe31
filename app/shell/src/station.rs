//! The station: what belongs to this machine and its operator and to no archive: the key in use, and who works here.
//!
//! It lies in `SOHOA_CONFIG_DIR`, else `XDG_CONFIG_HOME/sohoa`, else `~/.config/sohoa`: `station.toml`, the folder
//! `keys`, and `window.toml` ([`window`](crate::window)). A password is never stored with one exception: the demonstration key, which protects nothing, has its own in a
//! file beside it.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sohoa_model::Timestamp;
pub use sohoa_pipeline::trust::is_for_demonstration;
use sohoa_sign::{Mechanism, Secret, SignError, Signer, SoftKey};
use sohoa_store::{StoreError, atomic};

use crate::{Texts, Variables};

/// The settings file of the key.
const FILE: &str = "station.toml";
/// Longest password file that is read, in bytes.
const LONGEST_PASSWORD: u64 = 4096;
/// Largest key file that is read, in bytes.
const LARGEST_KEY: u64 = 1 << 20;

/// The folder of the station's own settings.
#[derive(Debug, Clone)]
pub struct Station {
    folder: PathBuf,
}

/// The signing key in use, as `station.toml` names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyEntry {
    /// The PKCS#12 file.
    pub path: PathBuf,
    /// Name in its certificate.
    pub subject: String,
    /// SHA-256 of its certificate, 64 hexadecimal digits.
    pub fingerprint: String,
    /// Until when its certificate is valid, in milliseconds since 1970; not known of keys that were chosen before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until_ms: Option<i64>,
    /// The word of the mechanism that it signs with; without one the usual one of its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mechanism: Option<String>,
    /// The file with the password of a demonstration key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demo_password_file: Option<PathBuf>,
}

/// How the certificate of the key stands; each with when it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// It has ended.
    Ended(Timestamp),
    /// It ends soon: a new one takes weeks to get.
    Ending(Timestamp),
    /// It lasts.
    Lasting(Timestamp),
}

/// So long before its end somebody is to ask for a new certificate.
const TO_RENEW: i64 = 30 * 86_400_000;

impl Validity {
    /// The text that says it, and its moment.
    pub fn words(self) -> (&'static str, Timestamp) {
        match self {
            Self::Ended(at) => ("error-certificate-expired", at),
            Self::Ending(at) => ("key-ends-soon", at),
            Self::Lasting(at) => ("key-valid-until", at),
        }
    }

    /// In words, and what to do.
    pub fn tell(self, texts: &Texts) -> (String, String) {
        let (id, at) = self.words();
        let values = [("moment", at.short_vietnam().into())];
        (texts.say(id, &values), texts.hint(id, &values))
    }
}

impl KeyEntry {
    /// How its certificate stands at a moment, if that is known.
    pub fn validity(&self, now: Timestamp) -> Option<Validity> {
        let end = Timestamp(self.valid_until_ms?);
        Some(match end.0 - now.0 {
            ..0 => Validity::Ended(end),
            0..TO_RENEW => Validity::Ending(end),
            _ => Validity::Lasting(end),
        })
    }

    /// Whether it is a demonstration key, which signs only in an archive for demonstration; its certificate says so, however
    /// the key came to the station.
    pub fn is_demo(&self) -> bool {
        is_for_demonstration(&self.subject)
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StationFile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<KeyEntry>,
}

/// What went wrong with the station's settings or with the key.
#[derive(Debug, thiserror::Error)]
pub enum StationError {
    /// Neither of the variables that lead to the settings is set.
    #[error("there is no home folder")]
    NoHome,
    /// The settings can't be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// `station.toml` is not what it should be.
    #[error("{path} is not a settings file of a station")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where and why.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// The key file can't be read.
    #[error("could not read the key file {path}")]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
    /// The password can't be read from where it should come from.
    #[error("could not read the password from {path}")]
    PasswordFile {
        /// The file or descriptor.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
    /// Nobody can be asked for the password.
    #[error("there is no password for the key and nobody to ask")]
    NoPassword,
    /// No key is in use.
    #[error("no signing key is in use")]
    NoKey,
    /// The key or a certificate can't be used.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The settings name a mechanism that this software does not know.
    #[error("no key signs with {0:?}")]
    UnknownMechanism(String),
    /// A demonstration key in an archive that is not for demonstration.
    #[error("a demonstration key does not sign in this archive")]
    DemoKeyInRealArchive,
    /// The key would lie inside the archive.
    #[error("{0} lies inside the archive")]
    KeyInsideArchive(PathBuf),
}

/// Where the password of a key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordSource {
    /// A file; its first line counts.
    File(PathBuf),
    /// A person is asked.
    Prompt,
}

/// An archive beside which a key is chosen.
#[derive(Debug, Clone, Copy)]
pub struct Beside<'a> {
    /// Its folder.
    pub root: &'a Path,
    /// Whether it is for demonstration.
    pub is_demo: bool,
}

impl Beside<'_> {
    /// Keys never lie inside an archive.
    ///
    /// # Errors
    /// [`StationError::KeyInsideArchive`].
    pub fn refuse_inside(&self, path: &Path) -> Result<(), StationError> {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let found = absolute.canonicalize().unwrap_or(absolute);
        match self.root.canonicalize() {
            Ok(root) if found.starts_with(&root) => Err(StationError::KeyInsideArchive(path.to_owned())),
            _ => Ok(()),
        }
    }
}

impl Station {
    /// The station in its folder, which need not exist yet.
    ///
    /// # Errors
    /// [`StationError::NoHome`].
    pub fn locate(variables: Variables<'_>) -> Result<Self, StationError> {
        let folder = variables("SOHOA_CONFIG_DIR")
            .map(PathBuf::from)
            .or_else(|| variables("XDG_CONFIG_HOME").map(|home| Path::new(&home).join("sohoa")))
            .or_else(|| variables("HOME").map(|home| Path::new(&home).join(".config/sohoa")))
            .ok_or(StationError::NoHome)?;
        Ok(Self { folder: std::path::absolute(&folder).unwrap_or(folder) })
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The key in use.
    pub fn key(&self) -> Result<Option<KeyEntry>, StationError> {
        Ok(self.load::<StationFile>(FILE)?.key)
    }

    /// Takes a PKCS#12 file into use; it stays where it is. An archive may stand beside it, in which it is to sign.
    ///
    /// # Errors
    /// [`StationError::KeyFile`], [`StationError::Sign`] if the password does not open it or the key can't sign, or not so;
    /// [`StationError::KeyInsideArchive`], [`StationError::DemoKeyInRealArchive`] for what that archive does not bear.
    pub fn use_key(
        &self,
        path: &Path,
        password: &Secret,
        mechanism: Option<Mechanism>,
        beside: Option<Beside<'_>>,
        now: Timestamp,
    ) -> Result<KeyEntry, StationError> {
        if let Some(archive) = beside {
            archive.refuse_inside(path)?;
        }
        let path = path.canonicalize().map_err(|source| StationError::KeyFile { path: path.to_owned(), source })?;
        let mut key = SoftKey::open(&read_key(&path)?, password)?;
        if let Some(mechanism) = mechanism {
            key = key.signing_with(mechanism)?;
        }
        key.check_may_sign(now)?;
        if beside.is_some_and(|archive| !archive.is_demo) && is_for_demonstration(&key.certificate().common_name()) {
            return Err(StationError::DemoKeyInRealArchive);
        }
        self.enter(path, &key, None)
    }

    /// Makes the demonstration key, or takes the one into use that was made before; gives its root certificate, PEM.
    pub fn use_demo_key(&self, now: Timestamp) -> Result<(KeyEntry, String), StationError> {
        let folder = self.folder.join("keys");
        private_folder(&self.folder)?;
        private_folder(&folder)?;
        let (path, password_file, root) =
            (folder.join("demo.p12"), folder.join("demo.password"), folder.join("demo-root.pem"));
        if !(path.is_file() && password_file.is_file() && root.is_file()) {
            let made = sohoa_sign::demo_key(now)?;
            atomic::write(&path, &made.p12)?;
            atomic::write(&password_file, made.password.reveal().as_bytes())?;
            atomic::write(&root, made.root_pem.as_bytes())?;
            for file in [&path, &password_file] {
                restrict(file, 0o600)?;
            }
        }
        let key = SoftKey::open(&read_key(&path)?, &read_password(&password_file)?)?;
        let pem = fs::read_to_string(&root).map_err(|e| StoreError::read(&root, e))?;
        Ok((self.enter(path, &key, Some(password_file))?, pem))
    }

    /// Where the password of a key comes from: the key's own file, else `SOHOA_KEY_PASSWORD_FILE`, else a person.
    pub fn password_source(&self, key: Option<&KeyEntry>, variables: Variables<'_>) -> PasswordSource {
        let own = key.and_then(|key| key.demo_password_file.clone());
        let file = own.or_else(|| variables("SOHOA_KEY_PASSWORD_FILE").map(PathBuf::from));
        file.map_or(PasswordSource::Prompt, PasswordSource::File)
    }

    /// Opens the key in use.
    pub fn open_key(&self, entry: &KeyEntry, password: &Secret) -> Result<SoftKey, StationError> {
        let key = SoftKey::open(&read_key(&entry.path)?, password)?;
        let Some(word) = &entry.mechanism else { return Ok(key) };
        let mechanism = Mechanism::from_word(word).ok_or_else(|| StationError::UnknownMechanism(word.clone()))?;
        Ok(key.signing_with(mechanism)?)
    }

    fn enter(&self, path: PathBuf, key: &SoftKey, demo: Option<PathBuf>) -> Result<KeyEntry, StationError> {
        let certificate = key.certificate();
        let entry = KeyEntry {
            path,
            subject: certificate.common_name(),
            fingerprint: certificate.fingerprint().to_string(),
            valid_until_ms: Some(certificate.valid_until().0),
            mechanism: Some(key.mechanism().word().to_owned()),
            demo_password_file: demo,
        };
        self.save(FILE, &StationFile { key: Some(entry.clone()) })?;
        Ok(entry)
    }

    /// A settings file of the station; what is usual where there is none.
    pub(crate) fn load<T: Default + DeserializeOwned>(&self, name: &str) -> Result<T, StationError> {
        let path = self.folder.join(name);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(T::default()),
            Err(e) => return Err(StoreError::read(path, e).into()),
        };
        toml::from_str(&text).map_err(|source| StationError::Malformed { path, source: Box::new(source) })
    }

    /// Writes a settings file of the station durably.
    pub(crate) fn save<T: Serialize>(&self, name: &str, file: &T) -> Result<(), StationError> {
        private_folder(&self.folder)?;
        let text = toml::to_string_pretty(file).expect("paths and plain texts are TOML");
        Ok(atomic::write(&self.folder.join(name), text.as_bytes())?)
    }
}

/// Reads a password from a file: its first line.
pub fn read_password(path: &Path) -> Result<Secret, StationError> {
    let fail = |source| StationError::PasswordFile { path: path.to_owned(), source };
    let file = fs::File::open(path).map_err(fail)?;
    first_line(file).map_err(fail)
}

/// Reads a password from an open stream: its first line.
pub fn first_line(stream: impl Read) -> io::Result<Secret> {
    let mut text = String::new();
    stream.take(LONGEST_PASSWORD).read_to_string(&mut text)?;
    Ok(Secret::new(text.lines().next().unwrap_or_default()))
}

/// The person whom the operating system names: `USER`, else `LOGNAME`, else `id -un`.
pub fn system_user(variables: Variables<'_>) -> Option<String> {
    let asked = || {
        let said = Command::new("id").arg("-un").output().ok().filter(|said| said.status.success())?;
        let name = String::from_utf8(said.stdout).ok()?.trim().to_owned();
        (!name.is_empty()).then_some(name)
    };
    variables("USER").or_else(|| variables("LOGNAME")).or_else(asked)
}

fn read_key(path: &Path) -> Result<Vec<u8>, StationError> {
    let fail = |source| StationError::KeyFile { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    // One byte more than a key may have makes the reader of keys refuse it.
    fs::File::open(path).and_then(|file| file.take(LARGEST_KEY + 1).read_to_end(&mut bytes)).map_err(fail)?;
    Ok(bytes)
}

fn private_folder(folder: &Path) -> Result<(), StationError> {
    if !folder.is_dir() {
        atomic::make_folder(folder)?;
        restrict(folder, 0o700)?;
    }
    Ok(())
}

fn restrict(path: &Path, mode: u32) -> Result<(), StationError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(|e| StoreError::write(path, e))?;
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_314_605_000);

    fn station(folder: &Path) -> Station {
        let folder = folder.join("cài đặt").to_string_lossy().into_owned();
        Station::locate(&|name| (name == "SOHOA_CONFIG_DIR").then(|| folder.clone())).unwrap()
    }

    #[test]
    fn settings_lie_where_the_environment_says() {
        let locate = |variables: &[(&str, &str)]| {
            let find = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
            Station::locate(&find).map(|station| station.folder)
        };
        let all = [("SOHOA_CONFIG_DIR", "/a"), ("XDG_CONFIG_HOME", "/b"), ("HOME", "/c")];
        assert_eq!(locate(&all).unwrap(), Path::new("/a"));
        assert_eq!(locate(&all[1..]).unwrap(), Path::new("/b/sohoa"));
        assert_eq!(locate(&all[2..]).unwrap(), Path::new("/c/.config/sohoa"));
        assert!(matches!(locate(&[]), Err(StationError::NoHome)));
    }

    #[test]
    fn a_demonstration_key_is_made_once_and_opens_with_its_own_password() {
        let folder = tempfile::tempdir().unwrap();
        let station = station(folder.path());
        assert_eq!(station.key().unwrap(), None);
        let (entry, root) = station.use_demo_key(NOW).unwrap();
        assert_eq!(station.use_demo_key(NOW).unwrap(), (entry.clone(), root.clone()));
        assert_eq!(station.key().unwrap(), Some(entry.clone()));
        assert!(entry.is_demo() && entry.subject.contains("NOT FOR RECORDS") && root.contains("BEGIN CERTIFICATE"));
        let PasswordSource::File(file) = station.password_source(Some(&entry), &|_| None) else { panic!("a prompt") };
        station.open_key(&entry, &read_password(&file).unwrap()).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            for file in [&file, &entry.path] {
                assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
            }
        }
        let taken = station.use_key(&entry.path, &read_password(&file).unwrap(), None, None, NOW).unwrap();
        assert!(taken.is_demo() && taken.demo_password_file.is_none(), "a demonstration key that was taken stays one");
        let wrong = station.use_key(&entry.path, &Secret::new("mật khẩu sai"), None, None, Timestamp(0));
        assert!(matches!(wrong, Err(StationError::Sign(SignError::WrongPassword))));
    }

    #[test]
    fn a_password_is_the_first_line_of_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p");
        fs::write(&path, "mật khẩu của tôi\r\n# không phải\n").unwrap();
        assert_eq!(read_password(&path).unwrap().reveal(), "mật khẩu của tôi");
        assert!(matches!(read_password(&folder.path().join("q")), Err(StationError::PasswordFile { .. })));
    }

    #[test]
    fn settings_that_are_none_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let station = station(folder.path());
        fs::create_dir_all(station.folder()).unwrap();
        fs::write(station.folder().join(FILE), "[khoa]\n").unwrap();
        assert!(matches!(station.key(), Err(StationError::Malformed { .. })));
    }
}
