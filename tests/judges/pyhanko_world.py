"""pyHanko as a judge of files that other programs signed, and as one of these programs.

    python pyhanko_world.py make PDF PACKED FOLDER   writes files to be judged into FOLDER, and other-root.pem, whom to trust:
        again.pdf        PDF, which is signed, signed once more
        changed.pdf      PDF with a change that no signature allows
        spoilt.pdf       again.pdf with a byte changed that both signatures cover
        packed.pdf       PACKED, whose objects lie in streams, signed
        packed-again.pdf packed.pdf signed once more
    python pyhanko_world.py levels ROOTS FILE…       one line a signature, tab-separated: file, field, verdict (passed,
        indeterminate, failed), intact (true, false), coverage and level of changes by their names in pyHanko

A verdict is passed if pyHanko's bottom line is true, failed if the signature does not fit what it covers or covers an unclear part
of the file, and indeterminate else.
"""

import asyncio
import datetime
import logging
import sys
from pathlib import Path

from asn1crypto import keys, pem, x509
from cryptography import x509 as x
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import SignatureCoverageLevel, async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore


def other_signer(folder):
    """A key of its own, whose certificate is its own root and lies in `folder`."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x.Name([x.NameAttribute(NameOID.COMMON_NAME, "Trần Thị Ngữ")])
    today = datetime.datetime.now(datetime.timezone.utc)
    usage = dict.fromkeys(
        ["key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"],
        False,
    )
    certificate = (
        x.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=30))
        .add_extension(x.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "other-root.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    der = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return signers.SimpleSigner(
        signing_cert=x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(der),
        cert_registry=SimpleCertificateStore(),
    )


def sign(source, out, field, signer):
    with open(source, "rb") as file, open(out, "wb") as sink:
        meta = signers.PdfSignatureMetadata(
            field_name=field, subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256"
        )
        signers.sign_pdf(IncrementalPdfFileWriter(file), meta, signer=signer, output=sink)


def make(pdf, packed, folder):
    signer = other_signer(folder)
    sign(pdf, folder / "again.pdf", "Other", signer)
    with open(pdf, "rb") as file, open(folder / "changed.pdf", "wb") as sink:
        writer = IncrementalPdfFileWriter(file)
        writer.root["/PageMode"] = generic.NameObject("/UseThumbs")
        writer.update_root()
        writer.write(sink)
    spoilt = bytearray((folder / "again.pdf").read_bytes())
    spoilt[9] ^= 1
    (folder / "spoilt.pdf").write_bytes(spoilt)
    sign(packed, folder / "packed.pdf", "First", signer)
    sign(folder / "packed.pdf", folder / "packed-again.pdf", "Second", signer)


def levels(path, roots):
    with open(path, "rb") as file:
        try:
            signatures = PdfFileReader(file, strict=False).embedded_regular_signatures
        except Exception as error:  # a file that pyHanko cannot read has no verdict
            yield "-", "indeterminate", "false", type(error).__name__, "-"
            return
        for signature in signatures:
            context = ValidationContext(trust_roots=roots, allow_fetching=False, revocation_mode="soft-fail")
            status = asyncio.run(async_validate_pdf_signature(signature, signer_validation_context=context))
            intact = status.intact and status.valid
            clear = status.coverage >= SignatureCoverageLevel.ENTIRE_REVISION
            verdict = "passed" if status.bottom_line else "indeterminate" if intact and clear else "failed"
            level = status.modification_level.name if status.modification_level is not None else "-"
            yield signature.field_name, verdict, str(bool(intact)).lower(), status.coverage.name, level


def main():
    logging.disable(logging.CRITICAL)
    if sys.argv[1] == "make":
        make(sys.argv[2], sys.argv[3], Path(sys.argv[4]))
        return
    with open(sys.argv[2], "rb") as file:
        roots = [x509.Certificate.load(der) for _, _, der in pem.unarmor(file.read(), multiple=True)]
    for path in sys.argv[3:]:
        for line in levels(path, roots):
            print(path, *line, sep="\t")


main()
