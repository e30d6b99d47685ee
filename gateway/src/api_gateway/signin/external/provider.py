"""An outside OpenID provider: the gateway is its client. Its tokens end here; what it says is an identity."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, import_key

from api_gateway.sign_in_settings import SignInSettings
from api_gateway.signin.chance import new_secret
from api_gateway.signin.external.claims import ClaimsMap, Identity
from api_gateway.signin.external.oauth import AsyncOAuth2Client
from api_gateway.signin.flow import Flow
from chassis.clients import KeysNotFetched, fetch_key_set, http_client
from chassis.logging import get_logger

log = get_logger(__name__)

_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]
_SKEW = 30
_CONFIGURATION_SECONDS = 300.0
_KEYS_AT_MOST_EVERY = 5.0
_LOGOUT = "http" + "://schemas.openid.net/event/backchannel-logout"  # the event's name, not a place


class ExternalRefused(Exception):
    """The provider's answer is not good; the words say why, and are for the log only."""


@dataclass
class _Kept:
    """What is known of the provider for a while."""

    configuration: Mapping[str, object] | None = None
    configured_at: float = 0.0
    keys: KeySet | None = None
    keys_at: float = 0.0


class External:
    """The outside provider of the settings."""

    def __init__(self, settings: SignInSettings, claims: ClaimsMap) -> None:
        """Read the key or the secret by which the gateway proves itself there."""
        self._settings = settings
        self._claims = claims
        self._kept = _Kept()
        self._http = http_client(timeout=settings.oidc_seconds)
        key = settings.oidc_client_key_file
        self._key = import_key(orjson.loads(Path(key).read_bytes())) if key else None

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def start(self, flow: Flow) -> tuple[Flow, str]:
        """The provider's page to send the browser to, and the sign-in that remembers what must come back.

        Raises ExternalRefused where the provider is out of reach.
        """
        configuration = await self._configuration()
        flow = flow.with_(state=new_secret(), nonce=new_secret(), verifier=new_secret())
        async with self._client(configuration) as client:
            url, _ = client.create_authorization_url(
                configuration["authorization_endpoint"],
                state=flow.state,
                nonce=flow.nonce,
                code_verifier=flow.verifier,
            )
        return flow, str(url)

    async def finish(self, flow: Flow, back: Mapping[str, str]) -> Identity:
        """Who has signed in there. Raises ExternalRefused."""
        if not flow.state or back.get("state") != flow.state:
            raise ExternalRefused("not the state of this browser's sign-in")
        configuration = await self._configuration()
        named = back.get("iss")
        told = named is not None or configuration.get("authorization_response_iss_parameter_supported")
        if told and named != self._settings.oidc_issuer:
            raise ExternalRefused("another issuer's answer")
        if "code" not in back:
            raise ExternalRefused(f"refused there: {back.get('error', '')[:60]}")
        try:
            async with self._client(configuration) as client:
                token = await client.fetch_token(
                    configuration["token_endpoint"], code=back["code"], code_verifier=flow.verifier
                )
        except (OAuth2Error, httpx.HTTPError, ValueError, KeyError) as error:
            raise ExternalRefused(f"no token: {type(error).__name__}") from error
        claims = await self._verified(str(token.get("id_token", "")))
        if claims.get("nonce") != flow.nonce:
            raise ExternalRefused("not the nonce of this sign-in")
        return self._claims.identity(claims, self._settings)

    async def logged_out(self, token: str) -> Mapping[str, object]:
        """What a logout token says (OpenID Connect Back-Channel Logout §2.4). Raises ExternalRefused."""
        claims = await self._verified(token, kinds=("logout+jwt", "JWT", None))
        events = claims.get("events")
        if not isinstance(events, dict) or _LOGOUT not in events or "nonce" in claims:
            raise ExternalRefused("not a logout token")
        if not claims.get("jti") or not (claims.get("sub") or claims.get("sid")):
            raise ExternalRefused("a logout token of nobody")
        return claims

    async def _verified(self, token: str, kinds: tuple[str | None, ...] = ("JWT", None)) -> dict[str, Any]:
        """The claims of a token that the provider signed for us and that holds now."""
        for fresh in (False, True):  # once more with its newest keys, where the token names one not seen yet
            try:
                decoded = jwt.decode(token, await self._keys(fresh=fresh), algorithms=_ALGORITHMS)
                break
            except (JoseError, ValueError, TypeError) as error:
                if fresh:
                    raise ExternalRefused(f"token: {type(error).__name__}") from error
        claims: dict[str, Any] = decoded.claims
        now, audience = time.time(), claims.get("aud")
        several = audience if isinstance(audience, list) else [audience]
        client_id = self._settings.oidc_client_id
        if decoded.header.get("typ") not in kinds or claims.get("iss") != self._settings.oidc_issuer:
            raise ExternalRefused("not a token of this provider")
        if client_id not in several or (len(several) > 1 and claims.get("azp") != client_id):
            raise ExternalRefused("a token for somebody else")
        if float(claims.get("exp", 0)) + _SKEW < now or float(claims.get("iat", now + 2 * _SKEW)) - _SKEW > now:
            raise ExternalRefused("a token of another time")
        return claims

    async def _configuration(self) -> Mapping[str, object]:
        """What the provider says of itself, asked anew every few minutes."""
        kept = self._kept
        if kept.configuration is None or time.monotonic() - kept.configured_at > _CONFIGURATION_SECONDS:
            issuer = self._settings.oidc_issuer or ""
            try:
                reply = await self._http.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
                reply.raise_for_status()
                told = reply.json()
                if told["issuer"] != issuer:
                    raise ExternalRefused("the provider calls itself otherwise")
                kept.configuration, kept.configured_at = told, time.monotonic()
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
                raise ExternalRefused(f"out of reach: {type(error).__name__}") from error
        return kept.configuration or {}

    async def _keys(self, *, fresh: bool) -> KeySet:
        kept, configuration = self._kept, await self._configuration()
        if kept.keys is None or (fresh and time.monotonic() - kept.keys_at > _KEYS_AT_MOST_EVERY):
            try:
                kept.keys = await fetch_key_set(self._http, str(configuration["jwks_uri"]))
            except KeysNotFetched as error:
                raise ExternalRefused("its keys are out of reach") from error
            kept.keys_at = time.monotonic()
        return kept.keys

    def _client(self, configuration: Mapping[str, object]) -> AsyncOAuth2Client:
        settings = self._settings
        secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None
        client = AsyncOAuth2Client(
            settings.oidc_client_id,
            self._key or secret,
            token_endpoint_auth_method="private_key_jwt" if self._key else "client_secret_basic",
            scope=settings.oidc_scope,
            redirect_uri=f"{settings.public_url}/sign-in/external/callback",
            code_challenge_method="S256",
            timeout=settings.oidc_seconds,
        )
        if self._key is not None:
            proof = PrivateKeyJWT(configuration["token_endpoint"], alg=_algorithm_of(self._key.key_type))
            client.register_client_auth_method(proof)
        return client


def _algorithm_of(kind: str) -> str:
    return {"RSA": "PS256", "OKP": "EdDSA"}.get(kind, "ES256")
