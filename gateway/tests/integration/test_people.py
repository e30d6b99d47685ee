"""People invited, suspended, reinstated, gone: by whom, and what it does to their tokens."""

from __future__ import annotations

import time
from typing import Any

import asyncpg
import pytest

from api_gateway.people import invitations, offices_of, upkeep
from chassis.ids import new_id
from chassis.testing import eventually
from contracts.gateway import PersonSuspended

from .conftest import KEYS, Gateway, StartGateway
from .staff import Member, member, new_national_id

LIMIT_SECONDS = 1.0


@pytest.fixture
async def admin(gateway: Gateway) -> Member:
    return await member(gateway, "administrator")


def newcomer(**more: Any) -> dict[str, Any]:
    body = {"national_id": new_national_id(), "full_name": "منى حسن", "authority_id": "pension-authority", "area": "*"}
    return {"sign_in_name": f"m.{new_id().hex[-12:]}", **body, **more}


async def accept(gateway: Gateway, token: str) -> bool:
    desk = gateway.runtime.state.people
    async with gateway.runtime.sessions() as session, session.begin():
        if await invitations.invited(session, desk.identities, token) is None:
            return False
        return await invitations.accept(session, desk, token) is not None


async def test_an_invitation_is_taken_up_once(gateway: Gateway, admin: Member) -> None:
    invited = await admin.call("POST", "/v1/people", 201, newcomer())
    person = invited["person"]
    assert person["status"] == "invited"
    assert person["national_id"].startswith("**********")
    assert person["invited_by"] == str(admin.person_id)
    assert invited["accept_at"].endswith("/sign-in/invitation")
    assert await accept(gateway, invited["invitation_token"])
    assert not await accept(gateway, invited["invitation_token"])
    read = await admin.call("GET", f"/v1/people/{person['person_id']}", 200)
    assert (read["status"], read["full_name"], read["offices"]) == ("active", "منى حسن", [])


async def test_a_later_invitation_voids_those_before_and_the_active_get_none(gateway: Gateway, admin: Member) -> None:
    first = await admin.call("POST", "/v1/people", 201, newcomer())
    path = f"/v1/people/{first['person']['person_id']}/invitations"
    second = await admin.call("POST", path, 201)
    assert not await accept(gateway, first["invitation_token"])
    assert await accept(gateway, second["invitation_token"])
    assert (await admin.call("POST", path, 409))["code"] == "person_state"


async def test_a_repeat_gives_the_same_token_and_no_table_holds_it(
    gateway: Gateway, admin: Member, database: asyncpg.Connection
) -> None:
    body, headers = newcomer(), admin.headers()
    replies = [await gateway.client.post("/v1/people", json=body, headers=headers) for _ in range(2)]
    token = replies[0].json()["invitation_token"]
    assert replies[0].json() == replies[1].json()
    for table in ("person", "invitation", "idempotency", "outbox"):
        for row in await database.fetch(f"SELECT * FROM {table}"):
            for value in row.values():
                held = bytes(value) if isinstance(value, bytes) else str(value).encode()
                assert token.encode() not in held
                assert body["national_id"].encode() not in held
                assert body["full_name"].encode() not in held or table == "idempotency"


async def test_one_human_is_one_person_whoever_invites_them(gateway: Gateway, admin: Member) -> None:
    body = newcomer()
    await admin.call("POST", "/v1/people", 201, body)
    again = await admin.call("POST", "/v1/people", 409, newcomer(national_id=body["national_id"]))
    assert again["code"] == "person_exists"
    other = await admin.call("POST", "/v1/people", 409, newcomer(sign_in_name=body["sign_in_name"]))
    assert other["code"] == "sign_in_name_taken"
    wrong = await admin.call("POST", "/v1/people", 422, newcomer(national_id="29002310300156"))
    assert wrong["code"] == "national_id_refused"
    assert "29002310300156" not in str(wrong)


async def test_one_human_is_found_again_after_the_ring_has_turned(start_gateway: StartGateway) -> None:
    number = new_national_id()
    before = await start_gateway()
    who = await member(before, number=number)
    after = await start_gateway(before.settings.database_url, gateway_keys=f"k2:{'Mg' * 21}I,{KEYS}")
    admin = await member(after, "administrator")
    assert (await admin.call("POST", "/v1/people", 409, newcomer(national_id=number)))["code"] == "person_exists"

    async def marked_anew() -> bool:
        with_old = "SELECT count(*) FROM person WHERE marked_with = 'k1'"
        return bool(await after.runtime.pool.fetchval(with_old) == 0)

    async with after.runtime.sessions() as session, session.begin():
        await upkeep.tidy(session, after.runtime.state.people)
    assert await marked_anew()
    read = await admin.call("GET", f"/v1/people/{who.person_id}", 200)
    assert read["national_id"][-4:] == number[-4:]
    assert (await admin.call("POST", "/v1/people", 409, newcomer(national_id=number)))["code"] == "person_exists"


