//! The way from a signing certificate to a trust anchor (RFC 5280, 6; ETSI EN 319 102-1, 5.2.6).

use openssl::stack::Stack;
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};
use openssl::x509::{X509StoreContext, X509VerifyResult};
use sohoa_model::Timestamp;

use super::Stop;
use crate::certificate::Certificate;
use crate::error::SignError;
use crate::trust::TrustAnchors;

/// Longest chain between signer and anchor.
const DEEPEST: i32 = 8;

/// Verifies the chain of a certificate as of a moment; any anchor ends it, a root or a pinned authority below one.
pub(super) fn check(
    signer: &Certificate,
    others: &[Certificate],
    trust: &TrustAnchors,
    at: Timestamp,
) -> Result<(), Stop> {
    if at < signer.valid_from() {
        return Err(Stop::indeterminate(format!(
            "NOT_YET_VALID: the certificate becomes valid only at {}",
            signer.valid_from()
        )));
    }
    if at > signer.valid_until() {
        return Err(Stop::indeterminate(format!("EXPIRED: the certificate expired at {}", signer.valid_until())));
    }
    // A certificate that was trusted itself is the end of its chain, whatever else it may be used for.
    if trust.certificates().iter().any(|anchor| anchor.der() == signer.der()) {
        return Ok(());
    }
    let doing = "build the certificate chain";
    match verify(signer, others, trust, at).map_err(SignError::crypto(doing))? {
        X509VerifyResult::OK => Ok(()),
        result => Err(Stop::indeterminate(reason(result))),
    }
}

fn verify(
    signer: &Certificate,
    others: &[Certificate],
    trust: &TrustAnchors,
    at: Timestamp,
) -> Result<X509VerifyResult, openssl::error::ErrorStack> {
    let mut parameters = X509VerifyParam::new()?;
    parameters.set_flags(X509VerifyFlags::PARTIAL_CHAIN | X509VerifyFlags::CHECK_SS_SIGNATURE)?;
    parameters.set_time(at.0.div_euclid(1000));
    parameters.set_depth(DEEPEST);
    let mut store = X509StoreBuilder::new()?;
    for anchor in trust.certificates() {
        store.add_cert(anchor.x509().clone())?;
    }
    store.set_param(&parameters)?;
    let store = store.build();
    let mut untrusted = Stack::new()?;
    for other in others {
        untrusted.push(other.x509().clone())?;
    }
    let mut context = X509StoreContext::new()?;
    context.init(&store, signer.x509(), &untrusted, |context| {
        let verified = context.verify_cert()?;
        let result = context.error();
        Ok(if verified { X509VerifyResult::OK } else { result })
    })
}

/// OpenSSL's result by the standard's names (`X509_V_ERR_*` in OpenSSL's `x509_vfy.h`).
fn reason(result: X509VerifyResult) -> String {
    match result.as_raw() {
        // No issuer found, self-signed signer, self-signed root that is not trusted, chain of one, untrusted.
        2 | 18..=21 | 27 => "NO_CERTIFICATE_CHAIN_FOUND: certificate chain does not end at a trusted root".to_owned(),
        9 => "NOT_YET_VALID: a certificate of the chain was not yet valid".to_owned(),
        10 => "EXPIRED: a certificate of the chain had expired".to_owned(),
        _ => format!("CERTIFICATE_CHAIN_GENERAL_FAILURE: {}", result.error_string()),
    }
}
