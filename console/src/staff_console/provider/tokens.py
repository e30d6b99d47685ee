"""What the gateway has given for a sign-in."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson


@dataclass(frozen=True)
class Tokens:
    """What the gateway has given for a sign-in. `expires_at`: seconds since 1970, of the access token."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    identity: str = field(repr=False)
    scopes: frozenset[str]
    name: str
    expires_at: float

    def to_bytes(self) -> bytes:
        """As it is sealed."""
        return orjson.dumps({**self.__dict__, "scopes": sorted(self.scopes)})

    @classmethod
    def from_bytes(cls, raw: bytes) -> Tokens:
        """As it was sealed."""
        members = orjson.loads(raw)
        return cls(**{**members, "scopes": frozenset(members["scopes"])})

    @property
    def claims(self) -> Mapping[str, object]:
        """What the access token says. It came from the gateway itself: services verify it, this shows it."""
        payload = self.access.split(".")[1]
        claims: dict[str, object] = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return claims