async def test_a_suspended_person_is_refused_at_once_and_works_again_when_reinstated(
    gateway: Gateway, admin: Member
) -> None:
    who = await member(gateway, "auditor")
    path = f"/v1/people/{who.person_id}/suspension"
    await who.call("GET", "/v1/people?limit=1", 200)
    await admin.call("POST", path, 200, {"reason": "a doubt"})
    started = time.monotonic()

    async def refused() -> bool:
        reply = await gateway.client.get("/v1/people?limit=1", headers=who.headers())
        return reply.status_code == 401 and reply.json()["code"] == "caller_suspended"

    await eventually(refused)
    assert time.monotonic() - started < LIMIT_SECONDS
    told = await gateway.outside.heard(PersonSuspended, lambda event: event.person_id == who.person_id)
    assert told.reason == "suspended"
    back = await admin.call("DELETE", path, 200)
    assert (back["status"], back["status_reason"]) == ("active", "reinstated")

    async def accepted() -> bool:
        return not await refused()

    await eventually(accepted)


async def test_whoever_leaves_has_no_role_no_session_and_may_only_be_invited_again(
    gateway: Gateway, admin: Member
) -> None:
    number = new_national_id()
    who, other = await member(gateway, "registry-clerk", number=number), await member(gateway, "administrator")
    granted = await other.decide(await admin.ask(who, "registry-clerk", area="03"))
    asked = await admin.ask(who, "card-officer", area="03")
    gone = await admin.call("POST", f"/v1/people/{who.person_id}/departure", 200, {"reason": "retired"})
    assert gone["status"] == "left"
    states = [(await admin.call("GET", f"/v1/role-grants/{one['grant_id']}", 200))["state"] for one in (granted, asked)]
    assert states == ["revoked", "withdrawn"]
    async with gateway.runtime.sessions() as session:
        assert await offices_of(session, who.person_id) == []
    refused = await admin.call("DELETE", f"/v1/people/{who.person_id}/suspension", 409)
    assert refused["code"] == "person_state"
    back = await admin.call("POST", "/v1/people", 201, newcomer(national_id=number))
    assert back["person"]["person_id"] == str(who.person_id)
    assert back["person"]["status"] == "invited"
    assert await accept(gateway, back["invitation_token"])
    async with gateway.runtime.sessions() as session:
        assert await offices_of(session, who.person_id) == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "suspension", {"reason": "x"}),
        ("DELETE", "suspension", None),
        ("POST", "departure", {"reason": "x"}),
        ("POST", "invitations", None),
    ],
)
async def test_nobody_does_it_to_themselves(admin: Member, method: str, path: str, body: Any) -> None:
    assert (await admin.call(method, f"/v1/people/{admin.person_id}/{path}", 403, body))["code"] == "own_person"


async def test_what_gives_rights_asks_for_two_factors_anew(admin: Member) -> None:
    for claims in ({"acr": "urn:unicard:aal1"}, {"auth_time": int(time.time()) - 3600}):
        refused = await admin.call("POST", "/v1/people", 401, newcomer(), **claims)
        assert refused["code"] == "insufficient_user_authentication"


async def test_a_machine_is_refused_whatever_scopes_it_holds(gateway: Gateway) -> None:
    headers = gateway.signed("people:read", "people:write")
    for method, path in (("GET", "/v1/people"), ("POST", "/v1/people")):
        reply = await gateway.client.request(
            method, path, headers=headers, json=newcomer() if method == "POST" else None
        )
        assert reply.status_code == 403
        assert reply.json()["code"] == "caller_kind_refused"


async def test_administrators_see_and_invite_within_their_own_authority_and_area(gateway: Gateway) -> None:
    pensions = await member(gateway, "administrator", authority="pension-authority")
    port_said = await member(gateway, "administrator", area="03")
    clerk = await member(gateway, area="03")
    stranger = await member(gateway, area="19")
    assert (await pensions.call("GET", f"/v1/people/{clerk.person_id}", 404))["code"] == "person_unknown"
    assert (await port_said.call("GET", f"/v1/people/{stranger.person_id}", 404))["code"] == "person_unknown"
    await port_said.call("GET", f"/v1/people/{clerk.person_id}", 200)
    await port_said.call("POST", f"/v1/people/{stranger.person_id}/suspension", 404, {"reason": "x"})
    unknown = await pensions.call("POST", "/v1/people", 404, newcomer(authority_id="ministry"))
    assert unknown["code"] == "authority_unknown"
    beyond = await port_said.call("POST", "/v1/people", 403, newcomer(authority_id="ministry", area="19"))
    assert beyond["code"] == "outside_governorate_of_caller"
    listed = await port_said.call("GET", "/v1/people?limit=200", 200)
    ids = {one["person_id"] for one in listed["items"]}
    assert str(clerk.person_id) in ids
    assert str(stranger.person_id) not in ids


