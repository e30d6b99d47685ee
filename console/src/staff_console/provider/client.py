"""The gateway as the console's OpenID provider: its page, its tokens, and who has signed in."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from chassis.clients import KeysNotFetched, fetch_key_set, http_client
from chassis.sealing import key_bytes
from staff_console.documents import Document
from staff_console.provider.oauth import AsyncOAuth2Client
from staff_console.provider.tokens import Tokens
from staff_console.settings import Settings

CLIENT: Final = "console"
HOME: Final = "/console"
CALLBACK: Final = "/console/callback"
SIGNED_OUT: Final = "/console/signed-out"
_ALGORITHMS = ["EdDSA", "Ed25519"]
_SKEW = 30
_SECONDS = 5.0
_ASSERTION_SECONDS = 60


class SignInRefused(Exception):
    """What came back from a sign-in is not good; the words are for the log only."""


class ProviderSilent(Exception):
    """The gateway does not answer."""


@dataclass(frozen=True)
class Request:
    """A sign-in under way, as the browser keeps it, sealed."""

    state: str
    nonce: str
    verifier: str
    to: str


class Provider:
    """The gateway, as its client `console` speaks with it."""

    def __init__(self, settings: Settings) -> None:
        """Make the key by which the console proves itself."""
        self._settings = settings
        self._key = client_key(settings.console_client_key.get_secret_value())
        self._http = http_client(settings.gateway_url, timeout=_SECONDS)
        self._keys: KeySet | None = None

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    def page(self, request: Request, language: str, *, fresh: bool = False) -> str:
        """Where the browser is sent to sign in. `fresh`: both factors are asked for anew, by whoever is signed in."""
        client = self._client()
        more = {"prompt": "login", "acr_values": "urn:unicard:aal2"} if fresh else {}
        url, _ = client.create_authorization_url(
            f"{self._settings.edge}/oauth/authorize",
            state=request.state, nonce=request.nonce, code_verifier=request.verifier, ui_locales=language, **more,
        )  # fmt: skip
        return str(url)

    def sign_out_page(self, tokens: Tokens) -> str:
        """Where the browser is sent to end the gateway's session, too."""
        query = {
            "id_token_hint": tokens.identity, "client_id": CLIENT,
            "post_logout_redirect_uri": f"{self._settings.edge}{SIGNED_OUT}",
        }  # fmt: skip
        return f"{self._settings.edge}/oauth/end-session?{urlencode(query)}"

    async def finish(self, request: Request, back: Mapping[str, str]) -> tuple[str, Tokens]:
        """Who has signed in, and their tokens. Raises SignInRefused or ProviderSilent."""
        if back.get("state") != request.state or back.get("iss", self._settings.issuer_name) != (
            self._settings.issuer_name
        ):
            raise SignInRefused("not the state or issuer of this browser's sign-in")
        if "code" not in back:
            raise SignInRefused(f"refused there: {back.get('error', '')[:60]}")
        given = await self._fetch(code=back["code"], code_verifier=request.verifier)
        claims = await self._verified(str(given.get("id_token", "")))
        if claims.get("nonce") != request.nonce:
            raise SignInRefused("not the nonce of this sign-in")
        name = str(claims.get("name") or claims.get("preferred_username") or "")
        return str(claims["sub"]), _tokens(given, str(given["id_token"]), name)

    async def renew(self, tokens: Tokens) -> Tokens | None:
        """New tokens of a session that goes on; None where it has ended. Raises ProviderSilent."""
        try:
            given = await self._fetch(grant_type="refresh_token", refresh_token=tokens.refresh)
        except SignInRefused:
            return None
        return replace(_tokens(given, tokens.identity, tokens.name), refresh=given.get("refresh_token", tokens.refresh))

    async def _fetch(self, **fields: str) -> Document:
        try:
            async with self._client() as client:
                given: Document = await client.fetch_token(f"{self._settings.gateway_url}/oauth/token", **fields)
                return given
        except AuthlibBaseError as error:
            raise SignInRefused(f"no token: {error.error}") from error
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise ProviderSilent(type(error).__name__) from error

    async def _verified(self, token: str) -> Document:
        """The claims of an id token that the gateway signed for the console and that holds now."""
        for fresh in (False, True):  # once more with its newest keys, where the token names one not seen yet
            try:
                decoded = jwt.decode(token, await self._key_set(fresh=fresh), algorithms=_ALGORITHMS)
                break
            except (JoseError, ValueError, TypeError) as error:
                if fresh:
                    raise SignInRefused(f"token: {type(error).__name__}") from error
        claims: Document = decoded.claims
        audience = claims.get("aud")
        if decoded.header.get("typ") != "JWT" or claims.get("iss") != self._settings.issuer_name:
            raise SignInRefused("not an id token of the gateway")
        if CLIENT not in (audience if isinstance(audience, list) else [audience]):
            raise SignInRefused("an id token for somebody else")
        if float(claims.get("exp", 0)) + _SKEW < time.time():
            raise SignInRefused("an id token of another time")
        return claims

    async def _key_set(self, *, fresh: bool) -> KeySet:
        if self._keys is None or fresh:
            try:
                self._keys = await fetch_key_set(self._http, "/.well-known/jwks.json")
            except KeysNotFetched as error:
                raise ProviderSilent("keys") from error
        return self._keys

    def _client(self) -> AsyncOAuth2Client:
        client = AsyncOAuth2Client(
            CLIENT,
            self._key,
            token_endpoint_auth_method="private_key_jwt",  # noqa: S106 - the method's name
            scope="openid profile",
            redirect_uri=f"{self._settings.edge}{CALLBACK}",
            code_challenge_method="S256",
            timeout=_SECONDS,
        )
        soon = {"exp": int(time.time()) + _ASSERTION_SECONDS}
        proof = PrivateKeyJWT(f"{self._settings.edge}/oauth/token", claims=soon, alg="EdDSA")
        client.register_client_auth_method(proof)
        return client


def client_key(seed: str) -> OKPKey:
    """The console's own key, of the 32 bytes in the settings."""
    private = Ed25519PrivateKey.from_private_bytes(key_bytes(seed))
    return OKPKey.import_key(private, parameters={"kid": CLIENT, "use": "sig", "alg": "EdDSA"})


def _tokens(given: Document, identity: str, name: str) -> Tokens:
    return Tokens(
        access=str(given["access_token"]),
        refresh=str(given.get("refresh_token", "")),
        identity=identity,
        scopes=frozenset(str(given.get("scope", "")).split()),
        name=name,
        expires_at=time.time() + float(given["expires_in"]),
    )
