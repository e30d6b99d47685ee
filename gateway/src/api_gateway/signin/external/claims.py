"""What an outside provider's claims mean here, by a file: whose account it is, and which roles it lets a person have.

subject = "sub"
national_id = "nid"              # optional: links an account at its first sign-in
roles = "realm_access.roles"     # optional; a claim that is absent narrows nothing, an empty list leaves no role

[role_map]
"unicard-payouts" = "payouts-maker"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from api_gateway.sign_in_settings import SignInSettings


class Identity(BaseModel):
    """Who an outside provider says has signed in.

    `roles`: the most a person may have by its word, None where it said nothing of roles; `strong`: whether two factors
    were shown there.
    """

    model_config = ConfigDict(frozen=True)

    issuer: str
    subject: str
    national_id: str | None = None
    roles: tuple[str, ...] | None = None
    strong: bool = False
    sid: str | None = None


class ClaimsMap(BaseModel):
    """Where in the claims what stands: paths of names, a dot between."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subject: str = "sub"
    national_id: str | None = None
    roles: str | None = None
    role_map: dict[str, str] = {}

    @classmethod
    def read(cls, path: str | None) -> ClaimsMap:
        """The map of a TOML file; the defaults without one. Raises ValueError for what cannot be read."""
        return cls.model_validate(tomllib.loads(Path(path).read_text(encoding="utf-8"))) if path else cls()

    def identity(self, claims: Mapping[str, object], settings: SignInSettings) -> Identity:
        """The identity of an id token whose signature and time are good. Raises KeyError without a subject."""
        subject = _at(claims, self.subject)
        if not isinstance(subject, str) or not subject:
            raise KeyError(self.subject)
        number = _at(claims, self.national_id) if self.national_id else None
        amr = claims.get("amr")
        shown = set(amr) if isinstance(amr, list) else set()
        sid = claims.get("sid")
        return Identity(
            issuer=str(claims["iss"]),
            subject=subject,
            national_id=number if isinstance(number, str) else None,
            roles=self._roles(claims),
            strong=bool(shown & settings.oidc_strong_amr) or claims.get("acr") in settings.oidc_strong_acr,
            sid=sid if isinstance(sid, str) else None,
        )

    def _roles(self, claims: Mapping[str, object]) -> tuple[str, ...] | None:
        told = _at(claims, self.roles) if self.roles else None
        if not isinstance(told, list):
            return None
        return tuple(sorted({self.role_map[one] for one in told if isinstance(one, str) and one in self.role_map}))


def _at(claims: Mapping[str, object], path: str) -> object:
    """What stands at a path of names; None where nothing does."""
    found: object = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
