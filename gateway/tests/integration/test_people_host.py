"""What is done about people on the host: the first two administrators, a replacement, who is missing."""

from __future__ import annotations

from typing import Any

import pytest

from api_gateway.people import host
from api_gateway.people.host import AdministratorIn, HostRefused
from chassis.ids import new_id
from contracts.gateway import AdministratorRecovered

from .conftest import Gateway, StartGateway
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
    tools = gateway.runtime.state.sign_in.directory
    async with gateway.runtime.sessions() as session, session.begin():
        await tools.accept(session, made["accept_at"].partition("token=")[2])


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
