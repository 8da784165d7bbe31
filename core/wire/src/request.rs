//! Signed requests: one profile of RFC 9421, so narrow that it can be read at a glance.
//!
//! One signature, labelled `sohoa`, by Ed25519, over exactly `"@method" "@target-uri" "content-digest"`, and
//! `"content-type"` and `"sohoa-batch"` where the request has them, with the parameters created, keyid, alg, nonce, tag and no
//! other. A request without a body signs the digest of nothing. The target URI is rebuilt by the hub from the address that it
//! was given, never from `Host`. The label and tag keep a signature of ours from meaning anything elsewhere.

use sfv::{BareItem, Dictionary, FieldType, Item, KeyRef, ListEntry, Parser, RefBareItem, StringRef};

use crate::key::KeyError;
use crate::{Hash, KeyId, PublicKey, SecretKey, Signature};

const LABEL: &str = "sohoa";
const TAG: &str = "sohoa-v1";
const ALGORITHM: &str = "ed25519";

/// What of a request is signed.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The absolute URI, query included.
    pub target_uri: &'a str,
    /// The field `Content-Digest`, there even if there is no body.
    pub content_digest: &'a str,
    /// The field `Content-Type`, where there is one.
    pub content_type: Option<&'a str>,
    /// The field `Sohoa-Batch`, where there is one.
    pub batch: Option<&'a str>,
}

/// The two fields that carry a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureFields {
    /// `Signature-Input`.
    pub input: String,
    /// `Signature`.
    pub signature: String,
}

/// A signature as it came with a request, read but not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestSignature {
    /// Which key it says.
    pub key_id: KeyId,
    /// Seconds since 1970 by the sender's clock; only recorded.
    pub created: i64,
    /// The hub's nonce.
    pub nonce: String,
    covered: Vec<String>,
    parameters: String,
    signature: Signature,
}

/// Why a request is not signed as it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The fields are not those of the profile.
    #[error("the signature fields {0}")]
    Fields(&'static str),
    /// A field of the message holds what no field may hold.
    #[error("a signed field holds a line break")]
    LineBreak,
    /// The signature does not fit the request.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl Message<'_> {
    fn components(&self) -> Vec<(&'static str, &str)> {
        let mut components =
            vec![("@method", self.method), ("@target-uri", self.target_uri), ("content-digest", self.content_digest)];
        components.extend(self.content_type.map(|value| ("content-type", value)));
        components.extend(self.batch.map(|value| (crate::batch::FIELD, value)));
        components
    }
}

/// Signs a request.
pub fn sign(
    message: &Message<'_>,
    key: &SecretKey,
    key_id: KeyId,
    created: i64,
    nonce: &str,
) -> Result<SignatureFields, RequestError> {
    let text = |text| StringRef::from_str(text).map_err(|_| RequestError::Fields("would hold what is not ASCII"));
    let name = |name| KeyRef::from_str(name).expect("the names are keys");
    let created = sfv::Integer::try_from(created).map_err(|_| RequestError::Fields("would hold a senseless time"))?;
    let key_id = key_id.to_string();
    let mut dictionary = sfv::DictSerializer::new();
    let mut list = dictionary.inner_list(name(LABEL));
    for (component, _) in message.components() {
        let _ = list.bare_item(RefBareItem::String(text(component)?));
    }
    let _ = list
        .finish()
        .parameter(name("created"), RefBareItem::Integer(created))
        .parameter(name("keyid"), RefBareItem::String(text(&key_id)?))
        .parameter(name("alg"), RefBareItem::String(text(ALGORITHM)?))
        .parameter(name("nonce"), RefBareItem::String(text(nonce)?))
        .parameter(name("tag"), RefBareItem::String(text(TAG)?));
    let input = dictionary.finish().unwrap_or_default();
    let parameters = input.strip_prefix("sohoa=").unwrap_or_default();
    let signature = key.sign(base(&message.components(), parameters)?.as_bytes());
    Ok(SignatureFields { signature: format!("{LABEL}=:{signature}:"), input })
}

