"""Key rotation: published before use, kept until the last token has expired, unreadable without the environment."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from approvals.testing import decide
from chassis.auth import jwt_header
from chassis.ids import new_id
from chassis.sealing import SealBroken
from chassis.testing import eventually

from .conftest import KEYS, Gateway, GatewaySigner

AGE = "UPDATE signing_key SET signs_from = signs_from - $1::interval, created_at = created_at - $1::interval"


async def age(gateway: Gateway, by: timedelta) -> None:
    """Let time pass for all keys, as their table's owner may."""
    connection = await asyncpg.connect(gateway.settings.database_url)
    await connection.execute(AGE, by)
    await connection.close()


async def published(gateway: Any) -> list[str]:
    reply = await gateway.client.get("/.well-known/jwks.json")
    return [key["kid"] for key in reply.json()["keys"]]


async def kid(gateway: Any) -> str:
    return str(jwt_header(await gateway.token())["kid"])


async def propose(gateway: Gateway, headers: dict[str, str] | None = None) -> httpx.Response:
    chosen = headers or gateway.signed("keys:rotate")
    return await gateway.client.post("/v1/signing-keys", headers=chosen, json={"reason": "a test"})


async def rotated(gateway: Gateway) -> str:
    """Have one propose the next key and another person decide; its id."""
    before = set(await gateway.runtime.pool.fetch("SELECT kid FROM signing_key"))
    reply = await propose(gateway)
    assert reply.status_code == 202, reply.text
    await decide(gateway.client, GatewaySigner(gateway), "gateway", reply.json()["proposal_id"], "keys:approve")
    (new,) = set(await gateway.runtime.pool.fetch("SELECT kid FROM signing_key")) - before
    return str(new["kid"])


async def test_one_custodian_alone_makes_no_key(start_gateway: Any) -> None:
    gateway: Gateway = await start_gateway()
    signer, custodian = GatewaySigner(gateway), new_id()
    own = gateway.person("keys:rotate", "keys:approve", person_id=custodian)
    made = (await propose(gateway, own)).json()
    refused = await decide(
        gateway.client, signer, "gateway", made["proposal_id"], "keys:approve", person_id=custodian, expect=403
    )
    assert refused["code"] == "own_proposal"
    again = await propose(gateway)
    assert (again.status_code, again.json()["code"]) == (409, "proposal_open")
    # what time has made of the keys meanwhile makes the proposal void
    runtime = gateway.runtime
    async with runtime.sessions() as session, session.begin():
        await runtime.state.issuer.rotate(session)
    late = await decide(gateway.client, signer, "gateway", made["proposal_id"], "keys:approve", expect=409)
    assert late["code"] == "proposal_changed"
    assert await runtime.pool.fetchval("SELECT count(*) FROM signing_key") == 2


async def test_a_new_key_is_published_then_signs_then_the_old_one_goes(start_gateway: Any) -> None:
    gateway: Gateway = await start_gateway()
    old = await kid(gateway)
    assert await published(gateway) == [old]
    old_token = await gateway.token()
    new = await rotated(gateway)
    again = await propose(gateway)
    assert (again.status_code, again.json()["code"]) == (409, "rotation_pending")

    async def both() -> bool:
        return set(await published(gateway)) == {old, new}

    await eventually(both)
    assert await kid(gateway) == old
    await age(gateway, timedelta(seconds=gateway.settings.gateway_key_lead_seconds))

    async def taken_over() -> bool:
        return bool(await kid(gateway) == new)

    await eventually(taken_over)
    assert await published(gateway) == [new, old]
    headers = {"Authorization": f"Bearer {old_token}"}
    assert (await gateway.client.get("/v1/clients", headers=headers)).status_code == 200

    await age(gateway, timedelta(seconds=gateway.settings.gateway_token_seconds + 60))

    async def gone() -> bool:
        return bool(await published(gateway) == [new])

    await eventually(gone)
    await eventually(lambda: gateway.runtime.pool.fetchval("SELECT count(*) = 1 FROM signing_key"))

    async def shut_out() -> bool:  # the verifier fetches the published keys after the issuer has let go of one
        return (await gateway.client.get("/v1/clients", headers=headers)).status_code == 401

    await eventually(shut_out)
    refused = await gateway.client.get("/v1/clients", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_token")


async def test_two_processes_share_their_keys(start_gateway: Any) -> None:
    one = await start_gateway()
    other = await start_gateway(one.settings.database_url)
    assert await published(one) == await published(other)
    headers = {"Authorization": f"Bearer {await one.token()}"}
    assert (await other.client.get("/v1/clients", headers=headers)).status_code == 200
    new = await rotated(one)

    async def known() -> bool:
        return new in await published(other)

    await eventually(known)
    assert await kid(one) == await kid(other) != new  # known before it signs


async def test_old_keys_are_replaced_by_themselves(start_gateway: Any) -> None:
    gateway = await start_gateway(gateway_key_days=1)
    old = await kid(gateway)
    await age(gateway, timedelta(days=2))

    async def two() -> bool:
        return len(await published(gateway)) == 2

    await eventually(two, seconds=5)
    assert await kid(gateway) == old


async def test_private_keys_are_sealed(start_gateway: Any) -> None:
    gateway = await start_gateway()
    await gateway.token()
    other = "k1:" + base64.urlsafe_b64encode(b"2" * 32).decode()
    with pytest.raises(SealBroken):
        await start_gateway(gateway.settings.database_url, gateway_keys=other)


async def test_the_sealing_key_can_be_changed(start_gateway: Any) -> None:
    gateway = await start_gateway()
    client_id, secret = await gateway.new_client("clients:read")
    signing = await kid(gateway)
    ring = "k2:" + base64.urlsafe_b64encode(b"2" * 32).decode() + "," + KEYS
    later = await start_gateway(gateway.settings.database_url, gateway_keys=ring)
    assert await later.token(client_id, secret)
    assert await kid(later) == signing


async def test_a_key_that_cannot_be_opened_does_not_keep_the_others_from_their_work(start_gateway: Any) -> None:
    gateway = await start_gateway()
    old = await kid(gateway)
    pool = gateway.runtime.pool
    await pool.execute(
        "INSERT INTO signing_key (kid, public_key, sealed_with, sealed_private_key, created_at, signs_from)"
        " SELECT 'broken', public_key, sealed_with, '\\x00', created_at, signs_from + interval '1 second'"
        " FROM signing_key"
    )

    async def read() -> bool:
        return "broken" in await published(gateway)

    await eventually(read, seconds=3)
    assert await kid(gateway) == old
