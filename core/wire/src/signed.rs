//! A statement with a signature in it: JSON whose canonical form, without its member `signature`, was signed.
//!
//! What is verified is what was received, unknown members included, so a newer hub may say more.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::json::{self, JsonError};
use crate::key::KeyError;
use crate::{PublicKey, SecretKey, Signature};

/// What can be signed so.
pub trait Statement: Serialize + DeserializeOwned {
    /// What the signed bytes begin with, so that a signature for one purpose is none for another.
    const PURPOSE: &'static str;
}

/// A statement and its signature.
#[derive(Debug, Clone, PartialEq)]
pub struct Signed<T> {
    /// What was said.
    pub statement: T,
    /// The text that travels and is kept as evidence, signature included.
    pub text: String,
}

/// Why a text is not a signed statement.
#[derive(Debug, thiserror::Error)]
pub enum SignedError {
    /// Not JSON, or members are missing.
    #[error("the statement cannot be read")]
    Json(#[from] JsonError),
    /// No signature, or not of this key.
    #[error("the statement is not signed by this key")]
    Signature(#[from] KeyError),
}

impl<T: Statement> Signed<T> {
    /// Signs a statement.
    pub fn new(statement: T, key: &SecretKey) -> Result<Self, SignedError> {
        let mut value = serde_json::to_value(&statement).map_err(JsonError::Refused)?;
        let signature = key.sign(&signed_bytes::<T>(&value)?);
        if let Some(members) = value.as_object_mut() {
            members.insert("signature".to_owned(), Value::String(signature.to_string()));
        }
        Ok(Self { statement, text: json::canonical(&value)? })
    }

    /// Reads a statement that a key must have signed.
    pub fn read(text: &[u8], key: &PublicKey) -> Result<Self, SignedError> {
        let (statement, value, signature) = Self::parts(text)?;
        key.verify(&signed_bytes::<T>(&value)?, &signature)?;
        Ok(statement)
    }

    /// Reads a statement to find out which key must have signed it; nothing is verified yet.
    pub fn peek(text: &[u8]) -> Result<T, SignedError> {
        Self::parts(text).map(|(signed, ..)| signed.statement)
    }

    fn parts(text: &[u8]) -> Result<(Self, Value, Signature), SignedError> {
        let mut value = json::read(text)?;
        let signature = value.as_object_mut().and_then(|members| members.remove("signature"));
        let signature = signature.as_ref().and_then(Value::as_str).ok_or(KeyError::Spelling)?.parse()?;
        let statement = serde_json::from_value(value.clone()).map_err(JsonError::Refused)?;
        Ok((Self { statement, text: String::from_utf8_lossy(text).into_owned() }, value, signature))
    }
}

fn signed_bytes<T: Statement>(value: &Value) -> Result<Vec<u8>, JsonError> {
    let mut bytes = T::PURPOSE.as_bytes().to_vec();
    bytes.push(0);
    bytes.extend(json::canonical(value)?.bytes());
    Ok(bytes)
}
