"""What is done about people on the host: the first two administrators, a replacement, who is missing."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api_gateway.clients.bootstrap import ENDED
from api_gateway.people import host
from api_gateway.people.host import AdministratorIn, HostRefused
from chassis.ids import new_id
from chassis.testing import eventually
from contracts.gateway import AdministratorRecovered, ClientSuspended

from .conftest import BOOTSTRAP_SECRET, Gateway, StartGateway
from .staff import Member, member, new_national_id


def somebody() -> AdministratorIn:
    name = f"a.{new_id().hex[-12:]}"
    return AdministratorIn(sign_in_name=name, national_id=new_national_id(), full_name="مسؤول أول")


@pytest.fixture
async def fresh(start_gateway: StartGateway) -> Gateway:
    return await start_gateway()


def owner_url(gateway: Gateway) -> str:
    return gateway.settings.database_url.replace("unicard_test:", "unicard_test_owner:")


async def run(gateway: Gateway, command: str, *given: AdministratorIn, url: str = "") -> list[dict[str, Any]]:
    # an operator's address says more than where the database is: docker compose's asks for TLS
    return await host.run(
        command, list(given), gateway.settings, f"{url or gateway.settings.database_url}?sslmode=prefer"
    )


async def accepted(gateway: Gateway, made: dict[str, Any]) -> None:
    directory = gateway.runtime.state.sign_in.directory
    async with gateway.runtime.sessions() as session, session.begin():
        await directory.accept(session, made["accept_at"].partition("token=")[2])


async def test_the_first_two_are_invited_together_and_only_once(fresh: Gateway) -> None:
    for number in (1, 3):
        with pytest.raises(HostRefused):
            await run(fresh, "invite", *[somebody() for _ in range(number)])
    made = await run(fresh, "invite", somebody(), somebody())
    assert len(made) == 2
    for one in made:
        await accepted(fresh, one)
    with pytest.raises(HostRefused):
        await run(fresh, "invite", somebody(), somebody())
    listed = await run(fresh, "list")
    assert [(one["status"], one["roles"]) for one in listed] == [("active", ["administrator"])] * 2
    assert not any("مسؤول" in str(one) for one in listed)


async def test_a_replacement_needs_the_owner_and_a_lack_of_administrators(fresh: Gateway) -> None:
    first, second = await run(fresh, "invite", somebody(), somebody())
    await accepted(fresh, first)
    await accepted(fresh, second)
    url = owner_url(fresh)
    with pytest.raises(HostRefused):
        await run(fresh, "recover", somebody(), url=url)
    lost = Member(fresh, first["person_id"], ("administrator",))
    left = Member(fresh, second["person_id"], ("administrator",))
    await left.call("POST", f"/v1/people/{lost.person_id}/departure", 200, {"reason": "lost"})
    with pytest.raises(HostRefused):
        await run(fresh, "recover", somebody())  # the service's own role is no proof
    (made,) = await run(fresh, "recover", somebody(), url=url)
    fresh.runtime.wake_relay()
    told = await fresh.outside.heard(AdministratorRecovered, lambda event: str(event.person_id) == made["person_id"])
    assert told
    await accepted(fresh, made)
    grants = await left.call("GET", f"/v1/role-grants?person_id={made['person_id']}", 200)
    assert [(one["role"], one["on_host"], one["asked_why"]) for one in grants["items"]] == [
        ("administrator", True, "replaces a lost administrator")
    ]


async def test_whoever_is_missing_is_named(fresh: Gateway) -> None:
    for made in await run(fresh, "invite", somebody(), somebody()):
        await accepted(fresh, made)
    listed = await run(fresh, "list")
    one, two = [Member(fresh, found["person_id"], ("administrator",)) for found in listed]
    found = {each["act"]: each["reason"] for each in await run(fresh, "check")}
    assert found["payouts:approve"] == "nobody holds a role for it"
    assert "grants:ask → grants:decide" not in found
    maker, keeper = await member(fresh), await member(fresh)
    await two.decide(await one.ask(maker, "payouts-maker", authority_id="pension-authority"))
    await two.decide(await one.ask(keeper, "key-custodian"))
    found = {each["act"]: each for each in await run(fresh, "check")}
    assert found["payouts:submit → payouts:approve"]["authority_id"] == "pension-authority"
    assert found["keys:rotate → keys:approve"]["reason"] == "whoever proposes it is the only one who could decide"
    elsewhere = await member(fresh)
    await two.decide(await one.ask(elsewhere, "payouts-approver", authority_id="health-authority"))
    found = {each["act"]: each for each in await run(fresh, "check")}
    assert found["payouts:submit → payouts:approve"]["authority_id"] == "pension-authority"
    assert "payouts:approve" not in found


async def test_the_client_that_sets_up_ends_with_the_second_administrator(
    fresh: Gateway, start_gateway: StartGateway
) -> None:
    headers, body = await fresh.headers(), {"name": "x", "scopes": ["cards:read"], "governorate": "*"}

    async def make(on: Gateway, held: dict[str, str]) -> httpx.Response:
        asked = {**body, "client_id": f"client-{new_id().hex}"}
        return await on.client.post("/v1/clients", json=asked, headers={**held, "Idempotency-Key": new_id().hex})

    first, second = await run(fresh, "invite", somebody(), somebody())
    await accepted(fresh, first)
    assert (await make(fresh, headers)).json()["scopes"] == ["cards:read"]
    await accepted(fresh, second)
    fresh.runtime.wake_relay()

    async def refused() -> bool:
        reply = await make(fresh, headers)
        return reply.status_code == 401 and reply.json()["code"] == "caller_suspended"

    await eventually(refused)
    told = await fresh.outside.heard(ClientSuspended, lambda event: event.client_id == "bootstrap")
    assert told.reason == ENDED
    form = {"grant_type": "client_credentials", "client_id": "bootstrap", "client_secret": BOOTSTRAP_SECRET}
    assert (await fresh.client.post("/oauth/token", data=form)).status_code in {400, 401}
    # Neither a start nor a new secret on the host opens it while there are two.
    for secret in (BOOTSTRAP_SECRET, "another-secret-of-the-host-0123456789"):
        again = await start_gateway(fresh.settings.database_url, bootstrap_client_secret=secret)
        reply = await again.client.post("/oauth/token", data={**form, "client_secret": secret})
        assert reply.status_code in {400, 401}, reply.text
    left = Member(fresh, second["person_id"], ("administrator",))
    await left.call("POST", f"/v1/people/{first['person_id']}/departure", 200, {"reason": "lost"})
    secret = "a-third-secret-of-the-host-0123456789"
    again = await start_gateway(fresh.settings.database_url, bootstrap_client_secret=secret)
    token = await again.token("bootstrap", secret)
    assert (await make(again, {"Authorization": f"Bearer {token}"})).status_code == 201


async def test_an_installation_with_administrators_starts_without_it(
    fresh: Gateway, start_gateway: StartGateway
) -> None:
    """One of the version before, whose people were active already."""
    for one in await run(fresh, "invite", somebody(), somebody()):
        await fresh.runtime.pool.execute("UPDATE person SET status = 'active' WHERE person_id = $1", one["person_id"])
    headers = await fresh.headers()
    again = await start_gateway(fresh.settings.database_url)

    async def refused() -> bool:
        reply = await again.client.get("/v1/clients", headers=headers)
        return reply.status_code == 401 and reply.json()["code"] == "caller_suspended"

    await eventually(refused)