async def test_a_list_is_narrowed_and_counted_by_the_same_conditions(gateway: Gateway, admin: Member) -> None:
    pensions = await member(gateway, "administrator", authority="pension-authority", area="03")
    here, there = newcomer(area="03.02"), newcomer(area="35")
    made = [(await admin.call("POST", "/v1/people", 201, body))["person"]["person_id"] for body in (here, there)]

    async def found(asked: str, who: Member = admin) -> set[str]:
        listed: list[dict[str, Any]] = []
        after = ""
        while after is not None:
            page = await who.call("GET", f"/v1/people?limit=200&{asked}{after and f'&after={after}'}", 200)
            listed, after = listed + page["items"], page["next"]
        counted = await who.call("GET", f"/v1/people/count?{asked}", 200)
        assert counted["count"] == len(listed)
        return {one["person_id"] for one in listed}

    invited = "status=invited&authority_id=pension-authority"
    assert set(made) <= await found(invited)
    assert (made[0] in await found(f"{invited}&area=03"), made[1] in await found(f"{invited}&area=03")) == (True, False)
    assert made[1] not in await found(f"{invited}&area=*")
    assert made[0] not in await found("status=active")
    both = "&".join(f"person_id={one}" for one in (*made, pensions.person_id))
    assert await found(both) == {*made, str(pensions.person_id)}
    assert await found(both, pensions) == {made[0], str(pensions.person_id)}
    assert await found(f"{both}&role=administrator") == set()  # by what was granted, not by what a token says


async def test_whoever_decides_reads_the_names_of_their_own_authority_and_area(gateway: Gateway, admin: Member) -> None:
    made = [
        (await admin.call("POST", "/v1/people", 201, newcomer(area=area)))["person"]["person_id"]
        for area in ("03", "*")
    ]
    asked = "/v1/people/names?" + "&".join(f"person_id={one}" for one in (*made, new_id()))
    approver = await member(gateway, "payouts-approver", authority="pension-authority")
    told = (await approver.call("GET", asked, 200))["items"]
    assert {one["person_id"]: one["full_name"] for one in told} == dict.fromkeys(made, "منى حسن")
    port_said = await member(gateway, "registry-approver", authority="pension-authority", area="03")
    assert [one["person_id"] for one in (await port_said.call("GET", asked, 200))["items"]] == made[:1]
    elsewhere = await member(gateway, "payouts-approver", authority="health-authority")
    assert (await elsewhere.call("GET", asked, 200))["items"] == []
    await (await member(gateway, "counter-clerk", authority="pension-authority")).call("GET", asked, 403)


async def test_a_last_day_ends_a_person_by_itself(gateway: Gateway, admin: Member) -> None:
    invited = await admin.call("POST", "/v1/people", 201, newcomer(valid_until="2026-01-31"))
    async with gateway.runtime.sessions() as session, session.begin():
        await upkeep.tidy(session, gateway.runtime.state.people)
    read = await admin.call("GET", f"/v1/people/{invited['person']['person_id']}", 200)
    assert (read["status"], read["status_by"]) == ("left", "service:gateway")
    assert not await accept(gateway, invited["invitation_token"])


async def test_authorities_are_entered_below_one_s_own(gateway: Gateway, admin: Member) -> None:
    body = {"authority_id": "pensions-alexandria", "name_en": "Branch", "name_ar": "فرع", "parent": "pension-authority"}
    pensions = await member(gateway, "administrator", authority="pension-authority")
    assert (await pensions.call("POST", "/v1/authorities", 404, {**body, "parent": "ministry"}))["code"]
    await pensions.call("POST", "/v1/authorities", 201, body)
    assert (await admin.call("POST", "/v1/authorities", 409, body))["code"] == "authority_exists"
    listed = await pensions.call("GET", "/v1/authorities", 200)
    assert [one["authority_id"] for one in listed["items"]] == ["pension-authority", "pensions-alexandria"]
    port_said = await member(gateway, "administrator", area="03")
    assert (await port_said.call("POST", "/v1/authorities", 403, {**body, "authority_id": "x-y"}))["code"]


async def test_the_areas_are_those_of_the_list(gateway: Gateway, admin: Member) -> None:
    listed = (await admin.call("GET", "/v1/areas?limit=500", 200))["items"]
    names = {one["area"]: (one["name_en"], one["name_ar"]) for one in listed}
    reply = await gateway.client.get("/v1/governorates")
    assert reply.status_code == 200, "the list is public"
    governorates = reply.json()["items"]
    said = {one["governorate"]: (one["name_en"], one["name_ar"]) for one in governorates}
    said |= {d["district"]: (d["name_en"], d["name_ar"]) for one in governorates for d in one["districts"]}
    assert (len(governorates), said["35.07"], said["03.02"]) == (27, ("Dahab", "قسم دهب"), ("Al-Arab", "قسم العرب"))
    assert names == {"*": ("Egypt", "جمهورية مصر العربية"), **said}
    beyond = await admin.call("POST", "/v1/people", 422, newcomer(area="03.99"))
    assert beyond["code"] == "district_unknown"
