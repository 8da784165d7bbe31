"""Signs every request of schemathesis as a station does (RFC 9421), so that what lies behind the signature is tried too.

SOHOA_STATION holds the key id, SOHOA_SEED the secret in hexadecimal, SOHOA_PUBLIC_URL what stations call the hub; without
a station nothing is signed.
"""

import base64
import hashlib
import os
import re
import time

import requests
import schemathesis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_ID = os.environ.get("SOHOA_STATION")
PUBLIC_URL = os.environ.get("SOHOA_PUBLIC_URL", "")
KEY = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(os.environ.get("SOHOA_SEED", "07" * 32)))
nonce = ""
send = requests.Session.send


@schemathesis.serializer("application/x-ndjson")
def lines(_, value):
    value = getattr(value, "data", value)
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value


def sign(request):
    body = request.body or b""
    if isinstance(body, str):
        body = body.encode()
    digest = "sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()).decode() + ":"
    request.headers["Content-Digest"] = digest
    covered = [("@method", request.method), ("@target-uri", PUBLIC_URL + request.path_url), ("content-digest", digest)]
    for name in ("content-type", "sohoa-batch"):
        value = request.headers.get(name)
        if value is not None:
            value = value.decode("latin-1") if isinstance(value, bytes) else value
            covered.append((name, value.strip()))
    names = " ".join(f'"{name}"' for name, _ in covered)
    key_id = "new" if request.path_url.startswith("/v1/enrolments") else KEY_ID
    parameters = f'({names});created={int(time.time())};keyid="{key_id}";alg="ed25519";nonce="{nonce}";tag="sohoa-v1"'
    lines = [f'"{name}": {value}' for name, value in covered] + [f'"@signature-params": {parameters}']
    signature = base64.b64encode(KEY.sign("\n".join(lines).encode("utf-8", "surrogateescape"))).decode()
    request.headers["Signature-Input"] = "sohoa=" + parameters
    request.headers["Signature"] = f"sohoa=:{signature}:"


def signed_send(session, request, **options):
    global nonce
    # A question that waits would use up the time for all others.
    request.url = re.sub(r"([?&]wait=)[0-9]+(?=&|$)", r"\g<1>0", request.url)
    if KEY_ID:
        sign(request)
    response = send(session, request, **options)
    nonce = response.headers.get("Sohoa-Nonce", nonce)
    return response


requests.Session.send = signed_send
