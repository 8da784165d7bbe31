//! Identifiers: UUIDv7, one type for each noun, made from a moment and random bytes that the caller brings.

use std::fmt;

use uuid::Uuid;

use crate::clock::Timestamp;

/// Where the random part of identifiers comes from.
pub trait Randomness: Send + Sync {
    /// Ten random bytes.
    fn ten_bytes(&self) -> [u8; 10];
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new identifier, ordered by the moment it was made at.
            pub fn new(at: Timestamp, randomness: &dyn Randomness) -> Self {
                let milliseconds = u64::try_from(at.0).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(milliseconds, &randomness.ten_bytes()).into_uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
    };
}

id!(
    /// Names one archive on disk.
    ArchiveId
);
id!(
    /// Names a dossier (hồ sơ) for ever, whatever its code becomes.
    DossierId
);
id!(
    /// Names a document (văn bản) of a dossier.
    DocumentId
);
id!(
    /// Names a page (trang) of a document.
    PageId
);
id!(
    /// Names a PREMIS event.
    EventId
);
id!(
    /// Names a batch of sheets that went through a scanner.
    BatchId
);
id!(
    /// Names the receipt of one import.
    ReceiptId
);
