//! What can go wrong between a station and its hub.

use std::path::PathBuf;

use sohoa_catalog::CatalogError;
use sohoa_catalog::outbox::SyncHealth;
use sohoa_store::StoreError;
use sohoa_store::carried::CarriedError;
use sohoa_wire::ProblemKind;
use sohoa_wire::record::RecordError;

/// Why a station could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The station belongs to no hub.
    #[error("the station is not enrolled at a hub")]
    NotEnrolled,
    /// The station's key is not on this machine: the catalog came from another one.
    #[error("the key of the station is not at {0}")]
    NoKey(PathBuf),
    /// The file of the station's key is not one.
    #[error("{0} does not hold the key of a station")]
    BadKey(PathBuf),
    /// The text that a person typed is no invitation.
    #[error("this is not an invitation of a hub")]
    Invitation(#[source] sohoa_wire::enrolment::EnrolmentError),
    /// The invitation does not name the hub's key, without which an answer on a disk cannot be believed.
    #[error("the invitation is not for a disk: it does not name the key of the hub")]
    InvitationWithoutKey,
    /// The invitation names a certificate that was not given, or is not the one that was.
    #[error("the hub's own certificate authority is needed, with SHA-256 {wanted}")]
    Authority {
        /// The digest that the invitation names.
        wanted: String,
    },
    /// The certificate that was given can't be read.
    #[error("the certificate of the hub's authority is not PEM")]
    AuthorityUnreadable,
    /// The address is neither of https nor of this machine.
    #[error("{0} is not an https address")]
    Insecure(String),
    /// Sending stopped before, and waits for a person.
    #[error("sync has stopped ({}): {why}", health.word())]
    Stopped {
        /// How the station stands with its hub.
        health: SyncHealth,
        /// Why.
        why: String,
    },
    /// The hub can't be reached; trying again later is enough.
    #[error("the hub {hub} can't be reached")]
    Unreachable {
        /// Its address.
        hub: String,
        /// What the network says.
        #[source]
        source: Box<ureq::Error>,
    },
    /// The hub can't be trusted: its certificate or a signature of it does not fit.
    #[error("the hub {hub} is not the one that enrolled this station, or can't be told from another: {what}")]
    Untrusted {
        /// Its address.
        hub: String,
        /// What does not fit.
        what: Misfit,
    },
    /// The hub answered what no hub answers.
    #[error("the hub {hub} answered what could not be understood: {what}")]
    Answer {
        /// Its address.
        hub: String,
        /// What.
        what: String,
    },
    /// The hub is not ready; trying again later is enough.
    #[error("the hub is busy: {title}")]
    Later {
        /// What it says.
        title: String,
    },
    /// The hub refuses, and trying again does not mend it.
    #[error("the hub refuses ({}): {title}", kind.code())]
    Refused {
        /// Why.
        kind: ProblemKind,
        /// What it says.
        title: String,
    },
    /// The hub must be updated first.
    #[error("the hub does not read {0} yet")]
    HubTooOld(String),
    /// The medium has not enough room for what is to be written.
    #[error("{folder} has {free} bytes free, and {needed} are needed")]
    NoRoom {
        /// The folder.
        folder: PathBuf,
        /// Bytes that are needed.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// One record's files alone are more than a part may have.
    #[error("a part needs at least {needed} bytes")]
    PartTooSmall {
        /// Bytes that are needed.
        needed: u64,
    },
    /// A folder holds no answer of the hub to this station.
    #[error("{0} holds no answer of the hub to this station")]
    NoAnswer(PathBuf),
    /// What lies on the disk is not what its list says.
    #[error("what lies on the disk is not whole")]
    Carried(#[from] CarriedError),
    /// What lies on the disk is not what was signed.
    #[error("{0} was changed, or is not finished")]
    BadAnswer(PathBuf),
    /// Another process syncs this archive.
    #[error("another process syncs this archive")]
    Busy,
    /// Somebody asked to stop.
    #[error("stopped on request")]
    Cancelled,
    /// A record has no line.
    #[error("a record could not be made")]
    Record(#[from] RecordError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The vault failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SyncError {
    /// Whether the same may work later without anybody doing something.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Later { .. } | Self::Busy)
    }
}

/// What of a hub does not fit the one that enrolled the station.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// Its certificate, or what stands for one.
    #[error("{0}")]
    Certificate(Flaw),
    /// Its receipt of the enrolment.
    #[error("its receipt")]
    Receipt,
    /// Its answer on a disk.
    #[error("its answer on the disk is not signed by it")]
    Answer,
    /// Its acknowledgement.
    #[error("its acknowledgement is not signed by it")]
    Acknowledgement,
    /// Its log.
    #[error("its log is not the one that it names")]
    Log,
}

/// Why nothing encrypted can be said to a hub.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// The certificate has ended.
    #[error("its certificate has expired")]
    Expired,
    /// The certificate begins later: one of the two clocks is wrong.
    #[error("its certificate is not valid yet")]
    NotYet,
    /// The certificate is that of another name or address.
    #[error("its certificate is for another name")]
    Name,
    /// Nobody whom the station trusts gave the certificate.
    #[error("its certificate is from nobody who is trusted here")]
    Issuer,
    /// What answers speaks no TLS.
    #[error("it speaks no TLS")]
    NoTls,
    /// Something else of the certificate, in the words of who judges it.
    #[error("its certificate does not fit: {0}")]
    Other(String),
    /// The certificate is not what is wrong, in the words of who speaks TLS.
    #[error("nothing encrypted can be said to it: {0}")]
    Connection(String),
}

