"""The clients people sign in to: our own only, so that there is no consent to ask for. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import ClientMixin
from joserfc.jwk import KeySet, import_key

from api_gateway.sign_in_settings import FirstPartyIn, SignInSettings
from contracts.scopes import Scope

OPENID = frozenset({"openid", "profile", "offline_access"})
_KNOWN = OPENID | {str(scope) for scope in Scope}


class FirstParty(ClientMixin):
    """A client as Authlib asks about it. Without keys it is public, and comes back to the loopback (RFC 8252)."""

    def __init__(self, facts: FirstPartyIn) -> None:
        """Take what the settings say."""
        self.facts = facts
        self.client_id = facts.client_id
        self.keys = _keys(facts.jwks) if facts.jwks is not None else None

    @property
    def public(self) -> bool:
        """Whether it has nothing to prove itself by."""
        return self.keys is None

    def get_client_id(self) -> str:
        """Its id."""
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """Give none: where to go back to must be said."""

    def get_allowed_scope(self, scope: str | None) -> str:
        """Those of the scopes asked for that exist; the person's roles decide which of them a token gets."""
        return " ".join(one for one in (scope or "").split() if one in _KNOWN)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether the address is one of the client's, letter by letter; on the loopback the port is free."""
        return redirect_uri in self.facts.redirect_uris or (self.public and self._on_loopback(redirect_uri))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Whether the client proves itself so, at any endpoint."""
        return method == ("none" if self.public else "private_key_jwt")

    def check_response_type(self, response_type: str) -> bool:
        """Only codes are given."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Codes are exchanged, and sessions gone on with."""
        return grant_type in {"authorization_code", "refresh_token"}

    def _on_loopback(self, redirect_uri: str) -> bool:
        """Whether the address is one of the client's but for the port (RFC 8252 §7.3)."""
        try:
            asked = urlsplit(redirect_uri)
            port = asked.port
            loopback = ip_address(asked.hostname or "").is_loopback
        except ValueError:
            return False
        host = f"[{asked.hostname}]" if ":" in (asked.hostname or "") else asked.hostname
        plain = f"{asked.scheme}://{host}:{port}{asked.path}" == redirect_uri
        return loopback and plain and f"{asked.scheme}://{host}{asked.path}" in self.facts.redirect_uris


def _keys(document: dict[str, list[dict[str, str]]]) -> KeySet:
    return KeySet([import_key({**key}) for key in document["keys"]])


def first_parties(settings: SignInSettings) -> Mapping[str, FirstParty]:
    """The clients people sign in to, by id."""
    return {facts.client_id: FirstParty(facts) for facts in settings.first_parties}
