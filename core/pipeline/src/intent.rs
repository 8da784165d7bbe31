//! A drawn moment: the time that enters bytes, drawn once into an intent of the catalog and found again after a crash.
//!
//! Doing a stage again on the same basis therefore gives the same bytes; another basis draws anew.

use serde::{Deserialize, Serialize};
use sohoa_catalog::rendition::DocumentJob;
use sohoa_model::Timestamp;

use crate::archive::Archive;
use crate::error::PipelineError;

/// What an intent keeps.
#[derive(Debug, Serialize, Deserialize)]
struct Drawn {
    at_ms: i64,
    /// The hash of what the bytes are made from.
    basis: String,
}

impl Archive {
    /// The moment for a stage on a document: what an earlier attempt on the same basis drew, else now.
    pub(crate) fn drawn_moment(&self, kind: &str, job: &DocumentJob, basis: &str) -> Result<Timestamp, PipelineError> {
        let act = self.act();
        let fresh = serde_json::to_value(Drawn { at_ms: act.at.0, basis: basis.to_owned() })
            .map_err(|e| PipelineError::record("intent", e))?;
        let stored = self.catalog().begin_intent(kind, job.document.0, &fresh, &act)?;
        let drawn: Drawn = serde_json::from_value(stored).map_err(|e| PipelineError::record("intent", e))?;
        if drawn.basis == basis {
            return Ok(Timestamp(drawn.at_ms));
        }
        self.catalog().end_intent(kind, job.document.0)?;
        self.catalog().begin_intent(kind, job.document.0, &fresh, &act)?;
        Ok(act.at)
    }
}
