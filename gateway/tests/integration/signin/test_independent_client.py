"""An OpenID client that is not ours (idpyoidc) signs a person in, by its own reading of the protocol."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptojwt.key_jar import KeyJar
from idpyoidc.client.client_auth import ClientAuthnMethod
from idpyoidc.client.rp_handler import RPHandler

from devstack.engines import free_ports

from .conftest import CALLBACK, CLIENTS, KEY, Browser, Offices

if TYPE_CHECKING:
    from ..conftest import StartGateway

COMMAND_LINE = "http://127.0.0.1:49817/callback"


@pytest.fixture(scope="module")
async def public_offices(start_shared: StartGateway) -> Offices:
    """A gateway at an address of its own, where any client on this machine finds it."""
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    gateway = await start_shared(serve_at=port, issuer=f"{url},unicard", gateway_public_url=url, signin_clients=CLIENTS)
    return Offices(gateway)


class NoProof(ClientAuthnMethod):  # type: ignore[misc]
    """What the library has no word for: a public client, which only names itself."""

    def construct(self, request: Any, service: Any = None, http_args: Any = None, **_: Any) -> Any:
        request["client_id"] = service.upstream_get("attribute", "client_id")
        return http_args


def _client(told: dict[str, Any], client_id: str, redirect_uri: str) -> RPHandler:
    """`told`: the provider's configuration. The client's own discovery insists on RS256, while all
    tokens here are signed by EdDSA."""
    issuer = told["issuer"]
    keys = KeyJar()
    keys.import_jwks({"keys": [KEY.as_dict(private=True)]}, "")
    proof = {"private_key_jwt": ["token"]} if client_id == "console" else {}
    configuration = {
        "issuer": issuer,
        "provider_info": {**told, "keys": {"url": {issuer: told["jwks_uri"]}}},
        "client_id": client_id,
        "redirect_uris": [redirect_uri],
        "client_type": "oidc",
        "client_authn_methods": {"private_key_jwt": {}} if proof else {"none": {"class": NoProof, "kwargs": {}}},
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"] if proof else ["none"],
        "token_endpoint_auth_method": "private_key_jwt" if proof else "none",
        "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_signing_alg": "ES256",
        "id_token_signing_alg_values_supported": ["EdDSA"],
        "id_token_signed_response_alg": "EdDSA",
        "userinfo_signing_alg_values_supported": [],
        "add_ons": {
            "pkce": {
                "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
                "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
            }
        },
    }
    return RPHandler(base_url=redirect_uri.rpartition("/")[0], client_configs={issuer: configuration}, keyjar=keys)


async def _signed_in(offices: Offices, client: RPHandler, issuer: str) -> dict[str, Any]:
    """What the client makes of a sign-in at the pages."""
    worker = await offices.hire()
    begun = await asyncio.to_thread(client.begin, issuer)
    url = begun if isinstance(begun, str) else begun["url"]
    async with httpx.AsyncClient(base_url=issuer) as http:
        browser = Browser(http)
        await browser.get(urlsplit(url).path, **{k: v[0] for k, v in parse_qs(urlsplit(url).query).items()})
        await browser.post("/sign-in", name=worker.name, password=worker.password)
        reply = await browser.post("/sign-in/second-factor", code=worker.code())
    back = {name: values[0] for name, values in parse_qs(urlsplit(reply.headers["location"]).query).items()}
    found: dict[str, Any] = await asyncio.to_thread(client.finalize, issuer, back)
    return {**found, "worker": worker}


@pytest.mark.parametrize(("client_id", "redirect_uri"), [("console", CALLBACK), ("unicard", COMMAND_LINE)])
async def test_an_independent_client_accepts_the_provider(
    public_offices: Offices, client_id: str, redirect_uri: str
) -> None:
    issuer = public_offices.gateway.settings.public_url
    told = (await public_offices.gateway.client.get("/.well-known/openid-configuration")).json()
    client = _client(told, client_id, redirect_uri)
    found = await _signed_in(public_offices, client, issuer)
    assert "error" not in found, found
    assert found["userinfo"]["sub"] == f"person:{found['worker'].person_id}"
    identity = found["id_token"]
    assert (identity["iss"], identity["acr"]) == (issuer, "urn:unicard:aal2")
    assert client_id in identity["aud"]