impl RequestSignature {
    /// Reads the two fields of a request.
    pub fn read(input: &str, signature: &str) -> Result<Self, RequestError> {
        let fault = RequestError::Fields;
        let inputs: Dictionary = Parser::new(input).parse().map_err(|_| fault("are not structured fields"))?;
        let signatures: Dictionary = Parser::new(signature).parse().map_err(|_| fault("are not structured fields"))?;
        if inputs.len() != 1 || signatures.len() != 1 {
            return Err(fault("hold not exactly one signature"));
        }
        let Some(ListEntry::InnerList(list)) = inputs.get(LABEL) else { return Err(fault("lack the label sohoa")) };
        let Some(ListEntry::Item(Item { bare_item: BareItem::ByteSequence(bytes), params })) = signatures.get(LABEL)
        else {
            return Err(fault("lack the label sohoa"));
        };
        if list.params.len() != 5 || !params.is_empty() {
            return Err(fault("have other parameters than created, keyid, alg, nonce and tag"));
        }
        let text = |name: &str| match list.params.get(name) {
            Some(BareItem::String(text)) => Ok(text.as_str()),
            _ => Err(fault("lack a parameter")),
        };
        if text("alg")? != ALGORITHM || text("tag")? != TAG {
            return Err(fault("are of another algorithm or purpose"));
        }
        let Some(BareItem::Integer(created)) = list.params.get("created") else {
            return Err(fault("do not say when they were made"));
        };
        let component = |item: &Item| match &item.bare_item {
            BareItem::String(name) if item.params.is_empty() => Ok(name.as_str().to_owned()),
            _ => Err(fault("cover something that is no plain component")),
        };
        let covered = list.items.iter().map(component).collect::<Result<_, _>>()?;
        Ok(Self {
            key_id: text("keyid")?.parse().map_err(|_| fault("name no key"))?,
            created: i64::from(*created),
            nonce: text("nonce")?.to_owned(),
            covered,
            parameters: vec![ListEntry::InnerList(list.clone())].serialize().unwrap_or_default(),
            signature: Signature::from_slice(bytes)?,
        })
    }

    /// Whether a key signed this very request.
    pub fn verify(&self, message: &Message<'_>, key: &PublicKey) -> Result<(), RequestError> {
        let components = message.components();
        if !self.covered.iter().map(String::as_str).eq(components.iter().map(|(name, _)| *name)) {
            return Err(RequestError::Fields("do not cover exactly what must be signed"));
        }
        Ok(key.verify(base(&components, &self.parameters)?.as_bytes(), &self.signature)?)
    }
}

/// The signature base of RFC 9421, 2.5.
fn base(components: &[(&str, &str)], parameters: &str) -> Result<String, RequestError> {
    let mut base = String::new();
    for (name, value) in components {
        if value.contains(['\n', '\r']) {
            return Err(RequestError::LineBreak);
        }
        base.push_str(&format!("\"{name}\": {}\n", value.trim()));
    }
    base.push_str(&format!("\"@signature-params\": {parameters}"));
    Ok(base)
}

/// The field `Content-Digest` of a body (RFC 9530).
pub fn content_digest(body: &[u8]) -> String {
    digest_field(Hash::of(body))
}

/// The field `Content-Digest` of a body whose digest is known.
pub fn digest_field(digest: Hash) -> String {
    let mut dictionary = sfv::DictSerializer::new();
    let name = KeyRef::from_str("sha-256").expect("the name is a key");
    let _ = dictionary.bare_item(name, RefBareItem::ByteSequence(&digest.0));
    dictionary.finish().unwrap_or_default()
}

