//! Why a file or one of its frames can't be taken in.
//!
//! Every refusal has a stable [code](ImagingError::code) for records and receipts; the sentence for people is made by the
//! front-ends. Frames are counted from 0.

use std::borrow::Cow;
use std::error::Error;
use std::io;

/// What kept a file from being inspected, decoded or repacked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImagingError {
    /// The file has no bytes.
    #[error("the file is empty")]
    EmptyFile,
    /// The bytes are no image, by their first bytes.
    #[error("the file is not an image: it begins like {looks_like}")]
    NotAnImage {
        /// What the beginning looks like: a value of [`Lookalike::name`](crate::sniff::Lookalike::name).
        looks_like: &'static str,
    },
    /// The file is an image of a format that is not taken in.
    #[error("images of format {looks_like} are not taken in")]
    UnsupportedFormat {
        /// The format: a value of [`Lookalike::name`](crate::sniff::Lookalike::name).
        looks_like: &'static str,
    },
    /// The format is taken in, this kind of samples or compression is not.
    #[error("frame {frame} has {what}, which is not taken in")]
    UnsupportedSamples {
        /// The frame.
        frame: u32,
        /// What it has.
        what: Cow<'static, str>,
    },
    /// The file ends before its last pixel or its end mark.
    #[error("frame {frame} is cut off: {what}")]
    Truncated {
        /// The frame.
        frame: u32,
        /// Where the end came too early.
        what: &'static str,
    },
    /// The bytes contradict the format.
    #[error("frame {frame} is damaged: {what}")]
    Corrupt {
        /// The frame.
        frame: u32,
        /// What is wrong.
        what: &'static str,
        /// What the decoder said.
        #[source]
        cause: Option<Box<dyn Error + Send + Sync>>,
    },
    /// The frame is beyond the limits, or beyond the memory that the process may use.
    #[error("frame {frame} is too large: {width} x {height} pixels")]
    TooLarge {
        /// The frame.
        frame: u32,
        /// Columns that the file claims.
        width: u64,
        /// Rows that the file claims.
        height: u64,
    },
    /// The file has more frames than the limits allow.
    #[error("the file has more than {limit} frames")]
    TooManyFrames {
        /// The limit.
        limit: u32,
    },
    /// The PDF can be read only with a password, or with rights.
    #[error("the PDF is encrypted")]
    Encrypted,
    /// The structure of the PDF is damaged.
    #[error("the structure of the PDF is damaged")]
    DamagedPdf {
        /// What is wrong.
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
    /// A page of a PDF is not one scanned image.
    #[error("frame {frame} holds {what}")]
    NotScanned {
        /// The page, from 0.
        frame: u32,
        /// What it holds.
        what: &'static str,
    },
    /// The source could not be read.
    #[error("the file could not be read")]
    ReadFailed {
        /// What the source said.
        #[source]
        cause: io::Error,
    },
}

impl ImagingError {
    /// The stable code of the refusal, for records.
    pub fn code(&self) -> &'static str {
        match self {
            Self::EmptyFile => "empty-file",
            Self::NotAnImage { .. } => "not-an-image",
            Self::UnsupportedFormat { .. } => "unsupported-format",
            Self::UnsupportedSamples { .. } => "unsupported-samples",
            Self::Truncated { .. } => "truncated",
            Self::Corrupt { .. } => "corrupt",
            Self::TooLarge { .. } => "too-large",
            Self::TooManyFrames { .. } => "too-many-frames",
            Self::ReadFailed { .. } => "read-failed",
            Self::Encrypted => "pdf-encrypted",
            Self::DamagedPdf { .. } => "pdf-damaged",
            Self::NotScanned { .. } => "pdf-not-scanned",
        }
    }

    /// The same error, of another frame: what is found inside of a strip does not know where it lies.
    pub(crate) fn in_frame(mut self, index: u32) -> Self {
        match &mut self {
            Self::UnsupportedSamples { frame, .. }
            | Self::Truncated { frame, .. }
            | Self::Corrupt { frame, .. }
            | Self::TooLarge { frame, .. } => *frame = index,
            Self::EmptyFile
            | Self::Encrypted
            | Self::DamagedPdf { .. }
            | Self::NotScanned { .. }
            | Self::NotAnImage { .. }
            | Self::UnsupportedFormat { .. }
            | Self::TooManyFrames { .. }
            | Self::ReadFailed { .. } => {}
        }
        self
    }

    pub(crate) fn corrupt(frame: u32, what: &'static str) -> Self {
        Self::Corrupt { frame, what, cause: None }
    }

    pub(crate) fn unsupported(frame: u32, what: impl Into<Cow<'static, str>>) -> Self {
        Self::UnsupportedSamples { frame, what: what.into() }
    }
}
