"""Clients: registered, listed, suspended everywhere, reinstated."""

from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest

from chassis.ids import new_id
from chassis.testing import eventually
from contracts.gateway import ClientReinstated, ClientSuspended

from .conftest import BOOTSTRAP_SECRET


def new_body() -> dict[str, Any]:
    return {
        "client_id": f"client-{new_id().hex}", "name": "x", "scopes": ["cards:read"], "governorate": "*",
        "owner": "ministry",
    }  # fmt: skip


class TestRegistration:
    async def test_the_bootstrap_client_sets_up_but_sees_no_citizen(self, gateway: Any) -> None:
        reply = await gateway.client.get("/v1/clients", headers=await gateway.headers(), params={"limit": 500})
        found = next(one for one in reply.json()["items"] if one["client_id"] == "bootstrap")
        assert found["scopes"] == ["clients:read", "clients:write"]

    @pytest.mark.parametrize(
        ("changes", "status", "code"),
        [
            ({"client_id": "bootstrap"}, 409, "client_exists"),
            ({"scopes": ["cards:reed"]}, 422, "scope_unknown"),
            ({"scopes": []}, 422, "invalid_request"),
            ({"scopes": ["cards:read clients:write"]}, 422, "invalid_request"),
            ({"client_id": "0199f3a2-7c31-7a10-9a53-0242ac120002"}, 422, "invalid_request"),
            ({"client_id": "Ministry"}, 422, "invalid_request"),
            ({"name": "  "}, 422, "invalid_request"),
            ({"governorate": "Port Said"}, 422, "invalid_request"),
            ({"governorate": None}, 422, "invalid_request"),
            ({"governorate": ""}, 422, "invalid_request"),
            ({"owner": "nobody"}, 422, "invalid_request"),
            ({"expires_at": "2099-01-01T00:00:00Z"}, 422, "term_too_long"),
            ({"expires_at": "2020-01-01T00:00:00Z"}, 422, "term_too_long"),
            ({"scopes": ["cards:read", "payouts:submit"]}, 403, "scope_not_grantable"),
            ({"scopes": ["redemptions:create"]}, 403, "scope_not_grantable"),
            ({"scopes": ["cards:read", "clients:write"]}, 403, "scope_not_grantable"),
            ({"kind": "terminal"}, 422, "invalid_request"),
        ],
        ids=str,
    )
    async def test_refused(self, gateway: Any, changes: dict[str, Any], status: int, code: str) -> None:
        body = {**new_body(), **changes}
        reply = await gateway.client.post("/v1/clients", json=body, headers=await gateway.headers())
        assert (reply.status_code, reply.json()["code"]) == (status, code), reply.text

    async def test_only_who_may(self, gateway: Any) -> None:
        headers = await gateway.headers(*await gateway.new_client("cards:read"))
        for method, path in (("POST", "/v1/clients"), ("GET", "/v1/clients"), ("POST", "/v1/signing-keys")):
            reply = await gateway.client.request(method, path, headers=headers, json={} if method == "POST" else None)
            assert (reply.status_code, reply.json()["code"]) == (403, "insufficient_scope")

    async def test_a_key_with_another_body(self, gateway: Any) -> None:
        headers = await gateway.headers()
        body = new_body()
        assert (await gateway.client.post("/v1/clients", json=body, headers=headers)).status_code == 201
        reply = await gateway.client.post("/v1/clients", json=body | {"name": "y"}, headers=headers)
        assert (reply.status_code, reply.json()["code"]) == (422, "idempotency_key_reused")


class TestSuspension:
    async def test_refused_everywhere_until_reinstated(self, gateway: Any) -> None:
        client_id, secret = await gateway.new_client("clients:read")
        theirs = await gateway.headers(client_id, secret)
        path = f"/v1/clients/{client_id}/suspension"
        reason = {"reason": "مفتاح مسرب"}
        reply = await gateway.client.post(path, json=reason, headers=await gateway.headers())
        assert (reply.status_code, reply.json()["suspension_reason"]) == (200, "مفتاح مسرب")
        credentials = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        refused = await gateway.client.post("/oauth/token", data=credentials)
        assert (refused.status_code, refused.json()["code"]) == (401, "client_suspended")

        async def token_refused() -> bool:
            answer = await gateway.client.get("/v1/clients", headers=theirs)
            return bool(answer.status_code == 401 and answer.json()["code"] == "caller_suspended")

        await eventually(token_refused)
        await gateway.client.post(path, json=reason, headers=await gateway.headers())
        reply = await gateway.client.delete(path, headers=await gateway.headers())
        assert (reply.status_code, reply.json()["suspended_at"]) == (200, None)
        await gateway.client.delete(path, headers=await gateway.headers())
        assert await gateway.token(client_id, secret)

        async def token_accepted() -> bool:
            return bool((await gateway.client.get("/v1/clients", headers=theirs)).status_code == 200)

        await eventually(token_accepted)
        told = await gateway.outside.heard(ClientSuspended, lambda event: event.client_id == client_id)
        assert told.reason == "مفتاح مسرب"
        assert await gateway.outside.heard(ClientReinstated, lambda event: event.client_id == client_id)

    async def test_nobody_locks_themselves_out(self, gateway: Any) -> None:
        reply = await gateway.client.post(
            "/v1/clients/bootstrap/suspension", json={"reason": "x"}, headers=await gateway.headers()
        )
        assert (reply.status_code, reply.json()["code"]) == (409, "own_client")

    async def test_unknown(self, gateway: Any) -> None:
        reply = await gateway.client.delete("/v1/clients/nobody/suspension", headers=await gateway.headers())
        assert (reply.status_code, reply.json()["code"]) == (404, "client_unknown")


class TestScopes:
    async def test_replaced_for_the_next_token(self, gateway: Any) -> None:
        client_id, secret = await gateway.new_client("operations:read")
        path, headers = f"/v1/clients/{client_id}/scopes", await gateway.headers()
        reply = await gateway.client.put(path, json={"scopes": ["keys:rotate", "clients:read"]}, headers=headers)
        assert (reply.status_code, reply.json()["scopes"]) == (200, ["clients:read", "keys:rotate"])
        granted = orjson.loads(base64.urlsafe_b64decode((await gateway.token(client_id, secret)).split(".")[1] + "=="))
        assert granted["scope"].split() == ["clients:read", "keys:rotate"]

    async def test_refused(self, gateway: Any) -> None:
        client_id, _ = await gateway.new_client("cards:read")
        for whose, wanted, status, code in (
            (client_id, ["gold:mine"], 422, "scope_unknown"),
            (client_id, [], 422, "invalid_request"),
            (client_id, ["cards:read", "ledger:write"], 403, "scope_not_grantable"),
            ("nobody", ["cards:read"], 404, "client_unknown"),
            ("bootstrap", ["cards:read"], 409, "own_client"),
        ):
            reply = await gateway.client.put(
                f"/v1/clients/{whose}/scopes", json={"scopes": wanted}, headers=await gateway.headers()
            )
            assert (reply.status_code, reply.json()["code"]) == (status, code)


async def test_the_bootstrap_secret_follows_the_environment(gateway: Any, start_gateway: Any) -> None:
    """A new secret in the environment is the only one from the next start on."""
    secret = "another-secret-of-the-tests-0002"
    own = await start_gateway()
    again = await start_gateway(own.settings.database_url, bootstrap_client_secret=secret)
    assert await again.token(secret=secret)
    old = {"client_id": "bootstrap", "client_secret": BOOTSTRAP_SECRET, "grant_type": "client_credentials"}
    assert (await again.client.post("/oauth/token", data=old)).status_code == 401