impl From<&rustls::Error> for Flaw {
    fn from(error: &rustls::Error) -> Self {
        use rustls::CertificateError::{
            BadSignature, Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet,
            NotValidYetContext, UnknownIssuer,
        };
        match error {
            rustls::Error::InvalidCertificate(Expired | ExpiredContext { .. }) => Self::Expired,
            rustls::Error::InvalidCertificate(NotValidYet | NotValidYetContext { .. }) => Self::NotYet,
            rustls::Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. }) => Self::Name,
            // Another authority may have the name of the one that is trusted.
            rustls::Error::InvalidCertificate(UnknownIssuer | BadSignature) => Self::Issuer,
            rustls::Error::InvalidMessage(_) => Self::NoTls,
            rustls::Error::InvalidCertificate(other) => Self::Other(other.to_string()),
            other => Self::Connection(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rustls::CertificateError;
    use rustls::pki_types::UnixTime;

    use super::*;

    #[test]
    fn what_is_wrong_with_a_certificate_is_told_apart() {
        let flaw = |error| Flaw::from(&rustls::Error::InvalidCertificate(error));
        assert_eq!(flaw(CertificateError::Expired), Flaw::Expired);
        assert_eq!(flaw(CertificateError::NotValidYet), Flaw::NotYet);
        assert_eq!(flaw(CertificateError::NotValidForName), Flaw::Name);
        assert_eq!(flaw(CertificateError::UnknownIssuer), Flaw::Issuer);
        assert_eq!(flaw(CertificateError::BadSignature), Flaw::Issuer);
        assert!(matches!(flaw(CertificateError::Revoked), Flaw::Other(why) if why.contains("Revoked")));
        let (time, not_after) =
            (UnixTime::since_unix_epoch(Duration::from_secs(2)), UnixTime::since_unix_epoch(Duration::from_secs(1)));
        assert_eq!(flaw(CertificateError::ExpiredContext { time, not_after }), Flaw::Expired);
        assert_eq!(flaw(CertificateError::NotValidYetContext { time: not_after, not_before: time }), Flaw::NotYet);
        let alert = rustls::Error::AlertReceived(rustls::AlertDescription::ProtocolVersion);
        assert!(matches!(Flaw::from(&alert), Flaw::Connection(_)));
    }
}
