"""Signs and verifies requests by RFC 9421 with a library that is not ours. Reads one JSON object, writes one.

{"do": "sign", "seed", "method", "url", "key_id", "nonce", "fields"}  ->  {"signature-input", "signature"}
{"do": "verify", "public", "method", "url", "fields"}                 ->  {"label", "parameters", "covered"}
"""

import json
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms


class Message:
    def __init__(self, asked):
        self.method, self.url, self.headers = asked["method"], asked["url"], dict(asked["fields"])
        self.body = None


class Keys(HTTPSignatureKeyResolver):
    def __init__(self, asked):
        self.asked = asked

    def resolve_private_key(self, key_id):
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.asked["seed"]))

    def resolve_public_key(self, key_id):
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.asked["public"]))


asked = json.load(sys.stdin)
message = Message(asked)
tools = {"signature_algorithm": algorithms.ED25519, "key_resolver": Keys(asked)}
if asked["do"] == "sign":
    covered = ["@method", "@target-uri", "content-digest"]
    covered += [name for name in ("content-type", "sohoa-batch") if name in message.headers]
    HTTPMessageSigner(**tools).sign(
        message,
        key_id=asked["key_id"],
        nonce=asked["nonce"],
        label="sohoa",
        tag="sohoa-v1",
        covered_component_ids=covered,
        use_existing_digest=True,
    )
    headers = {name.lower(): value for name, value in message.headers.items()}
    answer = {name: headers[name] for name in ("signature-input", "signature")}
else:
    (result,) = HTTPMessageVerifier(**tools).verify(message, expect_tag="sohoa-v1", expect_label="sohoa")
    answer = {"label": result.label, "parameters": dict(result.parameters), "covered": list(result.covered_components)}
json.dump(answer, sys.stdout, default=str)