/// The SHA-256 of a field `Content-Digest`; digests of other algorithms beside it are ignored.
pub fn read_content_digest(field: &str) -> Result<Hash, RequestError> {
    let members: Dictionary = Parser::new(field).parse().map_err(|_| RequestError::Fields("have a broken digest"))?;
    match members.get("sha-256") {
        Some(ListEntry::Item(Item { bare_item: BareItem::ByteSequence(bytes), .. })) => {
            Hash::from_slice(bytes).map_err(|_| RequestError::Fields("have a digest of another length"))
        }
        _ => Err(RequestError::Fields("have no SHA-256")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: Message<'_> = Message {
        method: "POST",
        target_uri: "https://hub.example/v1/batches?x=1",
        content_digest: "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
        content_type: Some("application/x-ndjson"),
        batch: Some("station=\"x\""),
    };

    fn key() -> SecretKey {
        SecretKey::from_bytes(&[7; 32])
    }

    fn key_id() -> KeyId {
        "01970000-0000-7000-8000-00000000000a/1".parse().unwrap()
    }

    #[test]
    fn the_vector_of_rfc_9421_b_2_6_is_signed_and_verified() {
        let components = [
            ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
            ("@method", "POST"),
            ("@path", "/foo"),
            ("@authority", "example.com"),
            ("content-type", "application/json"),
            ("content-length", "18"),
        ];
        let parameters = "(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")\
            ;created=1618884473;keyid=\"test-key-ed25519\"";
        let base = base(&components, parameters).unwrap();
        let expected = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";
        let public: PublicKey = "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=".parse().unwrap();
        assert_eq!(public.verify(base.as_bytes(), &expected.parse().unwrap()), Ok(()));
        // The private half of the RFC's test-key-ed25519 (B.1.4).
        let secret = SecretKey::from_bytes(&[
            0x9f, 0x83, 0x62, 0xf8, 0x7a, 0x48, 0x4a, 0x95, 0x4e, 0x6e, 0x74, 0x0c, 0x5b, 0x4c, 0x0e, 0x84, 0x22, 0x91,
            0x39, 0xa2, 0x0a, 0xa8, 0xab, 0x56, 0xff, 0x66, 0x58, 0x6f, 0x6a, 0x7d, 0x29, 0xc5,
        ]);
        assert_eq!(secret.public(), public);
        assert_eq!(secret.sign(base.as_bytes()).to_string(), expected);
    }

    #[test]
    fn a_signed_request_verifies_and_no_other_does() {
        let fields = sign(&MESSAGE, &key(), key_id(), 1_795_314_605, "abc").unwrap();
        assert_eq!(
            fields.input,
            "sohoa=(\"@method\" \"@target-uri\" \"content-digest\" \"content-type\" \"sohoa-batch\");created=1795314605\
             ;keyid=\"01970000-0000-7000-8000-00000000000a/1\";alg=\"ed25519\";nonce=\"abc\";tag=\"sohoa-v1\""
        );
        let read = RequestSignature::read(&fields.input, &fields.signature).unwrap();
        assert_eq!((read.key_id, read.created, read.nonce.as_str()), (key_id(), 1_795_314_605, "abc"));
        assert_eq!(read.verify(&MESSAGE, &key().public()), Ok(()));
        let others = [
            Message { method: "PUT", ..MESSAGE },
            Message { target_uri: "https://hub.example/v1/batches?x=2", ..MESSAGE },
            Message { content_digest: "sha-256=:AAAA:", ..MESSAGE },
            Message { content_type: Some("text/plain"), ..MESSAGE },
            Message { content_type: None, ..MESSAGE },
            Message { batch: Some("station=\"y\""), ..MESSAGE },
            Message { batch: None, ..MESSAGE },
        ];
        for other in others {
            assert!(read.verify(&other, &key().public()).is_err(), "{other:?}");
        }
        for (from, to) in [("created=1795314605", "created=1795314606"), ("\"abc\"", "\"abd\""), ("000a/1", "000a/2")] {
            let read = RequestSignature::read(&fields.input.replace(from, to), &fields.signature).unwrap();
            assert_eq!(read.verify(&MESSAGE, &key().public()), Err(RequestError::Key(KeyError::Forged)), "{from}");
        }
        let stranger = SecretKey::from_bytes(&[8; 32]).public();
        assert_eq!(read.verify(&MESSAGE, &stranger), Err(RequestError::Key(KeyError::Forged)));
    }

    #[test]
    fn a_request_without_a_body_signs_the_digest_of_nothing() {
        let digest = content_digest(b"");
        assert_eq!(digest, "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:");
        assert_eq!(read_content_digest(&digest), Ok(Hash::of(b"")));
        let message = Message { method: "GET", content_digest: &digest, content_type: None, batch: None, ..MESSAGE };
        let fields = sign(&message, &key(), KeyId::New, 0, "").unwrap();
        let read = RequestSignature::read(&fields.input, &fields.signature).unwrap();
        assert_eq!(read.verify(&message, &key().public()), Ok(()));
    }

    #[test]
    fn other_profiles_are_refused() {
        let fields = sign(&MESSAGE, &key(), key_id(), 1, "abc").unwrap();
        for (from, to) in [
            ("sohoa=(", "sig1=("),
            ("alg=\"ed25519\"", "alg=\"hmac-sha256\""),
            (";alg=\"ed25519\"", ""),
            (";tag=\"sohoa-v1\"", ";tag=\"other\""),
            (";created=1", ";created=1;expires=2"),
            (";created=1", ""),
            (";created=1", ";created=\"1\""),
            ("\"@method\"", "\"@method\";req"),
            ("\"@method\"", "@method"),
            ("keyid=\"01970000", "keyid=\"../../etc"),
        ] {
            assert!(fields.input.contains(from), "{from}");
            let changed = fields.input.replacen(from, to, 1);
            assert!(RequestSignature::read(&changed, &fields.signature).is_err(), "{from} -> {to}");
        }
        let double = format!("{0}, second=()", fields.input);
        assert!(RequestSignature::read(&double, &fields.signature).is_err());
        assert!(RequestSignature::read(&fields.input, "sohoa=:AAAA:").is_err());
        assert!(RequestSignature::read(&fields.input, "").is_err());
        let turned = fields.input.replace("\"@method\" \"@target-uri\"", "\"@target-uri\" \"@method\"");
        let read = RequestSignature::read(&turned, &fields.signature).unwrap();
        assert!(matches!(read.verify(&MESSAGE, &key().public()), Err(RequestError::Fields(_))));
    }

    #[test]
    fn a_line_break_cannot_smuggle_a_component_in() {
        let message = Message { target_uri: "https://x/\n\"content-type\": y", ..MESSAGE };
        assert_eq!(sign(&message, &key(), key_id(), 1, "abc"), Err(RequestError::LineBreak));
    }
}
