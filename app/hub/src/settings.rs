//! The settings of a hub: one TOML file, the same for every hub of a group but for the address.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// What the file says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The address to listen at.
    pub listen: SocketAddr,
    /// The address that stations use, without a path: signed requests name it.
    pub public_url: String,
    /// PostgreSQL, e.g. `postgres:///sohoa?host=/run/postgresql`.
    pub database: String,
    /// The file with the hub's signing key; `migrate` makes it if it is not there.
    pub key_file: PathBuf,
    /// The name of that key.
    #[serde(default = "default_key_name")]
    pub key_name: String,
    /// Where files and batch bodies go.
    pub store: StoreSettings,
    /// The hub's certificate; without one it listens on the loopback interface only, behind a proxy.
    pub tls: Option<TlsSettings>,
    /// Who asks for `/metrics` from another machine must know it.
    pub metrics_token: Option<String>,
    /// The folder of PostgreSQL's programs `pg_dump` and `pg_restore`, where they are not found by name.
    pub postgresql_programs: Option<PathBuf>,
    /// Seconds for which requests may go on after the hub was told to stop.
    #[serde(default = "default_grace")]
    pub grace_s: u64,
    /// Connections of one address at once; not counted without a certificate, for then all come from the proxy.
    #[serde(default = "default_connections")]
    pub connections_per_address: NonZeroUsize,
    /// How long the hub waits for who is at the other end of a connection.
    #[serde(default)]
    pub patience: Patience,
}

/// Seconds after which a connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Patience {
    /// From its beginning to the end of the TLS handshake.
    pub handshake_s: u64,
    /// From its beginning, or that of a request, to the end of the header fields.
    pub header_s: u64,
    /// For an answer that is not read; each 8 KiB that are taken give a second more.
    pub answer_s: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Self { handshake_s: 10, header_s: 30, answer_s: 30 }
    }
}

/// Where files and batch bodies go.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum StoreSettings {
    /// A folder of this machine, for a small archive with one hub, or several on a shared file system.
    Folder(PathBuf),
    /// A service that speaks S3.
    S3(S3Settings),
}

/// A bucket.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3Settings {
    /// The service, e.g. `https://s3.example`.
    pub endpoint: String,
    /// Its region.
    #[serde(default = "default_region")]
    pub region: String,
    /// The bucket; it must exist.
    pub bucket: String,
    /// The access key.
    pub access_key: String,
    /// The file that holds the secret key alone.
    pub secret_key_file: PathBuf,
    /// Whether the service may be spoken to without TLS.
    #[serde(default)]
    pub allow_http: bool,
    /// The checksum that goes with every object, beside the digest that the signature holds.
    #[serde(default)]
    pub checksum: S3Checksum,
}

/// A checksum that the service compares and keeps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum S3Checksum {
    /// `x-amz-checksum-sha256`.
    #[default]
    Sha256,
    /// None, for services that refuse that field (`NotImplemented`).
    None,
}

impl std::fmt::Debug for S3Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "S3Settings({} at {})", self.bucket, self.endpoint)
    }
}

/// The hub's certificate.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsSettings {
    /// The chain, in PEM; its own certificate first.
    pub certificate: PathBuf,
    /// The key, in PEM.
    pub key: PathBuf,
    /// The authority that stations are to trust, in PEM, where it is no public one.
    pub authority: Option<PathBuf>,
}

/// Why a hub has no settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("the settings {0} cannot be read")]
    Read(PathBuf, #[source] std::io::Error),
    /// The file is not what it should be.
    #[error("the settings {0} are not understood")]
    Syntax(PathBuf, #[source] toml::de::Error),
    /// Two settings do not go together.
    #[error("{0}")]
    Contradiction(&'static str),
}

impl Settings {
    /// Reads and checks a file.
    pub fn read(path: &Path) -> Result<Self, SettingsError> {
        let text = std::fs::read_to_string(path).map_err(|error| SettingsError::Read(path.to_owned(), error))?;
        Self::from_toml(&text, path)
    }

    fn from_toml(text: &str, path: &Path) -> Result<Self, SettingsError> {
        let mut settings: Self = toml::from_str(text).map_err(|error| SettingsError::Syntax(path.to_owned(), error))?;
        settings.public_url = settings.public_url.trim_end_matches('/').to_owned();
        if !settings.public_url.starts_with("https://") && !settings.public_url.starts_with("http://") {
            return Err(SettingsError::Contradiction("public_url must begin with https://"));
        }
        if settings.tls.is_none() && !settings.listen.ip().is_loopback() {
            return Err(SettingsError::Contradiction(
                "without a certificate the hub listens on the loopback interface only: set [tls], or put a proxy before it",
            ));
        }
        Ok(settings)
    }
}

fn default_key_name() -> String {
    "h1".to_owned()
}

fn default_region() -> String {
    "us-east-1".to_owned()
}

fn default_connections() -> NonZeroUsize {
    const { NonZeroUsize::new(256).unwrap() }
}

fn default_grace() -> u64 {
    30
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "listen = '127.0.0.1:8443'\npublic_url = 'https://hub.example/'\ndatabase = 'postgres:///sohoa'\n\
        key_file = '/var/lib/sohoa-hub/hub.key'\n[store]\nfolder = '/var/lib/sohoa-hub/store'\n";

    fn read(text: &str) -> Result<Settings, SettingsError> {
        Settings::from_toml(text, Path::new("hub.toml"))
    }

    #[test]
    fn an_open_port_needs_a_certificate() {
        assert_eq!(read(TEXT).unwrap().public_url, "https://hub.example");
        let open = TEXT.replace("127.0.0.1", "0.0.0.0");
        assert!(matches!(read(&open), Err(SettingsError::Contradiction(_))));
        assert!(read(&format!("{open}[tls]\ncertificate = 'a'\nkey = 'b'\n")).is_ok());
    }

    #[test]
    fn what_is_misspelt_is_not_ignored() {
        assert!(matches!(read(&TEXT.replace("key_file", "keyfile")), Err(SettingsError::Syntax(..))));
        assert!(
            matches!(read(&format!("connections_per_address = 0\n{TEXT}")), Err(SettingsError::Syntax(..))),
            "nobody"
        );
        assert!(matches!(read(&TEXT.replace("folder", "s4")), Err(SettingsError::Syntax(..))));
    }

    #[test]
    fn a_bucket_has_checksums_unless_its_service_has_none() {
        let bucket =
            "[store.s3]\nendpoint = 'https://s3.example'\nbucket = 'b'\naccess_key = 'k'\nsecret_key_file = 'f'\n";
        let text = TEXT.replace("[store]\nfolder = '/var/lib/sohoa-hub/store'\n", bucket);
        for (line, wanted) in [("", S3Checksum::Sha256), ("checksum = 'none'", S3Checksum::None)] {
            let StoreSettings::S3(settings) = read(&format!("{text}{line}")).unwrap().store else { panic!("a bucket") };
            assert_eq!((settings.checksum, settings.region.as_str()), (wanted, "us-east-1"));
        }
        assert!(matches!(read(&format!("{text}checksum = 'md5'")), Err(SettingsError::Syntax(..))));
    }
}
