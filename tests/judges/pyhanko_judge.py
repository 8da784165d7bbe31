"""pyHanko as a judge: one process for many signed PDFs.

    python pyhanko_judge.py ROOTS FILE…

ROOTS is a PEM file of the roots to trust, and only these are trusted; nothing is fetched. Prints one line a signature
and check, tab-separated: file, field, check, PASS or FAIL, reason. The checks are

    validate   pyHanko's own verdict: intact, valid, trusted; the last signature covers the whole file
    ades       the verdict by ETSI EN 319 102-1
    profile    what PAdES baseline B-B (ETSI EN 319 142-1, 6.3) asks of the signature's form
"""

import asyncio
import logging
import sys

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.ades import ades_basic_validation, ades_lta_validation
from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec, SignatureValidationSpec
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import NO_REVOCATION, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager


def read_roots(path):
    with open(path, "rb") as file:
        return [x509.Certificate.load(der) for _, _, der in pem.unarmor(file.read(), multiple=True)]


def validate(signature, roots, is_last):
    context = ValidationContext(trust_roots=roots, allow_fetching=False, revocation_mode="soft-fail")
    status = validate_pdf_signature(signature, signer_validation_context=context)
    if not status.bottom_line:
        return status.summary()
    if is_last and status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        return f"coverage is {status.coverage}"
    return None


def ades(signature, roots):
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(roots),
        revinfo_policy=CertRevTrustPolicy(NO_REVOCATION),
    )
    of_signature = SignatureValidationSpec(cert_validation_policy=policy)
    now = ValidationTimingInfo.now()
    # The process for basic signatures (5.3) says Passed or why not; a signature without a timestamp can get no better.
    basic = asyncio.run(
        ades_basic_validation(
            signature.signed_data, of_signature, timing_info=now, raw_digest=signature.compute_digest()
        )
    )
    if basic.ades_subindic != AdESPassed.OK:
        return f"{basic.ades_subindic}: {basic.failure_msg}"
    # The process for a whole PDF (5.6.3) also looks at what was changed; this is what `pyhanko sign adesverify` asks.
    of_file = PdfSignatureValidationSpec(signature_validation_spec=of_signature, diff_policy=DEFAULT_DIFF_POLICY)
    whole = asyncio.run(ades_lta_validation(signature, of_file, timing_info=now))
    if whole.api_status is None or not whole.api_status.bottom_line:
        return f"{whole.ades_subindic}: {whole.failure_msg}"
    return None


def profile(signature):
    faults = []
    dictionary = signature.sig_object
    if dictionary.get("/SubFilter") != "/ETSI.CAdES.detached":
        faults.append(f"SubFilter is {dictionary.get('/SubFilter')}")
    if "/M" not in dictionary:
        faults.append("no time of signing in /M")
    if "/Cert" in dictionary:
        faults.append("/Cert is present")
    signer = signature.signer_info
    attributes = {attribute["type"].native for attribute in signer["signed_attrs"]}
    for wanted in ("content_type", "message_digest", "signing_certificate_v2"):
        if wanted not in attributes:
            faults.append(f"no signed attribute {wanted}")
    if "signing_time" in attributes:
        faults.append("signed attribute signing_time is present")
    if signer["digest_algorithm"]["algorithm"].native in ("md5", "sha1"):
        faults.append("the digest is too weak")
    enclosed = [choice.chosen.dump() for choice in signature.signed_data["certificates"]]
    if signature.signer_cert.dump() not in enclosed:
        faults.append("the signer's certificate is not enclosed")
    return "; ".join(faults) or None


def judge(path, roots):
    checks = (
        ("validate", lambda signature, is_last: validate(signature, roots, is_last)),
        ("ades", lambda signature, is_last: ades(signature, roots)),
        ("profile", lambda signature, is_last: profile(signature)),
    )
    try:
        with open(path, "rb") as file:
            signatures = PdfFileReader(file, strict=True).embedded_regular_signatures
            if not signatures:
                yield "-", "validate", "there is no signature"
            for signature in signatures:
                for name, check in checks:
                    try:
                        fault = check(signature, signature is signatures[-1])
                    except Exception as error:  # what a judge cannot read it does not pass
                        fault = f"{type(error).__name__}: {error}"
                    yield signature.field_name, name, fault
    except Exception as error:
        yield "-", "validate", f"{type(error).__name__}: {error}"


def main():
    logging.disable(logging.CRITICAL)
    roots = read_roots(sys.argv[1])
    for path in sys.argv[2:]:
        for field, check, fault in judge(path, roots):
            verdict = "FAIL" if fault else "PASS"
            print(path, field, check, verdict, " ".join((fault or "").split()), sep="\t")


main()
