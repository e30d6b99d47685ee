"""Documents that services sign for terminals: compact JWS, checked by the keys that the services show."""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature

from devstack.documents import Document
from devstack.terminal.credential import CredentialRefused, read
from devstack.terminal.keys import from_b64url, public_key


class DocumentRefused(ValueError):
    """A document is not what it should be; what the terminal has stays in use."""


class NotGood(RuntimeError):
    """Without the network this may not be sold; `reason_ar` is for the receipt."""

    def __init__(self, reason: str, reason_ar: str) -> None:
        super().__init__(reason)
        self.reason_ar = reason_ar


def opened(compact: str, keys: Mapping[str, str], kind: str) -> Document:
    """What a document of that `typ` says, signed by one of `keys` (key id to base64url). Raises DocumentRefused."""
    try:
        header, claims = read(compact)
    except CredentialRefused as error:
        raise DocumentRefused("no signed document") from error
    if header.get("typ") != kind or header.get("alg") not in {"EdDSA", "Ed25519"}:
        raise DocumentRefused(f"it is no {kind}")
    key = keys.get(str(header.get("kid", "")))
    signed, _, signature = compact.rpartition(".")
    try:
        if key is None:
            raise DocumentRefused("signed by an unknown key")
        public_key(key).verify(from_b64url(signature), signed.encode())
    except (InvalidSignature, ValueError) as error:
        raise DocumentRefused("not signed by the service") from error
    return claims
