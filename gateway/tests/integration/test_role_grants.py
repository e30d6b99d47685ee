"""Roles asked for by one, decided by another, for a third; every way round that is refused."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from api_gateway.people import offices_of, upkeep
from api_gateway.proposals import PROPOSALS
from chassis.ids import new_id
from contracts.people import PEOPLE

from .conftest import Gateway
from .staff import Member, member


@pytest.fixture
async def asker(gateway: Gateway) -> Member:
    return await member(gateway, "administrator")


@pytest.fixture
async def decider(gateway: Gateway) -> Member:
    return await member(gateway, "administrator")


async def roles_of(gateway: Gateway, who: Member) -> list[tuple[str, tuple[str, ...]]]:
    async with gateway.runtime.sessions() as session:
        return [(office.key, office.roles) for office in await offices_of(session, who.person_id)]


async def test_a_role_is_held_when_another_has_decided(gateway: Gateway, asker: Member, decider: Member) -> None:
    clerk = await member(gateway)
    asked = await asker.ask(clerk, "registry-clerk", area="03")
    assert (asked["state"], asked["asked_by"]) == ("asked", str(asker.person_id))
    assert await roles_of(gateway, clerk) == []
    granted = await decider.decide(asked)
    assert (granted["state"], granted["decided_by"]) == ("granted", str(decider.person_id))
    assert await roles_of(gateway, clerk) == [("ministry/03", ("registry-clerk",))]
    again = await decider.decide(asked, expect=409)
    assert again["code"] == "role_grant_state"


async def test_what_is_refused_or_withdrawn_is_not_held(gateway: Gateway, asker: Member, decider: Member) -> None:
    clerk = await member(gateway)
    refused = await decider.decide(await asker.ask(clerk, "registry-clerk", area="03"), approve=False)
    asked = await asker.ask(clerk, "registry-clerk", area="03")
    path = f"/v1/role-grants/{asked['grant_id']}/withdrawal"
    assert (await decider.call("POST", path, 404, {"reason": "x"}))["code"] == "role_grant_unknown"
    withdrawn = await asker.call("POST", path, 200, {"reason": "x"})
    assert (refused["state"], withdrawn["state"]) == ("refused", "withdrawn")
    await decider.decide(asked, expect=409)
    assert await roles_of(gateway, clerk) == []


async def test_nobody_gives_themselves_a_role_whichever_part_they_play(
    gateway: Gateway, asker: Member, decider: Member
) -> None:
    own = await asker.ask(asker, "auditor", expect=403)
    assert own["code"] == "own_person"
    clerk = await member(gateway)
    asked = await asker.ask(clerk, "registry-clerk")
    assert (await asker.decide(asked, expect=403))["code"] == "role_grant_same_hand"
    # Another sign-in, another office and another role of the same human are the same hand.
    elsewhere = replace(asker, roles=("office-manager",), area="03", sid=str(new_id()))
    port_said = await asker.ask(clerk, "registry-clerk", area="03")
    assert (await elsewhere.decide(port_said, expect=403))["code"] == "role_grant_same_hand"
    for_decider = await asker.ask(decider, "security-officer", expect=201)
    assert (await decider.decide(for_decider, expect=403))["code"] == "role_grant_same_hand"


async def test_two_decide_at_once_and_one_of_them_has(gateway: Gateway, asker: Member, decider: Member) -> None:
    third, clerk = await member(gateway, "administrator"), await member(gateway)
    asked = await asker.ask(clerk, "registry-clerk", area="03")
    path = f"/v1/role-grants/{asked['grant_id']}/decision"

    async def post(who: Member, approve: bool) -> int:
        body = {"approve": approve, "reason": "at once"}
        reply = await gateway.client.post(path, json=body, headers=who.headers())
        return reply.status_code

    assert sorted(await asyncio.gather(post(decider, True), post(third, False))) == [200, 409]


async def test_who_may_grant_is_a_column_of_the_table_and_not_the_granter_s_own_scopes(
    gateway: Gateway, asker: Member
) -> None:
    clerk = await member(gateway)
    manager = await member(gateway, "office-manager", area="03")
    approver = await member(gateway, "payouts-approver")
    refused = await manager.ask(clerk, "payouts-approver", area="03", expect=403)
    assert refused["code"] == "role_not_yours_to_grant"
    holding = await approver.call("POST", "/v1/role-grants", 403, {})
    assert holding["code"] == "insufficient_scope"
    # Whoever holds both may grant neither by the one he has not signed in with.
    forged = await replace(manager, roles=("auditor", "office-manager")).ask(clerk, "auditor", expect=403)
    assert forged["code"] == "role_not_yours_to_grant"
    asked = await asker.ask(clerk, "payouts-approver", area="03")
    assert (await manager.decide(asked, expect=403))["code"] == "role_not_yours_to_grant"


@pytest.mark.parametrize(
    ("area", "authority"), [("*", "ministry"), ("19", "ministry"), ("03", "pension-authority"), ("03", "elsewhere")]
)
async def test_nobody_grants_beyond_their_own_area_and_authority(gateway: Gateway, area: str, authority: str) -> None:
    clerk = await member(gateway)
    low = await member(gateway, "administrator", area="03", authority="health-authority")
    there = {"area": area, "authority_id": authority}
    refused = await low.ask(clerk, "registry-clerk", expect=404 if authority == "elsewhere" else 403, **there)
    assert refused["code"] in {"grant_beyond_own_area", "authority_unknown"}


async def test_what_is_asked_beyond_one_s_area_is_not_seen_let_alone_decided(gateway: Gateway, asker: Member) -> None:
    clerk = await member(gateway)
    low = await member(gateway, "administrator", area="03", authority="health-authority")
    beyond = await asker.ask(clerk, "registry-clerk", area="19", authority_id="health-authority")
    above = await asker.ask(clerk, "card-officer", area="03")
    for grant in (beyond, above):
        assert (await low.decide(grant, expect=404))["code"] == "role_grant_unknown"
        await low.call("GET", f"/v1/role-grants/{grant['grant_id']}", 404)
    listed = await low.call("GET", f"/v1/role-grants?person_id={clerk.person_id}", 200)
    assert listed["items"] == []


@pytest.mark.parametrize(
    ("role", "there"),
    [
        ("counter-clerk", {"area": "03"}),
        ("registry-clerk", {"area": "03", "object_kind": "site", "object_id": str(new_id())}),
        ("policy-approver", {"area": "03"}),
        ("policy-approver", {"authority_id": "health-authority"}),
        ("governor", {"area": "*"}),
    ],
)
async def test_a_role_is_held_where_the_table_says(
    gateway: Gateway, asker: Member, role: str, there: dict[str, str]
) -> None:
    refused = await asker.ask(await member(gateway), role, expect=422, **there)
    assert refused["code"] == "role_held_elsewhere"


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ("payouts-maker", "payouts-approver"),
        ("policy-approver", "policy-enterer"),
        ("administrator", "registry-clerk"),
        ("auditor", "operator"),
        ("registry-clerk", "administrator"),
    ],
)
async def test_roles_in_conflict_are_not_held_by_one_human_in_any_authority(
    gateway: Gateway, asker: Member, decider: Member, held: str, wanted: str
) -> None:
    who = await member(gateway)
    central = "ministry" if PEOPLE[wanted].central else "pension-authority"
    await decider.decide(await asker.ask(who, held))
    refused = await asker.ask(who, wanted, authority_id=central, expect=409)
    assert refused["code"] == "roles_conflict"
    assert refused["roles"] == [wanted, held]


async def test_two_asked_for_at_once_do_not_slip_past_the_conflict(gateway: Gateway, asker: Member) -> None:
    who = await member(gateway)
    valid_to = (datetime.now(UTC) + timedelta(days=30)).isoformat()

    async def post(role: str) -> int:
        body = {"role": role, "person_id": str(who.person_id), "authority_id": "ministry", "area": "*"}
        body |= {"valid_to": valid_to, "reason": "at once"}
        reply = await gateway.client.post("/v1/role-grants", json=body, headers=asker.headers())
        return reply.status_code

    assert sorted(await asyncio.gather(post("payouts-maker"), post("payouts-approver"))) == [201, 409]


async def test_a_role_is_asked_for_once_and_not_for_ever(gateway: Gateway, asker: Member) -> None:
    who = await member(gateway)
    await asker.ask(who, "registry-clerk")
    assert (await asker.ask(who, "registry-clerk", expect=409))["code"] == "role_grant_exists"
    far = (datetime.now(UTC) + timedelta(days=1000)).isoformat()
    assert (await asker.ask(who, "card-officer", valid_to=far, expect=422))["code"] == "invalid_request"
    past = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    assert (await asker.ask(who, "card-officer", valid_to=past, expect=422))["code"] == "invalid_request"
    assert (await asker.ask(who, "grand-vizier", expect=422))["code"] == "role_unknown"


async def test_a_decision_needs_two_factors_shown_anew(gateway: Gateway, asker: Member, decider: Member) -> None:
    asked = await asker.ask(await member(gateway), "registry-clerk")
    for claims in ({"acr": "urn:unicard:aal1"}, {"auth_time": 1}, {"auth_time": 4_000_000_000}):
        refused = await decider.decide(asked, expect=401, **claims)
        assert refused["code"] == "insufficient_user_authentication"
    assert (await decider.decide(asked))["state"] == "granted"


async def test_a_revoked_role_is_gone_at_once(gateway: Gateway, asker: Member, decider: Member) -> None:
    clerk = await member(gateway)
    granted = await decider.decide(await asker.ask(clerk, "registry-clerk"))
    path = f"/v1/role-grants/{granted['grant_id']}/revocation"
    assert (await asker.call("POST", path, 200, {"reason": "moved"}))["state"] == "revoked"
    assert await roles_of(gateway, clerk) == []
    assert (await asker.call("POST", path, 200, {"reason": "twice"}))["ended_why"] == "moved"


async def test_roles_to_be_confirmed_are_listed_and_end_when_nobody_confirms(
    gateway: Gateway, asker: Member, decider: Member
) -> None:
    clerk, other = await member(gateway), await member(gateway)
    kept = await decider.decide(await asker.ask(clerk, "registry-clerk", area="27"))
    lapsed = await decider.decide(await asker.ask(other, "registry-clerk", area="27"))
    due = await asker.call("GET", "/v1/role-grants?due_in_days=91&limit=200", 200)
    assert {kept["grant_id"], lapsed["grant_id"]} <= {one["grant_id"] for one in due["items"]}
    none = await asker.call("GET", f"/v1/role-grants?due_in_days=80&person_id={clerk.person_id}", 200)
    assert none["items"] == []
    path = f"/v1/role-grants/{kept['grant_id']}/confirmation"
    late = "UPDATE role_grant SET confirm_by = now() - interval '31 days' WHERE grant_id = $1"
    for grant in (kept, lapsed):
        await gateway.runtime.pool.execute(late, grant["grant_id"])
    confirmed = await decider.call("POST", path, 200)
    assert confirmed["confirmed_by"] == str(decider.person_id)
    async with gateway.runtime.sessions() as session, session.begin():
        await upkeep.tidy(session, gateway.runtime.state.people)
    assert await roles_of(gateway, clerk) == [("ministry/27", ("registry-clerk",))]
    assert await roles_of(gateway, other) == []
    ended = await asker.call("GET", f"/v1/role-grants/{lapsed['grant_id']}", 200)
    assert (ended["state"], ended["ended_why"]) == ("expired", "nobody confirmed it")


async def test_nobody_confirms_their_own_role(gateway: Gateway, asker: Member, decider: Member) -> None:
    granted = await decider.decide(await asker.ask(await member(gateway, "administrator"), "administrator"))
    holder = Member(gateway, UUID(granted["person_id"]), roles=("administrator",))
    path = f"/v1/role-grants/{granted['grant_id']}/confirmation"
    assert (await holder.call("POST", path, 403))["code"] == "own_person"


async def test_what_waits_too_long_or_is_over_is_closed(gateway: Gateway, asker: Member, decider: Member) -> None:
    clerk = await member(gateway)
    waits = await asker.ask(clerk, "registry-clerk", area="11")
    over = await decider.decide(await asker.ask(clerk, "registry-clerk", area="12"))
    pool = gateway.runtime.pool
    await pool.execute(
        "UPDATE role_grant SET asked_at = now() - interval '15 days' WHERE grant_id = $1", waits["grant_id"]
    )
    moved = "UPDATE role_grant SET valid_from = now() - interval '2 days', valid_to = now() - interval '1 second'"
    await pool.execute(f"{moved} WHERE grant_id = $1", over["grant_id"])
    await decider.decide(waits, expect=409)
    async with gateway.runtime.sessions() as session, session.begin():
        await upkeep.tidy(session, gateway.runtime.state.people)
    for grant, why in ((waits, "nobody decided"), (over, "its time is over")):
        read = await asker.call("GET", f"/v1/role-grants/{grant['grant_id']}", 200)
        assert (read["state"], read["ended_why"]) == ("expired", why)


async def test_the_table_of_roles_is_told(asker: Member) -> None:
    roles = {one["role"]: one for one in (await asker.call("GET", "/v1/roles", 200))["items"]}
    assert set(roles) == set(PEOPLE)
    assert "payouts-approver" in roles["payouts-maker"]["conflicts"]
    assert roles["registry-clerk"]["granted_by"] == ["administrator", "office-manager"]


async def acts_of(gateway: Gateway, grant: dict[str, str]) -> list[tuple[str, str]]:
    rows = await gateway.runtime.pool.fetch(
        "SELECT act, who FROM proposal JOIN proposal_act USING (proposal_id) WHERE kind = 'role-grant' AND subject = $1"
        " ORDER BY number",
        grant["grant_id"],
    )
    return [(row["act"], row["who"]) for row in rows]


async def test_what_is_asked_for_is_a_proposal_with_its_acts(gateway: Gateway, asker: Member, decider: Member) -> None:
    granted = await decider.decide(await asker.ask(await member(gateway), "registry-clerk", area="03"))
    one, other = f"person:{asker.person_id}", f"person:{decider.person_id}"
    assert await acts_of(gateway, granted) == [("entered", one), ("submitted", one), ("approved", other)]
    refused = await decider.decide(await asker.ask(await member(gateway), "registry-clerk"), approve=False)
    assert (await acts_of(gateway, refused))[-1] == ("refused", other)
    assert refused["decided_why"] == "a test"


async def test_whoever_one_has_made_an_administrator_does_not_decide_what_one_asks(
    gateway: Gateway, asker: Member, decider: Member
) -> None:
    asked = await asker.ask(await member(gateway), "registry-clerk")
    refused = await decider.decide(asked, expect=403, grantors=[f"person:{asker.person_id}"])
    assert refused["code"] == "decider_not_independent"
    assert (await decider.decide(asked, grantors=[f"person:{new_id()}"]))["state"] == "granted"


async def test_what_was_changed_beneath_its_proposal_is_not_granted(
    gateway: Gateway, asker: Member, decider: Member
) -> None:
    clerk = await member(gateway)
    asked = await asker.ask(clerk, "registry-clerk", area="03")
    await gateway.runtime.pool.execute(
        "UPDATE role_grant SET role = 'registry-importer', area = '*' WHERE grant_id = $1", UUID(asked["grant_id"])
    )
    assert (await decider.decide(asked, expect=409))["code"] == "proposal_changed"
    assert await roles_of(gateway, clerk) == []


async def test_roles_are_not_decided_by_way_of_the_list_of_proposals(
    gateway: Gateway, asker: Member, decider: Member
) -> None:
    """There nobody looks at the authorities below one's own."""
    asked = await asker.ask(await member(gateway), "registry-clerk", area="03")
    proposal = await gateway.runtime.pool.fetchrow(
        "SELECT proposal_id, encode(digest, 'hex') AS digest FROM proposal WHERE subject = $1", asked["grant_id"]
    )
    assert proposal is not None
    path = f"/v1/proposals/gateway/{proposal['proposal_id']}"
    more = {"scope": "grants:decide grants:ask policies:write policies:approve"}
    body = {"decision": "approve", "digest": proposal["digest"]}
    assert (await decider.call("GET", path, 404, **more))["code"] == "proposal_unknown"
    assert (await decider.call("POST", f"{path}/decision", 404, body, **more))["code"] == "proposal_unknown"
    assert (await asker.call("POST", f"{path}/withdrawal", 404, {"reason": "x"}, **more))["code"] == "proposal_unknown"
    listed = await decider.call("GET", f"/v1/proposals/gateway?subject={asked['grant_id']}", 200, **more)
    assert listed["items"] == []
    assert (await decider.decide(asked))["state"] == "granted"


async def test_what_is_asked_for_ends_with_its_person_and_its_time(
    gateway: Gateway, asker: Member, decider: Member
) -> None:
    gone, late = await member(gateway), await member(gateway)
    left = await asker.ask(gone, "registry-clerk", area="03")
    await asker.call("POST", f"/v1/people/{gone.person_id}/departure", 200, {"reason": "retired"})
    assert (await acts_of(gateway, left))[-1] == ("withdrawn", f"person:{asker.person_id}")
    waits = await asker.ask(late, "registry-clerk", area="11")
    await gateway.runtime.pool.execute(
        "UPDATE proposal SET expires_at = now() - interval '1 second' WHERE subject = $1", waits["grant_id"]
    )
    assert (await decider.decide(waits, expect=409))["code"] in {"proposal_expired", "role_grant_state"}

    async def expired() -> bool:
        read = await asker.call("GET", f"/v1/role-grants/{waits['grant_id']}", 200)
        return bool(read["state"] == "expired")

    async with gateway.runtime.sessions() as session, session.begin():
        await PROPOSALS.expire(session, gateway.runtime)
    assert await expired()
    assert (await acts_of(gateway, waits))[-1] == ("expired", "service:gateway")
