"""A client's time: its end, its secrets that overlap, recertification, and the end of the client that sets up."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from approvals.testing import decide
from chassis.ids import new_id
from contracts.clients import DECIDING, GRANTABLE, ROLES, Owner, beyond

from .conftest import BOOTSTRAP_SECRET, GatewaySigner


async def ask_token(gateway: Any, client_id: str, secret: str) -> tuple[int, str]:
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    reply = await gateway.client.post("/oauth/token", data=form)
    return reply.status_code, reply.json().get("code", "")


async def renew(gateway: Any, client_id: str, **body: Any) -> Any:
    path = f"/v1/clients/{client_id}/secrets"
    reply = await gateway.client.post(path, json=body, headers=await gateway.headers())
    assert reply.status_code == 201, reply.text
    return reply.json()


class TestSecrets:
    async def test_two_are_good_for_a_while(self, gateway: Any, database: Any) -> None:
        client_id, first = await gateway.new_client("cards:read")
        second = (await renew(gateway, client_id))["client_secret"]
        assert await ask_token(gateway, client_id, first) == (200, "")
        assert await ask_token(gateway, client_id, second) == (200, "")
        third = (await renew(gateway, client_id))["client_secret"]
        assert [(await ask_token(gateway, client_id, one))[0] for one in (first, second, third)] == [401, 200, 200]
        await database.execute("UPDATE superseded_secret SET ends_at = now() WHERE client_id = $1", client_id)
        assert [(await ask_token(gateway, client_id, one))[0] for one in (second, third)] == [401, 200]

    async def test_a_leaked_one_ends_at_once(self, gateway: Any) -> None:
        client_id, leaked = await gateway.new_client("cards:read")
        made = await renew(gateway, client_id, overlap_hours=0)
        assert made["earlier_good_until"] is None
        assert await ask_token(gateway, client_id, leaked) == (401, "invalid_client")
        assert await ask_token(gateway, client_id, made["client_secret"]) == (200, "")

    async def test_one_whose_time_is_over_does_not_come_back(self, gateway: Any, database: Any) -> None:
        client_id, old = await gateway.new_client("cards:read")
        await database.execute("UPDATE api_client SET secret_expires_at = now() WHERE client_id = $1", client_id)
        assert await ask_token(gateway, client_id, old) == (401, "client_expired")
        new = (await renew(gateway, client_id))["client_secret"]
        assert await ask_token(gateway, client_id, old) == (401, "invalid_client")
        assert await ask_token(gateway, client_id, new) == (200, "")

    async def test_a_repeat_shows_the_same(self, gateway: Any, database: Any) -> None:
        client_id, _ = await gateway.new_client("cards:read")
        headers, path = await gateway.headers(), f"/v1/clients/{client_id}/secrets"
        first, again = [await gateway.client.post(path, json={}, headers=headers) for _ in range(2)]
        assert first.json() == again.json()
        secret = first.json()["client_secret"]
        for table in ("api_client", "superseded_secret", "idempotency", "outbox"):
            rows = await database.fetch(f"SELECT to_jsonb(t)::text AS all FROM {table} t")
            assert all(secret not in row["all"] and secret.encode().hex() not in row["all"] for row in rows)


class TestTerm:
    async def test_a_client_ends_and_is_answered_for_again(self, gateway: Any, database: Any) -> None:
        soon = datetime.now(UTC) + timedelta(days=2)
        client_id, secret = await gateway.new_client("cards:read", expires_at=soon.isoformat())

        async def due(within: timedelta) -> bool:
            query = {"ends_before": (datetime.now(UTC) + within).isoformat(), "limit": 500}
            reply = await gateway.client.get("/v1/clients", params=query, headers=await gateway.headers())
            return client_id in {one["client_id"] for one in reply.json()["items"]}

        assert (await due(timedelta(days=3)), await due(timedelta(days=1))) == (True, False)
        await database.execute("UPDATE api_client SET expires_at = now() WHERE client_id = $1", client_id)
        assert await ask_token(gateway, client_id, secret) == (401, "client_expired")
        path = f"/v1/clients/{client_id}/recertification"
        reply = await gateway.client.post(path, json={"purpose": "as before"}, headers=await gateway.headers())
        assert (reply.status_code, reply.json()["purpose"], reply.json()["recertified_by"]) == (
            200, "as before", "bootstrap",
        )  # fmt: skip
        assert await ask_token(gateway, client_id, secret) == (200, "")
        assert not await due(timedelta(days=3))

    async def test_nobody_answers_for_themselves(self, gateway: Any) -> None:
        client_id, secret = await gateway.new_client("clients:write")
        headers = await gateway.headers(client_id, secret)
        path = f"/v1/clients/{client_id}"
        for method, action, body in (
            ("POST", "recertification", {"purpose": "x"}),
            ("PUT", "scopes", {"scopes": ["clients:write", "keys:rotate"]}),
        ):
            reply = await gateway.client.request(method, f"{path}/{action}", json=body, headers=headers)
            assert (reply.status_code, reply.json()["code"]) == (409, "own_client")

    async def test_one_of_an_older_installation_is_taken_on(self, gateway: Any, database: Any) -> None:
        """As the migration leaves it: the nation's, nobody's, without a deciding scope."""
        client_id, secret = await gateway.new_client("cards:read")
        old = "UPDATE api_client SET owner = 'unassigned', upgrade_note = 'bound to the nation' WHERE client_id = $1"
        await database.execute(old, client_id)
        path = f"/v1/clients/{client_id}"
        theirs = gateway.signed("clients:write", org="health-authority")
        reply = await gateway.client.post(f"{path}/recertification", json={"purpose": "x"}, headers=theirs)
        assert reply.status_code == 404
        admin = await gateway.headers()
        reply = await gateway.client.put(f"{path}/scopes", json={"scopes": ["cards:write"]}, headers=admin)
        assert (reply.status_code, reply.json()["code"]) == (403, "scope_not_grantable")
        body = {"purpose": "cards", "owner": "ministry"}
        reply = await gateway.client.post(f"{path}/recertification", json=body, headers=await gateway.headers())
        assert (reply.status_code, reply.json()["owner"], reply.json()["upgrade_note"]) == (
            200, "ministry", None,
        )  # fmt: skip
        assert await ask_token(gateway, client_id, secret) == (200, "")


async def test_the_client_that_sets_up_ends_by_itself(start_gateway: Any) -> None:
    own = await start_gateway()
    url = own.settings.database_url
    end = "UPDATE api_client SET expires_at = now() WHERE client_id = 'bootstrap'"
    await own.runtime.pool.execute(end)
    assert await ask_token(own, "bootstrap", BOOTSTRAP_SECRET) == (401, "client_expired")
    again = await start_gateway(url)
    assert await ask_token(again, "bootstrap", BOOTSTRAP_SECRET) == (401, "client_expired")  # a start prolongs nothing
    other = "another-secret-of-the-tests-0002"
    reopened = await start_gateway(url, bootstrap_client_secret=other)
    assert await ask_token(reopened, "bootstrap", other) == (200, "")


class TestTables:
    @pytest.mark.parametrize("role", sorted(ROLES))
    def test_every_role_is_within_what_its_owner_may_be_given(self, role: str) -> None:
        assert beyond(ROLES[role].owner, ROLES[role].scopes) == []

    def test_no_client_decides_or_sells(self) -> None:
        given = frozenset[str]().union(*GRANTABLE.values())
        assert not given & {"redemptions:create", "payments:create", "eligibility:check", "encounters:create"}
        assert beyond(Owner.MINISTRY, DECIDING) == sorted(DECIDING)

    def test_rights_over_clients_are_the_central_authoritys(self) -> None:
        assert [owner for owner, given in GRANTABLE.items() if "clients:write" in given] == [Owner.MINISTRY]

    def test_who_gives_rights_sees_no_citizen(self) -> None:
        assert beyond(Owner.MINISTRY, ["clients:write", "citizens:read"]) == ["citizens:read"]
        assert beyond(Owner.MINISTRY, ["clients:write", "operations:read"]) == []

    def test_nobody_is_given_anything_by_a_name_unknown(self) -> None:
        assert beyond(str(new_id()), ["cards:read"]) == ["cards:read"]


class TestDecisions:
    """One asks for a client's scopes, another person decides."""

    async def test_a_client_without_a_decision_may_do_nothing(self, gateway: Any) -> None:
        asker = new_id()
        body = {
            "client_id": f"client-{new_id().hex}", "name": "x", "scopes": ["cards:read"], "governorate": "*",
            "owner": "ministry",
        }  # fmt: skip
        both = {"person_id": asker, "org": "ministry"}
        headers = gateway.person("clients:write", **both)
        made = (await gateway.client.post("/v1/clients", json=body, headers=headers)).json()
        assert made["scopes"] == []
        refused = await ask_token(gateway, made["client_id"], made["client_secret"])
        assert refused[0] in {200, 400}
        signer, proposal = GatewaySigner(gateway), made["proposal_id"]
        await decide(
            gateway.client, signer, "gateway", proposal, "clients:write clients:approve", person_id=asker, expect=403
        )
        await decide(gateway.client, signer, "gateway", proposal, "clients:approve")
        token = await gateway.token(made["client_id"], made["client_secret"])
        assert scope_of(token) == ["cards:read"]

        path = f"/v1/clients/{made['client_id']}/scopes"
        more = {"scopes": ["cards:write"]}
        asked = (await gateway.client.put(path, json=more, headers=gateway.person("clients:write", **both))).json()
        assert asked["scopes"] == []  # what is taken away goes at once
        again = await gateway.client.put(path, json=more, headers=gateway.person("clients:write"))
        assert (again.status_code, again.json()["code"]) == (409, "proposal_open")
        await decide(gateway.client, signer, "gateway", asked["proposal_id"], "clients:approve")
        assert scope_of(await gateway.token(made["client_id"], made["client_secret"])) == ["cards:write"]

    async def test_narrowing_needs_nobody(self, gateway: Any) -> None:
        client_id, _ = await gateway.new_client("cards:read", "cards:write")
        path = f"/v1/clients/{client_id}/scopes"
        headers = gateway.person("clients:write")
        reply = await gateway.client.put(path, json={"scopes": ["cards:read"]}, headers=headers)
        assert (reply.json()["scopes"], reply.json()["proposal_id"]) == (["cards:read"], None)

    @pytest.mark.parametrize("scopes", [["ledger:write"], ["clients:approve"], ["payouts:approve"], ["citizens:read"]])
    async def test_nobody_asks_beyond_the_tables(self, gateway: Any, scopes: list[str]) -> None:
        """A client with `clients:write` registered another with every right there was."""
        body = {
            "client_id": f"client-{new_id().hex}", "name": "x", "scopes": [*scopes, "clients:write"],
            "governorate": "*", "owner": "ministry",
        }  # fmt: skip
        for headers in (gateway.signed("clients:write"), gateway.person("clients:write"), await gateway.headers()):
            reply = await gateway.client.post("/v1/clients", json=body, headers=headers)
            assert (reply.status_code, reply.json()["code"]) == (403, "scope_not_grantable")

    async def test_machines_ask_too(self, gateway: Any) -> None:
        client_id, _ = await gateway.new_client("cards:read")  # the client that sets up
        path = f"/v1/clients/{client_id}/scopes"
        headers = gateway.signed("clients:write", subject="operations")
        reply = await gateway.client.put(path, json={"scopes": ["cards:read", "cards:write"]}, headers=headers)
        assert reply.json()["scopes"] == ["cards:read"]
        assert reply.json()["proposal_id"]
        body = {"client_id": f"client-{new_id().hex}", "name": "x", "scopes": ["cards:read"], "governorate": "*"}
        made = await gateway.client.post("/v1/clients", json=body, headers=headers | {"Idempotency-Key": new_id().hex})
        assert (made.status_code, made.json()["scopes"], bool(made.json()["proposal_id"])) == (201, [], True)


def scope_of(token: str) -> list[str]:
    claims: dict[str, str] = orjson.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return claims["scope"].split()
