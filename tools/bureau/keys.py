"""A bureau's keys: one pair to be encrypted for, one to sign with, both as JWK (RFC 8037)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from joserfc.jwk import KeySet, OKPKey

ENCRYPTION = "encryption_key"
SIGNING = "signing_key"


@dataclass(frozen=True)
class BureauKeys:
    """Both pairs; the private halves never leave the bureau."""

    encryption: OKPKey
    signing: OKPKey

    @classmethod
    def new(cls, name: str) -> Self:
        """Keys nobody has yet; their ids begin with a name, which tells pairs apart."""
        return cls(
            OKPKey.generate_key("X25519", {"kid": f"{name}-enc"}, private=True),
            OKPKey.generate_key("Ed25519", {"kid": f"{name}-sig"}, private=True),
        )

    @classmethod
    def read(cls, path: Path) -> Self:
        """The keys of a file that `write` made. Raises ValueError or KeyError."""
        kept = json.loads(path.read_text(encoding="utf-8"))
        return cls(OKPKey.import_key(kept[ENCRYPTION]), OKPKey.import_key(kept[SIGNING]))

    def write(self, path: Path) -> None:
        """Keep them, readable by their owner alone."""
        path.touch(mode=0o600)
        pairs = {ENCRYPTION: self.encryption.as_dict(private=True), SIGNING: self.signing.as_dict(private=True)}
        path.write_text(json.dumps(pairs), encoding="utf-8")

    def public(self) -> dict[str, dict[str, str]]:
        """What is registered with the issuer."""
        return {ENCRYPTION: _public(self.encryption), SIGNING: _public(self.signing)}


def _public(key: OKPKey) -> dict[str, str]:
    whole = key.as_dict(private=False)
    return {name: str(whole[name]) for name in ("kty", "crv", "kid", "x")}


def issuer_keys(path: Path) -> KeySet:
    """The issuer's public keys, as `GET /v1/production-keys` shows them."""
    return KeySet.import_key_set(json.loads(path.read_text(encoding="utf-8")))
