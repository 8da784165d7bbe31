//! A stop: why a command did not do its work, whichever part of it said so.

use sohoa_catalog::CatalogError;
use sohoa_pipeline::PipelineError;
use sohoa_pipeline::settings::SettingsError;
use sohoa_shell::station::StationError;
use sohoa_shell::{Failure, Texts};
use sohoa_sign::SignError;
use sohoa_store::StoreError;
use sohoa_sync::SyncError;

/// Why a command did not do its work.
#[derive(Debug)]
pub(crate) enum Stop {
    /// A verb.
    Pipeline(Box<PipelineError>),
    /// The station or its key.
    Station(Box<StationError>),
    /// The hub, or what keeps the station from it.
    Sync(Box<SyncError>),
    /// The command itself, in words for people.
    Said(Box<Failure>),
}

impl Stop {
    /// The failure for people.
    pub(crate) fn failure(&self, texts: &Texts) -> Failure {
        match self {
            Self::Pipeline(error) => Failure::of(error, texts),
            Self::Station(error) => Failure::of_station(error, texts),
            Self::Sync(error) => Failure::of_sync(error, texts),
            Self::Said(failure) => failure.as_ref().clone(),
        }
    }
}

impl From<PipelineError> for Stop {
    fn from(error: PipelineError) -> Self {
        Self::Pipeline(Box::new(error))
    }
}

impl From<StationError> for Stop {
    fn from(error: StationError) -> Self {
        Self::Station(Box::new(error))
    }
}

impl From<SyncError> for Stop {
    fn from(error: SyncError) -> Self {
        Self::Sync(Box::new(error))
    }
}

impl From<CatalogError> for Stop {
    fn from(error: CatalogError) -> Self {
        PipelineError::from(error).into()
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        PipelineError::from(error).into()
    }
}

impl From<SettingsError> for Stop {
    fn from(error: SettingsError) -> Self {
        PipelineError::from(error).into()
    }
}

impl From<SignError> for Stop {
    fn from(error: SignError) -> Self {
        StationError::from(error).into()
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Said(Box::new(failure))
    }
}
