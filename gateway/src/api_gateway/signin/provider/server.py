"""The provider's engine: Authlib's authorization server on our sessions, keys and clients.

One is made for each request. Authlib waits for nothing and knows no `await`: it runs inside `AsyncSession.run_sync`, in
our transaction, with what needs waiting looked up before (`holder`, `refreshed`, `proven`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer
from authlib.oauth2.rfc6749.errors import InvalidScopeError
from authlib.oauth2.rfc9207 import IssuerParameter
from sqlalchemy.orm import Session as SyncSession

from api_gateway.database import MACHINE_TIME
from api_gateway.keys import b64url
from api_gateway.sign_in_settings import SignInSettings
from api_gateway.signin.chance import mark_of, new_secret
from api_gateway.signin.clients import OPENID, FirstParty
from api_gateway.signin.holder import Holder
from api_gateway.signin.provider import storage
from api_gateway.signin.provider.grants import AlwaysS256, CodeGrant, OpenIdRules, RefreshGrant
from api_gateway.signin.provider.requests import Answer, ProviderRequest
from api_gateway.signin.provider.storage import RefreshToken
from api_gateway.tokens.issuer import Issuer
from chassis.ids import new_id

ID_TOKEN_SECONDS = 300


class OwnName(IssuerParameter):
    """The issuer's name beside every code and error (RFC 9207), against the mixing-up of providers."""

    def __init__(self, name: str) -> None:
        """Take the name."""
        self._name = name

    def get_issuer(self) -> str:
        """The issuer's name."""
        return self._name


class Provider(AuthorizationServer):
    """Authlib's server for one request."""

    def __init__(
        self,
        settings: SignInSettings,
        issuer: Issuer,
        clients: Mapping[str, FirstParty],
        *,
        holder: Holder | None = None,
        proven: FirstParty | None = None,
        refreshed: RefreshToken | None = None,
    ) -> None:
        """`holder`: whose session the request is about; `proven`: the client whose assertion was good."""
        super().__init__()
        self.settings = settings
        self.issuer = issuer
        self.holder = holder
        self.refreshed = refreshed
        self._clients = clients
        self._proven = proven
        self._sync: SyncSession | None = None
        self.register_client_auth_method("private_key_jwt", lambda _, __: self._proven)
        self.register_grant(CodeGrant, [AlwaysS256(), OpenIdRules(require_nonce=True)])
        self.register_grant(RefreshGrant)
        self.register_token_generator("default", self._token)
        self._own_name = OwnName(issuer.name)
        self.register_extension(self._own_name)

    def within(self, session: SyncSession) -> Provider:
        """The same, working in a session."""
        self._sync = session
        return self

    @property
    def sync(self) -> SyncSession:
        """The session it works in."""
        if self._sync is None:
            raise RuntimeError("the provider works inside AsyncSession.run_sync")
        return self._sync

    def query_client(self, client_id: str) -> FirstParty | None:
        """A client of our own."""
        return self._clients.get(client_id)

    def validate_requested_scope(self, scope: str | None) -> None:
        """That OpenID Connect is asked for. Raises InvalidScopeError."""
        if "openid" not in (scope or "").split():
            raise InvalidScopeError("Ask for the scope openid.")

    def holder_of(self, request: ProviderRequest) -> Holder:
        """The holder a grant has put on the request."""
        holder: Holder = request.user
        return holder

    def save_token(self, token: Mapping[str, Any], request: ProviderRequest) -> None:
        """Keep a refresh token's mark."""
        if secret := token.get("refresh_token"):
            holder = self.holder_of(request)
            mark, sid, client_id = mark_of(str(secret)), holder.session.sid, request.client.client_id
            storage.save_token(self.sync, mark, sid, client_id, str(token["scope"]), MACHINE_TIME.now())

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: ProviderRequest) -> ProviderRequest:
        """The request, which is of Authlib's kind already; its id token is made here."""
        request.provider = self
        return request

    def create_json_request(self, request: object) -> NoReturn:
        """Refuse: nothing here takes JSON."""
        raise TypeError("the provider takes forms and queries only")

    def handle_response(self, status: int, body: Any, headers: Any) -> Answer:
        """Status, body and headers as an answer."""
        members = dict(body) if body else {}
        return Answer(status, members, dict(headers))

    def refuse(self, request: ProviderRequest, error: OAuth2Error) -> Answer:
        """The answer of an authorization request that is refused, with the issuer's name where a client gets it."""
        refused: Answer = self.handle_error_response(request, error)
        self._own_name.add_issuer_parameter(self, refused)
        return refused

    def id_token(self, request: ProviderRequest, nonce: str, access_token: str) -> str:
        """Who has signed in, how and when, for the client that asked (OpenID Connect Core §2)."""
        holder = self.holder_of(request)
        half = hashlib.sha512(access_token.encode()).digest()[:32]
        claims = {**sign_in_claims(holder), **profile(holder), "nonce": nonce, "at_hash": b64url(half)}
        audience = str(request.client.client_id)
        return self.issuer.sign(claims, seconds=ID_TOKEN_SECONDS, kind="JWT", audience=audience)

    def _token(self, *, client: FirstParty, user: Holder, scope: str, **facts: Any) -> dict[str, Any]:
        """What the token endpoint answers: the access token for the office, narrowed to the scopes asked for."""
        asked = frozenset(scope.split())
        own = sorted(str(one) for one in user.office.scopes)
        narrowed = [one for one in own if one in asked] if asked - OPENID else own
        seconds = self.settings.signin_token_seconds
        token: dict[str, Any] = {
            "token_type": "Bearer",
            "access_token": self.issuer.sign(access_claims(user, client, " ".join(narrowed)), seconds=seconds),
            "expires_in": seconds,
            "scope": " ".join([*(one for one in scope.split() if one in OPENID), *narrowed]),
        }
        if facts.get("include_refresh_token"):
            token["refresh_token"] = new_secret()
        return token


def sign_in_claims(holder: Holder) -> dict[str, object]:
    """What every token of a sign-in says of it."""
    session = holder.session
    return {
        "sub": session.subject,
        "sid": str(session.sid),
        "auth_time": int(session.auth_time.timestamp()),
        "amr": list(session.amr),
        "acr": session.acr,
    }


def access_claims(holder: Holder, client: FirstParty, scope: str) -> dict[str, object]:
    """What a person's access token says: who, through which client, in which office, with which scopes."""
    office = {**holder.office.claims, "scope": scope}
    return {**sign_in_claims(holder), **office, "jti": str(new_id()), "kind": "person", "client_id": client.client_id}


def profile(holder: Holder) -> dict[str, str]:
    """What an id token and the userinfo say of the person."""
    return {"name": holder.person.full_name, "preferred_username": holder.person.sign_in_name}


def fresh(holder: Holder | None, fields: Mapping[str, str], now: datetime) -> bool:
    """Whether a sign-in is good for a request: by `prompt` and `max_age`."""
    if holder is None or "login" in fields.get("prompt", "").split():
        return False
    age = (now - holder.session.auth_time).total_seconds()
    return "max_age" not in fields or age <= int(fields["max_age"])
