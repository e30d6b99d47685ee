"""Worked examples of what terminals seal, read and get, for the API's document.

The keys are public: those of RFC 7748, 6.1 (X25519: the terminal's ephemeral key is Alice's, the one it seals for
Bob's) and the first of RFC 8032, 7.1 (Ed25519: it signs the proof). `tests/unit/test_examples.py` opens
and checks them.
"""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue
from pydantic.config import JsonDict

CARD: Final = "0193a1c2-0000-7000-8000-000000000002"
TERMINAL: Final = "0193a1c2-0000-7000-8000-00000000000a"
PIN_JWK: Final[dict[str, JsonValue]] = {
    "kty": "OKP",
    "crv": "X25519",
    "use": "enc",
    "alg": "ECDH-ES",
    "kid": "X25519-example",
    "x": "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08",
}
SIGNING_JWK: Final[dict[str, JsonValue]] = {
    "kty": "OKP",
    "crv": "Ed25519",
    "use": "sig",
    "alg": "EdDSA",
    "kid": "ed25519-example",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
TYPED: Final[dict[str, JsonValue]] = {
    "card_id": CARD,
    "pin": "4821",
    "device": TERMINAL,
    "purpose": "sale",
    "max_amount": 5400,
    "nonce": "x3Jc0Sx5QKW1uJ4W8v0hZw",
    "at": 1793869200,
}
PIN_JWE: Final = (
    "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTI1NkdDTSIsImtpZCI6IlgyNTUxOS1leGFtcGxlIiwiZXBrIjp7Imt0eSI6Ik9LUCIsImNydiI6Il"
    "gyNTUxOSIsIngiOiJoU0R3Q1lrd3AxUjBpMzNjdEQ3M1dnMl9PZzBtT0JyMDY2U3BqcXFiVG1vIn19..AAECAwQFBgcICQoL.HFAIO3h4N4yMg"
    "4J1SbRFbaVyAt7-uNlnRA4L65Yddsss_bp2hS1_tDtmB9JlxO4c4jlAmCtfic9dMW3vgpBIqRXIDJkT2W--wkkofvroon6K6sO3AhADScArlpK"
    "DSCnmmq7MTEUDP38EF-FbSb-h2qFnggiNa0dUrVwI1LCmWYF7K1pqEZZZRmgw630aFikJpHfiiCD9OU2IXsDpGLCOFkRhw4gWPkAhzynUGCzMU"
    "u6yTQECbXCCie9T4sGmbQsbCP1j.N1RHjtwvzKpKBFsMfE14lg"
)
PIN_WORKED: Final[JsonDict] = {
    "plaintext": TYPED,
    "recipient_private_key": "XasIfmJKikt54X-Lg4AO5m87sSkmGLb9HC-LJ_-I4Os",
    "ephemeral_private_key": "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo",
    "shared_secret": "Sl2dW6TOLeFyjjv0gDUPJeB-IclH0Z4zdvCbPB4WF0I",
    "content_key": "0_GpM6ozHl0yBL6rCc3bltvaukelVVMLcPpK9xh8bt0",
    "initialization_vector": "AAECAwQFBgcICQoL",
    "pin_jwe": PIN_JWE,
}
PROOF: Final = (
    "eyJhbGciOiJFZERTQSIsImtpZCI6ImVkMjU1MTktZXhhbXBsZSIsInR5cCI6InVuaWNhcmQtaG9sZGVyLXByb29mK2p3cyJ9.eyJqdGkiOiIwM"
    "TkzYTFjMi0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDQiLCJjYXJkIjoiMDE5M2ExYzItMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAyIiw"
    "idGVybWluYWwiOiIwMTkzYTFjMi0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMGEiLCJwdXJwb3NlIjoic2FsZSIsIm1heCI6NTQwMCwia2luZ"
    "CI6InBpbiIsInByb3ZlciI6ImhvbGRlciIsImV4cCI6MTc5Mzg2OTMyMH0.Iz1xMJ0hsxrRekLdw01NC65qKOPHJR6n0fPOBcOReRwAlqNP_0e"
    "Wk6lOEJcI3V8v01kz_DNYSC7LJKSJpNbACg"
)
PROOF_CLAIMS: Final[dict[str, JsonValue]] = {
    "jti": "0193a1c2-0000-7000-8000-000000000004",
    "card": CARD,
    "terminal": TERMINAL,
    "purpose": "sale",
    "max": 5400,
    "kind": "pin",
    "prover": "holder",
    "exp": 1793869320,
}


def schema(claims: dict[str, JsonValue], described: dict[str, str]) -> JsonDict:
    """The JSON Schema of an object with these members, each of the type it has in the example."""
    kinds = {str: "string", int: "integer"}
    members: JsonDict = {
        name: {"type": kinds[type(value)], "description": described[name]} for name, value in claims.items()
    }
    return {"type": "object", "required": list(claims), "properties": members, "examples": [claims]}


PIN_ENVELOPE: Final[JsonDict] = {
    "contentMediaType": "application/jose",
    "contentSchema": schema(
        TYPED,
        {
            "card_id": "the card of the operation",
            "pin": "as it was typed",
            "device": "the subject of the token it is sent with: the terminal's id",
            "purpose": "set or check; of a holder's proof its purpose: sale, hold or visit",
            "max_amount": "piastres, of a holder's proof that of the operation; 0 else",
            "nonce": "16 to 64 characters that are never sent again",
            "at": "seconds since 1970 by the server's time",
        },
    ),
    "x-jose-header": {"alg": "ECDH-ES", "enc": "A256GCM", "kid": "`kid` of `GET /v1/pin-key`"},
    "x-worked-example": PIN_WORKED,
}
HOLDER_PROOF: Final[JsonDict] = {
    "contentMediaType": "application/jose",
    "contentSchema": schema(
        PROOF_CLAIMS,
        {
            "jti": "the proof's id; it permits one operation",
            "card": "the card of the operation",
            "terminal": "the terminal that may send it",
            "purpose": "sale, hold or visit",
            "max": "piastres the operation may come to",
            "kind": "pin, sms or chip",
            "prover": "holder or head",
            "exp": "until when it is good, seconds since 1970",
        },
    ),
    "x-jose-header": {
        "alg": "EdDSA", "typ": "unicard-holder-proof+jws", "kid": "a `kid` of `GET /v1/holder-proof-keys`",
    },
    "examples": [PROOF],
}  # fmt: skip
