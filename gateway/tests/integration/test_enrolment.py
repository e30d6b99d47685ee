"""Terminals: known by event, enrolled once with a code, suspended by event."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest
from joserfc.jwk import OKPKey

from api_gateway.keys import b64url
from chassis.ids import new_id
from chassis.testing import eventually
from contracts.health import ClinicTerminalReinstated, ClinicTerminalSuspended
from contracts.supply import TerminalReinstated, TerminalSuspended

from .test_tokens import assertion, claims_of, form


def key_pair() -> tuple[OKPKey, str]:
    key = OKPKey.generate_key("Ed25519")
    return key, str(key.as_dict(private=False)["x"])


def replacing(key: OKPKey, terminal_id: UUID, public_key: str) -> str:
    """The signature of the key in use over the one that takes its place."""
    private: Any = key.private_key
    return b64url(private.sign(f"unicard-replacement:{terminal_id}:{public_key}".encode()))


async def enrol(gateway: Any, terminal_id: UUID, code: str, public_key: str, **more: str) -> Any:
    body = {"code": code, "terminal_id": str(terminal_id), "public_key": public_key, **more}
    return await gateway.client.post("/v1/enrolments", json=body)


async def test_a_terminal_enrols_and_others_hear_of_it(gateway: Any, database: Any) -> None:
    terminal_id, outlet_id = await gateway.new_terminal()
    code = await gateway.new_code(terminal_id)
    _, public_key = key_pair()
    reply = await enrol(gateway, terminal_id, code.lower().replace("-", " "), public_key)
    assert reply.status_code == 201, reply.text
    told = reply.json()
    assert told["client_id"] == told["terminal_id"] == str(terminal_id)
    assert (told["outlet_id"], told["kind"], told["governorate"]) == (str(outlet_id), "bakery", "03")
    assert told["audience"] in gateway.settings.issuers
    query = "SELECT convert_from(payload, 'UTF8') FROM outbox WHERE key = $1"
    event = await database.fetchval(query, str(terminal_id))
    assert str(outlet_id) in event
    assert public_key in event


async def test_a_lost_answer_can_be_asked_for_again(gateway: Any, database: Any) -> None:
    terminal_id, _ = await gateway.new_terminal()
    code = await gateway.new_code(terminal_id)
    _, public_key = key_pair()
    replies = await asyncio.gather(*(enrol(gateway, terminal_id, code, public_key) for _ in range(4)))
    assert [reply.status_code for reply in replies] == [201] * 4
    told = [reply.json() for reply in replies]
    assert all(one.pop("server_time") for one in told)
    assert told == [told[0]] * 4
    assert await database.fetchval("SELECT count(*) FROM outbox WHERE key = $1", str(terminal_id)) == 1


async def test_once_only(gateway: Any) -> None:
    terminal_id, _ = await gateway.new_terminal()
    code = await gateway.new_code(terminal_id)
    assert (await enrol(gateway, terminal_id, code, key_pair()[1])).status_code == 201
    reply = await enrol(gateway, terminal_id, code, key_pair()[1])
    assert (reply.status_code, reply.json()["code"]) == (403, "enrolment_refused")


async def test_guessing_ends_soon(gateway: Any) -> None:
    terminal_id, _ = await gateway.new_terminal()
    code = await gateway.new_code(terminal_id)
    wrong = "00000-00000" if code != "00000-00000" else "11111-11111"
    for _ in range(gateway.settings.gateway_code_tries):
        reply = await enrol(gateway, terminal_id, wrong, key_pair()[1])
        assert (reply.status_code, reply.json()["code"]) == (403, "enrolment_refused")
    assert (await enrol(gateway, terminal_id, code, key_pair()[1])).status_code == 403
    fresh = await gateway.new_code(terminal_id)
    assert (await enrol(gateway, terminal_id, fresh, key_pair()[1])).status_code == 201


async def test_codes_expire(gateway: Any, database: Any) -> None:
    terminal_id, _ = await gateway.new_terminal()
    code = await gateway.new_code(terminal_id)
    await database.execute("UPDATE enrolment_code SET expires_at = now() WHERE terminal_id = $1", terminal_id)
    assert (await enrol(gateway, terminal_id, code, key_pair()[1])).status_code == 403


async def test_a_new_code_voids_the_old_and_a_new_key_the_old(gateway: Any) -> None:
    terminal_id, _ = await gateway.new_terminal()
    old = await gateway.new_code(terminal_id)
    new = await gateway.new_code(terminal_id)
    assert (await enrol(gateway, terminal_id, old, key_pair()[1])).status_code == 403
    key, public_key = key_pair()
    first = await enrol(gateway, terminal_id, new, public_key)
    _, other = key_pair()
    second = await enrol(
        gateway, terminal_id, await gateway.new_code(terminal_id), other, replaces=replacing(key, terminal_id, other)
    )
    assert first.json()["key_id"] != second.json()["key_id"]


async def test_the_code_is_nowhere_and_its_repeat_the_same(gateway: Any, database: Any) -> None:
    terminal_id, _ = await gateway.new_terminal()
    headers = gateway.signed("terminals:enrol")
    body = {"terminal_id": str(terminal_id)}
    first = await gateway.client.post("/v1/enrolment-codes", json=body, headers=headers)
    code = first.json()["code"]
    for table in ("enrolment_code", "idempotency", "outbox"):
        rows = await database.fetch(f"SELECT to_jsonb(t)::text AS all FROM {table} t")
        for spelled in (code, code.replace("-", "")):
            assert all(spelled not in row["all"] and spelled.encode().hex() not in row["all"] for row in rows)
    again = await gateway.client.post("/v1/enrolment-codes", json=body, headers=headers)
    assert again.json() == first.json()
    assert (await enrol(gateway, terminal_id, code, key_pair()[1])).status_code == 201


async def test_unknown_terminals(gateway: Any) -> None:
    body = {"terminal_id": str(new_id())}
    reply = await gateway.client.post("/v1/enrolment-codes", json=body, headers=gateway.signed("terminals:enrol"))
    assert (reply.status_code, reply.json()["code"]) == (404, "terminal_unknown")
    reply = await enrol(gateway, new_id(), "00000-00000", key_pair()[1])
    assert (reply.status_code, reply.json()["code"]) == (403, "enrolment_refused")


class TestKeys:
    async def test_a_proof_is_checked_where_there_is_one(self, gateway: Any) -> None:
        terminal_id, _ = await gateway.new_terminal()
        code = await gateway.new_code(terminal_id)
        key, public_key = key_pair()
        message = f"unicard-enrolment:{terminal_id}:{code}".encode()
        private: Any = key.private_key
        bad = b64url(private.sign(message + b"x"))
        reply = await enrol(gateway, terminal_id, code, public_key, proof=bad)
        assert (reply.status_code, reply.json()["code"]) == (422, "key_invalid")
        good = b64url(private.sign(message))
        assert (await enrol(gateway, terminal_id, code, public_key, proof=good)).status_code == 201

    @pytest.mark.parametrize("raw", [b"\x00" * 32, b"\x01" + b"\x00" * 31, b"\x00" * 31 + b"\x80"])
    async def test_keys_anybody_can_sign_with(self, gateway: Any, raw: bytes) -> None:
        terminal_id, _ = await gateway.new_terminal()
        code = await gateway.new_code(terminal_id)
        reply = await enrol(gateway, terminal_id, code, b64url(raw))
        assert (reply.status_code, reply.json()["code"]) == (422, "key_invalid")

    async def test_a_copied_key(self, gateway: Any) -> None:
        _, public_key = key_pair()
        first, _ = await gateway.new_terminal()
        second, _ = await gateway.new_terminal()
        assert (await enrol(gateway, first, await gateway.new_code(first), public_key)).status_code == 201
        reply = await enrol(gateway, second, await gateway.new_code(second), public_key)
        assert (reply.status_code, reply.json()["code"]) == (409, "key_taken")


async def test_a_suspended_terminal_gets_no_code_no_key_no_token(gateway: Any, database: Any) -> None:
    terminal_id, outlet_id = await gateway.new_terminal()
    code = await gateway.new_code(terminal_id)
    await gateway.outside.tell(TerminalSuspended(terminal_id=terminal_id, outlet_id=outlet_id, reason="stolen"))

    async def suspended() -> bool:
        return bool(await database.fetchval("SELECT suspended_at FROM terminal WHERE terminal_id = $1", terminal_id))

    await eventually(suspended, seconds=20)
    query = "SELECT reason FROM suspended_subject WHERE subject = $1"
    assert await database.fetchval(query, str(terminal_id)) == "stolen"
    reply = await gateway.client.post(
        "/v1/enrolment-codes", json={"terminal_id": str(terminal_id)}, headers=gateway.signed("terminals:enrol")
    )
    assert (reply.status_code, reply.json()["code"]) == (409, "terminal_suspended")
    assert (await enrol(gateway, terminal_id, code, key_pair()[1])).json()["code"] == "terminal_suspended"
    await gateway.outside.tell(TerminalReinstated(terminal_id=terminal_id, outlet_id=outlet_id))

    async def reinstated() -> bool:
        return not await suspended()

    await eventually(reinstated, seconds=20)
    assert (await enrol(gateway, terminal_id, code, key_pair()[1])).status_code == 201


async def test_a_suspended_terminal_is_left_a_token_for_what_it_had_sold_before(gateway: Any) -> None:
    terminal_id, outlet_id = await gateway.new_terminal()
    key, public_key = key_pair()
    assert (await enrol(gateway, terminal_id, await gateway.new_code(terminal_id), public_key)).status_code == 201

    async def token(scope: str | None = None) -> Any:
        asked = form(assertion(terminal_id, key)) | ({} if scope is None else {"scope": scope})
        return await gateway.client.post("/oauth/token", data=asked)

    assert (await token("redemptions:late")).json()["error"] == "invalid_scope"
    await gateway.outside.tell(TerminalSuspended(terminal_id=terminal_id, outlet_id=outlet_id, reason="repair"))

    async def refused() -> bool:
        return bool((await token()).status_code == 401)

    await eventually(refused, seconds=20)
    assert (await token("redemptions:create")).status_code == 401
    assert (await token("redemptions:create redemptions:late")).status_code == 401
    claims = await claims_of(gateway, (await token("redemptions:late")).json()["access_token"])
    assert (claims["scope"], claims["sub"], claims["outlet"]) == ("redemptions:late", str(terminal_id), str(outlet_id))


async def test_a_clinics_terminal_is_enrolled_and_suspended_like_any_other(gateway: Any, database: Any) -> None:
    terminal_id, provider_id = await gateway.new_terminal("clinic")
    code = await gateway.new_code(terminal_id)
    key, public_key = key_pair()
    assert (await enrol(gateway, terminal_id, code, public_key)).status_code == 201

    async def token() -> Any:
        return await gateway.client.post("/oauth/token", data=form(assertion(terminal_id, key)))

    claims = await claims_of(gateway, (await token()).json()["access_token"])
    assert claims["scope"] == "eligibility:check encounters:create encounters:read"
    assert (claims["kind"], claims["outlet"], claims["gov"]) == ("terminal", str(provider_id), "03")
    await gateway.outside.tell(ClinicTerminalSuspended(terminal_id=terminal_id, provider_id=provider_id, reason="lost"))

    async def refused() -> bool:
        return bool((await token()).status_code == 401)

    await eventually(refused, seconds=20)
    late = form(assertion(terminal_id, key)) | {"scope": "redemptions:late"}
    assert (await gateway.client.post("/oauth/token", data=late)).status_code == 401, "it sells nothing"
    query = "SELECT reason FROM suspended_subject WHERE subject = $1"
    assert await database.fetchval(query, str(terminal_id)) == "lost"
    await gateway.outside.tell(ClinicTerminalReinstated(terminal_id=terminal_id, provider_id=provider_id))

    async def served() -> bool:
        return bool((await token()).status_code == 200)

    await eventually(served, seconds=20)
