//! The hub: takes what stations send, once and in order, keeps it for good, and hands down what supervisors decide.
//!
//! Every hub is without memory of its own: PostgreSQL has the heads, the projections and the counters, the object store the
//! files and the batch bodies; several hubs on one database and one store are one hub. [`serve`] runs it, [`api`] is what it
//! answers, [`ingest`] the one transaction that moves a log.

pub mod access;
pub mod api;
pub mod arguments;
pub mod auth;
pub mod backup;
pub mod body;
pub mod collect;
pub mod csv;
pub mod database;
pub mod doctor;
pub mod drain;
pub mod fixity;
pub mod guesses;
pub mod hub;
pub mod indicators;
pub mod ingest;
pub mod invite;
pub mod look_after;
pub mod marker;
pub mod metrics;
pub mod page;
pub mod patient;
pub mod people;
pub mod places;
pub mod publish;
pub mod quota;
pub mod rebuild;
pub mod receive;
pub mod refusal;
pub mod revoke;
pub mod serve;
pub mod settings;
pub mod store;
pub mod texts;
pub mod words;

pub use hub::Hub;
pub use refusal::Refusal;
pub use settings::Settings;
